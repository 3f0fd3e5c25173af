-- GET /v1/staff/{staff_id}: $1 account id → Staff; no row = 404
select 200 as status, s.body, s.version::text as etag
from staff_json s cross join lateral audit('read', 'staff', s.id)
where s.id = $1::uuid;
