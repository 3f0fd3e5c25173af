-- SPDX-License-Identifier: MIT
create table participants (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null constraint participants__account_id__unique unique
        constraint participants__account_id__known references accounts (id),
    -- The only name that groups and facilitators ever see.
    alias text not null
        constraint participants__alias__length check (char_length(alias) between 2 and 40)
        constraint participants__alias__trimmed check (alias = btrim(alias)),
    -- The same for two that look the same. Not unique: that somebody has one who is not to be seen would be told by a refusal.
    alias_key text not null,
    preferred_language text not null constraint participants__preferred_language__known check (preferred_language in ('en', 'fr')),
    pronouns text, -- sealed participant.pronouns
    region region,
    region_key text not null generated always as (coalesce(region, '-')) stored,
    timezone text constraint participants__timezone__known references timezones (name),
    affiliation_kind text not null constraint participants__affiliation_kind__known check (affiliation_kind in (
        'caf_current', 'caf_former', 'dnd_current', 'dnd_former', 'cadet', 'jcr')),
    -- I9: nobody is a participant without both attestations; nothing else about age or experience is asked.
    age_attested_at timestamptz not null,
    eligibility_attested_at timestamptz not null,
    accessibility_needs text, -- sealed participant.accessibility_needs
    -- Who is there for this person (decision 22); whoever opened the file, until it is handed over.
    coordinator_id uuid not null references accounts (id),
    status text not null default 'active' constraint participants__status__known check (status in ('active', 'erased')),
    created_by uuid not null references accounts (id),
    created_at timestamptz not null,
    version int not null default 1
);
create index participants__alias_key on participants (alias_key);
create index participants__created_at on participants (created_at desc, id desc);
create index participants__region_created_at on participants (region_key, created_at, id);
create index participants__coordinator on participants (coordinator_id, created_at desc, id desc);
