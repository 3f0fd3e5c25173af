-- SPDX-License-Identifier: MIT
-- A6.5, decision 18: coordinators alone, who serve the person protected (of what protects a host, whom it is against), never what is about
-- themselves or somebody they are excluded from (I13); they decide in their own name. Of what somebody said, only once that was talked
-- about (S7), or while two who can hardly be others are in one group and nobody has stepped back. Found by functions that look past this
-- wall, and made by nobody else.

grant select, update (state, same_person, informed_agreement, decided_by, decided_at, version) on conflict_matches to alongside_api;
create policy api_reads on conflict_matches for select to alongside_api using (
    case (select actor_role())
        when 'coordinator' then
            not array[declaration_id, other_declaration_id, for_participant_id, for_account_id, participant_id, account_id]
                && (select actor_hidden_conflict_ids())::uuid[]
            and (declaration_id is null or decided_at is not null or exists (
                select from conflict_declarations d
                where d.id = declaration_id and (d.conversation_at is not null
                    or raised_at is not null and is_certain and d.counts_from = 'before_my_next_placement')))
            and case when for_participant_id is not null
                then exists (select from participants p where p.id = for_participant_id)
                else region_keys = '{}' or region_keys && (select actor_region_keys())::text[] end
        else false end);
create policy api_changes on conflict_matches for update to alongside_api
    using (
        case (select actor_role())
            when 'coordinator' then
                not array[declaration_id, other_declaration_id, for_participant_id, for_account_id, participant_id, account_id]
                    && (select actor_hidden_conflict_ids())::uuid[]
                and (declaration_id is null or decided_at is not null or exists (
                    select from conflict_declarations d
                    where d.id = declaration_id and (d.conversation_at is not null
                        or raised_at is not null and is_certain and d.counts_from = 'before_my_next_placement')))
                and case when for_participant_id is not null
                    then exists (select from participants p where p.id = for_participant_id)
                    else region_keys = '{}' or region_keys && (select actor_region_keys())::text[] end
            else false end)
    with check ((select actor_role()) = 'coordinator' and decided_by = (select actor_account_id()));
grant select on conflict_matches_json to alongside_api;

grant select, insert, update (
    raised_at, ended_at, region_keys, is_certain, is_self_given, state, same_person, decided_by, decided_at, version)
on conflict_matches to alongside_conflicts;
create policy conflicts_match on conflict_matches to alongside_conflicts using (true);
