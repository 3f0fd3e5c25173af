-- POST /v1/groups/{group_id}/open: $1 group id → Group in recruiting
select * from groups_open($1::uuid, $5);
