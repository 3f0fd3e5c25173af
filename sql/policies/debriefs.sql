-- SPDX-License-Identifier: MIT
-- Attendance and presence are written by the definer's functions of 71_session_safety.sql alone; who may read them is said here.
-- Incidents and debriefs: those who wrote them, professionals for the sessions they lead, coordinators (A6.8).

grant select, insert, update (supervisor_account_id, supervised_at, supervised_by, version) on debriefs to alongside_api;
create policy own_reads on debriefs for select to alongside_api using (
    (select actor_role()) in ('peer_supporter', 'mental_health_professional') and account_id = (select actor_account_id())
    and cohort_id <> all ((select actor_own_cohort_ids())::uuid[]));
create policy own_writes on debriefs for insert to alongside_api with check (
    (select actor_role()) in ('peer_supporter', 'mental_health_professional') and account_id = (select actor_account_id())
    and supervised_at is null and debrief_cohort_id(session_id) = cohort_id);
-- Whoever was a host of that session or is one of that group is a co-host, whatever else they are.
create policy coordinator_reads on debriefs for select to alongside_api using (
    (select actor_role()) = 'coordinator' and cohort_id <> all ((select actor_own_cohort_ids())::uuid[])
    and session_id not in (select l.session_id from session_presences l where l.account_id = (select actor_account_id())));
create policy supervisor_reads on debriefs for select to alongside_api using (
    (select actor_role()) = 'mental_health_professional' and supervisor_account_id = (select actor_account_id())
    and not debrief_is_near(session_id, cohort_id));
create policy coordinator_supervises on debriefs for update to alongside_api
    using (
        (select actor_role()) = 'coordinator' and cohort_id <> all ((select actor_own_cohort_ids())::uuid[])
        and session_id not in (select l.session_id from session_presences l where l.account_id = (select actor_account_id())))
    with check ((select actor_role()) = 'coordinator' and coalesce(supervised_by = (select actor_account_id()), true));
create policy supervisor_supervises on debriefs for update to alongside_api
    using (
        (select actor_role()) = 'mental_health_professional' and supervisor_account_id = (select actor_account_id())
        and not debrief_is_near(session_id, cohort_id))
    with check (supervisor_account_id = (select actor_account_id()) and supervised_by = (select actor_account_id()));
grant select on debriefs to alongside_definer;
create policy definer_reads on debriefs for select to alongside_definer using (true);
grant select on debriefs_json to alongside_api;
