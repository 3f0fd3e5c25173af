-- GET /v1/groups: $3 state[], language, service_id, after {at, id}, limit → [ListedGroup], newest first; hosts: those they lead
with page as (
    select g.id, g.created_at, row_number() over (order by g.created_at desc, g.id desc) as place
    from groups g
    where (g.created_at, g.id) < (
            (select coalesce(($3#>>'{after,at}')::timestamptz, 'infinity')),
            (select coalesce(($3#>>'{after,id}')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')))
        and coalesce(
            ($3->'state' is null or $3->'state' ? g.state)
            and ($3->'language' is null or g.language = $3->>'language')
            and ($3->'service_id' is null or g.service_id = ($3->>'service_id')::uuid), false)
    order by g.created_at desc, g.id desc
    limit ($3->>'limit')::int + 1)
select
    200 as status,
    coalesce(json_agg(g.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
    case when count(*) > ($3->>'limit')::int then
        max(json_build_object('at', p.created_at, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next
from page p
cross join lateral (
    select j.body::jsonb || n.standing as body
    from groups_json j join group_standings n on n.id = j.id where j.id = p.id limit 1) g;
