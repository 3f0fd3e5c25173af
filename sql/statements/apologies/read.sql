-- GET /v1/sessions/{session_id}/apology: $1 session id → Apology; no row = 404
select 200 as status, a.body
from apologies_json a cross join lateral audit('read', 'apology', a.session_id, array[a.participant_id])
where a.session_id = $1::uuid;
