-- SPDX-License-Identifier: MIT
-- Around a session: who led it, who came, what happened and what was done about it, how it was for those who led.

-- The topics that were taken up in a group that chooses its own; codes, so that no text of theirs is kept.
alter table sessions add column topic_codes text[];

-- The hosts who were there when the session started.
create table session_presences (
    session_id uuid not null references sessions (id),
    account_id uuid not null references accounts (id),
    slot text not null,
    at timestamptz not null,
    primary key (session_id, account_id)
);
call secure_table('session_presences');
create index session_presences__account_id on session_presences (account_id);

-- Decision 5: participation and safety, never a penalty. No minutes, no camera.
create table attendances (
    id uuid primary key default gen_random_uuid(),
    session_id uuid not null references sessions (id),
    enrolment_id uuid not null references enrolments (id),
    participant_id uuid not null references participants (id),
    status text not null constraint attendances__status__known check (status in (
        'present', 'absent', 'left_early', 'left_unexpectedly')),
    recorded_by uuid not null references accounts (id),
    recorded_at timestamptz not null,
    version int not null default 1,
    -- I7.
    constraint attendances__participant_id__taken unique (session_id, participant_id)
);
call secure_table('attendances');
create index attendances__enrolment_id on attendances (enrolment_id);
create index attendances__participant_id on attendances (participant_id, recorded_at desc, id desc);

-- A6.6. Codes and times, no account of what happened; the clocks are set once, when it is recorded.
create table incidents (
    id uuid primary key default gen_random_uuid(),
    kind text not null constraint incidents__kind__known check (kind in (
        'distress', 'left_unexpectedly', 'suicide_risk', 'harm_to_other', 'child_protection', 'conduct_breach',
        'recording_breach', 'privacy_breach', 'contact_outside_group', 'technical')),
    severity int not null constraint incidents__severity__range check (severity between 1 and 4),
    session_id uuid constraint incidents__session_id__known references sessions (id),
    group_id uuid references groups (id),
    enrolment_id uuid constraint incidents__enrolment_id__known references enrolments (id),
    participant_id uuid references participants (id),
    state text not null default 'open' constraint incidents__state__known check (state in (
        'open', 'acknowledged', 'actioned', 'followed_up', 'closed')),
    created_by uuid not null references accounts (id),
    created_by_role text not null,
    created_at timestamptz not null,
    acknowledge_due timestamptz not null,
    follow_up_due timestamptz not null,
    -- Somebody left unexpectedly who agreed to be called.
    check_in_due timestamptz,
    check_in_at timestamptz,
    acknowledged_at timestamptz,
    acknowledged_by uuid references accounts (id),
    followed_up_at timestamptz,
    closed_at timestamptz,
    closed_by uuid references accounts (id),
    version int not null default 1,
    -- The first clock that still runs; null when none does.
    next_due timestamptz generated always as (
        case when state not in ('followed_up', 'closed') then least(
            follow_up_due, case when state = 'open' then acknowledge_due end,
            case when check_in_at is null then check_in_due end) end) stored,
    constraint incidents__state__times check (
        (state = 'open') = (acknowledged_at is null) and (acknowledged_at is null) = (acknowledged_by is null)
        and (state in ('followed_up', 'closed')) = (followed_up_at is not null)
        and (state = 'closed') = (closed_at is not null) and (closed_at is null) = (closed_by is null))
);
call secure_table('incidents');
create index incidents__created_at on incidents (created_at desc, id desc);
create index incidents__created_by on incidents (created_by, created_at desc, id desc);
create index incidents__session_id on incidents (session_id, created_at desc, id desc);
create index incidents__state on incidents (state, created_at desc, id desc);
create index incidents__participant_id on incidents (participant_id) where participant_id is not null;
create index incidents__next_due on incidents (next_due, id) where next_due is not null;
create unique index incidents__enrolment_id__taken on incidents (session_id, enrolment_id)
    where kind = 'left_unexpectedly' and session_id is not null and enrolment_id is not null;
-- Forward, one step after the other; the clocks and what it is about stay.
create function incidents_guard() returns trigger
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    changes text[] := array['state', 'check_in_at', 'acknowledged_at', 'acknowledged_by', 'followed_up_at', 'closed_at', 'closed_by',
        'next_due', 'version'];
    steps text[] := array['open', 'acknowledged', 'actioned', 'followed_up', 'closed'];
begin
    if (to_jsonb(new) - changes) <> (to_jsonb(old) - changes) or old.state = 'closed' then
        raise exception 'an incident only moves on' using errcode = '42501';
    elsif new.state <> old.state and array_position(steps, new.state) <> array_position(steps, old.state) + 1 then
        perform problem_state(old.state);
    end if;
    return new;
end
$$;
create trigger guard before update on incidents for each row execute function incidents_guard();

create table incident_actions (
    id uuid primary key default gen_random_uuid(),
    incident_id uuid not null references incidents (id),
    code text not null constraint incident_actions__code__known check (code in (
        'line_handoff', 'eap', 'crisis_line', 'emergency_services', 'emergency_contact', 'coordinator_told',
        'child_protection_report', 'supported_in_session', 'moved_to_private_talk', 'check_in_attempted', 'check_in_reached',
        'reminded_of_code', 'technical_help', 'privacy_office_told', 'follow_up')),
    province text constraint incident_actions__province__known check (province in (
        'ON', 'QC', 'BC', 'AB', 'MB', 'SK', 'NS', 'NB', 'NL', 'PE', 'YT', 'NT', 'NU', 'outside_canada')),
    at timestamptz not null,
    recorded_by uuid not null references accounts (id),
    recorded_at timestamptz not null,
    constraint incident_actions__province__report check ((province is not null) = (code = 'child_protection_report'))
);
call secure_table('incident_actions');
create index incident_actions__incident_id on incident_actions (incident_id, at, id);
create trigger append_only before update or delete on incident_actions for each row execute function refuse_change();

-- R13. The author's, the coordinators' and one professional's whom a coordinator asked to supervise it; never the co-host's.
create table debriefs (
    id uuid primary key default gen_random_uuid(),
    session_id uuid not null references sessions (id),
    group_id uuid not null references groups (id),
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
    constraint debriefs__supervision_due__needed check ((supervision_due is not null) = (wants_supervision or wellbeing <= 2))
);
call secure_table('debriefs');
create index debriefs__account_id on debriefs (account_id, created_at desc, id desc);
create index debriefs__created_at on debriefs (created_at desc, id desc);
create index debriefs__supervisor_account_id on debriefs (supervisor_account_id, created_at desc, id desc)
    where supervisor_account_id is not null;
create index debriefs__supervision_due on debriefs (supervision_due, id) where supervision_due is not null and supervised_at is null;
create function debriefs_guard() returns trigger
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    changes text[] := array['supervisor_account_id', 'supervised_at', 'supervised_by', 'needs_supervision', 'version'];
begin
    if old.supervised_at is not null or (to_jsonb(new) - changes) <> (to_jsonb(old) - changes) then
        raise exception 'a debrief stays as it was written' using errcode = '42501';
    end if;
    return new;
end
$$;
create trigger guard before update on debriefs for each row execute function debriefs_guard();

-- A6.8, R14: a professional who had to know how to reach somebody; reviewed by coordinators and administrators.
create table contact_openings (
    id uuid primary key default gen_random_uuid(),
    session_id uuid not null references sessions (id),
    enrolment_id uuid not null references enrolments (id),
    account_id uuid not null references accounts (id),
    reason text not null constraint contact_openings__reason__known check (reason in (
        'check_in', 'danger_to_self', 'danger_to_others', 'medical_emergency')),
    at timestamptz not null
);
call secure_table('contact_openings');
create index contact_openings__at on contact_openings (at desc, id desc);
create trigger append_only before update or delete on contact_openings for each row execute function refuse_change();
