-- SPDX-License-Identifier: MIT
-- Around a session: who leads it now, the roster, start and end, attendance, topics, and the safety plan while it may be needed.
-- Hosts reach people only through the definer's functions below; each asks first who is asking, and writes the audit itself.

-- What somebody is to a session: 'coordinator', the slot they fill in it, or null. I13: nothing, in a group where they are a peer.
create or replace function session_role(in_session_id uuid) returns text
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
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
        where s.id = in_session_id and s.group_id <> all (actor_own_group_ids()));
end
$$;
alter function session_role(uuid) owner to alongside_definer;
-- The sessions that the actor leads or led.
create or replace function actor_session_ids() returns uuid[]
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return case when actor_role() in ('peer_supporter', 'mental_health_professional') then array(
        select l.session_id from session_leads l
        where l.account_id = actor_account_id() and l.group_id <> all (actor_own_group_ids())) else '{}' end;
end
$$;
alter function actor_session_ids() owner to alongside_definer;
-- Whether this person does not exist for the actor (I13, R14).
create or replace function actor_is_excluded(in_participant_id uuid) returns boolean stable language sql
begin atomic
    select in_participant_id = (select actor_participant_id()) is true or exists (
        select from participant_exclusions x
        where x.participant_id = in_participant_id and x.account_id = (select actor_account_id()));
end;
-- Hosts see people of a session that is to come, under way, or over for less than a day.
create or replace function session_is_near(in_session sessions) returns boolean stable language sql
begin atomic
    select in_session.state in ('scheduled', 'in_progress')
        or in_session.state = 'completed'
            and app_now() <= greatest(session_ends_at(in_session), in_session.ended_at) + interval '24 hours';
end;

-- R17: somebody who had a seat while its link was shown has left, and the link is still the same: it should be replaced.
create or replace function session_link_is_stale(in_session sessions) returns boolean
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return in_session.state in ('scheduled', 'in_progress') and exists (
        select from sealed_keys k
        join enrolments e on e.group_id = in_session.group_id and e.state in ('withdrawn', 'removed') and e.decided_at is not null
        where k.id = split_part(in_session.join_link, '.', 1)::uuid
            and e.left_at >= greatest(in_session.starts_at - interval '24 hours', k.created_at));
end
$$;
alter function session_link_is_stale(sessions) owner to alongside_definer;
-- Decision 5, A6.8: aliases, pronouns, what is needed to take part; for professionals and coordinators whether the intake is done;
-- for coordinators who it is, of their region. Null when there is nothing to see.
create or replace function rosters_open(in_session_id uuid) returns json
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    as_role text := session_role(in_session_id);
    session sessions;
    entries json;
    shown uuid[];
begin
    select * into session from sessions s where s.id = in_session_id;
    if as_role is null or as_role <> 'coordinator' and not session_is_near(session) then
        return null;
    end if;
    select
        coalesce(json_agg(json_build_object(
            'enrolment_id', e.id,
            'state', e.state,
            'alias', p.alias,
            'pronouns', p.pronouns,
            'accessibility_needs', unseal('participant.accessibility_needs', p.accessibility_needs),
            'is_ready', case when as_role <> 'peer_supporter' then exists (
                select from intakes i where i.participant_id = p.id and i.track = 'group' and i.valid_until > app_now()) end,
            'participant_id', case when as_role = 'coordinator' and actor_serves(p.id) then p.id end) order by p.alias), '[]'),
        array_agg(p.id order by p.id)
    into entries, shown
    from enrolments e join participants p on p.id = e.participant_id
    where e.group_id = session.group_id and e.is_seated and not actor_is_excluded(p.id);
    perform audit('list', 'roster', in_session_id, shown);
    return json_build_object(
        'session_id', in_session_id, 'replace_join_link', session_link_is_stale(session), 'data', entries);
end
$$;
alter function rosters_open(uuid) owner to alongside_definer;

-- A6.8: whom the professional of this session may have to help now: somebody of its group, from half an hour before it until a day after.
-- Null for everybody else, at every other time.
create or replace function session_seat_in_window(in_session_id uuid, in_enrolment_id uuid) returns enrolments
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    session sessions;
    enrolment enrolments;
begin
    select * into session from sessions s where s.id = in_session_id;
    select * into enrolment from enrolments e where e.id = in_enrolment_id and e.group_id = session.group_id;
    if actor_role() <> 'mental_health_professional' or session_role(in_session_id) is null
        or enrolment.id is null or actor_is_excluded(enrolment.participant_id)
        or session.state not in ('scheduled', 'in_progress', 'completed')
        or app_now() < session.starts_at - interval '30 minutes'
        or app_now() > greatest(session_ends_at(session), session.ended_at) + interval '24 hours'
        -- Who withdrew is seen only where they were in this very session.
        or not enrolment.is_seated and not exists (
            select from attendances a where a.session_id = in_session_id and a.enrolment_id = in_enrolment_id and a.status <> 'absent')
    then
        return null;
    end if;
    return enrolment;
end
$$;
alter function session_seat_in_window(uuid, uuid) owner to alongside_definer;
-- Each time it is written down.
create or replace function session_safety_plans_open(in_session_id uuid, in_enrolment_id uuid) returns json
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    enrolment enrolments := session_seat_in_window(in_session_id, in_enrolment_id);
begin
    if enrolment.id is null then
        return null;
    end if;
    perform audit('read', 'safety_plan', enrolment.participant_id, array[enrolment.participant_id]);
    return (
        select json_build_object(
            'session_id', in_session_id,
            'enrolment_id', in_enrolment_id,
            'alias', p.alias,
            'pronouns', p.pronouns,
            'current_place_method', unseal('safety_plan.current_place_method', s.current_place_method),
            'consent_to_checkin', s.consent_to_checkin,
            'confirmed_at', utc(s.confirmed_at),
            'needs_confirmation', s.confirmed_at is null or s.confirmed_at < app_now() - interval '90 days',
            'emergency_contact', case when e.name is not null then json_build_object(
                'name', unseal('emergency_contact.name', e.name),
                'phone', unseal('emergency_contact.phone', e.phone),
                'relation', unseal('emergency_contact.relation', e.relation),
                'may_know_program', e.may_know_program) end)
        from participants p
        left join safety_plans s on s.participant_id = p.id
        left join emergency_contacts e on e.participant_id = p.id
        where p.id = enrolment.participant_id);
end
$$;
alter function session_safety_plans_open(uuid, uuid) owner to alongside_definer;

-- A6.8, R14: behind glass. Who must reach somebody in that window says why; it is in the person's audit and on the list that is reviewed.
create or replace function session_contact_open(in_session_id uuid, in_enrolment_id uuid, in_reason text) returns json
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    enrolment enrolments := session_seat_in_window(in_session_id, in_enrolment_id);
begin
    if enrolment.id is null then
        perform problem('not-found');
    end if;
    insert into contact_openings (session_id, enrolment_id, account_id, reason, at)
    values (in_session_id, in_enrolment_id, actor_account_id(), in_reason, app_now());
    perform audit('break_glass', 'contact', enrolment.participant_id, array[enrolment.participant_id], array['reason']);
    return (
        select json_build_object(
            'session_id', in_session_id,
            'enrolment_id', in_enrolment_id,
            'name_to_use', unseal('contact.name_to_use', c.name_to_use),
            'phone', unseal('contact.phone', c.phone),
            'email', unseal('contact.email', c.email),
            'ok_to_leave_message', c.ok_to_leave_message,
            'safe_hours', unseal('contact.safe_hours', c.safe_hours))
        from contacts c where c.participant_id = enrolment.participant_id);
end
$$;
alter function session_contact_open(uuid, uuid, text) owner to alongside_definer;
create or replace function session_contacts_open(in_session_id uuid, in_enrolment_id uuid, in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    return respond(200, session_contact_open(in_session_id, in_enrolment_id, in_body->>'reason'));
end
$$;
create or replace view contact_openings_json with (security_invoker = true) as
select o.id, o.at, json_build_object(
    'id', o.id,
    'session_id', o.session_id,
    'enrolment_id', o.enrolment_id,
    'account_id', o.account_id,
    'reason', o.reason,
    'at', utc(o.at)) as body
from contact_openings o;

-- The session locked after its group, for whoever leads it or coordinates; 404 for everybody else.
create or replace function session_take(in_session_id uuid) returns sessions
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    session sessions;
begin
    if session_role(in_session_id) is null then
        perform problem('not-found');
    end if;
    perform from groups g where g.id = (select s.group_id from sessions s where s.id = in_session_id) for update;
    select * into session from sessions s where s.id = in_session_id for update;
    return session;
end
$$;
alter function session_take(uuid) owner to alongside_definer;
create or replace function session_runs_json(in_session_id uuid) returns json
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return (
        select json_build_object(
            'session_id', s.id,
            'state', s.state,
            'started_at', utc(s.started_at),
            'ended_at', utc(s.ended_at),
            'hosts_present', (
                select coalesce(json_agg(json_build_object('account_id', p.account_id, 'slot', p.slot) order by p.slot, p.account_id), '[]')
                from session_presences p where p.session_id = s.id))
        from sessions s where s.id = in_session_id and session_role(s.id) is not null);
end
$$;
alter function session_runs_json(uuid) owner to alongside_definer;

-- I5, decision 4: the slots that nobody fit and present fills. The professional on call need not be there; who is there must be fit.
create or replace function session_missing(in_session sessions, in_present uuid[]) returns text[]
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    led groups;
begin
    select * into led from groups g where g.id = in_session.group_id;
    return (
        select coalesce(array_agg(wanted.slot order by wanted.slot desc), '{}')
        from unnest(array['peer_supporter', 'mental_health_professional', 'on_call_professional']) wanted (slot)
        cross join lateral (
            select count(*) as present, count(*) filter (
                where host_missing(h.account_id, h.slot, led.language, in_session.local_start::date) = '{}') as fit
            from session_hosts(in_session.id) h
            where h.slot = wanted.slot and h.account_id = any (in_present)) filled
        where filled.fit < filled.present or wanted.slot <> 'on_call_professional' and filled.fit < slots_wanted(led, wanted.slot));
end
$$;
alter function session_missing(sessions, uuid[]) owner to alongside_definer;
-- I3, I5, A6.5. A host who is told to call learns nothing else.
create or replace function session_begin(in_session_id uuid, in_present uuid[]) returns void
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    session sessions := session_take(in_session_id);
    led groups;
    missing text[];
begin
    select * into led from groups g where g.id = session.group_id;
    if session.state <> 'scheduled' then
        perform problem_state(session.state);
    elsif led.state not in ('confirmed', 'in_progress') and not (led.state = 'recruiting' and led.joining = 'drop_in') then
        perform problem_state(led.state);
    elsif app_now() < session.starts_at - interval '15 minutes' then
        perform problem('conflict', jsonb_build_object('reason', 'too-early', 'starts_at', utc(session.starts_at)));
    elsif app_now() > session_ends_at(session) then
        perform problem('conflict', '{"reason": "too-late"}');
    end if;
    perform require_no_faults((
        select jsonb_agg(jsonb_build_object('pointer', '#/hosts_present/' || place - 1, 'code', 'does-not-exist'))
        from unnest(in_present) with ordinality p (account_id, place)
        where not exists (select from session_hosts(in_session_id) h where h.account_id = p.account_id)));
    missing := session_missing(session, in_present);
    if missing <> '{}' then
        perform problem('conflict', jsonb_build_object('reason', 'hosts-missing', 'missing', missing));
    elsif conflicts_block_session(in_session_id) then
        perform problem('conflict', '{"reason": "call-your-coordinator"}');
    end if;
    update sessions s set state = 'in_progress', started_at = app_now(), version = s.version + 1 where s.id = in_session_id;
    insert into session_presences (session_id, account_id, slot, at)
    select in_session_id, h.account_id, h.slot, app_now() from session_hosts(in_session_id) h where h.account_id = any (in_present);
    update groups g set state = 'in_progress', version = g.version + 1 where g.id = led.id and g.state <> 'in_progress';
    if led.joining = 'closed' then
        update enrolments e set state = 'active', version = e.version + 1 where e.group_id = led.id and e.state = 'confirmed';
    end if;
end
$$;
alter function session_begin(uuid, uuid[]) owner to alongside_definer;
create or replace function sessions_start(in_id uuid, in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    perform session_begin(in_id, text_array(in_body->'hosts_present')::uuid[]);
    perform audit('start', 'session', in_id);
    return respond(200, session_runs_json(in_id));
end
$$;
create or replace function session_finish(in_session_id uuid) returns void
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    session sessions := session_take(in_session_id);
begin
    if session.state <> 'in_progress' then
        perform problem_state(session.state);
    end if;
    update sessions s set state = 'completed', ended_at = app_now(), version = s.version + 1 where s.id = in_session_id;
end
$$;
alter function session_finish(uuid) owner to alongside_definer;
create or replace function sessions_end(in_id uuid) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    perform session_finish(in_id);
    perform audit('end', 'session', in_id);
    return respond(200, session_runs_json(in_id));
end
$$;

-- S2.34: the participants choose, a host writes it down, as codes.
create or replace function session_topics_set(in_session_id uuid, in_codes text[]) returns void
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    session sessions := session_take(in_session_id);
begin
    if (select g.topics from groups g where g.id = session.group_id) <> 'participants' then
        perform problem('conflict', '{"reason": "topics-predetermined"}');
    elsif session.state not in ('scheduled', 'in_progress', 'completed') then
        perform problem_state(session.state);
    elsif not session_is_near(session) then
        perform problem('conflict', '{"reason": "too-late"}');
    end if;
    perform require_no_faults((
        select jsonb_agg(jsonb_build_object('pointer', '#/topics/' || place - 1, 'code', 'not-allowed'))
        from unnest(in_codes) with ordinality t (code, place)
        where not exists (select from code_lists l where l.list = 'session_topic' and l.code = t.code)));
    update sessions s set
        topic_codes = in_codes,
        topic_en = l.label_en,
        topic_fr = l.label_fr,
        version = s.version + 1
    from (
        select string_agg(l.label_en, ', ' order by t.place) as label_en, string_agg(l.label_fr, ', ' order by t.place) as label_fr
        from unnest(in_codes) with ordinality t (code, place) join code_lists l on l.list = 'session_topic' and l.code = t.code) l
    where s.id = in_session_id;
end
$$;
alter function session_topics_set(uuid, text[]) owner to alongside_definer;
create or replace function session_topics_replace(in_id uuid, in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    perform session_topics_set(in_id, text_array(in_body->'topics'));
    perform audit('update', 'session', in_id, in_fields => body_fields(in_body));
    return (
        select respond(200, json_build_object(
            'session_id', s.id, 'topics', s.topic_codes,
            'topic', case when s.topic_en is not null then localized(s.topic_en, s.topic_fr) end))
        from sessions s where s.id = in_id);
end
$$;

create or replace view attendances_json with (security_invoker = true) as
select a.id, a.session_id, a.enrolment_id, a.participant_id, a.version, json_build_object(
    'session_id', a.session_id,
    'enrolment_id', a.enrolment_id,
    'status', a.status,
    'recorded_at', utc(a.recorded_at),
    'recorded_by', case when (select actor_role()) <> 'peer' then a.recorded_by end) as body
from attendances a;

-- I7: of whoever is confirmed or active, by the hosts of this session or a coordinator, once it has started. Somebody who left
-- unexpectedly may be in danger: an incident opens, with a call to make at once where they agreed to be called.
create or replace function attendance_record(in_session_id uuid, in_enrolment_id uuid, in_status text) returns void
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    session sessions := session_take(in_session_id);
    as_coordinator boolean := actor_role() = 'coordinator';
    enrolment enrolments;
begin
    select * into enrolment from enrolments e where e.id = in_enrolment_id and e.group_id = session.group_id for update;
    if enrolment.id is null or actor_is_excluded(enrolment.participant_id)
        or not as_coordinator and not enrolment.is_seated
    then
        perform problem('not-found');
    elsif session.state not in ('in_progress', 'completed') then
        perform problem_state(session.state);
    elsif not enrolment.is_seated then
        perform problem_state(enrolment.state);
    elsif not as_coordinator and not session_is_near(session) then
        perform problem('conflict', '{"reason": "too-late"}');
    end if;
    insert into attendances as a (session_id, enrolment_id, participant_id, status, recorded_by, recorded_at)
    values (in_session_id, in_enrolment_id, enrolment.participant_id, in_status, actor_account_id(), app_now())
    on conflict (session_id, participant_id) do update set
        enrolment_id = excluded.enrolment_id, status = excluded.status, recorded_by = excluded.recorded_by,
        recorded_at = excluded.recorded_at, version = a.version + 1;
    if in_status <> 'absent' then
        update enrolments e set state = 'active', version = e.version + 1 where e.id = in_enrolment_id and e.state = 'confirmed';
    end if;
    if in_status = 'left_unexpectedly' then
        insert into incidents (kind, severity, session_id, enrolment_id, created_by, created_by_role, created_at)
        values ('left_unexpectedly', 4, in_session_id, in_enrolment_id, actor_account_id(), actor_role(), app_now())
        on conflict do nothing;
    end if;
    perform audit('record', 'attendance', in_session_id, array[enrolment.participant_id], array['status']);
end
$$;
alter function attendance_record(uuid, uuid, text) owner to alongside_definer;
create or replace function attendances_replace(in_session_id uuid, in_enrolment_id uuid, in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    perform attendance_record(in_session_id, in_enrolment_id, in_body->>'status');
    return (
        select respond(200, a.body, null, a.version)
        from attendances_json a where a.session_id = in_session_id and a.enrolment_id = in_enrolment_id);
end
$$;
