-- GET /v1/participants/{participant_id}/contact: $1 participant id → Contact; no row = 404
select 200 as status, c.body, c.version::text as etag
from contacts_json c cross join lateral audit('read', 'contact', c.participant_id, array[c.participant_id])
where c.participant_id = $1::uuid and participant_is_seen($1::uuid);
