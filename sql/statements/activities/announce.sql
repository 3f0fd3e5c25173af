-- POST /v1/activities/{activity_id}/announce: $1 activity id → Activity, announced
select * from activities_announce($1::uuid, $5);
