-- SPDX-License-Identifier: MIT
-- As for participants: one's own, or those of one's regions. Which step who may take: table intake_transitions and its trigger.

grant select on track_documents to alongside_api, alongside_worker, alongside_definer;
create policy everybody_reads on track_documents for select using (true);
