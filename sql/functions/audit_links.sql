-- SPDX-License-Identifier: MIT
-- The hash chain over the audit: jobs link it and walk it.

-- Ends an epoch: what has come up to now, whatever its transaction.
create or replace function audit_link_end() returns xid8 immutable language sql
return '18446744073709551615'::xid8;

-- Everything that a link says, and what came before.
create or replace function audit_link_hash(in_link audit_links, in_previous bytea) returns bytea stable language sql
return sha256(coalesce(in_previous, ''::bytea) || convert_to(concat_ws('|',
    in_link.seq, in_link.kind, coalesce(in_link.month, '-'), in_link.from_xid, in_link.upto_xid, in_link.after_id, in_link.upto_id,
    in_link.events, in_link.system_id, extract(epoch from in_link.at)), 'UTF8') || in_link.digest);

-- The last link, or one before the first.
create or replace function audit_link_last() returns audit_links language plpgsql stable as $$
declare
    link audit_links;
begin
    select * into link from audit_links order by seq desc limit 1;
    link.seq := coalesce(link.seq, 0);
    link.upto_xid := coalesce(link.upto_xid, '0');
    link.after_id := coalesce(link.after_id, 0);
    link.upto_id := coalesce(link.upto_id, 0);
    link.system_id := coalesce(link.system_id, (select system_identifier from pg_control_system()));
    return link;
end $$;

-- One more, after what is the last; what it says beyond that is its caller's. Whoever adds one holds the lock.
create or replace function audit_link_add(in_link audit_links) returns void language plpgsql as $$
declare
    last_link audit_links := audit_link_last();
begin
    in_link.seq := last_link.seq + 1;
    in_link.system_id := (select system_identifier from pg_control_system());
    in_link.at := transaction_timestamp();
    in_link.hash := audit_link_hash(in_link, last_link.hash);
    insert into audit_links values (in_link.*);
end $$;

-- What an owner did with the chain, at the end of in_link: a link, and an event.
create or replace function audit_link_note(in_kind text, in_month text, in_link audit_links default audit_link_last())
returns void language plpgsql as $$
begin
    in_link.kind := in_kind;
    in_link.month := in_month;
    in_link.from_xid := in_link.upto_xid;
    in_link.events := 0;
    in_link.digest := '';
    perform audit_link_add(in_link), set_config('app.role', 'owner', true), set_config('app.operation', 'audit', true);
    perform audit(in_kind, 'audit', null, '{}', array_remove(array[in_month], null));
end $$;

-- A chain cannot go on in a cluster that counts transactions anew: after a dump was restored, or a cluster put together by hand.
create or replace function audit_link_is_foreign() returns boolean language plpgsql stable as $$
declare
    last_link audit_links := audit_link_last();
begin
    return last_link.system_id <> (select system_identifier from pg_control_system())
        or last_link.upto_xid > pg_snapshot_xmax(pg_current_snapshot());
end $$;

-- Worker: links what has become final since the last link. Returns how many events, null when the chain cannot go on here. A month was
-- empty when its plan was made, and is not for long.
create or replace function audit_link_append() returns bigint language plpgsql set enable_seqscan = off as $$
declare
    link audit_links;
    upto xid8;
    part record;
    linked bigint := 0;
begin
    if not pg_try_advisory_xact_lock(hashtext('alongside.audit_link')) then
        return 0;
    elsif audit_link_is_foreign() then
        return null;
    end if;
    -- Only now: before the lock another one may have added a link.
    link := audit_link_last();
    upto := pg_snapshot_xmin(pg_current_snapshot());
    -- Not all at once after a long while without a worker: whole transactions, ten thousand events at most but for one that has more.
    upto := coalesce((
        select e.xid from audit_events e where e.xid > link.upto_xid and e.xid < upto and e.id > link.after_id
        order by e.xid offset 10000 limit 1), upto);
    link.kind := 'events';
    link.from_xid := link.upto_xid;
    link.upto_xid := upto;
    for part in
        select
            audit_event_month(e.at) as month, count(*) as events, max(e.id) as upto_id,
            sha256(string_agg(audit_event_digest(e), ''::bytea order by e.id)) as digest
        from audit_events e where e.xid >= link.from_xid and e.xid < upto and e.id > link.after_id
        group by 1 order by 1
    loop
        link.month := part.month;
        link.events := part.events;
        link.upto_id := greatest(link.upto_id, part.upto_id);
        link.digest := part.digest;
        perform audit_link_add(link);
        linked := linked + part.events;
    end loop;
    return linked;
end $$;

-- The events of a table by the links that they belong to: each by its epoch, the end of its range, and its month; without an end what is
-- not linked yet. One walk over the events: which range one is in is looked up in an array of their ends. Of an epoch that is over, and of
-- the last one when its cluster is another, whatever came after its last link lies before the very end.
create or replace function audit_link_groups(in_table regclass)
returns table (after_id bigint, upto_xid xid8, month text, events bigint, upto_id bigint, digest bytea)
language plpgsql stable set work_mem = '64MB' as $$
begin
    return query execute format($sql$
        with epochs as (
            select
                l.after_id, coalesce(lead(l.after_id) over (order by l.after_id), 9223372036854775807) as last_id,
                lead(l.after_id) over (order by l.after_id) is not null or audit_link_is_foreign() as is_over,
                array_agg(distinct l.upto_xid order by l.upto_xid) filter (where l.kind = 'events') as ends,
                max(l.upto_id) filter (where l.upto_xid <> audit_link_end()) as linked_id
            from audit_links l group by l.after_id),
        placed as (
            select
                p.after_id, audit_event_month((t.event).at) as month, (t.event).id, audit_event_digest(t.event) as digest,
                case
                    when p.is_over and (t.event).id > p.linked_id then audit_link_end()
                    else coalesce(
                        p.ends[width_bucket((t.event).xid, p.ends) + 1], case when p.is_over then audit_link_end() end) end as upto_xid
            from (select row(e.*)::audit_events as event from %s e) t
            join epochs p on (t.event).id > p.after_id and (t.event).id <= p.last_id)
        select g.after_id, g.upto_xid, g.month, count(*), max(g.id), sha256(string_agg(g.digest, ''::bytea order by g.id))
        from placed g group by 1, 2, 3$sql$, in_table);
end $$;

-- The months whose events are elsewhere, and the link that says so: what is linked before it is kept by its digest alone.
create or replace function audit_link_detached() returns table (month text, seq bigint) language plpgsql stable as $$
begin
    return query select d.month, d.seq from (
        select distinct on (l.month) l.* from audit_links l
        where l.kind in ('detached', 'attached') order by l.month, l.seq desc) d
    where d.kind = 'detached';
end $$;

-- Walks the whole chain again. first_bad is the first link that says what it did not, or whose events do not give its digest.
create or replace function audit_link_verify(
    out ok boolean, out checked bigint, out first_bad bigint, out detached text, out is_foreign boolean)
language plpgsql as $$
declare
    last_link audit_links := audit_link_last();
begin
    is_foreign := audit_link_is_foreign();
    with chain as (
        select l as link, row_number() over s as place, lag(l.hash) over s as previous from audit_links l window s as (order by l.seq)),
    said as (
        select l.* from audit_links l left join audit_link_detached() d on d.month = l.month and d.seq > l.seq
        where l.kind = 'events' and d.seq is null),
    compared as (
        select
            s.seq as said_seq, g.after_id, g.upto_xid,
            s.digest is not distinct from g.digest and s.events is not distinct from g.events as fits
        from audit_link_groups('audit_events') g full join said s using (after_id, upto_xid, month)),
    bad as (
        select (c.link).seq from chain c
        where (c.link).seq <> c.place or (c.link).hash <> audit_link_hash(c.link, c.previous)
        union all
        select coalesce(c.said_seq, (
            select min(l.seq) from audit_links l where (l.after_id, l.upto_xid) >= (c.after_id, c.upto_xid)))
        from compared c
        -- What is not linked yet breaks nothing.
        where not c.fits and (c.said_seq is not null or case
            when is_foreign and c.after_id = last_link.after_id then c.upto_xid <> audit_link_end() else c.upto_xid is not null end))
    select (select min(b.seq) from bad b), (select sum(s.events) from said s where s.seq < coalesce(
        (select min(b.seq) from bad b), 9223372036854775807))
    into first_bad, checked;
    ok := first_bad is null;
    checked := coalesce(checked, 0);
    detached := (select string_agg(d.month, ', ' order by d.month) from audit_link_detached() d);
end $$;

-- The owner: goes on in another cluster. What came after the last link, there or here, ends the old epoch; events above that are linked
-- by the transactions of this one. Null, or why not.
create or replace function audit_link_anchor() returns text language plpgsql as $$
declare
    link audit_links;
    part record;
begin
    perform pg_advisory_xact_lock(hashtext('alongside.audit_link'));
    if not audit_link_is_foreign() then
        return 'the chain goes on here by itself';
    end if;
    lock table audit_events in share row exclusive mode; -- whoever has a number has written its event
    if not (select ok from audit_link_verify()) then
        return 'the chain is broken: audit verify says where';
    end if;
    link := audit_link_last();
    link.kind := 'events';
    link.from_xid := link.upto_xid;
    link.upto_xid := audit_link_end();
    for part in
        select * from audit_link_groups('audit_events') g
        where g.after_id = link.after_id and g.upto_xid = audit_link_end() order by g.month
    loop
        link.month := part.month;
        link.events := part.events;
        link.upto_id := greatest(link.upto_id, part.upto_id);
        link.digest := part.digest;
        perform audit_link_add(link);
    end loop;
    link.after_id := link.upto_id;
    link.upto_xid := pg_snapshot_xmin(pg_current_snapshot());
    perform audit_link_note('epoch', null, link);
    return null;
end $$;

create or replace trigger append_only before update or delete on audit_links for each row execute function refuse_change();

create or replace trigger no_truncate before truncate on audit_links for each statement execute function refuse_change();
