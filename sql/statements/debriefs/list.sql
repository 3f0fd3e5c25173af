-- GET /v1/debriefs: $3 needs_supervision, session_id, after {at, id}, limit → [Debrief], newest first; needs_supervision: those nobody
-- has talked about yet, by when it is due (R13). Hosts: their own; a professional also those they were asked to supervise.
with asked as (
    select
        actor_role() = 'coordinator' as everything,
        coalesce(($3->>'needs_supervision')::boolean, false) as waiting,
        ($3->>'session_id')::uuid as session_id,
        ($3#>>'{after,at}')::timestamptz as after_at,
        coalesce(($3#>>'{after,id}')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') as after_id),
keys as (
    (select d.id, d.supervision_due as at, row_number() over (order by d.supervision_due, d.id) as place
    from debriefs d
    where (select a.everything and a.waiting from asked a) and d.supervision_due is not null and d.supervised_at is null
        and (d.supervision_due, d.id) > (
            (select coalesce(a.after_at, '-infinity') from asked a),
            (select coalesce(($3#>>'{after,id}')::uuid, '00000000-0000-0000-0000-000000000000')))
        and ((select a.session_id from asked a) is null or d.session_id = (select a.session_id from asked a))
    order by d.supervision_due, d.id
    limit ($3->>'limit')::int + 1)
    union all
    (select f.id, f.created_at, row_number() over (order by f.created_at desc, f.id desc)
    from (
        (select d.id, d.created_at
        from debriefs d
        where (select a.everything and not a.waiting and a.session_id is null from asked a)
            and (d.created_at, d.id) < (
                (select coalesce(a.after_at, 'infinity') from asked a), (select a.after_id from asked a))
        order by d.created_at desc, d.id desc
        limit ($3->>'limit')::int + 1)
        union all
        (select d.id, d.created_at
        from debriefs d
        where (select a.everything and not a.waiting from asked a) and d.session_id = (select a.session_id from asked a)
            and (d.created_at, d.id) < (
                (select coalesce(a.after_at, 'infinity') from asked a), (select a.after_id from asked a))
        order by d.created_at desc, d.id desc
        limit ($3->>'limit')::int + 1)
        union all
        -- What one host may see is little.
        (select d.id, d.created_at
        from (
            select o.* from debriefs o
            where (select not a.everything from asked a) and o.account_id = (select actor_account_id())
            union all
            select v.* from debriefs v
            where (select not a.everything from asked a) and v.supervisor_account_id = (select actor_account_id())
                and v.account_id <> (select actor_account_id())) d
        where (d.created_at, d.id) < (
                (select coalesce(a.after_at, 'infinity') from asked a), (select a.after_id from asked a))
            and ((select a.session_id from asked a) is null or d.session_id = (select a.session_id from asked a))
            and (not (select a.waiting from asked a) or d.supervision_due is not null and d.supervised_at is null)
        order by d.created_at desc, d.id desc
        limit ($3->>'limit')::int + 1)) f
    order by f.created_at desc, f.id desc
    limit ($3->>'limit')::int + 1))
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(d.body order by k.place) filter (where k.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', k.at, 'id', k.id)::text) filter (where k.place = ($3->>'limit')::int) end as next
    from keys k
    cross join lateral (select j.body from debriefs_json j where j.id = k.id limit 1) d) listed
cross join lateral audit('list', 'debrief', null);
