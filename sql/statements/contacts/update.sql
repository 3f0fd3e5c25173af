-- PATCH /v1/participants/{participant_id}/contact: $1 participant id, $4 ContactPatch → Contact
select * from contacts_update($1::uuid, $5, $4, $6);
