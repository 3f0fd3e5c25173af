-- POST /v1/intakes/{intake_id}/meeting/hold: $1 intake id, $4 MeetingHeld → Intake in meeting_done, not_ready or ready
select * from intakes_hold($1::uuid, $5, $4);
