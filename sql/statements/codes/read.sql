-- GET /v1/codes/{code_id}: $1 code id → CodeEntry; no row = 404
select 200 as status, c.body, c.version::text as etag from codes_json c where c.id = $1::uuid;
