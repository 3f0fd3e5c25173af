-- GET /v1/alarms/{alarm_id}: $1 alarm id → Alarm; no row = 404
select 200 as status, a.body, a.version::text as etag
from alarms_json a cross join lateral audit('read', 'alarm', a.id, case when not a.by_alias then array[a.participant_id] end)
where a.id = $1::uuid;
