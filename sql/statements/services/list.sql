-- GET /v1/services: $3 state[], after {at, id}, limit → [Service], oldest first
select s.created_at as at, s.id, s.body
from services_json s
where (s.created_at, s.id) > (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
    and ($3->'state' is null or $3->'state' ? s.state)
order by s.created_at, s.id;
