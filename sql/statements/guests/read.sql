-- GET /v1/guests/{guest_id}: $1 guest id → Guest; no row = 404
select 200 as status, g.body, g.version::text as etag
from guests_json g cross join lateral audit('read', 'guest', g.id)
where g.id = $1::uuid;
