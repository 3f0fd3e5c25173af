-- GET /v1/documents: $3 kind, versions (current | all), after {kind, number}, limit → [Document], newest version of a kind first
with page as (
    select d.*, row_number() over (order by d.kind, d.number desc) as place
    from documents_json d
    where ($3->'kind' is null or d.kind = $3->>'kind')
        and ($3->>'versions' = 'all' or d.id in (select c.id from documents_current c))
        and (d.kind > coalesce($3#>>'{after,kind}', '')
            or d.kind = $3#>>'{after,kind}' and d.number < ($3#>>'{after,number}')::int)
    order by d.kind, d.number desc
    limit ($3->>'limit')::int + 1)
select
    200 as status,
    coalesce(json_agg(p.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
    case when count(*) > ($3->>'limit')::int then
        max(json_build_object('kind', p.kind, 'number', p.number)::text) filter (where p.place = ($3->>'limit')::int) end as next
from page p;
