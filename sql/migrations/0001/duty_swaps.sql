-- SPDX-License-Identifier: MIT
-- That somebody asks another to take a turn of theirs, perhaps for one of the other's. It is theirs until the other agrees.
create table duty_swaps (
    id uuid primary key default gen_random_uuid(),
    shift_id uuid not null references duty_shifts (id) on delete cascade,
    local_on date not null,
    from_account_id uuid not null references accounts (id),
    to_account_id uuid not null references accounts (id),
    return_shift_id uuid references duty_shifts (id) on delete cascade,
    return_local_on date,
    state text not null default 'asked' constraint duty_swaps__state__known check (state in ('asked', 'agreed', 'declined', 'withdrawn')),
    created_at timestamptz not null,
    decided_at timestamptz,
    version int not null default 1,
    constraint duty_swaps__to_account_id__other check (to_account_id <> from_account_id),
    constraint duty_swaps__in_return__both check ((return_shift_id is null) = (return_local_on is null)),
    constraint duty_swaps__decided_at__state check ((state = 'asked') = (decided_at is null))
);
create unique index duty_swaps__local_on__taken on duty_swaps (shift_id, local_on) where state = 'asked';
create index duty_swaps__from_account_id on duty_swaps (from_account_id, created_at desc, id desc);
create index duty_swaps__to_account_id on duty_swaps (to_account_id, created_at desc, id desc);
create index duty_swaps__return_shift_id on duty_swaps (return_shift_id) where return_shift_id is not null;
