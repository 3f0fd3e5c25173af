-- SPDX-License-Identifier: MIT
-- Attendance and presence are written by the definer's functions of 71_session_safety.sql alone; who may read them is said here.
-- Incidents and debriefs: those who wrote them, professionals for the sessions they lead, coordinators (A6.8).

grant select on session_presences to alongside_api;
create policy own_or_coordinated on session_presences for select to alongside_api using (
    account_id = (select actor_account_id())
    or (select actor_role()) = 'coordinator' and exists (select from sessions s where s.id = session_id));

grant select on attendances to alongside_api;
create policy peer_reads_own on attendances for select to alongside_api using (
    (select actor_role()) = 'peer' and participant_id = (select actor_participant_id()));
create policy host_reads on attendances for select to alongside_api using (
    (select actor_role()) in ('peer_supporter', 'mental_health_professional')
    and session_id = any ((select actor_session_ids())::uuid[])
    and participant_id not in (select x.participant_id from participant_exclusions x where x.account_id = (select actor_account_id())));
create policy coordinator_reads on attendances for select to alongside_api using (
    (select actor_role()) = 'coordinator' and exists (select from sessions s where s.id = session_id)
    and participant_id not in (select x.participant_id from participant_exclusions x where x.account_id = (select actor_account_id())));

grant select, insert, update (state, acknowledged_at, acknowledged_by, followed_up_at, closed_at, closed_by, version)
    on incidents to alongside_api;
create policy coordinator_reads on incidents for select to alongside_api using (
    (select actor_role()) = 'coordinator'
    and (group_id is null or group_id <> all ((select actor_own_group_ids())::uuid[]))
    and (participant_id is null or participant_id not in (
        select x.participant_id from participant_exclusions x where x.account_id = (select actor_account_id()))));
create policy host_reads on incidents for select to alongside_api using (
    case (select actor_role())
        when 'peer_supporter' then created_by = (select actor_account_id())
        when 'mental_health_professional' then
            created_by = (select actor_account_id()) or session_id = any ((select actor_session_ids())::uuid[])
        else false end
    and (group_id is null or group_id <> all ((select actor_own_group_ids())::uuid[]))
    and (participant_id is null or participant_id not in (
        select x.participant_id from participant_exclusions x where x.account_id = (select actor_account_id()))));
create policy coordinator_records on incidents for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and created_by = (select actor_account_id()) and state = 'open'
    and (group_id is null or group_id <> all ((select actor_own_group_ids())::uuid[])));
create policy host_records on incidents for insert to alongside_api with check (
    (select actor_role()) in ('peer_supporter', 'mental_health_professional') and created_by = (select actor_account_id())
    and state = 'open' and session_id = any ((select actor_session_ids())::uuid[]));
create policy coordinator_works on incidents for update to alongside_api
    using (
        (select actor_role()) = 'coordinator'
        and (group_id is null or group_id <> all ((select actor_own_group_ids())::uuid[]))
        and (participant_id is null or participant_id not in (
            select x.participant_id from participant_exclusions x where x.account_id = (select actor_account_id()))))
    with check ((select actor_role()) = 'coordinator');
create policy professional_works on incidents for update to alongside_api
    using (
        (select actor_role()) = 'mental_health_professional'
        and (created_by = (select actor_account_id()) or session_id = any ((select actor_session_ids())::uuid[]))
        and (group_id is null or group_id <> all ((select actor_own_group_ids())::uuid[]))
        and (participant_id is null or participant_id not in (
            select x.participant_id from participant_exclusions x where x.account_id = (select actor_account_id()))))
    with check ((select actor_role()) = 'mental_health_professional' and state <> 'closed');

grant select, insert on incident_actions to alongside_api;
create policy with_the_incident on incident_actions for select to alongside_api using (
    exists (select from incidents i where i.id = incident_id));
create policy added_by_who_sees on incident_actions for insert to alongside_api with check (
    recorded_by = (select actor_account_id()) and exists (select from incidents i where i.id = incident_id));

grant select, insert, update (supervisor_account_id, supervised_at, supervised_by, version) on debriefs to alongside_api;
create policy own_reads on debriefs for select to alongside_api using (
    (select actor_role()) in ('peer_supporter', 'mental_health_professional') and account_id = (select actor_account_id())
    and group_id <> all ((select actor_own_group_ids())::uuid[]));
create policy own_writes on debriefs for insert to alongside_api with check (
    (select actor_role()) in ('peer_supporter', 'mental_health_professional') and account_id = (select actor_account_id())
    and supervised_at is null and session_led_group(session_id) = group_id);
-- Whoever was a host of that session or is one of that group is a co-host, whatever else they are.
create policy coordinator_reads on debriefs for select to alongside_api using (
    (select actor_role()) = 'coordinator' and group_id <> all ((select actor_own_group_ids())::uuid[])
    and session_id not in (select l.session_id from session_presences l where l.account_id = (select actor_account_id())));
create policy supervisor_reads on debriefs for select to alongside_api using (
    (select actor_role()) = 'mental_health_professional' and supervisor_account_id = (select actor_account_id())
    and not debrief_is_near(session_id, group_id));
create policy coordinator_supervises on debriefs for update to alongside_api
    using (
        (select actor_role()) = 'coordinator' and group_id <> all ((select actor_own_group_ids())::uuid[])
        and session_id not in (select l.session_id from session_presences l where l.account_id = (select actor_account_id())))
    with check ((select actor_role()) = 'coordinator' and coalesce(supervised_by = (select actor_account_id()), true));
create policy supervisor_supervises on debriefs for update to alongside_api
    using (
        (select actor_role()) = 'mental_health_professional' and supervisor_account_id = (select actor_account_id())
        and not debrief_is_near(session_id, group_id))
    with check (supervisor_account_id = (select actor_account_id()) and supervised_by = (select actor_account_id()));
-- The author's note.
create policy debrief_is_kept on sealed_keys for insert to alongside_api with check (
    owner_type = 'staff' and owner_id = (select actor_account_id())
    and (select actor_role()) in ('peer_supporter', 'mental_health_professional'));

-- What the definer's functions of 71 and 72 read and write.
grant select (id, alias, pronouns, accessibility_needs) on participants to alongside_definer;
grant select on safety_plans, emergency_contacts to alongside_definer;
create policy definer_reads on safety_plans for select to alongside_definer using (true);
create policy definer_reads on emergency_contacts for select to alongside_definer using (true);
grant select on sealed_keys to alongside_definer;
create policy definer_opens on sealed_keys for select to alongside_definer using (owner_type in ('participant', 'staff'));
grant update (state, started_at, ended_at, topic_codes, topic_en, topic_fr, version) on sessions to alongside_definer;
create policy definer_runs on sessions for update to alongside_definer using (true) with check (true);
grant update (state, version) on groups to alongside_definer;
grant update (state, version) on enrolments to alongside_definer;
create policy definer_activates on enrolments for update to alongside_definer using (true) with check (state = 'active');
grant select, insert on session_presences to alongside_definer;
create policy definer_records on session_presences to alongside_definer using (true) with check (true);
grant select, insert, update on attendances to alongside_definer;
create policy definer_records on attendances to alongside_definer using (true) with check (true);
grant select, insert, update (check_in_at) on incidents to alongside_definer;
create policy definer_records on incidents to alongside_definer using (true) with check (true);
grant select on debriefs to alongside_definer;
create policy definer_reads on debriefs for select to alongside_definer using (true);
grant select on holidays, code_lists to alongside_definer;
grant select on contacts to alongside_definer;
create policy definer_reads on contacts for select to alongside_definer using (true);
grant select on incident_actions to alongside_definer;
create policy definer_reads on incident_actions for select to alongside_definer using (true);
grant insert on contact_openings to alongside_definer;
create policy definer_records on contact_openings for insert to alongside_definer with check (true);

-- R14: the list that is reviewed. Of a group of one's own, nothing (I13).
grant select on contact_openings to alongside_api;
create policy administrator_reviews on contact_openings for select to alongside_api using ((select actor_role()) = 'administrator');
create policy coordinator_reviews on contact_openings for select to alongside_api using (
    (select actor_role()) = 'coordinator' and exists (select from enrolments e where e.id = enrolment_id));

grant select on attendances_json, incidents_json, debriefs_json, contact_openings_json to alongside_api;
