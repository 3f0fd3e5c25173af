-- SPDX-License-Identifier: MIT
-- Applied last. Functions run with the rights of their caller, so calling one opens nothing that row level security closes;
-- what only jobs may call is taken away again.
grant execute on all functions in schema alongside to alongside_api, alongside_worker, alongside_definer;
revoke execute on function audit_link(), audit_verify(), jobs_run(), outbox_take(int), outbox_done(uuid, text, int) from alongside_api;
grant select on schema_migrations, schema_state to alongside_api, alongside_worker;
