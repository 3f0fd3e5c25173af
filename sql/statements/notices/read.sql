-- GET /v1/notices/{notice_id}: $1 notice id → Notice; no row = 404
select 200 as status, json_join(n.body, json_build_object('by_alias', notice_by_alias(n.id))) as body, n.version::text as etag
from notices_json n cross join lateral audit('read', 'notice', n.id)
where n.id = $1::uuid;
