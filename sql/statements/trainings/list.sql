-- GET /v1/staff/{staff_id}/trainings: $1 account id, $3 after {on, id}, limit → [Training], the last completed first; no row = 404
select 200 as status, listed.body, listed.next
from accounts a
cross join lateral (
    select
        coalesce(json_agg(p.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('on', p.completed_on, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next
    from (
        select t.*, row_number() over (order by t.completed_on desc, t.id desc) as place
        from trainings_json t
        where t.account_id = a.id and (t.completed_on, t.id) < (
            (select coalesce(($3#>>'{after,on}')::date, 'infinity')),
            (select coalesce(($3#>>'{after,id}')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')))
        order by t.completed_on desc, t.id desc
        limit ($3->>'limit')::int + 1) p) listed
cross join lateral audit('list', 'training', a.id)
where a.id = $1::uuid and a.role <> 'peer' and actor_role() = 'administrator';
