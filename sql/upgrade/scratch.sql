-- SPDX-License-Identifier: MIT
-- Room for what code files would make in an empty database with the same tables: under the same name, so that every text reads as it would
-- there. All of it is rolled back: nobody else sees it, and nobody waits for it.
create schema alongside_plan;
-- All that code files make, as PostgreSQL says it. `place` is its oid, and so the order in which things were made; `frame` what stays as it
-- is when it is replaced.
create function alongside_plan.facts()
returns table (kind text, name text, place oid, frame text, definition text, owner text, acl aclitem[], columns text)
language sql as $facts$
select
    'routine' as kind, p.oid::regprocedure::text as name, p.oid as place,
    format('(%s) %s', pg_get_function_arguments(p.oid), pg_get_function_result(p.oid)) as frame, pg_get_functiondef(p.oid) as definition,
    p.proowner::regrole::text as owner, p.proacl as acl, null as columns
from pg_proc p
where p.pronamespace = 'alongside'::regnamespace
union all
select
    case c.relkind when 'v' then 'view' else 'table' end, c.oid::regclass::text, c.oid, (
        select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
        from pg_attribute a
        where a.attrelid = c.oid and c.relkind = 'v'),
    case c.relkind
        when 'v' then format(
            'create or replace view %s%s as %s', c.oid::regclass, ' with (' || array_to_string(c.reloptions, ', ') || ')',
            rtrim(pg_get_viewdef(c.oid), ';'))
        else format('row level security %s, forced %s', c.relrowsecurity, c.relforcerowsecurity)
    end,
    c.relowner::regrole::text, c.relacl, (
        select string_agg(format('%I %s', a.attname, a.attacl), ', ' order by a.attname)
        from pg_attribute a
        where a.attrelid = c.oid and a.attacl is not null and not a.attisdropped)
from pg_class c
where c.relnamespace = 'alongside'::regnamespace and c.relkind in ('r', 'p', 'v')
union all
select
    'trigger', format('%I on %s', t.tgname, t.tgrelid::regclass), t.oid, null,
    pg_get_triggerdef(t.oid) || case t.tgenabled when 'O' then '' else format(' (%s)', t.tgenabled) end, null, null, null
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
where c.relnamespace = 'alongside'::regnamespace and not t.tgisinternal and t.tgparentid = 0
union all
select
    'policy', format('%I on %I', p.policyname, p.tablename), o.oid, null,
    format('create policy %I on %I as %s for %s to %s', p.policyname, p.tablename, p.permissive, p.cmd, array_to_string(p.roles, ', '))
    || coalesce(' using (' || p.qual || ')', '') || coalesce(' with check (' || p.with_check || ')', ''), null, null, null
from pg_policies p
join pg_policy o on o.polname = p.policyname and o.polrelid = format('%I.%I', p.schemaname, p.tablename)::regclass
where p.schemaname = 'alongside'
union all
select 'schema', n.nspname, 0, null, null, n.nspowner::regrole::text, n.nspacl, null
from pg_namespace n
where n.oid = 'alongside'::regnamespace
$facts$;
create table alongside_plan.was as select * from alongside_plan.facts();

alter schema alongside rename to alongside_live;
create schema alongside;
-- The months of the audit: functions make those of a new database, and touch none of this one.
alter schema alongside_audit rename to alongside_audit_live;
create schema alongside_audit;
do $$
declare
    live record;
begin
    -- Types are carried over, not made again: columns stand on them.
    for live in
        select t.oid::regtype::text as name
        from pg_type t left join pg_class c on c.oid = t.typrelid
        where t.typnamespace = 'alongside_live'::regnamespace and (t.typtype in ('d', 'e') or c.relkind = 'c')
    loop
        execute format('alter type %s set schema alongside', live.name);
    end loop;
    for live in
        select c.relname as name, ' partition by ' || pg_get_partkeydef(c.oid) as parts from pg_class c
        where c.relnamespace = 'alongside_live'::regnamespace and c.relkind in ('r', 'p')
    loop
        execute format('create table alongside.%1$I (like alongside_live.%1$I including all)%2$s', live.name, live.parts);
    end loop;
end $$;
