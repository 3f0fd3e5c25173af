-- GET /v1/my-sessions: $3 after {at, id}, limit → [MySession]: what the host leads next, substitutions counted, soonest first
-- audit: session
with keys as (
    select l.session_id, l.starts_at, l.slot
    from session_leads l join sessions s on s.id = l.session_id
    where l.account_id = (select actor_account_id()) and s.state in ('scheduled', 'in_progress')
        and l.ends_at >= (select app_now() - interval '24 hours')
        and (l.starts_at, l.session_id) > (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
    order by l.starts_at, l.session_id
    limit ($3->>'limit')::int + 1)
select k.starts_at as at, k.session_id as id,
    json_join(s.body, json_build_object('slot', k.slot, 'language', s.language, 'joining', s.joining)) as body
from keys k
cross join lateral (
    select j.body, g.language, g.joining
    from sessions_json j join cohorts g on g.id = j.cohort_id where j.id = k.session_id limit 1) s
order by k.starts_at, k.session_id;
