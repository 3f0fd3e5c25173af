-- GET /v1/staff/{staff_id}/qualification: $1 account id → Qualification; no row = 404
select 200 as status, q.body, q.version::text as etag
from qualifications_json q cross join lateral audit('read', 'qualification', q.account_id)
where q.account_id = $1::uuid and actor_role() = 'administrator';
