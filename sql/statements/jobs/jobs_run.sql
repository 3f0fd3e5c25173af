-- each round of the worker: what became due by itself
select idempotency_expired, audit_linked, leases_released, updates_overdue from jobs_run();
