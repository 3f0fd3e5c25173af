-- SPDX-License-Identifier: MIT
-- Attendance and presence are written by the definer's functions of 71_session_safety.sql alone; who may read them is said here.
-- Incidents and debriefs: those who wrote them, professionals for the sessions they lead, coordinators (A6.8).

grant select on session_presences to alongside_api;
create policy own_or_coordinated on session_presences for select to alongside_api using (
    account_id = (select actor_account_id())
    or (select actor_role()) = 'coordinator' and exists (select from sessions s where s.id = session_id));
grant select, insert on session_presences to alongside_definer;
create policy definer_records on session_presences to alongside_definer using (true) with check (true);
