-- SPDX-License-Identifier: MIT
-- A peer and a host: what they declared themselves, and nothing about what it met. A coordinator: what is about people they see, never
-- about themselves or somebody they are excluded from (I13). Matches are made by the definer's triggers and by nobody else.

grant select, update (state, same_person, informed_agreement, decided_by, decided_at, version) on conflict_matches to alongside_api;
create policy coordinator_reads on conflict_matches for select to alongside_api using (
    (select actor_role()) = 'coordinator'
    and not array[declaration_id, other_declaration_id, for_participant_id, for_account_id, participant_id, account_id]
        && (select actor_hidden_conflict_ids())::uuid[]
    and (region_keys = '{}' or (select actor_region_keys()) = '{}' or region_keys && (select actor_region_keys())::text[]));
create policy coordinator_decides on conflict_matches for update to alongside_api
    using (
        (select actor_role()) = 'coordinator'
        and not array[declaration_id, other_declaration_id, for_participant_id, for_account_id, participant_id, account_id]
            && (select actor_hidden_conflict_ids())::uuid[]
        and (region_keys = '{}' or (select actor_region_keys()) = '{}' or region_keys && (select actor_region_keys())::text[]))
    with check ((select actor_role()) = 'coordinator' and decided_by = (select actor_account_id()));
grant select, insert, update (raised_at, ended_at, region_keys, version) on conflict_matches to alongside_definer;
create policy definer_matches on conflict_matches to alongside_definer using (true) with check (true);
grant select on conflict_matches_json to alongside_api;
