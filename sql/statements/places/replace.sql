-- PUT /v1/sessions/{session_id}/place: $1 session id, $4 PlacePut or null → OwnPlace
select * from places_replace($1::uuid, $4);
