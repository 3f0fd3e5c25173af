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
    capacity int not null constraint services__capacity__range check (capacity between 1 and 100),
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
    constraint services__season__both check ((season_en is null) = (season_fr is null))
);
