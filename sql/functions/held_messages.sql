-- SPDX-License-Identifier: MIT
-- Mail that was held: a coordinator calls instead.

create or replace view held_messages_json with (security_invoker = true) as
select o.id, o.participant_id, o.changed_at, row_to_json(members) as body
from outbox o
cross join lateral (select
    o.id,
    o.kind,
    o.participant_id,
    o.intake_id,
    o.enrolment_id,
    o.state,
    o.reason,
    o.attempts,
    utc(o.changed_at) as since) members
where o.state in ('held', 'failed');
