-- GET /v1/line-referrals: $3 external_ref, after {at, id}, limit → [LineReferral] of the calling line, newest first.
-- Two branches, of which one is empty: by reference through its unique index, or all of them in order.
with page as (
    select r.*, row_number() over (order by r.received_at desc, r.id desc) as place
    from (
        (select l.* from line_referrals_json l
        where $3->'external_ref' is not null and l.client_account_id = actor_account_id()
            and l.external_ref = $3->>'external_ref')
        union all
        (select l.* from line_referrals_json l
        where $3->'external_ref' is null and l.client_account_id = actor_account_id()
            and (l.received_at, l.id) < (
                (select coalesce(($3#>>'{after,at}')::timestamptz, 'infinity')),
                (select coalesce(($3#>>'{after,id}')::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')))
        order by l.received_at desc, l.id desc
        limit ($3->>'limit')::int + 1)) r)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(p.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', p.received_at, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next
    from page p) listed
cross join lateral audit('list', 'referral', null);
