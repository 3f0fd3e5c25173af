-- GET /v1/groups/{group_id}/host-assignments: $1 group id, $3 is_released, after {at, id}, limit → [HostAssignment], oldest first;
-- no row = 404
-- audit: host_assignment
with subject as (select g.id from cohorts g where g.id = $1::uuid)
select h.assigned_at as at, h.id, h.body
from host_assignments_json h
where h.cohort_id = $1::uuid
    and (h.assigned_at, h.id) > (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
    and coalesce(($3->>'is_released')::boolean = (h.released_at is not null), true)
order by h.assigned_at, h.id;
