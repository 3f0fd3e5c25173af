-- SPDX-License-Identifier: MIT

-- Decision 22: when a coordinator is away, in whole days of a calendar, and who stands in where it is not their back-up.
create table absences (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null references accounts (id),
    starts_on date not null,
    ends_on date not null,
    timezone text not null constraint absences__timezone__known references timezones (name),
    stand_in_account_id uuid references accounts (id),
    recorded_by uuid not null references accounts (id),
    created_at timestamptz not null,
    constraint absences__ends_on__order check (ends_on >= starts_on),
    constraint absences__ends_on__length check (ends_on <= starts_on + 1826),
    constraint absences__stand_in_account_id__other check (stand_in_account_id <> account_id)
);
create index absences__account_id on absences (account_id, starts_on desc, id desc);
