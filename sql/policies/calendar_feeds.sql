-- SPDX-License-Identifier: MIT
-- Seats are written by the definer's functions of 65_enrolments.sql alone. A peer reads their own, a coordinator those of people and
-- groups they serve; hosts have the roster (71_session_safety.sql), and no row of this table.

-- A calendar is the peer's own, and nobody else's to see or to end.
grant select, insert, delete on calendar_feeds to alongside_api;
create policy peer_own on calendar_feeds to alongside_api
    using ((select actor_role()) = 'peer' and participant_id = (select actor_participant_id()))
    with check ((select actor_role()) = 'peer' and participant_id = (select actor_participant_id()));
grant select on calendar_feeds to alongside_definer;
create policy definer_reads on calendar_feeds for select to alongside_definer using (true);
grant select on calendar_feeds_json to alongside_api;
