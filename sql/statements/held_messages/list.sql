-- GET /v1/held-messages: $3 after {at, id}, limit → [HeldMessage], the longest held first: these people are to be told by voice
with page as (
    select h.*, row_number() over (order by h.changed_at, h.id) as place
    from held_messages_json h
    where (h.changed_at, h.id) > (
        (select coalesce(($3#>>'{after,at}')::timestamptz, '-infinity')),
        (select coalesce(($3#>>'{after,id}')::uuid, '00000000-0000-0000-0000-000000000000')))
    order by h.changed_at, h.id
    limit ($3->>'limit')::int + 1)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(p.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', p.changed_at, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next,
        array_agg(distinct p.participant_id) filter (where p.place <= ($3->>'limit')::int) as shown
    from page p) listed
cross join lateral audit('list', 'held_message', null, listed.shown);
