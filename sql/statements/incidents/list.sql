-- GET /v1/incidents: $3 overdue, state[], session_id, coordinator_id, after {at desc, id desc}, limit → [Incident], newest first; overdue:
-- what is late, by the clock that ran out first. Hosts: what is theirs.
-- audit: incident
select f.at, f.id, f.participant_id, j.body
from incidents_find($3) with ordinality f (at, id, participant_id, nth)
cross join lateral (select j.body from incidents_json j where j.id = f.id limit 1) j
order by f.nth;
