-- SPDX-License-Identifier: MIT
-- A6.8, R14: contacts that were opened behind glass, for review.

create or replace view contact_openings_json with (security_invoker = true) as
select o.id, o.at, row_to_json(members) as body
from contact_openings o
cross join lateral (select
    o.id,
    o.session_id,
    o.enrolment_id,
    o.account_id,
    o.reason,
    utc(o.at) as at) members;

create or replace trigger append_only before update or delete on contact_openings for each row execute function refuse_change();
