-- GET /v1/training-offerings/{offering_id}: $1 offering id → TrainingOffering; no row = 404
select 200 as status, o.body, o.version::text as etag
from training_offerings_json o cross join lateral audit('read', 'training_offering', o.id)
where o.id = $1::uuid;
