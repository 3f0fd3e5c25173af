-- POST /v1/groups/{group_id}/cancel: $1 group id → Group in cancelled, its sessions too, every seat released
select * from groups_cancel($1::uuid, $5);
