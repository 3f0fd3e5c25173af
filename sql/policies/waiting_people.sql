-- SPDX-License-Identifier: MIT
-- Who waits (R5), for coordinators of the person's region, or of none yet; never themselves nor whom they are excluded from (I13, R14).
-- Kept by waiting_person_refresh().

grant select on waiting_people to alongside_api;
-- The list walks over many rows: what decides stands in the row itself.
create policy api_reads on waiting_people for select to alongside_api using (
    case (select actor_role())
        when 'coordinator' then
            actor_covers(region_key, participant_id, (select actor_region_keys()), (select actor_hidden_ids()))
        else false end);

grant select, insert, update, delete on waiting_people to alongside_seats;
create policy seats_keep on waiting_people to alongside_seats using (true);
grant select (participant_id), update (region_key) on waiting_people to alongside_desk;
create policy desk_moves on waiting_people to alongside_desk using (true);
