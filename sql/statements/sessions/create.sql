-- POST /v1/groups/{group_id}/sessions: $1 group id, $4 SessionNew → 201 Session; 409 when the group may have no more
select * from sessions_create($1::uuid, $4, $6);
