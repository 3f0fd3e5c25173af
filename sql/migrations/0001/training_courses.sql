-- SPDX-License-Identifier: MIT

-- S0.25 to S0.30: what the program teaches. A completion keeps the modules that a course had then.
create table training_courses (
    id uuid primary key default gen_random_uuid(),
    code text not null constraint training_courses__code__taken unique
        constraint training_courses__code__form check (code ~ '^[a-z][a-z0-9_]{1,39}$'),
    kind text not null constraint training_courses__kind__known check (kind in ('orientation', 'facilitator', 'continuing')),
    title_en text not null constraint training_courses__title__both check (btrim(title_en) <> '' and btrim(title_fr) <> ''),
    title_fr text not null,
    description_en text not null
        constraint training_courses__description__both check (btrim(description_en) <> '' and btrim(description_fr) <> ''),
    description_fr text not null,
    -- S0.26: codes of training_<kind>; S0.28: of training_method; S0.27: the populations whose needs are part of it.
    modules text[] not null constraint training_courses__modules__some check (modules <> '{}'),
    methods text[] not null default '{}',
    populations text[] not null default '{}' constraint training_courses__populations__known check (
        populations <@ array['caf_members', 'veterans', 'dnd_employees', 'cadets', 'junior_rangers']),
    -- How long a completion counts; null = for ever.
    valid_months int constraint training_courses__valid_months__range check (valid_months between 1 and 120),
    -- One that is no longer offered stays with those who completed it.
    is_offered boolean not null default true,
    created_at timestamptz not null,
    version int not null default 1
);
create index training_courses__created_at on training_courses (created_at, id);
