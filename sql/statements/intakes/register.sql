-- POST /v1/intakes/{intake_id}/register: $1 intake id → Intake in registered
select * from intakes_register($1::uuid, $5);
