-- SPDX-License-Identifier: MIT

create table conflict_declarations (
    id uuid primary key default gen_random_uuid(),
    kind text not null constraint conflict_declarations__kind__known check (kind in (
        'no_contact', 'chain_of_command', 'same_unit', 'dual_relationship', 'recusal')),
    period text constraint conflict_declarations__period__known check (period in ('current', 'former')),
    -- For whom it is declared: a participant, a member of staff, or a guest.
    for_participant_id uuid constraint conflict_declarations__for_participant_id__known references participants (id),
    for_account_id uuid constraint conflict_declarations__for_account_id__known references accounts (id),
    for_guest_id uuid constraint conflict_declarations__for_guest_id__known references guests (id),
    -- About whom: somebody known, somebody of whom only a digest is kept, or everybody of a unit and a time.
    participant_id uuid constraint conflict_declarations__participant_id__known references participants (id),
    account_id uuid constraint conflict_declarations__account_id__known references accounts (id),
    guest_id uuid constraint conflict_declarations__guest_id__known references guests (id),
    -- The first of those that name_digests keeps of it.
    name_digest text,
    unit_digest text,
    from_date date,
    to_date date,
    declared_by uuid not null references accounts (id),
    created_at timestamptz not null,
    withdrawn_at timestamptz,
    withdrawn_by uuid references accounts (id),
    -- Taken back by whoever said it: until when what was decided of it stands.
    stands_until timestamptz,
    -- Decision 16: from when on it counts. 'now': the declarer has stepped back.
    counts_from text not null default 'before_my_next_placement' constraint conflict_declarations__counts_from__known check (
        counts_from in ('now', 'before_my_next_placement')),
    -- Declared while one of one's own waited to be talked about: that one, the root of all that joined it.
    joins_id uuid constraint conflict_declarations__joins_id__known references conflict_declarations (id),
    root_id uuid not null generated always as (coalesce(joins_id, id)) stored,
    -- Since when a coordinator is to call, and until when; with all that joined it the same. A coordinator's own has been talked about.
    call_from timestamptz not null,
    call_due timestamptz not null,
    conversation_at timestamptz,
    conversation_by uuid references accounts (id),
    -- Where the participants live whom it names, '-' = unknown; empty = it names none. So that a coordinator's list looks at rows only.
    region_keys text[] not null default '{}',
    version int not null default 1,
    constraint conflict_declarations__for_participant_id__one check (
        num_nonnulls(for_participant_id, for_account_id, for_guest_id) = 1),
    constraint conflict_declarations__kind__about check (case kind
        when 'same_unit' then num_nonnulls(unit_digest, from_date) = 2
            and num_nonnulls(participant_id, account_id, guest_id, name_digest) = 0
        else num_nonnulls(participant_id, account_id, guest_id, name_digest) = 1 and num_nonnulls(unit_digest, from_date, to_date) = 0 end),
    constraint conflict_declarations__period__chain check ((period is not null) = (kind = 'chain_of_command')),
    constraint conflict_declarations__kind__staff check (kind <> 'recusal' or for_account_id is not null),
    constraint conflict_declarations__to__order check (to_date >= from_date),
    constraint conflict_declarations__participant_id__other check (
        participant_id is distinct from for_participant_id or participant_id is null),
    constraint conflict_declarations__conversation_at__together check ((conversation_at is null) = (conversation_by is null)),
    constraint conflict_declarations__joins_id__other check (joins_id <> id),
    constraint conflict_declarations__guest_id__other check (guest_id is distinct from for_guest_id or guest_id is null),
    constraint conflict_declarations__account_id__other check (account_id is distinct from for_account_id or account_id is null)
);
create index conflict_declarations__created_at on conflict_declarations (created_at desc, id desc);
create index conflict_declarations__declared_by on conflict_declarations (declared_by, created_at desc, id desc);
create index conflict_declarations__for_participant_id on conflict_declarations (for_participant_id, created_at desc, id desc);
create index conflict_declarations__participant_id on conflict_declarations (participant_id) where participant_id is not null;
create index conflict_declarations__unit_digest on conflict_declarations (unit_digest)
    where unit_digest is not null and withdrawn_at is null;
create index conflict_declarations__for_account_id on conflict_declarations (for_account_id) where for_account_id is not null;
create index conflict_declarations__account_id on conflict_declarations (account_id) where account_id is not null;
create index conflict_declarations__for_guest_id on conflict_declarations (for_guest_id) where for_guest_id is not null;
create index conflict_declarations__guest_id on conflict_declarations (guest_id) where guest_id is not null;
create index conflict_declarations__root_id on conflict_declarations (root_id);
-- What waits to be talked about, the most pressing first.
create index conflict_declarations__waiting on conflict_declarations (call_due, id) where conversation_at is null;
