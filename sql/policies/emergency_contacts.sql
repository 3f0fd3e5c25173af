-- SPDX-License-Identifier: MIT
-- Whom to call for somebody (R7): the peer themself, and a coordinator who serves them. A host, in the window of a session alone
-- (A6.8), through session_safety_plans_read().

grant select, insert, update on emergency_contacts to alongside_api;
create policy api_reads on emergency_contacts for select to alongside_api
    using (exists (select from participants p where p.id = emergency_contacts.participant_id));
create policy api_adds on emergency_contacts for insert to alongside_api with check (
    actor_role() = 'coordinator' and participant_is_seen(participant_id));
create policy api_changes on emergency_contacts for update to alongside_api
    using (exists (select from participants p where p.id = emergency_contacts.participant_id));
grant select on emergency_contacts_json to alongside_api;

grant select on emergency_contacts to alongside_sessions;
create policy sessions_read on emergency_contacts for select to alongside_sessions using (true);
