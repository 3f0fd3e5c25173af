-- SPDX-License-Identifier: MIT
-- As for participants: one's own, or those of one's regions. Which step who may take: table intake_transitions and its trigger.

-- Accepting and taking it back are the person's own; nobody does it for them.
grant select, insert, update on acceptances to alongside_api;
-- By its id alone: for a peer, somebody else's costs no more than none.
create policy own_or_served on acceptances for select to alongside_api using (
    case (select actor_role())
        when 'peer' then participant_id = (select actor_participant_id())
        else participant_is_seen(participant_id)
    end);
create policy peer_accepts on acceptances for insert to alongside_api with check (
    (select actor_role()) = 'peer' and participant_id = (select actor_participant_id()) and withdrawn_at is null);
create policy peer_takes_back on acceptances for update to alongside_api
    using ((select actor_role()) = 'peer' and participant_id = (select actor_participant_id()))
    with check ((select actor_role()) = 'peer' and participant_id = (select actor_participant_id()));
grant select (participant_id, document_id, withdrawn_at) on acceptances to alongside_worker, alongside_definer;
create policy worker_reads on acceptances for select to alongside_worker using (true);
create policy definer_reads on acceptances for select to alongside_definer using (true);
grant select on acceptances_json to alongside_api;
