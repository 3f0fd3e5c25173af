-- SPDX-License-Identifier: MIT
-- A peer and a host: what they declared themselves, and nothing about what it met. A coordinator: what is about people they see, never
-- about themselves or somebody they are excluded from (I13). Matches are made by the definer's triggers and by nobody else.

grant select (id, account_id) on participants to alongside_definer;
create policy definer_reads_conflicts on participants for select to alongside_definer using (true);
grant select (id, region, region_key, alias, preferred_language, timezone, status) on participants to alongside_definer;
create policy definer_places on participants for select to alongside_definer using (true);
grant select, insert, update on participants to alongside_api;
create policy coordinator_reads on participants for select to alongside_api using (
    (select actor_role()) = 'coordinator'
    and (cardinality((select actor_regions())) = 0 or region is null or region = any ((select actor_regions())::text[]))
    and id is distinct from (select actor_participant_id())
    and id not in (select x.participant_id from exclusions x where x.account_id = (select actor_account_id())));
create policy coordinator_changes on participants for update to alongside_api
    using (
        (select actor_role()) = 'coordinator'
        and (cardinality((select actor_regions())) = 0 or region is null or region = any ((select actor_regions())::text[]))
        and id is distinct from (select actor_participant_id())
        and id not in (select x.participant_id from exclusions x where x.account_id = (select actor_account_id())))
    with check (
        (select actor_role()) = 'coordinator'
        and (cardinality((select actor_regions())) = 0 or region is null or region = any ((select actor_regions())::text[])));
create policy coordinator_opens on participants for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and created_by = (select actor_account_id())
    and (cardinality((select actor_regions())) = 0 or region is null or region = any ((select actor_regions())::text[])));
create policy peer_reads_own on participants for select to alongside_api using (
    (select actor_role()) = 'peer' and id = (select actor_participant_id()));
create policy peer_changes_own on participants for update to alongside_api
    using ((select actor_role()) = 'peer' and id = (select actor_participant_id()))
    with check ((select actor_role()) = 'peer' and id = (select actor_participant_id()));
grant select (id, status, preferred_language, timezone) on participants to alongside_worker;
create policy worker_reads on participants for select to alongside_worker using (true);
grant select on participants_json to alongside_api;
-- What the definer's functions of 71 and 72 read and write.
grant select (id, alias, pronouns, accessibility_needs) on participants to alongside_definer;
