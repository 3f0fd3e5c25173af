-- POST /v1/participants/{participant_id}/acceptances: $1 own participant id, $4 AcceptanceNew → 201 Acceptance
select * from acceptances_create($1::uuid, $4);
