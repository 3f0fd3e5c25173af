-- SPDX-License-Identifier: MIT
-- Incidents (A6.6, R6): codes and clocks; none is closed before somebody followed up.

-- Forward, one step after the other; the clocks and what it is about stay.
create or replace function incident_guard() returns trigger language plpgsql as $$
declare
    changes text[] := array['state', 'check_in_at', 'acknowledged_at', 'acknowledged_by', 'followed_up_at', 'closed_at', 'closed_by',
        'next_due', 'version'];
    steps text[] := array['open', 'acknowledged', 'actioned', 'followed_up', 'closed'];
begin
    if (to_jsonb(new) - changes) <> (to_jsonb(old) - changes) or old.state = 'closed' then
        raise exception 'an incident only moves on' using errcode = '42501';
    elsif new.state <> old.state and array_position(steps, new.state) <> array_position(steps, old.state) + 1 then
        perform problem_state(old.state);
    end if;
    return new;
end $$;
create or replace trigger guard before update on incidents for each row execute function incident_guard();

-- What an incident is about and its clocks, set when it is recorded: 15 minutes, one hour, one or five business days to acknowledge it;
-- follow-up on the next business day, but not before it had to be acknowledged.
create or replace function incident_begin() returns trigger language plpgsql security definer as $$
begin
    new.state := 'open';
    select s.cohort_id into new.cohort_id from sessions s where s.id = new.session_id;
    select e.participant_id into new.participant_id from enrolments e
    where e.id = new.enrolment_id and e.cohort_id = coalesce(new.cohort_id, e.cohort_id) and e.cohort_id <> all (actor_own_cohort_ids())
        -- As on the roster.
        and (actor_role() <> 'coordinator' or actor_serves(e.participant_id) or actor_meets_session(new.session_id, e.cohort_id));
    if new.enrolment_id is not null and new.participant_id is null then
        perform problem_field('enrolment_id', 'does-not-exist');
    end if;
    new.cohort_id := coalesce(new.cohort_id, (select e.cohort_id from enrolments e where e.id = new.enrolment_id));
    new.acknowledge_due := case new.severity
        when 4 then new.created_at + interval '15 minutes'
        when 3 then new.created_at + interval '1 hour'
        when 2 then business_days_after(new.created_at, 1)
        else business_days_after(new.created_at, 5) end;
    new.follow_up_due := greatest(business_days_after(new.created_at, 1), new.acknowledge_due);
    new.check_in_due := case when new.kind = 'left_unexpectedly' and exists (
        select from safety_plans s where s.participant_id = new.participant_id and s.consent_to_checkin)
        then new.created_at + interval '15 minutes' end;
    return new;
end $$;
create or replace trigger begin before insert on incidents for each row execute function incident_begin();

-- The call to somebody who left has been tried: what was done about it says so.
create or replace function incident_check_in(in_incident_id uuid) returns void language plpgsql security definer as $$
begin
    perform require_role('peer_supporter', 'mental_health_professional', 'coordinator');
    update incidents i set check_in_at = a.at
    from (
        select min(a.at) as at from incident_actions a
        where a.incident_id = in_incident_id and a.code in ('check_in_attempted', 'check_in_reached')) a
    where i.id = in_incident_id and i.check_in_at is null and a.at is not null;
end $$;

create or replace view incidents_json with (security_invoker = true) as
select i.id, i.version, i.created_at, i.state, i.kind, i.severity, i.session_id, i.next_due, i.participant_id, row_to_json(members) as body
from incidents i
cross join lateral (select
    i.id,
    i.kind,
    i.severity,
    i.state,
    i.session_id,
    i.cohort_id as group_id,
    i.enrolment_id,
    case when (select actor_role()) = 'coordinator' then (
        select p.id from participants p where p.id = i.participant_id) end as participant_id,
    i.created_by,
    i.created_by_role,
    utc(i.created_at) as created_at,
    utc(i.acknowledge_due) as acknowledge_due,
    utc(i.follow_up_due) as follow_up_due,
    case when (select actor_role()) <> 'peer_supporter' then utc(i.check_in_due) end as check_in_due,
    case when (select actor_role()) <> 'peer_supporter' then utc(i.check_in_at) end as check_in_at,
    coalesce(i.next_due < app_now(), false) as is_overdue,
    utc(i.acknowledged_at) as acknowledged_at,
    i.acknowledged_by,
    utc(i.followed_up_at) as followed_up_at,
    utc(i.closed_at) as closed_at,
    i.closed_by,
    (
        select coalesce(json_agg(json_build_object(
            'code', a.code, 'at', utc(a.at), 'province', a.province, 'recorded_by', a.recorded_by, 'recorded_at', utc(a.recorded_at))
            order by a.at, a.id), '[]')
        from incident_actions a where a.incident_id = i.id) as actions) members;

-- Newest first; for a coordinator, what is overdue by the clock that ran out first. Hosts: what is theirs, which is little.
create or replace function incidents_find(in_query jsonb) returns table (at timestamptz, id uuid, participant_id uuid)
language plpgsql stable as $$
declare
    after_at timestamptz := in_query#>>'{after,at}';
    after_id uuid := in_query#>>'{after,id}';
    wanted int := (in_query->>'limit')::int + 1;
    is_overdue boolean := coalesce((in_query->>'overdue')::boolean, false);
    session uuid := in_query->>'session_id';
    theirs uuid[] := case when in_query ? 'coordinator_id' then cohort_ids_of((in_query->>'coordinator_id')::uuid) end;
begin
    if actor_role() <> 'coordinator' then
        return query
        select i.created_at, i.id, i.participant_id
        from (
            select o.* from incidents o where o.created_by = (select actor_account_id())
            union
            select s.* from incidents s where s.session_id = any ((select actor_session_ids())::uuid[])) i
        where (i.created_at, i.id) < (after_at, after_id) and (in_query->'state' is null or in_query->'state' ? i.state)
            and (not is_overdue or i.next_due < app_now()) and (session is null or i.session_id = session)
            and (theirs is null or i.cohort_id = any (theirs))
        order by i.created_at desc, i.id desc limit wanted;
    elsif is_overdue then
        -- The other way round, so its first page follows the other end of time.
        after_at := case when after_at = 'infinity' then '-infinity' else after_at end;
        return query
        select i.next_due, i.id, i.participant_id from incidents i
        where i.next_due < (select app_now()) and (i.next_due, i.id) > (after_at, after_id)
            and (in_query->'state' is null or in_query->'state' ? i.state) and (session is null or i.session_id = session)
            and (theirs is null or i.cohort_id = any (theirs))
        order by i.next_due, i.id limit wanted;
    elsif session is not null then
        return query
        select i.created_at, i.id, i.participant_id from incidents i
        where i.session_id = session and (i.created_at, i.id) < (after_at, after_id)
            and (in_query->'state' is null or in_query->'state' ? i.state) and (theirs is null or i.cohort_id = any (theirs))
        order by i.created_at desc, i.id desc limit wanted;
    else
        return query
        select i.created_at, i.id, i.participant_id from incidents i
        where (i.created_at, i.id) < (after_at, after_id) and (in_query->'state' is null or in_query->'state' ? i.state)
            and (theirs is null or i.cohort_id = any (theirs))
        order by i.created_at desc, i.id desc limit wanted;
    end if;
end $$;

create or replace function incident_lock(in_id uuid, in_if_match int[] default null) returns incidents language plpgsql as $$
declare
    incident incidents;
begin
    select * into incident from incidents i where i.id = in_id for no key update;
    perform require_version(in_if_match, incident.version);
    return incident;
end $$;

create or replace function incident_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, i.body, case when in_status = 201 then '/v1/incidents/' || i.id end, i.version)
        from incidents_json i where i.id = in_id);
end $$;

-- in_at is where the action stands in the body.
create or replace function incident_act(in_incident_id uuid, in_action jsonb, in_at text) returns void language plpgsql as $$
declare
    done_at timestamptz := coalesce((in_action->>'at')::timestamptz, app_now());
begin
    if done_at > app_now() then
        perform problem_field(in_at || 'at', 'in-the-future');
    elsif (in_action->>'code' = 'child_protection_report') <> (in_action->>'province' is not null) then
        perform problem_field(in_at || 'province', case when in_action->>'province' is null then 'required' else 'invalid' end);
    end if;
    insert into incident_actions (incident_id, code, province, at, recorded_by, recorded_at)
    values (in_incident_id, in_action->>'code', in_action->>'province', done_at, actor_account_id(), app_now());
    if in_action->>'code' in ('check_in_attempted', 'check_in_reached') then
        perform incident_check_in(in_incident_id);
    end if;
end $$;

-- Writes: incidents, incident_actions.
create or replace function incidents_create(in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    session_id uuid := (in_body->>'session_id')::uuid;
    action record;
begin
    if session_id is null and actor_role() <> 'coordinator' then
        perform problem_field('session_id', 'required');
    elsif session_id is not null and session_role(session_id) is null then
        perform problem_field('session_id', 'does-not-exist');
    end if;
    begin
        insert into incidents (id, kind, severity, session_id, enrolment_id, created_by, created_by_role, created_at)
        values (
            new_id, in_body->>'kind', (in_body->>'severity')::int, session_id, (in_body->>'enrolment_id')::uuid, actor_account_id(),
            actor_role(), app_now());
    exception when unique_violation then
        perform conflict('already-open');
    end;
    for action in
        select value, place - 1 as place from jsonb_array_elements(coalesce(in_body->'actions', '[]')) with ordinality a (value, place)
    loop
        if action.value->>'code' = 'follow_up' then
            perform problem_field('actions/' || action.place || '/code', 'not-allowed');
        end if;
        perform incident_act(new_id, action.value, 'actions/' || action.place || '/');
    end loop;
    perform audit(
        'create', 'incident', new_id, array[(select i.participant_id from incidents i where i.id = new_id)], body_fields(in_body));
    perform pg_notify('outbox', '');
    return incident_respond(201, new_id);
end $$;

-- What has been done may be recorded from the first minute; a follow-up is one only after that.
-- Writes: incident_actions, incidents. Locks: the incident.
create or replace function incidents_actions_create(in_id uuid, in_body jsonb) returns response language plpgsql as $$
declare
    incident incidents := incident_lock(in_id);
    is_follow_up boolean := in_body->>'code' = 'follow_up';
begin
    if incident.state = 'closed' or is_follow_up and incident.state not in ('actioned', 'followed_up') then
        perform problem_state(incident.state);
    elsif (select count(*) from incident_actions a where a.incident_id = in_id) >= 100 then
        perform conflict('too-many');
    end if;
    perform incident_act(in_id, in_body, '');
    update incidents i set
        state = case when is_follow_up then 'followed_up' when i.state = 'acknowledged' then 'actioned' else i.state end,
        followed_up_at = case when is_follow_up then coalesce(i.followed_up_at, app_now()) else i.followed_up_at end,
        version = i.version + 1
    where i.id = in_id;
    perform audit('act', 'incident', in_id, array[incident.participant_id], body_fields(in_body));
    return incident_respond(201, in_id);
end $$;

create or replace function incident_acknowledge(in_id uuid) returns void language plpgsql as $$
begin
    update incidents i set
        state = 'acknowledged', acknowledged_at = app_now(), acknowledged_by = actor_account_id(), version = i.version + 1
    where i.id = in_id;
    -- What was done before anybody acknowledged it counts.
    if exists (select from incident_actions a where a.incident_id = in_id) then
        update incidents i set state = 'actioned' where i.id = in_id;
    end if;
end $$;

-- Writes: incidents, alarms, alarm_actions. Locks: the incident, then its alarm.
create or replace function incidents_acknowledge(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
declare
    incident incidents := incident_lock(in_id, in_if_match);
begin
    if incident.state <> 'open' then
        perform problem_state(incident.state);
    end if;
    perform incident_acknowledge(in_id);
    perform alarm_answer(in_id);
    perform audit('acknowledge', 'incident', in_id, array[incident.participant_id]);
    return incident_respond(200, in_id);
end $$;

create or replace function incidents_close(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
declare
    incident incidents := incident_lock(in_id, in_if_match);
begin
    if incident.state <> 'followed_up' then
        perform problem_state(incident.state);
    end if;
    update incidents i set state = 'closed', closed_at = app_now(), closed_by = actor_account_id(), version = i.version + 1
    where i.id = in_id;
    perform audit('close', 'incident', in_id, array[incident.participant_id]);
    return incident_respond(200, in_id);
end $$;

create or replace trigger append_only before update or delete on incident_actions for each row execute function refuse_change();
