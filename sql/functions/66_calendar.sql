-- SPDX-License-Identifier: MIT
-- A peer's own days: the next sessions on one page, and a private calendar that says nothing to whoever looks over a shoulder.

-- The actor's next sessions. I8, A6.8: the join link only with a seat, from 24 hours before until the end, and never after leaving.
create or replace function peer_next_sessions(in_limit int) returns json
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    own_zone text;
begin
    if actor_role() <> 'peer' then
        return '[]';
    end if;
    select p.timezone into own_zone from participants p where p.id = actor_participant_id();
    return (
        select coalesce(json_agg(json_build_object(
            'enrolment_id', n.enrolment_id,
            'group_id', n.group_id,
            'title', localized(n.title_en, n.title_fr),
            'language', n.language,
            'session', peer_session_json(n.session, own_zone, true),
            'join_link_from', case when (n.session).state <> 'cancelled' then utc((n.session).starts_at - interval '24 hours') end,
            'join_link', case when (n.session).state <> 'cancelled' and app_now() >= (n.session).starts_at - interval '24 hours' then
                unseal('session.join_link', (n.session).join_link) end) order by (n.session).starts_at, (n.session).id), '[]')
        from (
            select e.id as enrolment_id, g.id as group_id, g.language, v.title_en, v.title_fr, s as session
            from enrolments e
            join groups g on g.id = e.group_id
            join services v on v.id = g.service_id
            join sessions s on s.group_id = e.group_id
            where e.participant_id = actor_participant_id() and e.is_seated
                and s.state <> 'completed' and session_ends_at(s) > app_now()
            order by s.starts_at, s.id limit in_limit) n);
end
$$;
alter function peer_next_sessions(int) owner to alongside_definer;

-- A6.8: of what happened to them, that help was arranged, and when; nothing of what it was called. For thirty days.
create or replace function peer_help_arranged() returns json
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    if actor_role() <> 'peer' then
        return '[]';
    end if;
    return (
        select coalesce(json_agg(json_build_object(
            'session_id', i.session_id, 'at', utc(h.at), 'text', plain_list('help_arranged')->0) order by h.at desc), '[]')
        from incidents i
        cross join lateral (
            select min(a.at) as at from incident_actions a
            where a.incident_id = i.id and a.code in (
                'line_handoff', 'eap', 'crisis_line', 'emergency_services', 'emergency_contact', 'coordinator_told',
                'supported_in_session', 'moved_to_private_talk', 'check_in_attempted', 'check_in_reached')) h
        where i.participant_id = actor_participant_id() and i.kind in ('distress', 'left_unexpectedly', 'suicide_risk')
            and h.at > app_now() - interval '30 days');
end
$$;
alter function peer_help_arranged() owner to alongside_definer;

create or replace view homes_json with (security_invoker = true) as
select p.id as participant_id, json_build_object(
    'participant_id', p.id,
    'timezone', p.timezone,
    'offers', (
        select coalesce(json_agg(e.body order by e.created_at, e.id), '[]')
        from enrolments_json e where e.participant_id = p.id and e.state = 'offered'),
    'groups', (
        select coalesce(json_agg(e.body order by e.created_at, e.id), '[]')
        from enrolments_json e where e.participant_id = p.id and e.state in ('requested', 'waitlisted', 'confirmed', 'active')),
    'next_sessions', peer_next_sessions(10),
    'prepare', plain_list('prepare'),
    'help_arranged', peer_help_arranged(),
    'help', help_json()) as body
from participants p
where p.id = (select actor_participant_id());

create or replace view calendar_feeds_json with (security_invoker = true) as
select f.id, f.participant_id, f.created_at, json_build_object(
    'id', f.id,
    'participant_id', f.participant_id,
    'language', f.language,
    'path', null,
    'created_at', utc(f.created_at)) as body
from calendar_feeds f;

create or replace function calendar_digest(in_calendar_id uuid, in_secret_id uuid) returns bytea immutable language sql
begin atomic
    select sha256(convert_to(in_calendar_id::text || in_secret_id::text, 'UTF8'));
end;
-- The address is told once, here; what is kept for a repeated request has none. Its two halves together are 244 random bits.
create or replace function calendar_feeds_create(in_participant_id uuid, in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    new_id uuid := gen_random_uuid();
    calendar_id uuid := gen_random_uuid();
    secret_id uuid := gen_random_uuid();
    answer response;
begin
    perform participant_lock(in_participant_id);
    if (select count(*) from calendar_feeds f where f.participant_id = in_participant_id) >= 10 then
        perform problem('conflict', '{"reason": "too-many"}');
    end if;
    insert into calendar_feeds (id, participant_id, language, secret_sha256, created_at)
    values (new_id, in_participant_id, in_body->>'language', calendar_digest(calendar_id, secret_id), app_now());
    perform audit('create', 'calendar_feed', new_id, array[in_participant_id], body_fields(in_body));
    answer := respond(
        201, (select f.body from calendar_feeds_json f where f.id = new_id),
        '/v1/participants/' || in_participant_id || '/calendar-feeds', 1);
    answer.body := answer.body::jsonb || jsonb_build_object('path', '/v1/calendar/' || calendar_id || '/' || secret_id);
    return answer;
end
$$;
create or replace function calendar_feeds_delete(in_id uuid) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    participant uuid;
begin
    delete from calendar_feeds f where f.id = in_id returning f.participant_id into participant;
    if not found then
        perform problem('not-found');
    end if;
    perform audit('delete', 'calendar_feed', in_id, array[participant]);
    return respond(204, null);
end
$$;

-- RFC 5545, 3.1: lines end in CRLF and are folded before their 76th octet, never within a character.
create or replace function ics_line(in_line text) returns text
language plpgsql immutable
set search_path = alongside, pg_catalog
as $$
declare
    folded text := '';
    octets int := 0;
    letter text;
begin
    if octet_length(in_line) <= 75 then
        return in_line || e'\r\n';
    end if;
    foreach letter in array string_to_array(in_line, null) loop
        if octets + octet_length(letter) > 75 then
            folded := folded || e'\r\n ';
            octets := 1;
        end if;
        folded := folded || letter;
        octets := octets + octet_length(letter);
    end loop;
    return folded || e'\r\n';
end
$$;
-- RFC 5545, 3.3.11.
create or replace function ics_text(in_text text) returns text immutable language sql
begin atomic
    select replace(replace(replace(replace(replace(in_text, '\', '\\'), ';', '\;'), ',', '\,'), e'\r\n', '\n'), e'\n', '\n');
end;
create or replace function ics_utc(in_at timestamptz) returns text immutable language sql
begin atomic
    select to_char(in_at at time zone 'UTC', 'YYYYMMDD"T"HH24MISS"Z"');
end;
-- One session as an event: the hour, and a word that could be anything. The UID is the person's own, so that the calendars of two
-- people show nothing in common. What a cancelled group leaves is shown as cancelled.
create or replace function ics_event(in_session sessions, in_participant_id uuid, in_language text, in_is_cancelled boolean)
returns text stable language sql
begin atomic
    select string_agg(ics_line(l.line), '' order by l.place)
    from (values
        (1, 'BEGIN:VEVENT'),
        (2, 'UID:' || substr(sha256(convert_to(in_participant_id::text || in_session.id::text, 'UTF8'))::text, 3, 32)::uuid),
        (3, 'DTSTAMP:' || ics_utc(in_session.changed_at)),
        (4, 'LAST-MODIFIED:' || ics_utc(in_session.changed_at)),
        (5, 'SEQUENCE:' || in_session.calendar_sequence),
        (6, 'DTSTART:' || ics_utc(in_session.starts_at)),
        (7, 'DTEND:' || ics_utc(session_ends_at(in_session))),
        (8, 'SUMMARY;LANGUAGE=' || in_language || ':' || ics_text(case in_language when 'fr' then 'Rencontre' else 'Meeting' end)),
        (9, 'STATUS:' || case when in_is_cancelled or in_session.state = 'cancelled' then 'CANCELLED' else 'CONFIRMED' end),
        (10, 'TRANSP:' || case when in_is_cancelled or in_session.state = 'cancelled' then 'TRANSPARENT' else 'OPAQUE' end),
        (11, 'CLASS:PRIVATE'),
        (12, 'END:VEVENT')) l (place, line);
end;
-- The calendar at this address; nothing when there is none (any more). Public: whoever knows the address is the person. A calendar
-- without events still needs a component, hence the zone.
create or replace function calendar_read(in_calendar_id uuid, in_secret_id uuid) returns text
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    feed calendar_feeds;
    events text;
begin
    select f.* into feed
    from calendar_feeds f
    join participants p on p.id = f.participant_id and p.status = 'active'
    join accounts a on a.participant_id = p.id and a.is_active
    where f.secret_sha256 = calendar_digest(in_calendar_id, in_secret_id);
    if not found then
        return null;
    end if;
    select string_agg(ics_event(s, feed.participant_id, feed.language, e.state = 'removed'), '' order by s.starts_at, s.id)
    into events
    from enrolments e join sessions s on s.group_id = e.group_id
    where e.participant_id = feed.participant_id
        and (e.state in ('confirmed', 'active', 'completed') or e.removal_reason = 'group_cancelled' and e.decided_at is not null);
    return (
        select string_agg(ics_line(l.line), '' order by l.place)
        from unnest(array[
            'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Alongside//Calendar//EN', 'CALSCALE:GREGORIAN', 'METHOD:PUBLISH',
            'NAME;LANGUAGE=' || feed.language || ':' || case feed.language when 'fr' then 'Rencontres' else 'Meetings' end,
            'X-WR-CALNAME:' || case feed.language when 'fr' then 'Rencontres' else 'Meetings' end,
            'REFRESH-INTERVAL;VALUE=DURATION:PT1H', 'X-PUBLISHED-TTL:PT1H']) with ordinality l (line, place))
        || coalesce(events, (
            select string_agg(ics_line(l.line), '' order by l.place)
            from unnest(array[
                'BEGIN:VTIMEZONE', 'TZID:Etc/UTC', 'BEGIN:STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:+0000',
                'TZOFFSETTO:+0000', 'TZNAME:UTC', 'END:STANDARD', 'END:VTIMEZONE']) with ordinality l (line, place)))
        || ics_line('END:VCALENDAR');
end
$$;
alter function calendar_read(uuid, uuid) owner to alongside_definer;
