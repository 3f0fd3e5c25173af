-- SPDX-License-Identifier: MIT
-- Seats are written by the definer's functions of 65_enrolments.sql alone. A peer reads their own, a coordinator those of people and
-- groups they serve; hosts have the roster (71_session_safety.sql), and no row of this table.

-- The definer's functions: lock the group, see who it is about, end the waiting, write and cancel mail.
grant update (version) on cohorts to alongside_definer;
create policy definer_locks on cohorts for update to alongside_definer using (true);
grant select on cohorts to alongside_definer;
create policy definer_reads on cohorts for select to alongside_definer using (true);
grant select, insert, update on cohorts to alongside_api;
create policy coordinator_reads on cohorts for select to alongside_api using (
    (select actor_role()) = 'coordinator' and id <> all ((select actor_own_cohort_ids())::uuid[]));
create policy coordinator_plans on cohorts for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and coordinator_account_id = (select actor_account_id()) and state = 'draft');
create policy coordinator_changes on cohorts for update to alongside_api
    using ((select actor_role()) = 'coordinator' and id <> all ((select actor_own_cohort_ids())::uuid[]))
    with check ((select actor_role()) = 'coordinator' and id <> all ((select actor_own_cohort_ids())::uuid[]));
create policy host_reads on cohorts for select to alongside_api using (
    (select actor_role()) in ('peer_supporter', 'mental_health_professional')
    and id = any ((select actor_cohort_ids())::uuid[]) and id <> all ((select actor_own_cohort_ids())::uuid[]));
grant select on groups_json to alongside_api;
grant select on group_standings to alongside_api;
grant update (state, version) on cohorts to alongside_definer;
