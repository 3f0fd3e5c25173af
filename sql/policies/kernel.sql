-- SPDX-License-Identifier: MIT
-- Grants and row level security of the kernel's tables. Everything not granted here is denied.

grant select on timezones to alongside_api, alongside_worker, alongside_definer;
create policy everybody_reads on timezones for select using (true);

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

grant select, insert, delete on sealed_keys to alongside_api;
grant select, delete on sealed_keys to alongside_worker;
create policy worker_all on sealed_keys to alongside_worker using (true);
create policy own_or_served on sealed_keys for select to alongside_api using (
    case (select actor_role())
        when 'coordinator' then owner_type in ('participant', 'referral')
        when 'peer' then owner_type = 'participant' and owner_id = (select actor_participant_id())
        when 'administrator' then owner_type = 'staff'
        else owner_type = 'staff' and owner_id = (select actor_account_id())
    end);
create policy kept_with_a_write on sealed_keys for insert to alongside_api with check (
    case (select actor_role())
        when 'coordinator' then owner_type = 'referral' or owner_type = 'participant' and sees_participant(owner_id)
        when 'line' then owner_type = 'referral'
        when 'peer' then owner_type = 'participant' and owner_id = (select actor_participant_id())
        when 'administrator' then owner_type = 'staff'
        else false
    end);
create policy erased_by_coordinator on sealed_keys for delete to alongside_api using (
    (select actor_role()) = 'coordinator'
    and (owner_type = 'referral' or owner_type = 'participant' and sees_participant(owner_id)));

grant select, insert, update, delete on idempotency_keys to alongside_api;
-- update: only to lock what is about to be deleted.
grant select, update, delete on idempotency_keys to alongside_worker;
create policy own_keys on idempotency_keys to alongside_api
    using (account_id = (select actor_account_id())) with check (account_id = (select actor_account_id()));
create policy worker_all on idempotency_keys to alongside_worker using (true);

grant select, insert on audit_events to alongside_api;
grant insert on audit_events to alongside_definer;
grant select, insert on audit_events to alongside_worker;
create policy written_by_all on audit_events for insert
    with check (account_id is not distinct from (select actor_account_id()) and role = (select actor_role()));
create policy own_file on audit_events for select to alongside_api using (
    (select actor_role()) = 'administrator'
    or (select actor_role()) = 'peer' and participant_ids @> array[(select actor_participant_id())]);
create policy worker_reads on audit_events for select to alongside_worker using (true);

grant select, insert on audit_links to alongside_worker;
create policy worker_links on audit_links to alongside_worker using (true) with check (true);
