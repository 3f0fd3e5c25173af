-- SPDX-License-Identifier: MIT
-- A6.5: whoever declares sees what they declared, and nothing of what it met. A coordinator sees what protects people they serve
-- (decision 18), or a host from them, never what is about themselves or somebody they are excluded from (I13), takes back what they
-- see, and records that it was talked about.

grant select, insert,
    update (withdrawn_at, withdrawn_by, stands_until, counts_from, call_from, call_due, conversation_at, conversation_by, version)
on conflict_declarations to alongside_api;
create policy api_reads on conflict_declarations for select to alongside_api using (
    case (select actor_role())
        when 'peer' then declared_by = (select actor_account_id())
        when 'peer_supporter' then declared_by = (select actor_account_id())
        when 'mental_health_professional' then declared_by = (select actor_account_id())
        when 'coordinator' then declared_by = (select actor_account_id())
            or not comparison_is_due(id)
            and not array[id, for_participant_id, for_account_id, participant_id, account_id]
                && (select actor_hidden_conflict_ids())::uuid[]
            and case when for_participant_id is not null
                then exists (select from participants p where p.id = for_participant_id)
                else region_keys = '{}' or region_keys && (select actor_region_keys())::text[] end
        else false end);
-- Peers and hosts for themselves; coordinators for, and about, people they see.
create policy api_adds on conflict_declarations for insert to alongside_api with check (
    declared_by = actor_account_id() and withdrawn_at is null
    and case actor_role()
        when 'peer' then for_participant_id = actor_participant_id() and num_nonnulls(participant_id, account_id, guest_id) = 0
        when 'peer_supporter' then for_account_id = actor_account_id() and num_nonnulls(participant_id, account_id, guest_id) = 0
        when 'mental_health_professional' then for_account_id = actor_account_id()
            and num_nonnulls(participant_id, account_id, guest_id) = 0
        when 'coordinator' then (for_participant_id is null or participant_is_seen(for_participant_id))
            and (participant_id is null or participant_is_seen(participant_id))
        else false end);
create policy api_changes on conflict_declarations for update to alongside_api using (
    case (select actor_role())
        when 'peer' then declared_by = (select actor_account_id())
        when 'peer_supporter' then declared_by = (select actor_account_id())
        when 'mental_health_professional' then declared_by = (select actor_account_id())
        when 'coordinator' then declared_by = (select actor_account_id())
            or not comparison_is_due(id)
            and not array[id, for_participant_id, for_account_id, participant_id, account_id]
                && (select actor_hidden_conflict_ids())::uuid[]
            and case when for_participant_id is not null
                then exists (select from participants p where p.id = for_participant_id)
                else region_keys = '{}' or region_keys && (select actor_region_keys())::text[] end
        else false end);
grant select on conflict_declarations_json to alongside_api;

grant select, update (region_keys, conversation_at, conversation_by, version) on conflict_declarations to alongside_conflicts;
create policy conflicts_locate on conflict_declarations to alongside_conflicts using (true);
