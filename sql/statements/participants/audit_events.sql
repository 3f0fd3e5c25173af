-- GET /v1/participants/{participant_id}/audit-events: $1 own participant id, $3 after {at desc, number desc}, limit → [FileView], newest
-- first: who has seen or changed what of one's file. Nobody else's ids, the staff by the alias they show to peers.
-- audit: audit_event
with subject as (select $1::uuid as participant_id where participant_is_seen($1::uuid))
select e.at, e.id as number, json_build_object(
    'at', utc(e.at),
    'role', e.role,
    'is_you', e.account_id is not distinct from actor_account_id(),
    'staff_alias', case when e.account_id <> actor_account_id() then staff_alias(e.account_id) end,
    'action', e.action,
    'object_type', e.object_type,
    'fields', e.fields) as body
from audit_events_find($3 || jsonb_build_object('participant_id', $1::uuid)) e
order by e.at desc, e.id desc;
