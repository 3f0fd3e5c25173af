-- GET /v1/guests: $3 state, after {at desc, id desc}, limit → [Guest], newest first
-- audit: guest
select g.created_at as at, g.id, g.body
from guests_json g
where (g.created_at, g.id) < (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
    and coalesce(g.state = $3->>'state', true)
order by g.created_at desc, g.id desc;
