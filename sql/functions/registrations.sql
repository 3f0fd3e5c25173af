-- SPDX-License-Identifier: MIT
-- A peer asks for a track of an activity, and has said yes by it (S1.33, S2.48, decision 15); from there on it is an enrolment like any.

-- Whether something is to come, and who asks now is answered before a closed one begins; two weeks have a fixed hour, which need not be
-- looked for.
create or replace function registration_is_open(in_cohort cohorts) returns boolean language plpgsql stable as $$
declare
    answers_until timestamptz := cohort_answers_until(in_cohort);
begin
    return cohort_takes_people(in_cohort) and exists (
        select from sessions s where s.cohort_id = in_cohort.id and s.state = 'scheduled' and s.starts_at > app_now()) and (
        answers_until is null or answers_until > app_now() + interval '14 days' or cohort_answers_at(app_now()) < answers_until);
end $$;

-- What they have said of whom they must not meet, which is asked once for each track, stands on the newest row that says it.
create or replace function registration_said(in_cohort_id uuid, in_participant_id uuid) returns enrolments language plpgsql stable as $$
begin
    return (
        select e from enrolments e
        where e.cohort_id = in_cohort_id and e.participant_id = in_participant_id and e.nobody_to_avoid is not null
        order by e.created_at desc limit 1);
end $$;

-- Whether they have said that there is somebody, and nobody has talked with them since, about this or about whom they declared.
create or replace function registration_is_unheard(in_id uuid) returns boolean language plpgsql stable security definer as $$
begin
    return exists (
        select from enrolments e
        where e.id = in_id and not e.nobody_to_avoid and e.conversation_at is null
            and (actor_role() in ('coordinator', 'worker') or e.participant_id = actor_participant_id())
            and not exists (
                select from conflict_declarations d
                where d.for_participant_id = e.participant_id and d.conversation_at >= e.waiting_since));
end $$;

-- The clock of each call.
create or replace function registration_clocks()
returns table (
    kind text, object_id uuid, participant_id uuid, cohort_id uuid, coordinator_id uuid, starts_at timestamptz, due_at timestamptz)
language plpgsql stable rows 50 security definer as $$
begin
    perform require_role('worker');
    return query
    select 'conversation_due', e.id, e.participant_id, e.cohort_id, p.coordinator_id, e.waiting_since, e.call_due
    from enrolments e join participants p on p.id = e.participant_id
    where not e.nobody_to_avoid and e.conversation_at is null and e.is_live and registration_is_unheard(e.id);
end $$;

-- What keeps this person from asking now. What a coordinator has only proposed does not.
create or replace function registration_require(in_activity activities, in_cohort cohorts, in_participant_id uuid) returns void
language plpgsql as $$
declare
    missing text[] := enrolment_missing(in_participant_id, in_cohort);
begin
    perform case e.state when 'offered' then conflict('offered-already') else problem_state(e.state) end from enrolments e
    where e.cohort_id = in_cohort.id and e.participant_id = in_participant_id and e.is_live and e.state <> 'requested';
    if in_activity.state <> 'open' then
        perform problem_state(in_activity.state);
    elsif not registration_is_open(in_cohort) then
        perform enrolment_refuse('activity');
    elsif (
        -- Whoever asks and leaves in turn would see by the answer who else comes and goes.
        select count(*) from enrolments e
        where e.cohort_id = in_cohort.id and e.participant_id = in_participant_id and e.created_at > app_now() - interval '1 day') >= 5
    then
        perform conflict('too-many-today');
    elsif cardinality(missing) > 0 then
        perform conflict('not-ready', jsonb_build_object('missing', missing));
    end if;
end $$;

-- One registration serves all parts, and several at once are usual (S2.31). Whom somebody must not meet is not looked for here (DESIGN
-- 5b.1): with a free place and nobody who waits it is kept for them until a coordinator has answered, at the next fixed hour. A proposal
-- becomes the registration. What they said of somebody stays said until it was talked about, also when they left in between. Whoever
-- coordinates the track is told that somebody asked, not who: so that nothing is looked up here of whom is kept from whom.
-- Writes: enrolments, enrolment_decisions, comparisons, notices, outbox. Locks: the cohort, the person's seats.
create or replace function registrations_create(in_cohort_id uuid, in_body jsonb) returns response
language plpgsql security definer as $$
declare
    participant uuid := actor_participant_id();
    said_enrolment enrolments := registration_said(in_cohort_id, participant);
    is_said boolean := in_body ? 'nobody_to_avoid';
    nobody boolean := not registration_is_unheard(said_enrolment.id)
        and coalesce((in_body->>'nobody_to_avoid')::boolean, said_enrolment.nobody_to_avoid);
    cohort cohorts;
    enrolment enrolments;
begin
    perform require_role('peer');
    select g.* into cohort from cohorts g join activities a on a.id = g.activity_id and a.state in ('announced', 'open')
    where g.id = in_cohort_id and g.state <> 'draft' for no key update of g;
    if not found then
        perform problem('not-found');
    elsif not is_said and said_enrolment.id is null then
        perform problem_field('nobody_to_avoid', 'required');
    end if;
    perform seat_hold(participant);
    perform registration_require(a, cohort, participant) from activities a where a.id = cohort.activity_id;
    insert into enrolments as e (
        cohort_id, participant_id, state, waiting_since, created_at, nobody_to_avoid, call_due, conversation_at, conversation_by,
        is_only_one)
    values (
        in_cohort_id, participant, 'waitlisted', app_now(), app_now(),
        nobody, case when not nobody then business_day_end(app_now(), 1) end,
        case when not is_said then said_enrolment.conversation_at end, case when not is_said then said_enrolment.conversation_by end,
        coalesce((in_body->>'is_only_one')::boolean, false))
    on conflict (cohort_id, participant_id) where is_live do update set
        state = excluded.state, waiting_since = excluded.waiting_since, nobody_to_avoid = excluded.nobody_to_avoid,
        call_due = excluded.call_due,
        conversation_at = excluded.conversation_at, conversation_by = excluded.conversation_by, is_only_one = excluded.is_only_one,
        version = e.version + 1
    returning * into enrolment;
    perform audit(
        case enrolment.version when 1 then 'create' else 'register' end, 'enrolment', enrolment.id, array[participant],
        body_fields(in_body));
    if cohort_seats_taken(in_cohort_id) >= cohort.capacity then
        perform seat_decide(enrolment.id, 'passed_over', 'full', true);
    elsif exists (select from enrolments e where e.cohort_id = in_cohort_id and e.state = 'waitlisted' and e.id <> enrolment.id) then
        perform seat_decide(enrolment.id, 'passed_over', 'others_wait', true);
    else
        perform seat_move(enrolment, 'accepted', 'accepted');
        perform audit('accept', 'enrolment', enrolment.id, array[participant]);
    end if;
    perform notice_tell(array[coordinator_stand_in(cohort.coordinator_id, app_now())], 'registration_asked', in_cohort_id);
    return (select respond(201, e.body, '/v1/enrolments/' || e.id, e.version) from enrolments_json e where e.id = enrolment.id);
end $$;

-- A coordinator has talked with who said that there is somebody. Again is the same; the version stays: it is the peer's too.
-- Writes: enrolments. Locks: the cohort, the enrolment.
create or replace function registrations_conversation(in_id uuid) returns response language plpgsql security definer as $$
declare
    enrolment enrolments;
begin
    perform require_role('coordinator');
    enrolment := enrolment_lock(in_id);
    if enrolment.nobody_to_avoid is not false then
        perform problem_state(enrolment.state);
    elsif enrolment.conversation_at is null then
        update enrolments e set conversation_at = app_now(), conversation_by = actor_account_id() where e.id = in_id;
        perform audit('talk', 'enrolment', in_id, array[enrolment.participant_id]);
    end if;
    return enrolment_respond(200, in_id);
end $$;
