-- SPDX-License-Identifier: MIT
-- Seats are written by the definer's functions of 65_enrolments.sql alone. A peer reads their own, a coordinator those of people and
-- groups they serve; hosts have the roster (71_session_safety.sql), and no row of this table.

grant select on enrolment_transitions to alongside_definer;
create policy definer_reads on enrolment_transitions for select to alongside_definer using (true);
