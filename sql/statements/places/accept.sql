-- POST /v1/sessions/{session_id}/place/accept: $1 session id → OwnPlace
select * from places_accept($1::uuid);
