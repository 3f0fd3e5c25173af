-- SPDX-License-Identifier: MIT

-- One row per attempt: what became of it, never to whom it went.
create table deliveries (
    id bigint generated always as identity primary key,
    outbox_id uuid not null references outbox (id),
    attempt int not null,
    at timestamptz not null,
    outcome text not null constraint deliveries__outcome__known check (outcome in ('sent', 'retry', 'failed')),
    smtp_code int
);
create index deliveries__outbox_id on deliveries (outbox_id);
