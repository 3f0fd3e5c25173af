-- SPDX-License-Identifier: MIT
-- As for participants: one's own, or those of one's regions. Which step who may take: table intake_transitions and its trigger.

grant select on intake_transitions to alongside_api, alongside_worker, alongside_definer;
create policy everybody_reads on intake_transitions for select using (true);
