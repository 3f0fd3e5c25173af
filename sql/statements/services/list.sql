-- GET /v1/services: $3 state[], after {at, id}, limit → [Service], oldest first
with page as (
    select s.*, row_number() over (order by s.created_at, s.id) as place
    from services_json s
    where (s.created_at, s.id) > (
            (select coalesce(($3#>>'{after,at}')::timestamptz, '-infinity')),
            (select coalesce(($3#>>'{after,id}')::uuid, '00000000-0000-0000-0000-000000000000')))
        and ($3->'state' is null or $3->'state' ? s.state)
    order by s.created_at, s.id
    limit ($3->>'limit')::int + 1)
select
    200 as status,
    coalesce(json_agg(p.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
    case when count(*) > ($3->>'limit')::int then
        max(json_build_object('at', p.created_at, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next
from page p;
