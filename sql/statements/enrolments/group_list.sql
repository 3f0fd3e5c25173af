-- GET /v1/groups/{group_id}/enrolments: $1 group id, $3 state[], after {at, id}, limit → [Enrolment], newest first; no row = 404
with page as (
    select e.*, row_number() over (order by e.created_at desc, e.id desc) as place
    from enrolments e
    where e.cohort_id = $1::uuid
        and (e.created_at, e.id) < (
            (select coalesce(($3#>>'{after,at}')::timestamptz, 'infinity')),
            (select coalesce(($3#>>'{after,id}')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')))
        and ($3->'state' is null or $3->'state' ? e.state)
    order by e.created_at desc, e.id desc
    limit ($3->>'limit')::int + 1)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(e.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', p.created_at, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next,
        array_agg(p.participant_id) filter (where p.place <= ($3->>'limit')::int) as shown
    from page p
    cross join lateral (select j.body from enrolments_json j where j.id = p.id) e) listed
cross join (select g.id from cohorts g where g.id = $1::uuid) seen
cross join lateral audit('list', 'enrolment', seen.id, listed.shown);
