-- SPDX-License-Identifier: MIT
-- Sessions go with their group. Their join links open for coordinators and for the hosts of that session; peers: elsewhere, and only from 24 h before.
grant select, insert, update on sessions to alongside_api;
create policy coordinator_reads on sessions for select to alongside_api using (
    (select actor_role()) = 'coordinator' and group_id <> all ((select actor_own_group_ids())::uuid[]));
create policy coordinator_plans on sessions for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and group_id <> all ((select actor_own_group_ids())::uuid[]) and state = 'scheduled');
create policy coordinator_changes on sessions for update to alongside_api
    using ((select actor_role()) = 'coordinator' and group_id <> all ((select actor_own_group_ids())::uuid[]))
    with check ((select actor_role()) = 'coordinator' and group_id <> all ((select actor_own_group_ids())::uuid[]));
create policy host_reads on sessions for select to alongside_api using (
    (select actor_role()) in ('peer_supporter', 'mental_health_professional')
    and group_id = any ((select actor_group_ids())::uuid[]) and group_id <> all ((select actor_own_group_ids())::uuid[]));
-- sessions_rederive(), after new zone data.
grant select, update (starts_at, calendar_sequence, changed_at, version) on sessions to alongside_worker;
create policy worker_reads_times on sessions for select to alongside_worker using (true);
create policy worker_rederives on sessions for update to alongside_worker using (true) with check (true);

create policy session_link_opens on sealed_keys for select to alongside_api using (
    owner_type = 'session' and case (select actor_role())
        when 'coordinator' then exists (select from sessions s where s.id = owner_id)
        when 'peer_supporter' then owner_id = any ((select actor_session_ids())::uuid[])
        when 'mental_health_professional' then owner_id = any ((select actor_session_ids())::uuid[])
        else false end);
create policy session_link_is_kept on sealed_keys for insert to alongside_api with check (
    owner_type = 'session' and (select actor_role()) = 'coordinator' and exists (select from sessions s where s.id = owner_id));
create policy session_link_ends on sealed_keys for delete to alongside_api using (
    owner_type = 'session' and (select actor_role()) = 'coordinator' and exists (select from sessions s where s.id = owner_id));

grant select on sessions_json to alongside_api;
