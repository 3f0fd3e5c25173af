-- PUT /v1/sessions/{session_id}/apology: $1 session id → Apology, at any time and again
select * from apologies_replace($1::uuid);
