-- GET /v1/groups/{group_id}: $1 group id → Group; no row = 404
select 200 as status, g.body, g.version::text as etag from groups_json g where g.id = $1::uuid;
