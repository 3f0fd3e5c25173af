-- SPDX-License-Identifier: MIT
-- Who may lead: clearance and designation, trainings; and what groups and sessions still needed for being planned.

-- One row per member of staff, from the first time it is filled in.
create table qualifications (
    account_id uuid primary key references accounts (id),
    -- S0.21, S0.23: of a mental health professional.
    designation text constraint qualifications__designation__known check (designation in ('social_worker', 'social_service_worker')),
    -- That there is a clearance and since when; never what it rests on.
    cleared_on date,
    clearance_expires_on date,
    -- Where somebody hosts; empty = everywhere.
    regions text[] not null default '{}' constraint qualifications__regions__known check (regions <@ array[
        'ON', 'QC', 'BC', 'AB', 'MB', 'SK', 'NS', 'NB', 'NL', 'PE', 'YT', 'NT', 'NU', 'outside_canada']),
    version int not null default 1,
    constraint qualifications__clearance_expires_on__order check (
        clearance_expires_on is null or coalesce(clearance_expires_on >= cleared_on, false))
);
call secure_table('qualifications');

-- S0.31: what was completed and until when it counts. Another time is another row; the module is a code of training_<kind>.
create table trainings (
    id uuid primary key default gen_random_uuid(),
    account_id uuid not null references accounts (id),
    kind text not null constraint trainings__kind__known check (kind in ('orientation', 'facilitator', 'continuing')),
    module text not null,
    completed_on date not null,
    -- The last day on which it counts; null = it does not expire.
    expires_on date constraint trainings__expires_on__order check (expires_on >= completed_on),
    recorded_by uuid not null references accounts (id),
    created_at timestamptz not null,
    constraint trainings__module__taken unique (account_id, kind, module, completed_on)
);
call secure_table('trainings');
create index trainings__account_id on trainings (account_id, completed_on desc, id desc);

alter table groups
    add constraint groups__capacity__range check (capacity between 1 and 100),
    add constraint groups__max_sessions__range check (max_sessions between 1 and 52),
    add constraint groups__registration_deadline_days__range check (registration_deadline_days between 0 and 180);
-- A cancelled session is made up for once.
create unique index sessions__makes_up_for__taken on sessions (makes_up_for) where state <> 'cancelled';
create index host_assignments__session_id on host_assignments (session_id) where released_at is null;
create index host_assignments__group_id on host_assignments (group_id, assigned_at, id);

-- Join links are sealed for their session: deleting the session's keys ends every link it had.
alter table sealed_keys
    drop constraint sealed_keys__owner_type__known,
    add constraint sealed_keys__owner_type__known check (owner_type in ('participant', 'referral', 'staff', 'session'));
