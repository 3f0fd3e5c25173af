-- SPDX-License-Identifier: MIT

-- S0.24: a person lives elsewhere now and agreed that their file goes there; who wrote that down, and when.
create table region_moves (
    id uuid primary key default gen_random_uuid(),
    participant_id uuid not null references participants (id),
    from_region region,
    to_region region not null,
    said_by text not null constraint region_moves__said_by__known check (said_by in ('peer', 'coordinator')),
    recorded_by uuid not null references accounts (id),
    recorded_at timestamptz not null
);
create index region_moves__participant_id on region_moves (participant_id, recorded_at desc, id desc);
