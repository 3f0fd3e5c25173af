-- GET /v1/sessions/{session_id}/places: $1 session id, $3 after {at, id}, limit → [Place], who has waited longest first
-- audit: place
with subject as (select s.id from sessions s where s.id = $1::uuid)
select l.waiting_since as at, l.id, l.participant_id, l.body
from places_json l
where l.session_id = $1::uuid and (l.waiting_since, l.id) > (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
order by l.waiting_since, l.id;
