-- SPDX-License-Identifier: MIT

-- One row per person and group, from the first wish to the end; another try is another row.
create table enrolments (
    id uuid primary key default gen_random_uuid(),
    cohort_id uuid not null constraint enrolments__group_id__known references cohorts (id),
    participant_id uuid not null constraint enrolments__participant_id__known references participants (id),
    -- The cohort's: which intake it stands on, and in which words a peer reads of it.
    track text not null constraint enrolments__track__known check (track in ('group', 'activity')),
    state text not null constraint enrolments__state__known check (state in (
        'requested', 'waitlisted', 'offered', 'accepted', 'confirmed', 'active', 'completed', 'declined', 'expired', 'not_placed',
        'withdrawn', 'removed')),
    -- Whether it is not over: somebody is thought of, waits, or has a seat.
    is_live boolean not null generated always as (state in (
        'requested', 'waitlisted', 'offered', 'accepted', 'confirmed', 'active')) stored,
    -- Whether a seat was confirmed and is theirs (decision 15).
    is_seated boolean not null generated always as (state in ('confirmed', 'active')) stored,
    -- Whether a seat is held (I1): counted under the group's row lock.
    holds_seat boolean not null generated always as (state in (
        'offered', 'accepted', 'confirmed', 'active')) stored,
    -- The fair order of the waiting list: by the week since which an intake is ready, and by lot (decision 18).
    waiting_since timestamptz not null,
    created_at timestamptz not null,
    offered_at timestamptz,
    offer_expires_at timestamptz,
    accepted_at timestamptz,
    -- What a coordinator has answered to who accepted, and the fixed hour at which that takes effect; said with the offer.
    answer text constraint enrolments__answer__known check (answer in ('confirmed', 'not_placed')),
    answered_by uuid references accounts (id),
    answer_at timestamptz,
    -- What a peer said when they asked for an activity: whether there is nobody whom they must not meet. If there is somebody, a
    -- coordinator talks with them first, by then.
    nobody_to_avoid boolean,
    call_due timestamptz,
    conversation_at timestamptz,
    conversation_by uuid references accounts (id),
    -- Whether the place in this track ends asking for the others of its activity.
    is_only_one boolean not null default false,
    -- Whether it ended for that reason: they have another.
    is_elsewhere boolean not null default false,
    decided_at timestamptz,
    decided_by_role text,
    left_at timestamptz,
    -- DESIGN 5b.3: why, and the fixed hour at which, a coordinator's ending takes effect.
    removes_for text constraint enrolments__removes_for__known check (removes_for in ('not_eligible', 'other_group')),
    removes_at timestamptz,
    removal_reason text constraint enrolments__removal_reason__known check (removal_reason in (
        'conduct', 'safety', 'not_eligible', 'group_cancelled', 'other_group')),
    version int not null default 1,
    constraint enrolments__offer_expires_at__offered check (
        state not in ('offered', 'accepted') or num_nulls(offer_expires_at, answer_at) = 0),
    constraint enrolments__call_due__said check ((call_due is not null) = not coalesce(nobody_to_avoid, true)),
    constraint enrolments__conversation_at__together check ((conversation_at is null) = (conversation_by is null)),
    constraint enrolments__is_elsewhere__withdrawn check (not is_elsewhere or state = 'withdrawn'),
    constraint enrolments__removes_at__for check ((removes_at is null) = (removes_for is null)),
    constraint enrolments__answer__accepted check ((answer is null) = (answered_by is null)),
    constraint enrolments__removal_reason__removed check ((removal_reason is not null) = (state = 'removed'))
);
create unique index enrolments__participant_id__taken on enrolments (cohort_id, participant_id)
    where is_live;
create index enrolments__participant_id on enrolments (participant_id, created_at desc, id desc);
create index enrolments__waiting on enrolments (cohort_id, waiting_since, id) where state = 'waitlisted';
create index enrolments__offer_expires_at on enrolments (offer_expires_at) where state = 'offered';
-- Who accepted is answered at the hour that was said.
create index enrolments__answer_at on enrolments (answer_at) where state = 'accepted';
create index enrolments__removes_at on enrolments (removes_at) where removes_at is not null and is_live;
create index enrolments__is_only_one on enrolments (participant_id) where is_only_one and is_seated;
create index enrolments__call_due on enrolments (call_due) where not nobody_to_avoid and conversation_at is null and is_live;
create index enrolments__group_id on enrolments (cohort_id, created_at desc, id desc);
-- Every check of a group asks who is in it, however long its waiting list is.
create index enrolments__holds_seat on enrolments (cohort_id, participant_id) where holds_seat;
