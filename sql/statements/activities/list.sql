-- GET /v1/activities: $3 state[], kind, after {at desc, id desc}, limit → [Activity], newest first
select a.created_at as at, a.id, a.body
from activities_json a
where (a.created_at, a.id) < (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
    and ($3->'state' is null or $3->'state' ? a.state)
    and ($3->'kind' is null or a.kind = $3->>'kind')
order by a.created_at desc, a.id desc;
