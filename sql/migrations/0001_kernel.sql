-- SPDX-License-Identifier: MIT
-- What every domain stands on: accounts, sealed keys, idempotency, audit, zones. No rule of the program lives here.

alter default privileges revoke execute on functions from public;
grant usage on schema alongside to alongside_api, alongside_worker, alongside_definer;
grant create on schema alongside to alongside_definer;

-- Row level security is on and forced for every table; the owner (migrations, reference data) has one policy of its own.
create procedure secure_table(in_table text)
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    execute format('alter table %I enable row level security', in_table);
    execute format('alter table %I force row level security', in_table);
    execute format('create policy owner_all on %I to alongside_owner using (true) with check (true)', in_table);
end
$$;

-- What one statement answers: the whole response (DESIGN: the walk of a request).
create type response as (status int, body json, location text, etag text, next text);

create table timezones (
    name text primary key
);
call secure_table('timezones');

-- Who may come in. The identity provider's (issuer, subject) is the key; peers' accounts carry their participant.
create table accounts (
    id uuid primary key default gen_random_uuid(),
    issuer text not null default 'urn:alongside:local',
    subject text not null,
    role text not null constraint accounts__role__known check (role in (
        'peer', 'peer_supporter', 'mental_health_professional', 'coordinator', 'line', 'administrator')),
    is_active boolean not null default true,
    participant_id uuid,
    -- Coordinators: the regions they serve; empty = every region.
    regions text[] not null default '{}',
    created_at timestamptz not null default transaction_timestamp(),
    version int not null default 1,
    constraint accounts__subject__unique unique (issuer, subject),
    constraint accounts__participant_id__peer check ((participant_id is not null) = (role = 'peer'))
);
call secure_table('accounts');
create unique index accounts__participant_id__unique on accounts (participant_id) where participant_id is not null;

-- Wrapped data keys. Deleting an owner's rows erases every sealed value of theirs, so this table is kept out of long-lived backups.
create table sealed_keys (
    id uuid primary key,
    owner_type text not null constraint sealed_keys__owner_type__known check (owner_type in ('participant', 'referral', 'staff')),
    owner_id uuid not null,
    wrapped text not null,
    created_at timestamptz not null default transaction_timestamp()
);
call secure_table('sealed_keys');
create index sealed_keys__owner on sealed_keys (owner_id);

-- A creating request and its answer, in the same transaction as its effect; kept 24 hours.
create table idempotency_keys (
    account_id uuid not null,
    operation text not null,
    key text not null,
    fingerprint text not null,
    status int,
    body json,
    location text,
    etag text,
    created_at timestamptz not null,
    primary key (account_id, operation, key)
);
call secure_table('idempotency_keys');
create index idempotency_keys__created_at on idempotency_keys (created_at);

-- Who read or changed what of whose: append-only, never a content, only names of fields.
create table audit_events (
    id bigint generated always as identity primary key,
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
    request_id uuid
);
call secure_table('audit_events');
create index audit_events__xid on audit_events (xid);
create index audit_events__participant_ids on audit_events using gin (participant_ids);

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
call secure_table('audit_links');

create function refuse_change() returns trigger
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = '42501';
end
$$;
create trigger append_only before update or delete on audit_events for each row execute function refuse_change();
create trigger append_only before update or delete on audit_links for each row execute function refuse_change();
create trigger no_truncate before truncate on audit_events for each statement execute function refuse_change();
create trigger no_truncate before truncate on audit_links for each statement execute function refuse_change();
