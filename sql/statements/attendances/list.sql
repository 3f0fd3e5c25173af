-- GET /v1/sessions/{session_id}/attendance: $1 session id, $3 after {id}, limit → [Attendance]; a peer: their own row and no other.
-- No row = 404: whoever has nothing to do with the session.
with page as (
    select a.*, row_number() over (order by a.enrolment_id) as place
    from attendances_json a
    where a.session_id = $1::uuid
        and a.enrolment_id > (select coalesce(($3#>>'{after,id}')::uuid, '00000000-0000-0000-0000-000000000000'))
    order by a.enrolment_id
    limit ($3->>'limit')::int + 1)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(p.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('id', p.enrolment_id)::text) filter (where p.place = ($3->>'limit')::int) end as next,
        array_agg(p.participant_id) filter (where p.place <= ($3->>'limit')::int) as shown
    from page p) listed
cross join lateral audit('list', 'attendance', $1::uuid, listed.shown)
where session_role($1::uuid) is not null or exists (
    select from attendances a where a.session_id = $1::uuid and a.participant_id = (select actor_participant_id()));
