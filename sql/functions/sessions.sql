-- SPDX-License-Identifier: MIT
-- Sessions: local wall time and zone are the truth, the instant is derived (decision 12). Every change is made under the cohort's lock.

-- What somebody is to a session: 'coordinator', the slot they fill in it, or null. I13: nothing, in a group where they are a peer.
create or replace function session_role(in_session_id uuid) returns text language plpgsql stable security definer as $$
begin
    return (
        select case actor_role()
            when 'coordinator' then 'coordinator'
            when 'peer_supporter' then (
                select h.slot from session_hosts(s.id) h where h.account_id = actor_account_id() and h.slot = 'peer_supporter' limit 1)
            when 'mental_health_professional' then (
                select h.slot from session_hosts(s.id) h
                where h.account_id = actor_account_id() and h.slot <> 'peer_supporter' order by h.slot limit 1) end
        from sessions s
        where s.id = in_session_id and s.cohort_id <> all (actor_own_cohort_ids()));
end $$;

-- Who leads which session that is not over: the hosts of the group, but for those whom a substitute replaces, and the substitutes.
create or replace view session_leads with (security_invoker = true) as
select h.session_id, h.cohort_id, h.starts_at, h.ends_at, h.assignment_id, h.account_id, h.guest_id, h.host_id, h.slot
from host_assignment_sessions h
where h.released_at is null and h.state in ('scheduled', 'in_progress', 'completed')
    -- Who stepped back leads nothing that is to come, and has no part in what began without them: nobody asked whether they may.
    and not exists (
        select from step_backs b
        where b.account_id = h.account_id and (
            b.ended_at is null and h.state <> 'completed'
            or h.started_at >= b.since and h.started_at < coalesce(b.ended_at, 'infinity')));

-- The hosts of a session, substitutions counted.
create or replace function session_hosts(in_session_id uuid) returns table (account_id uuid, guest_id uuid, host_id uuid, slot text)
language plpgsql stable security definer as $$
begin
    return query
    select l.account_id, l.guest_id, l.host_id, l.slot from session_leads l
    where l.session_id = in_session_id and actor_serves_cohort(l.cohort_id);
end $$;

-- I8, A6.8: from when its link is shown to those who have a seat.
create or replace function session_link_from(in_session sessions) returns timestamptz stable language sql
return in_session.starts_at - interval '24 hours';

-- Until when those who led it have to do with its people.
create or replace function session_near_until(in_session sessions) returns timestamptz stable language sql
return greatest(session_ends_at(in_session), in_session.ended_at) + interval '24 hours';

-- Hosts see people of a session that is to come, under way, or over for less than a day.
create or replace function session_is_near(in_session sessions) returns boolean stable language sql
return in_session.state in ('scheduled', 'in_progress')
    or in_session.state = 'completed' and app_now() <= session_near_until(in_session);

-- A6.8: whom the professional of this session may have to help now: somebody of its group, from half an hour before it until a day after.
-- Null for everybody else, at every other time.
create or replace function session_seat_in_window(in_session_id uuid, in_enrolment_id uuid) returns enrolments
language plpgsql stable security definer as $$
declare
    session sessions;
    enrolment enrolments;
begin
    select * into session from sessions s where s.id = in_session_id;
    select * into enrolment from enrolments e where e.id = in_enrolment_id and e.cohort_id = session.cohort_id;
    if actor_role() <> 'mental_health_professional' or session_role(in_session_id) is null
        or enrolment.id is null or enrolment.participant_id = any (actor_hidden_ids())
        or session.state not in ('scheduled', 'in_progress', 'completed')
        or app_now() < session.starts_at - interval '30 minutes'
        or app_now() > session_near_until(session)
        -- Who withdrew is seen only where they were in this very session.
        or not (enrolment.is_seated and place_is_held(session, in_enrolment_id)) and not exists (
            select from attendances a where a.session_id = in_session_id and a.enrolment_id = in_enrolment_id and a.status <> 'absent')
    then
        return null;
    end if;
    return enrolment;
end $$;

-- What one request sealed in both languages, with the key of both.
create or replace function session_material(in_session sessions, in_wrapped text) returns json stable language sql
return localized(
    sealed_mark('session.material', in_session.material_en, in_wrapped),
    sealed_mark('session.material', in_session.material_fr, in_wrapped));

create or replace view sessions_json with (security_invoker = true) as
select s.id, s.cohort_id, s.seq, s.version, row_to_json(members) as body
from sessions s
cross join lateral (select
    s.id,
    s.cohort_id as group_id,
    s.seq,
    s.state,
    wall_text(s.local_start) as local_start,
    s.timezone,
    utc_offset(s.local_start, s.starts_at) as utc_offset,
    utc(s.starts_at) as starts_at,
    utc(session_ends_at(s)) as ends_at,
    s.duration_minutes,
    s.part,
    s.capacity,
    s.registration_deadline_days,
    s.hosts,
    s.makes_up_for,
    case when s.topic_en is not null then localized(s.topic_en, s.topic_fr) end as topic,
    case when s.material_en is not null then (
        select session_material(s, k.wrapped) from sealed_keys k where k.id = (select sealed_key_id(s.material_en))) end as material,
    sealed_mark('session.join_link', s.join_link, (
        select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(s.join_link)))) as join_link,
    utc(s.link_changed_at) as link_changed_at,
    case when s.state in ('scheduled', 'in_progress') and app_now() >= session_link_from(s) then join_link_needs_replacing(s.id)
        else false end as link_needs_replacing,
    utc(s.started_at) as started_at,
    utc(s.ended_at) as ended_at,
    utc(s.changed_at) as changed_at) members;

create or replace function session_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, s.body, case when in_status = 201 then '/v1/sessions/' || s.id end, s.version)
        from sessions_json s where s.id = in_id);
end $$;

-- Locked after its cohort.
create or replace function session_lock(in_id uuid, in_if_match int[] default null) returns sessions language plpgsql as $$
declare
    session sessions;
begin
    perform cohort_lock((select s.cohort_id from sessions s where s.id = in_id));
    select * into session from sessions s where s.id = in_id for no key update;
    perform require_version(in_if_match, session.version);
    return session;
end $$;

-- No two sessions of a group at once, no part before one that it follows (S2.25), and nobody leads two groups at once.
create or replace function session_require_apart(in_cohort_id uuid) returns void language plpgsql as $$
begin
    if exists (
        select from (
            select s.starts_at, lag(session_ends_at(s)) over (order by s.starts_at) as previous_ends_at
            from sessions s where s.cohort_id = in_cohort_id and s.state <> 'cancelled') s
        where s.starts_at < s.previous_ends_at)
    then
        perform problem_field('local_start', 'overlaps');
    elsif exists (
        select from (
            select s.part, lag(s.part) over (order by s.starts_at) as previous_part
            from sessions s where s.cohort_id = in_cohort_id and s.state <> 'cancelled') s
        where s.part < s.previous_part)
    then
        perform problem_field('local_start', 'out-of-order');
    end if;
    perform host_require_no_clash(in_cohort_id);
end $$;

-- An extra session, or one that makes up for a cancelled one. I2: never more than the group may have.
-- Writes: sessions, outbox, and offers that end earlier. Locks: the cohort, then its hosts by id.
create or replace function sessions_create(in_cohort_id uuid, in_body jsonb, in_key jsonb) returns response language plpgsql as $$
declare
    cohort cohorts := cohort_lock(in_cohort_id);
    new_id uuid := gen_random_uuid();
    local_start timestamp := (in_body->>'local_start')::timestamp;
    instant timestamptz;
    part int;
    made json;
    answer response;
begin
    perform cohort_require_alive(cohort);
    instant := require_instant(local_start, cohort.timezone);
    -- Cancelled ones stay in the series, and in everybody's calendar: there is a bound for all of them as well.
    if (select count(*) from sessions s where s.cohort_id = in_cohort_id and s.state <> 'cancelled') >= cohort.max_sessions
        or (select count(*) from sessions s where s.cohort_id = in_cohort_id) >= 200
    then
        perform conflict('max-sessions');
    elsif in_body->>'makes_up_for' is not null and not exists (
        select from sessions s
        where s.id = (in_body->>'makes_up_for')::uuid and s.cohort_id = in_cohort_id and s.state = 'cancelled')
    then
        perform problem_field('makes_up_for', 'invalid');
    end if;
    perform session_require_topic(cohort, in_body#>>'{topic,en}');
    part := part_next(cohort, (in_body->>'makes_up_for')::uuid);
    insert into sessions (
        id, cohort_id, seq, part, capacity, registration_deadline_days, local_start, timezone, starts_at, duration_minutes, hosts,
        makes_up_for, topic_en, topic_fr, material_en, material_fr, join_link, calendar_changed_at, changed_at)
    values (
        new_id, in_cohort_id, (select coalesce(max(s.seq), 0) + 1 from sessions s where s.cohort_id = in_cohort_id), part,
        cohort.session_capacity, place_deadline_days(cohort), local_start,
        cohort.timezone, instant, part_minutes(cohort.parts, part), part_of(cohort.parts, part)->'hosts',
        (in_body->>'makes_up_for')::uuid, in_body#>>'{topic,en}', in_body#>>'{topic,fr}', in_body#>>'{material,en}',
        in_body#>>'{material,fr}', in_body->>'join_link', app_now(), app_now());
    perform keep_key(in_key, 'session', new_id);
    perform session_require_apart(in_cohort_id);
    perform audit('create', 'session', new_id, in_fields => body_fields(in_body));
    perform cohort_notify(in_cohort_id, 'session_added', jsonb_build_object('session_id', new_id));
    perform guest_tell(array[new_id], 'guest_assigned');
    perform cohort_offers_shorten(in_cohort_id);
    -- What is kept for a repeated request has no link: there it would outlive its key.
    select s.body into made from sessions_json s where s.id = new_id;
    answer := respond(201, (made::jsonb || '{"join_link": null}')::json, '/v1/sessions/' || new_id, 1);
    answer.body := made;
    return answer;
end $$;

-- S2.43: once a group with predetermined topics is confirmed, none of its sessions is without one.
create or replace function session_require_topic(in_cohort cohorts, in_topic text) returns void language plpgsql as $$
begin
    if in_cohort.topics = 'predetermined' and in_cohort.state in ('confirmed', 'in_progress') and in_topic is null then
        perform problem_field('topic', 'required');
    end if;
end $$;

-- Moves one session, and with it those that follow, by the same shift of the wall clock: a weekly evening stays that evening
-- over every change of the clocks. Returns those that moved, in their order.
create or replace function session_move(in_session sessions, in_local timestamp, in_with_following boolean) returns uuid[]
language plpgsql as $$
declare
    faults jsonb;
    moved uuid[];
begin
    with target as (
        select s.id, t.local_start, wall_instant(t.local_start, s.timezone) as instant
        from sessions s cross join lateral (select s.local_start + (in_local - in_session.local_start) as local_start) t
        where s.cohort_id = in_session.cohort_id and (s.id = in_session.id
            or in_with_following and s.state = 'scheduled' and (s.starts_at, s.seq) > (in_session.starts_at, in_session.seq))),
    changed as (
        update sessions s set
            local_start = t.local_start,
            starts_at = t.instant,
            calendar_sequence = s.calendar_sequence + 1, calendar_changed_at = app_now(),
            changed_at = app_now(),
            version = s.version + 1
        from target t
        where s.id = t.id and instant_fault(t.instant) is null
        returning s.id, s.starts_at)
    select
        array(select c.id from changed c order by c.starts_at),
        jsonb_agg(distinct jsonb_build_object('pointer', '#/local_start', 'code', instant_fault(t.instant)))
            filter (where instant_fault(t.instant) is not null)
    into moved, faults
    from target t;
    perform require_no_faults(faults);
    return moved;
end $$;

-- I3, I10: whoever comes or leads is told; with the first session the lock and the deadline have moved.
create or replace function session_follow_move(in_session sessions, in_moved uuid[]) returns void language plpgsql as $$
begin
    perform cohort_notify_moved(g, in_moved) from cohorts g where g.id = in_session.cohort_id;
    perform notice_tell_hosts(in_session.cohort_id, 'session_moved', in_session.id);
    perform guest_tell(in_moved, 'guest_moved');
    perform cohort_offers_shorten(in_session.cohort_id);
end $$;

-- Writes: sessions, outbox, and offers that end earlier. Locks: the cohort, the session, then its hosts by id.
create or replace function sessions_update(in_id uuid, in_if_match int[], in_body jsonb, in_key jsonb) returns response
language plpgsql as $$
declare
    session sessions := session_lock(in_id, in_if_match);
    cohort cohorts;
    local_start timestamp := (in_body->>'local_start')::timestamp;
    with_following boolean := coalesce((in_body->>'cascade')::boolean, false);
    moved uuid[] := '{}';
begin
    select * into cohort from cohorts g where g.id = session.cohort_id;
    if session.state not in ('scheduled', 'in_progress') or local_start is not null and session.state <> 'scheduled' then
        perform problem_state(session.state);
    elsif with_following and local_start is null then
        perform problem_field('cascade', 'invalid');
    end if;
    if local_start <> session.local_start then
        moved := session_move(session, local_start, with_following);
        perform session_require_apart(session.cohort_id);
    end if;
    if in_body ? 'topic' then
        perform session_require_topic(cohort, in_body#>>'{topic,en}');
        session.topic_en := in_body#>>'{topic,en}';
        session.topic_fr := in_body#>>'{topic,fr}';
    end if;
    if in_body ? 'material' then
        session.material_en := in_body#>>'{material,en}';
        session.material_fr := in_body#>>'{material,fr}';
    end if;
    perform place_require_capacity(session, (in_body->>'capacity')::int);
    if in_body ? 'registration_deadline_days' and session.capacity is null then
        perform problem_field('registration_deadline_days', 'invalid');
    end if;
    update sessions s set
        capacity = coalesce((in_body->>'capacity')::int, s.capacity),
        registration_deadline_days = case when in_body ? 'registration_deadline_days'
            then (in_body->>'registration_deadline_days')::int else s.registration_deadline_days end,
        hosts = coalesce(in_body->'hosts', s.hosts),
        topic_en = session.topic_en, topic_fr = session.topic_fr,
        material_en = session.material_en, material_fr = session.material_fr,
        join_link = case when in_body ? 'join_link' then in_body->>'join_link' else s.join_link end,
        changed_at = app_now(), version = session.version + 1
    where s.id = in_id;
    if in_body ?| array['join_link', 'material'] then
        perform session_key_keep(in_key, in_id);
    end if;
    if in_body ? 'hosts' then
        perform host_require_no_clash(session.cohort_id);
    end if;
    perform guest_tell_link(in_id);
    perform audit('update', 'session', in_id, in_fields => body_fields(in_body));
    if moved <> '{}' then
        perform session_follow_move(session, moved);
    end if;
    return session_respond(200, in_id);
end $$;

-- A cancelled session keeps its place; its link ends. The calendar shows it as cancelled.
create or replace function session_drop(in_id uuid) returns void language plpgsql as $$
begin
    update sessions s set
        state = 'cancelled',
        join_link = null,
        calendar_sequence = s.calendar_sequence + 1, calendar_changed_at = app_now(),
        changed_at = app_now(),
        version = s.version + 1
    where s.id = in_id;
    perform session_key_keep(null, in_id);
    perform comparison_ask('cohort', array(select s.cohort_id from sessions s where s.id = in_id));
end $$;

-- Writes: sessions, comparisons, outbox, and offers that end earlier. Locks: the cohort, the session.
create or replace function sessions_cancel(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
declare
    session sessions := session_lock(in_id, in_if_match);
begin
    if session.state <> 'scheduled' then
        perform problem_state(session.state);
    end if;
    perform guest_tell(array[in_id], 'guest_cancelled');
    perform session_drop(in_id);
    perform audit('cancel', 'session', in_id);
    perform cohort_notify(session.cohort_id, 'session_cancelled', jsonb_build_object('session_id', in_id));
    perform notice_tell_hosts(session.cohort_id, 'session_cancelled', in_id);
    perform cohort_offers_shorten(session.cohort_id);
    return session_respond(200, in_id);
end $$;

-- Worker: after new zone data, what is still to come is derived again from its wall time. Returns how many instants were wrong.
-- A wall time that the new clocks skip keeps the instant it had.
create or replace function session_rederive() returns int language plpgsql as $$
declare
    corrected int;
begin
    update sessions s set
        starts_at = wall_instant(s.local_start, s.timezone),
        calendar_sequence = s.calendar_sequence + 1, calendar_changed_at = app_now(),
        changed_at = app_now(),
        version = s.version + 1
    where s.state = 'scheduled' and s.starts_at > app_now() - interval '1 day'
        and wall_instant(s.local_start, s.timezone) <> s.starts_at
        and greatest(wall_instant(s.local_start, s.timezone), s.starts_at) > app_now();
    get diagnostics corrected = row_count;
    return corrected;
end $$;

-- The session in its own zone and in the person's.
create or replace function session_text(in_session sessions, in_zone text, in_language text) returns text stable language sql
return moment_texts(in_session.local_start, in_session.timezone, in_session.starts_at, in_zone, e'\n    = ', in_language);

-- 404 for whoever neither leads this session nor coordinates. Asked before it is locked: nobody else holds it up.
create or replace function session_require_host(in_session_id uuid) returns void language plpgsql as $$
begin
    if session_role(in_session_id) is null then
        perform problem('not-found');
    end if;
end $$;

create or replace function sessions_start(in_id uuid, in_body jsonb) returns response language plpgsql as $$
begin
    perform audit('start', 'session', in_id, session_run_begin(in_id, text_array(in_body->'hosts_present')::uuid[]));
    return respond(200, session_run_json(in_id));
end $$;

create or replace function sessions_end(in_id uuid) returns response language plpgsql as $$
begin
    perform session_run_finish(in_id);
    perform audit('end', 'session', in_id);
    return respond(200, session_run_json(in_id));
end $$;
