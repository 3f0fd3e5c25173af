-- GET /v1/referrals/{referral_id}/attempts: $1 referral id, $3 after {at, id}, limit → [Attempt], oldest first; no row = 404
-- audit: referral_attempt
with subject as (select r.id from referrals r where r.id = $1::uuid)
select a.at, a.id, a.body
from referral_attempts_json a
where a.referral_id = $1::uuid
    and (a.at, a.id) > (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
order by a.at, a.id;
