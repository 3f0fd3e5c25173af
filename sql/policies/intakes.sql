-- SPDX-License-Identifier: MIT
-- Intakes (A6.8): a peer reads and steps through their own, a coordinator those of the people they serve, never their own nor those of
-- somebody they are excluded from (I13, R14). Which step who may take is in intake_transitions.

grant select, insert, update on intakes to alongside_api;
-- Lists walk over many rows: what decides stands in the row itself.
create policy api_reads on intakes for select to alongside_api using (
    case (select actor_role())
        when 'peer' then participant_id = (select actor_participant_id())
        when 'coordinator' then
            actor_covers(region_key, participant_id, (select actor_region_keys()), (select actor_hidden_ids()))
        else false end);
create policy api_adds on intakes for insert to alongside_api with check (
    actor_role() = 'coordinator' and coordinator_id = actor_account_id() and participant_is_seen(participant_id));
create policy api_changes on intakes for update to alongside_api using (
    case (select actor_role())
        when 'peer' then participant_id = (select actor_participant_id())
        when 'coordinator' then
            actor_covers(region_key, participant_id, (select actor_region_keys()), (select actor_hidden_ids()))
        else false end);
grant select on intakes_json to alongside_api;

-- Mail that has gone out moves a receipt to acknowledged and sets the clock (I12).
grant select, update (state, meeting_starts_at, acknowledged_at, last_told_at, update_due_at, version) on intakes to alongside_worker;
create policy worker_tells on intakes to alongside_worker using (true);
grant select, update (state, registered_at, valid_until, version, update_due_at) on intakes to alongside_seats;
grant select (participant_id, track, is_open, valid_until, created_at) on intakes to alongside_sessions;
grant select (participant_id, ready_at) on intakes to alongside_conflicts;
grant select (id, participant_id, region_key, track, is_open, coordinator_id, valid_until, version),
    update (region_key, coordinator_id, version)
on intakes to alongside_desk;
grant select (id, participant_id, coordinator_id, update_due_at) on intakes to alongside_duty;
create policy desk_hands_over on intakes for update to alongside_desk using (true);
create policy others_read on intakes for select
    to alongside_seats, alongside_conflicts, alongside_sessions, alongside_desk, alongside_duty using (true);
create policy seats_place on intakes for update to alongside_seats
    using (state in ('ready', 'forms_returned')) with check (state in ('placed', 'registered'));
