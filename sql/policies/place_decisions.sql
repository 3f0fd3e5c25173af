-- SPDX-License-Identifier: MIT
-- Why somebody's turn passed: coordinators alone, where they see the seat.

grant select on place_decisions to alongside_api;
create policy api_reads on place_decisions for select to alongside_api using (
    case (select actor_role())
        when 'coordinator' then exists (select from places l where l.id = place_id)
        else false end);
grant select on place_decisions_json to alongside_api;

grant select, insert on place_decisions to alongside_seats;
create policy seats_decide on place_decisions to alongside_seats using (true);
