-- SPDX-License-Identifier: MIT
-- Decision 12: local wall time and the zone are the truth, starts_at is derived from them.
create table sessions (
    id uuid primary key default gen_random_uuid(),
    cohort_id uuid not null constraint sessions__group_id__known references cohorts (id),
    seq int not null constraint sessions__seq__range check (seq >= 1),
    -- Which part of its service it is (S2.25).
    part int not null,
    local_start timestamp not null,
    timezone text not null constraint sessions__timezone__known references timezones (name),
    starts_at timestamptz not null,
    duration_minutes int not null,
    -- S2.11: how many places are taken for it; its own copy. Null = whoever has a seat comes.
    capacity int constraint sessions__capacity__range check (capacity between 1 and 100),
    -- Where places are taken, until how many days before one is asked for; its own copy (I10). Null = up to the start.
    registration_deadline_days int
        constraint sessions__registration_deadline_days__range check (registration_deadline_days between 0 and 180),
    -- Who leads it: {slot: {count, is_needed}}; its own copy.
    hosts jsonb not null,
    state text not null default 'scheduled' constraint sessions__state__known check (state in (
        'scheduled', 'in_progress', 'completed', 'cancelled')),
    -- A cancelled session keeps its place in the series; what replaces it names it.
    makes_up_for uuid references sessions (id),
    topic_en text,
    topic_fr text,
    -- What was taken up where the participants choose; codes, so that no text of theirs is kept.
    topic_codes text[],
    material_en text, -- sealed session.material, as its French is, under one key
    material_fr text,
    join_link text, -- sealed session.join_link
    -- Since when the link is this one.
    link_changed_at timestamptz,
    started_at timestamptz,
    ended_at timestamptz,
    -- Raised with every change a calendar must show (RFC 5545 SEQUENCE).
    calendar_sequence int not null default 0,
    -- Since when it is this one; nothing else moves it, so that calendars tell of nothing else.
    calendar_changed_at timestamptz not null default transaction_timestamp(),
    changed_at timestamptz not null,
    version int not null default 1,
    constraint sessions__seq__taken unique (cohort_id, seq),
    constraint sessions__registration_deadline_days__capacity check (registration_deadline_days is null or capacity is not null),
    constraint sessions__topic__both check ((topic_en is null) = (topic_fr is null)),
    constraint sessions__started_at__state check ((started_at is not null) = (state in ('in_progress', 'completed')))
);
create index sessions__starts_at on sessions (starts_at, id) where state in ('scheduled', 'in_progress');
-- A cancelled session is made up for once.
create unique index sessions__makes_up_for__taken on sessions (makes_up_for) where state <> 'cancelled';
