-- SPDX-License-Identifier: MIT
-- Of each key that this database is sealed with, a value that tells nothing of it: a process with another one is noticed before it seals,
-- opens or compares anything.
create table seal_checks (
    name text primary key,
    value text not null,
    noted_at timestamptz not null default transaction_timestamp()
);
