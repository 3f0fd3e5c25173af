-- SPDX-License-Identifier: MIT
-- Places in sessions where one is taken for each (S2.11): taken and freed by peers, given on by the worker alone. Order of locks: the
-- session, then the person's places, then the place. A seat that ends holds the person's places under its own locks, and no session.

-- What a place decides everywhere: whether somebody who has a seat in the cohort is in this session.
create or replace function place_is_held(in_session sessions, in_enrolment_id uuid) returns boolean language plpgsql stable as $$
begin
    return in_session.capacity is null or exists (
        select from places l
        where l.session_id = in_session.id and l.enrolment_id = in_enrolment_id and l.state in ('held', 'let_in'));
end $$;

create or replace function place_is_awaited(in_session sessions, in_enrolment_id uuid) returns boolean language plpgsql stable as $$
begin
    return exists (
        select from places l
        where l.session_id = in_session.id and l.enrolment_id = in_enrolment_id and l.state in ('waiting', 'offered'));
end $$;

-- Held, or offered for now, but for one that is being written: to be counted under the session's lock. An offer ends by itself, to the
-- second.
create or replace function place_count(in_session_id uuid, in_but_id uuid default null) returns int language plpgsql stable as $$
begin
    return (
        select count(*) from places l
        where l.session_id = in_session_id and l.id is distinct from in_but_id
            and (l.state = 'held' or l.state = 'offered' and l.offered_until > app_now()));
end $$;

-- For whoever plans the session, who has locked it.
create or replace function place_taken_shown(in_session_id uuid) returns int language plpgsql stable security definer as $$
begin
    return (
        select case when actor_runs_cohort(s.cohort_id) then place_count(s.id) end from sessions s where s.id = in_session_id);
end $$;

-- S2.11, decision 1: a figure of its own, where places are taken; never more than the group has for each, nor fewer than are taken.
create or replace function place_require_capacity(in_session sessions, in_capacity int) returns void language plpgsql as $$
begin
    if in_capacity is not null and in_session.capacity is null then
        perform problem_field('capacity', 'invalid');
    elsif in_capacity > (select g.session_capacity from cohorts g where g.id = in_session.cohort_id) then
        perform problem_field('capacity', 'too-large');
    -- Who does not see how many there are takes none away.
    elsif in_capacity < coalesce(place_taken_shown(in_session.id), in_session.capacity) then
        perform conflict('seats-taken');
    end if;
end $$;

-- What a session carries of the deadline of its group.
create or replace function place_deadline_days(in_cohort cohorts) returns int immutable language sql
return case when in_cohort.session_capacity is not null then in_cohort.registration_deadline_days end;

-- I10: the last day on which one asks for a place, to its end on the clock of the session; null = up to the start.
create or replace function place_asked_by(in_session sessions) returns date immutable language sql
return in_session.local_start::date - in_session.registration_deadline_days;

-- Who has asked by then takes what is freed up to the start.
create or replace function place_is_closed(in_session sessions, in_place places) returns boolean stable language sql
return coalesce(in_place.state, 'freed') = 'freed'
    and coalesce(app_now() >= (place_asked_by(in_session) + 1)::timestamp at time zone in_session.timezone, false);

-- How a place that is free is given on: to who waits longest, offered to them, to whoever comes first, or not any more.
create or replace function place_window(in_session sessions, in_cohort cohorts) returns text stable language sql
return case
    when in_session.state <> 'scheduled' or app_now() >= in_session.starts_at then 'over'
    when app_now() < in_session.starts_at - make_interval(hours => in_cohort.places_given_hours) then 'given'
    when app_now() < in_session.starts_at - make_interval(hours => in_cohort.places_offered_hours) then 'offered'
    else 'open' end;

-- Half the time that is left, half an hour at least, and not after the start.
create or replace function place_offer_ends(in_session sessions) returns timestamptz stable language sql
return least(in_session.starts_at, app_now() + greatest((in_session.starts_at - app_now()) / 2, interval '30 minutes'));

-- Whether this one may take a place now: one is free, and in the last hours, or where nobody else waits for it.
create or replace function place_is_open(in_session sessions, in_enrolment_id uuid) returns boolean language plpgsql stable as $$
declare
    cohort cohorts;
begin
    select * into cohort from cohorts g where g.id = in_session.cohort_id;
    return place_window(in_session, cohort) <> 'over' and place_count(in_session.id) < in_session.capacity and (
        place_window(in_session, cohort) = 'open' or not exists (
            select from places l
            where l.session_id = in_session.id and l.enrolment_id <> in_enrolment_id and l.state in ('waiting', 'offered')
                and (l.state = 'waiting' or l.offered_until <= app_now())));
end $$;

-- The table's own wall, whoever writes: never more than the session has places, and none after it has begun.
create or replace function place_guard() returns trigger language plpgsql security definer as $$
declare
    session sessions;
begin
    if tg_op = 'UPDATE' and (new.id, new.session_id, new.enrolment_id, new.participant_id, new.asked_at)
        is distinct from (old.id, old.session_id, old.enrolment_id, old.participant_id, old.asked_at)
    then
        raise exception 'given once' using errcode = '42501';
    elsif new.state in ('waiting', 'freed')
        or tg_op = 'UPDATE' and new.state = old.state and (new.offered_until <= old.offered_until) is not false
    then
        return new;
    end if;
    select * into session from sessions s where s.id = new.session_id for no key update;
    if new.state = 'let_in' then
        if session.state <> 'in_progress' then
            perform problem_state(session.state);
        end if;
        return new;
    elsif session.state <> 'scheduled' or app_now() >= session.starts_at then
        perform conflict('too-late');
    elsif place_count(new.session_id, new.id) >= coalesce(session.capacity, 0) then
        perform conflict('full');
    end if;
    return new;
end $$;
create or replace trigger guard before insert or update on places for each row execute function place_guard();

create or replace trigger append_only before update or delete on place_decisions for each row execute function refuse_change();

create or replace trigger no_truncate before truncate on place_decisions for each statement execute function refuse_change();

-- Dates have moved: an offer is as short as the window in which it lies now lets it be, that a place is free is told anew, and whoever has
-- an offer or waits hears of it. Writes: places, outbox. Locks: the cohort and the sessions are the caller's; the places of each person.
create or replace function place_follow_move(in_session_ids uuid[]) returns void language plpgsql security definer as $$
declare
    place places;
    ends timestamptz;
begin
    perform require_role('coordinator');
    for place in
        select * from places l
        where l.session_id = any (in_session_ids) and l.state in ('waiting', 'offered')
        order by l.participant_id, l.id
    loop
        perform place_hold(place.participant_id);
        select case place_window(s, g) when 'open' then app_now() else place_offer_ends(s) end into ends
        from sessions s join cohorts g on g.id = s.cohort_id where s.id = place.session_id;
        update places l set
            offered_until = case l.state when 'offered' then least(l.offered_until, ends) end,
            told_at = null,
            version = l.version + 1
        where l.id = place.id and l.state in ('waiting', 'offered')
            and (l.told_at is not null or l.state = 'offered' and l.offered_until > ends);
        select * into place from places l where l.id = place.id and l.state in ('waiting', 'offered');
        continue when not found;
        perform place_mail(
            place, case when place.state = 'offered' and place.offered_until > app_now() then 'place_offered_moved'
                else 'place_awaited_moved' end);
    end loop;
end $$;

-- What a peer knows of their place: a word for it, or whether one is free, never a number. From the start on it is theirs or over.
create or replace function place_json(in_session sessions, in_enrolment_id uuid, in_zone text) returns json language plpgsql stable as $$
declare
    place places;
    standing text;
begin
    select * into place from places l where l.session_id = in_session.id and l.enrolment_id = in_enrolment_id;
    standing := case
        when in_session.state in ('cancelled', 'completed') or in_session.state = 'scheduled' and app_now() >= session_ends_at(in_session)
            then 'over'
        when in_session.capacity is null then 'not_needed'
        when place.state in ('held', 'let_in') then 'held'
        when in_session.state <> 'scheduled' or app_now() >= in_session.starts_at then 'over'
        when place.state = 'offered' and place.offered_until > app_now() then 'offered'
        when place_is_closed(in_session, place) then 'closed'
        when place_is_open(in_session, in_enrolment_id) then 'open'
        when place.state in ('waiting', 'offered') then 'waiting'
        else 'full' end;
    return (
        select json_build_object(
            'session_id', in_session.id,
            'standing', standing,
            'text', localized(t.text_en, t.text_fr),
            'asked_by', place_asked_by(in_session),
            'is_only_one', coalesce(place.is_only_one, false),
            'offered_until', case when standing = 'offered' then utc(place.offered_until) end,
            'offered_until_local', case when standing = 'offered' then local_moment_json(place.offered_until, in_zone) end)
        from plain_texts t where t.list = 'place_standing' and t.code = standing);
end $$;

create or replace view places_json with (security_invoker = true) as
select l.id, l.session_id, l.enrolment_id, l.participant_id, l.waiting_since, row_to_json(members) as body
from places l
left join participants p on p.id = l.participant_id
cross join lateral (select
    l.session_id,
    l.enrolment_id,
    l.participant_id,
    p.alias,
    l.state,
    l.is_only_one,
    utc(l.asked_at) as asked_at,
    utc(l.waiting_since) as waiting_since,
    utc(l.offered_at) as offered_at,
    utc(l.offered_until) as offered_until,
    utc(l.told_at) as told_at) members;

create or replace view place_decisions_json with (security_invoker = true) as
select d.id, d.place_id, d.seq, row_to_json(members) as body
from place_decisions d
cross join lateral (select
    d.id,
    utc(d.at) as at,
    d.decision,
    d.reason,
    d.by_role,
    d.account_id) members;

-- Whoever writes of a person's places holds them; of several sessions at once, so that one place can end the wish for another.
create or replace function place_key(in_participant_id uuid) returns bigint stable language sql
return hashtextextended('places ' || in_participant_id, 0);

create or replace function place_hold(in_participant_id uuid) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock(place_key(in_participant_id));
end $$;

-- That a turn passed is told once, until something else happens.
create or replace function place_decide(in_place_id uuid, in_decision text, in_reason text default null) returns void
language plpgsql as $$
declare
    latest_decision place_decisions;
begin
    if in_decision = 'passed' then
        select * into latest_decision from place_decisions d where d.place_id = in_place_id order by d.seq desc limit 1;
        if latest_decision.decision = in_decision and latest_decision.reason = in_reason then
            return;
        end if;
    end if;
    insert into place_decisions (place_id, at, decision, reason, by_role, account_id)
    values (
        in_place_id, app_now(), in_decision, in_reason, case actor_role() when 'worker' then 'system' else actor_role() end,
        actor_account_id());
end $$;

-- Whoever wished for one of several waits for no other once they have it: of both tracks, where it is an activity.
create or replace function place_end_others(in_place places) returns void language plpgsql as $$
declare
    cohort cohorts;
    other_place places;
begin
    select g.* into cohort from sessions s join cohorts g on g.id = s.cohort_id where s.id = in_place.session_id;
    for other_place in
        select l.*
        from enrolments e
        join cohorts g on g.id = e.cohort_id
        join places l on l.enrolment_id = e.id
        join sessions s on s.id = l.session_id and s.state = 'scheduled'
        where e.participant_id = in_place.participant_id and (g.id = cohort.id or g.activity_id = cohort.activity_id)
            and l.id <> in_place.id and l.state in ('waiting', 'offered')
        order by l.id
    loop
        perform place_move(other_place, 'freed', 'ended', 'only_one');
    end loop;
end $$;

-- The way of a place from one state to another, and all that follows.
-- Writes: places, place_decisions, outbox. Locks: the session and the person's places are the caller's.
create or replace function place_move(in_place places, in_state text, in_decision text, in_reason text default null) returns void
language plpgsql as $$
declare
    session sessions;
begin
    select * into session from sessions s where s.id = in_place.session_id;
    update places l set
        state = in_state,
        waiting_since = case in_decision when 'expired' then l.offered_until when 'waiting' then app_now() else l.waiting_since end,
        offered_at = case when in_state = 'offered' then app_now() else l.offered_at end,
        offered_until = case when in_state = 'offered' then place_offer_ends(session) end,
        told_at = case when in_state = 'waiting' then l.told_at end,
        version = l.version + 1
    where l.id = in_place.id
    returning * into in_place;
    perform place_decide(in_place.id, in_decision, in_reason);
    perform audit(in_decision, 'place', in_place.id, array[in_place.participant_id]);
    if in_decision in ('given', 'offered') then
        perform place_mail(in_place, 'place_' || in_decision);
    end if;
    if in_state = 'held' and in_place.is_only_one then
        perform place_end_others(in_place);
    end if;
end $$;

-- With the seat end the places in what is still to come; what has happened stays. Called by whatever ends a seat.
create or replace function place_release_all(in_enrolment enrolments) returns void language plpgsql as $$
declare
    place places;
begin
    perform place_hold(in_enrolment.participant_id);
    for place in
        select l.* from places l join sessions s on s.id = l.session_id
        where l.enrolment_id = in_enrolment.id and l.state in ('held', 'offered', 'waiting') and s.state = 'scheduled'
        order by l.id
    loop
        perform place_move(place, 'freed', 'ended', 'seat_ended');
    end loop;
end $$;

-- The seat that the actor has in the cohort of a session.
create or replace function place_seat(in_session_id uuid) returns enrolments language plpgsql stable as $$
begin
    return (
        select e from sessions s join enrolments e on e.cohort_id = s.cohort_id
        where s.id = in_session_id and e.participant_id = actor_participant_id() and e.is_seated and actor_role() = 'peer');
end $$;

-- A session in which somebody has a seat and takes places, up to its start; 404 for everybody else, before anything is locked.
create or replace function place_lock(in_session_id uuid, in_enrolment enrolments) returns sessions language plpgsql as $$
declare
    session sessions;
begin
    if in_enrolment.id is null then
        perform problem('not-found');
    end if;
    select * into session from sessions s where s.id = in_session_id for no key update;
    perform place_hold(in_enrolment.participant_id);
    if not exists (select from enrolments e where e.id = in_enrolment.id and e.is_seated) then
        perform problem('not-found');
    elsif session.capacity is null then
        perform conflict('no-place-needed');
    elsif session.state <> 'scheduled' or app_now() >= session.starts_at then
        perform conflict('too-late');
    end if;
    return session;
end $$;

create or replace function place_respond(in_session sessions, in_enrolment enrolments) returns response language plpgsql as $$
begin
    return respond(200, place_json(in_session, in_enrolment.id, (
        select p.timezone from participants p where p.id = in_enrolment.participant_id)));
end $$;

-- One's own; null where one has no seat in the cohort.
create or replace function places_read(in_session_id uuid) returns json language plpgsql security definer as $$
declare
    enrolment enrolments;
begin
    perform require_role('peer');
    enrolment := place_seat(in_session_id);
    if enrolment.id is null then
        return null;
    end if;
    perform audit('read', 'place', in_session_id, array[enrolment.participant_id]);
    return (
        select place_json(s, enrolment.id, p.timezone)
        from sessions s join participants p on p.id = enrolment.participant_id where s.id = in_session_id);
end $$;

-- Decision 16: whoever has closed their room takes nothing in it.
create or replace function place_require_room() returns void language plpgsql as $$
begin
    if step_back_since(actor_account_id()) is not null then
        perform conflict('stepped-back');
    end if;
end $$;

-- S2.11: a peer takes a free place, and asks nobody; where none is free they wait for one. Said again, nothing changes but the choice.
-- Writes: places, place_decisions. Locks: the session, the person's places.
create or replace function places_replace(in_session_id uuid, in_body jsonb) returns response language plpgsql security definer as $$
declare
    session sessions;
    enrolment enrolments;
    place places;
begin
    perform require_role('peer');
    enrolment := place_seat(in_session_id);
    session := place_lock(in_session_id, enrolment);
    select * into place from places l where l.session_id = session.id and l.enrolment_id = enrolment.id;
    if place.state = 'held' then
        return place_respond(session, enrolment);
    elsif place_is_closed(session, place) then
        perform conflict('too-late');
    end if;
    perform place_require_room();
    insert into places as l (session_id, enrolment_id, participant_id, state, is_only_one, asked_at, waiting_since)
    values (
        session.id, enrolment.id, enrolment.participant_id, 'freed', coalesce((in_body->>'is_only_one')::boolean, false), app_now(),
        app_now())
    on conflict (session_id, enrolment_id) do update set
        is_only_one = coalesce((in_body->>'is_only_one')::boolean, l.is_only_one), version = l.version + 1
    returning * into place;
    if place.state = 'offered' and place.offered_until > app_now() then
        perform place_move(place, 'held', 'accepted');
    elsif place_is_open(session, enrolment.id) then
        perform place_move(place, 'held', 'taken');
    elsif place.state = 'freed' then
        perform place_move(place, 'waiting', 'waiting');
    else
        perform audit('update', 'place', place.id, array[place.participant_id], body_fields(coalesce(in_body, '{}')));
    end if;
    return place_respond(session, enrolment);
end $$;

-- Free again, or no longer waited for; nothing is kept of it that could be held against anybody (decision 5).
-- Writes: places, place_decisions. Locks: the session, the person's places.
create or replace function places_delete(in_session_id uuid) returns response language plpgsql security definer as $$
declare
    enrolment enrolments;
    place places;
begin
    perform require_role('peer');
    enrolment := place_seat(in_session_id);
    perform place_lock(in_session_id, enrolment);
    select * into place from places l where l.session_id = in_session_id and l.enrolment_id = enrolment.id;
    if place.state in ('held', 'offered', 'waiting') then
        perform place_move(place, 'freed', 'freed');
        perform pg_notify('outbox', '');
    end if;
    return respond(204, null);
end $$;

-- Whether hosts may let somebody in who waited: the session has begun, and whoever has a place has had their minutes.
create or replace function place_may_be_let_in(in_session sessions, in_enrolment_id uuid) returns boolean language plpgsql stable as $$
begin
    return in_session.state = 'in_progress'
        and app_now() >= in_session.starts_at + make_interval(mins => (
            select g.places_late_minutes from cohorts g where g.id = in_session.cohort_id))
        and place_is_awaited(in_session, in_enrolment_id);
end $$;

-- A host lets in who waited, while fewer are there than places (in_present): told to call where two must not meet, and nothing else.
-- Writes: places, place_decisions. Locks: the session is the caller's; the person's places.
create or replace function place_let_in(in_session_id uuid, in_enrolment_id uuid, in_present bigint) returns void
language plpgsql security definer as $$
declare
    session sessions;
    place places;
begin
    perform require_role('peer_supporter', 'mental_health_professional', 'coordinator');
    select * into session from sessions s where s.id = in_session_id;
    select * into place from places l where l.session_id = in_session_id and l.enrolment_id = in_enrolment_id;
    perform place_hold(place.participant_id);
    if place.id is null or place.state not in ('waiting', 'offered') then
        perform problem('not-found');
    elsif session.state <> 'in_progress' then
        perform problem_state(session.state);
    elsif not place_may_be_let_in(session, in_enrolment_id) then
        perform conflict('places-kept');
    elsif in_present >= session.capacity then
        perform conflict('full');
    elsif conflict_blocks_place(place.participant_id, in_session_id) then
        perform conflict('call-your-coordinator');
    end if;
    perform place_move(place, 'let_in', 'let_in');
end $$;
