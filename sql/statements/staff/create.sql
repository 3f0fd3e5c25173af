-- POST /v1/staff: $4 StaffNew → 201 Staff
select * from staff_create($4, $6);
