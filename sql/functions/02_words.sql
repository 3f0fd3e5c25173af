-- SPDX-License-Identifier: MIT
-- Words that several resources share: moments, business days, texts for people. They come first, because views and SQL bodies are checked
-- when they are made.

-- Offset of a wall time from UTC: '-05:00'.
create or replace function utc_offset(in_local timestamp, in_at timestamptz) returns text immutable language sql
begin atomic
    -- One expression without a subquery: the planner puts it where it is called.
    select case when in_local < in_at at time zone 'UTC' then '-' else '+' end || left(
        (time '00:00' + greatest(in_local - (in_at at time zone 'UTC'), (in_at at time zone 'UTC') - in_local))::text, 5);
end;

-- Every key a row may have for its region: '-' where none is known, and those that the domain names.
do $$
begin
    execute format('create or replace function region_keys() returns text[] immutable language sql return %L::text[]', (
        select '-'::text || array_agg(m.code[1] order by m.place)
        from pg_constraint c cross join regexp_matches(pg_get_constraintdef(c.oid), '''(\w+)''', 'g') with ordinality m (code, place)
        where c.conname = 'region__region__known'));
end $$;

-- A moment on somebody's clock, the zone named (R8).
create or replace function local_moment_json(in_at timestamptz, in_zone text) returns json stable language sql
return case when in_at is not null and in_zone is not null then json_build_object(
    'local', to_char(in_at at time zone in_zone, 'YYYY-MM-DD"T"HH24:MI'),
    'timezone', in_zone,
    'utc_offset', utc_offset(in_at at time zone in_zone, in_at)) end;

-- 'Thursday, November 26, 2026, 6:30 p.m.' / 'le jeudi 26 novembre 2026 à 18 h 30', then zone and offset (R8).
create or replace function moment_text(in_local timestamp, in_zone text, in_offset text, in_language text) returns text
immutable language sql
return case in_language
    when 'fr' then format('le %s %s %s %s à %s h %s',
        (array['lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi', 'dimanche'])[extract(isodow from in_local)::int],
        case extract(day from in_local) when 1 then '1er' else extract(day from in_local)::text end,
        (array['janvier', 'février', 'mars', 'avril', 'mai', 'juin', 'juillet', 'août', 'septembre', 'octobre', 'novembre',
            'décembre'])[extract(month from in_local)::int],
        extract(year from in_local), extract(hour from in_local), to_char(in_local, 'MI'))
    else format('%s, %s %s, %s, %s',
        (array['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'])[extract(isodow from in_local)::int],
        (array['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November',
            'December'])[extract(month from in_local)::int],
        extract(day from in_local), extract(year from in_local), to_char(in_local, 'FMHH12:MI p.m.'))
end || format(' (%s, UTC%s)', in_zone, in_offset);

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

-- What is wrong with the instant of a wall time that is planned: skipped by the clocks, past, or a slip of the pen.
create or replace function instant_fault(in_instant timestamptz) returns text stable language sql
return case
    when in_instant is null then 'skipped-hour'
    when in_instant <= app_now() then 'in-the-past'
    when in_instant > app_now() + interval '100 years' then 'too-far' end;

-- The instant of a wall time that is planned, or a fault of local_start.
create or replace function require_instant(in_local timestamp, in_zone text) returns timestamptz language plpgsql as $$
declare
    instant timestamptz := wall_instant(in_local, in_zone);
begin
    if instant_fault(instant) is not null then
        perform problem_field('local_start', instant_fault(instant));
    end if;
    return instant;
end $$;

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

-- Dates of qualifications are the office's.
create or replace function office_date() returns date stable language sql return (app_now() at time zone 'America/Toronto')::date;

-- I2: end = start + duration.
create or replace function session_ends_at(in_session sessions) returns timestamptz stable language sql
return in_session.starts_at + make_interval(mins => in_session.duration_minutes);

create or replace function plain_list(in_list text) returns json language plpgsql stable as $$
begin
    return (
        select coalesce(json_agg(localized(t.text_en, t.text_fr) order by t.position), '[]') from plain_texts t where t.list = in_list);
end $$;

-- Whom to call at any hour, as problems show it.
create or replace function help_json() returns json language plpgsql stable as $$
begin
    return (
        select json_build_object(
            'line', max(l.number) filter (where l.code = 'smsrc_line'),
            'crisis', max(l.number) filter (where l.code = 'crisis_988'),
            'emergency', max(l.number) filter (where l.code = 'emergency_911'))
        from help_lines l);
end $$;

create or replace function is_business_day(in_date date) returns boolean stable language sql
begin atomic
    select extract(isodow from in_date) < 6
        and not exists (select from holidays h where h.date = in_date and h.region is null);
end;

-- The in_days-th business day after in_date. Day 0 is in_date itself or, when that is none, the next one.
create or replace function business_day(in_date date, in_days int) returns date stable language sql
begin atomic
    select d.date from (select in_date + n as date from generate_series(0, 2 * in_days + 60) n) d
    where is_business_day(d.date)
    order by d.date limit 1 offset in_days;
end;

-- 17:00 of the in_days-th business day after receipt. What comes after 17:00 counts as received the next business day.
create or replace function business_day_end(in_received timestamptz, in_days int) returns timestamptz stable language sql
begin atomic
    select (business_day(local::date + (local::time > '17:00')::int, in_days) + time '17:00') at time zone 'America/Toronto'
    from (select in_received at time zone 'America/Toronto' as local) received;
end;

-- A deadline of whole business days: 17:00 of the in_days-th one after the calendar day of in_from.
create or replace function business_days_after(in_from timestamptz, in_days int) returns timestamptz stable language sql
begin atomic
    select (business_day(d.date + 1, in_days - 1) + time '17:00') at time zone 'America/Toronto'
    from (select (in_from at time zone 'America/Toronto')::date as date) d;
end;

-- Business days after in_from, up to and with in_to; 0 when in_to is not later.
create or replace function business_days_between(in_from date, in_to date) returns int stable language sql
begin atomic
    select count(*)::int from generate_series(1, in_to - in_from) n where is_business_day(in_from + n);
end;

-- R7: stale after 90 days, and asked again by every intake that began later.
create or replace function needs_confirmation(in_participant_id uuid, in_confirmed_at timestamptz) returns boolean stable language sql
begin atomic
    select in_confirmed_at is null or in_confirmed_at < app_now() - interval '90 days' or exists (
        select from intakes i where i.participant_id = in_participant_id and i.is_open and i.created_at > in_confirmed_at);
end;
