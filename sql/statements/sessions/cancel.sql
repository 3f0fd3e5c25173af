-- POST /v1/sessions/{session_id}/cancel: $1 session id → Session in cancelled
select * from sessions_cancel($1::uuid, $5);
