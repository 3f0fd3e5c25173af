-- POST /v1/sessions/{session_id}/start: $1 session id, $4 SessionStart → SessionRun
select * from sessions_start($1::uuid, $4);
