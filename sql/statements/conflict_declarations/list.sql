-- GET /v1/conflict-declarations: $3 state, participant_id, after {at, id}, limit → [ConflictDeclaration], newest first. Peers and hosts:
-- their own. Coordinators: all that they handle, or those for one participant. Each branch has an index of its own.
with asked as (
    select
        actor_role() = 'coordinator' as everything,
        ($3->>'participant_id')::uuid as participant_id,
        coalesce(($3#>>'{after,at}')::timestamptz, 'infinity') as after_at,
        coalesce(($3#>>'{after,id}')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') as after_id),
found as (
    (select d.id, d.created_at
    from conflict_declarations d
    where (select not a.everything from asked a) and d.declared_by = (select actor_account_id())
        and (d.created_at, d.id) < ((select a.after_at from asked a), (select a.after_id from asked a))
        and ($3->'state' is null or $3->>'state' = case when d.withdrawn_at is null then 'standing' else 'withdrawn' end)
    order by d.created_at desc, d.id desc
    limit ($3->>'limit')::int + 1)
    union all
    (select d.id, d.created_at
    from conflict_declarations d
    where (select a.everything and a.participant_id is not null from asked a)
        and d.for_participant_id = (select a.participant_id from asked a)
        and (d.created_at, d.id) < ((select a.after_at from asked a), (select a.after_id from asked a))
        and ($3->'state' is null or $3->>'state' = case when d.withdrawn_at is null then 'standing' else 'withdrawn' end)
    order by d.created_at desc, d.id desc
    limit ($3->>'limit')::int + 1)
    union all
    (select d.id, d.created_at
    from conflict_declarations d
    where (select a.everything and a.participant_id is null from asked a)
        and (d.created_at, d.id) < ((select a.after_at from asked a), (select a.after_id from asked a))
        and ($3->'state' is null or $3->>'state' = case when d.withdrawn_at is null then 'standing' else 'withdrawn' end)
    order by d.created_at desc, d.id desc
    limit ($3->>'limit')::int + 1)),
keys as (
    select f.*, row_number() over (order by f.created_at desc, f.id desc) as place
    from found f
    order by f.created_at desc, f.id desc
    limit ($3->>'limit')::int + 1)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(d.body order by k.place) filter (where k.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', k.created_at, 'id', k.id)::text) filter (where k.place = ($3->>'limit')::int) end as next
    from keys k
    cross join lateral (select j.body from conflict_declarations_json j where j.id = k.id limit 1) d) listed
cross join lateral audit('list', 'conflict_declaration', null, conflict_declaration_audited());
