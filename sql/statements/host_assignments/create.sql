-- POST /v1/groups/{group_id}/host-assignments: $1 group id, $4 HostAssignmentNew → 201 HostAssignment; 422 names all that somebody lacks
select * from host_assignments_create($1::uuid, $4);
