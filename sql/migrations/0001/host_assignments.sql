-- SPDX-License-Identifier: MIT

-- Who leads. session_id null = every session of the group; a row for one session is a substitution.
create table host_assignments (
    id uuid primary key default gen_random_uuid(),
    cohort_id uuid not null references cohorts (id),
    session_id uuid references sessions (id),
    account_id uuid constraint host_assignments__account_id__known references accounts (id),
    guest_id uuid constraint host_assignments__guest_id__known references guests (id),
    -- Ids of accounts and of guests are never the same.
    host_id uuid not null generated always as (coalesce(account_id, guest_id)) stored,
    slot text not null constraint host_assignments__slot__known references host_slots (slot),
    -- Whose place a substitute takes for that session.
    replaces uuid references host_assignments (id),
    assigned_by uuid not null references accounts (id),
    assigned_at timestamptz not null,
    released_at timestamptz,
    -- What a guest has answered on their page: they come, or not, and are released.
    confirmed_at timestamptz,
    declined_at timestamptz,
    version int not null default 1,
    constraint host_assignments__account_id__one check (num_nonnulls(account_id, guest_id) = 1),
    constraint host_assignments__guest_id__slot check ((guest_id is not null) = (slot = 'guest')),
    constraint host_assignments__confirmed_at__guest check (guest_id is not null or num_nonnulls(confirmed_at, declined_at) = 0),
    constraint host_assignments__declined_at__released check (declined_at is null or released_at is not null)
);
-- Nobody fills two slots of the same sessions (I5).
create unique index host_assignments__account_id__taken on host_assignments (
    cohort_id, coalesce(session_id, '00000000-0000-0000-0000-000000000000'), host_id) where released_at is null;
create index host_assignments__guest_id on host_assignments (guest_id) where guest_id is not null;
create index host_assignments__host_id on host_assignments (host_id) where released_at is null;
create index host_assignments__account_id on host_assignments (account_id) where released_at is null;
create index host_assignments__session_id on host_assignments (session_id) where released_at is null;
create index host_assignments__group_id on host_assignments (cohort_id, assigned_at, id);
