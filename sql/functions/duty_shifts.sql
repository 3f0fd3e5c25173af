-- SPDX-License-Identifier: MIT
-- When somebody is on call, kept by the program lead and by those who coordinate the regions concerned.

create or replace view duty_shifts_json with (security_invoker = true) as
select s.id, s.version, s.account_id, s.created_at, row_to_json(members) as body
from duty_shifts s
cross join lateral (select
    s.id,
    s.account_id,
    account_alias(s.account_id) as alias,
    s.step,
    s.regions,
    wall_text(s.local_start) as local_start,
    wall_text(s.local_end) as local_end,
    s.timezone,
    s.is_weekly,
    s.last_on,
    s.created_by,
    utc(s.created_at) as created_at) members;

-- I13, R14: on call for a region is who may see its files. A professional serves every region.
create or replace function duty_shift_fault(in_account_id uuid, in_regions text[]) returns text
language plpgsql stable security definer as $$
declare
    account accounts;
begin
    select * into account from accounts a where a.id = in_account_id and a.role <> 'peer';
    return case
        when account.id is null or actor_role() not in ('mental_health_professional', 'coordinator', 'administrator')
            then 'does-not-exist'
        when account.role not in ('mental_health_professional', 'coordinator') then 'wrong-role'
        when not account.is_active then 'not-active'
        when account.regions <> '{}' and (in_regions = '{}' or not in_regions <@ account.regions::text[]) then 'not-allowed' end;
end $$;

-- A coordinator of some regions keeps the shifts of those alone.
create or replace function duty_shift_require_fitting(in_shift duty_shifts) returns void language plpgsql as $$
declare
    fault text := duty_shift_fault(in_shift.account_id, in_shift.regions::text[]);
begin
    if fault is not null then
        perform problem_field('account_id', fault);
    elsif not duty_shift_is_kept(actor_role(), actor_region_keys(), in_shift.regions::text[]) then
        perform problem_field('regions', 'not-allowed');
    elsif in_shift.local_end <= in_shift.local_start then
        perform problem_field('local_end', 'too-small');
    elsif in_shift.local_end > in_shift.local_start + interval '7 days' then
        perform problem_field('local_end', 'too-large');
    end if;
    perform require_timezone('timezone', in_shift.timezone);
    perform duty_shift_require_last_on(in_shift);
end $$;

create or replace function duty_shift_require_last_on(in_shift duty_shifts) returns void language plpgsql as $$
begin
    if in_shift.last_on is not null and (not in_shift.is_weekly or in_shift.last_on < in_shift.local_start::date) then
        perform problem_field('last_on', 'invalid');
    end if;
end $$;

create or replace function duty_shift_is_kept(in_role text, in_keys text[], in_regions text[]) returns boolean immutable language sql
return case in_role
    when 'administrator' then true
    when 'coordinator' then in_keys @> case when in_regions = '{}' then region_keys() else in_regions end
    else false end;

create or replace function duty_shift_lock(in_id uuid, in_if_match int[]) returns duty_shifts language plpgsql as $$
declare
    shift duty_shifts;
begin
    select * into shift from duty_shifts s where s.id = in_id for no key update;
    perform require_version(in_if_match, shift.version);
    return shift;
end $$;

create or replace function duty_shift_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, s.body, case when in_status = 201 then '/v1/duty-shifts/' || s.id end, s.version)
        from duty_shifts_json s where s.id = in_id);
end $$;

create or replace function duty_shifts_create(in_body jsonb) returns response language plpgsql as $$
declare
    shift duty_shifts;
begin
    shift.id := gen_random_uuid();
    shift.account_id := in_body->>'account_id';
    shift.step := in_body->>'step';
    shift.regions := text_array(coalesce(in_body->'regions', '[]'));
    shift.local_start := in_body->>'local_start';
    shift.local_end := in_body->>'local_end';
    shift.timezone := coalesce(in_body->>'timezone', office_zone());
    shift.is_weekly := coalesce((in_body->>'is_weekly')::boolean, false);
    shift.last_on := in_body->>'last_on';
    shift.created_by := actor_account_id();
    shift.created_at := app_now();
    shift.version := 1;
    perform duty_shift_require_fitting(shift);
    -- The roster is read whenever somebody is called.
    if (select count(*) from duty_shifts s where s.account_id = shift.account_id and (s.is_weekly or s.local_end > app_now())) >= 50 then
        perform conflict('too-many');
    end if;
    insert into duty_shifts values (shift.*);
    perform audit('create', 'duty_shift', shift.id, in_fields => body_fields(in_body));
    return duty_shift_respond(201, shift.id);
end $$;

-- Whose it is and when it began stay: who was on call is a fact of the past. What is to be otherwise ends, and is followed by another.
create or replace function duty_shifts_update(in_id uuid, in_if_match int[], in_body jsonb) returns response language plpgsql as $$
declare
    shift duty_shifts := duty_shift_lock(in_id, in_if_match);
begin
    shift.last_on := case when in_body ? 'last_on' then (in_body->>'last_on')::date else shift.last_on end;
    perform duty_shift_require_last_on(shift);
    if in_body->>'last_on' is not null and shift.last_on < (app_now() at time zone shift.timezone)::date - 1 then
        perform problem_field('last_on', 'in-the-past');
    end if;
    update duty_shifts s set last_on = shift.last_on, version = s.version + 1 where s.id = in_id;
    perform audit('update', 'duty_shift', in_id, in_fields => body_fields(in_body));
    return duty_shift_respond(200, in_id);
end $$;

-- Only one that has not begun; a weekly one that has ends with its last_on.
create or replace function duty_shifts_delete(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
declare
    shift duty_shifts := duty_shift_lock(in_id, in_if_match);
begin
    if duty_turn_instant(shift.local_start, shift.timezone) <= app_now() then
        perform conflict('shift-begun');
    end if;
    delete from duty_shifts s where s.id = in_id;
    perform audit('delete', 'duty_shift', in_id);
    return respond(204, null);
end $$;
