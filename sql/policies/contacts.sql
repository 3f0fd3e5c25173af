-- SPDX-License-Identifier: MIT
-- A peer and a host: what they declared themselves, and nothing about what it met. A coordinator: what is about people they see, never
-- about themselves or somebody they are excluded from (I13). Matches are made by the definer's triggers and by nobody else.

grant select (participant_id, name_digest) on contacts to alongside_definer;
create policy definer_reads_names on contacts for select to alongside_definer using (true);
grant select, insert, update on contacts to alongside_api;
create policy own_or_served on contacts for select to alongside_api using (participant_is_seen(participant_id));
create policy own_or_served_changes on contacts for update to alongside_api
    using (participant_is_seen(participant_id)) with check (participant_is_seen(participant_id));
create policy coordinator_opens on contacts for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and participant_is_seen(participant_id));
-- The worker looks up where mail goes and whether it may; no name, no telephone.
grant select (participant_id, email, email_is_government, work_address_acknowledged, ok_to_email) on contacts to alongside_worker;
create policy worker_reads on contacts for select to alongside_worker using (true);
grant select on contacts_json to alongside_api;
grant select on contacts to alongside_definer;
create policy definer_reads on contacts for select to alongside_definer using (true);
