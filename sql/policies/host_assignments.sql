-- SPDX-License-Identifier: MIT
-- Who leads what: a coordinator assigns, in their own name, in every group but those in which they are a peer themselves (I13); a host
-- reads those of groups they lead. A guest answers on their own page.

grant select, insert, update on host_assignments to alongside_api;
create policy api_reads on host_assignments for select to alongside_api using (
    case (select actor_role())
        when 'coordinator' then true
        when 'peer_supporter' then cohort_id = any ((select actor_cohort_ids())::uuid[])
        when 'mental_health_professional' then cohort_id = any ((select actor_cohort_ids())::uuid[])
        else false end
    and cohort_id <> all ((select actor_own_cohort_ids())::uuid[]));
create policy api_adds on host_assignments for insert to alongside_api with check (
    actor_role() = 'coordinator' and assigned_by = actor_account_id() and cohort_id <> all (actor_own_cohort_ids()));
create policy api_changes on host_assignments for update to alongside_api using (
    (select actor_role()) = 'coordinator' and cohort_id <> all ((select actor_own_cohort_ids())::uuid[]));
grant select on host_assignments_json to alongside_api;
grant select on host_assignment_sessions, session_leads
to alongside_api, alongside_conflicts, alongside_sessions, alongside_desk, alongside_duty;

grant select on host_assignments to alongside_conflicts, alongside_desk, alongside_duty;
grant select, update (confirmed_at, declined_at, released_at, version) on host_assignments to alongside_sessions;
create policy others_read on host_assignments for select
    to alongside_conflicts, alongside_sessions, alongside_desk, alongside_duty using (true);
create policy sessions_answer on host_assignments for update to alongside_sessions
    using (guest_id is not null and (select actor_role()) = 'guest');
