-- SPDX-License-Identifier: MIT
-- Attendance and presence are written by the definer's functions of 71_session_safety.sql alone; who may read them is said here.
-- Incidents and debriefs: those who wrote them, professionals for the sessions they lead, coordinators (A6.8).

grant select, insert, update (state, acknowledged_at, acknowledged_by, followed_up_at, closed_at, closed_by, version)
    on incidents to alongside_api;
create policy coordinator_reads on incidents for select to alongside_api using (
    (select actor_role()) = 'coordinator'
    and (cohort_id is null or cohort_id <> all ((select actor_own_cohort_ids())::uuid[]))
    and (participant_id is null or participant_id not in (
        select x.participant_id from exclusions x where x.account_id = (select actor_account_id()))));
create policy host_reads on incidents for select to alongside_api using (
    case (select actor_role())
        when 'peer_supporter' then created_by = (select actor_account_id())
        when 'mental_health_professional' then
            created_by = (select actor_account_id()) or session_id = any ((select actor_session_ids())::uuid[])
        else false end
    and (cohort_id is null or cohort_id <> all ((select actor_own_cohort_ids())::uuid[]))
    and (participant_id is null or participant_id not in (
        select x.participant_id from exclusions x where x.account_id = (select actor_account_id()))));
create policy coordinator_records on incidents for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and created_by = (select actor_account_id()) and state = 'open'
    and (cohort_id is null or cohort_id <> all ((select actor_own_cohort_ids())::uuid[])));
create policy host_records on incidents for insert to alongside_api with check (
    (select actor_role()) in ('peer_supporter', 'mental_health_professional') and created_by = (select actor_account_id())
    and state = 'open' and session_id = any ((select actor_session_ids())::uuid[]));
create policy coordinator_works on incidents for update to alongside_api
    using (
        (select actor_role()) = 'coordinator'
        and (cohort_id is null or cohort_id <> all ((select actor_own_cohort_ids())::uuid[]))
        and (participant_id is null or participant_id not in (
            select x.participant_id from exclusions x where x.account_id = (select actor_account_id()))))
    with check ((select actor_role()) = 'coordinator');
create policy professional_works on incidents for update to alongside_api
    using (
        (select actor_role()) = 'mental_health_professional'
        and (created_by = (select actor_account_id()) or session_id = any ((select actor_session_ids())::uuid[]))
        and (cohort_id is null or cohort_id <> all ((select actor_own_cohort_ids())::uuid[]))
        and (participant_id is null or participant_id not in (
            select x.participant_id from exclusions x where x.account_id = (select actor_account_id()))))
    with check ((select actor_role()) = 'mental_health_professional' and state <> 'closed');
grant select, insert, update (check_in_at) on incidents to alongside_definer;
create policy definer_records on incidents to alongside_definer using (true) with check (true);
grant select on incidents_json to alongside_api;
