-- PATCH /v1/debriefs/{debrief_id}: $1 debrief id, $4 DebriefPatch → Debrief
select * from debriefs_update($1::uuid, $5, $4);
