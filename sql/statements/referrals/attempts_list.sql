-- GET /v1/referrals/{referral_id}/attempts: $1 referral id, $3 after {at, id}, limit → [Attempt], oldest first; no row = 404
select 200 as status, listed.body, listed.next
from referrals r
cross join lateral (
    select
        coalesce(json_agg(p.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', p.at, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next
    from (
        select a.*, row_number() over (order by a.at, a.id) as place
        from referral_attempts_json a
        where a.referral_id = r.id and (a.at, a.id) > (
            (select coalesce(($3#>>'{after,at}')::timestamptz, '-infinity')),
            (select coalesce(($3#>>'{after,id}')::uuid, '00000000-0000-0000-0000-000000000000')))
        order by a.at, a.id
        limit ($3->>'limit')::int + 1) p) listed
cross join lateral audit('list', 'referral_attempt', r.id)
where r.id = $1::uuid;
