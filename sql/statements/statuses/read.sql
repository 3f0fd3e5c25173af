-- GET /v1/participants/{participant_id}/status: $1 participant id → Status; no row = 404
select 200 as status, s.body
from statuses_json s cross join lateral audit('read', 'status', s.participant_id, array[s.participant_id])
where s.participant_id = $1::uuid;
