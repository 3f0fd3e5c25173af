-- GET /v1/exclusion-requests: $3 open, after {at desc, id desc}, limit → [ExclusionRequest], newest first
-- audit: exclusion_request
with keys as (
    (select r.id, r.created_at, r.participant_id
    from exclusion_requests r
    where ($3->>'open')::boolean and r.state = 'open'
        and (r.created_at, r.id) < (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
    order by r.created_at desc, r.id desc
    limit ($3->>'limit')::int + 1)
    union all
    (select r.id, r.created_at, r.participant_id
    from exclusion_requests r
    where ($3->>'open')::boolean is not true
        and (r.created_at, r.id) < (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
    order by r.created_at desc, r.id desc
    limit ($3->>'limit')::int + 1))
select k.created_at as at, k.id, k.participant_id, j.body
from keys k
cross join lateral (select j.body from exclusion_requests_json j where j.id = k.id limit 1) j
order by k.created_at desc, k.id desc;
