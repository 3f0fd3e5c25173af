-- GET /v1/line-referrals: $3 external_ref, after {at desc, id desc}, limit → [LineReferral] of the calling line, newest first.
-- Two branches, of which one is empty: by reference through its unique index, or all of them in order.
-- audit: referral
select r.received_at as at, r.id, r.body
from (
    (select l.* from line_referrals_json l
    where $3->'external_ref' is not null and l.client_account_id = actor_account_id()
        and l.external_ref = $3->>'external_ref')
    union all
    (select l.* from line_referrals_json l
    where $3->'external_ref' is null and l.client_account_id = actor_account_id()
        and (l.received_at, l.id) < (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
    order by l.received_at desc, l.id desc
    limit ($3->>'limit')::int + 1)) r
order by r.received_at desc, r.id desc;
