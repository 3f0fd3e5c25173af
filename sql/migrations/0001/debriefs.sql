-- SPDX-License-Identifier: MIT

-- R13. The author's, the coordinators' and one professional's whom a coordinator asked to supervise it; never the co-host's.
create table debriefs (
    id uuid primary key default gen_random_uuid(),
    session_id uuid not null references sessions (id),
    cohort_id uuid not null references cohorts (id),
    account_id uuid not null references accounts (id),
    delivered boolean not null,
    climate int not null constraint debriefs__climate__range check (climate between 1 and 5),
    wellbeing int not null constraint debriefs__wellbeing__range check (wellbeing between 1 and 5),
    wants_supervision boolean not null,
    note text, -- sealed debrief.note, for its author
    needs_supervision boolean not null generated always as (wants_supervision or wellbeing <= 2) stored,
    supervision_due timestamptz,
    supervisor_account_id uuid references accounts (id),
    supervised_at timestamptz,
    supervised_by uuid references accounts (id),
    created_at timestamptz not null,
    version int not null default 1,
    constraint debriefs__session_id__taken unique (session_id, account_id),
    constraint debriefs__supervision_due__needed check ((supervision_due is not null) = needs_supervision)
);
create index debriefs__account_id on debriefs (account_id, created_at desc, id desc);
create index debriefs__created_at on debriefs (created_at desc, id desc);
create index debriefs__supervisor_account_id on debriefs (supervisor_account_id, created_at desc, id desc)
    where supervisor_account_id is not null;
create index debriefs__supervision_due on debriefs (supervision_due, id) where supervision_due is not null and supervised_at is null;
