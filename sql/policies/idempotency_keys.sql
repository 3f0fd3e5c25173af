-- SPDX-License-Identifier: MIT
-- Answers that are kept for a repeated request are those of the account that asked. Jobs end what is a day old.

grant select, insert, update, delete on idempotency_keys to alongside_api;
grant select, update (status, body, location, etag, language) on idempotency_keys to alongside_seats;
create policy api_keeps on idempotency_keys to alongside_api, alongside_seats using (account_id = (select actor_account_id()));

-- update: only to lock what is about to be deleted.
grant select, update, delete on idempotency_keys to alongside_worker;
create policy worker_ends on idempotency_keys to alongside_worker using (true);
grant select (location), update (body) on idempotency_keys to alongside_desk;
create policy desk_forgets on idempotency_keys to alongside_desk using (true);
