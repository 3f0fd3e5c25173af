-- SPDX-License-Identifier: MIT
-- Qualifications and trainings are the administrator's, as all of staff; coordinators learn through host_check() and
-- colleagues_find() what somebody has and lacks.
grant select, insert, update on qualifications to alongside_api;
create policy administrator_all on qualifications to alongside_api
    using ((select actor_role()) = 'administrator') with check ((select actor_role()) = 'administrator');
grant select, insert, delete on trainings to alongside_api;
create policy administrator_all on trainings to alongside_api
    using ((select actor_role()) = 'administrator')
    with check ((select actor_role()) = 'administrator' and recorded_by = (select actor_account_id()));

grant select, insert, update on host_assignments to alongside_api;
create policy coordinator_reads on host_assignments for select to alongside_api using (
    (select actor_role()) = 'coordinator' and group_id <> all ((select actor_own_group_ids())::uuid[]));
create policy coordinator_assigns on host_assignments for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and assigned_by = (select actor_account_id())
    and group_id <> all ((select actor_own_group_ids())::uuid[]));
create policy coordinator_changes on host_assignments for update to alongside_api
    using ((select actor_role()) = 'coordinator' and group_id <> all ((select actor_own_group_ids())::uuid[]))
    with check ((select actor_role()) = 'coordinator' and group_id <> all ((select actor_own_group_ids())::uuid[]));
create policy host_reads on host_assignments for select to alongside_api using (
    (select actor_role()) in ('peer_supporter', 'mental_health_professional')
    and group_id = any ((select actor_group_ids())::uuid[]) and group_id <> all ((select actor_own_group_ids())::uuid[]));

-- Only through the definer's functions of 64_hosts.sql.
grant select on qualifications, trainings to alongside_definer;
create policy definer_reads on qualifications for select to alongside_definer using (true);
create policy definer_reads on trainings for select to alongside_definer using (true);
grant select (id, alias, languages, employer) on staff to alongside_definer;

grant select on qualifications_json, trainings_json, host_assignments_json, shortfalls_json to alongside_api;
grant select on session_leads to alongside_api, alongside_definer;
