-- SPDX-License-Identifier: MIT
-- RFC 5545: sessions as a calendar that needs no token.

-- RFC 5545, 3.1: lines end in CRLF and are folded before their 76th octet, never within a character.
create or replace function calendar_line(in_line text) returns text language plpgsql immutable as $$
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
end $$;

-- RFC 5545, 3.3.11.
create or replace function calendar_text(in_text text) returns text immutable language sql
return replace(replace(replace(replace(replace(in_text, '\', '\\'), ';', '\;'), ',', '\,'), e'\r\n', '\n'), e'\n', '\n');

create or replace function calendar_utc(in_at timestamptz) returns text immutable language sql
return to_char(in_at at time zone 'UTC', 'YYYYMMDD"T"HH24MISS"Z"');

-- The UID of a session in one calendar, so that two calendars show nothing in common.
create or replace function calendar_uid(in_calendar text, in_session_id uuid) returns uuid immutable language sql
return substr(sha256(convert_to(in_calendar || in_session_id::text, 'UTF8'))::text, 3, 32)::uuid;

-- One session as an event. What a cancelled group leaves is shown as cancelled.
create or replace function calendar_event(
    in_session sessions, in_uid uuid, in_summary text, in_language text, in_is_cancelled boolean, in_class text) returns text
language plpgsql stable as $$
begin
    return (
        select string_agg(calendar_line(l.line), '' order by l.place)
        from (values
            (1, 'BEGIN:VEVENT'),
            (2, 'UID:' || in_uid),
            (3, 'DTSTAMP:' || calendar_utc(in_session.calendar_changed_at)),
            (4, 'LAST-MODIFIED:' || calendar_utc(in_session.calendar_changed_at)),
            (5, 'SEQUENCE:' || in_session.calendar_sequence),
            (6, 'DTSTART:' || calendar_utc(in_session.starts_at)),
            (7, 'DTEND:' || calendar_utc(session_ends_at(in_session))),
            (8, 'SUMMARY;LANGUAGE=' || in_language || ':' || calendar_text(in_summary)),
            (9, 'STATUS:' || case when in_is_cancelled or in_session.state = 'cancelled' then 'CANCELLED' else 'CONFIRMED' end),
            (10, 'TRANSP:' || case when in_is_cancelled or in_session.state = 'cancelled' then 'TRANSPARENT' else 'OPAQUE' end),
            (11, 'CLASS:' || in_class),
            (12, 'END:VEVENT')) l (place, line));
end $$;

-- Its events in a frame; a calendar without any still needs a component, hence the zone.
create or replace function calendar_document(in_name text, in_language text, in_events text) returns text language plpgsql stable as $$
begin
    return (
        select string_agg(calendar_line(l.line), '' order by l.place)
        from unnest(array[
            'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Alongside//Calendar//EN', 'CALSCALE:GREGORIAN', 'METHOD:PUBLISH',
            'NAME;LANGUAGE=' || in_language || ':' || in_name, 'X-WR-CALNAME:' || in_name,
            'REFRESH-INTERVAL;VALUE=DURATION:PT1H', 'X-PUBLISHED-TTL:PT1H']) with ordinality l (line, place))
        || coalesce(in_events, (
            select string_agg(calendar_line(l.line), '' order by l.place)
            from unnest(array[
                'BEGIN:VTIMEZONE', 'TZID:Etc/UTC', 'BEGIN:STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:+0000',
                'TZOFFSETTO:+0000', 'TZNAME:UTC', 'END:STANDARD', 'END:VTIMEZONE']) with ordinality l (line, place)))
        || calendar_line('END:VCALENDAR');
end $$;

-- The calendar at this address; nothing when there is none. Public: whoever knows the address is the person. The hour, and a word that
-- could be anything.
create or replace function calendars_read(in_calendar_id uuid, in_secret_id uuid) returns text
language plpgsql stable security definer as $$
declare
    feed calendar_feeds;
    events text;
begin
    select f.* into feed
    from calendar_feeds f
    join participants p on p.id = f.participant_id and p.status = 'active'
    join accounts a on a.participant_id = p.id and a.is_active
    where f.secret_sha256 = secret_digest(in_calendar_id, in_secret_id);
    if not found then
        return null;
    end if;
    select string_agg(
        calendar_event(
            s, calendar_uid(feed.participant_id::text, s.id), case feed.language when 'fr' then 'Rencontre' else 'Meeting' end,
            feed.language, e.state = 'removed', 'PRIVATE'),
        '' order by s.starts_at, s.id)
    into events
    from enrolments e join sessions s on s.cohort_id = e.cohort_id
    where e.participant_id = feed.participant_id
        and place_is_held(s, e.id)
        and (e.state in ('confirmed', 'active', 'completed') or e.removal_reason = 'group_cancelled' and e.decided_at is not null);
    return calendar_document(case feed.language when 'fr' then 'Rencontres' else 'Meetings' end, feed.language, events);
end $$;
