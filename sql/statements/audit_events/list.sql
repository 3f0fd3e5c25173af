-- GET /v1/audit-events: $3 participant_id, account_id, from, to, after {at desc, number desc}, limit → [AuditEvent], newest first.
-- A review of one participant's file is itself an entry of that file.
-- audit: audit_event
with subject as (select ($3->>'participant_id')::uuid as participant_id)
select e.at, e.id as number, audit_event_json(e) as body
from audit_events_find($3) e
order by e.at desc, e.id desc;
