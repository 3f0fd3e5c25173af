-- SPDX-License-Identifier: MIT
-- The intake: every step once, in order, by whoever may take it (table intake_transitions), until the person is ready.
-- Locks, where nothing else is said: the person, then the intake.

-- I12: nobody is left without a word for more than ten business days.
create or replace function intake_update_due(in_from timestamptz) returns timestamptz stable language sql
return business_days_after(in_from, 10);

-- Decision 3: what an intake has led to serves every service for 12 months.
create or replace function intake_valid_until() returns timestamptz stable language sql return app_now() + interval '12 months';

-- Whether this is a step of the table from here, for the actor's role.
create or replace function intake_may_step(in_intake intakes, in_to text) returns boolean language plpgsql stable as $$
begin
    return exists (
        select from intake_transitions t
        where t.track = in_intake.track and t.from_state = in_intake.state and t.to_state = in_to and actor_role() = any (t.roles));
end $$;

-- Only steps of the table, by the roles it names; the ten-day clock (I12) runs from the returned form until the end of waiting.
create or replace function intake_guard() returns trigger language plpgsql as $$
begin
    if (new.participant_id, new.track, new.created_at) is distinct from (old.participant_id, old.track, old.created_at) then
        raise exception 'given once' using errcode = '42501';
    elsif new.state = old.state then
        return new;
    elsif not intake_may_step(old, new.state) then
        perform problem_state(old.state);
    end if;
    new.update_due_at := case
        when new.state in (
            'form_returned', 'acknowledged', 'meeting_scheduled', 'meeting_done', 'not_ready', 'ready', 'forms_returned')
        then coalesce(old.update_due_at, intake_update_due(app_now())) end;
    return new;
end $$;
create or replace trigger guard before update on intakes for each row execute function intake_guard();

-- A peer changes an intake by taking a step, never beside one.
create or replace function intake_peer_guard() returns trigger language plpgsql as $$
begin
    if actor_role() = 'peer' and current_user <> 'alongside_desk' and new.state = old.state
        -- A generated column is not there yet.
        and (to_jsonb(new) - 'is_open') is distinct from (to_jsonb(old) - 'is_open')
    then
        raise exception 'not for a peer to change' using errcode = '42501';
    end if;
    return new;
end $$;
create or replace trigger peer_guard before update on intakes for each row execute function intake_peer_guard();

create or replace function intake_begin() returns trigger language plpgsql as $$
begin
    if new.state <> 'received' and actor_role() <> 'nobody' then
        perform problem_state('received');
    end if;
    select p.region_key into new.region_key from participants p where p.id = new.participant_id;
    return new;
end $$;
create or replace trigger begin before insert on intakes for each row execute function intake_begin();

-- Readiness and who works on it are the coordinators'; the person sees the state and its plain words.
create or replace view intakes_json with (security_invoker = true) as
select i.id, i.participant_id, i.version, i.created_at, row_to_json(members) as body
from intakes i left join plain_texts t on t.list = 'state' and t.code = i.state
cross join lateral (select
    i.id,
    i.participant_id,
    i.track,
    i.state,
    localized(t.text_en, t.text_fr) as text,
    case when (select actor_role()) = 'coordinator' then i.coordinator_id end as coordinator_id,
    utc(i.created_at) as created_at,
    utc(i.form_sent_at) as form_sent_at,
    utc(i.form_returned_at) as form_returned_at,
    utc(i.acknowledged_at) as acknowledged_at,
    case when i.meeting_starts_at is not null then json_build_object(
        'local_start', wall_text(i.meeting_local_start),
        'timezone', i.meeting_timezone,
        'utc_offset', utc_offset(i.meeting_local_start, i.meeting_starts_at),
        'starts_at', utc(i.meeting_starts_at),
        'language', i.meeting_language,
        'duration_minutes', i.meeting_duration_minutes,
        'held_at', utc(i.meeting_held_at)) end as meeting,
    case when (select actor_role()) = 'coordinator' then i.readiness end as readiness,
    utc(i.ready_at) as ready_at,
    utc(i.registered_at) as registered_at,
    utc(i.valid_until) as valid_until,
    i.outcome,
    utc(i.closed_at) as closed_at,
    utc(i.withdrawn_at) as withdrawn_at) members;

-- Newest first. Each way of asking has an index of its own: one person's, the overdue, one coordinator's, by state, everything.
create or replace function intakes_find(in_query jsonb) returns setof intakes language plpgsql stable as $$
declare
    after_at timestamptz := in_query#>>'{after,at}';
    after_id uuid := in_query#>>'{after,id}';
    wanted int := (in_query->>'limit')::int + 1;
    participant uuid := in_query->>'participant_id';
    is_overdue boolean := coalesce((in_query->>'update_overdue')::boolean, false);
    wanted_track text := in_query->>'track';
    coordinator uuid := in_query->>'coordinator_id';
begin
    if participant is not null then
        return query
        select i.* from intakes i
        where i.participant_id = participant and (i.created_at, i.id) < (after_at, after_id)
            and (in_query->'state' is null or in_query->'state' ? i.state) and (not is_overdue or i.update_due_at < app_now())
            and (wanted_track is null or i.track = wanted_track) and (coordinator is null or i.coordinator_id = coordinator)
        order by i.created_at desc, i.id desc limit wanted;
    elsif is_overdue then
        return query
        -- The fence keeps the planner on the index of what is due.
        select i.* from (select o.* from intakes o where o.update_due_at < (select app_now()) offset 0) i
        where (i.created_at, i.id) < (after_at, after_id) and (in_query->'state' is null or in_query->'state' ? i.state)
            and (wanted_track is null or i.track = wanted_track) and (coordinator is null or i.coordinator_id = coordinator)
        order by i.created_at desc, i.id desc limit wanted;
    elsif coordinator is not null then
        return query
        select i.*
        from jsonb_array_elements_text(coalesce(in_query->'state', code_list('intake_state'))) wanted_state cross join lateral (
            select i.* from intakes i
            where i.coordinator_id = coordinator and i.state = wanted_state and (i.created_at, i.id) < (after_at, after_id)
                and (wanted_track is null or i.track = wanted_track)
            order by i.created_at desc, i.id desc limit wanted) i
        order by i.created_at desc, i.id desc limit wanted;
    elsif in_query ? 'state' then
        return query
        select i.* from jsonb_array_elements_text(in_query->'state') wanted_state cross join lateral (
            select i.* from intakes i
            where i.state = wanted_state and (i.created_at, i.id) < (after_at, after_id)
                and (wanted_track is null or i.track = wanted_track)
            order by i.created_at desc, i.id desc limit wanted) i
        order by i.created_at desc, i.id desc limit wanted;
    else
        return query
        select i.* from intakes i
        where (i.created_at, i.id) < (after_at, after_id) and (wanted_track is null or i.track = wanted_track)
        order by i.created_at desc, i.id desc limit wanted;
    end if;
end $$;

-- The person's row is locked first, by everything that may complete an intake: of two last steps at once, the second sees the first.
create or replace function intake_lock(in_id uuid, in_if_match int[] default null) returns intakes language plpgsql as $$
declare
    intake intakes;
begin
    perform participant_lock((select i.participant_id from intakes i where i.id = in_id));
    select * into intake from intakes i where i.id = in_id for no key update;
    perform require_version(in_if_match, intake.version);
    return intake;
end $$;

-- 409 naming the present state, unless this is one of the steps from here.
create or replace function intake_require_step(in_intake intakes, in_to text) returns void language plpgsql as $$
begin
    if not intake_may_step(in_intake, in_to) then
        perform problem_state(in_intake.state);
    end if;
end $$;

create or replace function intake_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, i.body, case when in_status = 201 then '/v1/intakes/' || i.id end, i.version)
        from intakes_json i where i.id = in_id);
end $$;

-- The person knows now: the ten-day clock (I12) starts again. No version changes with it.
create or replace function intake_told(in_intake_id uuid, in_at timestamptz) returns void language plpgsql as $$
begin
    update intakes i set
        last_told_at = greatest(i.last_told_at, in_at),
        update_due_at = case when i.update_due_at is not null then intake_update_due(greatest(i.last_told_at, in_at)) end
    where i.id = in_intake_id;
end $$;

create or replace function intake_returned(in_id uuid, in_state text) returns void language plpgsql as $$
begin
    update intakes i set state = in_state, form_returned_at = app_now(), version = i.version + 1 where i.id = in_id;
    perform outbox_put('acknowledgement', (select i.participant_id from intakes i where i.id = in_id), in_intake_id => in_id);
end $$;

-- Decision 3, R10: nobody is taken through an intake while another one still serves.
-- Writes: intakes, intake_forms. Locks: the person.
create or replace function intakes_create(in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    participant uuid := (in_body->>'participant_id')::uuid;
    serving_intake intakes;
begin
    if not participant_is_seen(participant) then
        perform problem_field('participant_id', 'does-not-exist');
    end if;
    perform participant_lock(participant);
    select * into serving_intake from intakes i
    where i.participant_id = participant and i.valid_until > app_now() and i.state <> 'withdrawn'
        and i.track in ('group', in_body->>'track')
    order by i.valid_until desc limit 1;
    if found then
        perform conflict('still-valid', jsonb_build_object(
            'intake_id', serving_intake.id, 'valid_until', utc(serving_intake.valid_until)));
    end if;
    insert into intakes (id, participant_id, track, coordinator_id, created_at)
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
end $$;

-- S1.28, S2.48: to the person, by mail.
-- Writes: intakes, outbox.
create or replace function intakes_send_form(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
declare
    intake intakes := intake_lock(in_id, in_if_match);
    next_state text := case intake.track when 'group' then 'form_sent' else 'forms_sent' end;
begin
    perform intake_require_step(intake, next_state);
    update intakes i set state = next_state, form_sent_at = app_now(), version = i.version + 1 where i.id = in_id;
    perform outbox_put('form_sent', intake.participant_id, in_intake_id => in_id);
    perform audit('send_form', 'intake', in_id, array[intake.participant_id]);
    return intake_respond(200, in_id);
end $$;

-- The steps nobody takes by hand: they follow when the last thing that was missing is there, whichever that is.
-- Writes: intakes, waiting_people, outbox. Locks: the intakes by id; the person is the caller's.
create or replace function intake_advance(in_participant_id uuid) returns void language plpgsql as $$
declare
    intake intakes;
begin
    for intake in
        select * from intakes i
        where i.participant_id = in_participant_id and i.state in ('forms_sent', 'meeting_done')
        order by i.id for no key update
    loop
        continue when exists (select from document_kinds_missing(in_participant_id, intake.track));
        if intake.state = 'meeting_done' and intake.readiness = 'ready' then
            update intakes i set
                state = 'ready', ready_at = app_now(), valid_until = intake_valid_until(), version = i.version + 1
            where i.id = intake.id;
            perform waiting_person_refresh(in_participant_id);
            perform audit('ready', 'intake', intake.id, array[in_participant_id]);
        elsif intake.state = 'forms_sent' and exists (
            select from intake_forms f where f.intake_id = intake.id and f.submitted_at is not null)
        then
            perform intake_returned(intake.id, 'forms_returned');
            perform audit('forms_returned', 'intake', intake.id, array[in_participant_id]);
        end if;
    end loop;
end $$;

-- The meeting in its own zone and in the person's.
create or replace function intake_meeting_text(in_intake intakes, in_zone text, in_language text) returns text stable language sql
return moment_texts(
    in_intake.meeting_local_start, in_intake.meeting_timezone, in_intake.meeting_starts_at, in_zone, e'\n', in_language);

-- By voice, where mail could not or should not go. What was still to be sent is not sent any more.
-- Writes: intakes, updates, outbox.
create or replace function intakes_acknowledge(in_id uuid, in_if_match int[], in_body jsonb) returns response language plpgsql as $$
declare
    intake intakes := intake_lock(in_id, in_if_match);
begin
    perform intake_require_step(intake, 'acknowledged');
    update intakes i set state = 'acknowledged', acknowledged_at = app_now(), version = i.version + 1 where i.id = in_id;
    insert into updates (intake_id, participant_id, method, recorded_by, recorded_at, told_at)
    values (in_id, intake.participant_id, in_body->>'method', actor_account_id(), app_now(), app_now());
    perform outbox_cancel(in_id, 'told', array['acknowledgement']);
    perform intake_told(in_id, app_now());
    perform audit('acknowledge', 'intake', in_id, array[intake.participant_id], body_fields(in_body));
    return intake_respond(200, in_id);
end $$;

-- S1.31: a meeting, at a wall time as sessions are.
-- Writes: outbox, intakes.
create or replace function intakes_schedule(in_id uuid, in_if_match int[], in_body jsonb) returns response language plpgsql as $$
declare
    intake intakes := intake_lock(in_id, in_if_match);
    local_start timestamp := (in_body->>'local_start')::timestamp;
    zone text := in_body->>'timezone';
    starts_at timestamptz;
    mail text := 'meeting_scheduled';
begin
    if intake.state <> 'meeting_scheduled' then
        perform intake_require_step(intake, 'meeting_scheduled');
    end if;
    perform require_timezone('timezone', zone);
    starts_at := require_instant(local_start, zone);
    -- Who has not heard of the first time need not hear that it changed.
    if intake.state = 'meeting_scheduled' and outbox_cancel(in_id, 'superseded', array['meeting_scheduled', 'meeting_changed']) = 0 then
        mail := 'meeting_changed';
    end if;
    update intakes i set
        state = 'meeting_scheduled',
        meeting_local_start = local_start,
        meeting_timezone = zone,
        meeting_starts_at = starts_at,
        meeting_language = in_body->>'language',
        meeting_duration_minutes = (in_body->>'duration_minutes')::int,
        meeting_held_at = null,
        readiness = null,
        version = i.version + 1
    where i.id = in_id;
    perform outbox_put(mail, intake.participant_id, in_intake_id => in_id);
    perform audit('schedule_meeting', 'intake', in_id, array[intake.participant_id], body_fields(in_body));
    return intake_respond(200, in_id);
end $$;

-- Worker: after new zone data, a meeting that is still to come is derived again from its wall time. Returns how many were wrong.
-- A wall time that the new clocks skip keeps the instant it had.
create or replace function intake_meetings_rederive() returns int language plpgsql as $$
declare
    corrected int;
begin
    update intakes i set
        meeting_starts_at = wall_instant(i.meeting_local_start, i.meeting_timezone),
        version = i.version + 1
    where i.state = 'meeting_scheduled' and wall_instant(i.meeting_local_start, i.meeting_timezone) <> i.meeting_starts_at
        and greatest(wall_instant(i.meeting_local_start, i.meeting_timezone), i.meeting_starts_at) > app_now();
    get diagnostics corrected = row_count;
    return corrected;
end $$;

-- S1.32. `not_discussed` leaves the question open: it may be answered later by the same request.
-- Writes: intakes, outbox, waiting_people.
create or replace function intakes_hold(in_id uuid, in_if_match int[], in_body jsonb) returns response language plpgsql as $$
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
    perform intake_advance(intake.participant_id);
    return intake_respond(200, in_id);
end $$;

-- S2.48: both forms are back; no meeting.
create or replace function intakes_register(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
declare
    intake intakes := intake_lock(in_id, in_if_match);
    missing jsonb;
begin
    perform intake_require_step(intake, 'registered');
    select jsonb_agg(d.kind) into missing from document_kinds_missing(intake.participant_id, intake.track) d;
    if missing is not null then
        perform problem('conflict-state', jsonb_build_object('state', intake.state, 'missing', missing));
    end if;
    update intakes i set
        state = 'registered', registered_at = app_now(), valid_until = intake_valid_until(), version = i.version + 1
    where i.id = in_id;
    perform audit('register', 'intake', in_id, array[intake.participant_id]);
    return intake_respond(200, in_id);
end $$;

-- I4, decision 3: whether this intake opens the door of a track. One that was finished for groups opens activities too; S2.48: both forms
-- returned are enough for these.
create or replace function intake_opens(in_intake intakes, in_track text) returns boolean stable language sql
return in_intake.track in ('group', in_track) and (in_intake.valid_until > app_now() or in_intake.state = 'forms_returned');

-- Places stand on an intake that opens the door to them (I4): the tracks whose places stand on this one alone.
create or replace function intake_carries(in_intake intakes) returns text[] language plpgsql stable as $$
begin
    return array(
        select t.track from unnest(array['group', 'activity']) t (track)
        where in_intake.track in ('group', t.track) and not exists (
            select from intakes o
            where o.participant_id = in_intake.participant_id and o.id <> in_intake.id and intake_opens(o, t.track)));
end $$;

-- R11: an ending always comes with another way; the mail says so.
-- Writes: intakes, waiting_people, outbox, interests. Locks: the person alone, against whoever places them, before all else.
create or replace function intakes_close(in_id uuid, in_if_match int[], in_body jsonb) returns response language plpgsql as $$
declare
    intake intakes;
    next_state text := case in_body->>'outcome' when 'ineligible' then 'ineligible' else 'closed' end;
begin
    perform seat_hold_alone(i.participant_id) from intakes i where i.id = in_id;
    intake := intake_lock(in_id, in_if_match);
    perform intake_require_step(intake, next_state);
    if in_body->>'outcome' = 'completed' and intake.state not in ('ready', 'placed', 'registered') then
        perform problem_state(intake.state);
    elsif in_body->>'outcome' <> 'completed' and seat_cohort_ids(intake.participant_id, intake_carries(intake)) <> '{}' then
        perform conflict('groups-left');
    end if;
    update intakes i set
        state = next_state,
        outcome = in_body->>'outcome',
        closed_at = app_now(),
        -- What was not completed serves nobody.
        valid_until = case when in_body->>'outcome' = 'completed' then i.valid_until end,
        version = i.version + 1
    where i.id = in_id;
    perform waiting_person_refresh(intake.participant_id);
    perform outbox_cancel(in_id, 'closed');
    perform outbox_cancel_idle(intake.participant_id, 'closed', 'activity_opened');
    perform interest_end_idle(intake.participant_id);
    perform outbox_put('intake_closed', intake.participant_id, in_intake_id => in_id);
    perform audit('close', 'intake', in_id, array[intake.participant_id], body_fields(in_body));
    return intake_respond(200, in_id);
end $$;

-- I8, R17: at any moment, at once, without a reason, as often as it is said. What was queued never leaves.
-- Writes: what each seat writes that is left, intakes, waiting_people, outbox, interests. Locks: cohorts by id before all else.
create or replace function intakes_withdraw(in_id uuid) returns response language plpgsql as $$
declare
    intake intakes;
begin
    -- Seats go with it, unless another intake still carries them. Groups are locked before intakes.
    perform seat_withdraw_all(i.participant_id, intake_carries(i)) from intakes i where i.id = in_id and i.state <> 'withdrawn';
    intake := intake_lock(in_id);
    if intake.state <> 'withdrawn' then
        update intakes i set
            state = 'withdrawn', withdrawn_at = app_now(), valid_until = null, version = i.version + 1
        where i.id = in_id;
        perform waiting_person_refresh(intake.participant_id);
        perform outbox_cancel(in_id, 'withdrawn');
        perform outbox_cancel_idle(intake.participant_id, 'withdrawn');
        perform interest_end_idle(intake.participant_id);
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
end $$;

create or replace trigger peer_changes_only before update on intakes for each row execute function peer_changes_only(
    'state', 'is_open', 'form_returned_at', 'ready_at', 'valid_until', 'withdrawn_at', 'update_due_at', 'version');
