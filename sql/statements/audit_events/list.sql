-- GET /v1/audit-events: $3 participant_id, account_id, from, to, after {at, id}, limit → [AuditEvent], newest first.
-- A review of one participant's file is itself an entry of that file.
with page as (
    select e.at, e.id, audit_event_json(e) as body, row_number() over (order by e.at desc, e.id desc) as place
    from audit_events_find($3) e)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(p.body order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', p.at, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next
    from page p) listed
cross join lateral audit('list', 'audit_event', null, array[($3->>'participant_id')::uuid]);
