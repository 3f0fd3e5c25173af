-- SPDX-License-Identifier: MIT
-- What the definer's functions of 60_group_seams.sql may read.
grant select on groups, sessions, host_assignments, enrolments, participant_exclusions to alongside_definer;
create policy definer_reads on groups for select to alongside_definer using (true);
create policy definer_reads on sessions for select to alongside_definer using (true);
create policy definer_reads on host_assignments for select to alongside_definer using (true);
create policy definer_reads on enrolments for select to alongside_definer using (true);
create policy definer_reads on participant_exclusions for select to alongside_definer using (true);
