-- GET /v1/help-lines: $3 after {position}, limit → [HelpLine], in the order to show them
select h.position, json_build_object(
    'code', h.code,
    'name', localized(h.name_en, h.name_fr),
    'ways', h.ways,
    'number', h.number,
    'email', h.email,
    'note', localized(h.note_en, h.note_fr)) as body
from help_lines h
where h.position > ($3#>>'{after,position}')::int
order by h.position;
