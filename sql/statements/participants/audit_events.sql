-- GET /v1/participants/{participant_id}/audit-events: $1 own participant id, $3 after {at, id}, limit → [FileView], newest first:
-- who has seen or changed what of one's file. Nobody else's ids, the staff by the alias they show to peers.
with page as (
    select e.*, row_number() over (order by e.at desc, e.id desc) as place
    from audit_events_find($3 || jsonb_build_object('participant_id', $1::uuid)) e)
select 200 as status, listed.body, listed.next
from (
    select
        coalesce(json_agg(json_build_object(
            'at', utc(p.at),
            'role', p.role,
            'is_you', p.account_id is not distinct from actor_account_id(),
            'staff_alias', case when p.account_id <> actor_account_id() then staff_alias(p.account_id) end,
            'action', p.action,
            'object_type', p.object_type,
            'fields', p.fields) order by p.place) filter (where p.place <= ($3->>'limit')::int), '[]') as body,
        case when count(*) > ($3->>'limit')::int then
            max(json_build_object('at', p.at, 'id', p.id)::text) filter (where p.place = ($3->>'limit')::int) end as next
    from page p) listed
cross join lateral audit('list', 'audit_event', null, array[$1::uuid])
where participant_is_seen($1::uuid);
