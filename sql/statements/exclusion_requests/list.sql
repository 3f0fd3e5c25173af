-- GET /v1/exclusion-requests: $3 open, after {at, id}, limit → [ExclusionRequest], newest first
with asked as (
    select
        coalesce(($3->>'open')::boolean, false) as is_open,
        coalesce(($3#>>'{after,at}')::timestamptz, 'infinity') as after_at,
        coalesce(($3#>>'{after,id}')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') as after_id),
keys as (
    select f.*, row_number() over (order by f.created_at desc, f.id desc) as place
    from (
        (select r.id, r.created_at
        from exclusion_requests r
        where (select a.is_open from asked a) and r.state = 'open'
            and (r.created_at, r.id) < ((select a.after_at from asked a), (select a.after_id from asked a))
        order by r.created_at desc, r.id desc
        limit ($3->>'limit')::int + 1)
        union all
        (select r.id, r.created_at
        from exclusion_requests r
        where (select not a.is_open from asked a)
            and (r.created_at, r.id) < ((select a.after_at from asked a), (select a.after_id from asked a))
        order by r.created_at desc, r.id desc
        limit ($3->>'limit')::int + 1)) f
    order by f.created_at desc, f.id desc
    limit ($3->>'limit')::int + 1)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(r.body order by k.place) filter (where k.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', k.created_at, 'id', k.id)::text) filter (where k.place = ($3->>'limit')::int) end as next
    from keys k
    cross join lateral (select j.body from exclusion_requests_json j where j.id = k.id limit 1) r) listed
cross join lateral audit('list', 'exclusion_request', null);
