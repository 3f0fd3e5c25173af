-- SPDX-License-Identifier: MIT
-- How it was for those who led (A6.1, R13): the author reads their own, a coordinator also all but those of evenings they led themselves,
-- a professional those they were asked to supervise, unless too near. Never in a group where one is a peer (I13).

grant select, insert, update (supervisor_account_id, supervised_at, supervised_by, version) on debriefs to alongside_api;
create policy api_reads on debriefs for select to alongside_api using (
    case (select actor_role())
        when 'peer_supporter' then account_id = (select actor_account_id())
        when 'mental_health_professional' then account_id = (select actor_account_id())
            or supervisor_account_id = (select actor_account_id()) and not debrief_is_near(session_id, cohort_id)
        -- Whoever was a host of that session is a co-host, whatever else they are.
        when 'coordinator' then account_id = (select actor_account_id())
            or session_id not in (select l.session_id from session_presences l where l.account_id = (select actor_account_id()))
        else false end
    and cohort_id <> all ((select actor_own_cohort_ids())::uuid[]));
create policy api_adds on debriefs for insert to alongside_api with check (
    actor_role() in ('peer_supporter', 'mental_health_professional', 'coordinator') and account_id = actor_account_id()
    and supervised_at is null and debrief_cohort_id(session_id) = cohort_id);
create policy api_changes on debriefs for update to alongside_api
    using (
        case (select actor_role())
            when 'mental_health_professional' then
                supervisor_account_id = (select actor_account_id()) and not debrief_is_near(session_id, cohort_id)
            when 'coordinator' then session_id not in (
                select l.session_id from session_presences l where l.account_id = (select actor_account_id()))
            else false end
        and cohort_id <> all ((select actor_own_cohort_ids())::uuid[]))
    with check (
        case (select actor_role())
            when 'mental_health_professional' then
                supervisor_account_id = (select actor_account_id()) and supervised_by = (select actor_account_id())
            when 'coordinator' then coalesce(supervised_by = (select actor_account_id()), true)
            else false end);
grant select on debriefs_json to alongside_api;

grant select on debriefs to alongside_sessions;
grant select (id, cohort_id, session_id, supervisor_account_id, supervision_due, supervised_at, created_at) on debriefs to alongside_duty;
create policy others_read on debriefs for select to alongside_sessions, alongside_duty using (true);
