-- SPDX-License-Identifier: MIT
-- Incidents (A6.6, A6.8): a peer supporter records and sees their own, a professional also those of sessions they lead, a coordinator
-- all; never of a group in which one is a peer, nor about oneself or somebody one is excluded from (I13, R14), but for sessions of which
-- one is a host: there the person is on the roster, and what one has recorded tells by no gap that one was excluded, nor in what time
-- this is found: that comes first. Coordinators and professionals work on them, those who were called for one too; only a coordinator
-- closes.

grant select, insert, update (state, acknowledged_at, acknowledged_by, followed_up_at, closed_at, closed_by, version)
    on incidents to alongside_api;
create policy api_reads on incidents for select to alongside_api using (
    case (select actor_role())
        when 'peer_supporter' then created_by = (select actor_account_id())
        when 'mental_health_professional' then
            created_by = (select actor_account_id()) or session_id = any ((select actor_session_ids())::uuid[])
            or id = any ((select actor_alarm_object_ids())::uuid[])
        when 'coordinator' then true
        else false end
    and (cohort_id is null or cohort_id <> all ((select actor_own_cohort_ids())::uuid[]))
    and (participant_id is null or session_id = any ((select actor_assigned_session_ids())::uuid[])
        or participant_id <> all ((select actor_hidden_ids())::uuid[])));
create policy api_adds on incidents for insert to alongside_api with check (
    created_by = actor_account_id() and state = 'open'
    and case actor_role()
        when 'peer_supporter' then session_id = any (actor_session_ids())
        when 'mental_health_professional' then session_id = any (actor_session_ids())
        when 'coordinator' then cohort_id is null or cohort_id <> all (actor_own_cohort_ids())
        else false end);
create policy api_changes on incidents for update to alongside_api
    using (
        case (select actor_role())
            when 'mental_health_professional' then
                created_by = (select actor_account_id()) or session_id = any ((select actor_session_ids())::uuid[])
                or id = any ((select actor_alarm_object_ids())::uuid[])
            when 'coordinator' then true
            else false end
        and (cohort_id is null or cohort_id <> all ((select actor_own_cohort_ids())::uuid[]))
        and (participant_id is null or session_id = any ((select actor_assigned_session_ids())::uuid[])
            or participant_id <> all ((select actor_hidden_ids())::uuid[])))
    with check (
        case (select actor_role())
            when 'mental_health_professional' then state <> 'closed'
            when 'coordinator' then true
            else false end);
grant select on incidents_json to alongside_api;

grant select, insert, update (check_in_at) on incidents to alongside_sessions;
create policy sessions_record on incidents to alongside_sessions using (true);

grant select, update (state, acknowledged_at, acknowledged_by, version) on incidents to alongside_duty;
create policy duty_answers on incidents to alongside_duty using (true);
