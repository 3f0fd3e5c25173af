-- SPDX-License-Identifier: MIT
-- Grants and row level security of the kernel's tables. Everything not granted here is denied.

grant select, insert, update on accounts to alongside_api;
grant select, insert, update on accounts to alongside_definer;
grant select on accounts to alongside_worker;
create policy definer_all on accounts to alongside_definer using (true) with check (true);
create policy worker_reads on accounts for select to alongside_worker using (true);
create policy own_row on accounts for select to alongside_api using (id = (select actor_account_id()));
-- Membership itself is the secret: the administrator handles staff, the coordinator peers, neither the other.
create policy administrator_staff on accounts to alongside_api
    using ((select actor_role()) = 'administrator' and role <> 'peer')
    with check ((select actor_role()) = 'administrator' and role <> 'peer');
-- The account that comes with a new participant.
create policy coordinator_opens_peers on accounts for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and role = 'peer');
-- Coordinators hand work to each other.
create policy coordinators_know_each_other on accounts for select to alongside_api using (
    (select actor_role()) = 'coordinator' and role = 'coordinator');
