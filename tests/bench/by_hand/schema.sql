-- SPDX-License-Identifier: MIT
-- What the hand-written statements and the peer programs work on: the same rows, columns, checks and indexes in the same database, without
-- policies, triggers and foreign keys. What they only read beside these six tables is read where it is, by a role no policy binds.
drop schema if exists peer cascade;
create schema peer;
do $$
begin
    if not exists (select from pg_roles where rolname = 'peer_app') then
        create role peer_app login bypassrls;
    end if;
end $$;
create table peer.accounts (like alongside.accounts including all);
create table peer.participants (like alongside.participants including all);
create table peer.exclusions (like alongside.exclusions including all);
create table peer.sealed_keys (like alongside.sealed_keys including all);
create table peer.referrals (like alongside.referrals including all);
create table peer.audit_events (like alongside.audit_events including all);
do $$
declare
    name text;
    columns text;
begin
    foreach name in array array['accounts', 'participants', 'exclusions', 'sealed_keys', 'referrals'] loop
        select string_agg(quote_ident(a.attname), ', ') into columns
        from pg_attribute a
        where a.attrelid = ('alongside.' || name)::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = '';
        execute format('insert into peer.%I (%s) select %s from alongside.%I', name, columns, columns, name);
    end loop;
end $$;
create index on peer.referrals (reply_due, id) where state in ('received', 'contacted');
grant usage on schema peer, alongside to peer_app;
grant all on all tables in schema peer to peer_app;
grant all on all sequences in schema peer to peer_app;
grant select on all tables in schema alongside to peer_app;
alter role peer_app set search_path = peer, alongside, pg_catalog;
alter role peer_app set timezone = 'UTC';
vacuum analyze peer.accounts, peer.participants, peer.exclusions, peer.sealed_keys, peer.referrals;
