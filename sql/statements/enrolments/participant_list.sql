-- GET /v1/participants/{participant_id}/enrolments: $1 participant id, $3 after {at, id}, limit → [Enrolment], newest first; no row = 404
with page as (
    select e.*, row_number() over (order by e.created_at desc, e.id desc) as place
    from enrolments e
    where e.participant_id = $1::uuid
        and (e.created_at, e.id) < (
            (select coalesce(($3#>>'{after,at}')::timestamptz, 'infinity')),
            (select coalesce(($3#>>'{after,id}')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')))
    order by e.created_at desc, e.id desc
    limit ($3->>'limit')::int + 1)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(e.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', p.created_at, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next
    from page p
    cross join lateral (select j.body from enrolments_json j where j.id = p.id) e) listed
cross join lateral audit('list', 'enrolment', null, array[$1::uuid])
where participant_is_seen($1::uuid);
