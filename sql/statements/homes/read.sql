-- GET /v1/participants/{participant_id}/home: $1 own participant id → Home; no row = 404
select 200 as status, h.body
from homes_json h cross join lateral audit('read', 'home', h.participant_id, array[h.participant_id])
where h.participant_id = $1::uuid;
