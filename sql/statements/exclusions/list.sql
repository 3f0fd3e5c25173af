-- GET /v1/participants/{participant_id}/exclusions: $1 participant id, $3 after {at, id}, limit → [Exclusion], oldest first
with page as (
    select x.*, row_number() over (order by x.created_at, x.id) as place
    from exclusions_json x
    where x.participant_id = $1::uuid
        and (x.created_at, x.id) > (
            (select coalesce(($3#>>'{after,at}')::timestamptz, '-infinity')),
            (select coalesce(($3#>>'{after,id}')::uuid, '00000000-0000-0000-0000-000000000000')))
    order by x.created_at, x.id
    limit ($3->>'limit')::int + 1)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(p.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', p.created_at, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next
    from page p) listed
cross join lateral audit('list', 'exclusion', null, array[$1::uuid])
where participant_is_seen($1::uuid);
