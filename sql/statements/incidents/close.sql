-- POST /v1/incidents/{incident_id}/close: $1 incident id → Incident
select * from incidents_close($1::uuid, $5);
