-- GET /v1/holidays/{holiday_id}: $1 holiday id → Holiday; no row = 404
select 200 as status, h.body, h.version::text as etag from holidays_json h where h.id = $1::uuid;
