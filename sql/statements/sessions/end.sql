-- POST /v1/sessions/{session_id}/end: $1 session id → SessionRun
select * from sessions_end($1::uuid);
