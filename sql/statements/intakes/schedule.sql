-- PUT /v1/intakes/{intake_id}/meeting: $1 intake id, $4 MeetingPut → Intake in meeting_scheduled
select * from intakes_schedule($1::uuid, $5, $4);
