-- SPDX-License-Identifier: MIT

-- Decision 16: whoever spoke may step back, alone, and come back at any moment. Of a peer the room is closed to them, of a host their own
-- hosting is paused; others see nothing of it.
create table step_backs (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null references accounts (id),
    since timestamptz not null,
    ended_at timestamptz
);
create unique index step_backs__open on step_backs (account_id) where ended_at is null;
