-- SPDX-License-Identifier: MIT

-- One row per declaration and person it meets. Undecided, it blocks, unless is_self_given.
create table conflict_matches (
    id uuid primary key default gen_random_uuid(),
    -- Null where nobody declared anything: the program's own records show that a host was once in a group beside the peer.
    declaration_id uuid references conflict_declarations (id),
    -- same_unit: the declaration it met.
    other_declaration_id uuid references conflict_declarations (id),
    -- 'known': a coordinator named the person by id; 'named', 'unit': the digests are the same, a coordinator asks by voice.
    basis text not null constraint conflict_matches__basis__known check (basis in ('known', 'named', 'unit', 'record')),
    for_participant_id uuid references participants (id),
    for_account_id uuid references accounts (id),
    for_guest_id uuid references guests (id),
    participant_id uuid references participants (id),
    account_id uuid references accounts (id),
    guest_id uuid references guests (id),
    -- Ids of participants, accounts and guests are never the same: each stands for a person.
    for_person_id uuid not null generated always as (coalesce(for_participant_id, for_account_id, for_guest_id)) stored,
    person_id uuid not null generated always as (coalesce(participant_id, account_id, guest_id)) stored,
    -- same_unit, dual_relationship, a group once shared: may be allowed with the informed agreement of the people concerned.
    needs_agreement boolean not null,
    -- Whether what names the person can hardly mean somebody else.
    is_certain boolean not null default true,
    -- It meets nothing but what the person gave themself after their readiness: raised, and it holds nothing until it is decided.
    is_self_given boolean not null default false,
    state text not null constraint conflict_matches__state__known check (state in ('unconfirmed', 'blocked', 'allowed')),
    same_person boolean,
    informed_agreement boolean,
    decided_by uuid references accounts (id),
    decided_at timestamptz,
    -- Since when the two are in one group; null while they are not.
    raised_at timestamptz,
    -- The declaration was taken back.
    ended_at timestamptz,
    is_blocking boolean not null generated always as (
        (state = 'blocked' or state = 'unconfirmed' and not is_self_given) and ended_at is null) stored,
    region_keys text[] not null default '{}',
    created_at timestamptz not null,
    version int not null default 1,
    constraint conflict_matches__person_id__taken unique (declaration_id, person_id),
    constraint conflict_matches__for_participant_id__one check (
        num_nonnulls(for_participant_id, for_account_id, for_guest_id) = 1),
    constraint conflict_matches__participant_id__one check (num_nonnulls(participant_id, account_id, guest_id) = 1),
    constraint conflict_matches__declaration_id__record check (case basis
        when 'record' then declaration_id is null and num_nonnulls(for_account_id, participant_id) = 2 and needs_agreement
        else declaration_id is not null end),
    constraint conflict_matches__other_declaration_id__unit check ((other_declaration_id is not null) = (basis = 'unit')),
    constraint conflict_matches__same_person__named check (same_person is not false or basis = 'named'),
    -- A hard block is lifted by taking the declaration back, or because it is somebody else who bears the name.
    constraint conflict_matches__state__lifted check (
        state <> 'allowed' or same_person is false or needs_agreement and informed_agreement is true)
);
create unique index conflict_matches__record on conflict_matches (for_account_id, participant_id)
    where basis = 'record' and ended_at is null;
create index conflict_matches__for_person_id on conflict_matches (for_person_id, person_id);
create index conflict_matches__person_id on conflict_matches (person_id, for_person_id);
create index conflict_matches__other_declaration_id on conflict_matches (other_declaration_id) where other_declaration_id is not null;
create index conflict_matches__created_at on conflict_matches (created_at desc, id desc);
create index conflict_matches__raised on conflict_matches (raised_at)
    where raised_at is not null and ended_at is null and state = 'unconfirmed';
create index conflict_matches__open on conflict_matches (created_at desc, id desc)
    where ended_at is null and (state = 'unconfirmed' or state = 'blocked' and raised_at is not null);
