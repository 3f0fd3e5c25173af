-- SPDX-License-Identifier: MIT

-- The hosts who were there when the session started.
create table session_presences (
    session_id uuid not null references sessions (id),
    account_id uuid not null references accounts (id),
    slot text not null,
    at timestamptz not null,
    primary key (session_id, account_id)
);
create index session_presences__account_id on session_presences (account_id);
