-- GET /v1/host-assignments/{assignment_id}: $1 assignment id → HostAssignment; no row = 404
select 200 as status, h.body, h.version::text as etag
from host_assignments_json h cross join lateral audit('read', 'host_assignment', h.id)
where h.id = $1::uuid;
