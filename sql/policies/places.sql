-- SPDX-License-Identifier: MIT
-- Places: a peer reads their own, a coordinator those of people whose seat they see. Hosts have the roster, and no row of this table.
-- Written by functions that look past this wall, since places are counted over all who have one.

grant select on places to alongside_api;
create policy api_reads on places for select to alongside_api using (
    case (select actor_role())
        when 'peer' then participant_id = (select actor_participant_id())
        when 'coordinator' then exists (select from enrolments e where e.id = enrolment_id)
        else false end);
grant select on places_json to alongside_api;

grant select, insert, update on places to alongside_seats;
create policy seats_place on places to alongside_seats using (true);
grant select on places to alongside_conflicts, alongside_sessions, alongside_desk;
create policy others_read on places for select to alongside_conflicts, alongside_sessions, alongside_desk using (true);
