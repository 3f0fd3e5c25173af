-- SPDX-License-Identifier: MIT

-- What was said, or moved, and is not compared yet (DESIGN 5b): a request writes a row, the same work whatever it concerns, and the
-- worker takes it out again.
create table comparisons (
    id bigint generated always as identity primary key,
    subject text not null constraint comparisons__subject__known check (subject in (
        'declaration', 'request', 'participant', 'account', 'guest', 'cohort')),
    -- The id of the subject; what is gone by then has nothing to compare.
    owner_id uuid not null,
    -- What was said has not been compared before: until then coordinators do not see it, for it may mean one of them.
    is_first boolean not null,
    created_at timestamptz not null
);
create index comparisons__owner_id on comparisons (owner_id);
