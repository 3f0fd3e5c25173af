-- SPDX-License-Identifier: MIT
-- Who read or changed what of whose: append-only, never a content, only names of fields. A partition for each month, so that what is
-- written stays in memory and what is past can be taken away; in a schema of their own, which is nobody's but the owner's.
create table audit_events (
    id bigint generated always as identity,
    xid xid8 not null default pg_current_xact_id(),
    at timestamptz not null,
    account_id uuid,
    role text not null,
    operation text not null,
    action text not null,
    object_type text not null,
    object_id uuid,
    participant_ids uuid[] not null default '{}',
    fields text[] not null default '{}',
    request_id uuid,
    -- Access reviews read the audit backwards in time, for everybody or for one account.
    primary key (at, id)
) partition by range (at);
-- The chain takes what is new by it. (BRIN has no operators for xid8.)
create index audit_events__xid on audit_events (xid);
create index audit_events__account_id on audit_events (account_id, at, id);
-- Most events are about one person: their file is read in its order, however often they look at it. A page of a list is about many.
create index audit_events__participant_id on audit_events ((participant_ids[1]), at, id) where cardinality(participant_ids) = 1;
create index audit_events__participant_ids on audit_events using gin (participant_ids) where cardinality(participant_ids) > 1;

-- Its partitions: audit_month_prepare().
create schema alongside_audit;
