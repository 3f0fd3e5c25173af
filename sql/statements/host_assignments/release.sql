-- POST /v1/host-assignments/{assignment_id}/release: $1 assignment id → HostAssignment, released
select * from host_assignments_release($1::uuid, $5);
