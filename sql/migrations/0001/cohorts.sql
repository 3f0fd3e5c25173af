-- SPDX-License-Identifier: MIT
create table cohorts (
    id uuid primary key default gen_random_uuid(),
    service_id uuid not null constraint cohorts__service_id__known references services (id),
    -- Whose language track it is; null = a group (DESIGN 12).
    activity_id uuid constraint cohorts__activity_id__known references activities (id),
    language text not null constraint cohorts__language__known check (language in ('en', 'fr')),
    composition text not null default 'mixed'
        constraint cohorts__composition__known check (composition in ('mixed', 'women', 'men', 'gender_diverse')),
    timezone text not null default 'America/Toronto' constraint cohorts__timezone__known references timezones (name),
    state text not null default 'draft' constraint cohorts__state__known check (state in (
        'draft', 'recruiting', 'confirmed', 'in_progress', 'completed', 'cancelled')),
    coordinator_id uuid not null references accounts (id),
    -- Copied from the service; a running group keeps its own.
    capacity int not null constraint cohorts__capacity__range check (capacity between 1 and 500),
    session_capacity int,
    places_given_hours int not null default 24,
    places_offered_hours int not null default 2,
    places_late_minutes int not null default 10,
    max_sessions int not null constraint cohorts__max_sessions__range check (max_sessions between 1 and 52),
    parts jsonb not null,
    joining text not null constraint cohorts__joining__known check (joining in ('drop_in', 'closed')),
    topics text not null constraint cohorts__topics__known check (topics in ('participants', 'predetermined')),
    registration_deadline_days int
        constraint cohorts__registration_deadline_days__range check (registration_deadline_days between 0 and 180),
    offer_hours int not null,
    created_at timestamptz not null,
    -- The fixed hour at which its list last moved.
    list_moved_at timestamptz,
    -- Since when people may be placed, and everybody reads of a track; null while it is a draft, also once that is called off.
    opened_at timestamptz,
    -- What the public reads of its seats, and since when: the worker follows them, and not faster than every five minutes.
    is_shown_full boolean not null default false,
    shown_full_at timestamptz,
    version int not null default 1
);
create index cohorts__state on cohorts (state, created_at desc, id desc);
create index cohorts__coordinator on cohorts (coordinator_id, state, created_at desc, id desc);
create index cohorts__activity_id on cohorts (activity_id) where activity_id is not null;
create index cohorts__created_at on cohorts (created_at desc, id desc);
