-- POST /v1/incidents/{incident_id}/actions: $1 incident id, $4 IncidentActionNew → 201 Incident
select * from incidents_actions_create($1::uuid, $4);
