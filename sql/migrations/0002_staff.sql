-- SPDX-License-Identifier: MIT
-- Staff: an account (who may come in) and a profile (who that is). One resource, whose version is the account's.

alter table accounts add constraint accounts__regions__known check (regions <@ array[
    'ON', 'QC', 'BC', 'AB', 'MB', 'SK', 'NS', 'NB', 'NL', 'PE', 'YT', 'NT', 'NU', 'outside_canada']);
create index accounts__role on accounts (role, created_at, id) where role <> 'peer';

create table staff (
    id uuid primary key references accounts (id),
    -- Sealed: staff.name, staff.email. Null only where a profile was never filled in.
    name text,
    email text,
    email_digest text constraint staff__email__taken unique,
    -- What peers see instead of the name.
    alias text constraint staff__alias__length check (char_length(alias) between 1 and 60),
    languages text[] not null default '{}' constraint staff__languages__known check (languages <@ array['en', 'fr']),
    -- S1.19: a mental health professional is employed by one of the two partners.
    employer text constraint staff__employer__known check (employer in ('smsrc', 'vac')),
    serving_caf boolean
);
call secure_table('staff');

-- Access reviews read the audit backwards in time, for everybody or for one account.
create index audit_events__at on audit_events (at, id);
create index audit_events__account_id on audit_events (account_id, at, id);
