-- SPDX-License-Identifier: MIT
-- What the definer's functions of 60_group_seams.sql may read.

grant select on host_assignments to alongside_definer;
create policy definer_reads on host_assignments for select to alongside_definer using (true);
grant select, insert, update on host_assignments to alongside_api;
create policy coordinator_reads on host_assignments for select to alongside_api using (
    (select actor_role()) = 'coordinator' and cohort_id <> all ((select actor_own_cohort_ids())::uuid[]));
create policy coordinator_assigns on host_assignments for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and assigned_by = (select actor_account_id())
    and cohort_id <> all ((select actor_own_cohort_ids())::uuid[]));
create policy coordinator_changes on host_assignments for update to alongside_api
    using ((select actor_role()) = 'coordinator' and cohort_id <> all ((select actor_own_cohort_ids())::uuid[]))
    with check ((select actor_role()) = 'coordinator' and cohort_id <> all ((select actor_own_cohort_ids())::uuid[]));
create policy host_reads on host_assignments for select to alongside_api using (
    (select actor_role()) in ('peer_supporter', 'mental_health_professional')
    and cohort_id = any ((select actor_cohort_ids())::uuid[]) and cohort_id <> all ((select actor_own_cohort_ids())::uuid[]));
grant select on host_assignments_json to alongside_api;
grant select on session_leads to alongside_api, alongside_definer;
