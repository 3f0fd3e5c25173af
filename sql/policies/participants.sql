-- SPDX-License-Identifier: MIT
-- A peer: what is their own. A coordinator: everybody of their regions (or of none yet), but never themselves nor whom they are
-- excluded from (I13, R14). Nobody else, whatever the route table says.

grant select, insert, update on participants to alongside_api;
create policy coordinator_reads on participants for select to alongside_api using (
    (select actor_role()) = 'coordinator'
    and (cardinality((select actor_regions())) = 0 or region is null or region = any ((select actor_regions())::text[]))
    and id is distinct from (select actor_participant_id())
    and id not in (select x.participant_id from participant_exclusions x where x.account_id = (select actor_account_id())));
create policy coordinator_changes on participants for update to alongside_api
    using (
        (select actor_role()) = 'coordinator'
        and (cardinality((select actor_regions())) = 0 or region is null or region = any ((select actor_regions())::text[]))
        and id is distinct from (select actor_participant_id())
        and id not in (select x.participant_id from participant_exclusions x where x.account_id = (select actor_account_id())))
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

-- The account that comes with a new participant.
create policy coordinator_opens_peers on accounts for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and role = 'peer');

grant select, insert, update on contacts, safety_plans, emergency_contacts to alongside_api;
create policy own_or_served on contacts for select to alongside_api using (sees_participant(participant_id));
create policy own_or_served_changes on contacts for update to alongside_api
    using (sees_participant(participant_id)) with check (sees_participant(participant_id));
create policy coordinator_opens on contacts for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and sees_participant(participant_id));
-- The worker looks up where mail goes and whether it may; no name, no telephone.
grant select (participant_id, email, email_is_government, work_address_acknowledged, ok_to_email) on contacts to alongside_worker;
create policy worker_reads on contacts for select to alongside_worker using (true);

create policy own_or_served on safety_plans for select to alongside_api using (sees_participant(participant_id));
create policy own_or_served_changes on safety_plans for update to alongside_api
    using (sees_participant(participant_id)) with check (sees_participant(participant_id));
create policy coordinator_opens on safety_plans for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and sees_participant(participant_id));
create policy own_or_served on emergency_contacts for select to alongside_api using (sees_participant(participant_id));
create policy own_or_served_changes on emergency_contacts for update to alongside_api
    using (sees_participant(participant_id)) with check (sees_participant(participant_id));
create policy coordinator_opens on emergency_contacts for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and sees_participant(participant_id));

-- One's own exclusions must be visible to oneself, or the policies above could not honour them; lifting them is for others.
grant select, insert, delete on participant_exclusions to alongside_api;
create policy coordinator_reads on participant_exclusions for select to alongside_api using (
    account_id = (select actor_account_id())
    or (select actor_role()) = 'coordinator' and sees_participant(participant_id));
create policy coordinator_excludes on participant_exclusions for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and created_by = (select actor_account_id()) and sees_participant(participant_id));
create policy coordinator_lifts on participant_exclusions for delete to alongside_api using (
    (select actor_role()) = 'coordinator' and sees_participant(participant_id));

-- Only through staff_alias().
grant select (id, alias) on staff to alongside_definer;
create policy definer_reads on staff for select to alongside_definer using (true);

grant select on participants_json, contacts_json, safety_plans_json, emergency_contacts_json, exclusions_json to alongside_api;
