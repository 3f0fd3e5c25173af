-- GET /v1/staff: $3 role[], is_active, after {at, id}, limit → [Staff], oldest first
-- audit: staff
select s.created_at as at, s.id, s.body
from staff_json s
where (s.created_at, s.id) > (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
    and ($3->'role' is null or $3->'role' ? s.role)
    and ($3->'is_active' is null or s.is_active = ($3->>'is_active')::boolean)
order by s.created_at, s.id;
