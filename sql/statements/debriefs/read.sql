-- GET /v1/debriefs/{debrief_id}: $1 debrief id → Debrief; no row = 404
select 200 as status, d.body, d.version::text as etag
from debriefs_json d cross join lateral audit('read', 'debrief', d.id)
where d.id = $1::uuid;
