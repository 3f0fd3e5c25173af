-- SPDX-License-Identifier: MIT

-- Why each offer was made, or somebody was passed over, and what became of it. Coordinators alone read it.
create table enrolment_decisions (
    id uuid primary key default gen_random_uuid(),
    place bigint generated always as identity,
    enrolment_id uuid not null references enrolments (id),
    at timestamptz not null,
    decision text not null constraint enrolment_decisions__decision__known check (decision in (
        'offered', 'passed_over', 'accepted', 'declined', 'expired', 'withdrawn', 'removed')),
    -- I8: a withdrawal has none.
    reason text constraint enrolment_decisions__reason__known check (reason in (
        'in_turn', 'out_of_turn', 'composition', 'availability', 'language', 'continuity',
        'full', 'not_ready', 'conflict',
        'conduct', 'safety', 'not_eligible', 'group_cancelled', 'other_group')),
    by_role text not null,
    -- Null when the waiting list moved by itself.
    account_id uuid references accounts (id),
    constraint enrolment_decisions__reason__given check (
        (reason is not null) = (decision in ('offered', 'passed_over', 'removed')))
);
create index enrolment_decisions__enrolment_id on enrolment_decisions (enrolment_id, place);
