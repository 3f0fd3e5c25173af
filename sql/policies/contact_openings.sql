-- SPDX-License-Identifier: MIT
-- Attendance and presence are written by the definer's functions of 71_session_safety.sql alone; who may read them is said here.
-- Incidents and debriefs: those who wrote them, professionals for the sessions they lead, coordinators (A6.8).

grant insert on contact_openings to alongside_definer;
create policy definer_records on contact_openings for insert to alongside_definer with check (true);
-- R14: the list that is reviewed. Of a group of one's own, nothing (I13).
grant select on contact_openings to alongside_api;
create policy administrator_reviews on contact_openings for select to alongside_api using ((select actor_role()) = 'administrator');
create policy coordinator_reviews on contact_openings for select to alongside_api using (
    (select actor_role()) = 'coordinator' and exists (select from enrolments e where e.id = enrolment_id));
grant select on contact_openings_json to alongside_api;
