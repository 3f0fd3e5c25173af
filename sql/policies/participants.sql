-- SPDX-License-Identifier: MIT
-- A peer: themself. A coordinator: everybody of their regions, or of none yet, but never themselves nor whom they are excluded from
-- (I13, R14). Nobody else, whatever the route table says.

grant select, insert, update on participants to alongside_api;
create policy api_reads on participants for select to alongside_api using (
    case (select actor_role())
        when 'peer' then id = (select actor_participant_id())
        when 'coordinator' then
            (cardinality((select actor_regions())) = 0 or region is null or region = any ((select actor_regions())::text[]))
            and id is distinct from (select actor_participant_id())
            and id not in (select x.participant_id from exclusions x where x.account_id = (select actor_account_id()))
        else false end);
create policy api_adds on participants for insert to alongside_api with check (
    actor_role() = 'coordinator' and created_by = actor_account_id()
    and (cardinality(actor_regions()) = 0 or region is null or region = any (actor_regions())));
create policy api_changes on participants for update to alongside_api using (
    case (select actor_role())
        when 'peer' then id = (select actor_participant_id())
        when 'coordinator' then
            (cardinality((select actor_regions())) = 0 or region is null or region = any ((select actor_regions())::text[]))
            and id is distinct from (select actor_participant_id())
            and id not in (select x.participant_id from exclusions x where x.account_id = (select actor_account_id()))
        else false end);
grant select on participants_json to alongside_api;

grant select (id, status, preferred_language, timezone) on participants to alongside_worker;
grant select (
    id, account_id, alias, pronouns, accessibility_needs, region, region_key, preferred_language, timezone, status)
    on participants to alongside_definer;
create policy others_read on participants for select to alongside_worker, alongside_definer using (true);
