-- SPDX-License-Identifier: MIT

-- Why each offer was made, or somebody was passed over, and what became of it. Coordinators alone read it.
create table enrolment_decisions (
    id uuid primary key default gen_random_uuid(),
    place bigint generated always as identity,
    enrolment_id uuid not null references enrolments (id),
    at timestamptz not null,
    decision text not null constraint enrolment_decisions__decision__known check (decision in (
        'offered', 'passed_over', 'accepted', 'confirmed', 'not_placed', 'asked_again', 'declined', 'expired', 'withdrawn', 'removed',
        'ended')),
    -- I8: a withdrawal has none.
    reason text constraint enrolment_decisions__reason__known check (reason in (
        'in_turn', 'out_of_turn', 'composition', 'availability', 'language', 'continuity',
        'full', 'others_wait', 'not_ready', 'conflict', 'conversation', 'judgement', 'locked',
        'conduct', 'safety', 'not_eligible', 'group_cancelled', 'other_group', 'only_one')),
    by_role text not null,
    -- Null when the waiting list moved by itself.
    account_id uuid references accounts (id),
    -- Of a turn of the list: since which week the person waits, and the place that the lot gave them among those of that week.
    week date,
    lot int,
    constraint enrolment_decisions__reason__given check (
        (reason is not null) = (decision in ('offered', 'passed_over', 'not_placed', 'asked_again', 'removed', 'ended'))),
    constraint enrolment_decisions__lot__week check ((lot is null) = (week is null))
);
create index enrolment_decisions__enrolment_id on enrolment_decisions (enrolment_id, place);
