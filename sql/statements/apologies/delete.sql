-- DELETE /v1/sessions/{session_id}/apology: $1 session id → 204, at any time and again
select * from apologies_delete($1::uuid);
