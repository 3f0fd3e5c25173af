-- SPDX-License-Identifier: MIT
-- A clock that somebody has to answer. The worker owns it: it raises it, calls rung after rung, and ends it with what it is about.
create table alarms (
    id uuid primary key default gen_random_uuid(),
    kind text not null references notice_kinds (kind),
    object_id uuid not null,
    participant_id uuid references participants (id),
    cohort_id uuid references cohorts (id),
    session_id uuid references sessions (id),
    region_key text not null,
    -- Whose work it is, where it is somebody's.
    coordinator_id uuid references accounts (id),
    due_at timestamptz not null,
    state text not null default 'open' constraint alarms__state__known check (state in ('open', 'acknowledged', 'ended')),
    clock interval not null constraint alarms__clock__range check (clock > interval '0'),
    -- The ladder is climbed again, ever more slowly, until somebody answers: when this round began, and how long it is.
    round_at timestamptz not null,
    round_length interval not null constraint alarms__round_length__range check (round_length > interval '0'),
    -- The rung that was called last in this round, 0 = none yet; how many were called in all; when the next one is, or, while somebody has
    -- it, when it is called again.
    place int not null default 0,
    step int not null default 0,
    next_at timestamptz,
    holder_account_id uuid references accounts (id),
    acknowledged_at timestamptz,
    created_at timestamptz not null,
    ended_at timestamptz,
    version int not null default 1,
    constraint alarms__object_id__taken unique (kind, object_id, due_at),
    constraint alarms__state__times check (
        (state = 'ended') = (next_at is null) and (state = 'ended') = (ended_at is not null)
        and (state <> 'open' or holder_account_id is null) and (state <> 'acknowledged' or holder_account_id is not null)),
    constraint alarms__holder_account_id__together check ((holder_account_id is null) = (acknowledged_at is null))
);
create index alarms__created_at on alarms (created_at desc, id desc);
create index alarms__next_at on alarms (next_at, id) where next_at is not null;
create index alarms__running on alarms (kind, object_id) where state <> 'ended';

-- What became of it, in order: who was called in which step is in the notices.
create table alarm_actions (
    id bigint generated always as identity primary key,
    alarm_id uuid not null references alarms (id),
    action text not null constraint alarm_actions__action__known check (action in (
        'called', 'acknowledged', 'taken_over', 'handed_back', 'reopened', 'ended')),
    step int not null,
    rung text,
    account_id uuid references accounts (id),
    at timestamptz not null,
    constraint alarm_actions__account_id__given check ((account_id is null) = (action in ('called', 'reopened', 'ended'))),
    constraint alarm_actions__rung__called check ((rung is not null) = (action = 'called'))
);
create index alarm_actions__alarm_id on alarm_actions (alarm_id, id);
