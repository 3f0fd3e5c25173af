-- SPDX-License-Identifier: MIT
-- The way from a first reply to being ready: two tracks, their states, the form, what has been accepted, who was told when.

-- Every step there is, and who may take it. The trigger below lets nothing else through.
create table intake_transitions (
    track text not null constraint intake_transitions__track__known check (track in ('group', 'activity')),
    from_state text not null,
    to_state text not null,
    roles text[] not null,
    primary key (track, from_state, to_state)
);
call secure_table('intake_transitions');
insert into intake_transitions (track, from_state, to_state, roles) values
    ('group', 'received', 'form_sent', '{coordinator}'),
    ('group', 'form_sent', 'form_returned', '{coordinator,peer}'),
    ('group', 'form_returned', 'acknowledged', '{coordinator,worker}'),
    ('group', 'acknowledged', 'meeting_scheduled', '{coordinator}'),
    ('group', 'not_ready', 'meeting_scheduled', '{coordinator}'),
    ('group', 'meeting_scheduled', 'meeting_done', '{coordinator}'),
    ('group', 'meeting_scheduled', 'not_ready', '{coordinator}'),
    ('group', 'meeting_done', 'not_ready', '{coordinator}'),
    ('group', 'meeting_done', 'ready', '{coordinator,peer}'),
    ('group', 'ready', 'placed', '{coordinator}'),
    ('activity', 'received', 'forms_sent', '{coordinator}'),
    ('activity', 'forms_sent', 'forms_returned', '{coordinator,peer}'),
    ('activity', 'forms_returned', 'registered', '{coordinator}');
-- I8: away from everywhere, by either side; the other two endings are the coordinator's.
insert into intake_transitions (track, from_state, to_state, roles)
select t.track, t.state, ending.state, ending.roles
from (
    select track, from_state as state from intake_transitions union select track, to_state from intake_transitions) t
cross join (values
    ('closed', '{coordinator}'::text[]), ('ineligible', '{coordinator}'), ('withdrawn', '{coordinator,peer}')) ending (state, roles)
union all
select track, state, 'withdrawn', '{coordinator,peer}'
from unnest(array['group', 'activity']) track, unnest(array['closed', 'ineligible']) state;

create table intakes (
    id uuid primary key default gen_random_uuid(),
    participant_id uuid not null constraint intakes__participant_id__known references participants (id),
    -- The participant's, copied by triggers: who may see a row is decided without looking elsewhere.
    region text,
    track text not null constraint intakes__track__known check (track in ('group', 'activity')),
    state text not null default 'received',
    is_open boolean not null generated always as (state not in ('closed', 'ineligible', 'withdrawn')) stored,
    coordinator_account_id uuid not null references accounts (id),
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
call secure_table('intakes');
-- One way at a time on each track.
create unique index intakes__track__taken on intakes (participant_id, track) where is_open;
create index intakes__participant_id on intakes (participant_id, created_at desc, id desc);
create index intakes__created_at on intakes (created_at desc, id desc);
create index intakes__state_created_at on intakes (state, created_at desc, id desc);
create index intakes__update_due_at on intakes (update_due_at) where update_due_at is not null;

create table intake_forms (
    intake_id uuid primary key references intakes (id),
    participant_id uuid not null references participants (id),
    device_ok boolean,
    meeting_willing boolean,
    services_wanted text[],
    availability jsonb constraint intake_forms__availability__list check (jsonb_typeof(availability) = 'array'),
    -- Wishes, never filters; sealed: intake.composition_preference, intake.accommodation_needs.
    composition_preference text,
    accommodation_needs text,
    -- Yes or no; who it is the coordinator asks by voice and nobody writes down.
    must_not_meet_exists boolean,
    filled_by text constraint intake_forms__filled_by__known check (filled_by in ('peer', 'coordinator', 'both')),
    submitted_at timestamptz,
    submitted_by text constraint intake_forms__submitted_by__known check (submitted_by in ('peer', 'coordinator')),
    version int not null default 1
);
call secure_table('intake_forms');

-- Which documents a track asks for, and before which step.
create table track_documents (
    track text not null constraint track_documents__track__known check (track in ('group', 'activity')),
    kind text not null,
    needed_for text not null constraint track_documents__needed_for__known check (needed_for in ('form', 'completion')),
    position int not null,
    primary key (track, kind)
);
call secure_table('track_documents');
insert into track_documents (track, kind, needed_for, position) values
    ('group', 'privacy_notice', 'form', 1),
    ('group', 'code_of_conduct', 'completion', 2),
    ('group', 'consent', 'completion', 3),
    ('group', 'confidentiality', 'completion', 4),
    ('group', 'safety_protocol', 'completion', 5),
    ('activity', 'privacy_notice', 'form', 1),
    ('activity', 'consent', 'completion', 2);

create table acceptances (
    id uuid primary key default gen_random_uuid(),
    participant_id uuid not null references participants (id),
    document_id uuid not null constraint acceptances__document_id__known references documents (id),
    language_read text not null constraint acceptances__language_read__known check (language_read in ('en', 'fr')),
    accepted_at timestamptz not null,
    withdrawn_at timestamptz
);
call secure_table('acceptances');
create unique index acceptances__document_id__taken on acceptances (participant_id, document_id) where withdrawn_at is null;
create index acceptances__participant_id on acceptances (participant_id, accepted_at desc, id desc);
create index acceptances__document_id on acceptances (document_id) where withdrawn_at is null;
-- Append-only, but for saying that it no longer holds.
create function acceptances_guard() returns trigger
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if tg_op = 'DELETE' or old.withdrawn_at is not null or new.withdrawn_at is null
        or (to_jsonb(new) - 'withdrawn_at') <> (to_jsonb(old) - 'withdrawn_at')
    then
        raise exception 'acceptances are append-only' using errcode = '42501';
    end if;
    return new;
end
$$;
create trigger append_only before update or delete on acceptances for each row execute function acceptances_guard();

-- Each time the person was told how things stand. Mail counts when it has gone out, not when it was queued.
create table status_updates (
    id uuid primary key default gen_random_uuid(),
    intake_id uuid not null references intakes (id),
    participant_id uuid not null references participants (id),
    method text not null constraint status_updates__method__known check (method in ('phone', 'email', 'in_person')),
    outbox_id uuid,
    recorded_by uuid not null references accounts (id),
    recorded_at timestamptz not null,
    told_at timestamptz
);
call secure_table('status_updates');
create index status_updates__intake_id on status_updates (intake_id, recorded_at desc, id desc);
create index status_updates__outbox_id on status_updates (outbox_id) where outbox_id is not null;

-- What people read: states in plain words, what is left to do, what a withdrawal stops and keeps.
create table plain_texts (
    list text not null constraint plain_texts__list__known check (list in ('state', 'to_do', 'withdrawal_stops', 'withdrawal_kept')),
    code text not null,
    position int not null,
    text_en text not null,
    text_fr text not null,
    primary key (list, code),
    constraint plain_texts__text__both check (btrim(text_en) <> '' and btrim(text_fr) <> '')
);
call secure_table('plain_texts');

create trigger peer_changes_only before update on intakes for each row execute function peer_changes_only(
    'state', 'is_open', 'form_returned_at', 'ready_at', 'valid_until', 'withdrawn_at', 'update_due_at', 'version');

-- Only steps of the table, by the roles it names; the ten-day clock (I12) runs from the returned form until the end of waiting.
create function intakes_guard() returns trigger
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if (new.participant_id, new.track, new.created_at) is distinct from (old.participant_id, old.track, old.created_at) then
        raise exception 'given once' using errcode = '42501';
    elsif new.state = old.state then
        return new;
    elsif not exists (
        select from intake_transitions t
        where t.track = old.track and t.from_state = old.state and t.to_state = new.state and actor_role() = any (t.roles))
    then
        perform problem_state(old.state);
    end if;
    new.update_due_at := case
        when new.state in (
            'form_returned', 'acknowledged', 'meeting_scheduled', 'meeting_done', 'not_ready', 'ready', 'forms_returned')
        then coalesce(old.update_due_at, business_days_after(app_now(), 10)) end;
    return new;
end
$$;
create trigger guard before update on intakes for each row execute function intakes_guard();
create function intakes_begin() returns trigger
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if new.state <> 'received' and actor_role() <> 'nobody' then
        perform problem_state('received');
    end if;
    select p.region into new.region from participants p where p.id = new.participant_id;
    return new;
end
$$;
create trigger begin before insert on intakes for each row execute function intakes_begin();
create function participants_region_copy() returns trigger
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    update intakes i set region = new.region where i.participant_id = new.id;
    return null;
end
$$;
create trigger region_copy after update of region on participants
    for each row when (new.region is distinct from old.region) execute function participants_region_copy();
