-- GET /v1/incidents/{incident_id}: $1 incident id → Incident; no row = 404
select 200 as status, i.body, i.version::text as etag
from incidents_json i cross join lateral audit('read', 'incident', i.id, array[i.participant_id])
where i.id = $1::uuid;
