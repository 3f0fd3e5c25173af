-- SPDX-License-Identifier: MIT
-- Each time a shift comes round: who is on call, from when to when.

-- An hour that the clocks skip begins when they have skipped it: nobody is off duty for that.
create or replace function duty_turn_instant(in_local timestamp, in_zone text) returns timestamptz stable language sql
return coalesce(wall_instant(in_local, in_zone), in_local at time zone in_zone);

-- The turns that have a moment of those in common, by whoever has them now, without the days on which they are away. Somebody who is gone,
-- has another role or no longer serves a region is not on call there: what nobody has is a gap, and goes to the lead.
create or replace function duty_turns_between(in_from timestamptz, in_to timestamptz)
returns table (
    shift_id uuid, local_on date, account_id uuid, step text, regions text[], region_keys text[],
    local_start timestamp, local_end timestamp, timezone text, starts_at timestamptz, ends_at timestamptz,
    during tstzmultirange)
language plpgsql stable security definer as $$
begin
    if actor_role() not in ('mental_health_professional', 'coordinator', 'administrator', 'worker') then
        return;
    end if;
    return query
    select
        s.id, t.local_start::date, a.id, s.step, s.regions::text[], k.region_keys, t.local_start, t.local_end, s.timezone,
        i.starts_at, i.ends_at, d.during
    from duty_shifts s
    -- A day more on either side, whatever the zone.
    cross join lateral generate_series(
        greatest(0, floor(extract(epoch from (in_from at time zone 'UTC' - s.local_end - interval '1 day')) / 604800)::int),
        case when s.is_weekly then
            floor(extract(epoch from (in_to at time zone 'UTC' - s.local_start + interval '1 day')) / 604800)::int else 0 end) week
    cross join lateral (
        select s.local_start + week * interval '7 days' as local_start, s.local_end + week * interval '7 days' as local_end) t
    cross join lateral (
        select
            duty_turn_instant(t.local_start, s.timezone) as starts_at, duty_turn_instant(t.local_end, s.timezone) as ends_at) i
    left join duty_covers c on c.shift_id = s.id and c.local_on = t.local_start::date
    join accounts a on a.id = coalesce(c.account_id, s.account_id)
    cross join lateral (
        select array(
            select key from unnest(region_keys()) key
            where (s.regions = '{}' or key = any (s.regions)) and (a.regions = '{}' or key = '-' or key = any (a.regions))
        ) as region_keys) k
    cross join lateral (
        select tstzmultirange(tstzrange(i.starts_at, i.ends_at)) - coalesce(range_agg(tstzrange(
            b.starts_on::timestamp at time zone b.timezone, (b.ends_on + 1)::timestamp at time zone b.timezone)), '{}') as during
        from absences b where b.account_id = a.id) d
    where s.local_start < in_to at time zone 'UTC' + interval '2 days'
        and (s.is_weekly or s.local_end > in_from at time zone 'UTC' - interval '2 days')
        and coalesce(s.last_on, 'infinity') > (in_from at time zone 'UTC')::date - 10
        and a.is_active and a.role in ('mental_health_professional', 'coordinator') and k.region_keys <> '{}'
        and t.local_start::date <= coalesce(s.last_on, 'infinity') and d.during && tstzrange(in_from, in_to);
end $$;

-- Whether somebody is on duty at a moment, for whichever regions.
create or replace function duty_turn_is_on(in_account_id uuid, in_at timestamptz) returns boolean language plpgsql stable as $$
begin
    return exists (
        select from duty_turns_between(in_at, in_at + interval '1 microsecond') t
        where t.account_id = in_account_id and t.step = 'duty');
end $$;

-- The turn of a shift that begins on that day; null when there is none, or nobody has it.
create or replace function duty_turn_on(
    in_shift_id uuid, in_local_on date, out account_id uuid, out regions text[], out ends_at timestamptz)
language plpgsql stable as $$
begin
    select t.account_id, t.regions, t.ends_at into account_id, regions, ends_at
    from duty_turns_between(
        (in_local_on - 1)::timestamp at time zone 'UTC', (in_local_on + 2)::timestamp at time zone 'UTC') t
    where t.shift_id = in_shift_id and t.local_on = in_local_on;
end $$;

create or replace function duty_turns_find(in_query jsonb) returns table (at timestamptz, id uuid, body json)
language plpgsql stable as $$
declare
    since timestamptz := coalesce((in_query->>'from')::timestamptz, app_now());
begin
    return query
    select t.starts_at, t.shift_id, row_to_json(members)
    from duty_turns_between(since, since + make_interval(days => (in_query->>'days')::int)) t
    cross join lateral (select
        t.shift_id,
        t.local_on,
        t.account_id,
        account_alias(t.account_id) as alias,
        t.step,
        t.regions,
        wall_text(t.local_start) as local_start,
        wall_text(t.local_end) as local_end,
        t.timezone,
        utc_offset(t.local_start, t.starts_at) as utc_offset,
        utc(t.starts_at) as starts_at,
        utc(t.ends_at) as ends_at) members
    where (t.starts_at, t.shift_id) > ((in_query#>>'{after,at}')::timestamptz, (in_query#>>'{after,id}')::uuid)
        and (in_query->'account_id' is null or t.account_id = (in_query->>'account_id')::uuid)
        and (in_query->'region' is null or in_query->>'region' = any (t.region_keys))
    order by t.starts_at, t.shift_id
    limit (in_query->>'limit')::int + 1;
end $$;
