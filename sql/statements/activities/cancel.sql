-- POST /v1/activities/{activity_id}/cancel: $1 activity id → Activity, cancelled; 409 while a track is not over
select * from activities_cancel($1::uuid, $5);
