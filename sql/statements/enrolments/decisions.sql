-- GET /v1/enrolments/{enrolment_id}/decisions: $1 enrolment id, $3 after {place}, limit → [EnrolmentDecision], oldest first
-- audit: enrolment_decision
with subject as (select e.id, e.participant_id from enrolments e where e.id = $1::uuid)
select d.place, d.body
from enrolment_decisions_json d
where d.enrolment_id = $1::uuid and d.place > ($3#>>'{after,place}')::bigint
order by d.place;
