-- POST /v1/groups/{group_id}/complete: $1 group id → Group in completed
select * from groups_complete($1::uuid, $5);
