-- SPDX-License-Identifier: MIT
-- Attendance and presence are written by the definer's functions of 71_session_safety.sql alone; who may read them is said here.
-- Incidents and debriefs: those who wrote them, professionals for the sessions they lead, coordinators (A6.8).

grant select on attendances to alongside_api;
create policy peer_reads_own on attendances for select to alongside_api using (
    (select actor_role()) = 'peer' and participant_id = (select actor_participant_id()));
create policy host_reads on attendances for select to alongside_api using (
    (select actor_role()) in ('peer_supporter', 'mental_health_professional')
    and session_id = any ((select actor_session_ids())::uuid[])
    and participant_id not in (select x.participant_id from exclusions x where x.account_id = (select actor_account_id())));
create policy coordinator_reads on attendances for select to alongside_api using (
    (select actor_role()) = 'coordinator' and exists (select from sessions s where s.id = session_id)
    and participant_id not in (select x.participant_id from exclusions x where x.account_id = (select actor_account_id())));
grant select, insert, update on attendances to alongside_definer;
create policy definer_records on attendances to alongside_definer using (true) with check (true);
grant select on attendances_json to alongside_api;
