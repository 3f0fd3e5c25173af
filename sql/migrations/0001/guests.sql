-- SPDX-License-Identifier: MIT
-- S2.17: somebody from outside who leads part of what the program offers. They have no account.
create table guests (
    id uuid primary key default gen_random_uuid(),
    -- As it is announced; with what they are known for, and where to read about them.
    name text not null constraint guests__name__length check (char_length(name) between 1 and 100),
    -- As that of contacts.
    names_version int not null default 0,
    credentials_en text,
    credentials_fr text,
    link_en text,
    link_fr text,
    email text, -- sealed guest.email
    -- In which they are written to.
    language text not null constraint guests__language__known check (language in ('en', 'fr')),
    state text not null default 'active' constraint guests__state__known check (state in ('active', 'ended')),
    -- Which version of the agreement they signed, and on which day of the office.
    agreement_id uuid references documents (id),
    agreement_signed_on date,
    -- No address of their page from before leaves any more.
    page_revoked_at timestamptz,
    created_by uuid not null references accounts (id),
    created_at timestamptz not null,
    version int not null default 1,
    -- I6: both languages or not at all.
    constraint guests__credentials__both check ((credentials_en is null) = (credentials_fr is null)),
    constraint guests__link__both check ((link_en is null) = (link_fr is null)),
    constraint guests__agreement_signed_on__version check ((agreement_id is null) = (agreement_signed_on is null)),
    -- Nobody is written to who leads nothing any more.
    constraint guests__email__ended check (state = 'active' or email is null)
);
create index guests__created_at on guests (created_at desc, id desc);
create index guests__names_version on guests (names_version);
