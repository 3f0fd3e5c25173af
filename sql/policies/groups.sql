-- SPDX-License-Identifier: MIT
-- Coordinators plan, hosts read what they lead. I13: no group in which one is or was a peer exists for one as staff.
grant select, insert, update on groups to alongside_api;
create policy coordinator_reads on groups for select to alongside_api using (
    (select actor_role()) = 'coordinator' and id <> all ((select actor_own_group_ids())::uuid[]));
create policy coordinator_plans on groups for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and coordinator_account_id = (select actor_account_id()) and state = 'draft');
create policy coordinator_changes on groups for update to alongside_api
    using ((select actor_role()) = 'coordinator' and id <> all ((select actor_own_group_ids())::uuid[]))
    with check ((select actor_role()) = 'coordinator' and id <> all ((select actor_own_group_ids())::uuid[]));
create policy host_reads on groups for select to alongside_api using (
    (select actor_role()) in ('peer_supporter', 'mental_health_professional')
    and id = any ((select actor_group_ids())::uuid[]) and id <> all ((select actor_own_group_ids())::uuid[]));

grant select on groups_json, group_standings to alongside_api;
