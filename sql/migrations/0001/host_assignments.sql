-- SPDX-License-Identifier: MIT

-- Who leads. session_id null = every session of the group; a row for one session is a substitution.
create table host_assignments (
    id uuid primary key default gen_random_uuid(),
    cohort_id uuid not null references cohorts (id),
    session_id uuid references sessions (id),
    account_id uuid not null constraint host_assignments__account_id__known references accounts (id),
    slot text not null constraint host_assignments__slot__known references host_slots (slot),
    -- Whose place a substitute takes for that session.
    replaces uuid references host_assignments (id),
    assigned_by uuid not null references accounts (id),
    assigned_at timestamptz not null,
    released_at timestamptz,
    version int not null default 1
);
-- Nobody fills two slots of the same sessions (I5).
create unique index host_assignments__account_id__taken on host_assignments (
    cohort_id, coalesce(session_id, '00000000-0000-0000-0000-000000000000'), account_id) where released_at is null;
create index host_assignments__account_id on host_assignments (account_id) where released_at is null;
create index host_assignments__session_id on host_assignments (session_id) where released_at is null;
create index host_assignments__group_id on host_assignments (cohort_id, assigned_at, id);
