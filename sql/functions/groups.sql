-- SPDX-License-Identifier: MIT
-- Groups: planned from a service, opened, confirmed, ended.

create or replace view groups_json with (security_invoker = true) as
select g.id, g.version, g.created_at, row_to_json(members) as body
from cohorts g join services v on v.id = g.service_id
cross join lateral (select
    g.id,
    g.service_id,
    g.activity_id,
    json_build_object('code', v.code, 'title', localized(v.title_en, v.title_fr)) as service,
    g.language,
    g.composition,
    g.timezone,
    g.state,
    g.coordinator_id,
    g.capacity,
    g.session_capacity,
    g.places_given_hours,
    g.places_offered_hours,
    g.places_late_minutes,
    g.max_sessions,
    g.parts,
    g.joining,
    g.topics,
    g.registration_deadline_days,
    g.offer_hours,
    utc(g.created_at) as created_at) members;

-- How a group stands at the moment: it changes without the group's version, so only lists show it. Whether it is full and whether a
-- conflict stands is not for hosts to know; how many are placed, not for other coordinators either.
create or replace view group_standings with (security_invoker = true) as
select g.id, json_build_object(
    'seats_taken', case when g.coordinator_id = any ((select actor_stands_for_ids())::uuid[]) then cohort_seats_shown(g.id) end,
    'is_full', cohort_is_full(g.id),
    'sessions', s.planned,
    'first_starts_at', utc(s.first_starts_at),
    'next_starts_at', utc(s.next_starts_at),
    'is_locked', cohort_is_locked(g),
    'is_blocked', case when (select actor_role()) = 'coordinator' then conflict_blocks_cohort(g.id) end) as standing
from cohorts g
cross join lateral (
    select
        count(*) as planned,
        min(s.starts_at) as first_starts_at,
        min(s.starts_at) filter (where s.state = 'scheduled' and s.starts_at > app_now()) as next_starts_at
    from sessions s where s.cohort_id = g.id and s.state <> 'cancelled') s;

-- Newest first. Hosts: those they lead. Each way of asking has an index of its own.
create or replace function groups_find(in_query jsonb) returns table (at timestamptz, id uuid) language plpgsql stable as $$
declare
    after_at timestamptz := in_query#>>'{after,at}';
    after_id uuid := in_query#>>'{after,id}';
    wanted int := (in_query->>'limit')::int + 1;
    speaks text := in_query->>'language';
    service uuid := in_query->>'service_id';
    coordinator uuid := in_query->>'coordinator_id';
    activity uuid := in_query->>'activity_id';
begin
    if actor_role() <> 'coordinator' then
        return query
        select g.created_at, g.id
        from (select distinct unnest(actor_cohort_ids()) as id) mine join cohorts g on g.id = mine.id
        where (g.created_at, g.id) < (after_at, after_id) and (in_query->'state' is null or in_query->'state' ? g.state)
            and (speaks is null or g.language = speaks) and (service is null or g.service_id = service)
            and (activity is null or g.activity_id = activity)
            and (coordinator is null or g.coordinator_id = coordinator)
        order by g.created_at desc, g.id desc limit wanted;
    elsif coordinator is not null then
        return query
        select g.created_at, g.id
        from jsonb_array_elements_text(coalesce(in_query->'state', code_list('group_state'))) wanted_state cross join lateral (
            select g.created_at, g.id from cohorts g
            where g.coordinator_id = coordinator and g.state = wanted_state and (g.created_at, g.id) < (after_at, after_id)
                and (speaks is null or g.language = speaks) and (service is null or g.service_id = service)
                and (activity is null or g.activity_id = activity)
            order by g.created_at desc, g.id desc limit wanted) g
        order by g.created_at desc, g.id desc limit wanted;
    elsif in_query ? 'state' then
        return query
        select g.created_at, g.id
        from jsonb_array_elements_text(in_query->'state') wanted_state cross join lateral (
            select g.created_at, g.id from cohorts g
            where g.state = wanted_state and (g.created_at, g.id) < (after_at, after_id)
                and (speaks is null or g.language = speaks) and (service is null or g.service_id = service)
                and (activity is null or g.activity_id = activity)
            order by g.created_at desc, g.id desc limit wanted) g
        order by g.created_at desc, g.id desc limit wanted;
    else
        return query
        select g.created_at, g.id from cohorts g
        where (g.created_at, g.id) < (after_at, after_id)
            and (speaks is null or g.language = speaks) and (service is null or g.service_id = service)
            and (activity is null or g.activity_id = activity)
        order by g.created_at desc, g.id desc limit wanted;
    end if;
end $$;

create or replace function group_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, g.body, case when in_status = 201 then '/v1/groups/' || g.id end, g.version)
        from groups_json g where g.id = in_id);
end $$;

-- One step of the life of a group, or 409 naming where it stands.
create or replace function group_step(in_id uuid, in_if_match int[], in_from text[], in_to text) returns cohorts language plpgsql as $$
declare
    cohort cohorts := cohort_lock(in_id, in_if_match);
begin
    if cohort.state <> all (in_from) then
        perform problem_state(cohort.state);
    end if;
    update cohorts g set state = in_to, version = g.version + 1 where g.id = in_id;
    if in_to in ('completed', 'cancelled') then
        perform comparison_ask('cohort', array[in_id]);
    end if;
    return cohort;
end $$;

-- The wall times a new group asks for, each with the place where it stands in the body.
create or replace function group_wall_times(in_body jsonb, in_parts jsonb)
returns table (pointer text, local_start timestamp, seq bigint, minutes int) immutable language sql
begin atomic
    select w.pointer, w.local_start, w.seq, part_minutes(in_parts, part_at(in_parts, w.seq::int))
    from (
        select t.pointer, t.local_start, row_number() over (order by t.local_start) as seq
        from (
            select
                '#/series/local_start' as pointer,
                (in_body#>>'{series,local_start}')::timestamp + part_days_after_first(in_parts, n) * interval '1 day' as local_start
            from generate_series(1, (in_body#>>'{series,count}')::int) n
            union all
            select '#/local_starts/' || (place - 1), value::timestamp
            from jsonb_array_elements_text(coalesce(in_body->'local_starts', '[]')) with ordinality t (value, place)) t) w;
end;

-- I2, decision 1: a group takes the figures of its service with it, smaller if asked, never larger; of several parts it has each.
create or replace function group_faults(in_body jsonb, in_service services, in_times bigint) returns jsonb language plpgsql immutable as $$
begin
    return (
        select jsonb_agg(jsonb_build_object('pointer', f.pointer, 'code', f.code))
        from (values
            ('#/capacity', 'too-large', (in_body->>'capacity')::int > in_service.capacity),
            ('#/max_sessions', 'too-large', (in_body->>'max_sessions')::int > in_service.max_sessions),
            ('#/max_sessions', 'too-small', (in_body->>'max_sessions')::int < jsonb_array_length(in_service.parts)),
            ('#/series', 'required', in_body->'series' is null and in_body->'local_starts' is null),
            ('#/local_starts', 'invalid', in_body->'series' is not null and in_body->'local_starts' is not null),
            (case when in_body->'series' is not null then '#/series/count' else '#/local_starts' end,
                case when in_body->'series' is not null then 'too-large' else 'too-many' end,
                num_nulls(in_body->'series', in_body->'local_starts') = 1
                    and in_times > least(coalesce((in_body->>'max_sessions')::int, in_service.max_sessions), in_service.max_sessions)),
            (case when in_body->'series' is not null then '#/series/count' else '#/local_starts' end,
                case when in_body->'series' is not null then 'too-small' else 'too-few' end,
                num_nulls(in_body->'series', in_body->'local_starts') = 1 and in_times < jsonb_array_length(in_service.parts))
        ) f (pointer, code, is_wrong)
        where f.is_wrong);
end $$;

-- S2.25: a track of an activity that is not over, with the figures of its service.
create or replace function group_require_activity(in_body jsonb) returns void language plpgsql as $$
declare
    activity activities;
begin
    if in_body->>'activity_id' is null then
        return;
    end if;
    -- Held: it is not ended or called off meanwhile.
    select * into activity from activities a where a.id = (in_body->>'activity_id')::uuid for share;
    if not found then
        perform problem_field('activity_id', 'does-not-exist');
    elsif activity.service_id <> (in_body->>'service_id')::uuid then
        perform problem_field('service_id', 'invalid');
    elsif activity.state in ('ended', 'cancelled') then
        perform problem_state(activity.state);
    end if;
end $$;

-- Writes: cohorts, sessions.
create or replace function groups_create(in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    service services;
    zone text := coalesce(in_body->>'timezone', office_zone());
    times jsonb;
begin
    select * into service from services s where s.id = (in_body->>'service_id')::uuid;
    if not found then
        perform problem_field('service_id', 'does-not-exist');
    elsif service.state <> 'available' then
        perform problem_state(service.state);
    end if;
    perform group_require_activity(in_body);
    perform require_timezone('timezone', zone);
    times := (select jsonb_agg(to_jsonb(t)) from group_wall_times(in_body, service.parts) t);
    perform require_no_faults(group_faults(in_body, service, jsonb_array_length(times)));
    perform require_no_faults(wall_time_faults(times, zone));
    insert into cohorts (
        id, service_id, activity_id, language, composition, timezone, coordinator_id, capacity, session_capacity, places_given_hours,
        places_offered_hours, places_late_minutes, max_sessions, parts, joining, topics,
        registration_deadline_days, offer_hours, created_at)
    values (
        new_id, service.id, (in_body->>'activity_id')::uuid, in_body->>'language', coalesce(in_body->>'composition', 'mixed'), zone,
        actor_account_id(), coalesce((in_body->>'capacity')::int, service.capacity), service.session_capacity, service.places_given_hours,
        service.places_offered_hours, service.places_late_minutes, coalesce((in_body->>'max_sessions')::int, service.max_sessions),
        service.parts, service.joining, service.topics,
        case when in_body ? 'registration_deadline_days'
            then (in_body->>'registration_deadline_days')::int else service.registration_deadline_days end,
        service.offer_hours, app_now());
    insert into sessions (
        cohort_id, seq, part, capacity, registration_deadline_days, local_start, timezone, starts_at, duration_minutes, hosts,
        calendar_changed_at, changed_at)
    select
        new_id, t.seq, p.part, service.session_capacity, place_deadline_days(g), t.local_start, zone, wall_instant(t.local_start, zone),
        t.minutes, part_of(service.parts, p.part)->'hosts', app_now(), app_now()
    from cohorts g
    cross join group_wall_times(in_body, service.parts) t
    cross join lateral (select part_at(service.parts, t.seq::int) as part) p
    where g.id = new_id;
    perform audit('create', 'group', new_id, in_fields => body_fields(in_body));
    return group_respond(201, new_id);
end $$;

-- Writes: cohorts, and offers that end earlier. Locks: the cohort.
create or replace function groups_update(in_id uuid, in_if_match int[], in_body jsonb) returns response language plpgsql as $$
declare
    cohort cohorts := cohort_lock(in_id, in_if_match);
    capacity_before int := cohort.capacity;
    service services;
begin
    perform cohort_require_alive(cohort);
    select * into service from services s where s.id = cohort.service_id;
    perform require_no_faults((
        select jsonb_agg(jsonb_build_object('pointer', '#/' || f.name, 'code', f.code))
        from (values
            -- A running group keeps what it has, also where its service has become smaller.
            ('capacity', 'too-large', (in_body->>'capacity')::int > greatest(service.capacity, cohort.capacity)),
            ('max_sessions', 'too-large', (in_body->>'max_sessions')::int > greatest(service.max_sessions, cohort.max_sessions)),
            ('max_sessions', 'too-small', (in_body->>'max_sessions')::int < jsonb_array_length(cohort.parts))
        ) f (name, code, is_wrong)
        where f.is_wrong));
    cohort := jsonb_populate_record(cohort, in_body);
    -- Who does not see how many there are takes none away.
    if cohort.capacity < coalesce(cohort_seats_shown(in_id), capacity_before) then
        perform conflict('seats-taken');
    elsif cohort.max_sessions < (select count(*) from sessions s where s.cohort_id = in_id and s.state <> 'cancelled') then
        perform conflict('sessions-planned');
    end if;
    update cohorts g set
        composition = cohort.composition,
        capacity = cohort.capacity,
        max_sessions = cohort.max_sessions,
        registration_deadline_days = cohort.registration_deadline_days,
        version = g.version + 1
    where g.id = in_id;
    perform audit('update', 'group', in_id, in_fields => body_fields(in_body));
    if in_body ? 'registration_deadline_days' then
        perform cohort_offers_shorten(in_id);
    end if;
    return group_respond(200, in_id);
end $$;

-- People may be placed from now on.
create or replace function groups_open(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
begin
    perform group_step(in_id, in_if_match, '{draft}', 'recruiting');
    update cohorts g set opened_at = app_now() where g.id = in_id;
    if not exists (select from sessions s where s.cohort_id = in_id and s.state = 'scheduled' and s.starts_at > app_now()) then
        perform conflict('no-sessions');
    end if;
    perform interest_tell(g.activity_id) from cohorts g where g.id = in_id and g.activity_id is not null;
    perform audit('open', 'group', in_id);
    return group_respond(200, in_id);
end $$;

-- It will take place. S2.43: where topics are predetermined, every session has its own by then.
create or replace function groups_confirm(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
declare
    cohort cohorts := group_step(in_id, in_if_match, '{recruiting}', 'confirmed');
    without_topic jsonb;
begin
    select jsonb_agg(s.id order by s.seq) into without_topic
    from sessions s where s.cohort_id = in_id and s.state = 'scheduled' and s.topic_en is null;
    if cohort.topics = 'predetermined' and without_topic is not null then
        perform conflict('topics-missing', jsonb_build_object('session_ids', without_topic));
    end if;
    perform audit('confirm', 'group', in_id);
    return group_respond(200, in_id);
end $$;

-- No reason is kept. Whoever holds a seat is told before it is released.
-- Writes: cohorts, outbox, sessions, and what each seat writes that is released. Locks: the cohort, then its enrolments.
create or replace function groups_cancel(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
begin
    perform group_step(in_id, in_if_match, '{draft,recruiting,confirmed,in_progress}', 'cancelled');
    if exists (select from sessions s where s.cohort_id = in_id and s.state = 'in_progress') then
        perform conflict('session-in-progress');
    end if;
    perform cohort_notify(in_id, 'group_cancelled');
    perform notice_tell_hosts(in_id, 'group_cancelled', in_id);
    perform guest_tell(array(select s.id from sessions s where s.cohort_id = in_id and s.state = 'scheduled'), 'guest_cancelled');
    perform session_drop(s.id) from sessions s where s.cohort_id = in_id and s.state = 'scheduled';
    perform seat_release_all(in_id, 'group_cancelled');
    perform audit('cancel', 'group', in_id);
    return group_respond(200, in_id);
end $$;

-- Writes: cohorts, and what each seat writes that ends. Locks: the cohort, then its enrolments.
create or replace function groups_complete(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
begin
    perform group_step(in_id, in_if_match, '{in_progress}', 'completed');
    if exists (select from sessions s where s.cohort_id = in_id and s.state in ('scheduled', 'in_progress')) then
        perform conflict('sessions-left');
    end if;
    perform cohort_seats_complete(in_id);
    perform audit('complete', 'group', in_id);
    return group_respond(200, in_id);
end $$;
