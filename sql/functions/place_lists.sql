-- SPDX-License-Identifier: MIT
-- Who waits for a place: the worker alone gives them on, each round, and never after the start.

-- What stands between who waits and a place, in the words of decisions; null = nothing. Whoever cannot be told in time keeps their turn.
-- Whom they must not meet was asked when they registered (DESIGN 12): a turn that passed for that would tell it, since everybody registered
-- may take what is free.
create or replace function place_list_hindrance(in_place places) returns text language plpgsql stable as $$
begin
    return case
        when conflict_is_said(in_place.participant_id, (select s.cohort_id from sessions s where s.id = in_place.session_id))
            then 'conversation'
        when exists (
            select from participants p join step_backs b on b.account_id = p.account_id and b.ended_at is null
            where p.id = in_place.participant_id) then 'stepped_back'
        when not contact_is_mailed(in_place.participant_id) then 'unreachable' end;
end $$;

-- One whose turn it is. Returns whether a place is taken by it.
create or replace function place_list_turn(in_place places, in_window text) returns boolean language plpgsql as $$
declare
    hindrance text := place_list_hindrance(in_place);
begin
    if hindrance is not null then
        perform place_decide(in_place.id, 'passed', hindrance);
        -- What cannot be sent is held, and the coordinator told, as of any mail.
        if hindrance = 'unreachable' and not exists (
            select from outbox o
            where o.enrolment_id = in_place.enrolment_id and o.kind = 'place_open' and o.state in ('queued', 'held')
                and o.data->>'session_id' = in_place.session_id::text)
        then
            perform place_mail(in_place, 'place_open');
        end if;
        return false;
    elsif in_window = 'given' then
        perform place_move(in_place, 'held', 'given');
        return true;
    elsif in_window = 'offered' then
        perform place_move(in_place, 'offered', 'offered');
        return true;
    end if;
    update places l set told_at = app_now(), version = l.version + 1 where l.id = in_place.id;
    perform place_decide(in_place.id, 'told');
    perform audit('told', 'place', in_place.id, array[in_place.participant_id]);
    perform place_mail(in_place, 'place_open');
    return false;
end $$;

-- Offers that ended, then whose turn it is, while a place is free. Whoever is acting at this moment has their turn next round, and nobody
-- passes them meanwhile. Writes: places, place_decisions, outbox. Locks: the session is the caller's; the places of each person.
create or replace function place_list_advance(in_session sessions) returns void language plpgsql as $$
declare
    turn_window text;
    free int;
    turn record;
    place places;
begin
    select place_window(in_session, g) into turn_window from cohorts g where g.id = in_session.cohort_id;
    if turn_window = 'over' then
        return;
    end if;
    for turn in
        select l.id, l.participant_id from places l
        where l.session_id = in_session.id and l.state = 'offered' and l.offered_until <= app_now()
        order by l.offered_until, l.id
    loop
        exit when not pg_try_advisory_xact_lock(place_key(turn.participant_id));
        select * into place from places l where l.id = turn.id;
        if place.state = 'offered' and place.offered_until <= app_now() then
            perform place_move(place, 'waiting', 'expired');
        end if;
    end loop;
    free := in_session.capacity - place_count(in_session.id);
    for turn in
        select l.id, l.participant_id from places l
        where l.session_id = in_session.id and l.state = 'waiting'
        order by l.waiting_since, l.id
    loop
        exit when free <= 0 or not pg_try_advisory_xact_lock(place_key(turn.participant_id));
        select * into place from places l where l.id = turn.id;
        continue when place.state <> 'waiting' or turn_window = 'open' and place.told_at is not null;
        free := free - place_list_turn(place, turn_window)::int;
    end loop;
end $$;

-- Worker: sessions to come in which somebody waits and a place is free, or an offer has ended.
create or replace function place_list_advance_all() returns void language plpgsql security definer as $$
declare
    session sessions;
    due uuid[] := array(
        select s.id from sessions s
        where s.state = 'scheduled' and s.capacity is not null and s.starts_at > app_now() and not job_is_aside('places', s.id)
            and exists (
                select from places l
                where l.session_id = s.id and (l.state = 'waiting' or l.state = 'offered' and l.offered_until <= app_now()))
            and place_count(s.id) < s.capacity
        order by s.starts_at limit 100);
begin
    if due = '{}' then
        return;
    end if;
    for session in select s.* from sessions s where s.id = any (due) order by s.id for no key update skip locked loop
        exit when job_is_long();
        begin
            perform place_list_advance(session);
            perform job_take_back('places', session.id);
        exception when others then
            perform job_set_aside('places', session.id, sqlstate);
        end;
    end loop;
end $$;
