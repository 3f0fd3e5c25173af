-- SPDX-License-Identifier: MIT
-- R14: a peer asks that somebody not see their file, and never reads what became of it; coordinators who serve them settle it. Who may be
-- meant is not one of them. R6: one that names the last who could work for them waits for the program lead.

grant select, insert, update (state, name_digest, closed_at, closed_by, version) on exclusion_requests to alongside_api;
create policy api_reads on exclusion_requests for select to alongside_api using (
    case (select actor_role())
        when 'coordinator' then
            not comparison_is_due(id) and not for_lead and id <> all ((select actor_kept_conflict_ids())::uuid[])
            and exists (select from participants p where p.id = exclusion_requests.participant_id)
        when 'administrator' then for_lead and participant_id <> all ((select actor_hidden_ids())::uuid[])
        else false end);
create policy api_adds on exclusion_requests for insert to alongside_api with check (
    actor_role() = 'peer' and participant_id = actor_participant_id() and state = 'open');
create policy api_changes on exclusion_requests for update to alongside_api using (
    case (select actor_role())
        when 'coordinator' then
            not comparison_is_due(id) and not for_lead and id <> all ((select actor_kept_conflict_ids())::uuid[])
            and exists (select from participants p where p.id = exclusion_requests.participant_id)
        when 'administrator' then for_lead and participant_id <> all ((select actor_hidden_ids())::uuid[])
        else false end);
grant select on exclusion_requests_json to alongside_api;

grant select, update (name_digest, for_lead, version) on exclusion_requests to alongside_conflicts;
create policy conflicts_settle on exclusion_requests to alongside_conflicts using (true);
