-- GET /v1/enrolments/{enrolment_id}/decisions: $1 enrolment id, $3 after {place}, limit → [EnrolmentDecision], oldest first
with page as (
    select d.*, row_number() over (order by d.place) as shown_as
    from enrolment_decisions_json d
    where d.enrolment_id = $1::uuid and d.place > (select coalesce(($3#>>'{after,place}')::bigint, 0))
    order by d.place
    limit ($3->>'limit')::int + 1)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(p.body order by p.place) filter (where p.shown_as <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('place', p.place)::text) filter (where p.shown_as = ($3->>'limit')::int) end as next
    from page p) listed
cross join (select e.participant_id from enrolments e where e.id = $1::uuid) seen
cross join lateral audit('list', 'enrolment_decision', $1::uuid, array[seen.participant_id]);
