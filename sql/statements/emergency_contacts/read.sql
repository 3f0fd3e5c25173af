-- GET /v1/participants/{participant_id}/emergency-contact: $1 participant id → EmergencyContact; no row = 404
select 200 as status, e.body, e.version::text as etag
from emergency_contacts_json e cross join lateral audit('read', 'emergency_contact', e.participant_id, array[e.participant_id])
where e.participant_id = $1::uuid and participant_is_seen($1::uuid);
