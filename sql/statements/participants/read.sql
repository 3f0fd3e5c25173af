-- GET /v1/participants/{participant_id}: $1 participant id → Participant; no row = 404
select 200 as status, p.body, p.version::text as etag
from participants_json p cross join lateral audit('read', 'participant', p.id, array[p.id])
where p.id = $1::uuid;
