-- PUT /v1/participants/{participant_id}/emergency-contact: $1 participant id, $4 EmergencyContactPut → EmergencyContact
select * from emergency_contacts_replace($1::uuid, $5, $4, $6);
