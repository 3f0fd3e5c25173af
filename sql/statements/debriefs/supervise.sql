-- POST /v1/debriefs/{debrief_id}/supervise: $1 debrief id → Debrief
select * from debriefs_supervise($1::uuid, $5);
