-- GET /v1/sessions/{session_id}/attendance: $1 session id, $3 after {id}, limit → [Attendance]; a peer: their own row and no other.
-- No row = 404: whoever has nothing to do with the session.
-- audit: attendance
with subject as (
    select $1::uuid as id
    where session_role($1::uuid) is not null or exists (
        select from attendances a where a.session_id = $1::uuid and a.participant_id = (select actor_participant_id())))
select a.enrolment_id as id, a.participant_id, a.body
from attendances_json a
where a.session_id = $1::uuid and a.enrolment_id > ($3#>>'{after,id}')::uuid
order by a.enrolment_id;
