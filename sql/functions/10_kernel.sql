-- SPDX-License-Identifier: MIT
-- The kernel's half in SQL: who asks, what time it is, problems, responses, sealed values, audit.

-- Who asks: read by policies and functions. Settings are local to the transaction; nothing set = nobody.
create or replace function actor_role() returns text stable language sql
begin atomic
    select coalesce(nullif(current_setting('app.role', true), ''), 'nobody');
end;
create or replace function actor_account_id() returns uuid stable language sql
begin atomic
    select nullif(current_setting('app.account_id', true), '')::uuid;
end;
create or replace function actor_participant_id() returns uuid stable language sql
begin atomic
    select nullif(current_setting('app.participant_id', true), '')::uuid;
end;
create or replace function actor_regions() returns text[] stable language sql
begin atomic
    select coalesce(nullif(current_setting('app.regions', true), ''), '{}')::text[];
end;
-- The time of every rule: the transaction's, or the one a test has set.
create or replace function app_now() returns timestamptz stable language sql
begin atomic
    select coalesce(nullif(current_setting('app.now', true), '')::timestamptz, transaction_timestamp());
end;

-- Ends the transaction with a row of problems.def; in_extra are the document's extension members.
create or replace function problem(in_slug text, in_extra jsonb default null) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    raise exception using errcode = 'AP000', message = in_slug, detail = coalesce(in_extra::text, '');
end
$$;
-- 422 with one fault: problem_field('timezone', 'unknown-zone'). in_field may be a path: 'availability/0'.
create or replace function problem_field(in_field text, in_code text) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    perform problem('validation-failed', jsonb_build_object('errors', jsonb_build_array(
        jsonb_build_object('pointer', '#/' || in_field, 'code', in_code))));
end
$$;
-- 409 naming the present state.
create or replace function problem_state(in_state text) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    perform problem('conflict-state', jsonb_build_object('state', in_state));
end
$$;
-- 412 unless the row's version is among those the caller named. Call it after locking the row.
create or replace function require_version(in_if_match int[], in_version int) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if not coalesce(in_version = any (in_if_match), true) then
        perform problem('precondition-failed');
    end if;
end
$$;

-- Stop 8 begins: the account must exist, be active and have the token's role. A leaver loses access at once.
create or replace function context_enter(
    in_issuer text, in_subject text, in_role text, in_language text, in_request_id text, in_clock text, in_operation text)
returns void
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    account accounts;
begin
    if in_role <> 'public' then
        select * into account from accounts a
        where a.issuer = in_issuer and a.subject = in_subject and (a.role = 'peer') = (in_role = 'peer');
        if account.id is null or not account.is_active or account.role <> in_role then
            perform problem('unauthenticated');
        end if;
        -- I13: of somebody of the staff, the participant that they are themselves; policies keep it from them.
        if in_role <> 'peer' then
            select a.participant_id into account.participant_id from accounts a
            where a.issuer = in_issuer and a.subject = in_subject and a.role = 'peer';
        end if;
    end if;
    perform
        set_config('app.role', in_role, true),
        set_config('app.account_id', coalesce(account.id::text, ''), true),
        set_config('app.participant_id', coalesce(account.participant_id::text, ''), true),
        set_config('app.regions', coalesce(account.regions::text, '{}'), true),
        set_config('app.language', in_language, true),
        set_config('app.request_id', in_request_id, true),
        set_config('app.operation', in_operation, true),
        set_config('app.idempotency_key', '', true),
        set_config('app.now', coalesce(in_clock, ''), true);
end
$$;
alter function context_enter(text, text, text, text, text, text, text) owner to alongside_definer;

-- The first request with a key goes on; another one waits for it here and is then told to replay.
create or replace function idempotency_claim(in_key text, in_fingerprint text) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    delete from idempotency_keys k
    where k.account_id = actor_account_id() and k.operation = current_setting('app.operation') and k.key = in_key
        and k.created_at < app_now() - interval '24 hours';
    insert into idempotency_keys (account_id, operation, key, fingerprint, created_at)
    values (actor_account_id(), current_setting('app.operation'), in_key, in_fingerprint, app_now())
    on conflict do nothing;
    if not found then
        perform problem('idempotency-replay');
    end if;
    perform set_config('app.idempotency_key', in_key, true);
end
$$;
create or replace function idempotency_replay(in_key text, in_fingerprint text) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    kept idempotency_keys;
begin
    select * into kept from idempotency_keys k
    where k.account_id = actor_account_id() and k.operation = current_setting('app.operation') and k.key = in_key;
    if kept.status is null then
        perform problem('idempotency-in-progress');
    elsif kept.fingerprint <> in_fingerprint then
        perform problem('idempotency-key-reused');
    elsif not location_is_seen(kept.location) then
        perform problem('conflict', '{"reason": "no-longer-seen"}');
    end if;
    perform set_config('app.language', coalesce(kept.language, current_setting('app.language')), true);
    return (kept.status, kept.body, kept.location, kept.etag, null)::response;
end
$$;

-- Every write ends here: the response is kept with its idempotency key, in the same transaction as the effect.
create or replace function respond(in_status int, in_body json, in_location text default null, in_version int default null)
returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    current_key text := nullif(current_setting('app.idempotency_key', true), '');
begin
    if current_key is not null then
        update idempotency_keys k
        set status = in_status, body = in_body, location = in_location, etag = in_version::text,
            language = current_setting('app.language')
        where k.account_id = actor_account_id() and k.operation = current_setting('app.operation') and k.key = current_key;
    end if;
    return (in_status, in_body, in_location, in_version::text, null)::response;
end
$$;

-- Both languages, or the one that was asked for (CONVENTIONS: the shape never changes, only the keys).
create or replace function localized(in_en text, in_fr text) returns json stable language sql
begin atomic
    select case current_setting('app.language', true)
        when 'en' then json_build_object('en', in_en)
        when 'fr' then json_build_object('fr', in_fr)
        else json_build_object('en', in_en, 'fr', in_fr)
    end;
end;
-- RFC 3339, UTC.
create or replace function utc(in_at timestamptz) returns text stable language sql
begin atomic
    select to_char(in_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
end;

-- Keeps the data key that C made for this write. Call once per write function, with the owner of what it sealed.
create or replace function keep_key(in_key jsonb, in_owner_type text, in_owner_id uuid) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if in_key is not null then
        insert into sealed_keys (id, owner_type, owner_id, wrapped, created_at)
        values ((in_key->>'id')::uuid, in_owner_type, in_owner_id, in_key->>'wrapped', app_now());
    end if;
end
$$;
-- The mark that C opens on the way out (seal.h): \x01 label.key id.wrapped.payload. Null when the key was erased.
create or replace function unseal(in_label text, in_value text) returns text
language plpgsql stable
set search_path = alongside, pg_catalog
as $$
begin
    if in_value is null then
        return null;
    end if;
    return (
        select e'\x01' || in_label || '.' || k.id || '.' || k.wrapped || '.' || split_part(in_value, '.', 2)
        from sealed_keys k
        where k.id = split_part(in_value, '.', 1)::uuid);
end
$$;
create or replace function erase_keys(in_owner_type text, in_owner_id uuid) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    delete from sealed_keys k where k.owner_type = in_owner_type and k.owner_id = in_owner_id;
end
$$;

-- One row: who did what to which object of whom. action: 'read', 'list', 'create', 'update', 'delete', or the program's word for a step.
create or replace function audit(
    in_action text, in_object_type text, in_object_id uuid, in_participant_ids uuid[] default '{}', in_fields text[] default '{}')
returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    insert into audit_events (at, account_id, role, operation, action, object_type, object_id, participant_ids, fields, request_id)
    values (
        app_now(), actor_account_id(), actor_role(), coalesce(current_setting('app.operation', true), ''), in_action,
        in_object_type, in_object_id,
        array_remove(coalesce(in_participant_ids, '{}'), null), coalesce(in_fields, '{}'),
        nullif(current_setting('app.request_id', true), '')::uuid);
end
$$;
-- Every field that is hashed; a change of this list is a new chain.
create or replace function audit_digest(in_event audit_events) returns bytea immutable language sql
begin atomic
    select sha256(convert_to(concat_ws('|',
        in_event.id, in_event.xid, extract(epoch from in_event.at), coalesce(in_event.account_id::text, '-'), in_event.role,
        in_event.operation, in_event.action, in_event.object_type, coalesce(in_event.object_id::text, '-'),
        array_to_string(in_event.participant_ids, ','), array_to_string(in_event.fields, ','),
        coalesce(in_event.request_id::text, '-')), 'UTF8'));
end;
-- Background job: links what has become final since the last link. Returns how many events.
create or replace function audit_link() returns bigint
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    previous audit_links;
    upto xid8 := pg_snapshot_xmin(pg_current_snapshot());
    linked bigint;
    digest bytea;
begin
    if not pg_try_advisory_xact_lock(hashtext('alongside.audit_link')) then
        return 0;
    end if;
    select * into previous from audit_links order by seq desc limit 1;
    previous.upto_xid := coalesce(previous.upto_xid, '0'::xid8);
    select count(*), string_agg(audit_digest(e), ''::bytea order by e.id) into linked, digest
    from audit_events e where e.xid >= previous.upto_xid and e.xid < upto;
    if linked = 0 then
        return 0;
    end if;
    insert into audit_links (seq, from_xid, upto_xid, events, hash, at)
    values (
        coalesce(previous.seq, 0) + 1, previous.upto_xid, upto, linked,
        sha256(coalesce(previous.hash, ''::bytea) || digest), transaction_timestamp());
    return linked;
end
$$;
-- Walks the whole chain again. first_bad is the first link whose events do not give its hash.
create or replace function audit_verify(out ok boolean, out checked bigint, out first_bad bigint)
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    link audit_links;
    previous audit_links;
    found_events bigint;
    digest bytea;
begin
    checked := 0;
    for link in select * from audit_links order by seq loop
        select count(*), string_agg(audit_digest(e), ''::bytea order by e.id) into found_events, digest
        from audit_events e where e.xid >= link.from_xid and e.xid < link.upto_xid;
        if link.seq <> coalesce(previous.seq, 0) + 1 or link.from_xid <> coalesce(previous.upto_xid, '0'::xid8)
            or found_events <> link.events
            or link.hash <> sha256(coalesce(previous.hash, ''::bytea) || coalesce(digest, ''::bytea))
        then
            ok := false;
            first_bad := link.seq;
            return;
        end if;
        checked := checked + found_events;
        previous := link;
    end loop;
    ok := true;
end
$$;
