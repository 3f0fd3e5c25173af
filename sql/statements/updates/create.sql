-- POST /v1/intakes/{intake_id}/updates: $1 intake id, $4 UpdateNew → 201 Update
select * from updates_create($1::uuid, $4);
