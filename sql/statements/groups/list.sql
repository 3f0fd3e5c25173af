-- GET /v1/groups: $3 state[], language, service_id, after {at, id}, limit → [ListedGroup], newest first; hosts: those they lead. Each
-- branch has an index of its own and runs only when it is the one.
with asked as (
    select
        actor_role() = 'coordinator' as everything,
        coalesce(($3#>>'{after,at}')::timestamptz, 'infinity') as after_at,
        coalesce(($3#>>'{after,id}')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') as after_id),
found as (
    (select g.id, g.created_at
    from (select distinct unnest(actor_cohort_ids()) as id from asked a where not a.everything) mine
    join cohorts g on g.id = mine.id
    where (g.created_at, g.id) < ((select a.after_at from asked a), (select a.after_id from asked a))
        and ($3->'state' is null or $3->'state' ? g.state)
        and ($3->'language' is null or g.language = $3->>'language')
        and ($3->'service_id' is null or g.service_id = ($3->>'service_id')::uuid)
    order by g.created_at desc, g.id desc
    limit ($3->>'limit')::int + 1)
    union all
    (select g.id, g.created_at
    from (select distinct jsonb_array_elements_text($3->'state') as state from asked a where a.everything) wanted
    cross join lateral (
        select g.id, g.created_at
        from cohorts g
        where g.state = wanted.state
            and (g.created_at, g.id) < ((select a.after_at from asked a), (select a.after_id from asked a))
            and ($3->'language' is null or g.language = $3->>'language')
            and ($3->'service_id' is null or g.service_id = ($3->>'service_id')::uuid)
        order by g.created_at desc, g.id desc
        limit ($3->>'limit')::int + 1) g)
    union all
    (select g.id, g.created_at
    from cohorts g
    where (select a.everything and $3->'state' is null from asked a)
        and (g.created_at, g.id) < ((select a.after_at from asked a), (select a.after_id from asked a))
        and ($3->'language' is null or g.language = $3->>'language')
        and ($3->'service_id' is null or g.service_id = ($3->>'service_id')::uuid)
    order by g.created_at desc, g.id desc
    limit ($3->>'limit')::int + 1)),
page as (
    select f.*, row_number() over (order by f.created_at desc, f.id desc) as place
    from found f
    order by f.created_at desc, f.id desc
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
