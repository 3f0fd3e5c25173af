-- GET /v1/services/{service_id}: $1 service id → Service; no row = 404
select 200 as status, s.body, s.version::text as etag from services_json s where s.id = $1::uuid;
