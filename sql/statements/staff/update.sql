-- PATCH /v1/staff/{staff_id}: $1 account id, $4 StaffPatch → Staff; 409 for the last active administrator
select * from staff_update($1::uuid, $5, $4, $6);
