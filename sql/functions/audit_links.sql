-- SPDX-License-Identifier: MIT
-- The hash chain over the audit: jobs link it and walk it.

-- Worker: links what has become final since the last link. Returns how many events.
create or replace function audit_link_append() returns bigint language plpgsql as $$
declare
    previous_link audit_links;
    upto xid8 := pg_snapshot_xmin(pg_current_snapshot());
    linked bigint;
    digest bytea;
begin
    if not pg_try_advisory_xact_lock(hashtext('alongside.audit_link')) then
        return 0;
    end if;
    select * into previous_link from audit_links order by seq desc limit 1;
    previous_link.upto_xid := coalesce(previous_link.upto_xid, '0'::xid8);
    -- Not all at once after a long while without a worker: whole transactions, ten thousand events at most but for one that has more.
    upto := coalesce((
        select e.xid from audit_events e where e.xid > previous_link.upto_xid and e.xid < upto
        order by e.xid offset 10000 limit 1), upto);
    select count(*), string_agg(audit_event_digest(e), ''::bytea order by e.id) into linked, digest
    from audit_events e where e.xid >= previous_link.upto_xid and e.xid < upto;
    if linked = 0 then
        return 0;
    end if;
    insert into audit_links (seq, from_xid, upto_xid, events, hash, at)
    values (
        coalesce(previous_link.seq, 0) + 1, previous_link.upto_xid, upto, linked,
        sha256(coalesce(previous_link.hash, ''::bytea) || digest), transaction_timestamp());
    return linked;
end $$;

-- Walks the whole chain again. first_bad is the first link whose events do not give its hash.
create or replace function audit_link_verify(out ok boolean, out checked bigint, out first_bad bigint) language plpgsql as $$
declare
    link audit_links;
    previous_link audit_links;
    found_events bigint;
    digest bytea;
begin
    checked := 0;
    for link in select * from audit_links order by seq loop
        select count(*), string_agg(audit_event_digest(e), ''::bytea order by e.id) into found_events, digest
        from audit_events e where e.xid >= link.from_xid and e.xid < link.upto_xid;
        if link.seq <> coalesce(previous_link.seq, 0) + 1 or link.from_xid <> coalesce(previous_link.upto_xid, '0'::xid8)
            or found_events <> link.events
            or link.hash <> sha256(coalesce(previous_link.hash, ''::bytea) || coalesce(digest, ''::bytea))
        then
            ok := false;
            first_bad := link.seq;
            return;
        end if;
        checked := checked + found_events;
        previous_link := link;
    end loop;
    ok := true;
end $$;

create or replace trigger append_only before update or delete on audit_links for each row execute function refuse_change();

create or replace trigger no_truncate before truncate on audit_links for each statement execute function refuse_change();
