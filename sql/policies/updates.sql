-- SPDX-License-Identifier: MIT
-- As for participants: one's own, or those of one's regions. Which step who may take: table intake_transitions and its trigger.

grant select, insert on updates to alongside_api;
create policy own_or_served on updates for select to alongside_api using (participant_is_seen(participant_id));
create policy coordinator_tells on updates for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and recorded_by = (select actor_account_id()) and participant_is_seen(participant_id));
grant select, update (told_at) on updates to alongside_worker;
create policy worker_reads on updates for select to alongside_worker using (true);
create policy worker_tells on updates for update to alongside_worker using (true) with check (true);
grant select on updates_json to alongside_api;
