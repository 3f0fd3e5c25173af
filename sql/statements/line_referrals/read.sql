-- GET /v1/line-referrals/{referral_id}: $1 referral id → LineReferral; another line's or none: no row = 404.
-- No etag: the version would tell how often somebody worked on it.
select 200 as status, l.body
from line_referrals_json l cross join lateral audit('read', 'referral', l.id)
where l.id = $1::uuid;
