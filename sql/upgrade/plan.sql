-- SPDX-License-Identifier: MIT
-- From what is (was) to what code files make (will): the statements, in an order in which each finds what it stands on, and a line for
-- each thing that changes. The schema alongside is the one to come. At the end PostgreSQL has to say of the live one what it says of this.
create table alongside_plan.will as select * from alongside_plan.facts();
with change as (
    select
        kind, name, w.place as old_place, n.place as new_place, w.acl as old_acl, n.acl as new_acl,
        coalesce(w.owner, current_user) as old_owner, n.owner as new_owner, (w.kind is null) as is_new, (n.kind is null) as is_gone,
        (w.definition is distinct from n.definition) as is_remade, n.definition,
        (concat(w.acl, w.columns) <> concat(n.acl, n.columns)) as is_granted
    from alongside_plan.was w
    full join alongside_plan.will n using (kind, name)
    where concat_ws('|', w.kind, w.definition, w.owner, w.acl, w.columns) <> concat_ws('|', n.kind, n.definition, n.owner, n.acl, n.columns)
),
steps (step, place, statement) as (
    -- What it has made stands on tables of its own, which only begin anew when everything does.
    select 0, 0, 'do $guard$ begin raise exception ''the months of the audit are guarded otherwise''; end $guard$'
    from change
    where name = 'audit_month_guard(regclass,text)'
    union all
    select 1, 0, format('drop %s %s', kind, name)
    from change
    where kind in ('trigger', 'policy') and not is_new and is_remade
    union all
    select 2, new_place::bigint, definition
    from change
    where kind in ('routine', 'view') and not is_gone and is_remade
    union all
    -- Whoever is given a function must be able to make one, for that moment.
    select 3, new_place::bigint, format(
        case when new_owner = current_user then 'alter routine %s owner to %I'
            else 'grant create on schema alongside to %2$I; alter routine %1$s owner to %2$I; revoke create on schema alongside from %2$I'
        end, name, new_owner)
    from change
    where kind = 'routine' and not is_gone and old_owner <> new_owner
    union all
    select 4, -old_place::bigint, format('drop %s %s', kind, name)
    from change
    where kind in ('routine', 'view') and is_gone
    union all
    select 5, 0, definition
    from change
    where kind in ('trigger', 'policy') and not is_gone and is_remade
    union all
    select 6, 0, format('revoke all on %s %s from %s', replace(c.kind, 'view', 'table'), c.name, string_agg(distinct held.grantee, ', '))
    from change c
    cross join lateral (
        select coalesce(nullif(a.grantee, 0)::regrole::text, 'public')
        from aclexplode(c.old_acl) a
        union all
        select coalesce(nullif(a.grantee, 0)::regrole::text, 'public')
        from pg_attribute t cross join aclexplode(t.attacl) a
        where t.attrelid = c.old_place and c.kind <> 'routine') held (grantee)
    where c.kind in ('routine', 'view', 'table') and not c.is_gone and c.is_granted and held.grantee not in (c.old_owner, c.new_owner)
    group by c.kind, c.name
    union all
    -- In this order they become the same list.
    select 7, a.place, format(
        'grant %s on %s %s to %s', a.privilege_type, replace(c.kind, 'view', 'table'), c.name,
        coalesce(nullif(a.grantee, 0)::regrole::text, 'public'))
    from change c
    cross join aclexplode(c.new_acl) with ordinality a (grantor, grantee, privilege_type, is_grantable, place)
    where c.kind in ('routine', 'view', 'table') and c.is_granted and a.grantee <> c.new_owner::regrole
    union all
    select 8, a.place, format('grant %s (%I) on %s to %s', a.privilege_type, t.attname, c.name, a.grantee::regrole)
    from change c
    join pg_attribute t on t.attrelid = c.new_place
    cross join aclexplode(t.attacl) with ordinality a (grantor, grantee, privilege_type, is_grantable, place)
    where c.kind in ('view', 'table') and c.is_granted
)
select
    (select string_agg(statement, e';\n' order by step, place, statement) from steps)
    || format(
        e';\ndo $check$ begin if (select sha256(convert_to(string_agg(row (kind, name, definition, owner, acl, columns)::text, '''' '
        'order by kind, name), ''UTF8'')) from (%s) f) <> %L then raise exception ''something else came of it''; end if; end $check$',
        (select p.prosrc from pg_proc p where p.oid = 'alongside_plan.facts'::regproc), (
            select sha256(convert_to(string_agg(row (kind, name, definition, owner, acl, columns)::text, '' order by kind, name), 'UTF8'))
            from alongside_plan.will)
    ) as statements,
    (
        select string_agg(
            format(e'%s %s %s\n', case when is_new then 'added' when is_gone then 'removed' else 'changed' end, kind, name), ''
            order by kind, name)
        from change) as told
