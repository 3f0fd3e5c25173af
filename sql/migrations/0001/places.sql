-- SPDX-License-Identifier: MIT

-- Who has a place in a session where one is taken for each (S2.11), and who waits for one: a row per person and session, from the first
-- wish on.
create table places (
    id uuid primary key default gen_random_uuid(),
    session_id uuid not null constraint places__session_id__known references sessions (id),
    enrolment_id uuid not null constraint places__enrolment_id__known references enrolments (id),
    participant_id uuid not null constraint places__participant_id__known references participants (id),
    state text not null constraint places__state__known check (state in ('waiting', 'offered', 'held', 'let_in', 'freed')),
    -- Whether this place, once taken, ends waiting for the others of the same cohort.
    is_only_one boolean not null,
    asked_at timestamptz not null,
    -- Turn goes by it; whoever let an offer pass waits since it ended.
    waiting_since timestamptz not null,
    offered_at timestamptz,
    offered_until timestamptz,
    -- That a place was free in the last hours is told once.
    told_at timestamptz,
    version int not null default 1,
    constraint places__enrolment_id__taken unique (session_id, enrolment_id),
    constraint places__offered_until__offered check (state <> 'offered' or offered_until is not null)
);
create index places__enrolment_id on places (enrolment_id);
create index places__waiting on places (session_id, waiting_since, id) where state in ('waiting', 'offered');
