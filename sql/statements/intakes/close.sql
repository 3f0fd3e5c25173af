-- POST /v1/intakes/{intake_id}/close: $1 intake id, $4 IntakeClose → Intake in closed or ineligible
select * from intakes_close($1::uuid, $5, $4);
