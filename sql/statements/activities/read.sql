-- GET /v1/activities/{activity_id}: $1 activity id → Activity; no row = 404
select 200 as status, a.body, a.version::text as etag from activities_json a where a.id = $1::uuid;
