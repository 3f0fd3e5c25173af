-- POST /v1/intakes/{intake_id}/acknowledge: $1 intake id, $4 Acknowledgement → Intake in acknowledged
select * from intakes_acknowledge($1::uuid, $5, $4);
