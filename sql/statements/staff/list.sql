-- GET /v1/staff: $3 role[], is_active, after {at, id}, limit → [Staff], oldest first
with page as (
    select s.*, row_number() over (order by s.created_at, s.id) as place
    from staff_json s
    where (s.created_at, s.id) > (
            (select coalesce(($3#>>'{after,at}')::timestamptz, '-infinity')),
            (select coalesce(($3#>>'{after,id}')::uuid, '00000000-0000-0000-0000-000000000000')))
        and ($3->'role' is null or $3->'role' ? s.role)
        and ($3->'is_active' is null or s.is_active = ($3->>'is_active')::boolean)
    order by s.created_at, s.id
    limit ($3->>'limit')::int + 1)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(p.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', p.created_at, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next
    from page p) listed
cross join lateral audit('list', 'staff', null);
