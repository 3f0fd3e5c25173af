-- POST /v1/incidents: $4 IncidentNew → 201 Incident
select * from incidents_create($4);
