-- DELETE /v1/sessions/{session_id}/place: $1 session id → 204
select * from places_delete($1::uuid);
