-- GET /v1/sessions/{session_id}/places/{enrolment_id}/decisions: $1 session id, $2 enrolment id, $3 after {seq}, limit → [PlaceDecision],
-- oldest first
-- audit: place_decision
with subject as (
    select e.id, e.participant_id from enrolments e join sessions s on s.cohort_id = e.cohort_id where s.id = $1::uuid and e.id = $2::uuid)
select d.seq, d.body
from place_decisions_json d join places l on l.id = d.place_id
where l.session_id = $1::uuid and l.enrolment_id = $2::uuid and d.seq > ($3#>>'{after,seq}')::bigint
order by d.seq;
