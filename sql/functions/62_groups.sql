-- SPDX-License-Identifier: MIT
-- Groups: planned from a service, opened, confirmed, ended; and the one way from local wall time to an instant.

-- Decision 12: the instant of a wall time. An hour that comes twice is the first one; an hour that the clocks skip has none (null).
-- PostgreSQL alone takes the second one and moves a skipped hour, so the offsets of the days around are tried as well.
create or replace function wall_instant(in_local timestamp, in_zone text) returns timestamptz stable language sql
begin atomic
    select min(t.instant)
    from unnest(array[interval '-26 hours', interval '0', interval '26 hours']) around (shift)
    cross join lateral (select (in_local at time zone 'UTC') + around.shift as near) n
    cross join lateral (select (in_local at time zone 'UTC') - ((n.near at time zone in_zone) - (n.near at time zone 'UTC')) as instant) t
    where t.instant at time zone in_zone = in_local;
end;

create or replace view groups_json with (security_invoker = true) as
select g.id, g.version, g.created_at, json_build_object(
    'id', g.id,
    'service_id', g.service_id,
    'service', json_build_object('code', v.code, 'title', localized(v.title_en, v.title_fr)),
    'language', g.language,
    'composition', g.composition,
    'timezone', g.timezone,
    'state', g.state,
    'coordinator_account_id', g.coordinator_account_id,
    'capacity', g.capacity,
    'max_sessions', g.max_sessions,
    'duration_minutes', g.duration_minutes,
    'peer_supporters', g.peer_supporters,
    'mental_health_professionals', g.mental_health_professionals,
    'on_call_professional', g.on_call_professional,
    'joining', g.joining,
    'topics', g.topics,
    'registration_deadline_days', g.registration_deadline_days,
    'offer_hours', g.offer_hours,
    'created_at', utc(g.created_at)) as body
from groups g join services v on v.id = g.service_id;
-- How a group stands at the moment: it changes without the group's version, so only lists show it. How many are placed and whether a
-- conflict stands is not for hosts to know.
create or replace view group_standings with (security_invoker = true) as
select g.id, jsonb_build_object(
    'seats_taken', group_seats_shown(g.id),
    'sessions', s.planned,
    'first_starts_at', utc(s.first_starts_at),
    'next_starts_at', utc(s.next_starts_at),
    'is_locked', group_is_locked(g),
    'is_blocked', case when (select actor_role()) = 'coordinator' then conflicts_block_group(g.id) end) as standing
from groups g
cross join lateral (
    select
        count(*) as planned,
        min(s.starts_at) as first_starts_at,
        min(s.starts_at) filter (where s.state = 'scheduled' and s.starts_at > app_now()) as next_starts_at
    from sessions s where s.group_id = g.id and s.state <> 'cancelled') s;

-- The row, locked, in the version the caller knows; in_if_match null = any. Whatever counts seats, sessions or hosts begins here.
create or replace function groups_lock(in_id uuid, in_if_match int[] default null) returns groups
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    locked groups;
begin
    select * into locked from groups g where g.id = in_id for update;
    if not found then
        perform problem('not-found');
    end if;
    perform require_version(in_if_match, locked.version);
    return locked;
end
$$;
create or replace function groups_respond(in_status int, in_id uuid) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    return (
        select respond(in_status, g.body, case when in_status = 201 then '/v1/groups/' || g.id end, g.version)
        from groups_json g where g.id = in_id);
end
$$;
-- One step of the life of a group, or 409 naming where it stands.
create or replace function groups_step(in_id uuid, in_if_match int[], in_from text[], in_to text) returns groups
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    stepped groups := groups_lock(in_id, in_if_match);
begin
    if stepped.state <> all (in_from) then
        perform problem_state(stepped.state);
    end if;
    update groups g set state = in_to, version = g.version + 1 where g.id = in_id;
    return stepped;
end
$$;
-- What has ended is not planned any further.
create or replace function groups_require_alive(in_group groups) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if in_group.state in ('completed', 'cancelled') then
        perform problem_state(in_group.state);
    end if;
end
$$;

-- The wall times a new group asks for, each with the place where it stands in the body.
create or replace function group_wall_times(in_body jsonb) returns table (pointer text, local_start timestamp) immutable language sql
begin atomic
    select '#/series/local_start', (in_body#>>'{series,local_start}')::timestamp + n * interval '7 days'
    from generate_series(0, (in_body#>>'{series,count}')::int - 1) n
    union all
    select '#/local_starts/' || (place - 1), value::timestamp
    from jsonb_array_elements_text(coalesce(in_body->'local_starts', '[]')) with ordinality t (value, place);
end;
-- What is wrong with the instant of a wall time that is planned: skipped by the clocks, past, or a slip of the pen.
create or replace function instant_fault(in_instant timestamptz) returns text stable language sql
begin atomic
    select case
        when in_instant is null then 'skipped-hour'
        when in_instant <= app_now() then 'in-the-past'
        when in_instant > app_now() + interval '100 years' then 'too-far' end;
end;
-- And with several: one may begin before another has ended.
create or replace function wall_time_faults(in_times jsonb, in_zone text, in_minutes int) returns jsonb stable language sql
begin atomic
    select jsonb_agg(jsonb_build_object('pointer', f.pointer, 'code', f.code) order by f.place)
    from (
        select t.pointer, t.code, min(t.place) as place
        from (
            select v.pointer, v.place, coalesce(instant_fault(v.instant), case
                when v.instant < lag(v.instant) over (order by v.instant) + make_interval(mins => in_minutes) then 'overlaps'
            end) as code
            from (
                select w.value->>'pointer' as pointer, w.place, wall_instant((w.value->>'local_start')::timestamp, in_zone) as instant
                from jsonb_array_elements(in_times) with ordinality w (value, place)) v) t
        where t.code is not null
        group by t.pointer, t.code) f;
end;

-- I2, decision 1: a group takes the figures of its service with it, smaller if asked, never larger.
create or replace function groups_faults(in_body jsonb, in_service services, in_times bigint) returns jsonb immutable language sql
begin atomic
    select jsonb_agg(jsonb_build_object('pointer', f.pointer, 'code', f.code))
    from (values
        ('#/capacity', 'too-large', (in_body->>'capacity')::int > in_service.capacity),
        ('#/max_sessions', 'too-large', (in_body->>'max_sessions')::int > in_service.max_sessions),
        ('#/series', 'required', in_body->'series' is null and in_body->'local_starts' is null),
        ('#/local_starts', 'invalid', in_body->'series' is not null and in_body->'local_starts' is not null),
        (case when in_body->'series' is not null then '#/series/count' else '#/local_starts' end,
            case when in_body->'series' is not null then 'too-large' else 'too-many' end,
            num_nulls(in_body->'series', in_body->'local_starts') = 1
                and in_times > least(coalesce((in_body->>'max_sessions')::int, in_service.max_sessions), in_service.max_sessions))
    ) f (pointer, code, is_wrong)
    where f.is_wrong;
end;
create or replace function groups_create(in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    new_id uuid := gen_random_uuid();
    service services;
    zone text := coalesce(in_body->>'timezone', 'America/Toronto');
    times jsonb := (select jsonb_agg(to_jsonb(t)) from group_wall_times(in_body) t);
begin
    select * into service from services s where s.id = (in_body->>'service_id')::uuid;
    if not found then
        perform problem_field('service_id', 'does-not-exist');
    elsif service.state <> 'available' then
        perform problem_state(service.state);
    end if;
    perform require_timezone('timezone', zone);
    perform require_no_faults(groups_faults(in_body, service, jsonb_array_length(times)));
    perform require_no_faults(wall_time_faults(times, zone, service.duration_minutes));
    insert into groups (
        id, service_id, language, composition, timezone, coordinator_account_id, capacity, max_sessions, duration_minutes,
        peer_supporters, mental_health_professionals, on_call_professional, joining, topics, registration_deadline_days,
        offer_hours, created_at)
    values (
        new_id, service.id, in_body->>'language', coalesce(in_body->>'composition', 'mixed'), zone, actor_account_id(),
        coalesce((in_body->>'capacity')::int, service.capacity), coalesce((in_body->>'max_sessions')::int, service.max_sessions),
        service.duration_minutes, service.peer_supporters, service.mental_health_professionals, service.on_call_professional,
        service.joining, service.topics,
        case when in_body ? 'registration_deadline_days'
            then (in_body->>'registration_deadline_days')::int else service.registration_deadline_days end,
        service.offer_hours, app_now());
    insert into sessions (group_id, seq, local_start, timezone, starts_at, duration_minutes, changed_at)
    select
        new_id, row_number() over (order by t.local_start), t.local_start, zone, wall_instant(t.local_start, zone),
        service.duration_minutes, app_now()
    from group_wall_times(in_body) t;
    perform audit('create', 'group', new_id, in_fields => body_fields(in_body));
    return groups_respond(201, new_id);
end
$$;

create or replace function groups_update(in_id uuid, in_if_match int[], in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    planned groups := groups_lock(in_id, in_if_match);
    old_capacity int := planned.capacity;
    service services;
begin
    perform groups_require_alive(planned);
    select * into service from services s where s.id = planned.service_id;
    perform require_no_faults((
        select jsonb_agg(jsonb_build_object('pointer', '#/' || f.name, 'code', f.code))
        from (values
            -- A running group keeps what it has, also where its service has become smaller.
            ('capacity', 'too-large', (in_body->>'capacity')::int > greatest(service.capacity, planned.capacity)),
            ('max_sessions', 'too-large', (in_body->>'max_sessions')::int > greatest(service.max_sessions, planned.max_sessions)),
            ('coordinator_account_id', 'does-not-exist', in_body ? 'coordinator_account_id' and not exists (
                select from accounts a
                where a.id = (in_body->>'coordinator_account_id')::uuid and a.role = 'coordinator' and a.is_active))
        ) f (name, code, is_wrong)
        where f.is_wrong));
    planned := jsonb_populate_record(planned, in_body);
    if planned.capacity < group_seats_shown(in_id) then
        perform problem('conflict', '{"reason": "seats-taken"}');
    elsif planned.max_sessions < (select count(*) from sessions s where s.group_id = in_id and s.state <> 'cancelled') then
        perform problem('conflict', '{"reason": "sessions-planned"}');
    end if;
    update groups g set
        composition = planned.composition,
        capacity = planned.capacity,
        max_sessions = planned.max_sessions,
        registration_deadline_days = planned.registration_deadline_days,
        coordinator_account_id = planned.coordinator_account_id,
        version = g.version + 1
    where g.id = in_id;
    perform audit('update', 'group', in_id, in_fields => body_fields(in_body));
    if planned.capacity > old_capacity or in_body ? 'registration_deadline_days' then
        perform waiting_list_advance(in_id);
    end if;
    return groups_respond(200, in_id);
end
$$;

-- People may be placed from now on.
create or replace function groups_open(in_id uuid, in_if_match int[]) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    perform groups_step(in_id, in_if_match, '{draft}', 'recruiting');
    if not exists (select from sessions s where s.group_id = in_id and s.state = 'scheduled' and s.starts_at > app_now()) then
        perform problem('conflict', '{"reason": "no-sessions"}');
    end if;
    perform audit('open', 'group', in_id);
    return groups_respond(200, in_id);
end
$$;

-- It will take place. S2.43: where topics are predetermined, every session has its own by then.
create or replace function groups_confirm(in_id uuid, in_if_match int[]) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    stepped groups := groups_step(in_id, in_if_match, '{recruiting}', 'confirmed');
    without_topic jsonb;
begin
    select jsonb_agg(s.id order by s.seq) into without_topic
    from sessions s where s.group_id = in_id and s.state = 'scheduled' and s.topic_en is null;
    if stepped.topics = 'predetermined' and without_topic is not null then
        perform problem('conflict', jsonb_build_object('reason', 'topics-missing', 'session_ids', without_topic));
    end if;
    perform audit('confirm', 'group', in_id);
    return groups_respond(200, in_id);
end
$$;

-- No reason is kept. Whoever holds a seat is told before it is released.
create or replace function groups_cancel(in_id uuid, in_if_match int[]) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    perform groups_step(in_id, in_if_match, '{draft,recruiting,confirmed,in_progress}', 'cancelled');
    if exists (select from sessions s where s.group_id = in_id and s.state = 'in_progress') then
        perform problem('conflict', '{"reason": "session-in-progress"}');
    end if;
    perform group_notify(in_id, 'group_cancelled');
    perform sessions_drop(s.id) from sessions s where s.group_id = in_id and s.state = 'scheduled';
    perform enrolments_release_all(in_id, 'group_cancelled');
    perform audit('cancel', 'group', in_id);
    return groups_respond(200, in_id);
end
$$;

create or replace function groups_complete(in_id uuid, in_if_match int[]) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    perform groups_step(in_id, in_if_match, '{in_progress}', 'completed');
    if exists (select from sessions s where s.group_id = in_id and s.state in ('scheduled', 'in_progress')) then
        perform problem('conflict', '{"reason": "sessions-left"}');
    end if;
    perform group_seats_complete(in_id);
    perform audit('complete', 'group', in_id);
    return groups_respond(200, in_id);
end
$$;
-- With the group end its enrolments: who had a part has completed it, who still waited or thought it over waits no longer.
-- Also for people whom this coordinator does not see, and silently so.
create or replace function group_seats_complete(in_group_id uuid) returns void
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    enrolment enrolments;
begin
    if actor_role() <> 'coordinator' or in_group_id = any (actor_own_group_ids()) then
        perform problem('forbidden');
    end if;
    for enrolment in
        select * from enrolments e
        where e.group_id = in_group_id and e.is_live
        order by e.id for update
    loop
        if enrolment.is_seated then
            perform enrolment_move(enrolment, 'completed', null);
        else
            perform enrolment_move(enrolment, 'expired', 'expired', in_is_system => true);
        end if;
    end loop;
end
$$;
alter function group_seats_complete(uuid) owner to alongside_definer;
