-- GET /v1/colleagues: $3 role[], language, region, after {alias, id}, limit → [Colleague], in order of their names
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(p.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('alias', p.alias, 'id', p.account_id)::text) filter (where p.place = ($3->>'limit')::int) end as next
    from (
        select c.*, row_number() over (order by c.alias, c.account_id) as place
        from colleagues_find($3) c) p) listed
cross join lateral audit('list', 'colleague', null);
