-- SPDX-License-Identifier: MIT
-- A peer and a host: what they declared themselves, and nothing about what it met. A coordinator: what is about people they see, never
-- about themselves or somebody they are excluded from (I13). Matches are made by the definer's triggers and by nobody else.

grant select, insert, update (withdrawn_at, withdrawn_by, version) on conflict_declarations to alongside_api;
create policy own_reads on conflict_declarations for select to alongside_api using (
    declared_by = (select actor_account_id())
    and (select actor_role()) in ('peer', 'peer_supporter', 'mental_health_professional', 'coordinator'));
create policy coordinator_reads on conflict_declarations for select to alongside_api using (
    (select actor_role()) = 'coordinator'
    and not array[id, for_participant_id, for_account_id, participant_id, account_id]
        && (select actor_hidden_conflict_ids())::uuid[]
    and (region_keys = '{}' or (select actor_region_keys()) = '{}' or region_keys && (select actor_region_keys())::text[]));
create policy own_declares on conflict_declarations for insert to alongside_api with check (
    declared_by = (select actor_account_id()) and withdrawn_at is null
    and case (select actor_role())
        when 'peer' then for_participant_id = (select actor_participant_id()) and num_nonnulls(participant_id, account_id) = 0
        when 'peer_supporter' then for_account_id = (select actor_account_id()) and num_nonnulls(participant_id, account_id) = 0
        when 'mental_health_professional' then
            for_account_id = (select actor_account_id()) and num_nonnulls(participant_id, account_id) = 0
        when 'coordinator' then (for_participant_id is null or participant_is_seen(for_participant_id))
            and (participant_id is null or participant_is_seen(participant_id))
        else false end);
create policy own_withdraws on conflict_declarations for update to alongside_api
    using (
        declared_by = (select actor_account_id())
        and (select actor_role()) in ('peer', 'peer_supporter', 'mental_health_professional', 'coordinator'))
    with check (
        declared_by = (select actor_account_id())
        and (select actor_role()) in ('peer', 'peer_supporter', 'mental_health_professional', 'coordinator'));
create policy coordinator_withdraws on conflict_declarations for update to alongside_api
    using (
        (select actor_role()) = 'coordinator'
        and not array[id, for_participant_id, for_account_id, participant_id, account_id]
            && (select actor_hidden_conflict_ids())::uuid[]
        and (region_keys = '{}' or (select actor_region_keys()) = '{}' or region_keys && (select actor_region_keys())::text[]))
    with check ((select actor_role()) = 'coordinator');
-- What 70_conflicts.sql and 73_conflict_declarations.sql look up and keep past row level security.
grant select, update (region_keys) on conflict_declarations to alongside_definer;
create policy definer_locates on conflict_declarations to alongside_definer using (true) with check (true);
grant select on conflict_declarations_json to alongside_api;
