-- SPDX-License-Identifier: MIT
-- As for participants: one's own, or those of one's regions. Which step who may take: table intake_transitions and its trigger.

grant select on intake_transitions, track_documents, plain_texts to alongside_api, alongside_worker, alongside_definer;
create policy everybody_reads on intake_transitions for select using (true);
create policy everybody_reads on track_documents for select using (true);
create policy everybody_reads on plain_texts for select using (true);

-- Lists walk over many rows: what decides stands in the row itself.
grant select, insert, update on intakes to alongside_api;
create policy coordinator_reads on intakes for select to alongside_api using (
    (select actor_role()) = 'coordinator'
    and (cardinality((select actor_regions())) = 0 or region is null or region = any ((select actor_regions())::text[]))
    and participant_id is distinct from (select actor_participant_id())
    and participant_id not in (
        select x.participant_id from participant_exclusions x where x.account_id = (select actor_account_id())));
create policy coordinator_changes on intakes for update to alongside_api
    using (
        (select actor_role()) = 'coordinator'
        and (cardinality((select actor_regions())) = 0 or region is null or region = any ((select actor_regions())::text[]))
        and participant_id is distinct from (select actor_participant_id())
        and participant_id not in (
            select x.participant_id from participant_exclusions x where x.account_id = (select actor_account_id())))
    with check ((select actor_role()) = 'coordinator');
create policy coordinator_opens on intakes for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and coordinator_account_id = (select actor_account_id())
    and sees_participant(participant_id));
create policy peer_reads_own on intakes for select to alongside_api using (
    (select actor_role()) = 'peer' and participant_id = (select actor_participant_id()));
create policy peer_changes_own on intakes for update to alongside_api
    using ((select actor_role()) = 'peer' and participant_id = (select actor_participant_id()))
    with check ((select actor_role()) = 'peer' and participant_id = (select actor_participant_id()));
-- Mail that has gone out moves a receipt to acknowledged and sets the clock.
grant select, update (state, meeting_starts_at, acknowledged_at, last_told_at, update_due_at, version) on intakes to alongside_worker;
create policy worker_reads on intakes for select to alongside_worker using (true);
create policy worker_tells on intakes for update to alongside_worker using (true) with check (true);
-- Only through documents_announce().
grant select (participant_id, track, is_open, valid_until) on intakes to alongside_definer;
create policy definer_reads on intakes for select to alongside_definer using (true);

grant select, insert, update on intake_forms to alongside_api;
create policy own_or_served on intake_forms for select to alongside_api using (sees_participant(participant_id));
create policy own_or_served_changes on intake_forms for update to alongside_api
    using (sees_participant(participant_id)) with check (sees_participant(participant_id));
create policy coordinator_opens on intake_forms for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and sees_participant(participant_id));

-- Accepting and taking it back are the person's own; nobody does it for them.
grant select, insert, update on acceptances to alongside_api;
-- By its id alone: for a peer, somebody else's costs no more than none.
create policy own_or_served on acceptances for select to alongside_api using (
    case (select actor_role())
        when 'peer' then participant_id = (select actor_participant_id())
        else sees_participant(participant_id)
    end);
create policy peer_accepts on acceptances for insert to alongside_api with check (
    (select actor_role()) = 'peer' and participant_id = (select actor_participant_id()) and withdrawn_at is null);
create policy peer_takes_back on acceptances for update to alongside_api
    using ((select actor_role()) = 'peer' and participant_id = (select actor_participant_id()))
    with check ((select actor_role()) = 'peer' and participant_id = (select actor_participant_id()));
grant select (participant_id, document_id, withdrawn_at) on acceptances to alongside_worker, alongside_definer;
create policy worker_reads on acceptances for select to alongside_worker using (true);
create policy definer_reads on acceptances for select to alongside_definer using (true);

grant select, insert on status_updates to alongside_api;
create policy own_or_served on status_updates for select to alongside_api using (sees_participant(participant_id));
create policy coordinator_tells on status_updates for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and recorded_by = (select actor_account_id()) and sees_participant(participant_id));
grant select, update (told_at) on status_updates to alongside_worker;
create policy worker_reads on status_updates for select to alongside_worker using (true);
create policy worker_tells on status_updates for update to alongside_worker using (true) with check (true);

grant select on intakes_json, intake_forms_json, acceptances_json, status_updates_json, statuses_json to alongside_api;
