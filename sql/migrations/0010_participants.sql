-- SPDX-License-Identifier: MIT
-- The people the program is for. What identifies or locates them stands in tables of its own, sealed.
-- Decision 9: no date of birth, rank, service number, diagnosis, perpetrator or account of what happened; no column exists for them.

create table participants (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null constraint participants__account_id__unique unique
        constraint participants__account_id__known references accounts (id),
    -- The only name that groups and facilitators ever see.
    alias text not null
        constraint participants__alias__length check (char_length(alias) between 2 and 40)
        constraint participants__alias__trimmed check (alias = btrim(alias)),
    preferred_language text not null constraint participants__preferred_language__known check (preferred_language in ('en', 'fr')),
    pronouns text constraint participants__pronouns__length check (char_length(pronouns) between 1 and 40),
    region text constraint participants__region__known check (region in (
        'ON', 'QC', 'BC', 'AB', 'MB', 'SK', 'NS', 'NB', 'NL', 'PE', 'YT', 'NT', 'NU', 'outside_canada')),
    region_key text not null generated always as (coalesce(region, '-')) stored,
    timezone text constraint participants__timezone__known references timezones (name),
    affiliation_kind text not null constraint participants__affiliation_kind__known check (affiliation_kind in (
        'caf_current', 'caf_former', 'dnd_current', 'dnd_former', 'cadet', 'jcr')),
    -- I9: nobody is a participant without both attestations; nothing else about age or experience is asked.
    age_attested_at timestamptz not null,
    eligibility_attested_at timestamptz not null,
    accessibility_needs text, -- sealed participant.accessibility_needs
    status text not null default 'active' constraint participants__status__known check (status in ('active', 'erased')),
    created_by uuid not null references accounts (id),
    created_at timestamptz not null,
    version int not null default 1
);
call secure_table('participants');
create unique index participants__alias__taken on participants (lower(alias));
create index participants__created_at on participants (created_at desc, id desc);
create index participants__region_created_at on participants (region_key, created_at, id);

create table contacts (
    participant_id uuid primary key references participants (id),
    -- Sealed: contact.name_to_use, contact.email, contact.phone, contact.safe_hours.
    name_to_use text,
    email text,
    email_digest text,
    email_is_government boolean,
    phone text,
    phone_digest text,
    safe_hours text,
    ok_to_email boolean not null default false,
    ok_to_leave_message boolean not null default false,
    -- When the person said yes or no to e-mail and to messages: the defaults are not an answer.
    rules_answered_at timestamptz,
    work_address_acknowledged boolean not null default false,
    version int not null default 1,
    -- R3: mail to a work mailbox may be seen by colleagues; the person must have agreed to it.
    constraint contacts__email__work_address check (not coalesce(email_is_government, false) or work_address_acknowledged)
);
call secure_table('contacts');

create table safety_plans (
    participant_id uuid primary key references participants (id),
    current_place_method text, -- sealed safety_plan.current_place_method
    consent_to_checkin boolean,
    confirmed_at timestamptz,
    version int not null default 1
);
call secure_table('safety_plans');

create table emergency_contacts (
    participant_id uuid primary key references participants (id),
    -- Sealed: emergency_contact.name, emergency_contact.phone, emergency_contact.relation.
    name text,
    phone text,
    relation text,
    -- R7: the emergency contact may be the person to be protected from.
    may_know_program boolean not null default false,
    declined boolean not null default false,
    confirmed_at timestamptz,
    version int not null default 1,
    constraint emergency_contacts__declined__empty check (not declined or num_nonnulls(name, phone, relation) = 0),
    constraint emergency_contacts__phone__together check ((name is null) = (phone is null))
);
call secure_table('emergency_contacts');

-- I13, R14: staff for whom this person does not exist.
create table participant_exclusions (
    id uuid primary key default gen_random_uuid(),
    participant_id uuid not null references participants (id),
    account_id uuid not null constraint participant_exclusions__account_id__known references accounts (id),
    reason text not null constraint participant_exclusions__reason__known check (reason in ('own_case', 'asked_by_peer')),
    created_by uuid not null references accounts (id),
    created_at timestamptz not null,
    constraint participant_exclusions__account_id__taken unique (account_id, participant_id)
);
call secure_table('participant_exclusions');
create index participant_exclusions__participant_id on participant_exclusions (participant_id, created_at, id);

-- Whoever writes as a peer changes the columns named by the trigger and no other.
create function peer_changes_only() returns trigger
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if actor_role() = 'peer' and (to_jsonb(new) - tg_argv) is distinct from (to_jsonb(old) - tg_argv) then
        raise exception 'not for a peer to change' using errcode = '42501';
    end if;
    return new;
end
$$;
create trigger peer_changes_only before update on participants for each row execute function peer_changes_only(
    'pronouns', 'preferred_language', 'timezone', 'accessibility_needs', 'version', 'region_key');
-- The attestations and the account are given once.
create function participants_guard() returns trigger
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if (new.id, new.account_id, new.age_attested_at, new.eligibility_attested_at, new.created_by, new.created_at)
        is distinct from (old.id, old.account_id, old.age_attested_at, old.eligibility_attested_at, old.created_by, old.created_at)
    then
        raise exception 'given once' using errcode = '42501';
    end if;
    return new;
end
$$;
create trigger guard before update on participants for each row execute function participants_guard();
