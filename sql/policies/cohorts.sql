-- SPDX-License-Identifier: MIT
-- A coordinator plans every group but those in which they are a peer themselves (I13); a host reads those they lead (A6.8). Peers see
-- theirs through their enrolments.

grant select, insert, update on cohorts to alongside_api;
create policy api_reads on cohorts for select to alongside_api using (
    case (select actor_role())
        when 'coordinator' then true
        when 'peer_supporter' then id = any ((select actor_cohort_ids())::uuid[])
        when 'mental_health_professional' then id = any ((select actor_cohort_ids())::uuid[])
        else false end
    and id <> all ((select actor_own_cohort_ids())::uuid[]));
create policy api_adds on cohorts for insert to alongside_api with check (
    actor_role() = 'coordinator' and coordinator_id = actor_account_id() and state = 'draft');
create policy api_changes on cohorts for update to alongside_api using (
    (select actor_role()) = 'coordinator' and id <> all ((select actor_own_cohort_ids())::uuid[]));
grant select on groups_json to alongside_api;
grant select on group_standings to alongside_api;

-- A seat is taken under the group's lock, which is a right to change it.
grant select, update (version, list_moved_at, is_shown_full, shown_full_at) on cohorts to alongside_seats;
grant select (id, state) on cohorts to alongside_conflicts;
grant select on cohorts to alongside_duty;
grant select, update (state, version) on cohorts to alongside_sessions;
grant select, update (coordinator_id, version) on cohorts to alongside_desk;
create policy others_run on cohorts to alongside_seats, alongside_conflicts, alongside_sessions, alongside_desk,
    alongside_duty using (true);
