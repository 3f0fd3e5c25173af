-- GET /v1/participants/{participant_id}/enrolments: $1 participant id, $3 after {at desc, id desc}, limit → [Enrolment], newest first;
-- no row = 404
-- audit: enrolment
with subject as (select $1::uuid as participant_id where participant_is_seen($1::uuid)),
keys as (
    select e.id, e.created_at
    from enrolments e
    where e.participant_id = $1::uuid
        and (e.created_at, e.id) < (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
    order by e.created_at desc, e.id desc
    limit ($3->>'limit')::int + 1)
select k.created_at as at, k.id, j.body
from keys k
cross join lateral (select j.body from enrolments_json j where j.id = k.id) j
order by k.created_at desc, k.id desc;
