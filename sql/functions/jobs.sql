-- SPDX-License-Identifier: MIT
-- What the worker calls.

-- Everything that has a wall time: the worker asks for it when its session begins, so after every start.
create or replace function jobs_rederive() returns int language plpgsql as $$
begin
    return session_rederive() + intake_meetings_rederive();
end $$;

-- Worker, each round: what became due by itself. Numbers for whoever watches.
create or replace function jobs_run(
    out idempotency_expired bigint, out audit_linked bigint, out leases_released bigint, out updates_overdue bigint) language plpgsql as $$
begin
    perform set_config('app.role', 'worker', true);
    with expired as (
        delete from idempotency_keys k using (
            select account_id, operation, key from idempotency_keys
            where created_at < app_now() - interval '24 hours' limit 1000) old
        where (k.account_id, k.operation, k.key) = (old.account_id, old.operation, old.key) returning 1)
    select count(*) into idempotency_expired from expired;
    -- Whoever took it is gone. The message may have left: at least once.
    with released as (
        update outbox o set
            state = case when o.attempts >= 8 then 'failed' else 'queued' end,
            reason = case when o.attempts >= 8 then 'not_delivered' end,
            lease_until = null, due_at = app_now(), changed_at = app_now()
        where o.state = 'sending' and o.lease_until < app_now() returning 1)
    select count(*) into leases_released from released;
    select count(*) into updates_overdue from intakes i where i.update_due_at < app_now();
    audit_linked := audit_link_append();
    -- Last, so that no group stays locked longer than its own seats need.
    perform seat_expire_offers();
end $$;
