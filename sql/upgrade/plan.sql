-- SPDX-License-Identifier: MIT
-- From what is (was) to what code files make (will): the statements, in an order in which each finds what it stands on, and a line for
-- each thing that changes. The schema alongside is the one to come. At the end PostgreSQL has to say of the live one what it says of this.
create table alongside_plan.will as select * from alongside_plan.facts();
with recursive standing (kind, place) as (
    -- What cannot be replaced, or goes, and what stands on it: all of it is dropped and made again.
    select w.kind, w.place
    from alongside_plan.was w
    left join alongside_plan.will n using (kind, name)
    where w.kind in ('routine', 'view') and w.frame is distinct from n.frame
    union
    select
        case d.classid
            when 'pg_proc'::regclass then 'routine' when 'pg_trigger'::regclass then 'trigger' when 'pg_policy'::regclass then 'policy'
            when 'pg_type'::regclass then 'type' when 'pg_rewrite'::regclass then 'view' else d.classid::regclass::text end,
        coalesce(r.ev_class, d.objid)
    from standing s
    join pg_depend d on d.refobjid = s.place and d.refclassid = case s.kind
        when 'routine' then 'pg_proc'::regclass when 'view' then 'pg_class'::regclass when 'type' then 'pg_type'::regclass end
    left join pg_rewrite r on r.oid = d.objid and d.classid = 'pg_rewrite'::regclass
),
change as (
    select
        kind, name, w.place as old_place, n.place as new_place, (w.kind is null) as is_new, (n.kind is null) as is_gone,
        (s.kind is not null) as is_dropped, (s.kind is not null or w.definition is distinct from n.definition) as is_remade, n.definition,
        case when s.kind is null then w.acl end as old_acl, n.acl as new_acl,
        case when s.kind is null then coalesce(w.owner, current_user) else current_user end as old_owner, n.owner as new_owner,
        (s.kind is not null or concat(w.acl, w.columns) <> concat(n.acl, n.columns)) as is_granted
    from alongside_plan.was w
    left join standing s using (kind, place)
    full join alongside_plan.will n using (kind, name)
    where s.kind is not null or concat_ws('|', w.kind, w.definition, w.owner, w.acl, w.columns)
        <> concat_ws('|', n.kind, n.definition, n.owner, n.acl, n.columns)
),
steps (step, place, statement) as (
    select 0, 0, 'do $other$ begin raise exception ''something else stands on what changes''; end $other$'
    from standing s
    left join alongside_plan.was w using (kind, place)
    where s.kind <> 'type' and w.kind is null
    union all
    -- What it has made stands on tables of its own, which only begin anew when everything does.
    select 0, 0, 'do $guard$ begin raise exception ''the months of the audit are guarded otherwise''; end $guard$'
    from change
    where name = 'audit_month_guard(regclass,text)'
    union all
    select 1, 0, format('drop %s %s', kind, name)
    from change
    where kind in ('trigger', 'policy') and not is_new and is_remade
    union all
    select 2, 0, format('drop %s if exists %s cascade', kind, name)
    from change
    where kind in ('routine', 'view') and is_dropped
    union all
    select 3, new_place::bigint, definition
    from change
    where kind in ('routine', 'view') and not is_gone and is_remade
    union all
    -- Whoever is given a function must be able to make one, for that moment.
    select 4, new_place::bigint, format(
        case when new_owner = current_user then 'alter routine %s owner to %I'
            else 'grant create on schema alongside to %2$I; alter routine %1$s owner to %2$I; revoke create on schema alongside from %2$I'
        end, name, new_owner)
    from change
    where kind = 'routine' and not is_gone and old_owner <> new_owner
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
        where t.attrelid = c.old_place and c.kind <> 'routine' and not c.is_dropped) held (grantee)
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
