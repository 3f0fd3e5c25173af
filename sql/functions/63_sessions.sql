-- SPDX-License-Identifier: MIT
-- Sessions: local wall time and zone are the truth, the instant is derived (decision 12). Every change is made under the group's lock.

create or replace view sessions_json with (security_invoker = true) as
select s.id, s.group_id, s.seq, s.version, json_build_object(
    'id', s.id,
    'group_id', s.group_id,
    'seq', s.seq,
    'state', s.state,
    'local_start', to_char(s.local_start, 'YYYY-MM-DD"T"HH24:MI'),
    'timezone', s.timezone,
    'utc_offset', utc_offset(s.local_start, s.starts_at),
    'starts_at', utc(s.starts_at),
    'ends_at', utc(session_ends_at(s)),
    'duration_minutes', s.duration_minutes,
    'makes_up_for', s.makes_up_for,
    'topic', case when s.topic_en is not null then localized(s.topic_en, s.topic_fr) end,
    'material', case when s.material_en is not null then localized(s.material_en, s.material_fr) end,
    'join_link', unseal('session.join_link', s.join_link),
    'started_at', utc(s.started_at),
    'ended_at', utc(s.ended_at),
    'changed_at', utc(s.changed_at)) as body
from sessions s;

create or replace function sessions_respond(in_status int, in_id uuid) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    return (
        select respond(in_status, s.body, case when in_status = 201 then '/v1/sessions/' || s.id end, s.version)
        from sessions_json s where s.id = in_id);
end
$$;
-- The session, locked after its group, in the version the caller knows.
create or replace function sessions_lock(in_id uuid, in_if_match int[] default null) returns sessions
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    locked sessions;
begin
    perform groups_lock((select s.group_id from sessions s where s.id = in_id));
    select * into locked from sessions s where s.id = in_id for update;
    if not found then
        perform problem('not-found');
    end if;
    perform require_version(in_if_match, locked.version);
    return locked;
end
$$;

-- The instant of a wall time that is still to come, or a fault of local_start.
create or replace function sessions_instant(in_local timestamp, in_zone text) returns timestamptz
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    instant timestamptz := wall_instant(in_local, in_zone);
begin
    if instant_fault(instant) is not null then
        perform problem_field('local_start', instant_fault(instant));
    end if;
    return instant;
end
$$;
-- No two sessions of a group at once, and nobody leads two groups at once.
create or replace function sessions_require_apart(in_group_id uuid) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if exists (
        select from (
            select s.starts_at, lag(session_ends_at(s)) over (order by s.starts_at) as previous_ends_at
            from sessions s where s.group_id = in_group_id and s.state <> 'cancelled') s
        where s.starts_at < s.previous_ends_at)
    then
        perform problem_field('local_start', 'overlaps');
    end if;
    perform hosts_require_no_clash(in_group_id);
end
$$;

-- An extra session, or one that makes up for a cancelled one. I2: never more than the group may have.
create or replace function sessions_create(in_group_id uuid, in_body jsonb, in_key jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    planned groups := groups_lock(in_group_id);
    new_id uuid := gen_random_uuid();
    local_start timestamp := (in_body->>'local_start')::timestamp;
    instant timestamptz;
    made json;
    answer response;
begin
    perform groups_require_alive(planned);
    instant := sessions_instant(local_start, planned.timezone);
    -- Cancelled ones stay in the series, and in everybody's calendar: there is a bound for all of them as well.
    if (select count(*) from sessions s where s.group_id = in_group_id and s.state <> 'cancelled') >= planned.max_sessions
        or (select count(*) from sessions s where s.group_id = in_group_id) >= 200
    then
        perform problem('conflict', '{"reason": "max-sessions"}');
    elsif in_body->>'makes_up_for' is not null and not exists (
        select from sessions s
        where s.id = (in_body->>'makes_up_for')::uuid and s.group_id = in_group_id and s.state = 'cancelled')
    then
        perform problem_field('makes_up_for', 'invalid');
    end if;
    perform sessions_require_topic(planned, in_body#>>'{topic,en}');
    insert into sessions (
        id, group_id, seq, local_start, timezone, starts_at, duration_minutes, makes_up_for, topic_en, topic_fr, material_en,
        material_fr, join_link, changed_at)
    values (
        new_id, in_group_id, (select coalesce(max(s.seq), 0) + 1 from sessions s where s.group_id = in_group_id), local_start,
        planned.timezone, instant, planned.duration_minutes, (in_body->>'makes_up_for')::uuid, in_body#>>'{topic,en}',
        in_body#>>'{topic,fr}', in_body#>>'{material,en}', in_body#>>'{material,fr}', in_body->>'join_link', app_now());
    perform keep_key(in_key, 'session', new_id);
    perform sessions_require_apart(in_group_id);
    perform audit('create', 'session', new_id, in_fields => body_fields(in_body));
    perform group_notify(in_group_id, 'series_changed', jsonb_build_object('session_id', new_id));
    perform waiting_list_advance(in_group_id);
    -- What is kept for a repeated request has no link: there it would outlive its key.
    select s.body into made from sessions_json s where s.id = new_id;
    answer := respond(201, (made::jsonb || '{"join_link": null}')::json, '/v1/sessions/' || new_id, 1);
    answer.body := made;
    return answer;
end
$$;
-- S2.43: once a group with predetermined topics is confirmed, none of its sessions is without one.
create or replace function sessions_require_topic(in_group groups, in_topic text) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if in_group.topics = 'predetermined' and in_group.state in ('confirmed', 'in_progress') and in_topic is null then
        perform problem_field('topic', 'required');
    end if;
end
$$;

-- Moves one session, and with it those that follow, by the same shift of the wall clock: a weekly evening stays that evening
-- over every change of the clocks. Returns how many moved.
create or replace function sessions_move(in_session sessions, in_local timestamp, in_with_following boolean) returns int
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    faults jsonb;
    moved int;
begin
    with target as (
        select s.id, t.local_start, wall_instant(t.local_start, s.timezone) as instant
        from sessions s cross join lateral (select s.local_start + (in_local - in_session.local_start) as local_start) t
        where s.group_id = in_session.group_id and (s.id = in_session.id
            or in_with_following and s.state = 'scheduled' and (s.starts_at, s.seq) > (in_session.starts_at, in_session.seq))),
    changed as (
        update sessions s set
            local_start = t.local_start,
            starts_at = t.instant,
            calendar_sequence = s.calendar_sequence + 1,
            changed_at = app_now(),
            version = s.version + 1
        from target t
        where s.id = t.id and instant_fault(t.instant) is null
        returning s.id)
    select
        (select count(*) from changed),
        jsonb_agg(distinct jsonb_build_object('pointer', '#/local_start', 'code', instant_fault(t.instant)))
            filter (where instant_fault(t.instant) is not null)
    into moved, faults
    from target t;
    perform require_no_faults(faults);
    return moved;
end
$$;

create or replace function sessions_update(in_id uuid, in_if_match int[], in_body jsonb, in_key jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    session sessions := sessions_lock(in_id, in_if_match);
    planned groups;
    local_start timestamp := (in_body->>'local_start')::timestamp;
    with_following boolean := coalesce((in_body->>'cascade')::boolean, false);
    moved int := 0;
begin
    select * into planned from groups g where g.id = session.group_id;
    if session.state not in ('scheduled', 'in_progress') or local_start is not null and session.state <> 'scheduled' then
        perform problem_state(session.state);
    elsif with_following and local_start is null then
        perform problem_field('cascade', 'invalid');
    end if;
    if local_start <> session.local_start then
        moved := sessions_move(session, local_start, with_following);
        perform sessions_require_apart(session.group_id);
    end if;
    if in_body ? 'topic' then
        perform sessions_require_topic(planned, in_body#>>'{topic,en}');
        session.topic_en := in_body#>>'{topic,en}';
        session.topic_fr := in_body#>>'{topic,fr}';
    end if;
    if in_body ? 'material' then
        session.material_en := in_body#>>'{material,en}';
        session.material_fr := in_body#>>'{material,fr}';
    end if;
    if in_body ? 'join_link' then
        perform erase_keys('session', in_id);
        session.join_link := in_body->>'join_link';
    end if;
    update sessions s set
        topic_en = session.topic_en,
        topic_fr = session.topic_fr,
        material_en = session.material_en,
        material_fr = session.material_fr,
        join_link = session.join_link,
        changed_at = app_now(),
        version = session.version + 1
    where s.id = in_id;
    perform keep_key(in_key, 'session', in_id);
    perform audit('update', 'session', in_id, in_fields => body_fields(in_body));
    if moved > 0 then
        perform group_notify(
            session.group_id, case when moved > 1 then 'series_changed' else 'session_changed' end,
            jsonb_build_object('session_id', in_id));
        -- I3, I10: with the first session the lock and the deadline have moved.
        perform waiting_list_advance(session.group_id);
    end if;
    return sessions_respond(200, in_id);
end
$$;

-- A cancelled session keeps its place; its link ends. The calendar shows it as cancelled.
create or replace function sessions_drop(in_id uuid) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    perform erase_keys('session', in_id);
    update sessions s set
        state = 'cancelled',
        join_link = null,
        calendar_sequence = s.calendar_sequence + 1,
        changed_at = app_now(),
        version = s.version + 1
    where s.id = in_id;
end
$$;
create or replace function sessions_cancel(in_id uuid, in_if_match int[]) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    session sessions := sessions_lock(in_id, in_if_match);
begin
    if session.state <> 'scheduled' then
        perform problem_state(session.state);
    end if;
    perform sessions_drop(in_id);
    perform audit('cancel', 'session', in_id);
    perform group_notify(session.group_id, 'session_cancelled', jsonb_build_object('session_id', in_id));
    perform waiting_list_advance(session.group_id);
    return sessions_respond(200, in_id);
end
$$;

-- For jobs: after new zone data, what is still to come is derived again from its wall time. Returns how many instants were wrong.
-- A wall time that the new clocks skip keeps the instant it had.
create or replace function sessions_rederive() returns int
language plpgsql
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    corrected int;
begin
    update sessions s set
        starts_at = wall_instant(s.local_start, s.timezone),
        calendar_sequence = s.calendar_sequence + 1,
        changed_at = app_now(),
        version = s.version + 1
    where s.state = 'scheduled' and s.starts_at > app_now() - interval '1 day'
        and wall_instant(s.local_start, s.timezone) <> s.starts_at
        and greatest(wall_instant(s.local_start, s.timezone), s.starts_at) > app_now();
    get diagnostics corrected = row_count;
    return corrected;
end
$$;
-- Everything that has a wall time: the worker asks for it when its session begins, so after every start.
create or replace function instants_rederive() returns int
language plpgsql
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return sessions_rederive() + meetings_rederive();
end
$$;
