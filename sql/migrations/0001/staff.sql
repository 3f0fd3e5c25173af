-- SPDX-License-Identifier: MIT
create table staff (
    id uuid primary key references accounts (id),
    -- Sealed: staff.name, staff.email. Null only where a profile was never filled in.
    name text,
    -- As that of contacts.
    names_version int not null default 0,
    email text,
    email_digest text constraint staff__email__taken unique,
    -- What peers see instead of the name.
    alias text constraint staff__alias__length check (char_length(alias) between 1 and 60),
    languages text[] not null default '{}' constraint staff__languages__known check (languages <@ array['en', 'fr']),
    -- S1.19: a mental health professional is employed by one of the two partners.
    employer text constraint staff__employer__known check (employer in ('smsrc', 'vac')),
    serving_caf boolean
);
create index staff__names_version on staff (names_version) where name is not null;
