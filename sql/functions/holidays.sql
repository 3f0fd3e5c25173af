-- SPDX-License-Identifier: MIT
-- Holidays, on which the reply clock rests.

create or replace view holidays_json with (security_invoker = true) as
select h.id, h.version, h.date, h.region, json_build_object(
    'id', h.id,
    'date', h.date,
    'region', h.region,
    'name', localized(h.name_en, h.name_fr)) as body
from holidays h;

create or replace function holiday_lock(in_id uuid, in_if_match int[]) returns holidays language plpgsql as $$
declare
    holiday holidays;
begin
    select * into holiday from holidays h where h.id = in_id for update;
    perform require_version(in_if_match, holiday.version);
    return holiday;
end $$;

create or replace function holiday_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, h.body, case when in_status = 201 then '/v1/holidays/' || h.id end, h.version)
        from holidays_json h where h.id = in_id);
end $$;

create or replace function holidays_create(in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
begin
    insert into holidays (id, date, region, name_en, name_fr, created_at)
    values (
        new_id, (in_body->>'date')::date, in_body->>'region', in_body#>>'{name,en}', in_body#>>'{name,fr}', app_now());
    perform audit('create', 'holiday', new_id, in_fields => body_fields(in_body));
    return holiday_respond(201, new_id);
end $$;

-- I11: stored reply clocks stay as they are.
create or replace function holidays_update(in_id uuid, in_if_match int[], in_body jsonb) returns response language plpgsql as $$
begin
    perform holiday_lock(in_id, in_if_match);
    update holidays h set
        date = coalesce((in_body->>'date')::date, h.date),
        region = case when in_body ? 'region' then in_body->>'region' else h.region end,
        name_en = coalesce(in_body#>>'{name,en}', h.name_en),
        name_fr = coalesce(in_body#>>'{name,fr}', h.name_fr),
        version = h.version + 1
    where h.id = in_id;
    perform audit('update', 'holiday', in_id, in_fields => body_fields(in_body));
    return holiday_respond(200, in_id);
end $$;

create or replace function holidays_delete(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
begin
    perform holiday_lock(in_id, in_if_match);
    delete from holidays h where h.id = in_id;
    perform audit('delete', 'holiday', in_id);
    return respond(204, null);
end $$;
