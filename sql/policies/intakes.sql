-- SPDX-License-Identifier: MIT
-- Seats are written by the definer's functions of 65_enrolments.sql alone. A peer reads their own, a coordinator those of people and
-- groups they serve; hosts have the roster (71_session_safety.sql), and no row of this table.

grant select, update (state, version, update_due_at) on intakes to alongside_definer;
create policy definer_places on intakes for update to alongside_definer using (state = 'ready') with check (state = 'placed');
-- Lists walk over many rows: what decides stands in the row itself.
grant select, insert, update on intakes to alongside_api;
create policy coordinator_reads on intakes for select to alongside_api using (
    (select actor_role()) = 'coordinator'
    and (cardinality((select actor_regions())) = 0 or region is null or region = any ((select actor_regions())::text[]))
    and participant_id is distinct from (select actor_participant_id())
    and participant_id not in (
        select x.participant_id from exclusions x where x.account_id = (select actor_account_id())));
create policy coordinator_changes on intakes for update to alongside_api
    using (
        (select actor_role()) = 'coordinator'
        and (cardinality((select actor_regions())) = 0 or region is null or region = any ((select actor_regions())::text[]))
        and participant_id is distinct from (select actor_participant_id())
        and participant_id not in (
            select x.participant_id from exclusions x where x.account_id = (select actor_account_id())))
    with check ((select actor_role()) = 'coordinator');
create policy coordinator_opens on intakes for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and coordinator_account_id = (select actor_account_id())
    and participant_is_seen(participant_id));
create policy peer_reads_own on intakes for select to alongside_api using (
    (select actor_role()) = 'peer' and participant_id = (select actor_participant_id()));
create policy peer_changes_own on intakes for update to alongside_api
    using ((select actor_role()) = 'peer' and participant_id = (select actor_participant_id()))
    with check ((select actor_role()) = 'peer' and participant_id = (select actor_participant_id()));
-- Mail that has gone out moves a receipt to acknowledged and sets the clock.
grant select, update (state, meeting_starts_at, acknowledged_at, last_told_at, update_due_at, version) on intakes to alongside_worker;
create policy worker_reads on intakes for select to alongside_worker using (true);
create policy worker_tells on intakes for update to alongside_worker using (true) with check (true);
-- Only through document_announce().
grant select (participant_id, track, is_open, valid_until) on intakes to alongside_definer;
create policy definer_reads on intakes for select to alongside_definer using (true);
grant select on intakes_json to alongside_api;
