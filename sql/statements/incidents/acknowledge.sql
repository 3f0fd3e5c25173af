-- POST /v1/incidents/{incident_id}/acknowledge: $1 incident id → Incident
select * from incidents_acknowledge($1::uuid, $5);
