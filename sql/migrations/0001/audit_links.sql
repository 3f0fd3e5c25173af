-- SPDX-License-Identifier: MIT

-- The hash chain over audit_events: one link covers every event of the transactions [from_xid, upto_xid).
-- upto_xid is a snapshot's xmin, so no later commit can fall into a range that is closed.
create table audit_links (
    seq bigint primary key,
    from_xid xid8 not null,
    upto_xid xid8 not null,
    events bigint not null,
    hash bytea not null,
    at timestamptz not null
);
