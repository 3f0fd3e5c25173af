-- GET /v1/documents: $3 kind, versions (current | all), after {kind, number desc}, limit → [Document], newest version of a kind first
select d.kind, d.number, d.body
from documents_json d
where ($3->'kind' is null or d.kind = $3->>'kind')
    and ($3->>'versions' = 'all' or d.id in (select c.id from documents_current c))
    and (d.kind > $3#>>'{after,kind}' or d.kind = $3#>>'{after,kind}' and d.number < ($3#>>'{after,number}')::bigint)
order by d.kind, d.number desc;
