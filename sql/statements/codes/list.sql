-- GET /v1/codes: $3 list, after {kind, position, id}, limit → [CodeEntry], list by list, in the order to show them
select c.list as kind, c.position, c.id, c.body
from codes_json c
where (c.list, c.position, c.id)
    > ($3#>>'{after,kind}', ($3#>>'{after,position}')::int, ($3#>>'{after,id}')::uuid)
    and ($3->'list' is null or c.list = $3->>'list')
order by c.list, c.position, c.id;
