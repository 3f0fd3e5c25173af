-- SPDX-License-Identifier: MIT
-- The months of the audit: each a partition. Made ahead by `alongside migrate`, read-only when they are past, then taken away and brought
-- back by their owner.

create or replace function audit_month_table(in_month text) returns text immutable language sql
return 'alongside_audit.events_' || replace(in_month, '-', '_');

-- When a month begins, or the one so many later.
create or replace function audit_month_start(in_month text, in_later int default 0) returns timestamptz stable language sql
return ((in_month || '-01')::date + in_later * interval '1 month') at time zone 'UTC';

-- Those that are in their place; month null: what lies in no other.
create or replace function audit_month_parts() returns table (part regclass, month text) language plpgsql stable as $$
begin
    return query
    select c.oid::regclass, translate(substring(c.relname from '^events_(\d{4}_\d\d)$'), '_', '-')
    from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'audit_events'::regclass;
end $$;

-- An event is of its month by the time at which its transaction began. So whoever begins later has nothing to add, and whoever began
-- before may take as long as they need.
create or replace function audit_month_refuse() returns trigger language plpgsql as $$
begin
    raise exception '% is past', tg_table_name using errcode = '42501';
end $$;

-- What holds of the audit holds of each table of its months, for whoever names it, also while it is detached.
create or replace function audit_month_guard(in_part regclass, in_month text) returns void language plpgsql as $$
begin
    if not (select c.relforcerowsecurity from pg_class c where c.oid = in_part) then
        execute format('alter table %s enable row level security, force row level security', in_part);
        execute format('create policy owner_all on %s to alongside_owner using (true)', in_part);
    end if;
    if not exists (select from pg_trigger t where t.tgrelid = in_part and t.tgname = 'append_only') then
        execute format('create trigger append_only before update or delete or truncate on %s
            for each statement execute function refuse_change()', in_part);
    end if;
    if in_month is not null and not exists (select from pg_trigger t where t.tgrelid = in_part and t.tgname = 'past') then
        execute format('create trigger past before insert on %s for each row
            when (transaction_timestamp() >= %L::timestamptz) execute function audit_month_refuse()',
            in_part, audit_month_start(in_month, 1));
    end if;
end $$;

create or replace function audit_month_place(in_month text) returns void language plpgsql as $$
begin
    execute format('alter table audit_events attach partition %s for values from (%L) to (%L)',
        audit_month_table(in_month), audit_month_start(in_month), audit_month_start(in_month, 1));
end $$;

-- When nobody made a month in time, or while it was away, its events lie in the rest: they move.
create or replace function audit_month_gather(in_month text) returns void language plpgsql as $$
begin
    if exists (
        select from alongside_audit.events_rest e
        where e.at >= audit_month_start(in_month) and e.at < audit_month_start(in_month, 1))
    then
        alter table alongside_audit.events_rest disable trigger append_only;
        execute format('alter table %s disable trigger user', audit_month_table(in_month));
        execute format('
            with moved as (delete from alongside_audit.events_rest e where e.at >= %L and e.at < %L returning *)
            insert into %s select * from moved',
            audit_month_start(in_month), audit_month_start(in_month, 1), audit_month_table(in_month));
        execute format('alter table %s enable trigger user', audit_month_table(in_month));
        if not exists (select from alongside_audit.events_rest) then
            truncate alongside_audit.events_rest;
        end if;
        alter table alongside_audit.events_rest enable trigger append_only;
    end if;
end $$;

create or replace function audit_month_make(in_month text) returns void language plpgsql as $$
begin
    execute format('create table %s (like audit_events including defaults)', audit_month_table(in_month));
    perform audit_month_gather(in_month), audit_month_place(in_month);
end $$;

-- This month and a year, the rest, and all that holds of each. What lies in no month is in the rest: nothing is refused for want of one.
create or replace function audit_month_prepare() returns void language plpgsql as $$
declare
    month text;
    part record;
begin
    create table if not exists alongside_audit.events_rest partition of audit_events default;
    for month in
        select to_char(date_trunc('month', app_now() at time zone 'UTC') + n * interval '1 month', 'YYYY-MM')
        from generate_series(0, 12) n
    loop
        if to_regclass(audit_month_table(month)) is null then
            perform audit_month_make(month);
        end if;
    end loop;
    for part in
        select c.oid::regclass as name, translate(substring(c.relname from '^events_(\d{4}_\d\d)$'), '_', '-') as month
        from pg_class c where c.relnamespace = 'alongside_audit'::regnamespace and c.relkind = 'r'
    loop
        perform audit_month_guard(part.name, part.month);
    end loop;
end $$;

-- What an operator has to know: how many months are there for what comes, and whether events lie in none.
create or replace function audit_month_state(out ahead int, out has_rest boolean) language plpgsql stable as $$
begin
    select count(*) filter (where p.month > audit_event_month(app_now())), bool_or(p.month is null and pg_relation_size(p.part) > 0)
    into ahead, has_rest from audit_month_parts() p;
end $$;

-- Whether a table holds what was linked of a month, before it was detached if it is, no more and no less.
create or replace function audit_month_fits(in_part regclass, in_month text) returns boolean language plpgsql stable as $$
begin
    return exists (select from audit_links) and not exists (
        select from audit_link_groups(in_part) g
        full join (
            select l.* from audit_links l left join audit_link_detached() d on d.month = l.month
            where l.kind = 'events' and l.month = in_month and l.seq < coalesce(d.seq, 9223372036854775807)
        ) s using (after_id, upto_xid, month)
        where s.digest is distinct from g.digest or s.events is distinct from g.events);
end $$;

-- The owner: takes a past month out. Its table stays, to be kept elsewhere and dropped. Null, or why not.
create or replace function audit_month_detach(in_month text) returns text language plpgsql as $$
declare
    part regclass;
begin
    perform set_config('lock_timeout', '500ms', true), pg_advisory_xact_lock(hashtext('alongside.audit_link'));
    select p.part into part from audit_month_parts() p where p.month = in_month;
    if audit_link_is_foreign() then
        return 'the chain is another cluster''s: run `alongside audit anchor`';
    elsif part is null then
        return 'there is no such month';
    elsif app_now() < audit_month_start(in_month, 1) then
        return 'this month is not past';
    end if;
    execute format('lock table %s in share mode', part); -- whoever has begun in it ends first
    if not audit_month_fits(part, in_month) then
        return 'not all of this month is linked yet, or it is not what was linked: audit verify says which';
    end if;
    execute format('alter table audit_events detach partition %s', part);
    perform audit_link_note('detached', in_month);
    return null;
exception when lock_not_available or deadlock_detected then
    return 'somebody holds the audit at this moment: try again';
end $$;

-- The owner: puts it back. Null, or why not.
create or replace function audit_month_attach(in_month text) returns text language plpgsql as $$
declare
    part regclass;
begin
    perform set_config('lock_timeout', '500ms', true), pg_advisory_xact_lock(hashtext('alongside.audit_link'));
    if audit_link_is_foreign() then
        return 'the chain is another cluster''s: run `alongside audit anchor`';
    elsif not exists (select from audit_link_detached() d where d.month = in_month) then
        return 'this month was not detached';
    end if;
    part := to_regclass(audit_month_table(in_month));
    if part is null then
        return 'there is no table ' || audit_month_table(in_month);
    elsif not audit_month_fits(part, in_month) then
        return 'this is not what was detached';
    end if;
    perform audit_month_guard(part, in_month), audit_month_gather(in_month), audit_month_place(in_month);
    perform audit_link_note('attached', in_month);
    return null;
exception when lock_not_available or deadlock_detected then
    return 'somebody holds the audit at this moment: try again';
end $$;

select audit_month_prepare();
