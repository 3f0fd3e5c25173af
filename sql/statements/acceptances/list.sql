-- GET /v1/participants/{participant_id}/acceptances: $1 participant id, $3 after {at, id}, limit → [Acceptance], newest first
with page as (
    select a.*, row_number() over (order by a.accepted_at desc, a.id desc) as place
    from acceptances_json a
    where a.participant_id = $1::uuid
        and (a.accepted_at, a.id) < (
            (select coalesce(($3#>>'{after,at}')::timestamptz, 'infinity')),
            (select coalesce(($3#>>'{after,id}')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')))
    order by a.accepted_at desc, a.id desc
    limit ($3->>'limit')::int + 1)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(p.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', p.accepted_at, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next
    from page p) listed
cross join lateral audit('list', 'acceptance', null, array[$1::uuid])
where participant_is_seen($1::uuid);
