-- each round of the worker: what became due by itself. Names a table, so that it waits for an upgrade before it begins: a function that
-- is made anew while it runs cannot answer.
select idempotency_expired, audit_linked, leases_released, updates_overdue from jobs_run() where exists (select from schema_state);
