-- GET /v1/participants/{participant_id}/calendar-feeds: $1 own participant id, $3 after {at, id}, limit → [CalendarFeed], newest first
with page as (
    select f.*, row_number() over (order by f.created_at desc, f.id desc) as place
    from calendar_feeds_json f
    where f.participant_id = $1::uuid
        and (f.created_at, f.id) < (
            (select coalesce(($3#>>'{after,at}')::timestamptz, 'infinity')),
            (select coalesce(($3#>>'{after,id}')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')))
    order by f.created_at desc, f.id desc
    limit ($3->>'limit')::int + 1)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(p.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', p.created_at, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next
    from page p) listed
cross join lateral audit('list', 'calendar_feed', null, array[$1::uuid])
where $1::uuid = (select actor_participant_id());
