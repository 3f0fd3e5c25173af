-- POST /v1/services: $4 ServiceNew → 201 Service in planned; 409 when the code is taken
select * from services_create($4);
