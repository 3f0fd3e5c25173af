-- SPDX-License-Identifier: MIT
-- A peer: themself. A coordinator: everybody of their regions, or of none yet, but never themselves nor whom they are excluded from
-- (I13, R14). Nobody else, whatever the route table says.

grant select, insert, update on participants to alongside_api;
create policy api_reads on participants for select to alongside_api using (
    case (select actor_role())
        when 'peer' then id = (select actor_participant_id())
        when 'coordinator' then
            actor_covers(region_key, id, (select actor_region_keys()), (select actor_hidden_ids()))
        else false end);
create policy api_adds on participants for insert to alongside_api with check (
    actor_role() = 'coordinator' and created_by = actor_account_id()
    and actor_covers(region_key, id, actor_region_keys(), actor_hidden_ids()));
create policy api_changes on participants for update to alongside_api using (
    case (select actor_role())
        when 'peer' then id = (select actor_participant_id())
        when 'coordinator' then
            actor_covers(region_key, id, (select actor_region_keys()), (select actor_hidden_ids()))
        else false end);
grant select on participants_json to alongside_api;

grant select (id, status, preferred_language, timezone) on participants to alongside_worker;
grant select (id, account_id, alias, coordinator_id, preferred_language, region_key, timezone) on participants to alongside_seats;
grant select (id, account_id, region_key, coordinator_id) on participants to alongside_conflicts;
grant select (id, alias, alias_key, region_key, coordinator_id) on participants to alongside_duty;
grant select (id, alias, alias_key, pronouns, accessibility_needs, region_key) on participants to alongside_sessions;
grant select (id, region_key, timezone, coordinator_id, status, version), update (region, coordinator_id, version)
on participants to alongside_desk;
create policy others_read on participants for select
    to alongside_worker, alongside_seats, alongside_conflicts, alongside_sessions, alongside_desk, alongside_duty using (true);
create policy desk_hands_over on participants for update to alongside_desk using (true);
