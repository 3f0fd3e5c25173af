-- GET /v1/holidays: $3 year, region, after {date, id}, limit → [Holiday], in order of dates
with page as (
    select h.*, row_number() over (order by h.date, h.id) as place
    from holidays_json h
    where (h.date, h.id) > (
            coalesce(($3#>>'{after,date}')::date, '-infinity'),
            coalesce(($3#>>'{after,id}')::uuid, '00000000-0000-0000-0000-000000000000'))
        and ($3->'year' is null
            or h.date >= make_date(($3->>'year')::int, 1, 1) and h.date <= make_date(($3->>'year')::int, 12, 31))
        and ($3->'region' is null or h.region is null or h.region = $3->>'region')
    order by h.date, h.id
    limit ($3->>'limit')::int + 1)
select
    200 as status,
    coalesce(json_agg(p.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
    case when count(*) > ($3->>'limit')::int then
        max(json_build_object('date', p.date, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next
from page p;
