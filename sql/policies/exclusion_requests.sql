-- SPDX-License-Identifier: MIT
-- A peer and a host: what they declared themselves, and nothing about what it met. A coordinator: what is about people they see, never
-- about themselves or somebody they are excluded from (I13). Matches are made by the definer's triggers and by nobody else.

-- The peer who asks never reads what became of it.
grant select, insert, update (state, name_digest, closed_at, closed_by, version) on exclusion_requests to alongside_api;
create policy peer_asks on exclusion_requests for insert to alongside_api with check (
    (select actor_role()) = 'peer' and participant_id = (select actor_participant_id()) and state = 'open');
create policy coordinator_reads on exclusion_requests for select to alongside_api using (
    (select actor_role()) = 'coordinator' and participant_is_seen(participant_id));
create policy coordinator_closes on exclusion_requests for update to alongside_api
    using ((select actor_role()) = 'coordinator' and participant_is_seen(participant_id))
    with check ((select actor_role()) = 'coordinator' and participant_is_seen(participant_id));
grant select, update (state, name_digest, closed_at, version) on exclusion_requests to alongside_definer;
create policy definer_settles on exclusion_requests to alongside_definer using (true) with check (true);
grant select on exclusion_requests_json to alongside_api;
