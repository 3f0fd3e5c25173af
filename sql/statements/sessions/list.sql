-- GET /v1/groups/{group_id}/sessions: $1 group id, $3 after {seq}, limit → [Session], in order of the series; no row = 404
select 200 as status, listed.body, listed.next
from cohorts g
cross join lateral (
    select
        coalesce(json_agg(p.body order by p.seq) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('seq', p.seq)::text) filter (where p.place = ($3->>'limit')::int) end as next
    from (
        select s.*, row_number() over (order by s.seq) as place
        from sessions_json s
        where s.cohort_id = g.id and s.seq > (select coalesce(($3#>>'{after,seq}')::int, 0))
        order by s.seq
        limit ($3->>'limit')::int + 1) p) listed
cross join lateral audit('list', 'session', g.id)
where g.id = $1::uuid;
