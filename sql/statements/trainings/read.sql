-- GET /v1/trainings/{training_id}: $1 training id → Training; no row = 404
select 200 as status, t.body, '1' as etag
from trainings_json t cross join lateral audit('read', 'training', t.id)
where t.id = $1::uuid;
