-- PATCH /v1/activities/{activity_id}: $1 activity id, $4 ActivityPatch → Activity
select * from activities_update($1::uuid, $5, $4);
