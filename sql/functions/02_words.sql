-- SPDX-License-Identifier: MIT
-- Words that several resources share: moments, business days, texts for people.

-- Offset of a wall time from UTC: '-05:00'.
create or replace function utc_offset(in_local timestamp, in_at timestamptz) returns text immutable language sql
return case when in_local < in_at at time zone 'UTC' then '-' else '+' end || left(
    (time '00:00' + greatest(in_local - (in_at at time zone 'UTC'), (in_at at time zone 'UTC') - in_local))::text, 5);

-- What is kept of an address that is itself the secret: its two halves together are 244 random bits.
create or replace function secret_digest(in_id uuid, in_secret_id uuid) returns bytea immutable language sql
return sha256(convert_to(in_id::text || in_secret_id::text, 'UTF8'));

-- Every key a row may have for its region: '-' where none is known, and those that the domain names.
do $$
begin
    execute format('create or replace function region_keys() returns text[] immutable language sql return %L::text[]', (
        select '-'::text || array_agg(m.code[1] order by m.place)
        from pg_constraint c cross join regexp_matches(pg_get_constraintdef(c.oid), '''(\w+)''', 'g') with ordinality m (code, place)
        where c.conname = 'region__region__known'));
end $$;

-- Every code of a list.
create or replace function code_list(in_list text) returns jsonb language plpgsql stable as $$
begin
    return (select jsonb_agg(c.code order by c.position) from code_lists c where c.list = in_list);
end $$;

-- A moment on somebody's clock, the zone named (R8).
create or replace function local_moment_json(in_at timestamptz, in_zone text) returns json stable language sql
return case when in_at is not null and in_zone is not null then json_build_object(
    'local', wall_text(in_at at time zone in_zone),
    'timezone', in_zone,
    'utc_offset', utc_offset(in_at at time zone in_zone, in_at)) end;

-- 'Thursday, November 26, 2026, 6:30 p.m.' / 'le jeudi 26 novembre 2026 à 18 h 30', then zone and offset (R8).
create or replace function moment_text(in_local timestamp, in_zone text, in_at timestamptz, in_language text) returns text
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
end || format(' (%s, UTC%s)', in_zone, utc_offset(in_local, in_at));

-- And, where the person lives by another clock, theirs as well.
create or replace function moment_texts(
    in_local timestamp, in_zone text, in_at timestamptz, in_own_zone text, in_between text, in_language text) returns text
stable language sql
return moment_text(in_local, in_zone, in_at, in_language) || case
    when in_own_zone <> in_zone and in_at at time zone in_own_zone <> in_local
    then in_between || moment_text(in_at at time zone in_own_zone, in_own_zone, in_at, in_language) else '' end;

-- Decision 12: the instant of a wall time. An hour that comes twice is the first one; an hour that the clocks skip has none (null).
-- PostgreSQL alone takes the second one and moves a skipped hour, so the offsets of the days around are tried as well.
create or replace function wall_instant(in_local timestamp, in_zone text) returns timestamptz language plpgsql stable as $$
begin
    return (
        select min(t.instant)
        from unnest(array[interval '-26 hours', interval '0', interval '26 hours']) around (shift)
        cross join lateral (select in_local at time zone 'UTC' as named) l
        cross join lateral (select l.named + around.shift as near) n
        cross join lateral (select l.named - ((n.near at time zone in_zone) - (n.near at time zone 'UTC')) as instant) t
        where t.instant at time zone in_zone = in_local);
end $$;

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
create or replace function wall_time_faults(in_times jsonb, in_zone text) returns jsonb language plpgsql stable as $$
begin
    return (
        select jsonb_agg(jsonb_build_object('pointer', f.pointer, 'code', f.code) order by f.place)
        from (
            select t.pointer, t.code, min(t.place) as place
            from (
                select v.pointer, v.place, coalesce(instant_fault(v.instant), case
                    when v.instant < lag(v.ends_at) over (order by v.instant) then 'overlaps'
                end) as code
                from (
                    select
                        w.value->>'pointer' as pointer, w.place, i.instant,
                        i.instant + make_interval(mins => (w.value->>'minutes')::int) as ends_at
                    from jsonb_array_elements(in_times) with ordinality w (value, place)
                    cross join lateral (select wall_instant((w.value->>'local_start')::timestamp, in_zone) as instant) i) v) t
            where t.code is not null
            group by t.pointer, t.code) f);
end $$;

-- I2: end = start + duration.
create or replace function session_ends_at(in_session sessions) returns timestamptz stable language sql
return in_session.starts_at + make_interval(mins => in_session.duration_minutes);

-- Words that anybody may read. The definer's, so that its plan is one role's: row level security has a plan made anew for whoever else asks
-- on the same connection, and both requests and the functions of others do.
create or replace function plain_list(in_list text) returns json language plpgsql stable security definer as $$
begin
    return (
        select coalesce(json_agg(localized(t.text_en, t.text_fr) order by t.position), '[]') from plain_texts t where t.list = in_list);
end $$;

-- What is wrong with codes that a client sent as a list; null = nothing. One that is retired stays where it was already.
create or replace function code_faults(in_field text, in_codes text[], in_list text, in_present text[] default '{}') returns jsonb
language plpgsql stable as $$
begin
    return (
        select jsonb_agg(jsonb_build_object('pointer', '#/' || in_field || '/' || place - 1, 'code', 'not-allowed'))
        from unnest(in_codes) with ordinality c (code, place)
        where c.code <> all (in_present)
            and not exists (select from code_lists l where l.list = in_list and l.code = c.code and not l.is_retired));
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

-- The office's clock: business days, and the dates of qualifications, are Toronto's; a business day ends at 17:00.
create or replace function office_zone() returns text immutable language sql return 'America/Toronto';

create or replace function office_date(in_at timestamptz default app_now()) returns date stable language sql
return (in_at at time zone office_zone())::date;

create or replace function office_close(in_date date) returns timestamptz stable language sql
return (in_date + time '17:00') at time zone office_zone();

create or replace function business_days(in_from date, in_to date) returns setof date stable language sql
begin atomic
    select d.date from (select in_from + n as date from generate_series(0, in_to - in_from) n) d
    where extract(isodow from d.date) < 6 and not exists (select from holidays h where h.date = d.date and h.region is null);
end;

create or replace function is_business_day(in_date date) returns boolean language plpgsql stable as $$
begin
    return exists (select from business_days(in_date, in_date));
end $$;

-- That day or, when it is none, the next one (in_step 1) or the one before (-1); null of no day, or of one that never comes.
create or replace function business_day_nearest(in_date date, in_step int) returns date language plpgsql stable as $$
declare
    day date := in_date;
begin
    while isfinite(day) and not is_business_day(day) loop
        day := day + in_step;
    end loop;
    return case when isfinite(day) then day end;
end $$;

-- The in_days-th business day after in_date. Day 0 is in_date itself or, when that is none, the next one.
create or replace function business_day(in_date date, in_days int) returns date language plpgsql stable as $$
begin
    return (select d from business_days(in_date, in_date + 2 * in_days + 60) d order by d limit 1 offset in_days);
end $$;

-- The close of the in_days-th business day after receipt. What comes after the close counts as received the next business day.
create or replace function business_day_end(in_received timestamptz, in_days int) returns timestamptz language plpgsql stable as $$
declare
    received_on date := office_date(in_received);
begin
    return office_close(business_day(received_on + (in_received > office_close(received_on))::int, in_days));
end $$;

-- A deadline of whole business days: the close of the in_days-th one after the calendar day of in_from.
create or replace function business_days_after(in_from timestamptz, in_days int) returns timestamptz stable language sql
return office_close(business_day(office_date(in_from) + 1, in_days - 1));

-- DESIGN 5b: what follows from a decision, and whose turn it is on a list, takes effect at one of these hours of a business day, for
-- everybody alike: never at a click.
create or replace function fixed_hours(in_date date) returns setof timestamptz stable language sql
begin atomic
    select (in_date + h.local) at time zone office_zone() from (values (time '09:00'), (time '12:00'), (time '15:00')) h (local);
end;

create or replace function fixed_hour_after(in_at timestamptz) returns timestamptz language plpgsql stable as $$
declare
    day date := business_day_nearest(office_date(in_at), 1);
    found_hour timestamptz := (select min(h) from fixed_hours(day) h where h > in_at);
begin
    return coalesce(found_hour, (select min(h) from fixed_hours(business_day_nearest(day + 1, 1)) h));
end $$;

create or replace function fixed_hour_before(in_at timestamptz) returns timestamptz language plpgsql stable as $$
declare
    day date := business_day_nearest(office_date(in_at), -1);
    found_hour timestamptz := (select max(h) from fixed_hours(day) h where h <= in_at);
begin
    return coalesce(found_hour, (select max(h) from fixed_hours(business_day_nearest(day - 1, -1)) h));
end $$;

-- The same hour of the business day before.
create or replace function business_day_before(in_at timestamptz) returns timestamptz language plpgsql stable as $$
begin
    return (business_day_nearest(office_date(in_at) - 1, -1) + (in_at at time zone office_zone())::time) at time zone office_zone();
end $$;

-- R7: stale after 90 days, and asked again by every intake that began later.
create or replace function needs_confirmation(in_participant_id uuid, in_confirmed_at timestamptz) returns boolean
language plpgsql stable as $$
begin
    return in_confirmed_at is null or in_confirmed_at < app_now() - interval '90 days' or exists (
        select from intakes i where i.participant_id = in_participant_id and i.is_open and i.created_at > in_confirmed_at);
end $$;
