-- SPDX-License-Identifier: MIT
-- Mail that was held: a coordinator calls instead.

create or replace view held_messages_json with (security_invoker = true) as
select o.id, o.participant_id, o.changed_at, json_build_object(
    'id', o.id,
    'kind', o.kind,
    'participant_id', o.participant_id,
    'intake_id', o.intake_id,
    'enrolment_id', o.enrolment_id,
    'state', o.state,
    'reason', o.reason,
    'attempts', o.attempts,
    'since', utc(o.changed_at)) as body
from outbox o where o.state in ('held', 'failed');
