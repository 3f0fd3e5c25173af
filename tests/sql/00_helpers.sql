-- SPDX-License-Identifier: MIT
-- Helpers of the pgTAP tests, included with \ir after `begin;`. They run a text as alongside_api, so that pgTAP itself stays superuser.
\set QUIET 1
set client_min_messages = warning;
create schema if not exists tests;
create extension if not exists pgtap with schema tests;
set search_path = alongside, tests, public, pg_catalog;
select set_config('tests.included', 'yes', true) as included \gset

-- From here on this is who asks. Nothing is checked: context_enter() has tests of its own.
create or replace function tests.enter(
    in_role text, in_account uuid default null, in_participant uuid default null, in_regions text[] default '{}')
returns void language sql as $$
    select set_config('app.role', in_role, true), set_config('app.account_id', coalesce(in_account::text, ''), true),
        set_config('app.participant_id', coalesce(in_participant::text, ''), true),
        set_config('app.regions', in_regions::text, true), set_config('app.language', 'both', true),
        set_config('app.request_id', '11111111-1111-4111-8111-111111111111', true),
        set_config('app.operation', 'tests_run', true), set_config('app.idempotency_key', '', true)
$$;
create or replace function tests.clock(in_now timestamptz) returns void language sql as $$
    select set_config('app.now', coalesce(in_now::text, ''), true)
$$;
-- The one row a text answers, as an object; null when there is none.
create or replace function tests.answer(in_sql text) returns jsonb language plpgsql as $$
declare
    answer record;
    rows bigint;
begin
    perform set_config('role', 'alongside_api', true);
    execute in_sql into answer;
    get diagnostics rows = row_count;
    perform set_config('role', 'none', true);
    return case when rows > 0 then to_jsonb(answer) end;
end
$$;
-- How a text is refused: a slug of problems.def, or SQLSTATE and constraint; null when it is not. Its effects are undone.
create or replace function tests.refused(in_sql text, out slug text, out detail jsonb) language plpgsql as $$
declare
    state text;
    name text;
    message text;
    members text;
begin
    begin
        perform tests.answer(in_sql);
        raise exception using errcode = 'TT000';
    exception
        when sqlstate 'TT000' then
            null;
        when others then
            get stacked diagnostics state = returned_sqlstate, name = constraint_name, message = message_text, members = pg_exception_detail;
            if state = 'AP000' then
                slug := message;
                detail := nullif(members, '')::jsonb;
            else
                slug := rtrim(state || ' ' || name);
            end if;
    end;
end
$$;
create or replace function tests.refusal(in_sql text) returns text language sql as $$ select slug from tests.refused(in_sql) $$;
create or replace function tests.refusal_detail(in_sql text) returns jsonb language sql as $$ select detail from tests.refused(in_sql) $$;
-- Whether a text touches at least one row as alongside_api; undone.
create or replace function tests.touches(in_sql text) returns boolean language plpgsql as $$
declare
    touched bigint;
    code text;
begin
    begin
        perform set_config('role', 'alongside_api', true);
        execute in_sql;
        get diagnostics touched = row_count;
        raise exception using errcode = case when touched > 0 then 'TT001' else 'TT002' end;
    exception when others then
        get stacked diagnostics code = returned_sqlstate;
        -- A row that a foreign key holds was reached; one that exists already could have been written.
        return code in ('TT001', '23503', '23505');
    end;
end
$$;
-- Which verbs the present actor has on a table: 'SIUD' = all. in_insert is a row of values that would be good.
create or replace function tests.verbs(in_table text, in_insert text) returns text language plpgsql as $$
declare
    first_column text := (
        select attname from pg_attribute where attrelid = ('alongside.' || in_table)::regclass and attnum > 0 and not attisdropped
            and attgenerated = '' and attidentity = '' order by attnum limit 1);
begin
    return case when tests.touches('select from ' || in_table) then 'S' else '' end
        || case when tests.touches(in_insert) then 'I' else '' end
        || case when tests.touches(format('update %1$I set %2$I = %2$I', in_table, first_column)) then 'U' else '' end
        || case when tests.touches('delete from ' || in_table) then 'D' else '' end;
end
$$;
-- A staff account, active.
create or replace function tests.account(in_role text, in_id uuid default gen_random_uuid(), in_regions text[] default '{}')
returns uuid language sql as $$
    insert into accounts (id, subject, role, regions) values (in_id, in_id::text, in_role, in_regions) returning id
$$;
-- What follows from a write that a test makes by hand.
create or replace function tests.followed(in_role text, in_sql text) returns void language plpgsql as $$
declare
    role text := current_setting('app.role', true);
begin
    perform set_config('app.role', in_role, true);
    execute in_sql;
    perform set_config('app.role', role, true);
end
$$;
create or replace function tests.renamed(variadic in_staff uuid[]) returns void language sql as $$
    select followed('administrator', format('select conflict_follow_staff(%L)', s)) from unnest(in_staff) s
$$;
create or replace function tests.excluded(in_participant uuid, in_account uuid, in_own_case boolean default false) returns void language sql as $$
    select followed('coordinator', format('select conflict_follow_exclusions(array[%1$L]::uuid[], array[%2$L]::uuid[], %3$L)', in_participant, in_account,
        case when in_own_case then array[in_account] else '{}'::uuid[] end))
$$;
-- What C would seal: a key and a value below it.
create or replace function tests.key(in_id uuid) returns jsonb language sql as $$
    select jsonb_build_object('id', in_id, 'wrapped', 'k1~d3JhcHBlZA')
$$;

-- Alone, this file is a test of nothing but itself.
select coalesce(current_setting('tests.included', true), '') <> 'yes' as is_alone \gset
\if :is_alone
select '1..1' union all select 'ok 1 - the helpers load';
\endif
