-- SPDX-License-Identifier: MIT
-- What groups and activities share: people who meet under the care of one coordinator. How many, until when, who is told.

-- I10: the last day on which somebody is taken, on the clock of the first session; null = there is no such day. Where places are taken
-- each session has its own (place_asked_by).
create or replace function cohort_registers_by(in_cohort cohorts, in_first sessions) returns date immutable language sql
return case when in_cohort.session_capacity is null then in_first.local_start::date - in_cohort.registration_deadline_days end;

create or replace function cohort_first_session(in_cohort_id uuid) returns sessions language plpgsql stable as $$
begin
    return (
        select s from sessions s where s.cohort_id = in_cohort_id and s.state <> 'cancelled' order by s.starts_at, s.seq limit 1);
end $$;

-- When a closed one closes; null = never. What has begun has begun by now.
create or replace function cohort_closes_at(in_cohort cohorts, in_first sessions) returns timestamptz stable language sql
return case when in_cohort.joining = 'closed' then
    case when in_first.started_at is null then in_first.starts_at else least(in_first.started_at, app_now()) end end;

-- When the group stops taking people; null = never, as things are planned. I3: a closed group once its first session has begun or its
-- hour has come; cancelling or moving that session moves the lock. I10: any group after its registration deadline, the end of that
-- local day.
create or replace function cohort_locks_at(in_cohort cohorts) returns timestamptz language plpgsql stable as $$
declare
    first_session sessions := cohort_first_session(in_cohort.id);
begin
    return least(
        cohort_closes_at(in_cohort, first_session),
        (cohort_registers_by(in_cohort, first_session) + 1)::timestamp at time zone first_session.timezone);
end $$;

-- Until when who asked in time may be offered a seat and answered: a track's deadline is one for asking (I10).
create or replace function cohort_answers_until(in_cohort cohorts) returns timestamptz language plpgsql stable as $$
begin
    return case when in_cohort.activity_id is null then cohort_locks_at(in_cohort)
        else cohort_closes_at(in_cohort, cohort_first_session(in_cohort.id)) end;
end $$;

-- Until when an offer may stand (decision 15): a business day before the group locks, so that who accepts is answered in time. What locks
-- on another day has locked, for the office, at the close before it.
create or replace function cohort_offers_until(in_cohort cohorts) returns timestamptz language plpgsql stable as $$
declare
    locks_at timestamptz := cohort_answers_until(in_cohort);
    locked_on date := business_day_nearest(office_date(locks_at), -1);
begin
    return business_day_before(case when locked_on = office_date(locks_at) then locks_at else office_close(locked_on) end);
end $$;

-- Decision 15: at the next fixed hour after the offers of that moment have ended, all who have accepted are answered together.
create or replace function cohort_answers_at(in_offered_until timestamptz) returns timestamptz stable language sql
return fixed_hour_after(in_offered_until);

create or replace function cohort_is_locked(in_cohort cohorts) returns boolean language plpgsql stable as $$
begin
    return coalesce(cohort_locks_at(in_cohort) <= app_now(), false);
end $$;

-- I1: to be asked only while the group's row is locked.
create or replace function cohort_seats_taken(in_cohort_id uuid) returns int language plpgsql stable security definer as $$
begin
    return (select count(*) from enrolments e where e.cohort_id = in_cohort_id and e.holds_seat);
end $$;

-- The same for who has the group in their care. Others would count from it whom they do not see; they learn whether a seat is free.
create or replace function cohort_seats_shown(in_cohort_id uuid) returns int language plpgsql stable security definer as $$
begin
    return case when actor_runs_cohort(in_cohort_id) then cohort_seats_taken(in_cohort_id) end;
end $$;

create or replace function cohort_is_full(in_cohort_id uuid) returns boolean language plpgsql stable security definer as $$
begin
    return case when actor_role() = 'coordinator' and in_cohort_id <> all (actor_own_cohort_ids())
        then cohort_seats_taken(in_cohort_id) >= (select g.capacity from cohorts g where g.id = in_cohort_id) end;
end $$;

-- Whether who has asked, or was offered a seat, may still take it.
create or replace function cohort_answers_people(in_cohort cohorts) returns boolean stable language sql
return (in_cohort.state in ('recruiting', 'confirmed') or in_cohort.state = 'in_progress' and in_cohort.joining = 'drop_in')
    and coalesce(cohort_answers_until(in_cohort) > app_now(), true);

create or replace function cohort_takes_people(in_cohort cohorts) returns boolean stable language sql
return cohort_answers_people(in_cohort) and not cohort_is_locked(in_cohort);

-- A coordinator is told which of the two it is.
create or replace function cohort_require_open(in_cohort cohorts, in_is_asked boolean default false) returns void language plpgsql as $$
begin
    if not (case when in_is_asked then cohort_answers_people(in_cohort) else cohort_takes_people(in_cohort) end) then
        if cohort_is_locked(in_cohort) then
            perform conflict('locked');
        end if;
        perform problem_state(in_cohort.state);
    end if;
end $$;

-- Which intake opens its door, and which documents are asked for.
create or replace function cohort_track(in_cohort cohorts) returns text immutable language sql
return case when in_cohort.activity_id is null then 'group' else 'activity' end;

-- Whatever counts seats, sessions or hosts begins here.
create or replace function cohort_lock(in_id uuid, in_if_match int[] default null) returns cohorts language plpgsql as $$
declare
    cohort cohorts;
begin
    select * into cohort from cohorts g where g.id = in_id for no key update;
    perform require_version(in_if_match, cohort.version);
    return cohort;
end $$;

-- What has ended is not planned any further.
create or replace function cohort_require_alive(in_cohort cohorts) returns void language plpgsql as $$
begin
    if in_cohort.state in ('completed', 'cancelled') then
        perform problem_state(in_cohort.state);
    end if;
end $$;

-- With the group end its enrolments: who had a part has completed it, who still waited or thought it over waits no longer.
-- Also for people whom this coordinator does not see, and silently so.
create or replace function cohort_seats_complete(in_cohort_id uuid) returns void language plpgsql security definer as $$
declare
    enrolment enrolments;
begin
    perform require_role('coordinator');
    if in_cohort_id = any (actor_own_cohort_ids()) then
        perform problem('not-found');
    end if;
    for enrolment in
        select * from enrolments e
        where e.cohort_id = in_cohort_id and e.is_live
        order by e.id for no key update
    loop
        if enrolment.is_seated then
            perform seat_move(enrolment, 'completed', null);
        else
            perform seat_move(enrolment, 'not_placed', 'not_placed', 'full', true);
        end if;
    end loop;
end $$;

-- The groups that are a coordinator's, as far as the actor sees them.
create or replace function cohort_ids_of(in_coordinator_id uuid) returns uuid[] language plpgsql stable as $$
begin
    return array(select g.id from cohorts g where g.coordinator_id = in_coordinator_id);
end $$;

-- A change of sessions or of the group, to everybody who holds a confirmed seat, also people whom this coordinator does not see.
create or replace function cohort_notify(in_cohort_id uuid, in_kind text, in_values jsonb default '{}') returns void
language plpgsql security definer as $$
declare
    session sessions;
begin
    perform require_role('coordinator', 'worker');
    select * into session from sessions s
    where s.id = (in_values->>'session_id')::uuid and in_kind in ('session_changed', 'session_cancelled');
    perform seat_mail(
        e, case when in_kind = 'session_changed' and session.capacity is not null then 'place_moved' else in_kind end, in_values)
    from enrolments e
    where e.cohort_id = in_cohort_id and e.is_seated and in_cohort_id <> all (actor_own_cohort_ids())
        -- What is said of one session is said to those who are in it; that there will be none, also to who waits for it.
        and (session.id is null or place_is_held(session, e.id) or session.state = 'cancelled' and place_is_awaited(session, e.id));
end $$;

-- Dates have moved: where places are taken, each date asks those who have one in it; elsewhere it is said once.
create or replace function cohort_notify_moved(in_cohort cohorts, in_session_ids uuid[]) returns void language plpgsql as $$
begin
    if in_cohort.session_capacity is not null then
        perform place_follow_move(in_session_ids);
        perform cohort_notify(in_cohort.id, 'session_changed', jsonb_build_object('session_id', moved.id))
        from unnest(in_session_ids) moved (id);
    else
        perform cohort_notify(
            in_cohort.id, case cardinality(in_session_ids) when 1 then 'session_changed' else 'series_changed' end,
            jsonb_build_object('session_id', in_session_ids[1]));
    end if;
end $$;

-- I3, I10: an offer does not outlive its last moment, also when that came nearer, nor an answer the lock.
create or replace function cohort_offers_shorten(in_id uuid) returns void language plpgsql security definer as $$
declare
    last_moment timestamptz;
    answers_until timestamptz;
begin
    perform require_role('coordinator');
    if in_id = any (actor_own_cohort_ids()) then
        perform problem('not-found');
    end if;
    select cohort_offers_until(g), cohort_answers_until(g) into last_moment, answers_until from cohorts g where g.id = in_id;
    update enrolments e set
        offer_expires_at = least(e.offer_expires_at, last_moment),
        -- Of who is answered again: at the latest when the group locks.
        answer_at = least(
            e.answer_at, case when e.offer_expires_at > last_moment then cohort_answers_at(last_moment) else answers_until end),
        version = e.version + 1
    where e.cohort_id = in_id and e.state in ('offered', 'accepted') and (e.offer_expires_at > last_moment or e.answer_at > answers_until);
end $$;
