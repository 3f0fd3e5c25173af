-- SPDX-License-Identifier: MIT
-- How to reach somebody (A6.8, R3): the peer themself, and a coordinator who serves them.

grant select, insert, update on contacts to alongside_api;
create policy api_reads on contacts for select to alongside_api
    using (exists (select from participants p where p.id = contacts.participant_id));
create policy api_adds on contacts for insert to alongside_api with check (
    actor_role() = 'coordinator' and participant_is_seen(participant_id));
create policy api_changes on contacts for update to alongside_api
    using (exists (select from participants p where p.id = contacts.participant_id));
grant select on contacts_json to alongside_api;

-- Where mail goes and whether it may; the name to be compared, which stays sealed; no telephone.
grant select (participant_id, name_to_use, names_version, email, email_is_government, work_address_acknowledged, ok_to_email),
    update (names_version)
on contacts to alongside_worker;
-- Behind glass.
grant select (
    participant_id, name_to_use, email, email_is_government, work_address_acknowledged, ok_to_email, phone, ok_to_leave_message, safe_hours)
on contacts to alongside_sessions;
create policy worker_renews on contacts for update to alongside_worker using (true);
create policy others_read on contacts for select to alongside_worker, alongside_sessions using (true);
