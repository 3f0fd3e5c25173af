-- GET /v1/groups/{group_id}/enrolments: $1 group id, $3 state[], after {at desc, id desc}, limit → [Enrolment], newest first;
-- no row = 404
-- audit: enrolment
with subject as (select g.id from cohorts g where g.id = $1::uuid),
keys as (
    select e.id, e.created_at, e.participant_id
    from enrolments e
    where e.cohort_id = $1::uuid
        and (e.created_at, e.id) < (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
        and ($3->'state' is null or $3->'state' ? e.state)
    order by e.created_at desc, e.id desc
    limit ($3->>'limit')::int + 1)
select k.created_at as at, k.id, k.participant_id, j.body
from keys k
cross join lateral (select j.body from enrolments_json j where j.id = k.id) j
order by k.created_at desc, k.id desc;
