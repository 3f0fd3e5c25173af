-- SPDX-License-Identifier: MIT
-- Business days and holidays. The reply clock is the office's: America/Toronto, 17:00, national holidays.

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

create or replace view holidays_json with (security_invoker = true) as
select h.id, h.version, h.date, h.region, json_build_object(
    'id', h.id,
    'date', h.date,
    'region', h.region,
    'name', localized(h.name_en, h.name_fr)) as body
from holidays h;

create or replace function holidays_create(in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    new_id uuid := gen_random_uuid();
begin
    insert into holidays (id, date, region, name_en, name_fr, created_at)
    values (
        new_id, (in_body->>'date')::date, in_body->>'region', in_body#>>'{name,en}', in_body#>>'{name,fr}', app_now());
    perform audit('create', 'holiday', new_id, in_fields => body_fields(in_body));
    return (select respond(201, h.body, '/v1/holidays/' || h.id, h.version) from holidays_json h where h.id = new_id);
end
$$;
-- I11: stored reply clocks stay as they are.
create or replace function holidays_update(in_id uuid, in_if_match int[], in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    holiday holidays;
begin
    select * into holiday from holidays h where h.id = in_id for update;
    if not found then
        perform problem('not-found');
    end if;
    perform require_version(in_if_match, holiday.version);
    update holidays h set
        date = coalesce((in_body->>'date')::date, h.date),
        region = case when in_body ? 'region' then in_body->>'region' else h.region end,
        name_en = coalesce(in_body#>>'{name,en}', h.name_en),
        name_fr = coalesce(in_body#>>'{name,fr}', h.name_fr),
        version = h.version + 1
    where h.id = in_id;
    perform audit('update', 'holiday', in_id, in_fields => body_fields(in_body));
    return (select respond(200, h.body, null, h.version) from holidays_json h where h.id = in_id);
end
$$;
create or replace function holidays_delete(in_id uuid, in_if_match int[]) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    holiday holidays;
begin
    select * into holiday from holidays h where h.id = in_id for update;
    if not found then
        perform problem('not-found');
    end if;
    perform require_version(in_if_match, holiday.version);
    delete from holidays h where h.id = in_id;
    perform audit('delete', 'holiday', in_id);
    return respond(204, null);
end
$$;
