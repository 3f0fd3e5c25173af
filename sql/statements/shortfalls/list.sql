-- GET /v1/shortfalls: $3 days, coordinator_id, after {at, id}, limit → [Shortfall], the soonest first: sessions to come that lack a host
-- audit: shortfall
with keys as (
    select s.id, s.starts_at, row_number() over (order by s.starts_at, s.id) as nth
    from sessions s
    where s.state = 'scheduled'
        and s.starts_at > (select app_now())
        and s.starts_at <= (select app_now() + make_interval(days => ($3->>'days')::int))
        and (s.starts_at, s.id) > (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
        and exists (
            select from cohorts g where g.id = s.cohort_id and g.state in ('recruiting', 'confirmed', 'in_progress')
                and ($3->'coordinator_id' is null or g.coordinator_id = ($3->>'coordinator_id')::uuid))
        and (shortfall_missing(s.id) <> '{}' or shortfall_expertise_missing(s.id) <> '{}')
    order by s.starts_at, s.id
    limit ($3->>'limit')::int + 1)
select k.starts_at as at, k.id, j.body
from keys k
-- The last is only there to say that there is more.
left join lateral (select j.body from shortfalls_json j where j.id = k.id and k.nth <= ($3->>'limit')::int limit 1) j on true
order by k.starts_at, k.id;
