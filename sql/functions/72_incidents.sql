-- SPDX-License-Identifier: MIT
-- Incidents (A6.6, R6) and debriefs (R13): codes and clocks; an incident cannot be closed before somebody followed up.

-- What an incident is about and its clocks, set when it is recorded: 15 minutes, one hour, one or five business days to acknowledge it;
-- follow-up on the next business day, but not before it had to be acknowledged.
create or replace function incidents_begin() returns trigger
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    new.state := 'open';
    select s.group_id into new.group_id from sessions s where s.id = new.session_id;
    select e.participant_id into new.participant_id from enrolments e
    where e.id = new.enrolment_id and e.group_id = coalesce(new.group_id, e.group_id) and not actor_is_excluded(e.participant_id);
    if new.enrolment_id is not null and new.participant_id is null then
        perform problem_field('enrolment_id', 'does-not-exist');
    end if;
    new.group_id := coalesce(new.group_id, (select e.group_id from enrolments e where e.id = new.enrolment_id));
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
end
$$;
alter function incidents_begin() owner to alongside_definer;
create or replace trigger begin before insert on incidents for each row execute function incidents_begin();

-- The call to somebody who left has been tried.
create or replace function incident_checked_in() returns trigger
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    update incidents i set check_in_at = new.at where i.id = new.incident_id and i.check_in_at is null;
    return null;
end
$$;
alter function incident_checked_in() owner to alongside_definer;
create or replace trigger checked_in after insert on incident_actions
    for each row when (new.code in ('check_in_attempted', 'check_in_reached')) execute function incident_checked_in();

create or replace view incidents_json with (security_invoker = true) as
select i.id, i.version, i.created_at, i.state, i.kind, i.severity, i.session_id, i.next_due, i.participant_id, json_build_object(
    'id', i.id,
    'kind', i.kind,
    'severity', i.severity,
    'state', i.state,
    'session_id', i.session_id,
    'group_id', i.group_id,
    'enrolment_id', i.enrolment_id,
    'participant_id', case when (select actor_role()) = 'coordinator' then i.participant_id end,
    'created_by', i.created_by,
    'created_by_role', i.created_by_role,
    'created_at', utc(i.created_at),
    'acknowledge_due', utc(i.acknowledge_due),
    'follow_up_due', utc(i.follow_up_due),
    'check_in_due', case when (select actor_role()) <> 'peer_supporter' then utc(i.check_in_due) end,
    'check_in_at', case when (select actor_role()) <> 'peer_supporter' then utc(i.check_in_at) end,
    'is_overdue', coalesce(i.next_due < app_now(), false),
    'acknowledged_at', utc(i.acknowledged_at),
    'acknowledged_by', i.acknowledged_by,
    'followed_up_at', utc(i.followed_up_at),
    'closed_at', utc(i.closed_at),
    'closed_by', i.closed_by,
    'actions', (
        select coalesce(json_agg(json_build_object(
            'code', a.code, 'at', utc(a.at), 'province', a.province, 'recorded_by', a.recorded_by, 'recorded_at', utc(a.recorded_at))
            order by a.at, a.id), '[]')
        from incident_actions a where a.incident_id = i.id)) as body
from incidents i;

create or replace function incident_lock(in_id uuid, in_if_match int[] default null) returns incidents
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    incident incidents;
begin
    select * into incident from incidents i where i.id = in_id for update;
    if not found then
        perform problem('not-found');
    end if;
    perform require_version(in_if_match, incident.version);
    return incident;
end
$$;
create or replace function incident_respond(in_status int, in_id uuid) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    return (
        select respond(in_status, i.body, case when in_status = 201 then '/v1/incidents/' || i.id end, i.version)
        from incidents_json i where i.id = in_id);
end
$$;
-- in_at is where the action stands in the body.
create or replace function incident_act(in_incident_id uuid, in_action jsonb, in_at text) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
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
end
$$;

create or replace function incidents_create(in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
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
        perform problem('conflict', '{"reason": "already-open"}');
    end;
    for action in
        select value, place - 1 as place from jsonb_array_elements(coalesce(in_body->'actions', '[]')) with ordinality a (value, place)
    loop
        if action.value->>'code' = 'follow_up' then
            perform problem_field('actions/' || action.place || '/code', 'not-allowed');
        end if;
        perform incident_act(new_id, action.value, 'actions/' || action.place || '/');
    end loop;
    perform audit('create', 'incident', new_id, array[(select i.participant_id from incidents i where i.id = new_id)], body_fields(in_body));
    return incident_respond(201, new_id);
end
$$;
-- What has been done may be recorded from the first minute; a follow-up is one only after that.
create or replace function incidents_actions_create(in_id uuid, in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    incident incidents := incident_lock(in_id);
    is_follow_up boolean := in_body->>'code' = 'follow_up';
begin
    if incident.state = 'closed' or is_follow_up and incident.state not in ('actioned', 'followed_up') then
        perform problem_state(incident.state);
    elsif (select count(*) from incident_actions a where a.incident_id = in_id) >= 100 then
        perform problem('conflict', '{"reason": "too-many"}');
    end if;
    perform incident_act(in_id, in_body, '');
    update incidents i set
        state = case when is_follow_up then 'followed_up' when i.state = 'acknowledged' then 'actioned' else i.state end,
        followed_up_at = case when is_follow_up then coalesce(i.followed_up_at, app_now()) else i.followed_up_at end,
        version = i.version + 1
    where i.id = in_id;
    perform audit('act', 'incident', in_id, array[incident.participant_id], body_fields(in_body));
    return incident_respond(201, in_id);
end
$$;
create or replace function incidents_acknowledge(in_id uuid, in_if_match int[]) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    incident incidents := incident_lock(in_id, in_if_match);
begin
    if incident.state <> 'open' then
        perform problem_state(incident.state);
    end if;
    update incidents i set
        state = 'acknowledged', acknowledged_at = app_now(), acknowledged_by = actor_account_id(), version = i.version + 1
    where i.id = in_id;
    -- What was done before anybody acknowledged it counts.
    if exists (select from incident_actions a where a.incident_id = in_id) then
        update incidents i set state = 'actioned' where i.id = in_id;
    end if;
    perform audit('acknowledge', 'incident', in_id, array[incident.participant_id]);
    return incident_respond(200, in_id);
end
$$;
create or replace function incidents_close(in_id uuid, in_if_match int[]) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
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
end
$$;

-- The note is sealed for its author; coordinators and the supervisor who may read the debrief may read it, for nobody else does it open.
create or replace function debrief_note(in_id uuid) returns text
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return (
        select unseal('debrief.note', d.note) from debriefs d
        where d.id = in_id and (
            d.account_id = actor_account_id()
            or (actor_role() = 'coordinator' or actor_role() = 'mental_health_professional' and d.supervisor_account_id = actor_account_id())
                and not debrief_is_near(d.session_id, d.group_id)));
end
$$;
alter function debrief_note(uuid) owner to alongside_definer;
-- The group of a session that the actor led, by having been there when it started or as the professional on call; null otherwise.
-- I13: nor in a group where they are a peer.
create or replace function session_led_group(in_session_id uuid) returns uuid
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return (
        select s.group_id from sessions s
        where s.id = in_session_id and s.group_id <> all (actor_own_group_ids()) and (
            exists (select from session_presences p where p.session_id = s.id and p.account_id = actor_account_id())
            or session_role(s.id) = 'on_call_professional' and s.started_at is not null));
end
$$;
alter function session_led_group(uuid) owner to alongside_definer;

-- Too near to read the debriefs of others: a host of that session or group, whatever else they are, and (I13) somebody who is a peer in it.
create or replace function debrief_is_near(in_session_id uuid, in_group_id uuid) returns boolean
language plpgsql stable
set search_path = alongside, pg_catalog
as $$
begin
    return session_led_group(in_session_id) is not null or in_group_id = any (actor_group_ids() || actor_own_group_ids());
end
$$;
-- Who may be asked to supervise: an active professional who is not, and was not, a host of that group.
create or replace function debrief_may_supervise(in_debrief debriefs, in_account_id uuid) returns boolean
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return actor_role() = 'coordinator' and exists (
        select from accounts a where a.id = in_account_id and a.role = 'mental_health_professional' and a.is_active)
        and not exists (select from host_assignments h where h.account_id = in_account_id and h.group_id = in_debrief.group_id)
        and not exists (select from session_presences p where p.account_id = in_account_id and p.session_id = in_debrief.session_id)
        and not host_is_barred(in_account_id, in_debrief.group_id);
end
$$;
alter function debrief_may_supervise(debriefs, uuid) owner to alongside_definer;

create or replace view debriefs_json with (security_invoker = true) as
select d.id, d.version, d.created_at, d.session_id, d.account_id, d.supervision_due, d.supervised_at, json_build_object(
    'id', d.id,
    'session_id', d.session_id,
    'account_id', d.account_id,
    'delivered', d.delivered,
    'climate', d.climate,
    'wellbeing', d.wellbeing,
    'wants_supervision', d.wants_supervision,
    'note', case when d.note is not null then debrief_note(d.id) end,
    'needs_supervision', d.needs_supervision,
    'supervision_due', utc(d.supervision_due),
    'supervisor_account_id', d.supervisor_account_id,
    'supervised_at', utc(d.supervised_at),
    'supervised_by', d.supervised_by,
    'created_at', utc(d.created_at)) as body
from debriefs d;

create or replace function debriefs_create(in_session_id uuid, in_body jsonb, in_key jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    new_id uuid := gen_random_uuid();
    led_group uuid := session_led_group(in_session_id);
    led_state text := session_runs_json(in_session_id)->>'state';
    wants boolean := coalesce((in_body->>'wants_supervision')::boolean, false);
begin
    if led_group is null then
        perform problem('not-found');
    elsif led_state = 'in_progress' then
        perform problem_state(led_state);
    end if;
    insert into debriefs (
        id, session_id, group_id, account_id, delivered, climate, wellbeing, wants_supervision, note, supervision_due, created_at)
    values (
        new_id, in_session_id, led_group, actor_account_id(), (in_body->>'delivered')::boolean, (in_body->>'climate')::int,
        (in_body->>'wellbeing')::int, wants, in_body->>'note',
        case when wants or (in_body->>'wellbeing')::int <= 2 then business_days_after(app_now(), 1) end, app_now());
    perform keep_key(in_key, 'staff', actor_account_id());
    perform audit('create', 'debrief', new_id, in_fields => body_fields(in_body));
    return (select respond(201, d.body, '/v1/debriefs/' || d.id, d.version) from debriefs_json d where d.id = new_id);
end
$$;
create or replace function debrief_lock(in_id uuid, in_if_match int[]) returns debriefs
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    debrief debriefs;
begin
    select * into debrief from debriefs d where d.id = in_id for update;
    if not found then
        perform problem('not-found');
    end if;
    perform require_version(in_if_match, debrief.version);
    if debrief.supervised_at is not null then
        perform problem_state('supervised');
    end if;
    return debrief;
end
$$;
-- A6.1, A6.8: a coordinator asks a professional to supervise, or takes that back.
create or replace function debriefs_update(in_id uuid, in_if_match int[], in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    debrief debriefs := debrief_lock(in_id, in_if_match);
    supervisor uuid := (in_body->>'supervisor_account_id')::uuid;
begin
    if supervisor is not null and not debrief_may_supervise(debrief, supervisor) then
        perform problem_field('supervisor_account_id', 'not-allowed');
    end if;
    update debriefs d set supervisor_account_id = supervisor, version = d.version + 1 where d.id = in_id;
    perform audit('update', 'debrief', in_id, in_fields => body_fields(in_body));
    return (select respond(200, d.body, null, d.version) from debriefs_json d where d.id = in_id);
end
$$;
-- Somebody has talked with the author.
create or replace function debriefs_supervise(in_id uuid, in_if_match int[]) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    perform debrief_lock(in_id, in_if_match);
    update debriefs d set supervised_at = app_now(), supervised_by = actor_account_id(), version = d.version + 1 where d.id = in_id;
    perform audit('supervise', 'debrief', in_id);
    return (select respond(200, d.body, null, d.version) from debriefs_json d where d.id = in_id);
end
$$;
