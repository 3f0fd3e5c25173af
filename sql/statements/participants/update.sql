-- PATCH /v1/participants/{participant_id}: $1 participant id, $4 ParticipantPatch → Participant
select * from participants_update($1::uuid, $5, $4, $6);
