-- GET /v1/my-sessions: $3 after {at, id}, limit → [MySession]: what the host leads next, substitutions counted, soonest first
with keys as (
    select l.session_id, l.starts_at, l.slot, row_number() over (order by l.starts_at, l.session_id) as place
    from session_leads l join sessions s on s.id = l.session_id
    where l.account_id = (select actor_account_id()) and s.state in ('scheduled', 'in_progress')
        and l.ends_at >= (select app_now() - interval '24 hours')
        and (l.starts_at, l.session_id) > (
            (select coalesce(($3#>>'{after,at}')::timestamptz, '-infinity')),
            (select coalesce(($3#>>'{after,id}')::uuid, '00000000-0000-0000-0000-000000000000')))
    order by l.starts_at, l.session_id
    limit ($3->>'limit')::int + 1)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(s.body::jsonb || jsonb_build_object('slot', k.slot, 'language', s.language, 'joining', s.joining)
            order by k.place) filter (where k.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', k.starts_at, 'id', k.session_id)::text) filter (where k.place = ($3->>'limit')::int) end as next
    from keys k
    cross join lateral (
        select j.body, g.language, g.joining
        from sessions_json j join cohorts g on g.id = j.cohort_id where j.id = k.session_id limit 1) s) listed
cross join lateral audit('list', 'session', null);
