-- PATCH /v1/sessions/{session_id}: $1 session id, $4 SessionPatch → Session; with cascade those that follow move as well
select * from sessions_update($1::uuid, $5, $4, $6);
