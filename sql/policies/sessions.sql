-- SPDX-License-Identifier: MIT
-- What the definer's functions of 60_group_seams.sql may read.

grant select on sessions to alongside_definer;
create policy definer_reads on sessions for select to alongside_definer using (true);
grant update (state, started_at, ended_at, topic_codes, topic_en, topic_fr, version) on sessions to alongside_definer;
create policy definer_runs on sessions for update to alongside_definer using (true) with check (true);
grant select, insert, update on sessions to alongside_api;
create policy coordinator_reads on sessions for select to alongside_api using (
    (select actor_role()) = 'coordinator' and cohort_id <> all ((select actor_own_cohort_ids())::uuid[]));
create policy coordinator_plans on sessions for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and cohort_id <> all ((select actor_own_cohort_ids())::uuid[]) and state = 'scheduled');
create policy coordinator_changes on sessions for update to alongside_api
    using ((select actor_role()) = 'coordinator' and cohort_id <> all ((select actor_own_cohort_ids())::uuid[]))
    with check ((select actor_role()) = 'coordinator' and cohort_id <> all ((select actor_own_cohort_ids())::uuid[]));
create policy host_reads on sessions for select to alongside_api using (
    (select actor_role()) in ('peer_supporter', 'mental_health_professional')
    and cohort_id = any ((select actor_cohort_ids())::uuid[]) and cohort_id <> all ((select actor_own_cohort_ids())::uuid[]));
-- session_rederive(), after new zone data.
grant select, update (starts_at, calendar_sequence, changed_at, version) on sessions to alongside_worker;
create policy worker_reads_times on sessions for select to alongside_worker using (true);
create policy worker_rederives on sessions for update to alongside_worker using (true) with check (true);
grant select on sessions_json to alongside_api;
