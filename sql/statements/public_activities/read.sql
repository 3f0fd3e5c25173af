-- GET /v1/public-activities/{activity_id}: $1 activity id → PublicActivity, also once it is over; no row = 404
select 200 as status, a.body from public_activities_json a where a.id = $1::uuid;
