-- SPDX-License-Identifier: MIT
-- What a peer has said of their own coming is theirs to read; hosts read it in the roster. It is said, and taken back, by functions that
-- know the seat.

grant select on apologies to alongside_api;
create policy api_reads on apologies for select to alongside_api using (
    (select actor_role()) = 'peer' and participant_id = (select actor_participant_id()));
grant select on apologies_json to alongside_api, alongside_sessions;

grant select, insert, update, delete on apologies to alongside_sessions;
create policy sessions_keep on apologies to alongside_sessions using (true);
