-- GET /v1/participants: $3 region, preferred_language, affiliation_kind, status, after {at, id}, limit → [Participant], newest first.
-- Where regions are asked for or are all that the coordinator has, one index scan for each; otherwise one for everything.
-- coalesce() stands in subqueries: bare, row level security would keep it from the index.
with scope as (
    select case
        when $3->>'region' is not null then array[$3->>'region']
        when cardinality(actor_regions()) > 0 then actor_regions() || '-'::text end as regions),
keys as (
    select k.id, k.created_at, row_number() over (order by k.created_at desc, k.id desc) as place
    from (
        (select p.id, p.created_at
        from participants p
        where (select s.regions is null from scope s)
            and (p.created_at, p.id) < (
                (select coalesce(($3#>>'{after,at}')::timestamptz, 'infinity')),
                (select coalesce(($3#>>'{after,id}')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')))
            and ($3->'preferred_language' is null or p.preferred_language = $3->>'preferred_language')
            and ($3->'affiliation_kind' is null or p.affiliation_kind = $3->>'affiliation_kind')
            and ($3->'status' is null or p.status = $3->>'status')
        order by p.created_at desc, p.id desc
        limit ($3->>'limit')::int + 1)
        union all
        (select p.id, p.created_at
        from (select distinct unnest(s.regions) as region from scope s) wanted
        cross join lateral (
            select p.id, p.created_at
            from participants p
            -- As an equality this would leave the planner free to walk through all regions in search of a rare one.
            where p.region_key >= wanted.region
                and (p.region_key, p.created_at, p.id) < (
                    wanted.region,
                    (select coalesce(($3#>>'{after,at}')::timestamptz, 'infinity')),
                    (select coalesce(($3#>>'{after,id}')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')))
                and ($3->'preferred_language' is null or p.preferred_language = $3->>'preferred_language')
                and ($3->'affiliation_kind' is null or p.affiliation_kind = $3->>'affiliation_kind')
                and ($3->'status' is null or p.status = $3->>'status')
            order by p.region_key desc, p.created_at desc, p.id desc
            limit ($3->>'limit')::int + 1) p)) k
    order by k.created_at desc, k.id desc
    limit ($3->>'limit')::int + 1)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(p.body order by k.place) filter (where k.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', k.created_at, 'id', k.id)::text) filter (where k.place = ($3->>'limit')::int) end as next,
        array_agg(k.id) filter (where k.place <= ($3->>'limit')::int) as shown
    from keys k
    cross join lateral (select j.body from participants_json j where j.id = k.id) p) listed
cross join lateral audit('list', 'participant', null, listed.shown);
