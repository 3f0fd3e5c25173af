-- SPDX-License-Identifier: MIT
-- The intake: every step once, in order, by whoever may take it (table intake_transitions), until the person is ready.

-- Offset of a wall time from UTC: '-05:00'.
create or replace function utc_offset(in_local timestamp, in_at timestamptz) returns text immutable language sql
begin atomic
    -- One expression without a subquery: the planner puts it where it is called.
    select case when in_local < in_at at time zone 'UTC' then '-' else '+' end || left(
        (time '00:00' + greatest(in_local - (in_at at time zone 'UTC'), (in_at at time zone 'UTC') - in_local))::text, 5);
end;

-- Readiness and who works on it are the coordinators'; the person sees the state and its plain words.
create or replace view intakes_json with (security_invoker = true) as
select i.id, i.participant_id, i.version, i.created_at, json_build_object(
    'id', i.id,
    'participant_id', i.participant_id,
    'track', i.track,
    'state', i.state,
    'text', localized(t.text_en, t.text_fr),
    'coordinator_account_id', case when (select actor_role()) = 'coordinator' then i.coordinator_account_id end,
    'created_at', utc(i.created_at),
    'form_sent_at', utc(i.form_sent_at),
    'form_returned_at', utc(i.form_returned_at),
    'acknowledged_at', utc(i.acknowledged_at),
    'meeting', case when i.meeting_starts_at is not null then json_build_object(
        'local_start', to_char(i.meeting_local_start, 'YYYY-MM-DD"T"HH24:MI'),
        'timezone', i.meeting_timezone,
        'utc_offset', utc_offset(i.meeting_local_start, i.meeting_starts_at),
        'starts_at', utc(i.meeting_starts_at),
        'language', i.meeting_language,
        'duration_minutes', i.meeting_duration_minutes,
        'held_at', utc(i.meeting_held_at)) end,
    'readiness', case when (select actor_role()) = 'coordinator' then i.readiness end,
    'ready_at', utc(i.ready_at),
    'registered_at', utc(i.registered_at),
    'valid_until', utc(i.valid_until),
    'outcome', i.outcome,
    'closed_at', utc(i.closed_at),
    'withdrawn_at', utc(i.withdrawn_at)) as body
from intakes i left join plain_texts t on t.list = 'state' and t.code = i.state;

-- Required documents whose current version the person has not accepted. in_needed_for null = for any step.
create or replace function documents_missing(in_participant_id uuid, in_track text, in_needed_for text default null)
returns table (kind text, document_id uuid, "position" int) stable language sql
begin atomic
    select t.kind, d.id, t.position
    from track_documents t left join current_documents d on d.kind = t.kind
    where t.track = in_track and t.needed_for = coalesce(in_needed_for, t.needed_for) and not exists (
        select from acceptances a
        where a.participant_id = in_participant_id and a.document_id = d.id and a.withdrawn_at is null)
    order by t.position;
end;

-- What still stands between a form and its submission, each with the place where it is given. S2.6, S2.7: a device, and on the
-- group track the willingness to meet, are conditions; everything else only wants an answer.
create or replace function form_faults(in_form intake_forms, in_track text) returns table (pointer text, code text) stable language sql
begin atomic
    select '#/form/' || f.name, case when f.is_missing then 'required' else 'needed-for-service' end
    from (values
        ('device_ok', in_form.device_ok is null, in_form.device_ok is false),
        ('meeting_willing', in_track = 'group' and in_form.meeting_willing is null,
            in_track = 'group' and in_form.meeting_willing is false),
        ('services_wanted', coalesce(cardinality(in_form.services_wanted), 0) = 0, false),
        ('availability', coalesce(jsonb_array_length(in_form.availability), 0) = 0, false),
        ('must_not_meet_exists', in_form.must_not_meet_exists is null, false)) f (name, is_missing, is_refused)
    where f.is_missing or f.is_refused
    union all
    select c.pointer, 'required'
    from contacts t cross join lateral (values
        ('#/contact/name_to_use', t.name_to_use is null),
        ('#/contact/email', t.email is null and t.phone is null),
        ('#/contact/ok_to_email', t.rules_answered_at is null)) c (pointer, is_missing)
    where t.participant_id = in_form.participant_id and c.is_missing
    union all
    select '#/emergency_contact', 'required'
    from emergency_contacts e
    where e.participant_id = in_form.participant_id and e.name is null and not e.declined
    union all
    select '#/acceptances/' || d.kind, 'required'
    from documents_missing(in_form.participant_id, in_track, 'form') d;
end;

create or replace view intake_forms_json with (security_invoker = true) as
select f.intake_id, f.participant_id, f.version, json_build_object(
    'intake_id', f.intake_id,
    'participant_id', f.participant_id,
    'device_ok', f.device_ok,
    'meeting_willing', f.meeting_willing,
    'services_wanted', f.services_wanted,
    'availability', f.availability,
    'composition_preference', unseal('intake.composition_preference', f.composition_preference),
    'accommodation_needs', unseal('intake.accommodation_needs', f.accommodation_needs),
    'must_not_meet_exists', f.must_not_meet_exists,
    'filled_by', f.filled_by,
    'submitted_at', utc(f.submitted_at),
    'submitted_by', f.submitted_by) as body
from intake_forms f;

create or replace view acceptances_json with (security_invoker = true) as
select a.id, a.participant_id, a.accepted_at, json_build_object(
    'id', a.id,
    'participant_id', a.participant_id,
    'document_id', a.document_id,
    'kind', d.kind,
    'number', d.number,
    'language_read', a.language_read,
    'accepted_at', utc(a.accepted_at),
    'withdrawn_at', utc(a.withdrawn_at)) as body,
    case when a.withdrawn_at is null then 1 else 2 end as version
from acceptances a join documents d on d.id = a.document_id;

create or replace view status_updates_json with (security_invoker = true) as
select u.id, u.intake_id, u.participant_id, u.recorded_at, json_build_object(
    'id', u.id,
    'intake_id', u.intake_id,
    'method', u.method,
    'recorded_at', utc(u.recorded_at),
    'told_at', utc(u.told_at)) as body
from status_updates u;

-- The row, locked, in the version the caller knows; in_if_match null = any. The person's row is locked first, by everything that
-- may complete an intake: of two last steps at once, the second sees the first.
create or replace function intake_lock(in_id uuid, in_if_match int[] default null) returns intakes
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    intake intakes;
begin
    perform participant_lock((select i.participant_id from intakes i where i.id = in_id));
    select * into intake from intakes i where i.id = in_id for update;
    if not found then
        perform problem('not-found');
    end if;
    perform require_version(in_if_match, intake.version);
    return intake;
end
$$;
-- 409 naming the present state, unless this is one of the steps from here.
create or replace function intake_require_step(in_intake intakes, in_to text) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if not exists (
        select from intake_transitions t
        where t.track = in_intake.track and t.from_state = in_intake.state and t.to_state = in_to
            and actor_role() = any (t.roles))
    then
        perform problem_state(in_intake.state);
    end if;
end
$$;
create or replace function intake_respond(in_status int, in_id uuid) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    return (
        select respond(in_status, i.body, case when in_status = 201 then '/v1/intakes/' || i.id end, i.version)
        from intakes_json i where i.id = in_id);
end
$$;
-- The person knows now: the ten-day clock (I12) starts again. No version changes with it.
create or replace function intake_told(in_intake_id uuid, in_at timestamptz) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    update intakes i set
        last_told_at = greatest(i.last_told_at, in_at),
        update_due_at = case when i.update_due_at is not null then business_days_after(greatest(i.last_told_at, in_at), 10) end
    where i.id = in_intake_id;
end
$$;

-- Decision 3, R10: nobody is taken through an intake while another one still serves.
create or replace function intakes_create(in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    new_id uuid := gen_random_uuid();
    participant uuid := (in_body->>'participant_id')::uuid;
    serving intakes;
begin
    if not sees_participant(participant) then
        perform problem_field('participant_id', 'does-not-exist');
    end if;
    perform participant_lock(participant);
    select * into serving from intakes i
    where i.participant_id = participant and i.valid_until > app_now() and i.state <> 'withdrawn'
        and i.track in ('group', in_body->>'track')
    order by i.valid_until desc limit 1;
    if found then
        perform problem('conflict', jsonb_build_object(
            'reason', 'still-valid', 'intake_id', serving.id, 'valid_until', utc(serving.valid_until)));
    end if;
    insert into intakes (id, participant_id, track, coordinator_account_id, created_at)
    values (new_id, participant, in_body->>'track', actor_account_id(), app_now());
    -- R10: what was answered before is there already; what may have changed is asked again.
    insert into intake_forms (
        intake_id, participant_id, services_wanted, availability, composition_preference, accommodation_needs)
    select new_id, participant, f.services_wanted, f.availability, f.composition_preference, f.accommodation_needs
    from (select) nothing left join lateral (
        select f.* from intake_forms f where f.participant_id = participant and f.submitted_at is not null
        order by f.submitted_at desc limit 1) f on true;
    perform audit('create', 'intake', new_id, array[participant], body_fields(in_body));
    return intake_respond(201, new_id);
end
$$;

-- S1.28, S2.48.
create or replace function intakes_send_form(in_id uuid, in_if_match int[]) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    intake intakes := intake_lock(in_id, in_if_match);
    next_state text := case intake.track when 'group' then 'form_sent' else 'forms_sent' end;
begin
    perform intake_require_step(intake, next_state);
    update intakes i set state = next_state, form_sent_at = app_now(), version = i.version + 1 where i.id = in_id;
    perform outbox_put('form_sent', intake.participant_id, in_intake_id => in_id);
    perform audit('send_form', 'intake', in_id, array[intake.participant_id]);
    return intake_respond(200, in_id);
end
$$;

-- S1.29: a part at a time, alone or with help. R12: wishes stay open to change afterwards; what submission needs stays answered.
create or replace function intake_forms_update(in_intake_id uuid, in_if_match int[], in_body jsonb, in_key jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    intake intakes := intake_lock(in_intake_id);
    form intake_forms;
begin
    select * into form from intake_forms f where f.intake_id = in_intake_id for update;
    perform require_version(in_if_match, form.version);
    if not intake.is_open then
        perform problem_state(intake.state);
    end if;
    perform require_no_faults((
        select jsonb_agg(jsonb_build_object('pointer', '#/services_wanted/' || place - 1, 'code', 'not-allowed'))
        from unnest(case when jsonb_typeof(in_body->'services_wanted') = 'array' then text_array(in_body->'services_wanted') end)
            with ordinality s (code, place)
        where not exists (select from code_lists l where l.list = 'service_wanted' and l.code = s.code)));
    form.services_wanted := case
        when not in_body ? 'services_wanted' then form.services_wanted
        when jsonb_typeof(in_body->'services_wanted') = 'array' then text_array(in_body->'services_wanted') end;
    update intake_forms f set
        device_ok = case when in_body ? 'device_ok' then (in_body->>'device_ok')::boolean else f.device_ok end,
        meeting_willing = case when in_body ? 'meeting_willing' then (in_body->>'meeting_willing')::boolean else f.meeting_willing end,
        services_wanted = form.services_wanted,
        availability = case when in_body ? 'availability' then nullif(in_body->'availability', 'null') else f.availability end,
        composition_preference = case
            when in_body ? 'composition_preference' then in_body->>'composition_preference' else f.composition_preference end,
        accommodation_needs = case
            when in_body ? 'accommodation_needs' then in_body->>'accommodation_needs' else f.accommodation_needs end,
        must_not_meet_exists = case
            when in_body ? 'must_not_meet_exists' then (in_body->>'must_not_meet_exists')::boolean else f.must_not_meet_exists end,
        filled_by = case when f.filled_by is null or f.filled_by = actor_role() then actor_role() else 'both' end,
        version = f.version + 1
    where f.intake_id = in_intake_id
    returning * into form;
    if form.submitted_at is not null then
        perform require_no_faults((
            select jsonb_agg(jsonb_build_object('pointer', replace(m.pointer, '#/form/', '#/'), 'code', m.code))
            from form_faults(form, intake.track) m where m.pointer like '#/form/%'));
    end if;
    perform keep_key(in_key, 'participant', intake.participant_id);
    perform audit('update', 'intake_form', in_intake_id, array[intake.participant_id], body_fields(in_body));
    return (select respond(200, f.body, null, f.version) from intake_forms_json f where f.intake_id = in_intake_id);
end
$$;

-- The whole is checked now, and everything that is missing is named at once. The receipt goes out (S1.30).
create or replace function intake_forms_submit(in_intake_id uuid, in_if_match int[]) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    intake intakes := intake_lock(in_intake_id);
    form intake_forms;
begin
    select * into form from intake_forms f where f.intake_id = in_intake_id for update;
    perform require_version(in_if_match, form.version);
    perform intake_require_step(intake, case intake.track when 'group' then 'form_returned' else 'forms_returned' end);
    if form.submitted_at is not null then
        perform problem_state(intake.state);
    end if;
    perform require_no_faults((
        select jsonb_agg(jsonb_build_object('pointer', m.pointer, 'code', m.code)) from form_faults(form, intake.track) m));
    update intake_forms f set
        submitted_at = app_now(),
        submitted_by = actor_role(),
        filled_by = coalesce(f.filled_by, actor_role()),
        version = f.version + 1
    where f.intake_id = in_intake_id;
    perform audit('submit', 'intake_form', in_intake_id, array[intake.participant_id]);
    if intake.track = 'group' then
        perform intake_returned(intake.id, 'form_returned');
    else
        perform intakes_advance(intake.participant_id);
    end if;
    return (select respond(200, f.body, null, f.version) from intake_forms_json f where f.intake_id = in_intake_id);
end
$$;
create or replace function intake_returned(in_id uuid, in_state text) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    update intakes i set state = in_state, form_returned_at = app_now(), version = i.version + 1 where i.id = in_id;
    perform outbox_put('acknowledgement', (select i.participant_id from intakes i where i.id = in_id), in_intake_id => in_id);
end
$$;

-- The steps nobody takes by hand: they follow when the last thing that was missing is there, whichever that is.
create or replace function intakes_advance(in_participant_id uuid) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    intake intakes;
begin
    for intake in
        select * from intakes i
        where i.participant_id = in_participant_id and i.state in ('forms_sent', 'meeting_done')
        order by i.id for update
    loop
        continue when exists (select from documents_missing(in_participant_id, intake.track));
        if intake.state = 'meeting_done' and intake.readiness = 'ready' then
            update intakes i set
                state = 'ready', ready_at = app_now(), valid_until = app_now() + interval '12 months', version = i.version + 1
            where i.id = intake.id;
            perform audit('ready', 'intake', intake.id, array[in_participant_id]);
        elsif intake.state = 'forms_sent' and exists (
            select from intake_forms f where f.intake_id = intake.id and f.submitted_at is not null)
        then
            perform intake_returned(intake.id, 'forms_returned');
            perform audit('forms_returned', 'intake', intake.id, array[in_participant_id]);
        end if;
    end loop;
end
$$;

-- By voice, where mail could not or should not go. What was still to be sent is not sent any more.
create or replace function intakes_acknowledge(in_id uuid, in_if_match int[], in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    intake intakes := intake_lock(in_id, in_if_match);
begin
    perform intake_require_step(intake, 'acknowledged');
    update intakes i set state = 'acknowledged', acknowledged_at = app_now(), version = i.version + 1 where i.id = in_id;
    insert into status_updates (intake_id, participant_id, method, recorded_by, recorded_at, told_at)
    values (in_id, intake.participant_id, in_body->>'method', actor_account_id(), app_now(), app_now());
    perform outbox_cancel(in_id, 'told', array['acknowledgement']);
    perform intake_told(in_id, app_now());
    perform audit('acknowledge', 'intake', in_id, array[intake.participant_id], body_fields(in_body));
    return intake_respond(200, in_id);
end
$$;

-- S1.31: local wall time and zone; an hour that the clocks skip does not exist.
create or replace function intakes_schedule(in_id uuid, in_if_match int[], in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    intake intakes := intake_lock(in_id, in_if_match);
    local_start timestamp := (in_body->>'local_start')::timestamp;
    zone text := in_body->>'timezone';
    starts timestamptz;
    mail text := 'meeting_scheduled';
begin
    if intake.state <> 'meeting_scheduled' then
        perform intake_require_step(intake, 'meeting_scheduled');
    end if;
    perform require_timezone('timezone', zone);
    starts := local_start at time zone zone;
    if (starts at time zone zone) <> local_start then
        perform problem_field('local_start', 'invalid');
    elsif starts <= app_now() then
        perform problem_field('local_start', 'in-the-past');
    end if;
    -- Who has not heard of the first time need not hear that it changed.
    if intake.state = 'meeting_scheduled' and outbox_cancel(in_id, 'superseded', array['meeting_scheduled', 'meeting_changed']) = 0 then
        mail := 'meeting_changed';
    end if;
    update intakes i set
        state = 'meeting_scheduled',
        meeting_local_start = local_start,
        meeting_timezone = zone,
        meeting_starts_at = starts,
        meeting_language = in_body->>'language',
        meeting_duration_minutes = (in_body->>'duration_minutes')::int,
        meeting_held_at = null,
        readiness = null,
        version = i.version + 1
    where i.id = in_id;
    perform outbox_put(mail, intake.participant_id, in_intake_id => in_id);
    perform audit('schedule_meeting', 'intake', in_id, array[intake.participant_id], body_fields(in_body));
    return intake_respond(200, in_id);
end
$$;

-- For jobs: after new zone data, a meeting that is still to come is derived again from its wall time. Returns how many were wrong.
create or replace function meetings_rederive() returns int
language plpgsql
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    corrected int;
begin
    update intakes i set
        meeting_starts_at = i.meeting_local_start at time zone i.meeting_timezone,
        version = i.version + 1
    where i.state = 'meeting_scheduled' and i.meeting_local_start at time zone i.meeting_timezone <> i.meeting_starts_at
        and greatest(i.meeting_local_start at time zone i.meeting_timezone, i.meeting_starts_at) > app_now();
    get diagnostics corrected = row_count;
    return corrected;
end
$$;

-- S1.32. `not_discussed` leaves the question open: it may be answered later by the same request.
create or replace function intakes_hold(in_id uuid, in_if_match int[], in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    intake intakes := intake_lock(in_id, in_if_match);
    next_state text := case in_body->>'readiness' when 'not_yet' then 'not_ready' else 'meeting_done' end;
begin
    if intake.state = 'meeting_done' and intake.readiness <> 'not_discussed' then
        perform problem_state(intake.state);
    elsif intake.state <> next_state or intake.state <> 'meeting_done' then
        perform intake_require_step(intake, next_state);
    end if;
    update intakes i set
        state = next_state,
        meeting_held_at = coalesce(i.meeting_held_at, app_now()),
        readiness = in_body->>'readiness',
        version = i.version + 1
    where i.id = in_id;
    perform outbox_cancel(in_id, 'superseded', array['meeting_scheduled', 'meeting_changed']);
    perform intake_told(in_id, app_now());
    perform audit('hold_meeting', 'intake', in_id, array[intake.participant_id], body_fields(in_body));
    perform intakes_advance(intake.participant_id);
    return intake_respond(200, in_id);
end
$$;

-- S2.48: both forms are back; no meeting.
create or replace function intakes_register(in_id uuid, in_if_match int[]) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    intake intakes := intake_lock(in_id, in_if_match);
    missing jsonb;
begin
    perform intake_require_step(intake, 'registered');
    select jsonb_agg(d.kind) into missing from documents_missing(intake.participant_id, intake.track) d;
    if missing is not null then
        perform problem('conflict-state', jsonb_build_object('state', intake.state, 'missing', missing));
    end if;
    update intakes i set
        state = 'registered', registered_at = app_now(), valid_until = app_now() + interval '12 months', version = i.version + 1
    where i.id = in_id;
    perform audit('register', 'intake', in_id, array[intake.participant_id]);
    return intake_respond(200, in_id);
end
$$;

-- R11: an ending always comes with another way; the mail says so.
-- Places in groups stand on a valid intake (I4): whether on this one alone.
create or replace function intake_carries_places(in_intake intakes) returns boolean stable language sql
begin atomic
    select in_intake.track = 'group' and not exists (
        select from intakes o
        where o.participant_id = in_intake.participant_id and o.track = 'group' and o.id <> in_intake.id
            and o.valid_until > app_now());
end;

create or replace function intakes_close(in_id uuid, in_if_match int[], in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    intake intakes;
    next_state text := case in_body->>'outcome' when 'ineligible' then 'ineligible' else 'closed' end;
begin
    -- Who is placing this person has done it by now, or will find the intake closed.
    perform conflict_hold_alone(i.participant_id) from intakes i where i.id = in_id;
    intake := intake_lock(in_id, in_if_match);
    perform intake_require_step(intake, next_state);
    if in_body->>'outcome' = 'completed' and intake.state not in ('ready', 'placed', 'registered') then
        perform problem_state(intake.state);
    elsif in_body->>'outcome' <> 'completed' and intake_carries_places(intake) and exists (
        select from enrolments e
        where e.participant_id = intake.participant_id
            and e.is_live)
    then
        perform problem('conflict', '{"reason": "groups-left"}');
    end if;
    update intakes i set
        state = next_state,
        outcome = in_body->>'outcome',
        closed_at = app_now(),
        -- What was not completed serves nobody.
        valid_until = case when in_body->>'outcome' = 'completed' then i.valid_until end,
        version = i.version + 1
    where i.id = in_id;
    perform outbox_cancel(in_id, 'closed');
    perform outbox_put('intake_closed', intake.participant_id, in_intake_id => in_id);
    perform audit('close', 'intake', in_id, array[intake.participant_id], body_fields(in_body));
    return intake_respond(200, in_id);
end
$$;

-- I8, R17: at any moment, at once, without a reason, as often as it is said. What was queued never leaves.
create or replace function intakes_withdraw(in_id uuid) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    intake intakes;
begin
    -- Seats go with it, unless another intake still carries them. Groups are locked before intakes.
    perform enrolments_withdraw_all(i.participant_id) from intakes i
    where i.id = in_id and i.state <> 'withdrawn' and intake_carries_places(i);
    intake := intake_lock(in_id);
    if intake.state <> 'withdrawn' then
        update intakes i set
            state = 'withdrawn', withdrawn_at = app_now(), valid_until = null, version = i.version + 1
        where i.id = in_id;
        perform outbox_cancel(in_id, 'withdrawn');
        perform outbox_cancel_idle(intake.participant_id, 'withdrawn');
        perform audit('withdraw', 'intake', in_id, array[intake.participant_id]);
    end if;
    return (
        select respond(200, json_build_object(
            'intake_id', i.id,
            'state', i.state,
            'withdrawn_at', utc(i.withdrawn_at),
            'stops', plain_list('withdrawal_stops'),
            'kept', plain_list('withdrawal_kept'),
            'help', help_json()), null, i.version)
        from intakes i where i.id = in_id);
end
$$;
create or replace function plain_list(in_list text) returns json
language plpgsql stable
set search_path = alongside, pg_catalog
as $$
begin
    return (
        select coalesce(json_agg(localized(t.text_en, t.text_fr) order by t.position), '[]') from plain_texts t where t.list = in_list);
end
$$;
-- Whom to call at any hour, as problems show it.
create or replace function help_json() returns json
language plpgsql stable
set search_path = alongside, pg_catalog
as $$
begin
    return (
        select json_build_object(
            'line', max(l.number) filter (where l.code = 'smsrc_line'),
            'crisis', max(l.number) filter (where l.code = 'crisis_988'),
            'emergency', max(l.number) filter (where l.code = 'emergency_911'))
        from help_lines l);
end
$$;
