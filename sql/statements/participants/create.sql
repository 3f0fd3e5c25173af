-- POST /v1/participants: $4 ParticipantNew → 201 Participant; its peer account is opened with it
select * from participants_create($4, $6);
