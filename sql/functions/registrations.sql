-- SPDX-License-Identifier: MIT
-- A peer asks for a track of an activity, and has said yes by it (S1.33, S2.48, decision 15); from there on it is an enrolment like any.

-- Whether who asks now is answered before a closed one begins.
create or replace function registration_is_open(in_cohort cohorts) returns boolean stable language sql
return cohort_takes_people(in_cohort)
    and coalesce(cohort_answers_at(app_now()) < cohort_answers_until(in_cohort), true);

-- One registration serves all parts, and several at once are usual (S2.31). Whom somebody must not meet is not looked for here (DESIGN
-- 5b.1): with a free place and nobody who waits it is kept for them until a coordinator has answered, at the next fixed hour. Whether there
-- is anybody is asked once for each track.
-- Writes: enrolments, enrolment_decisions, comparisons. Locks: the cohort.
create or replace function registrations_create(in_cohort_id uuid, in_body jsonb) returns response
language plpgsql security definer as $$
declare
    new_id uuid := gen_random_uuid();
    participant uuid := actor_participant_id();
    cohort cohorts;
    activity_state text;
    said_enrolment enrolments;
    missing text[];
begin
    perform require_role('peer');
    select g.* into cohort from cohorts g join activities a on a.id = g.activity_id and a.state in ('announced', 'open')
    where g.id = in_cohort_id and g.state <> 'draft' for no key update of g;
    if not found then
        perform problem('not-found');
    end if;
    select a.state into activity_state from activities a where a.id = cohort.activity_id;
    select * into said_enrolment from enrolments e
    where e.cohort_id = in_cohort_id and e.participant_id = participant and e.nobody_to_avoid is not null
    order by e.created_at desc limit 1;
    if not in_body ? 'nobody_to_avoid' and said_enrolment.id is null then
        perform problem_field('nobody_to_avoid', 'required');
    end if;
    perform problem_state(e.state) from enrolments e
    where e.cohort_id = in_cohort_id and e.participant_id = participant and e.is_live;
    missing := enrolment_missing(participant, cohort);
    if activity_state <> 'open' then
        perform problem_state(activity_state);
    elsif not registration_is_open(cohort) then
        perform enrolment_refuse('activity');
    elsif cardinality(missing) > 0 then
        perform conflict('not-ready', jsonb_build_object('missing', missing));
    end if;
    insert into enrolments (
        id, cohort_id, participant_id, state, waiting_since, created_at, nobody_to_avoid, conversation_at, conversation_by)
    values (
        new_id, in_cohort_id, participant, 'waitlisted', app_now(), app_now(),
        coalesce((in_body->>'nobody_to_avoid')::boolean, said_enrolment.nobody_to_avoid),
        case when not in_body ? 'nobody_to_avoid' then said_enrolment.conversation_at end,
        case when not in_body ? 'nobody_to_avoid' then said_enrolment.conversation_by end);
    perform audit('create', 'enrolment', new_id, array[participant], body_fields(in_body));
    if cohort_seats_taken(in_cohort_id) >= cohort.capacity then
        perform seat_decide(new_id, 'passed_over', 'full', true);
    elsif exists (select from enrolments e where e.cohort_id = in_cohort_id and e.state = 'waitlisted' and e.id <> new_id) then
        perform seat_decide(new_id, 'passed_over', 'others_wait', true);
    else
        perform seat_move(e, 'accepted', 'accepted') from enrolments e where e.id = new_id;
        perform audit('accept', 'enrolment', new_id, array[participant]);
    end if;
    return (select respond(201, e.body, '/v1/enrolments/' || e.id, e.version) from enrolments_json e where e.id = new_id);
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
