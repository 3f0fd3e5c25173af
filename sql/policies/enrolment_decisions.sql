-- SPDX-License-Identifier: MIT
-- Seats are written by the definer's functions of 65_enrolments.sql alone. A peer reads their own, a coordinator those of people and
-- groups they serve; hosts have the roster (71_session_safety.sql), and no row of this table.

-- Why somebody was passed over may be a conflict: coordinators alone.
grant select on enrolment_decisions to alongside_api;
create policy coordinator_reads on enrolment_decisions for select to alongside_api using (
    (select actor_role()) = 'coordinator' and exists (select from enrolments e where e.id = enrolment_id));
grant select, insert on enrolment_decisions to alongside_definer;
create policy definer_all on enrolment_decisions for select to alongside_definer using (true);
create policy definer_decides on enrolment_decisions for insert to alongside_definer with check (true);
grant select on enrolment_decisions_json to alongside_api;
