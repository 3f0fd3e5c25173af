-- SPDX-License-Identifier: MIT
-- What somebody has accepted (I4): a peer accepts and takes back alone; a coordinator reads it of the people they serve.

grant select, insert, update on acceptances to alongside_api;
-- A peer's own by its id alone: somebody else's costs no more than none.
create policy api_reads on acceptances for select to alongside_api using (
    case (select actor_role())
        when 'peer' then participant_id = (select actor_participant_id())
        when 'coordinator' then exists (select from participants p where p.id = acceptances.participant_id)
        else false end);
create policy api_adds on acceptances for insert to alongside_api with check (
    actor_role() = 'peer' and participant_id = actor_participant_id() and withdrawn_at is null);
create policy api_changes on acceptances for update to alongside_api using (
    (select actor_role()) = 'peer' and participant_id = (select actor_participant_id()));
grant select on acceptances_json to alongside_api;

grant select (participant_id, document_id, withdrawn_at) on acceptances to alongside_worker, alongside_seats, alongside_desk;
create policy others_read on acceptances for select to alongside_worker, alongside_seats, alongside_desk using (true);
