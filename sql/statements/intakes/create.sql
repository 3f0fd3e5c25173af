-- POST /v1/intakes: $4 IntakeNew → 201 Intake; 409 while another one is open on the track, or still serves
select * from intakes_create($4);
