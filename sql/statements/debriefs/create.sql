-- POST /v1/sessions/{session_id}/debriefs: $1 session id, $4 DebriefNew → 201 Debrief; 404 for whoever did not lead it
select * from debriefs_create($1::uuid, $4, $6);
