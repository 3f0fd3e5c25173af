-- SPDX-License-Identifier: MIT
-- Who must not be placed together (A6.5, R1): what was declared, whom it meets, what a coordinator decided about it.
-- Decision 6: of a person who is not in the program, and of a unit, only a keyed digest is kept; no column exists for the name.

-- Digest of the name a person goes by, so that who joins later is met by what was declared earlier.
alter table contacts add column name_digest text;
create index contacts__name_digest on contacts (name_digest) where name_digest is not null;
alter table staff add column name_digest text;
create index staff__name_digest on staff (name_digest) where name_digest is not null;

create table conflict_declarations (
    id uuid primary key default gen_random_uuid(),
    kind text not null constraint conflict_declarations__kind__known check (kind in (
        'no_contact', 'chain_of_command', 'same_unit', 'dual_relationship', 'recusal')),
    period text constraint conflict_declarations__period__known check (period in ('current', 'former')),
    -- For whom it is declared: a participant, or a member of staff.
    for_participant_id uuid constraint conflict_declarations__for_participant_id__known references participants (id),
    for_account_id uuid constraint conflict_declarations__for_account_id__known references accounts (id),
    -- About whom: somebody known, somebody of whom only a digest is kept, or everybody of a unit and a time.
    participant_id uuid constraint conflict_declarations__participant_id__known references participants (id),
    account_id uuid constraint conflict_declarations__account_id__known references accounts (id),
    name_digest text,
    unit_digest text,
    from_date date,
    to_date date,
    declared_by uuid not null references accounts (id),
    created_at timestamptz not null,
    withdrawn_at timestamptz,
    withdrawn_by uuid references accounts (id),
    -- Where the participants live whom it names, '-' = unknown; empty = it names none. So that a coordinator's list looks at rows only.
    region_keys text[] not null default '{}',
    version int not null default 1,
    constraint conflict_declarations__for_participant_id__one check (num_nonnulls(for_participant_id, for_account_id) = 1),
    constraint conflict_declarations__kind__about check (case kind
        when 'same_unit' then num_nonnulls(unit_digest, from_date) = 2 and num_nonnulls(participant_id, account_id, name_digest) = 0
        else num_nonnulls(participant_id, account_id, name_digest) = 1 and num_nonnulls(unit_digest, from_date, to_date) = 0 end),
    constraint conflict_declarations__period__chain check ((period is not null) = (kind = 'chain_of_command')),
    constraint conflict_declarations__kind__staff check (kind <> 'recusal' or for_account_id is not null),
    constraint conflict_declarations__to__order check (to_date >= from_date),
    constraint conflict_declarations__participant_id__other check (
        participant_id is distinct from for_participant_id or participant_id is null),
    constraint conflict_declarations__account_id__other check (account_id is distinct from for_account_id or account_id is null)
);
call secure_table('conflict_declarations');
create index conflict_declarations__created_at on conflict_declarations (created_at desc, id desc);
create index conflict_declarations__declared_by on conflict_declarations (declared_by, created_at desc, id desc);
create index conflict_declarations__for_participant_id on conflict_declarations (for_participant_id, created_at desc, id desc);
create index conflict_declarations__participant_id on conflict_declarations (participant_id) where participant_id is not null;
create index conflict_declarations__name_digest on conflict_declarations (name_digest)
    where name_digest is not null and withdrawn_at is null;
create index conflict_declarations__unit_digest on conflict_declarations (unit_digest)
    where unit_digest is not null and withdrawn_at is null;
-- What was declared stays as it was; it can only be taken back.
create function conflict_declarations_guard() returns trigger
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if to_jsonb(new) - 'region_keys' <> to_jsonb(old) - 'region_keys'
        and (old.withdrawn_at is not null or new.withdrawn_at is null
            or (to_jsonb(new) - array['withdrawn_at', 'withdrawn_by', 'version', 'region_keys'])
                <> (to_jsonb(old) - array['withdrawn_at', 'withdrawn_by', 'version', 'region_keys']))
    then
        raise exception 'declarations are only taken back' using errcode = '42501';
    end if;
    return new;
end
$$;
create trigger guard before update on conflict_declarations for each row execute function conflict_declarations_guard();

-- One row per declaration and person it meets. Undecided, it blocks.
create table conflict_matches (
    id uuid primary key default gen_random_uuid(),
    -- Null where nobody declared anything: the program's own records show that a host was once in a group beside the peer.
    declaration_id uuid references conflict_declarations (id),
    -- same_unit: the declaration it met.
    other_declaration_id uuid references conflict_declarations (id),
    -- 'known': a coordinator named the person by id; 'name', 'unit': the digests are the same, a coordinator asks by voice.
    basis text not null constraint conflict_matches__basis__known check (basis in ('known', 'name', 'unit', 'record')),
    for_participant_id uuid references participants (id),
    for_account_id uuid references accounts (id),
    participant_id uuid references participants (id),
    account_id uuid references accounts (id),
    -- Ids of participants and of accounts are never the same: either stands for a person.
    for_person_id uuid not null generated always as (coalesce(for_participant_id, for_account_id)) stored,
    person_id uuid not null generated always as (coalesce(participant_id, account_id)) stored,
    -- same_unit, dual_relationship, a group once shared: may be allowed with the informed agreement of the people concerned.
    needs_agreement boolean not null,
    state text not null constraint conflict_matches__state__known check (state in ('unconfirmed', 'blocked', 'allowed')),
    same_person boolean,
    informed_agreement boolean,
    decided_by uuid references accounts (id),
    decided_at timestamptz,
    -- Since when the two are in one group; null while they are not.
    raised_at timestamptz,
    -- The declaration was taken back.
    ended_at timestamptz,
    is_blocking boolean not null generated always as (state <> 'allowed' and ended_at is null) stored,
    region_keys text[] not null default '{}',
    created_at timestamptz not null,
    version int not null default 1,
    constraint conflict_matches__person_id__taken unique (declaration_id, person_id),
    constraint conflict_matches__for_participant_id__one check (num_nonnulls(for_participant_id, for_account_id) = 1),
    constraint conflict_matches__participant_id__one check (num_nonnulls(participant_id, account_id) = 1),
    constraint conflict_matches__declaration_id__record check (case basis
        when 'record' then declaration_id is null and num_nonnulls(for_account_id, participant_id) = 2 and needs_agreement
        else declaration_id is not null end),
    constraint conflict_matches__other_declaration_id__unit check ((other_declaration_id is not null) = (basis = 'unit')),
    constraint conflict_matches__same_person__name check (same_person is not false or basis = 'name'),
    -- A hard block is lifted by taking the declaration back, or because it is somebody else who bears the name.
    constraint conflict_matches__state__lifted check (
        state <> 'allowed' or same_person is false or needs_agreement and informed_agreement is true)
);
call secure_table('conflict_matches');
create unique index conflict_matches__record on conflict_matches (for_account_id, participant_id)
    where basis = 'record' and ended_at is null;
create index conflict_matches__for_person_id on conflict_matches (for_person_id, person_id);
create index conflict_matches__person_id on conflict_matches (person_id, for_person_id);
create index conflict_matches__other_declaration_id on conflict_matches (other_declaration_id) where other_declaration_id is not null;
create index conflict_matches__created_at on conflict_matches (created_at desc, id desc);
create index conflict_matches__open on conflict_matches (created_at desc, id desc)
    where ended_at is null and (state = 'unconfirmed' or state = 'blocked' and raised_at is not null);
create function conflict_matches_guard() returns trigger
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    -- With the generated columns, which a trigger before the update does not have yet.
    derived text[] := array['region_keys', 'is_blocking', 'for_person_id', 'person_id'];
    changes text[] := derived || array[
        'state', 'same_person', 'informed_agreement', 'decided_by', 'decided_at', 'raised_at', 'ended_at', 'version'];
begin
    if (to_jsonb(new) - changes) <> (to_jsonb(old) - changes)
        or old.ended_at is not null and (to_jsonb(new) - derived) <> (to_jsonb(old) - derived)
    then
        raise exception 'only what is decided about a match changes' using errcode = '42501';
    end if;
    return new;
end
$$;
create trigger guard before update on conflict_matches for each row execute function conflict_matches_guard();

-- R14: a peer asks that somebody of the staff, whom they name, not see their file.
create table exclusion_requests (
    id uuid primary key default gen_random_uuid(),
    participant_id uuid not null references participants (id),
    -- Null once it is settled.
    name_digest text,
    state text not null default 'open' constraint exclusion_requests__state__known check (state in ('open', 'matched', 'closed')),
    created_at timestamptz not null,
    closed_at timestamptz,
    closed_by uuid references accounts (id),
    version int not null default 1,
    constraint exclusion_requests__state__open check ((state = 'open') = (name_digest is not null)),
    constraint exclusion_requests__closed_at__state check ((state = 'open') = (closed_at is null))
);
call secure_table('exclusion_requests');
create index exclusion_requests__created_at on exclusion_requests (created_at desc, id desc);
create index exclusion_requests__open on exclusion_requests (created_at desc, id desc) where state = 'open';
create index exclusion_requests__participant_id on exclusion_requests (participant_id, created_at desc, id desc);
create index exclusion_requests__name_digest on exclusion_requests (name_digest) where name_digest is not null;

-- Every check of a group asks who is in it, however long its waiting list is.
create index enrolments__holds_seat on enrolments (group_id, participant_id) where holds_seat;
