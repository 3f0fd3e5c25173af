-- SPDX-License-Identifier: MIT
-- Placement: from the list of those who wait to a seat, and away from it. Whoever takes or frees a seat moves the list for others, so
-- these functions look past row level security and ask themselves who acts. Order of locks, everywhere: the group, then its
-- enrolments, then mail, then the intake; several groups in the order of their ids, all before the first seat moves.

-- Whether the actor serves this person, or is them.
create or replace function actor_serves(in_participant_id uuid) returns boolean
language plpgsql stable
set search_path = alongside, pg_catalog
as $$
begin
    return case actor_role()
        when 'peer' then in_participant_id = actor_participant_id()
        when 'coordinator' then in_participant_id is distinct from actor_participant_id()
            and exists (
                select from participants p
                where p.id = in_participant_id
                    and (actor_regions() = '{}' or p.region is null or p.region = any (actor_regions())))
            and not exists (
                select from participant_exclusions x
                where x.account_id = actor_account_id() and x.participant_id = in_participant_id)
        else false end;
end
$$;
-- The second wall of what only some may do.
create or replace function require_role(variadic in_roles text[]) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if actor_role() <> all (in_roles) then
        raise exception 'not for this role' using errcode = '42501';
    end if;
end
$$;

create or replace function group_takes_people(in_group groups) returns boolean
language plpgsql stable
set search_path = alongside, pg_catalog
as $$
begin
    return (in_group.state in ('recruiting', 'confirmed') or in_group.state = 'in_progress' and in_group.joining = 'drop_in')
        and not group_is_locked(in_group);
end
$$;
-- A coordinator is told which of the two it is.
create or replace function group_require_open(in_group groups) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if not group_takes_people(in_group) then
        if group_is_locked(in_group) then
            perform problem('conflict', '{"reason": "locked"}');
        end if;
        perform problem_state(in_group.state);
    end if;
end
$$;

-- I4, decision 3: what a person still lacks for a seat in any group; empty = nothing.
create or replace function enrolment_missing(in_participant_id uuid) returns text[]
language plpgsql stable
set search_path = alongside, pg_catalog
as $$
begin
    return array(
        select 'intake' where not exists (
            select from intakes i
            where i.participant_id = in_participant_id and i.track = 'group' and i.valid_until > app_now()
                and i.state in ('ready', 'placed', 'closed'))
        union all
        select kind from (
            select d.kind from documents_missing(in_participant_id, 'group', 'completion') d order by d.position) documents);
end
$$;
-- The same for the list of those who wait: whether the coordinator serves the person is asked once, not for every row behind the answer.
create or replace function waiting_missing(in_participant_id uuid) returns text[]
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return case when actor_role() = 'coordinator' and actor_serves(in_participant_id) then enrolment_missing(in_participant_id) end;
end
$$;
alter function waiting_missing(uuid) owner to alongside_definer;
-- The fair order: since when somebody is ready.
create or replace function waiting_since(in_participant_id uuid) returns timestamptz
language plpgsql stable
set search_path = alongside, pg_catalog
as $$
begin
    return coalesce((
        select min(coalesce(i.ready_at, i.created_at)) from intakes i
        where i.participant_id = in_participant_id and i.track = 'group' and i.valid_until > app_now()
            and i.state in ('ready', 'placed', 'closed')), app_now());
end
$$;
-- Who waits: who is ready, and whose last place the program itself has ended, until they have another. The intake's own state never
-- goes backwards.
create or replace function intake_waiting_state(in_intake intakes) returns text
language plpgsql stable
set search_path = alongside, pg_catalog
as $$
begin
    return case when in_intake.state = 'placed' and (
        select e.removal_reason in ('group_cancelled', 'other_group')
        from enrolments e
        where e.participant_id = in_intake.participant_id and e.decided_at is not null
            and e.state in ('confirmed', 'active', 'withdrawn', 'removed')
        order by (e.left_at is null) desc, e.left_at desc limit 1) then 'ready' else in_intake.state end;
end
$$;
create or replace function waiting_people_refresh(in_participant_id uuid) returns void
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    delete from waiting_people w where w.participant_id = in_participant_id;
    insert into waiting_people (intake_id, service, participant_id, state, language, region_key, waiting_since, valid_until)
    select
        i.id, s.service, i.participant_id, intake_waiting_state(i), p.preferred_language, p.region_key,
        coalesce(i.ready_at, i.created_at), i.valid_until
    from intakes i
    join participants p on p.id = i.participant_id
    left join intake_forms f on f.intake_id = i.id
    cross join lateral (select '' as service union select unnest(f.services_wanted)) s
    where i.participant_id = in_participant_id and i.track = 'group' and i.state in ('ready', 'placed') and i.valid_until is not null
    on conflict (intake_id, service) do update set
        state = excluded.state, language = excluded.language, region_key = excluded.region_key,
        waiting_since = excluded.waiting_since, valid_until = excluded.valid_until;
end
$$;
alter function waiting_people_refresh(uuid) owner to alongside_definer;

-- A moment on somebody's clock, the zone named (R8).
create or replace function local_moment_json(in_at timestamptz, in_zone text) returns json stable language sql
begin atomic
    select case when in_at is not null and in_zone is not null then json_build_object(
        'local', to_char(in_at at time zone in_zone, 'YYYY-MM-DD"T"HH24:MI'),
        'timezone', in_zone,
        'utc_offset', utc_offset(in_at at time zone in_zone, in_at)) end;
end;
-- What a peer may know of a group they have a part in: what it is, when it meets, what to bring. Nobody else, no numbers, no reasons.
create or replace function peer_session_json(in_session sessions, in_zone text, in_has_seat boolean) returns json stable language sql
begin atomic
    select json_build_object(
        'id', in_session.id,
        'seq', in_session.seq,
        'state', in_session.state,
        'local_start', to_char(in_session.local_start, 'YYYY-MM-DD"T"HH24:MI'),
        'timezone', in_session.timezone,
        'utc_offset', utc_offset(in_session.local_start, in_session.starts_at),
        'starts_at', utc(in_session.starts_at),
        'ends_at', utc(session_ends_at(in_session)),
        'yours', local_moment_json(in_session.starts_at, in_zone),
        'topic', case when in_session.topic_en is not null then localized(in_session.topic_en, in_session.topic_fr) end,
        'material', case when in_has_seat and in_session.material_en is not null then
            localized(in_session.material_en, in_session.material_fr) end,
        -- A6.5: whatever keeps it from starting, a peer reads the same.
        'notice', case when in_session.state = 'scheduled' and in_session.starts_at <= app_now() then plain_list('session_notice')->0 end);
end;
create or replace function peer_group_json(in_enrolment enrolments) returns json
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    own_zone text;
begin
    -- What was handed in is not believed: only the seat's id counts.
    select * into in_enrolment from enrolments e where e.id = in_enrolment.id and e.participant_id = actor_participant_id();
    if not found or actor_role() <> 'peer' then
        return null;
    end if;
    select p.timezone into own_zone from participants p where p.id = in_enrolment.participant_id;
    return (
        select json_build_object(
            'title', localized(v.title_en, v.title_fr),
            'description', localized(v.description_en, v.description_fr),
            'language', g.language,
            'timezone', g.timezone,
            'duration_minutes', g.duration_minutes,
            'joining', g.joining,
            'sessions', (
                select coalesce(json_agg(
                    peer_session_json(s, own_zone, in_enrolment.is_seated) order by s.starts_at, s.seq), '[]')
                from sessions s
                where s.group_id = g.id and in_enrolment.is_live
                    and s.state <> 'completed' and session_ends_at(s) > app_now()),
            'prepare', plain_list('prepare'))
        from groups g join services v on v.id = g.service_id
        where g.id = in_enrolment.group_id);
end
$$;
alter function peer_group_json(enrolments) owner to alongside_definer;

create or replace view enrolments_json with (security_invoker = true) as
select e.id, e.group_id, e.participant_id, e.state, e.created_at, e.version, json_build_object(
    'id', e.id,
    'group_id', e.group_id,
    'participant_id', e.participant_id,
    'alias', case when (select actor_role()) = 'coordinator' then (
        select p.alias from participants p where p.id = e.participant_id) end,
    'state', e.state,
    'text', localized(t.text_en, t.text_fr),
    'waiting_since', utc(e.waiting_since),
    'created_at', utc(e.created_at),
    'offered_at', utc(e.offered_at),
    'offer_expires_at', case when e.state in ('offered', 'expired') then utc(e.offer_expires_at) end,
    'offer_expires_local', (
        select local_moment_json(e.offer_expires_at, coalesce(p.timezone, 'America/Toronto'))
        from participants p where p.id = e.participant_id and e.state = 'offered'),
    'decided_at', utc(e.decided_at),
    'decided_by_role', case when (select actor_role()) = 'coordinator' then e.decided_by_role end,
    'left_at', utc(e.left_at),
    'removal_reason', case when (select actor_role()) = 'coordinator' then e.removal_reason end,
    'group', peer_group_json(e)) as body
from enrolments e left join plain_texts t on t.list = 'enrolment_state' and t.code = e.state;
create or replace view enrolment_decisions_json with (security_invoker = true) as
select d.id, d.enrolment_id, d.place, json_build_object(
    'id', d.id,
    'enrolment_id', d.enrolment_id,
    'at', utc(d.at),
    'decision', d.decision,
    'reason', d.reason,
    'by_role', d.by_role,
    'account_id', d.account_id) as body
from enrolment_decisions d;

create or replace function enrolment_respond(in_status int, in_id uuid) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    return (
        select respond(in_status, e.body, case when in_status = 201 then '/v1/enrolments/' || e.id end, e.version)
        from enrolments_json e where e.id = in_id);
end
$$;
-- Group and enrolment, locked in this order; 404 for whoever does not serve the person, and for a group of one's own (I13).
create or replace function enrolment_lock(in_id uuid, in_if_match int[] default null) returns enrolments
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    enrolment enrolments;
begin
    select * into enrolment from enrolments e where e.id = in_id;
    if not found or not actor_serves(enrolment.participant_id) or enrolment.group_id = any (actor_own_group_ids()) then
        perform problem('not-found');
    end if;
    perform from groups g where g.id = enrolment.group_id for update;
    select * into enrolment from enrolments e where e.id = in_id for update;
    perform require_version(in_if_match, enrolment.version);
    return enrolment;
end
$$;

-- What was decided, by the actor or (in_is_system) by the list itself. Passing over is told once, until something else happens.
create or replace function enrolment_decide(
    in_id uuid, in_decision text, in_reason text default null, in_is_system boolean default false)
returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    latest enrolment_decisions;
begin
    if in_decision = 'passed_over' then
        select * into latest from enrolment_decisions d where d.enrolment_id = in_id order by d.place desc limit 1;
        if latest.decision = in_decision and latest.reason = in_reason then
            return;
        end if;
    end if;
    insert into enrolment_decisions (enrolment_id, at, decision, reason, by_role, account_id)
    values (
        in_id, app_now(), in_decision, in_reason, case when in_is_system then 'system' else actor_role() end,
        case when not in_is_system then actor_account_id() end);
end
$$;
-- The way from one state to another: with it go the decision, the mail, and what mail no longer has a cause. (That somebody takes part
-- decides nothing: a session makes confirmed active by itself.)
create or replace function enrolment_move(
    in_enrolment enrolments, in_state text, in_decision text, in_reason text default null, in_is_system boolean default false)
returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    moved_in groups;
begin
    select * into moved_in from groups g where g.id = in_enrolment.group_id;
    update enrolments e set
        state = in_state,
        waiting_since = case when in_enrolment.state = 'requested' then waiting_since(e.participant_id) else e.waiting_since end,
        offered_at = case when in_state = 'offered' then app_now() else e.offered_at end,
        offer_expires_at = case when in_state = 'offered'
            then least(app_now() + make_interval(hours => moved_in.offer_hours), group_locks_at(moved_in)) else e.offer_expires_at end,
        decided_at = case when in_state in ('confirmed', 'declined') then app_now() else e.decided_at end,
        decided_by_role = case when in_state in ('confirmed', 'declined') then actor_role() else e.decided_by_role end,
        left_at = case when in_state in ('withdrawn', 'removed') then app_now() else e.left_at end,
        removal_reason = case when in_state = 'removed' then in_reason end,
        version = e.version + 1
    where e.id = in_enrolment.id;
    if in_decision is not null then
        perform enrolment_decide(in_enrolment.id, in_decision, in_reason, in_is_system);
    end if;
    perform seat_mail_cancel(in_enrolment.id, case when in_state = 'withdrawn' then 'withdrawn' else 'superseded' end);
    if in_state in ('offered', 'confirmed', 'removed') then
        perform seat_mail(in_enrolment, case in_state
            when 'offered' then 'seat_offered'
            when 'confirmed' then 'seat_confirmed'
            else case in_reason when 'group_cancelled' then 'group_cancelled' else 'seat_released' end end);
    end if;
end
$$;

-- While a seat is free, the next in the fair order is offered it; who lacks something or must not be here is passed over, with the
-- reason. Called whenever a seat frees, a place is added or a lock moves; runs under the group's lock. Who acts learns nothing of it.
create or replace function waiting_list_advance(in_group_id uuid) returns void
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    advanced groups;
    next enrolments;
    free int;
    reason text;
    has_moved boolean := false;
begin
    select * into advanced from groups g where g.id = in_group_id for update;
    if not found then
        return;
    end if;
    -- I3, I10: an offer does not outlive the moment at which the group locks, also when that moment came nearer.
    update enrolments e set offer_expires_at = group_locks_at(advanced), version = e.version + 1
    where e.group_id = in_group_id and e.state = 'offered' and e.offer_expires_at > group_locks_at(advanced);
    free := advanced.capacity - group_seats_taken(in_group_id);
    if free <= 0 or not group_takes_people(advanced) then
        return;
    end if;
    for next in
        select * from enrolments e where e.group_id = in_group_id and e.state = 'waitlisted' order by e.waiting_since, e.id for update
    loop
        exit when free <= 0;
        -- Somebody is just saying whom this person must not meet: the list stands still until that is known, and moves with the jobs.
        exit when not pg_try_advisory_xact_lock_shared(conflict_key(next.participant_id));
        reason := case
            when cardinality(enrolment_missing(next.participant_id)) > 0 then 'not_ready'
            when conflicts_block_participant(next.participant_id, in_group_id) then 'conflict' end;
        if reason is not null then
            perform enrolment_decide(next.id, 'passed_over', reason, true);
        else
            perform enrolment_move(next, 'offered', 'offered', 'in_turn', true);
            free := free - 1;
            has_moved := true;
        end if;
    end loop;
    if has_moved then
        perform audit('advance', 'group', in_group_id);
    end if;
end
$$;
alter function waiting_list_advance(uuid) owner to alongside_definer;

-- What stands between this person and a seat in this group, told to a coordinator.
create or replace function enrolment_require_seatable(in_participant_id uuid, in_group groups) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    missing text[];
begin
    perform group_require_open(in_group);
    perform conflict_hold(in_participant_id);
    missing := enrolment_missing(in_participant_id);
    if cardinality(missing) > 0 then
        perform problem('conflict', jsonb_build_object('reason', 'not-ready', 'missing', missing));
    elsif conflicts_block_participant(in_participant_id, in_group.id) then
        perform problem('conflict', '{"reason": "conflict"}');
    end if;
end
$$;

-- A coordinator places somebody: a seat is offered if one is free and nobody waits longer, otherwise they wait. A mere proposal
-- (propose_only) asks for nothing and takes no part in the list.
create or replace function enrolments_create(in_group_id uuid, in_body jsonb) returns response
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    new_id uuid := gen_random_uuid();
    participant uuid := (in_body->>'participant_id')::uuid;
    is_proposal boolean := coalesce((in_body->>'propose_only')::boolean, false);
    placed_in groups;
begin
    perform require_role('coordinator');
    select * into placed_in from groups g where g.id = in_group_id and g.id <> all (actor_own_group_ids()) for update;
    if not found then
        perform problem('not-found');
    elsif not actor_serves(participant) then
        perform problem_field('participant_id', 'does-not-exist');
    elsif exists (
        select from enrolments e
        where e.group_id = in_group_id and e.participant_id = participant
            and e.is_live)
    then
        perform problem('conflict', '{"errors": [{"pointer": "#/participant_id", "code": "taken"}]}');
    elsif not is_proposal then
        perform enrolment_require_seatable(participant, placed_in);
    elsif placed_in.state in ('completed', 'cancelled') then
        perform problem_state(placed_in.state);
    end if;
    insert into enrolments (id, group_id, participant_id, state, waiting_since, created_at)
    values (
        new_id, in_group_id, participant, case when is_proposal then 'requested' else 'waitlisted' end, waiting_since(participant),
        app_now());
    perform audit('create', 'enrolment', new_id, array[participant], body_fields(in_body));
    if not is_proposal then
        perform waiting_list_advance(in_group_id);
        perform enrolment_decide(e.id, 'passed_over', 'full', true) from enrolments e where e.id = new_id and e.state = 'waitlisted';
    end if;
    return enrolment_respond(201, new_id);
end
$$;
alter function enrolments_create(uuid, jsonb) owner to alongside_definer;

-- A coordinator offers a free seat to this one, also out of turn; then those before them keep the reason.
create or replace function enrolments_offer(in_id uuid, in_if_match int[], in_body jsonb) returns response
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    enrolment enrolments;
    offered_in groups;
    before uuid[];
    reason text;
begin
    perform require_role('coordinator');
    enrolment := enrolment_lock(in_id, in_if_match);
    if enrolment.state not in ('requested', 'waitlisted') then
        perform problem_state(enrolment.state);
    end if;
    select * into offered_in from groups g where g.id = enrolment.group_id;
    perform enrolment_require_seatable(enrolment.participant_id, offered_in);
    if group_seats_taken(offered_in.id) < offered_in.capacity then
        before := array(
            select e.id from enrolments e
            where e.group_id = offered_in.id and e.state = 'waitlisted' and e.id <> in_id
                and (e.waiting_since, e.id) < (
                    case when enrolment.state = 'requested' then waiting_since(enrolment.participant_id)
                        else enrolment.waiting_since end,
                    in_id)
            order by e.waiting_since, e.id);
        -- Whose turn it is, is not a matter of opinion.
        reason := coalesce(
            nullif(nullif(in_body->>'reason', 'in_turn'), 'out_of_turn'),
            case when before = '{}' then 'in_turn' else 'out_of_turn' end);
        perform enrolment_decide(e, 'passed_over', reason) from unnest(before) e;
        perform enrolment_move(enrolment, 'offered', 'offered', reason);
    elsif enrolment.state = 'requested' then
        perform enrolment_move(enrolment, 'waitlisted', 'passed_over', 'full');
    else
        perform problem('conflict', '{"reason": "full"}');
    end if;
    perform audit('offer', 'enrolment', in_id, array[enrolment.participant_id], body_fields(coalesce(in_body, '{}')));
    return enrolment_respond(200, in_id);
end
$$;
alter function enrolments_offer(uuid, int[], jsonb) owner to alongside_definer;

-- What every peer hears who finds no seat, whatever the cause: one text, the same bytes (A6.5).
create or replace function enrolment_refuse() returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    perform problem('conflict', jsonb_build_object(
        'reason', 'another-group', 'text', (
            select localized(t.text_en, t.text_fr) from plain_texts t where t.list = 'enrolment_refusal' and t.code = 'another_group')));
end
$$;
-- The peer takes the seat that was offered, or a coordinator for them. Everything is asked each time, whatever the answer will be.
create or replace function enrolments_accept(in_id uuid, in_if_match int[]) returns response
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    enrolment enrolments;
    joined groups;
    is_open boolean;
    is_offered boolean;
    is_blocked boolean;
    missing text[];
begin
    perform require_role('peer', 'coordinator');
    enrolment := enrolment_lock(in_id, in_if_match);
    select * into joined from groups g where g.id = enrolment.group_id;
    is_open := group_takes_people(joined);
    is_offered := enrolment.state = 'offered' and enrolment.offer_expires_at > app_now();
    perform conflict_hold(enrolment.participant_id);
    -- Nobody tries out names on an open offer: after saying, or taking back, whom they must not meet, a coordinator accepts for them.
    is_blocked := conflicts_block_participant(enrolment.participant_id, enrolment.group_id)
        or actor_role() = 'peer' and exists (
            select from conflict_declarations d
            where d.for_participant_id = enrolment.participant_id and d.declared_by = actor_account_id()
                and greatest(d.created_at, d.withdrawn_at) >= enrolment.offered_at);
    missing := enrolment_missing(enrolment.participant_id);
    if enrolment.state in ('confirmed', 'active', 'completed', 'declined', 'withdrawn', 'removed') then
        perform problem_state(enrolment.state);
    elsif actor_role() = 'peer' and (not is_open or not is_offered or is_blocked) then
        perform enrolment_refuse();
    elsif enrolment.state <> 'offered' then
        perform problem_state(enrolment.state);
    elsif not is_offered then
        perform problem('conflict', '{"reason": "offer-expired"}');
    elsif is_blocked then
        perform problem('conflict', '{"reason": "conflict"}');
    elsif cardinality(missing) > 0 then
        perform problem('conflict', jsonb_build_object('reason', 'not-ready', 'missing', missing));
    end if;
    perform group_require_open(joined);
    perform enrolment_move(enrolment, 'confirmed', 'accepted');
    perform audit('accept', 'enrolment', in_id, array[enrolment.participant_id]);
    perform enrolment_end_waiting(enrolment.participant_id);
    return enrolment_respond(200, in_id);
end
$$;
alter function enrolments_accept(uuid, int[]) owner to alongside_definer;
-- S1.33: with the first seat the intake has led where it should.
create or replace function enrolment_end_waiting(in_participant_id uuid) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    placed uuid;
begin
    for placed in
        update intakes i set state = 'placed', version = i.version + 1
        where i.participant_id = in_participant_id and i.track = 'group' and i.state = 'ready' and i.valid_until > app_now()
        returning i.id
    loop
        perform audit('place', 'intake', placed, array[in_participant_id]);
    end loop;
end
$$;

create or replace function enrolments_decline(in_id uuid, in_if_match int[]) returns response
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    enrolment enrolments;
begin
    perform require_role('peer', 'coordinator');
    enrolment := enrolment_lock(in_id, in_if_match);
    if enrolment.state <> 'offered' then
        perform problem_state(enrolment.state);
    end if;
    perform enrolment_move(enrolment, 'declined', 'declined');
    perform audit('decline', 'enrolment', in_id, array[enrolment.participant_id]);
    perform waiting_list_advance(enrolment.group_id);
    return enrolment_respond(200, in_id);
end
$$;
alter function enrolments_decline(uuid, int[]) owner to alongside_definer;

-- I8, R17: at any moment, at once, without a reason, as often as it is said; what has ended already stays as it ended.
create or replace function enrolments_withdraw(in_id uuid) returns response
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    enrolment enrolments;
begin
    perform require_role('peer', 'coordinator');
    enrolment := enrolment_lock(in_id);
    if enrolment.is_live then
        perform enrolment_move(enrolment, 'withdrawn', 'withdrawn');
        perform audit('withdraw', 'enrolment', in_id, array[enrolment.participant_id]);
        perform waiting_list_advance(enrolment.group_id);
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
end
$$;
alter function enrolments_withdraw(uuid) owner to alongside_definer;
-- With the intake the person leaves every group. Called before the intake is locked: groups come first.
create or replace function enrolments_withdraw_all(in_participant_id uuid) returns void
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    enrolment enrolments;
    locked uuid[] := array(
        select e.group_id from enrolments e
        where e.participant_id = in_participant_id and e.is_live);
begin
    if not actor_serves(in_participant_id) then
        return;
    end if;
    perform from groups g where g.id = any (locked) order by g.id for update;
    -- Who is placing this person has done it by now, or will find them gone. Placed where nothing was locked: all of it once more.
    perform conflict_hold_alone(in_participant_id);
    if exists (
        select from enrolments e
        where e.participant_id = in_participant_id and e.is_live
            and e.group_id <> all (locked))
    then
        raise exception 'placed meanwhile' using errcode = '40001';
    end if;
    for enrolment in
        select * from enrolments e
        where e.participant_id = in_participant_id and e.is_live
        order by e.group_id for update
    loop
        perform enrolment_move(enrolment, 'withdrawn', 'withdrawn');
        perform audit('withdraw', 'enrolment', enrolment.id, array[in_participant_id]);
        perform waiting_list_advance(enrolment.group_id);
    end loop;
end
$$;
alter function enrolments_withdraw_all(uuid) owner to alongside_definer;

-- R11: never without a reason.
create or replace function enrolments_remove(in_id uuid, in_if_match int[], in_body jsonb) returns response
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    enrolment enrolments;
begin
    perform require_role('coordinator');
    enrolment := enrolment_lock(in_id, in_if_match);
    if not enrolment.is_live then
        perform problem_state(enrolment.state);
    end if;
    perform enrolment_move(enrolment, 'removed', 'removed', in_body->>'reason');
    perform audit('remove', 'enrolment', in_id, array[enrolment.participant_id], body_fields(in_body));
    perform waiting_list_advance(enrolment.group_id);
    return enrolment_respond(200, in_id);
end
$$;
alter function enrolments_remove(uuid, int[], jsonb) owner to alongside_definer;

-- A group that is cancelled lets everybody go, those who waited too, also people whom this coordinator does not see.
create or replace function enrolments_release_all(in_group_id uuid, in_reason text) returns void
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    enrolment enrolments;
begin
    perform require_role('coordinator');
    if in_group_id = any (actor_own_group_ids()) then
        perform problem('not-found');
    end if;
    perform from groups g where g.id = in_group_id for update;
    for enrolment in
        select * from enrolments e
        where e.group_id = in_group_id and e.is_live
        order by e.participant_id for update
    loop
        perform enrolment_move(enrolment, 'removed', 'removed', in_reason);
        perform audit(
            'remove', 'enrolment', enrolment.id,
            case when actor_serves(enrolment.participant_id) then array[enrolment.participant_id] end);
    end loop;
end
$$;
alter function enrolments_release_all(uuid, text) owner to alongside_definer;

-- Worker: offers whose time is over end; lists move on, also those that stood still because something was missing or being declared.
-- Groups that somebody is working on come next time, so that jobs never wait for requests.
create or replace function enrolments_expire(in_limit int default 100) returns bigint
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    due groups;
    enrolment enrolments;
    expired bigint := 0;
begin
    for due in
        select g.* from groups g
        where g.id in (
            select e.group_id from enrolments e where e.state = 'offered' and e.offer_expires_at <= app_now()
            order by e.offer_expires_at limit in_limit)
        order by g.id for update skip locked
    loop
        for enrolment in
            select * from enrolments e
            where e.group_id = due.id and e.state = 'offered' and e.offer_expires_at <= app_now()
            order by e.id for update
        loop
            perform enrolment_move(enrolment, 'expired', 'expired', in_is_system => true);
            expired := expired + 1;
        end loop;
        perform waiting_list_advance(due.id);
    end loop;
    for due in
        select g.* from groups g
        where g.id in (
            select w.group_id from (select distinct e.group_id from enrolments e where e.state = 'waitlisted') w
            join groups o on o.id = w.group_id and o.state in ('recruiting', 'confirmed', 'in_progress')
            where group_seats_taken(o.id) < o.capacity and group_takes_people(o) order by random() limit 20)
        order by g.id for update skip locked
    loop
        perform waiting_list_advance(due.id);
    end loop;
    return expired;
end
$$;
alter function enrolments_expire(int) owner to alongside_definer;
