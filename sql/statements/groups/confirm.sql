-- POST /v1/groups/{group_id}/confirm: $1 group id → Group in confirmed
select * from groups_confirm($1::uuid, $5);
