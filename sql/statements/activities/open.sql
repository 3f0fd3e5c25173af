-- POST /v1/activities/{activity_id}/open: $1 activity id → Activity, open
select * from activities_open($1::uuid, $5);
