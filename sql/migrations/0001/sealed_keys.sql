-- SPDX-License-Identifier: MIT
-- Wrapped data keys. Deleting an owner's rows erases every sealed value of theirs, so this table is kept out of long-lived backups.
create table sealed_keys (
    id uuid primary key,
    -- 'session': join links are sealed for their session; deleting its keys ends every link it had.
    owner_type text not null
        constraint sealed_keys__owner_type__known check (owner_type in ('participant', 'referral', 'staff', 'session', 'guest')),
    owner_id uuid not null,
    wrapped text not null,
    created_at timestamptz not null default transaction_timestamp()
);
create index sealed_keys__owner on sealed_keys (owner_id);
