-- SPDX-License-Identifier: MIT

-- A6.6. Codes and times, no account of what happened; the clocks are set once, when it is recorded.
create table incidents (
    id uuid primary key default gen_random_uuid(),
    kind text not null constraint incidents__kind__known check (kind in (
        'distress', 'left_unexpectedly', 'suicide_risk', 'harm_to_other', 'child_protection', 'conduct_breach',
        'recording_breach', 'privacy_breach', 'contact_outside_group', 'technical')),
    severity int not null constraint incidents__severity__range check (severity between 1 and 4),
    session_id uuid constraint incidents__session_id__known references sessions (id),
    cohort_id uuid references cohorts (id),
    enrolment_id uuid constraint incidents__enrolment_id__known references enrolments (id),
    participant_id uuid references participants (id),
    state text not null default 'open' constraint incidents__state__known check (state in (
        'open', 'acknowledged', 'actioned', 'followed_up', 'closed')),
    created_by uuid not null references accounts (id),
    created_by_role text not null,
    created_at timestamptz not null,
    acknowledge_due timestamptz not null,
    follow_up_due timestamptz not null,
    -- Somebody left unexpectedly who agreed to be called.
    check_in_due timestamptz,
    check_in_at timestamptz,
    acknowledged_at timestamptz,
    acknowledged_by uuid references accounts (id),
    followed_up_at timestamptz,
    closed_at timestamptz,
    closed_by uuid references accounts (id),
    version int not null default 1,
    -- The first clock that still runs; null when none does.
    next_due timestamptz generated always as (
        case when state not in ('followed_up', 'closed') then least(
            follow_up_due, case when state = 'open' then acknowledge_due end,
            case when check_in_at is null then check_in_due end) end) stored,
    constraint incidents__state__times check (
        (state = 'open') = (acknowledged_at is null) and (acknowledged_at is null) = (acknowledged_by is null)
        and (state in ('followed_up', 'closed')) = (followed_up_at is not null)
        and (state = 'closed') = (closed_at is not null) and (closed_at is null) = (closed_by is null))
);
create index incidents__created_at on incidents (created_at desc, id desc);
create index incidents__created_by on incidents (created_by, created_at desc, id desc);
create index incidents__session_id on incidents (session_id, created_at desc, id desc);
create index incidents__state on incidents (state, created_at desc, id desc);
create index incidents__participant_id on incidents (participant_id) where participant_id is not null;
create index incidents__next_due on incidents (next_due, id) where next_due is not null;
-- For each who records it: nobody learns that a colleague has.
create unique index incidents__enrolment_id__taken on incidents (session_id, enrolment_id, created_by)
    where kind = 'left_unexpectedly' and session_id is not null and enrolment_id is not null;
