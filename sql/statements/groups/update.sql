-- PATCH /v1/groups/{group_id}: $1 group id, $4 GroupPatch → Group
select * from groups_update($1::uuid, $5, $4);
