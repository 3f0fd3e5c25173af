-- SPDX-License-Identifier: MIT
-- Whoever sees the person reads where they moved; a coordinator what they wrote down themselves, also when the person is out of their
-- regions. region_move_apply() alone writes it.

grant select on region_moves to alongside_api;
create policy api_reads on region_moves for select to alongside_api using (
    case (select actor_role())
        when 'coordinator' then recorded_by = (select actor_account_id())
            or exists (select from participants p where p.id = region_moves.participant_id)
        when 'peer' then participant_id = (select actor_participant_id())
        else false end);
grant select on region_moves_json to alongside_api;

grant insert on region_moves to alongside_desk;
create policy desk_adds on region_moves for insert to alongside_desk with check (true);
