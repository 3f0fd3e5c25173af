-- DELETE /v1/activities/{activity_id}/interest: $1 activity id → 204, at any time and again
select * from interests_delete($1::uuid);
