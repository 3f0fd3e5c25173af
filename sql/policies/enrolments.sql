-- SPDX-License-Identifier: MIT
-- Seats are written by the definer's functions of 65_enrolments.sql alone. A peer reads their own, a coordinator those of people and
-- groups they serve; hosts have the roster (71_session_safety.sql), and no row of this table.

grant select on enrolments to alongside_api;
create policy peer_reads_own on enrolments for select to alongside_api using (
    (select actor_role()) = 'peer' and participant_id = (select actor_participant_id()));
create policy coordinator_reads on enrolments for select to alongside_api using (
    (select actor_role()) = 'coordinator' and group_id <> all ((select actor_own_group_ids())::uuid[])
    and sees_participant(participant_id));
grant insert, update on enrolments to alongside_definer;
create policy definer_places on enrolments for insert to alongside_definer with check (true);
create policy definer_moves on enrolments for update to alongside_definer using (true) with check (true);

-- Why somebody was passed over may be a conflict: coordinators alone.
grant select on enrolment_decisions to alongside_api;
create policy coordinator_reads on enrolment_decisions for select to alongside_api using (
    (select actor_role()) = 'coordinator' and exists (select from enrolments e where e.id = enrolment_id));
grant select, insert on enrolment_decisions to alongside_definer;
create policy definer_all on enrolment_decisions for select to alongside_definer using (true);
create policy definer_decides on enrolment_decisions for insert to alongside_definer with check (true);
grant select on enrolment_transitions to alongside_definer;
create policy definer_reads on enrolment_transitions for select to alongside_definer using (true);

-- The list walks over many rows: what decides stands in the row itself.
grant select on waiting_people to alongside_api;
create policy coordinator_reads on waiting_people for select to alongside_api using (
    (select actor_role() = 'coordinator')
    and (cardinality((select actor_regions())) = 0 or region_key = '-' or region_key = any ((select actor_regions())::text[]))
    and participant_id is distinct from (select actor_participant_id())
    and participant_id not in (
        select x.participant_id from participant_exclusions x where x.account_id = (select actor_account_id())));
grant select, insert, update, delete on waiting_people to alongside_definer;
create policy definer_keeps on waiting_people to alongside_definer using (true) with check (true);

-- A calendar is the peer's own, and nobody else's to see or to end.
grant select, insert, delete on calendar_feeds to alongside_api;
create policy peer_own on calendar_feeds to alongside_api
    using ((select actor_role()) = 'peer' and participant_id = (select actor_participant_id()))
    with check ((select actor_role()) = 'peer' and participant_id = (select actor_participant_id()));
grant select on calendar_feeds to alongside_definer;
create policy definer_reads on calendar_feeds for select to alongside_definer using (true);

-- The definer's functions: lock the group, see who it is about, end the waiting, write and cancel mail.
grant update (version) on groups to alongside_definer;
create policy definer_locks on groups for update to alongside_definer using (true);
grant select (id, region, region_key, alias, preferred_language, timezone, status) on participants to alongside_definer;
create policy definer_places on participants for select to alongside_definer using (true);
grant select, update (state, version, update_due_at) on intakes to alongside_definer;
create policy definer_places on intakes for update to alongside_definer using (state = 'ready') with check (state = 'placed');
grant select (intake_id, services_wanted) on intake_forms to alongside_definer;
create policy definer_places on intake_forms for select to alongside_definer using (true);
grant select, insert, update (state, reason, changed_at) on outbox to alongside_definer;
create policy definer_writes on outbox for insert to alongside_definer with check (
    enrolment_id is not null and state = 'queued' and kind in (
        'seat_offered', 'seat_confirmed', 'seat_released', 'session_changed', 'session_cancelled', 'series_changed', 'group_cancelled'));
create policy definer_cancels on outbox for update to alongside_definer
    using (enrolment_id is not null) with check (state = 'cancelled');
grant select on sealed_keys to alongside_definer;
create policy definer_opens_links on sealed_keys for select to alongside_definer using (owner_type = 'session');

grant select on enrolments_json, enrolment_decisions_json, homes_json, calendar_feeds_json to alongside_api;
grant select on enrolments_json to alongside_definer;
