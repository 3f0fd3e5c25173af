-- SPDX-License-Identifier: MIT

-- The hosts who were there when the session started.
create table session_presences (
    session_id uuid not null references sessions (id),
    account_id uuid references accounts (id),
    guest_id uuid references guests (id),
    host_id uuid not null generated always as (coalesce(account_id, guest_id)) stored,
    slot text not null,
    at timestamptz not null,
    constraint session_presences__account_id__one check (num_nonnulls(account_id, guest_id) = 1),
    primary key (session_id, host_id)
);
create index session_presences__account_id on session_presences (account_id);
