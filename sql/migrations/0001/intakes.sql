-- SPDX-License-Identifier: MIT
create table intakes (
    id uuid primary key default gen_random_uuid(),
    participant_id uuid not null constraint intakes__participant_id__known references participants (id),
    -- The participant's: who may see a row is decided without looking elsewhere.
    region_key text not null,
    track text not null constraint intakes__track__known check (track in ('group', 'activity')),
    state text not null default 'received',
    is_open boolean not null generated always as (state not in ('closed', 'ineligible', 'withdrawn')) stored,
    coordinator_id uuid not null references accounts (id),
    form_sent_at timestamptz,
    form_returned_at timestamptz,
    acknowledged_at timestamptz,
    -- Local wall time and zone are the truth, the instant is derived (decision 12).
    meeting_local_start timestamp,
    meeting_timezone text constraint intakes__timezone__known references timezones (name),
    meeting_starts_at timestamptz,
    meeting_language text constraint intakes__language__known check (meeting_language in ('en', 'fr')),
    meeting_duration_minutes int constraint intakes__duration_minutes__bounds check (meeting_duration_minutes between 10 and 240),
    meeting_held_at timestamptz,
    readiness text constraint intakes__readiness__known check (readiness in ('ready', 'not_yet', 'not_discussed')),
    ready_at timestamptz,
    registered_at timestamptz,
    -- Decision 3: serves every service until then.
    valid_until timestamptz,
    outcome text constraint intakes__outcome__known check (outcome in (
        'completed', 'no_longer_wanted', 'unreachable', 'ineligible', 'other_service')),
    closed_at timestamptz,
    -- I8: when, never why.
    withdrawn_at timestamptz,
    last_told_at timestamptz,
    update_due_at timestamptz,
    created_at timestamptz not null,
    version int not null default 1,
    -- What hangs on an intake is of the intake's participant: no policy that asks for the one need ask for the other.
    constraint intakes__id__participant unique (id, participant_id),
    constraint intakes__state__track check (case track
        when 'group' then state in (
            'received', 'form_sent', 'form_returned', 'acknowledged', 'meeting_scheduled', 'meeting_done', 'not_ready',
            'ready', 'placed', 'closed', 'ineligible', 'withdrawn')
        else state in ('received', 'forms_sent', 'forms_returned', 'registered', 'closed', 'ineligible', 'withdrawn') end),
    constraint intakes__state__times check (case state
        when 'received' then form_sent_at is null
        when 'form_returned' then form_returned_at is not null
        when 'forms_returned' then form_returned_at is not null
        when 'acknowledged' then acknowledged_at is not null
        when 'meeting_scheduled' then meeting_starts_at is not null
        when 'meeting_done' then meeting_held_at is not null and readiness in ('ready', 'not_discussed')
        when 'not_ready' then meeting_held_at is not null and readiness = 'not_yet'
        when 'ready' then ready_at is not null and readiness = 'ready'
        when 'registered' then registered_at is not null
        when 'closed' then closed_at is not null and outcome is not null
        when 'ineligible' then closed_at is not null and outcome = 'ineligible'
        when 'withdrawn' then withdrawn_at is not null and valid_until is null
        else true end),
    constraint intakes__local_start__together check (
        num_nulls(meeting_local_start, meeting_timezone, meeting_starts_at, meeting_language, meeting_duration_minutes) in (0, 5))
);
-- One way at a time on each track.
create unique index intakes__track__taken on intakes (participant_id, track) where is_open;
create index intakes__participant_id on intakes (participant_id, created_at desc, id desc);
create index intakes__created_at on intakes (created_at desc, id desc);
create index intakes__state_created_at on intakes (state, created_at desc, id desc);
create index intakes__coordinator on intakes (coordinator_id, state, created_at desc, id desc);
create index intakes__update_due_at on intakes (update_due_at) where update_due_at is not null;
