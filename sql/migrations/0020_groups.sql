-- SPDX-License-Identifier: MIT
-- Groups: what is offered (services), where people meet (groups, sessions), who leads (host_assignments), who comes (enrolments).
-- Decision 1: every figure is data on a service, copied when a group is created; a group may be smaller, never larger.

create table services (
    id uuid primary key default gen_random_uuid(),
    code text not null constraint services__code__taken unique
        constraint services__code__form check (code ~ '^[a-z][a-z0-9_]{1,39}$'),
    title_en text not null constraint services__title__both check (title_en <> '' and title_fr <> ''),
    title_fr text not null,
    description_en text not null constraint services__description__both check (description_en <> '' and description_fr <> ''),
    description_fr text not null,
    season_en text,
    season_fr text,
    state text not null default 'planned' constraint services__state__known check (state in ('planned', 'available', 'paused', 'ended')),
    planned_on date,
    capacity int not null constraint services__capacity__range check (capacity between 1 and 100),
    max_sessions int not null constraint services__max_sessions__range check (max_sessions between 1 and 52),
    duration_minutes int not null constraint services__duration_minutes__range check (duration_minutes between 15 and 480),
    -- The host mix: how many of each lead a session. A professional on call is wished for, and missed only as a shortfall (decision 4).
    peer_supporters int not null default 0 constraint services__peer_supporters__range check (peer_supporters between 0 and 5),
    mental_health_professionals int not null default 0
        constraint services__mental_health_professionals__range check (mental_health_professionals between 0 and 5),
    on_call_professional boolean not null default false,
    -- 'drop_in': joins while seats remain, attends any (decision 2); 'closed': nobody joins after the first session (I3).
    joining text not null constraint services__joining__known check (joining in ('drop_in', 'closed')),
    topics text not null constraint services__topics__known check (topics in ('participants', 'predetermined')),
    -- Registration ends this many days before the first session (I10: inclusive to the end of that local day); null = no deadline.
    registration_deadline_days int constraint services__registration_deadline_days__range check (registration_deadline_days between 0 and 180),
    offer_hours int not null default 72 constraint services__offer_hours__range check (offer_hours between 1 and 720),
    created_at timestamptz not null,
    version int not null default 1,
    constraint services__season__both check ((season_en is null) = (season_fr is null))
);
call secure_table('services');

create table groups (
    id uuid primary key default gen_random_uuid(),
    service_id uuid not null constraint groups__service_id__known references services (id),
    language text not null constraint groups__language__known check (language in ('en', 'fr')),
    composition text not null default 'mixed' constraint groups__composition__known check (composition in ('mixed', 'women', 'men', 'gender_diverse')),
    timezone text not null default 'America/Toronto' constraint groups__timezone__known references timezones (name),
    state text not null default 'draft' constraint groups__state__known check (state in (
        'draft', 'recruiting', 'confirmed', 'in_progress', 'completed', 'cancelled')),
    coordinator_account_id uuid not null references accounts (id),
    -- Copied from the service; a running group keeps its own.
    capacity int not null,
    max_sessions int not null,
    duration_minutes int not null,
    peer_supporters int not null,
    mental_health_professionals int not null,
    on_call_professional boolean not null,
    joining text not null constraint groups__joining__known check (joining in ('drop_in', 'closed')),
    topics text not null constraint groups__topics__known check (topics in ('participants', 'predetermined')),
    registration_deadline_days int,
    offer_hours int not null,
    created_at timestamptz not null,
    version int not null default 1
);
call secure_table('groups');
create index groups__state on groups (state, created_at desc, id desc);
create index groups__created_at on groups (created_at desc, id desc);

-- Decision 12: local wall time and the zone are the truth, starts_at is derived from them.
create table sessions (
    id uuid primary key default gen_random_uuid(),
    group_id uuid not null constraint sessions__group_id__known references groups (id),
    seq int not null constraint sessions__seq__range check (seq >= 1),
    local_start timestamp not null,
    timezone text not null constraint sessions__timezone__known references timezones (name),
    starts_at timestamptz not null,
    duration_minutes int not null,
    state text not null default 'scheduled' constraint sessions__state__known check (state in (
        'scheduled', 'in_progress', 'completed', 'cancelled')),
    -- A cancelled session keeps its place in the series; what replaces it names it.
    makes_up_for uuid references sessions (id),
    topic_en text,
    topic_fr text,
    material_en text,
    material_fr text,
    join_link text, -- sealed session.join_link
    started_at timestamptz,
    ended_at timestamptz,
    -- Raised with every change a calendar must show (RFC 5545 SEQUENCE).
    calendar_sequence int not null default 0,
    changed_at timestamptz not null,
    version int not null default 1,
    constraint sessions__seq__taken unique (group_id, seq),
    constraint sessions__topic__both check ((topic_en is null) = (topic_fr is null)),
    constraint sessions__started_at__state check ((started_at is not null) = (state in ('in_progress', 'completed')))
);
call secure_table('sessions');
create index sessions__starts_at on sessions (starts_at, id) where state in ('scheduled', 'in_progress');

-- Who leads. session_id null = every session of the group; a row for one session is a substitution.
create table host_assignments (
    id uuid primary key default gen_random_uuid(),
    group_id uuid not null references groups (id),
    session_id uuid references sessions (id),
    account_id uuid not null constraint host_assignments__account_id__known references accounts (id),
    slot text not null constraint host_assignments__slot__known check (slot in (
        'peer_supporter', 'mental_health_professional', 'on_call_professional')),
    -- Whose place a substitute takes for that session.
    replaces uuid references host_assignments (id),
    assigned_by uuid not null references accounts (id),
    assigned_at timestamptz not null,
    released_at timestamptz,
    version int not null default 1
);
call secure_table('host_assignments');
-- Nobody fills two slots of the same sessions (I5).
create unique index host_assignments__account_id__taken on host_assignments (
    group_id, coalesce(session_id, '00000000-0000-0000-0000-000000000000'), account_id) where released_at is null;
create index host_assignments__account_id on host_assignments (account_id) where released_at is null;

-- One row per person and group, from the first wish to the end; another try is another row.
create table enrolments (
    id uuid primary key default gen_random_uuid(),
    group_id uuid not null constraint enrolments__group_id__known references groups (id),
    participant_id uuid not null constraint enrolments__participant_id__known references participants (id),
    state text not null constraint enrolments__state__known check (state in (
        'requested', 'waitlisted', 'offered', 'confirmed', 'active', 'completed', 'declined', 'expired', 'withdrawn', 'removed')),
    -- Whether it is not over: somebody is thought of, waits, or has a seat.
    is_live boolean not null generated always as (state in (
        'requested', 'waitlisted', 'offered', 'confirmed', 'active')) stored,
    -- Whether a seat was accepted and is theirs.
    is_seated boolean not null generated always as (state in ('confirmed', 'active')) stored,
    -- Whether a seat is held (I1): counted under the group's row lock.
    holds_seat boolean not null generated always as (state in ('offered', 'confirmed', 'active')) stored,
    -- The fair order of the waiting list: who has waited longest since their intake was ready.
    waiting_since timestamptz not null,
    created_at timestamptz not null,
    offered_at timestamptz,
    offer_expires_at timestamptz,
    decided_at timestamptz,
    decided_by_role text,
    left_at timestamptz,
    removal_reason text constraint enrolments__removal_reason__known check (removal_reason in (
        'conduct', 'safety', 'not_eligible', 'group_cancelled', 'other_group')),
    version int not null default 1,
    constraint enrolments__offer_expires_at__offered check (state <> 'offered' or offer_expires_at is not null),
    constraint enrolments__removal_reason__removed check ((removal_reason is not null) = (state = 'removed'))
);
call secure_table('enrolments');
create unique index enrolments__participant_id__taken on enrolments (group_id, participant_id)
    where is_live;
create index enrolments__participant_id on enrolments (participant_id, created_at desc, id desc);
create index enrolments__waiting on enrolments (group_id, waiting_since, id) where state = 'waitlisted';
create index enrolments__offer_expires_at on enrolments (offer_expires_at) where state = 'offered';
