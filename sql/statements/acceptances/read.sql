-- GET /v1/acceptances/{acceptance_id}: $1 acceptance id → Acceptance; no row = 404
select 200 as status, a.body, a.version::text as etag
from acceptances_json a cross join lateral audit('read', 'acceptance', a.id, array[a.participant_id])
where a.id = $1::uuid;
