-- GET /v1/holidays: $3 year, region, after {date, id}, limit → [Holiday], in order of dates
select h.date, h.id, h.body
from holidays_json h
where (h.date, h.id) > (($3#>>'{after,date}')::date, ($3#>>'{after,id}')::uuid)
    and ($3->'year' is null
        or h.date >= make_date(($3->>'year')::int, 1, 1) and h.date <= make_date(($3->>'year')::int, 12, 31))
    and ($3->'region' is null or h.region is null or h.region = $3->>'region')
order by h.date, h.id;
