-- GET /v1/groups/{group_id}/host-assignments: $1 group id, $3 is_released, after {at, id}, limit → [HostAssignment], oldest first;
-- no row = 404
select 200 as status, listed.body, listed.next
from cohorts g
cross join lateral (
    select
        coalesce(json_agg(p.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', p.assigned_at, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next
    from (
        select h.*, row_number() over (order by h.assigned_at, h.id) as place
        from host_assignments_json h
        where h.cohort_id = g.id
            and (h.assigned_at, h.id) > (
                (select coalesce(($3#>>'{after,at}')::timestamptz, '-infinity')),
                (select coalesce(($3#>>'{after,id}')::uuid, '00000000-0000-0000-0000-000000000000')))
            and coalesce(($3->>'is_released')::boolean = (h.released_at is not null), true)
        order by h.assigned_at, h.id
        limit ($3->>'limit')::int + 1) p) listed
cross join lateral audit('list', 'host_assignment', g.id)
where g.id = $1::uuid;
