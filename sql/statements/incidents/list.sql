-- GET /v1/incidents: $3 overdue, state[], session_id, after {at, id}, limit → [Incident], newest first; overdue: what is late, by the
-- clock that ran out first. Hosts: what is theirs. Each branch has an index of its own and runs only when it is the one.
with asked as (
    select
        actor_role() = 'coordinator' as everything,
        coalesce(($3->>'overdue')::boolean, false) as overdue,
        ($3->>'session_id')::uuid as session_id,
        ($3#>>'{after,at}')::timestamptz as after_at,
        coalesce(($3#>>'{after,id}')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') as after_id),
keys as (
    (select i.id, i.next_due as at, i.participant_id, row_number() over (order by i.next_due, i.id) as place
    from incidents i
    where (select a.everything and a.overdue from asked a) and i.next_due < (select app_now())
        and (i.next_due, i.id) > (
            (select coalesce(a.after_at, '-infinity') from asked a),
            (select coalesce(($3#>>'{after,id}')::uuid, '00000000-0000-0000-0000-000000000000')))
        and ($3->'state' is null or $3->'state' ? i.state)
        and ((select a.session_id from asked a) is null or i.session_id = (select a.session_id from asked a))
    order by i.next_due, i.id
    limit ($3->>'limit')::int + 1)
    union all
    (select f.id, f.created_at, f.participant_id, row_number() over (order by f.created_at desc, f.id desc)
    from (
        (select i.id, i.created_at, i.participant_id
        from incidents i
        where (select a.everything and not a.overdue and a.session_id is null from asked a)
            and (i.created_at, i.id) < (
                (select coalesce(a.after_at, 'infinity') from asked a), (select a.after_id from asked a))
            and ($3->'state' is null or $3->'state' ? i.state)
        order by i.created_at desc, i.id desc
        limit ($3->>'limit')::int + 1)
        union all
        (select i.id, i.created_at, i.participant_id
        from incidents i
        where (select a.everything and not a.overdue from asked a) and i.session_id = (select a.session_id from asked a)
            and (i.created_at, i.id) < (
                (select coalesce(a.after_at, 'infinity') from asked a), (select a.after_id from asked a))
            and ($3->'state' is null or $3->'state' ? i.state)
        order by i.created_at desc, i.id desc
        limit ($3->>'limit')::int + 1)
        union all
        -- What one host may see is little.
        (select h.id, h.created_at, h.participant_id
        from (
            select i.* from incidents i
            where (select not a.everything from asked a) and i.created_by = (select actor_account_id())
            union
            select i.* from incidents i
            where (select not a.everything from asked a) and i.session_id = any ((select actor_session_ids())::uuid[])) h
        where (h.created_at, h.id) < (
                (select coalesce(a.after_at, 'infinity') from asked a), (select a.after_id from asked a))
            and ($3->'state' is null or $3->'state' ? h.state)
            and (not (select a.overdue from asked a) or h.next_due < (select app_now()))
            and ((select a.session_id from asked a) is null or h.session_id = (select a.session_id from asked a))
        order by h.created_at desc, h.id desc
        limit ($3->>'limit')::int + 1)) f
    order by f.created_at desc, f.id desc
    limit ($3->>'limit')::int + 1))
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(i.body order by k.place) filter (where k.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', k.at, 'id', k.id)::text) filter (where k.place = ($3->>'limit')::int) end as next,
        array_agg(distinct k.participant_id) filter (where k.place <= ($3->>'limit')::int) as shown
    from keys k
    cross join lateral (select j.body from incidents_json j where j.id = k.id limit 1) i) listed
cross join lateral audit('list', 'incident', null, listed.shown);
