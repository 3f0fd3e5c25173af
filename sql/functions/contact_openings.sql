-- SPDX-License-Identifier: MIT
-- A6.8, R14: contacts that were opened behind glass, for review.

create or replace view contact_openings_json with (security_invoker = true) as
select o.id, o.at, json_build_object(
    'id', o.id,
    'session_id', o.session_id,
    'enrolment_id', o.enrolment_id,
    'account_id', o.account_id,
    'reason', o.reason,
    'at', utc(o.at)) as body
from contact_openings o;

create or replace trigger append_only before update or delete on contact_openings for each row execute function refuse_change();
