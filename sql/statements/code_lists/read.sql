-- GET /v1/code-lists → every enumeration with its words
select 200 as status, json_build_object('data', coalesce(json_agg(l.body order by l.list), '[]')) as body
from (
    select c.list, json_build_object(
        'list', c.list,
        'codes', json_agg(json_build_object('code', c.code, 'label', localized(c.label_en, c.label_fr), 'is_retired', c.is_retired)
            order by c.position, c.code)) as body
    from code_lists c
    group by c.list) l;
