-- PUT /v1/activities/{activity_id}/interest: $1 activity id, $4 InterestNew → Interest
select * from interests_replace($1::uuid, $4);
