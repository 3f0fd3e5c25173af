-- SPDX-License-Identifier: MIT
-- Grants and row level security of the kernel's tables. Everything not granted here is denied.

grant select, insert on audit_events to alongside_api;
grant insert on audit_events to alongside_definer;
grant select, insert on audit_events to alongside_worker;
create policy written_by_all on audit_events for insert
    with check (account_id is not distinct from (select actor_account_id()) and role = (select actor_role()));
create policy own_file on audit_events for select to alongside_api using (
    (select actor_role()) = 'administrator'
    or (select actor_role()) = 'peer' and participant_ids @> array[(select actor_participant_id())]);
create policy worker_reads on audit_events for select to alongside_worker using (true);
-- Only through audit_events_find().
grant select on audit_events to alongside_definer;
create policy definer_reads on audit_events for select to alongside_definer using (true);
