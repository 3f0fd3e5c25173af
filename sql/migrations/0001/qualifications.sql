-- SPDX-License-Identifier: MIT
-- One row per member of staff, from the first time it is filled in.
create table qualifications (
    account_id uuid primary key references accounts (id),
    -- S0.21, S0.23: of a mental health professional.
    designation text constraint qualifications__designation__known check (designation in ('social_worker', 'social_service_worker')),
    -- That there is a clearance and since when; never what it rests on.
    cleared_on date,
    clearance_expires_on date,
    -- Where somebody hosts; empty = everywhere.
    regions region[] not null default '{}',
    version int not null default 1,
    constraint qualifications__clearance_expires_on__order check (
        clearance_expires_on is null or coalesce(clearance_expires_on >= cleared_on, false))
);
