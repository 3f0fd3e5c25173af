-- GET /v1/intakes: $3 state[], track, participant_id, update_overdue, assigned_to_me, after {at, id}, limit → [ListedIntake], newest
-- first. Each branch has an index of its own and runs only when it is the one: one person's, the overdue, by state, everything.
with asked as (
    select
        ($3->>'participant_id')::uuid as participant_id,
        coalesce(($3->>'update_overdue')::boolean, false) as overdue,
        coalesce(($3#>>'{after,at}')::timestamptz, 'infinity') as after_at,
        coalesce(($3#>>'{after,id}')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') as after_id),
found as (
    (select i.*
    from intakes i
    where i.participant_id = (select a.participant_id from asked a)
        and (i.created_at, i.id) < ((select a.after_at from asked a), (select a.after_id from asked a))
        and ($3->'state' is null or $3->'state' ? i.state)
        and ($3->'track' is null or i.track = $3->>'track')
        and (not (select a.overdue from asked a) or i.update_due_at < app_now())
        and (($3->>'assigned_to_me')::boolean is not true or i.coordinator_account_id = (select actor_account_id()))
    order by i.created_at desc, i.id desc
    limit ($3->>'limit')::int + 1)
    union all
    (select i.*
    from (
        -- The fence keeps the planner on the index of what is due.
        select i.* from intakes i
        where (select a.participant_id is null and a.overdue from asked a) and i.update_due_at < (select app_now())
        offset 0) i
    where (i.created_at, i.id) < ((select a.after_at from asked a), (select a.after_id from asked a))
        and ($3->'state' is null or $3->'state' ? i.state)
        and ($3->'track' is null or i.track = $3->>'track')
        and (($3->>'assigned_to_me')::boolean is not true or i.coordinator_account_id = (select actor_account_id()))
    order by i.created_at desc, i.id desc
    limit ($3->>'limit')::int + 1)
    union all
    (select i.*
    from (
        select jsonb_array_elements_text($3->'state') as state
        from asked a where a.participant_id is null and not a.overdue) wanted
    cross join lateral (
        select i.*
        from intakes i
        where i.state = wanted.state
            and (i.created_at, i.id) < ((select a.after_at from asked a), (select a.after_id from asked a))
            and ($3->'track' is null or i.track = $3->>'track')
            and (($3->>'assigned_to_me')::boolean is not true or i.coordinator_account_id = (select actor_account_id()))
        order by i.created_at desc, i.id desc
        limit ($3->>'limit')::int + 1) i)
    union all
    (select i.*
    from intakes i
    where (select a.participant_id is null and not a.overdue and $3->'state' is null from asked a)
        and (i.created_at, i.id) < ((select a.after_at from asked a), (select a.after_id from asked a))
        and ($3->'track' is null or i.track = $3->>'track')
        and (($3->>'assigned_to_me')::boolean is not true or i.coordinator_account_id = (select actor_account_id()))
    order by i.created_at desc, i.id desc
    limit ($3->>'limit')::int + 1)),
keys as (
    select f.*, row_number() over (order by f.created_at desc, f.id desc) as place
    from found f
    order by f.created_at desc, f.id desc
    limit ($3->>'limit')::int + 1)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(i.body::jsonb || jsonb_build_object(
            'last_told_at', utc(k.last_told_at), 'update_due_at', utc(k.update_due_at),
            'update_overdue', coalesce(k.update_due_at < app_now(), false)) order by k.place)
            filter (where k.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', k.created_at, 'id', k.id)::text) filter (where k.place = ($3->>'limit')::int) end as next,
        array_agg(distinct k.participant_id) filter (where k.place <= ($3->>'limit')::int) as shown
    from keys k
    cross join lateral (select j.body from intakes_json j where j.id = k.id) i) listed
cross join lateral audit('list', 'intake', null, listed.shown);
