-- SPDX-License-Identifier: MIT

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
    capacity int not null constraint services__capacity__range check (capacity between 1 and 500),
    -- S2.11: how many are in one session, each with a place taken for it; null = whoever has a seat is in every one.
    session_capacity int constraint services__session_capacity__range check (session_capacity between 1 and 100),
    -- A place that is freed is given to who waits until so many hours before, then offered until so many; then the first takes it.
    places_given_hours int not null default 24
        constraint services__places_given_hours__range check (places_given_hours between places_offered_hours and 336),
    places_offered_hours int not null default 2
        constraint services__places_offered_hours__range check (places_offered_hours between 0 and 336),
    -- So many minutes after the start who waits may be let in.
    places_late_minutes int not null default 10
        constraint services__places_late_minutes__range check (places_late_minutes between 0 and 120),
    max_sessions int not null constraint services__max_sessions__range check (max_sessions between 1 and 52),
    -- Decision 1, S2.18, S2.19: [{duration_minutes, gap_days, hosts}], see 03_parts.sql. Several are met once each.
    parts jsonb not null constraint services__parts__sessions check (jsonb_array_length(parts) in (1, max_sessions)),
    -- 'drop_in': joins while seats remain, attends any (decision 2); 'closed': nobody joins after the first session (I3).
    joining text not null constraint services__joining__known check (joining in ('drop_in', 'closed')),
    topics text not null constraint services__topics__known check (topics in ('participants', 'predetermined')),
    -- Registration ends this many days before the first session (I10: inclusive to the end of that local day); null = no deadline.
    registration_deadline_days int
        constraint services__registration_deadline_days__range check (registration_deadline_days between 0 and 180),
    offer_hours int not null constraint services__offer_hours__range check (offer_hours between 1 and 720),
    created_at timestamptz not null,
    version int not null default 1,
    constraint services__session_capacity__joining check (session_capacity is null or joining = 'drop_in'),
    constraint services__season__both check ((season_en is null) = (season_fr is null))
);
