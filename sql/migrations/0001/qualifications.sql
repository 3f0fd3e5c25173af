-- SPDX-License-Identifier: MIT
-- One row per member of staff, from the first time it is filled in.
create table qualifications (
    account_id uuid primary key references accounts (id),
    -- S0.21, S0.23: of a mental health professional, since when and until when it is held.
    designation text constraint qualifications__designation__known check (designation in ('social_worker', 'social_service_worker')),
    designated_on date,
    designation_expires_on date,
    -- S0.24: of a coordinator, in social services.
    education text constraint qualifications__education__known check (education in (
        'social_work', 'social_service_work', 'psychology', 'other_social_services')),
    educated_on date,
    -- That there is a clearance and since when; never what it rests on.
    cleared_on date,
    clearance_expires_on date,
    -- Where somebody hosts; empty = everywhere.
    regions region[] not null default '{}',
    -- S2.12: what somebody has long experience of; codes of expertise.
    expertise text[] not null default '{}',
    version int not null default 1,
    constraint qualifications__clearance_expires_on__order check (
        clearance_expires_on is null or coalesce(clearance_expires_on >= cleared_on, false)),
    constraint qualifications__designated_on__required check (
        designation is not null or designated_on is null and designation_expires_on is null),
    constraint qualifications__designation_expires_on__order check (designation_expires_on >= designated_on),
    constraint qualifications__educated_on__required check (education is not null or educated_on is null)
);
