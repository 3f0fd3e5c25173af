-- SPDX-License-Identifier: MIT
-- A calendar's address is the peer's own, and nobody else's to see or to end (R2, R17). Who knows the address reads calendars_read().

grant select, insert, delete on calendar_feeds to alongside_api;
create policy api_keeps on calendar_feeds to alongside_api using (
    (select actor_role()) = 'peer' and participant_id = (select actor_participant_id()));
grant select on calendar_feeds_json to alongside_api;

grant select on calendar_feeds to alongside_desk;
create policy desk_reads on calendar_feeds for select to alongside_desk using (true);
