-- SPDX-License-Identifier: MIT
-- Attendance and presence are written by the definer's functions of 71_session_safety.sql alone; who may read them is said here.
-- Incidents and debriefs: those who wrote them, professionals for the sessions they lead, coordinators (A6.8).

grant select, insert on incident_actions to alongside_api;
create policy with_the_incident on incident_actions for select to alongside_api using (
    exists (select from incidents i where i.id = incident_id));
create policy added_by_who_sees on incident_actions for insert to alongside_api with check (
    recorded_by = (select actor_account_id()) and exists (select from incidents i where i.id = incident_id));
grant select on incident_actions to alongside_definer;
create policy definer_reads on incident_actions for select to alongside_definer using (true);
