-- SPDX-License-Identifier: MIT
-- For whom of the staff a person does not exist (I13, R14): coordinators who serve the person exclude, in their own name, and lift;
-- lifting one's own is for others. That a file is a colleague's own, the lead confirms: own_cases_confirm().

grant select, insert, delete on exclusions to alongside_api;
-- Whom others have kept from one is not for oneself to read.
create policy api_reads on exclusions for select to alongside_api using (
    case (select actor_role())
        when 'coordinator' then account_id = (select actor_account_id()) and created_by = (select actor_account_id())
            or exists (select from participants p where p.id = exclusions.participant_id)
        else false end);
create policy api_adds on exclusions for insert to alongside_api with check (
    actor_role() = 'coordinator' and created_by = actor_account_id() and participant_is_seen(participant_id)
    and (reason is distinct from 'own_case' or account_id = created_by));
create policy api_removes on exclusions for delete to alongside_api using (
    (select actor_role()) = 'coordinator' and exists (select from participants p where p.id = exclusions.participant_id));
grant select on exclusions_json to alongside_api;

grant select, insert on exclusions to alongside_conflicts;
grant select on exclusions to alongside_duty;
grant select, update (reason), delete on exclusions to alongside_desk;
create policy others_read on exclusions for select to alongside_conflicts, alongside_desk, alongside_duty using (true);
create policy desk_confirms on exclusions for update to alongside_desk using (reason = 'own_case_said') with check (reason = 'own_case');
create policy desk_refuses on exclusions for delete to alongside_desk using (reason = 'own_case_said');
create policy conflicts_exclude on exclusions for insert to alongside_conflicts with check (reason = 'asked_by_peer');
