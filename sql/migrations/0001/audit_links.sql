-- SPDX-License-Identifier: MIT

-- The hash chain over audit_events. kind 'events': all of one month of the transactions [from_xid, upto_xid), whose digest it keeps, so
-- that the month may be taken away; several such links share a range where a month ends. upto_xid is a snapshot's xmin, so no later
-- commit can fall into a range that is closed. 'detached', 'attached': what became of a month. 'epoch': the events above after_id are of
-- another cluster, whose transactions are counted from below.
create table audit_links (
    seq bigint primary key,
    kind text not null,
    month text, -- YYYY-MM
    from_xid xid8 not null,
    upto_xid xid8 not null,
    after_id bigint not null,
    upto_id bigint not null, -- the highest event of an epoch that is linked so far
    events bigint not null,
    digest bytea not null,
    hash bytea not null,
    system_id bigint not null, -- of the cluster
    at timestamptz not null,
    constraint audit_links__kind__known check (kind in ('events', 'detached', 'attached', 'epoch'))
);
