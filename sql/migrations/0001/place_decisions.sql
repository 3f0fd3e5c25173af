-- SPDX-License-Identifier: MIT

-- What became of a place, step by step, and why somebody's turn passed. Coordinators alone read it.
create table place_decisions (
    id uuid primary key default gen_random_uuid(),
    seq bigint generated always as identity,
    place_id uuid not null references places (id),
    at timestamptz not null,
    decision text not null constraint place_decisions__decision__known check (decision in (
        'taken', 'waiting', 'given', 'offered', 'accepted', 'expired', 'told', 'passed', 'freed', 'let_in', 'ended')),
    -- Whoever frees a place says none.
    reason text constraint place_decisions__reason__known check (reason in (
        'conversation', 'stepped_back', 'unreachable', 'only_one', 'seat_ended')),
    by_role text not null,
    -- Null where the list moved by itself.
    account_id uuid references accounts (id),
    constraint place_decisions__reason__given check ((reason is not null) = (decision in ('passed', 'ended')))
);
create index place_decisions__place_id on place_decisions (place_id, seq);
