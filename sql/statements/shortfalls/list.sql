-- GET /v1/shortfalls: $3 days, after {at, id}, limit → [Shortfall], the soonest first: sessions to come that lack a host
with page as (
    select s.id, s.starts_at, row_number() over (order by s.starts_at, s.id) as place
    from sessions s
    where s.state = 'scheduled'
        and s.starts_at > (select app_now())
        and s.starts_at <= (select app_now() + make_interval(days => ($3->>'days')::int))
        and (s.starts_at, s.id) > (
            (select coalesce(($3#>>'{after,at}')::timestamptz, '-infinity')),
            (select coalesce(($3#>>'{after,id}')::uuid, '00000000-0000-0000-0000-000000000000')))
        and exists (select from cohorts g where g.id = s.cohort_id and g.state in ('recruiting', 'confirmed', 'in_progress'))
        and session_host_shortfall(s.id) <> '{}'
    order by s.starts_at, s.id
    limit ($3->>'limit')::int + 1)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(s.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', p.starts_at, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next
    from page p
    left join lateral (
        select j.body from shortfalls_json j where j.id = p.id and p.place <= ($3->>'limit')::int limit 1) s on true) listed
cross join lateral audit('list', 'shortfall', null);
