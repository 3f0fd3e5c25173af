-- SPDX-License-Identifier: MIT
-- A wish is the peer's own, to leave and to take back. Coordinators learn how many there are (interests_counted), never whose.

grant select, insert, update, delete on interests to alongside_api;
create policy api_keeps on interests to alongside_api using (
    (select actor_role()) = 'peer' and participant_id = (select actor_participant_id()));
grant select on interests_json to alongside_api;

grant select, delete on interests to alongside_desk;
create policy desk_tells on interests to alongside_desk using (true);
