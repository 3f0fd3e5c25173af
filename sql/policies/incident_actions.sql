-- SPDX-License-Identifier: MIT
-- What was done about an incident (R6): read and added, in one's own name, by whoever sees the incident.

grant select, insert on incident_actions to alongside_api;
create policy api_reads on incident_actions for select to alongside_api using (
    exists (select from incidents i where i.id = incident_id));
create policy api_adds on incident_actions for insert to alongside_api with check (
    recorded_by = actor_account_id() and exists (select from incidents i where i.id = incident_id));

grant select on incident_actions to alongside_sessions;
grant select (incident_id) on incident_actions to alongside_duty;
create policy others_read on incident_actions for select to alongside_sessions, alongside_duty using (true);
