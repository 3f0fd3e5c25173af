-- SPDX-License-Identifier: MIT

-- Names, e-mail addresses and telephone numbers as keyed digests (decisions 6 and 18): all that somebody ever went by, which stays
-- whatever they change or erase later, and what was said of somebody. A name has a row for each way in which it is written.
create table name_digests (
    id uuid primary key default gen_random_uuid(),
    -- Whose it is; of a referral, until a participant is made of it; or where it was said.
    participant_id uuid references participants (id),
    account_id uuid references accounts (id),
    guest_id uuid references guests (id),
    referral_id uuid references referrals (id),
    declaration_id uuid references conflict_declarations (id),
    exclusion_request_id uuid references exclusion_requests (id),
    owner_id uuid not null generated always as (
        coalesce(participant_id, account_id, guest_id, referral_id, declaration_id, exclusion_request_id)) stored,
    kind text not null constraint name_digests__kind__known check (kind in ('name', 'email', 'phone')),
    -- Of a name, by which rules and which tables of ICU it was made (as C numbers them); the rules are part of the digest itself.
    version int not null default 0,
    -- All tokens, sorted; an address or a number. Then the first with the last, where there are two, and each alone.
    whole text not null,
    ends text,
    tokens text[] not null default '{}',
    -- Of each two of the tokens a number: two words in common are found at once, however many people have either.
    pairs bigint[] not null default '{}',
    -- The person gave it themself after their readiness: it raises, and holds nothing until somebody has looked.
    is_self_given boolean not null default false,
    created_at timestamptz not null,
    constraint name_digests__owner_id__one check (
        num_nonnulls(participant_id, account_id, guest_id, referral_id, declaration_id, exclusion_request_id) = 1),
    constraint name_digests__whole__taken unique nulls not distinct (owner_id, kind, whole, ends),
    constraint name_digests__tokens__name check ((kind = 'name') = (tokens <> '{}'))
);
create index name_digests__whole on name_digests (whole);
create index name_digests__ends on name_digests (ends) where ends is not null;
-- How many people bear a word is counted among people, whoever says it.
create index name_digests__borne on name_digests using gin (tokens) with (fastupdate = off)
    where coalesce(participant_id, account_id, guest_id) is not null;
create index name_digests__said on name_digests using gin (tokens) with (fastupdate = off)
    where coalesce(declaration_id, exclusion_request_id) is not null;
create index name_digests__pairs on name_digests using gin (pairs) with (fastupdate = off);
