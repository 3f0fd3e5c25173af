-- SPDX-License-Identifier: MIT

-- Decision 22: who is there when a coordinator is not. Where none is named, somebody who serves the same regions.
create table back_ups (
    account_id uuid primary key references accounts (id),
    back_up_account_id uuid not null references accounts (id),
    named_by uuid not null references accounts (id),
    named_at timestamptz not null,
    constraint back_ups__back_up_account_id__other check (back_up_account_id <> account_id)
);
