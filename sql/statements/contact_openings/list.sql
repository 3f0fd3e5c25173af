-- GET /v1/contact-openings: $3 after {at, id}, limit → [ContactOpening], newest first
with page as (
    select o.id, o.at, o.body, row_number() over (order by o.at desc, o.id desc) as place
    from contact_openings_json o
    where (o.at, o.id) < (
            (select coalesce(($3#>>'{after,at}')::timestamptz, 'infinity')),
            (select coalesce(($3#>>'{after,id}')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')))
    order by o.at desc, o.id desc
    limit ($3->>'limit')::int + 1)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(p.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', p.at, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next
    from page p) listed
cross join lateral audit('list', 'contact_opening', null);
