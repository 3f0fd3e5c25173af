-- GET /v1/referrals/{referral_id}: $1 referral id → Referral; no row = 404
select 200 as status, r.body, r.version::text as etag
from referrals_json r cross join lateral audit('read', 'referral', r.id)
where r.id = $1::uuid;
