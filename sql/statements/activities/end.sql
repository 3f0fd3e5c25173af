-- POST /v1/activities/{activity_id}/end: $1 activity id → Activity, ended; 409 while a track is not over
select * from activities_end($1::uuid, $5);
