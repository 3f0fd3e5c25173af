-- POST /v1/activities: $4 ActivityNew → 201 Activity, planned
select * from activities_create($4);
