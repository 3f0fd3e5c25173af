-- SPDX-License-Identifier: MIT
-- What happens when a seat moves: the decision, the mail; and the list, which the worker alone moves. Order of locks, everywhere: the
-- cohort, then its enrolments, then mail, then the intake; several cohorts in the order of their ids, all before the first seat moves.

-- Whoever places somebody holds that person's places with others who do; whoever ends all of them, alone: nobody is placed meanwhile.
create or replace function seat_key(in_participant_id uuid) returns bigint stable language sql
return hashtextextended('seats ' || in_participant_id, 0);

create or replace function seat_hold(in_participant_id uuid) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(seat_key(in_participant_id));
end $$;

create or replace function seat_hold_alone(in_participant_id uuid) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock(seat_key(in_participant_id));
end $$;

-- What was decided, by the actor or (in_is_system) by the list itself, in the turn of that week and lot. Passing over is told once, until
-- something else happens.
create or replace function seat_decide(
    in_id uuid, in_decision text, in_reason text default null, in_is_system boolean default false, in_week date default null,
    in_lot int default null) returns void language plpgsql as $$
declare
    latest_decision enrolment_decisions;
begin
    if in_decision = 'passed_over' then
        select * into latest_decision from enrolment_decisions d where d.enrolment_id = in_id order by d.place desc limit 1;
        if latest_decision.decision = in_decision and latest_decision.reason = in_reason then
            return;
        end if;
    end if;
    insert into enrolment_decisions (enrolment_id, at, decision, reason, by_role, account_id, week, lot)
    values (
        in_id, app_now(), in_decision, in_reason, case when in_is_system then 'system' else actor_role() end,
        case when not in_is_system then actor_account_id() end, in_week, in_lot);
end $$;

create or replace function seat_mail(in_enrolment enrolments, in_kind text, in_values jsonb default '{}') returns void
language plpgsql as $$
begin
    if exists (
        select from outbox o
        where o.enrolment_id = in_enrolment.id and o.kind = in_kind and o.data = in_values and o.state = 'queued')
    then
        return;
    end if;
    insert into outbox (kind, participant_id, enrolment_id, data, due_at, created_at, changed_at)
    values (in_kind, in_enrolment.participant_id, in_enrolment.id, in_values, app_now(), app_now(), app_now());
end $$;

-- What has not gone out. A message that is locked is on its way to the worker, who asks again: nobody waits for it here. As an array, ids
-- are looked up one by one, whatever the planner believes of their number.
create or replace function seat_mail_cancel(in_enrolment_id uuid, in_reason text) returns void language plpgsql as $$
begin
    update outbox o set state = 'cancelled', reason = in_reason, changed_at = app_now()
    where o.id = any (array(
        select m.id from outbox m
        where m.enrolment_id = in_enrolment_id and m.state in ('queued', 'held', 'failed') for no key update skip locked));
end $$;

-- Why a message about a seat may not leave any more; null = it may.
create or replace function seat_mail_verdict(in_message outbox) returns text language plpgsql stable security definer as $$
declare
    enrolment enrolments;
begin
    select * into enrolment from enrolments e where e.id = in_message.enrolment_id;
    return case
        when enrolment.state = 'withdrawn' then 'withdrawn'
        when not case in_message.kind
            when 'seat_offered' then enrolment.state = 'offered' and enrolment.offer_expires_at > app_now()
            when 'group_cancelled' then enrolment.is_seated or enrolment.removal_reason = 'group_cancelled'
            when 'seat_released' then enrolment.state = 'removed'
            when 'seat_not_placed' then enrolment.state = 'not_placed'
            else enrolment.is_seated end then 'superseded'
        when in_message.kind like 'place%' and not place_mail_stands(in_message) then 'superseded'
        when in_message.kind in ('session_changed', 'session_added', 'session_cancelled') and exists (
            select from sessions s
            where s.id = (in_message.data->>'session_id')::uuid
                and (session_ends_at(s) <= app_now() or (s.state = 'cancelled') <> (in_message.kind = 'session_cancelled')))
        then 'superseded' end;
end $$;

-- {when} of a message about a seat: the hour until which it is kept, the one session that changed, or all that are not over.
create or replace function seat_mail_when(in_message outbox, in_zone text, in_language text) returns text
language plpgsql stable security definer as $$
declare
    enrolment enrolments;
    zone text := coalesce(in_zone, office_zone());
    local timestamp;
    until timestamptz;
begin
    select * into enrolment from enrolments e where e.id = in_message.enrolment_id;
    if in_message.kind = 'seat_offered' then
        local := enrolment.offer_expires_at at time zone zone;
        return moment_text(local, zone, enrolment.offer_expires_at, in_language);
    elsif in_message.kind in ('place_offered', 'place_offered_moved') then
        until := (
            select l.offered_until from places l
            where l.enrolment_id = enrolment.id and l.session_id = (in_message.data->>'session_id')::uuid);
    end if;
    return (
        select string_agg(session_text(s, in_zone, in_language), e'\n' order by s.starts_at, s.seq) || case
            when until is null then ''
            else case in_language when 'fr' then e'\n\nElle vous est réservée jusqu''au moment suivant :\n\n'
                else e'\n\nIt is kept until:\n\n' end || moment_text(until at time zone zone, zone, until, in_language) end
        from sessions s
        where s.cohort_id = enrolment.cohort_id and case
            when (in_message.kind in ('session_changed', 'session_added', 'session_cancelled') or in_message.kind like 'place%')
                and in_message.data ? 'session_id'
            then s.id = (in_message.data->>'session_id')::uuid
            else s.state in ('scheduled', 'in_progress') and session_ends_at(s) > app_now() end);
end $$;

-- The way from one state to another, and everything that follows, in this order and from nowhere else: who must not meet, the list of
-- those who wait, the decision, the mail. (That somebody takes part decides nothing: a session makes confirmed active by itself.)
-- Writes: enrolments, comparisons, waiting_people, enrolment_decisions, outbox. Locks: the cohort is the caller's.
create or replace function seat_move(
    in_enrolment enrolments, in_state text, in_decision text, in_reason text default null, in_is_system boolean default false,
    in_week date default null, in_lot int default null) returns void
language plpgsql as $$
declare
    cohort cohorts;
    offered_until timestamptz;
begin
    select * into cohort from cohorts g where g.id = in_enrolment.cohort_id;
    if in_state = 'offered' then
        offered_until := least(app_now() + make_interval(hours => cohort.offer_hours), cohort_offers_until(cohort));
    elsif in_state = 'accepted' and in_enrolment.state = 'waitlisted' then
        offered_until := app_now();
    end if;
    update enrolments e set
        state = in_state,
        waiting_since = case
            when in_enrolment.state = 'requested' then waiting_person_since(e.participant_id, cohort) else e.waiting_since end,
        offered_at = case when in_state = 'offered' then app_now() else e.offered_at end,
        offer_expires_at = coalesce(offered_until, e.offer_expires_at),
        answer_at = coalesce(cohort_answers_at(offered_until), e.answer_at),
        accepted_at = case when in_state = 'accepted' then app_now() else e.accepted_at end,
        decided_at = case when in_state in ('confirmed', 'not_placed', 'declined') then app_now() else e.decided_at end,
        decided_by_role = case when in_state in ('accepted', 'declined') then actor_role() else e.decided_by_role end,
        left_at = case when in_state in ('withdrawn', 'removed') then app_now() else e.left_at end,
        removal_reason = case when in_state = 'removed' then in_reason end,
        is_elsewhere = coalesce(in_reason = 'only_one', false),
        version = e.version + 1
    where e.id = in_enrolment.id;
    -- Also of an offer: what holds nothing until it is decided is raised where the two are in one group.
    perform comparison_ask('participant', array[in_enrolment.participant_id]);
    if in_state in ('withdrawn', 'removed') and cohort.session_capacity is not null then
        perform place_release_all(in_enrolment);
    end if;
    if in_state = 'confirmed' or in_state = 'removed' and in_enrolment.is_seated then
        perform waiting_person_return(in_enrolment.participant_id);
    end if;
    if in_decision is not null then
        perform seat_decide(in_enrolment.id, in_decision, in_reason, in_is_system, in_week, in_lot);
    end if;
    perform seat_mail_cancel(in_enrolment.id, case when in_state = 'withdrawn' then 'withdrawn' else 'superseded' end);
    if in_state in ('offered', 'confirmed', 'not_placed', 'removed') then
        perform seat_mail(in_enrolment, case in_state
            when 'offered' then 'seat_offered'
            when 'confirmed' then case when cohort.session_capacity is null then 'seat_confirmed' else 'seat_registered' end
            when 'not_placed' then 'seat_not_placed'
            else case in_reason when 'group_cancelled' then 'group_cancelled' else 'seat_released' end end);
    end if;
end $$;

-- What stands between this person and a seat here, in the words of decisions; null = nothing. What they have said is talked about with them
-- first, whatever it meets (decision 16).
create or replace function seat_hindrance(in_participant_id uuid, in_cohort cohorts) returns text language plpgsql stable as $$
begin
    return case
        when cardinality(enrolment_missing(in_participant_id, in_cohort)) > 0 then 'not_ready'
        when conflict_is_said(in_participant_id, in_cohort.id) then 'conversation'
        when conflict_blocks_participant(in_participant_id, in_cohort.id) then 'conflict' end;
end $$;

-- Worker: the word that the public reads of a track: full when every seat is taken or somebody waits, whatever keeps them. Said at once;
-- looked at anew in fixed steps of five minutes, so that nobody is watched as they leave. Returns how many words changed.
create or replace function seat_show_full() returns int language plpgsql security definer as $$
declare
    changed int;
begin
    perform require_role('worker');
    with track as (
        select g.id, g.is_shown_full as was_full, cohort_seats_taken(g.id) >= g.capacity or exists (
            select from enrolments e where e.cohort_id = g.id and e.state = 'waitlisted') as is_full
        from cohorts g
        where g.activity_id is not null and g.state in ('recruiting', 'confirmed', 'in_progress')
            and (not g.is_shown_full or g.shown_full_at < date_bin('5 minutes', app_now(), 'epoch'))),
    -- A request that holds one is not waited for, and none that stays open is held.
    held as (
        select t.* from track t join cohorts g on g.id = t.id where t.is_full or t.was_full for no key update of g skip locked),
    looked_at as (
        update cohorts g set is_shown_full = t.is_full, shown_full_at = app_now()
        from held t
        where g.id = t.id
        returning t.is_full <> t.was_full as is_changed)
    select count(*) filter (where l.is_changed) into changed from looked_at l;
    return changed;
end $$;

-- S2.31: whether the person has taken another track of this activity since they asked for this one, and said that it would be the only one.
create or replace function seat_is_elsewhere(in_enrolment enrolments) returns boolean language plpgsql stable as $$
begin
    return exists (
        select from enrolments e join cohorts g on g.id = e.cohort_id
        where e.participant_id = in_enrolment.participant_id and e.is_seated and e.is_only_one
            and e.decided_at >= in_enrolment.created_at and g.id <> in_enrolment.cohort_id
            and g.activity_id = (select own.activity_id from cohorts own where own.id = in_enrolment.cohort_id));
end $$;

-- Since which week somebody waits: turn goes by it (decision 18).
create or replace function seat_week(in_since timestamptz) returns date stable language sql
return date_trunc('week', in_since at time zone office_zone())::date;

-- Worker, after a fixed hour: of those who waited at it, who has waited since an earlier week comes first, and within a week the lot
-- decides. Who lacks something, has said something that nobody has talked about with them yet, or must not be here, is passed over, with
-- the reason; where the group has locked, nobody waits any longer. Locks: comparisons before it, the cohort.
create or replace function seat_list_advance(in_cohort cohorts, in_hour timestamptz default 'infinity') returns void
language plpgsql as $$
declare
    turn record;
    free int := in_cohort.capacity - cohort_seats_taken(in_cohort.id);
    is_open boolean := coalesce(cohort_offers_until(in_cohort) > app_now(), true) and cohort_answers_people(in_cohort);
    reason text;
begin
    for turn in
        select e as enrolment, w.week, row_number() over (partition by w.week order by random()) as lot
        from enrolments e cross join lateral seat_week(e.waiting_since) w (week)
        where e.cohort_id = in_cohort.id and e.state = 'waitlisted'
        order by w.week, lot
    loop
        if cohort_answers_until(in_cohort) <= app_now() then
            perform seat_move(turn.enrolment, 'not_placed', 'not_placed', 'locked', true);
            perform audit('not_place', 'enrolment', (turn.enrolment).id, array[(turn.enrolment).participant_id]);
        end if;
        continue when not is_open or free <= 0 or (turn.enrolment).created_at >= in_hour;
        perform seat_hold((turn.enrolment).participant_id);
        continue when seat_is_elsewhere(turn.enrolment);
        reason := seat_hindrance((turn.enrolment).participant_id, in_cohort);
        if reason is not null then
            perform seat_decide((turn.enrolment).id, 'passed_over', reason, true, turn.week, turn.lot::int);
        else
            perform seat_move(turn.enrolment, 'offered', 'offered', 'in_turn', true, turn.week, turn.lot::int);
            perform audit('offer', 'enrolment', (turn.enrolment).id, array[(turn.enrolment).participant_id]);
            free := free - 1;
        end if;
    end loop;
    update cohorts g set list_moved_at = app_now() where g.id = in_cohort.id;
end $$;

-- S1.33: with the first seat in a group the intake has led where it should. S2.48: with the first one in an activity the person is
-- registered, if nobody has said so before.
create or replace function seat_end_waiting(in_participant_id uuid, in_track text) returns void language plpgsql as $$
declare
    placed uuid;
begin
    for placed in
        update intakes i set state = 'placed', version = i.version + 1
        where i.participant_id = in_participant_id and i.track = in_track and i.state = 'ready' and i.valid_until > app_now()
        returning i.id
    loop
        perform waiting_person_refresh(in_participant_id);
        perform audit('place', 'intake', placed, array[in_participant_id]);
    end loop;
    for placed in
        update intakes i set
            state = 'registered', registered_at = app_now(), valid_until = intake_valid_until(), version = i.version + 1
        where i.participant_id = in_participant_id and i.track = in_track and i.state = 'forms_returned'
        returning i.id
    loop
        perform audit('register', 'intake', placed, array[in_participant_id]);
    end loop;
end $$;

-- Of which tracks' cohorts somebody has a part, in the order in which they are locked.
create or replace function seat_cohort_ids(in_participant_id uuid, in_tracks text[]) returns uuid[] language plpgsql stable as $$
begin
    return array(
        select e.cohort_id from enrolments e
        where e.participant_id = in_participant_id and e.is_live and e.track = any (in_tracks)
        order by e.cohort_id);
end $$;

-- With the intake the person leaves what stands on it. Called before the intake is locked: groups come first.
create or replace function seat_withdraw_all(in_participant_id uuid, in_tracks text[]) returns void language plpgsql security definer as $$
declare
    enrolment enrolments;
    locked uuid[] := seat_cohort_ids(in_participant_id, in_tracks);
begin
    if not actor_serves(in_participant_id) then
        return;
    end if;
    perform from cohorts g where g.id = any (locked) order by g.id for no key update;
    -- Who is placing this person has done it by now, or will find them gone. Placed where nothing was locked: all of it once more.
    perform seat_hold_alone(in_participant_id);
    if seat_cohort_ids(in_participant_id, in_tracks) <> locked then
        raise exception 'placed meanwhile' using errcode = '40001';
    end if;
    for enrolment in
        select * from enrolments e
        where e.participant_id = in_participant_id and e.is_live and e.cohort_id = any (locked)
        order by e.cohort_id for no key update
    loop
        perform seat_move(enrolment, 'withdrawn', 'withdrawn');
        perform audit('withdraw', 'enrolment', enrolment.id, array[in_participant_id]);
    end loop;
end $$;

-- A group that is cancelled lets everybody go, those who waited too, also people whom this coordinator does not see.
create or replace function seat_release_all(in_cohort_id uuid, in_reason text) returns void language plpgsql security definer as $$
declare
    enrolment enrolments;
begin
    perform require_role('coordinator');
    if in_cohort_id = any (actor_own_cohort_ids()) then
        perform problem('not-found');
    end if;
    perform from cohorts g where g.id = in_cohort_id for no key update;
    for enrolment in
        select * from enrolments e
        where e.cohort_id = in_cohort_id and e.is_live
        order by e.participant_id for no key update
    loop
        perform seat_move(enrolment, 'removed', 'removed', in_reason);
        -- In the file of whoever it is, also of those whom this coordinator does not see.
        perform audit('remove', 'enrolment', enrolment.id, array[enrolment.participant_id]);
    end loop;
end $$;

-- Worker: offers whose time is over end. Groups that somebody is working on come next time, so that jobs never wait for requests.
create or replace function seat_expire_offers(in_limit int default 100) returns bigint language plpgsql security definer as $$
declare
    cohort cohorts;
    enrolment enrolments;
    expired bigint := 0;
begin
    for cohort in
        select g.* from cohorts g
        where g.id in (
            select e.cohort_id from enrolments e
            where e.state = 'offered' and e.offer_expires_at <= app_now() and not job_is_aside('offers', e.cohort_id)
            order by e.offer_expires_at limit in_limit)
        order by g.id for no key update skip locked
    loop
        exit when job_is_long();
        begin
            for enrolment in
                select * from enrolments e
                where e.cohort_id = cohort.id and e.state = 'offered' and e.offer_expires_at <= app_now()
                order by e.id for no key update nowait
            loop
                perform seat_move(enrolment, 'expired', 'expired', in_is_system => true);
                perform audit('expire', 'enrolment', enrolment.id, array[enrolment.participant_id]);
                expired := expired + 1;
            end loop;
            perform job_take_back('offers', cohort.id);
        exception when others then
            perform job_set_aside('offers', cohort.id, sqlstate);
        end;
    end loop;
    return expired;
end $$;

-- Worker: lists that have not moved since the last fixed hour.
create or replace function seat_advance_lists() returns void language plpgsql security definer as $$
declare
    cohort cohorts;
    hour timestamptz := fixed_hour_before(app_now());
begin
    perform comparison_finish();
    for cohort in
        select g.* from cohorts g
        where g.id in (
            select w.cohort_id
            from (select distinct e.cohort_id from enrolments e where e.state = 'waitlisted' and e.created_at < hour) w
            join cohorts o on o.id = w.cohort_id and coalesce(o.list_moved_at < hour, true)
            where not job_is_aside('lists', o.id)
            order by random() limit 20)
        order by g.id for no key update skip locked
    loop
        exit when job_is_long();
        begin
            perform seat_list_advance(cohort, hour);
            perform job_take_back('lists', cohort.id);
        exception when others then
            perform job_set_aside('lists', cohort.id, sqlstate);
        end;
    end loop;
end $$;
