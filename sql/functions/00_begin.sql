-- SPDX-License-Identifier: MIT
-- Everything but tables is applied whole, in one transaction: what no file says any more is gone. Policies, triggers, views and functions
-- are made anew; tables never stand on a function of ours, so that nothing of theirs goes with one.
do $$
declare
    old record;
    dropped text;
begin
    if exists (
        select from pg_depend d join pg_proc p on d.refclassid = 'pg_proc'::regclass and d.refobjid = p.oid
        where p.pronamespace = 'alongside'::regnamespace and d.classid in ('pg_attrdef'::regclass, 'pg_constraint'::regclass))
    then
        raise exception 'a column or a constraint stands on a function: say it with what PostgreSQL has';
    end if;
    for old in select tablename, policyname from pg_policies where schemaname = 'alongside' loop
        execute format('drop policy %I on %I', old.policyname, old.tablename);
    end loop;
    for old in
        select t.tgname, t.tgrelid::regclass as relation from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = 'alongside'::regnamespace and not t.tgisinternal and t.tgparentid = 0
    loop
        execute format('drop trigger %I on %s', old.tgname, old.relation);
    end loop;
    -- Named before the first of them goes: others go with it, and would be numbers.
    foreach dropped in array array(
        select 'view if exists ' || c.oid::regclass from pg_class c where c.relnamespace = 'alongside'::regnamespace and c.relkind = 'v'
        union all
        select 'routine if exists ' || p.oid::regprocedure from pg_proc p where p.pronamespace = 'alongside'::regnamespace)
    loop
        execute format('drop %s cascade', dropped);
    end loop;
    -- Row level security is on and forced for every table, with one policy for the owner (migrations, reference data): whoever makes a
    -- table need not think of it.
    for old in
        select c.oid::regclass as name, c.relrowsecurity and c.relforcerowsecurity as is_walled from pg_class c
        where c.relnamespace = 'alongside'::regnamespace and c.relkind in ('r', 'p')
            and c.relname not in ('schema_migrations', 'schema_state')
    loop
        if not old.is_walled then
            execute format('alter table %s enable row level security, force row level security', old.name);
        end if;
        execute format('create policy owner_all on %s to alongside_owner using (true)', old.name);
    end loop;
end $$;
revoke all on all tables in schema alongside
from public, alongside_api, alongside_worker, alongside_seats, alongside_conflicts, alongside_sessions, alongside_desk,
    alongside_duty;
