-- SPDX-License-Identifier: MIT
-- The kernel's half in SQL: who asks, what time it is, problems, responses, sealed values, audit.
-- An expression is an SQL body: checked when it is made, and put where it is called. What selects is plpgsql: planned once a connection,
-- not again with every statement that calls it; but for sets that others select from, which become part of their plan.
-- A write is: lock, checks, the change, what follows from it by name, audit, answer. Above it stands what it writes, where that is several
-- tables (audit, keys and the answer that is kept go without saying), and what it locks. `<word>_lock` answers the row, in the version that
-- the caller knows; `<word>_require_<what>` raises; `<word>_faults` answers all that is wrong; `<word>_respond` ends.

-- Who asks: read by policies and functions. Settings are local to the transaction; nothing set = nobody.
create or replace function actor_role() returns text stable language sql
return coalesce(nullif(current_setting('app.role', true), ''), 'nobody');

create or replace function actor_account_id() returns uuid stable language sql
return nullif(current_setting('app.account_id', true), '')::uuid;

create or replace function actor_participant_id() returns uuid stable language sql
return nullif(current_setting('app.participant_id', true), '')::uuid;

-- Where a coordinator serves: keys of regions, '-' = none is known yet. Whoever serves everywhere has all of them.
create or replace function actor_region_keys() returns text[] stable language sql
return coalesce(nullif(current_setting('app.region_keys', true), ''), '{}')::text[];

-- The people who do not exist for somebody of the staff: whom they are excluded from, and who they are themselves (I13, R14). As it was
-- when the request came in: an exclusion that is made meanwhile is for the next one.
create or replace function actor_hidden_ids() returns uuid[] stable language sql
return coalesce(nullif(current_setting('app.hidden', true), ''), '{}')::uuid[];

-- The time of every rule: the transaction's, or the one a test has set.
create or replace function app_now() returns timestamptz stable language sql
return coalesce(nullif(current_setting('app.now', true), '')::timestamptz, transaction_timestamp());

-- Ends the transaction with a row of problems.def; in_extra are the document's extension members.
create or replace function problem(in_slug text, in_extra jsonb default null) returns void language plpgsql as $$
begin
    raise exception using errcode = 'AP000', message = in_slug, detail = coalesce(in_extra::text, '');
end $$;

-- 409 with a row of reasons.def.
create or replace function conflict(in_reason text, in_extra jsonb default '{}') returns void language plpgsql as $$
begin
    perform problem('conflict', jsonb_build_object('reason', in_reason) || in_extra);
end $$;

-- 422 with one fault: problem_field('timezone', 'unknown-zone'). in_field may be a path: 'availability/0'.
create or replace function problem_field(in_field text, in_code text) returns void language plpgsql as $$
begin
    perform problem('validation-failed', jsonb_build_object('errors', jsonb_build_array(
        jsonb_build_object('pointer', '#/' || in_field, 'code', in_code))));
end $$;

-- 409 with one fault: there is one like it already.
create or replace function problem_taken(in_field text) returns void language plpgsql as $$
begin
    perform problem('conflict', jsonb_build_object('errors', jsonb_build_array(
        jsonb_build_object('pointer', '#/' || in_field, 'code', 'taken'))));
end $$;

-- 409 naming the present state.
create or replace function problem_state(in_state text) returns void language plpgsql as $$
begin
    perform problem('conflict-state', jsonb_build_object('state', in_state));
end $$;

-- Asked of a row that is locked: 404 when there is none, 412 unless its version is among those the caller named; null = any.
create or replace function require_version(in_if_match int[], in_version int) returns void language plpgsql as $$
begin
    if in_version is null then
        perform problem('not-found');
    elsif not coalesce(in_version = any (in_if_match), true) then
        perform problem('precondition-failed');
    end if;
end $$;

-- The second wall of what only some may do. A question that a view or a policy asks is not refused: it is answered with nothing.
create or replace function require_role(variadic in_roles text[]) returns void language plpgsql as $$
begin
    if actor_role() <> all (in_roles) then
        raise exception 'not for this role' using errcode = '42501';
    end if;
end $$;

-- in_faults: the members of `errors`; null = all is well.
create or replace function require_no_faults(in_faults jsonb) returns void language plpgsql as $$
begin
    if in_faults is not null then
        perform problem('validation-failed', jsonb_build_object('errors', in_faults));
    end if;
end $$;

create or replace function require_timezone(in_field text, in_name text) returns void language plpgsql as $$
begin
    if in_name is not null and not exists (select from timezones z where z.name = in_name) then
        perform problem_field(in_field, 'unknown-zone');
    end if;
end $$;

-- Stop 8 begins: the account must exist, be active and have the token's role. A leaver loses access at once.
create or replace function context_enter(
    in_issuer text, in_subject text, in_role text, in_language text, in_request_id text, in_clock text, in_operation text) returns void
language plpgsql security definer as $$
declare
    account_id uuid;
    is_same_role boolean;
    may_enter boolean;
    own_id uuid;
    regions text[];
    hidden uuid[];
    is_newcomer boolean;
    entered text[];
begin
    if in_role = 'peer' then
        select a.id, true, a.is_active, a.participant_id into account_id, is_same_role, may_enter, own_id
        from accounts a where a.issuer = in_issuer and a.subject = in_subject and a.role = 'peer';
    elsif in_role <> 'public' then
        -- I13: somebody of the staff may be a participant, too; that one does not exist for them, nor whom they are excluded from.
        select
            a.id, a.role = in_role, a.is_active and a.role = in_role, a.regions,
            (select own.participant_id from accounts own
            where own.issuer = in_issuer and own.subject = in_subject and own.role = 'peer'),
            array(select x.participant_id from exclusions x where x.account_id = a.id)
        into account_id, is_same_role, may_enter, regions, own_id, hidden
        from accounts a where a.issuer = in_issuer and a.subject = in_subject and a.role <> 'peer';
        hidden := case when own_id is null then hidden else hidden || own_id end;
        regions := case when in_role = 'coordinator' then case when regions = '{}' then region_keys() else '-'::text || regions end end;
    end if;
    -- Somebody whom no account knows yet may do one thing, with a role that no policy names.
    is_newcomer := in_role <> 'public' and account_id is null and in_operation = 'sign_in_codes_redeem';
    if is_newcomer then
        perform set_config('app.newcomer', in_role, true);
    end if;
    -- The reason is for the log alone. Of the other side's account with the same sign-in nothing is said.
    if in_role <> 'public' and may_enter is not true and not is_newcomer then
        perform problem('unauthenticated', jsonb_build_object('reason', case
            when account_id is null then 'account-unknown' when is_same_role then 'account-inactive' else 'role-differs' end));
    end if;
    entered := array[
        set_config('app.role', case when is_newcomer then 'newcomer' else in_role end, true),
        set_config('app.issuer', coalesce(in_issuer, ''), true),
        set_config('app.subject', case when is_newcomer then in_subject else '' end, true),
        set_config('app.account_id', coalesce(account_id::text, ''), true),
        set_config('app.participant_id', coalesce(own_id::text, ''), true),
        set_config('app.region_keys', coalesce(regions::text, ''), true),
        set_config('app.hidden', coalesce(hidden::text, ''), true),
        set_config('app.language', in_language, true),
        set_config('app.request_id', in_request_id, true),
        set_config('app.operation', in_operation, true),
        set_config('app.idempotency_key', '', true),
        set_config('app.now', coalesce(in_clock, ''), true)];
end $$;

-- Every write ends here: the response is kept with its idempotency key, in the same transaction as the effect.
create or replace function respond(in_status int, in_body json, in_location text default null, in_version int default null) returns response
language plpgsql as $$
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
end $$;

-- Both languages, or the one that was asked for: the shape never changes, only the keys.
create or replace function localized(in_en text, in_fr text) returns json stable language sql
return case current_setting('app.language', true)
    when 'en' then json_build_object('en', in_en)
    when 'fr' then json_build_object('fr', in_fr)
    else json_build_object('en', in_en, 'fr', in_fr)
end;

-- How names are put in order: by a collation of the language that was asked for, English where both were.
create or replace function reads_french() returns boolean stable language sql
return coalesce(current_setting('app.language', true) = 'fr', false);

-- RFC 3339: a moment, and a wall time.
create or replace function utc(in_at timestamptz) returns text stable language sql
return to_char(in_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');

create or replace function wall_text(in_local timestamp) returns text stable language sql
return to_char(in_local, 'YYYY-MM-DD"T"HH24:MI');

-- One object with the members of both. As text: as json it would be parsed, just after it has been written. Neither is empty, no name is
-- in both.
create or replace function json_join(in_object json, in_more json) returns text immutable language sql
return left(in_object::text, -1) || ', ' || substr(in_more::text, 2);

create or replace function text_array(in_array jsonb) returns text[] language plpgsql immutable as $$
begin
    return array(select value from jsonb_array_elements_text(in_array) with ordinality t (value, place) order by place);
end $$;

-- The names a client sent: what the audit keeps of a change. Siblings made by the kernel are not the client's.
create or replace function body_fields(in_body jsonb) returns text[] language plpgsql immutable as $$
begin
    return array(
        select name from jsonb_object_keys(in_body) name where name !~ '_(digest|key|is_government)$' order by name);
end $$;

create or replace function setting(in_key text) returns text language plpgsql stable as $$
begin
    return coalesce(nullif(current_setting('app.' || in_key, true), ''), (select s.value from settings s where s.key = in_key));
end $$;

-- Keeps the data key that C made for this write. Call once per write function, with the owner of what it sealed.
create or replace function keep_key(in_key jsonb, in_owner_type text, in_owner_id uuid) returns void language plpgsql as $$
begin
    if in_key is not null then
        insert into sealed_keys (id, owner_type, owner_id, wrapped, created_at)
        values ((in_key->>'id')::uuid, in_owner_type, in_owner_id, in_key->>'wrapped', app_now());
    end if;
end $$;

-- A sealed value is <id of its key>.<payload>. The mark that C opens on the way out is \x01 label.value.wrapped key, null when the key was
-- erased. Views select the key in place, for a tenth of what a function for each value costs. Row level security lets no expression over
-- columns become an index condition, here neither; a parameter may: `k.id = (select sealed_key_id(…))`.
create or replace function sealed_key_id(in_value text) returns uuid immutable language sql
return split_part(in_value, '.', 1)::uuid;

create or replace function sealed_mark(in_label text, in_value text, in_wrapped text) returns text immutable language sql
return e'\x01' || in_label || '.' || in_value || '.' || in_wrapped;

-- Under one key, so that it is looked up once: what one request seals has one.
create or replace function sealed_together(in_value text, in_other text) returns boolean immutable language sql
return left(in_value, 36) = left(in_other, 36);

-- One value, where nothing is hot.
create or replace function unseal(in_label text, in_value text) returns text language plpgsql stable as $$
begin
    return (select sealed_mark(in_label, in_value, k.wrapped) from sealed_keys k where k.id = (select sealed_key_id(in_value)));
end $$;

create or replace function erase_keys(in_owner_type text, in_owner_id uuid) returns void language plpgsql as $$
begin
    delete from sealed_keys k where k.owner_type = in_owner_type and k.owner_id = in_owner_id;
end $$;

-- One row: who did what to which object of whom. action: 'read', 'list', 'create', 'update', 'delete', or the program's word for a step.
create or replace function audit(
    in_action text, in_object_type text, in_object_id uuid, in_participant_ids uuid[] default '{}', in_fields text[] default '{}')
returns void language plpgsql as $$
begin
    insert into audit_events (at, account_id, role, operation, action, object_type, object_id, participant_ids, fields, request_id)
    values (
        app_now(), actor_account_id(), actor_role(), coalesce(current_setting('app.operation', true), ''), in_action,
        in_object_type, in_object_id,
        array_remove(coalesce(in_participant_ids, '{}'), null), coalesce(in_fields, '{}'),
        nullif(current_setting('app.request_id', true), '')::uuid);
end $$;

create or replace function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = '42501';
end $$;

-- Whoever writes as a peer changes the columns that the trigger names and no other. What looks past row level security in their name
-- changes what its grants name.
create or replace function peer_changes_only() returns trigger language plpgsql as $$
begin
    if actor_role() = 'peer' and current_user <> 'alongside_desk'
        and (to_jsonb(new) - tg_argv) is distinct from (to_jsonb(old) - tg_argv)
    then
        raise exception 'not for a peer to change' using errcode = '42501';
    end if;
    return new;
end $$;
