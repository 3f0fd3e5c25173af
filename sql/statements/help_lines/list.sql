-- GET /v1/help-lines: $3 after {position}, limit → [HelpLine], in the order to show them
with page as (
    select h.position, row_number() over (order by h.position) as place, json_build_object(
        'code', h.code,
        'name', localized(h.name_en, h.name_fr),
        'ways', h.ways,
        'number', h.number,
        'email', h.email,
        'note', localized(h.note_en, h.note_fr)) as body
    from help_lines h
    where h.position > coalesce(($3#>>'{after,position}')::int, 0)
    order by h.position
    limit ($3->>'limit')::int + 1)
select
    200 as status,
    coalesce(json_agg(p.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
    case when count(*) > ($3->>'limit')::int then
        max(json_build_object('position', p.position)::text) filter (where p.place = ($3->>'limit')::int) end as next
from page p;
