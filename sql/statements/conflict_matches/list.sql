-- GET /v1/conflict-matches: $3 open, state, after {at, id}, limit → [ConflictMatch], newest first. open: what nobody decided yet, and
-- what stands between two who are in one group.
with asked as (
    select
        coalesce(($3->>'open')::boolean, false) as is_open,
        coalesce(($3#>>'{after,at}')::timestamptz, 'infinity') as after_at,
        coalesce(($3#>>'{after,id}')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') as after_id),
keys as (
    select f.*, row_number() over (order by f.created_at desc, f.id desc) as place
    from (
        (select m.id, m.created_at
        from conflict_matches m
        where (select a.is_open from asked a)
            and m.ended_at is null and (m.state = 'unconfirmed' or m.state = 'blocked' and m.raised_at is not null)
            and (m.created_at, m.id) < ((select a.after_at from asked a), (select a.after_id from asked a))
            and ($3->'state' is null or m.state = $3->>'state')
        order by m.created_at desc, m.id desc
        limit ($3->>'limit')::int + 1)
        union all
        (select m.id, m.created_at
        from conflict_matches m
        where (select not a.is_open from asked a)
            and (m.created_at, m.id) < ((select a.after_at from asked a), (select a.after_id from asked a))
            and ($3->'state' is null or m.state = $3->>'state')
        order by m.created_at desc, m.id desc
        limit ($3->>'limit')::int + 1)) f
    order by f.created_at desc, f.id desc
    limit ($3->>'limit')::int + 1)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(m.body order by k.place) filter (where k.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', k.created_at, 'id', k.id)::text) filter (where k.place = ($3->>'limit')::int) end as next
    from keys k
    cross join lateral (select j.body from conflict_matches_json j where j.id = k.id limit 1) m) listed
cross join lateral audit('list', 'conflict_match', null);
