-- GET /v1/intakes/{intake_id}: $1 intake id → Intake; no row = 404
select 200 as status, i.body, i.version::text as etag
from intakes_json i cross join lateral audit('read', 'intake', i.id, array[i.participant_id])
where i.id = $1::uuid;
