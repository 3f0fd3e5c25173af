-- SPDX-License-Identifier: MIT
-- What the worker calls.

-- Everything that has a wall time: the worker asks for it when its session begins, so after every start.
create or replace function jobs_rederive() returns int language plpgsql as $$
begin
    return session_rederive() + intake_meetings_rederive();
end $$;

-- Worker, each round: what became due by itself. Numbers for whoever watches.
-- Writes: idempotency_keys, outbox, audit_links, and what each offer writes that expires.
create or replace function jobs_run(
    out idempotency_expired bigint, out audit_linked bigint, out leases_released bigint, out updates_overdue bigint) language plpgsql as $$
begin
    perform set_config('app.role', 'worker', true);
    idempotency_expired := idempotency_key_expire();
    leases_released := outbox_release_leases();
    select count(*) into updates_overdue from intakes i where i.update_due_at < app_now();
    audit_linked := audit_link_append();
    -- Last, so that no cohort stays locked longer than its own seats need.
    perform seat_expire_offers();
end $$;
