-- SPDX-License-Identifier: MIT
create table outbox (
    id uuid primary key default gen_random_uuid(),
    kind text not null constraint outbox__kind__known check (kind in (
        'form_sent', 'acknowledgement', 'meeting_scheduled', 'meeting_changed', 'status_update', 'document_changed', 'intake_closed',
        'seat_offered', 'seat_confirmed', 'seat_registered', 'seat_not_placed', 'seat_released', 'session_changed', 'session_added',
        'session_cancelled', 'series_changed', 'group_cancelled', 'place_given', 'place_offered', 'place_open', 'place_moved',
        'place_offered_moved', 'place_awaited_moved', 'activity_opened', 'guest_page', 'guest_assigned', 'guest_moved', 'guest_cancelled',
        'guest_released', 'guest_link', 'notice', 'notice_now')),
    participant_id uuid references participants (id),
    -- Mail to staff says that there is a notice, and no more.
    notice_id uuid references notices (id),
    -- Who leads without an account.
    guest_id uuid references guests (id),
    intake_id uuid references intakes (id),
    -- Mail about a seat belongs to its enrolment: with it, it is cancelled.
    enrolment_id uuid references enrolments (id),
    data jsonb not null default '{}',
    state text not null default 'queued' constraint outbox__state__known check (state in (
        'queued', 'sending', 'sent', 'failed', 'held', 'cancelled')),
    -- Why it was held, failed or cancelled.
    reason text,
    due_at timestamptz not null,
    attempts int not null default 0,
    lease_until timestamptz,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    constraint outbox__intake_id__participant foreign key (intake_id, participant_id) references intakes (id, participant_id),
    constraint outbox__participant_id__either check (num_nonnulls(participant_id, notice_id, guest_id) = 1),
    constraint outbox__notice_id__kind check ((notice_id is not null) = (kind in ('notice', 'notice_now'))),
    constraint outbox__guest_id__kind check ((guest_id is not null) = starts_with(kind, 'guest_')),
    constraint outbox__reason__given check (state not in ('held', 'failed', 'cancelled') or reason is not null),
    constraint outbox__lease_until__sending check ((state = 'sending') = (lease_until is not null))
);
-- What cannot wait leaves before all else.
create index outbox__due_at on outbox ((kind = 'notice_now') desc, due_at, id) where state = 'queued';
create index outbox__lease_until on outbox (lease_until) where state = 'sending';
create index outbox__held on outbox (changed_at, id) where state in ('held', 'failed');
create index outbox__participant_id on outbox (participant_id, state);
create index outbox__intake_id on outbox (intake_id) where intake_id is not null;
create index outbox__enrolment_id on outbox (enrolment_id) where enrolment_id is not null;
