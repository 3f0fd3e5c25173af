-- SPDX-License-Identifier: MIT
-- Placement: from the list of those who wait to a seat, and away from it: offered, accepted by the peer, confirmed by a coordinator
-- (S1.33, decision 15). Seats are counted over all who have one, so these functions look past row level security and ask themselves who
-- acts. Locks: as seats.sql says.

-- The seats as the table itself keeps them, whoever writes: only steps of the table, never more than the group holds (I1), nobody
-- into a closed group that has begun (I3), nobody without a valid intake and current documents (I4).
create or replace function enrolment_guard() returns trigger language plpgsql security definer as $$
declare
    cohort cohorts;
begin
    if tg_op = 'UPDATE' then
        if (new.id, new.cohort_id, new.participant_id, new.track, new.created_at)
            is distinct from (old.id, old.cohort_id, old.participant_id, old.track, old.created_at)
        then
            raise exception 'given once' using errcode = '42501';
        elsif new.state = old.state then
            return new;
        elsif not exists (select from enrolment_transitions t where t.from_state = old.state and t.to_state = new.state) then
            perform problem_state(old.state);
        end if;
    else
        new.track := (select cohort_track(g) from cohorts g where g.id = new.cohort_id);
    end if;
    -- From a seat to the same seat nothing of the group is asked, so that nothing of it is locked.
    if new.state not in ('offered', 'accepted', 'confirmed', 'active')
        or tg_op = 'UPDATE' and new.state <> 'confirmed' and old.state in ('offered', 'accepted', 'confirmed', 'active')
    then
        return new;
    end if;
    select * into cohort from cohorts g where g.id = new.cohort_id for no key update;
    if tg_op = 'UPDATE' and new.state = 'confirmed' then
        if cohort_answers_until(cohort) <= app_now() then
            perform conflict('locked');
        elsif cardinality(enrolment_missing(new.participant_id, cohort)) > 0 then
            perform conflict('not-ready');
        end if;
    elsif cohort_seats_taken(new.cohort_id) >= cohort.capacity then
        perform conflict('full');
    end if;
    return new;
end $$;
create or replace trigger guard before insert or update on enrolments for each row execute function enrolment_guard();

-- Whether somebody was offered a seat, for which they had to be ready (I4); a proposal and a place on the list ask for less.
create or replace function enrolment_was_offered(in_enrolment enrolments) returns boolean immutable language sql
return in_enrolment.offered_at is not null or in_enrolment.decided_at is not null
    or in_enrolment.state in ('offered', 'accepted', 'confirmed', 'active', 'completed');

-- I4, decision 3: what a person still lacks for a seat here; empty = nothing.
create or replace function enrolment_missing(in_participant_id uuid, in_cohort cohorts) returns text[] language plpgsql stable as $$
begin
    return (select m.missing from enrolments_missing(array[in_participant_id], cohort_track(in_cohort)) m);
end $$;

-- The same of many, in one scan: what a track asks for is looked up once for all of them.
create or replace function enrolments_missing(in_participant_ids uuid[], in_track text) returns table (participant_id uuid, missing text[])
language plpgsql stable rows 26 as $$
begin
    return query
    with needed as materialized (
        select t.kind, t.position, d.id
        from track_documents t left join documents_current d on d.kind = t.kind
        where t.track = in_track and t.needed_for = 'completion')
    select p.id, array(
        select 'intake' where not exists (
            select from intakes i
            where i.participant_id = p.id and intake_opens(i, in_track))
        union all
        select kind from (
            select n.kind from needed n
            where not exists (
                select from acceptances a
                where a.participant_id = p.id and a.document_id = n.id and a.withdrawn_at is null)
            order by n.position) documents)
    from unnest(in_participant_ids) p (id);
end $$;

-- Decision 16: who calls somebody who said, when they asked, that there is somebody whom they must not meet, and by when, as with a
-- declaration; null when they have talked, or are gone.
create or replace function enrolment_call(in_enrolment enrolments, in_zone text, in_coordinator_id uuid) returns json
language plpgsql stable as $$
begin
    if not in_enrolment.is_live or not registration_is_unheard(in_enrolment.id) then
        return null;
    end if;
    return (
        select json_build_object(
            'by', utc(in_enrolment.call_due),
            'local', local_moment_json(in_enrolment.call_due, coalesce(in_zone, office_zone())),
            'who', localized(t.text_en, t.text_fr),
            'coordinator', coordinator_shown(in_coordinator_id, in_enrolment.participant_id))
        from plain_texts t where t.list = 'declaration_call' and t.code = 'coordinator');
end $$;

create or replace view enrolments_json with (security_invoker = true) as
select e.id, e.cohort_id, e.participant_id, e.state, e.created_at, e.decided_at, e.version, row_to_json(members) as body
from enrolments e
left join plain_texts t on t.list = case e.track when 'group' then 'enrolment_state' else 'registration_state' end and t.code = case
    when e.removal_reason = 'group_cancelled' then 'cancelled' when e.is_elsewhere then 'elsewhere' else e.state end
left join participants p on p.id = e.participant_id
cross join lateral (select
    e.id,
    e.cohort_id as group_id,
    e.participant_id,
    case when (select actor_role()) = 'coordinator' then p.alias end as alias,
    e.state,
    localized(t.text_en, t.text_fr) as text,
    utc(e.waiting_since) as waiting_since,
    utc(e.created_at) as created_at,
    utc(e.offered_at) as offered_at,
    case when e.state in ('offered', 'expired') then utc(e.offer_expires_at) end as offer_expires_at,
    case when e.state = 'offered' then
        local_moment_json(e.offer_expires_at, coalesce(p.timezone, office_zone())) end as offer_expires_local,
    utc(e.accepted_at) as accepted_at,
    case when e.state in ('offered', 'accepted') then utc(e.answer_at) end as answer_at,
    case when e.state in ('offered', 'accepted') then
        local_moment_json(e.answer_at, coalesce(p.timezone, office_zone())) end as answer_local,
    case when (select actor_role()) = 'coordinator' then e.answer end as answer,
    e.nobody_to_avoid,
    e.is_only_one,
    case when not e.nobody_to_avoid then enrolment_call(e, p.timezone, p.coordinator_id) end as call,
    case when (select actor_role()) = 'coordinator' then utc(e.conversation_at) end as conversation_at,
    case when e.state = 'not_placed' then
        plain_list(case e.track when 'group' then 'enrolment_instead' else 'registration_instead' end) end as instead,
    utc(e.decided_at) as decided_at,
    case when (select actor_role()) = 'coordinator' then e.decided_by_role end as decided_by_role,
    utc(e.left_at) as left_at,
    case when (select actor_role()) = 'coordinator' then e.removal_reason end as removal_reason,
    case when (select actor_role()) = 'coordinator' and e.is_live then utc(e.removes_at) end as removes_at,
    enrolment_group_json(e.id) as "group") members;

create or replace view enrolment_decisions_json with (security_invoker = true) as
select d.id, d.enrolment_id, d.place, row_to_json(members) as body
from enrolment_decisions d
cross join lateral (select
    d.id,
    d.enrolment_id,
    utc(d.at) as at,
    d.decision,
    d.reason,
    d.by_role,
    d.account_id,
    d.week,
    d.lot) members;

create or replace function enrolment_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, e.body, case when in_status = 201 then '/v1/enrolments/' || e.id end, e.version)
        from enrolments_json e where e.id = in_id);
end $$;

-- Group and enrolment, locked in this order; 404 for whoever does not serve the person, and for a group of one's own (I13).
create or replace function enrolment_lock(in_id uuid, in_if_match int[] default null) returns enrolments language plpgsql as $$
declare
    enrolment enrolments;
begin
    select * into enrolment from enrolments e where e.id = in_id;
    if not found or not actor_serves(enrolment.participant_id) or enrolment.cohort_id = any (actor_own_cohort_ids()) then
        perform problem('not-found');
    end if;
    perform from cohorts g where g.id = enrolment.cohort_id for no key update;
    select * into enrolment from enrolments e where e.id = in_id for no key update;
    perform require_version(in_if_match, enrolment.version);
    return enrolment;
end $$;

-- S2.31: whether the place in this track ends asking for the others of its activity; a peer says so, until it is theirs.
-- Writes: enrolments. Locks: the cohort, the enrolment.
create or replace function enrolments_update(in_id uuid, in_if_match int[], in_body jsonb) returns response
language plpgsql security definer as $$
declare
    enrolment enrolments;
begin
    perform require_role('peer');
    enrolment := enrolment_lock(in_id, in_if_match);
    if enrolment.track <> 'activity' then
        perform problem_field('is_only_one', 'not-allowed');
    elsif enrolment.state not in ('waitlisted', 'offered', 'accepted') then
        perform problem_state(enrolment.state);
    end if;
    update enrolments e set is_only_one = (in_body->>'is_only_one')::boolean, version = e.version + 1 where e.id = in_id;
    perform audit('update', 'enrolment', in_id, array[enrolment.participant_id], body_fields(in_body));
    return enrolment_respond(200, in_id);
end $$;

-- What stands between this person and a seat in this group, told to a coordinator, who has finished comparing.
create or replace function enrolment_require_seatable(in_participant_id uuid, in_cohort cohorts, in_is_asked boolean) returns void
language plpgsql as $$
declare
    hindrance text;
begin
    perform cohort_require_open(in_cohort, in_is_asked);
    hindrance := seat_hindrance(in_participant_id, in_cohort);
    if hindrance = 'not_ready' then
        perform conflict('not-ready', jsonb_build_object('missing', enrolment_missing(in_participant_id, in_cohort)));
    elsif hindrance = 'conversation' then
        perform conflict('conversation-first');
    elsif hindrance = 'conflict' then
        perform conflict('conflict');
    end if;
end $$;

-- A coordinator places somebody: a seat is offered if one is free and nobody waits, otherwise they wait for the list to move. A mere
-- proposal (propose_only) asks for nothing and takes no part in the list.
create or replace function enrolments_create(in_cohort_id uuid, in_body jsonb) returns response language plpgsql security definer as $$
declare
    new_id uuid := gen_random_uuid();
    participant uuid := (in_body->>'participant_id')::uuid;
    is_proposal boolean := coalesce((in_body->>'propose_only')::boolean, false);
    cohort cohorts;
begin
    perform require_role('coordinator');
    perform comparison_finish(participant, in_cohort_id);
    select * into cohort from cohorts g where g.id = in_cohort_id and g.id <> all (actor_own_cohort_ids()) for no key update;
    if not found then
        perform problem('not-found');
    elsif not actor_serves(participant) then
        perform problem_field('participant_id', 'does-not-exist');
    elsif exists (
        select from enrolments e where e.cohort_id = in_cohort_id and e.participant_id = participant and e.is_live)
    then
        perform problem_taken('participant_id');
    elsif not is_proposal then
        perform seat_hold(participant);
        perform enrolment_require_seatable(participant, cohort, false);
    elsif cohort.state in ('completed', 'cancelled') then
        perform problem_state(cohort.state);
    end if;
    insert into enrolments (id, cohort_id, participant_id, state, waiting_since, created_at)
    values (
        new_id, in_cohort_id, participant, case when is_proposal then 'requested' else 'waitlisted' end,
        waiting_person_since(participant, cohort), app_now());
    perform audit('create', 'enrolment', new_id, array[participant], body_fields(in_body));
    if is_proposal then
        null;
    elsif cohort_seats_taken(in_cohort_id) >= cohort.capacity then
        perform seat_decide(new_id, 'passed_over', 'full', true);
    elsif cohort_offers_until(cohort) <= app_now() then
        perform seat_decide(new_id, 'passed_over', 'locked', true);
    elsif exists (select from enrolments e where e.cohort_id = in_cohort_id and e.state = 'waitlisted' and e.id <> new_id) then
        perform seat_decide(new_id, 'passed_over', 'others_wait', true);
    else
        perform seat_move(e, 'offered', 'offered', 'in_turn') from enrolments e where e.id = new_id;
    end if;
    return enrolment_respond(201, new_id);
end $$;

-- A coordinator offers a free seat to this one, also out of turn; then those before them keep the reason.
create or replace function enrolments_offer(in_id uuid, in_if_match int[], in_body jsonb) returns response
language plpgsql security definer as $$
declare
    enrolment enrolments;
    cohort cohorts;
    before uuid[];
    reason text;
begin
    perform require_role('coordinator');
    perform comparison_finish(e.participant_id, e.cohort_id) from enrolments e where e.id = in_id;
    enrolment := enrolment_lock(in_id, in_if_match);
    if enrolment.state not in ('requested', 'waitlisted') then
        perform problem_state(enrolment.state);
    end if;
    perform seat_hold(enrolment.participant_id);
    select * into cohort from cohorts g where g.id = enrolment.cohort_id;
    perform enrolment_require_seatable(enrolment.participant_id, cohort, enrolment.state = 'waitlisted');
    if cohort_offers_until(cohort) <= app_now() then
        perform conflict('offers-closed');
    elsif cohort_seats_taken(cohort.id) < cohort.capacity then
        before := array(
            select e.id from enrolments e
            where e.cohort_id = cohort.id and e.state = 'waitlisted' and e.id <> in_id
                and seat_week(e.waiting_since) < seat_week(
                    case when enrolment.state = 'requested' then waiting_person_since(enrolment.participant_id, cohort)
                        else enrolment.waiting_since end)
            order by e.waiting_since, e.id);
        -- Whether it is somebody's turn follows from the list, whatever was given as the reason.
        reason := coalesce(
            nullif(nullif(in_body->>'reason', 'in_turn'), 'out_of_turn'),
            case when before = '{}' then 'in_turn' else 'out_of_turn' end);
        perform seat_decide(e, 'passed_over', reason) from unnest(before) e;
        perform seat_move(enrolment, 'offered', 'offered', reason);
    elsif enrolment.state = 'requested' then
        perform seat_move(enrolment, 'waitlisted', 'passed_over', 'full');
    else
        perform conflict('full');
    end if;
    perform audit('offer', 'enrolment', in_id, array[enrolment.participant_id], body_fields(coalesce(in_body, '{}')));
    return enrolment_respond(200, in_id);
end $$;

-- What every peer hears who finds no seat, whatever the cause: one text, the same bytes (A6.5).
create or replace function enrolment_refuse(in_track text) returns void language plpgsql as $$
begin
    perform case in_track when 'group' then conflict('another-group', t.said) else conflict('another-activity', t.said) end
    from (
        select jsonb_build_object('text', localized(p.text_en, p.text_fr)) as said from plain_texts p
        where p.list = 'enrolment_refusal' and p.code = 'another_' || in_track) t;
end $$;

-- The peer says yes to the seat that was offered, or a coordinator for them. It is kept for them, and answered at the hour that was said
-- (decision 15): whom they must not meet is not asked here.
create or replace function enrolments_accept(in_id uuid, in_if_match int[]) returns response language plpgsql security definer as $$
declare
    enrolment enrolments;
    cohort cohorts;
    is_offered boolean;
    missing text[];
begin
    perform require_role('peer', 'coordinator');
    enrolment := enrolment_lock(in_id, in_if_match);
    select * into cohort from cohorts g where g.id = enrolment.cohort_id;
    is_offered := enrolment.state = 'offered' and enrolment.offer_expires_at > app_now();
    missing := enrolment_missing(enrolment.participant_id, cohort);
    if enrolment.state in ('accepted', 'confirmed', 'active', 'completed', 'declined', 'not_placed', 'withdrawn', 'removed') then
        perform problem_state(enrolment.state);
    elsif actor_role() = 'peer' and not (is_offered and cohort_answers_people(cohort)) then
        perform enrolment_refuse(enrolment.track);
    elsif enrolment.state <> 'offered' then
        perform problem_state(enrolment.state);
    elsif not is_offered then
        perform conflict('offer-expired');
    elsif cardinality(missing) > 0 then
        perform conflict('not-ready', jsonb_build_object('missing', missing));
    end if;
    perform cohort_require_open(cohort, true);
    perform seat_move(enrolment, 'accepted', 'accepted');
    perform audit('accept', 'enrolment', in_id, array[enrolment.participant_id]);
    return enrolment_respond(200, in_id);
end $$;

-- A coordinator answers one who accepted. Nobody hears it before the hour that was said; until then another answer takes its place.
-- Writes: enrolments, enrolment_decisions. Locks: comparisons, the cohort, the enrolment.
create or replace function enrolment_answer(in_id uuid, in_if_match int[], in_answer text) returns response language plpgsql as $$
declare
    enrolment enrolments;
    cohort cohorts;
begin
    perform comparison_finish(e.participant_id, e.cohort_id) from enrolments e where e.id = in_id;
    enrolment := enrolment_lock(in_id, in_if_match);
    if in_answer = 'confirmed' and enrolment.state in ('requested', 'waitlisted', 'offered') then
        perform conflict('accepted-first');
    elsif enrolment.state <> 'accepted' then
        perform problem_state(enrolment.state);
    end if;
    select * into cohort from cohorts g where g.id = enrolment.cohort_id;
    if in_answer = 'confirmed' then
        perform enrolment_require_seatable(enrolment.participant_id, cohort, true);
    end if;
    -- The version stays: it is the peer's too, who does not see that they are answered.
    update enrolments e set answer = in_answer, answered_by = actor_account_id() where e.id = in_id;
    -- Found by its object: in their file it would say that they were answered, and so why they are not confirmed.
    perform audit('answer', 'enrolment', in_id);
    return enrolment_respond(200, in_id);
end $$;

create or replace function enrolments_confirm(in_id uuid, in_if_match int[]) returns response language plpgsql security definer as $$
begin
    perform require_role('coordinator');
    return enrolment_answer(in_id, in_if_match, 'confirmed');
end $$;

-- One state and one text for every cause, and always with what comes instead.
create or replace function enrolments_not_this_one(in_id uuid, in_if_match int[]) returns response
language plpgsql security definer as $$
begin
    perform require_role('coordinator');
    return enrolment_answer(in_id, in_if_match, 'not_placed');
end $$;

create or replace function enrolments_decline(in_id uuid, in_if_match int[]) returns response language plpgsql security definer as $$
declare
    enrolment enrolments;
begin
    perform require_role('peer', 'coordinator');
    enrolment := enrolment_lock(in_id, in_if_match);
    if enrolment.state <> 'offered' then
        perform problem_state(enrolment.state);
    end if;
    perform seat_move(enrolment, 'declined', 'declined');
    perform audit('decline', 'enrolment', in_id, array[enrolment.participant_id]);
    return enrolment_respond(200, in_id);
end $$;

-- I8, R17: at any moment, at once, without a reason, as often as it is said; what has ended already stays as it ended.
create or replace function enrolments_withdraw(in_id uuid) returns response language plpgsql security definer as $$
declare
    enrolment enrolments;
begin
    perform require_role('peer', 'coordinator');
    enrolment := enrolment_lock(in_id);
    if enrolment.is_live then
        perform seat_move(enrolment, 'withdrawn', 'withdrawn');
        perform audit('withdraw', 'enrolment', in_id, array[enrolment.participant_id]);
    end if;
    return (
        select respond(200, json_build_object(
            'enrolment_id', e.id,
            'state', e.state,
            'left_at', utc(e.left_at),
            'stops', plain_list('enrolment_stops'),
            'kept', plain_list('enrolment_kept'),
            'help', help_json()), null, e.version)
        from enrolments e where e.id = in_id);
end $$;

-- R11: never without a reason. Where nobody is in danger it takes effect at the next fixed hour, and nothing shows before (DESIGN 5b.3):
-- what follows from a conversation is not read from when it follows.
create or replace function enrolments_remove(in_id uuid, in_if_match int[], in_body jsonb) returns response
language plpgsql security definer as $$
declare
    enrolment enrolments;
    why text := in_body->>'reason';
begin
    perform require_role('coordinator');
    enrolment := enrolment_lock(in_id, in_if_match);
    if not enrolment.is_live then
        perform problem_state(enrolment.state);
    elsif why in ('conduct', 'safety') then
        perform seat_move(enrolment, 'removed', 'removed', why);
        perform audit('remove', 'enrolment', in_id, array[enrolment.participant_id], body_fields(in_body));
    else
        -- The version stays: it is the peer's too.
        update enrolments e set removes_for = why, removes_at = fixed_hour_after(app_now()) where e.id = in_id;
        perform audit('answer', 'enrolment', in_id);
    end if;
    return enrolment_respond(200, in_id);
end $$;

create or replace trigger append_only before update or delete on enrolment_decisions for each row execute function refuse_change();

create or replace trigger no_truncate before truncate on enrolment_decisions for each statement execute function refuse_change();
