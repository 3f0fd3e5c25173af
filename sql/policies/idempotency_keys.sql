-- SPDX-License-Identifier: MIT
-- Grants and row level security of the kernel's tables. Everything not granted here is denied.

grant select, insert, update, delete on idempotency_keys to alongside_api;
-- update: only to lock what is about to be deleted.
grant select, update, delete on idempotency_keys to alongside_worker;
create policy own_keys on idempotency_keys to alongside_api
    using (account_id = (select actor_account_id())) with check (account_id = (select actor_account_id()));
create policy worker_all on idempotency_keys to alongside_worker using (true);
-- Only through idempotency_key_forget().
grant select, update on idempotency_keys to alongside_definer;
create policy definer_forgets on idempotency_keys to alongside_definer using (true) with check (true);
