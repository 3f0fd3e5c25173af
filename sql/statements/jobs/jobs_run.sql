-- each round of the worker: what became due by itself. As in all of its statements a table comes first, so that it waits for an upgrade
-- before it looks for the function: one that is made anew meanwhile cannot answer.
select idempotency_expired, audit_linked, leases_released, updates_overdue from (select from schema_state limit 1) s cross join jobs_run();
