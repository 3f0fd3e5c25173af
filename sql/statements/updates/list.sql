-- GET /v1/intakes/{intake_id}/updates: $1 intake id, $3 after {at, id}, limit → [Update], newest first
with page as (
    select u.*, row_number() over (order by u.recorded_at desc, u.id desc) as place
    from updates_json u
    where u.intake_id = $1::uuid
        and (u.recorded_at, u.id) < (
            (select coalesce(($3#>>'{after,at}')::timestamptz, 'infinity')),
            (select coalesce(($3#>>'{after,id}')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')))
    order by u.recorded_at desc, u.id desc
    limit ($3->>'limit')::int + 1)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(p.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', p.recorded_at, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next
    from page p) listed
cross join (select i.participant_id from intakes i where i.id = $1::uuid) seen
cross join lateral audit('list', 'status_update', $1::uuid, array[seen.participant_id]);
