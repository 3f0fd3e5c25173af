-- SPDX-License-Identifier: MIT
-- From an inquiry to the first human reply, and to how it ended.

-- I11 and the order of states hold whoever writes: the clock is set once, nothing moves backwards.
create or replace function referral_guard() returns trigger language plpgsql as $$
begin
    if (new.received_at, new.reply_due, new.reply_breach) is distinct from (old.received_at, old.reply_due, old.reply_breach) then
        raise exception 'the reply clock is set once' using errcode = '23514', constraint = 'referrals__reply_due__once';
    elsif old.first_reply_at is not null and new.first_reply_at is distinct from old.first_reply_at then
        raise exception 'the first reply is set once' using errcode = '23514', constraint = 'referrals__first_reply_at__once';
    elsif new.state <> old.state and not coalesce(case old.state
        when 'received' then new.state in ('contacted', 'unreachable', 'duplicate', 'redirected')
        when 'contacted' then new.state in ('converted', 'declined', 'unreachable', 'duplicate', 'redirected')
    end, false) then
        raise exception 'this state does not follow' using errcode = '23514', constraint = 'referrals__state__order';
    end if;
    return new;
end $$;
create or replace trigger guard before update on referrals for each row execute function referral_guard();

-- Where the clock stands at this moment (decision 7). Not in the body: no version changes with it; lists add it.
create or replace function referral_reply_status(in_state text, in_first_reply_at timestamptz, in_due timestamptz, in_breach timestamptz)
returns text stable language sql
return case
    when in_first_reply_at is not null then 'replied'
    when in_state <> 'received' then 'closed'
    when app_now() <= in_due then 'on_time'
    when app_now() <= in_breach then 'due'
    else 'breached'
end;

create or replace view referrals_json with (security_invoker = true) as
select
    r.id, r.version, row_to_json(members) as body, row_to_json(queued) as queued_body
from referrals r
left join lateral (select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(r.name)) offset 0) first on true
cross join lateral (select
    r.id,
    r.state,
    r.channel,
    r.external_ref,
    r.language,
    r.urgent,
    sealed_mark('contact.name_to_use', r.name, first.wrapped) as name,
    case when r.callback_method is not null then json_build_object(
        'method', r.callback_method,
        'handle', sealed_mark('contact.handle', r.callback_handle, case
            when sealed_together(r.callback_handle, r.name) then first.wrapped
            else (select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(r.callback_handle))) end)) end as callback,
    r.ok_to_leave_message,
    sealed_mark('contact.safe_hours', r.safe_hours, case
            when sealed_together(r.safe_hours, r.name) then first.wrapped
            else (select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(r.safe_hours))) end) as safe_hours,
    utc(r.caller_consented_at) as caller_consented_at,
    utc(r.received_at) as received_at,
    utc(r.reply_due) as reply_due,
    utc(r.reply_breach) as reply_breach,
    utc(r.first_reply_at) as first_reply_at,
    r.first_reply_by,
    r.attempts,
    utc(r.last_attempt_at) as last_attempt_at,
    r.coordinator_id,
    r.recorded_by,
    r.redirect_reason,
    r.duplicate_of,
    utc(r.closed_at) as closed_at,
    r.closed_by,
    utc(r.updated_at) as updated_at) members
cross join lateral (select
    members.*,
    referral_reply_status(r.state, r.first_reply_at, r.reply_due, r.reply_breach) as reply_status) queued;

create or replace view referral_attempts_json with (security_invoker = true) as
select a.id, a.referral_id, a.at, row_to_json(members) as body
from referral_attempts a
cross join lateral (select
    a.id,
    utc(a.at) as at,
    a.channel,
    a.outcome,
    a.recorded_by) members;

-- Null when the line has sent this reference before: a reference never makes a second referral.
create or replace function referral_insert(in_body jsonb, in_key jsonb, in_client uuid, in_received_at timestamptz) returns uuid
language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    received timestamptz := date_trunc('second', in_received_at);
begin
    insert into referrals (
        id, client_account_id, external_ref, recorded_by, channel, language, name, callback_method, callback_handle, callback_is_government,
        safe_hours, ok_to_leave_message, caller_consented_at, urgent, received_at, reply_due, reply_breach,
        created_at, updated_at)
    values (
        new_id, in_client, in_body->>'external_ref', actor_account_id(), in_body->>'channel', in_body->>'language', in_body->>'name',
        in_body#>>'{callback,method}', in_body#>>'{callback,handle}',
        (in_body#>>'{callback,handle_is_government}')::boolean, in_body->>'safe_hours',
        (in_body->>'ok_to_leave_message')::boolean, received, coalesce((in_body->>'urgent')::boolean, false),
        received, business_day_end(received, 1), business_day_end(received, 2), app_now(), app_now())
    on conflict on constraint referrals__external_ref__taken do nothing;
    if not found then
        return null;
    end if;
    perform name_digests_keep(
        'referral', new_id, jsonb_build_object('name', in_body->'name_digest') || coalesce(in_body#>'{callback,handle_digest}', '{}'));
    perform keep_key(in_key, 'referral', new_id);
    perform audit('create', 'referral', new_id, in_fields => body_fields(in_body));
    perform pg_notify('outbox', '');
    return new_id;
end $$;

create or replace function referrals_create(in_body jsonb, in_key jsonb) returns response language plpgsql as $$
declare
    received timestamptz := coalesce((in_body->>'received_at')::timestamptz, app_now());
    new_id uuid;
begin
    if received > app_now() then
        perform problem_field('received_at', 'in-the-future');
    elsif received < app_now() - interval '30 days' then
        perform problem_field('received_at', 'in-the-past');
    end if;
    new_id := referral_insert(in_body, in_key, null, received);
    return referral_respond(201, new_id);
end $$;

create or replace function referral_lock(in_id uuid, in_if_match int[] default null) returns referrals language plpgsql as $$
declare
    referral referrals;
begin
    select * into referral from referrals r where r.id = in_id for no key update;
    perform require_version(in_if_match, referral.version);
    return referral;
end $$;

create or replace function referral_require_open(in_referral referrals) returns void language plpgsql as $$
begin
    if in_referral.state not in ('received', 'contacted') then
        perform problem_state(in_referral.state);
    end if;
end $$;

create or replace function referral_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, r.body, case when in_status = 201 then '/v1/referrals/' || r.id end, r.version)
        from referrals_json r where r.id = in_id);
end $$;

create or replace function referrals_update(in_id uuid, in_if_match int[], in_body jsonb) returns response language plpgsql as $$
declare
begin
    perform referral_require_open(referral_lock(in_id, in_if_match));
    update referrals r set
        urgent = coalesce((in_body->>'urgent')::boolean, r.urgent),
        updated_at = app_now(),
        version = r.version + 1
    where r.id = in_id;
    perform audit('update', 'referral', in_id, in_fields => body_fields(in_body));
    return referral_respond(200, in_id);
end $$;

-- Nobody gives it away: it was whoever's on duty. From somebody else it comes by a hand-over.
create or replace function referrals_take(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
declare
    referral referrals := referral_lock(in_id, in_if_match);
begin
    perform referral_require_open(referral);
    if referral.coordinator_id <> actor_account_id() then
        perform conflict('hand-over-needed');
    elsif referral.coordinator_id is null then
        update referrals r set coordinator_id = actor_account_id(), updated_at = app_now(), version = r.version + 1 where r.id = in_id;
        perform audit('take', 'referral', in_id);
    end if;
    return referral_respond(200, in_id);
end $$;

-- I11: the first `replied` stops the clock, once; nothing automatic does.
-- Writes: referral_attempts, referrals. Locks: the referral.
create or replace function referrals_attempts_create(in_id uuid, in_body jsonb) returns response language plpgsql as $$
declare
    referral referrals := referral_lock(in_id);
    happened timestamptz := coalesce((in_body->>'at')::timestamptz, app_now());
    is_first_reply boolean;
begin
    perform referral_require_open(referral);
    if happened > app_now() then
        perform problem_field('at', 'in-the-future');
    elsif happened < referral.received_at then
        perform problem_field('at', 'in-the-past');
    end if;
    is_first_reply := in_body->>'outcome' = 'replied' and referral.first_reply_at is null;
    insert into referral_attempts (id, referral_id, at, channel, outcome, recorded_by, created_at)
    values (
        gen_random_uuid(), in_id, happened, in_body->>'channel', in_body->>'outcome', actor_account_id(), app_now());
    update referrals r set
        attempts = r.attempts + 1,
        last_attempt_at = greatest(r.last_attempt_at, happened),
        first_reply_at = case when is_first_reply then happened else r.first_reply_at end,
        first_reply_by = case when is_first_reply then actor_account_id() else r.first_reply_by end,
        state = case when is_first_reply then 'contacted' else r.state end,
        updated_at = app_now(),
        version = r.version + 1
    where r.id = in_id;
    perform audit(case when is_first_reply then 'first_reply' else 'attempt' end, 'referral', in_id, in_fields => body_fields(in_body));
    return referral_respond(201, in_id);
end $$;

-- Different business days on which somebody tried.
create or replace function referral_days_tried(in_id uuid) returns int language plpgsql stable as $$
begin
    return (
        select count(distinct office_date(a.at)) from referral_attempts a
        where a.referral_id = in_id and is_business_day(office_date(a.at)));
end $$;

-- R16: of a person who is sent elsewhere, or whose file was opened, nothing stays here but the count. Kept answers to earlier requests hold
-- sealed values too.
create or replace function referral_erase(in_id uuid) returns void language plpgsql as $$
begin
    perform erase_keys('referral', in_id);
    perform name_digests_forget(in_id);
    perform idempotency_key_forget('/v1/referrals/' || in_id, (select r.body from referrals_json r where r.id = in_id));
end $$;

create or replace function referral_require_closable(in_referral referrals, in_body jsonb) returns void language plpgsql as $$
declare
    outcome text := in_body->>'outcome';
    original_referral referrals;
    days int;
begin
    perform referral_require_open(in_referral);
    if (outcome = 'redirected') <> (in_body->>'redirect_reason' is not null) then
        perform problem_field('redirect_reason', case when outcome = 'redirected' then 'required' else 'invalid' end);
    elsif (outcome = 'duplicate') <> (in_body->>'duplicate_of' is not null) then
        perform problem_field('duplicate_of', case when outcome = 'duplicate' then 'required' else 'invalid' end);
    elsif outcome = 'declined' and in_referral.state = 'received' then
        perform problem_state(in_referral.state);
    elsif outcome = 'duplicate' then
        select * into original_referral from referrals r where r.id = (in_body->>'duplicate_of')::uuid;
        if original_referral.id is null then
            perform problem_field('duplicate_of', 'does-not-exist');
        elsif original_referral.id = in_referral.id or original_referral.state = 'duplicate' then
            perform problem_field('duplicate_of', 'invalid');
        end if;
    elsif outcome = 'unreachable' then
        days := referral_days_tried(in_referral.id);
        if days < 3 then
            perform problem('conflict-state', jsonb_build_object(
                'state', in_referral.state, 'business_days_tried', days, 'business_days_needed', 3));
        end if;
    end if;
end $$;

-- Writes: referrals, sealed_keys, idempotency_keys. Locks: both referrals by id, so that two cannot name each other.
create or replace function referrals_close(in_id uuid, in_if_match int[], in_body jsonb) returns response language plpgsql as $$
declare
    outcome text := in_body->>'outcome';
    erases boolean := outcome in ('redirected', 'duplicate');
begin
    perform from referrals r where r.id in (in_id, (in_body->>'duplicate_of')::uuid) order by r.id for no key update;
    perform referral_require_closable(referral_lock(in_id, in_if_match), in_body);
    update referrals r set
        state = outcome,
        redirect_reason = in_body->>'redirect_reason',
        duplicate_of = (in_body->>'duplicate_of')::uuid,
        name = case when not erases then r.name end,
        callback_method = case when not erases then r.callback_method end,
        callback_handle = case when not erases then r.callback_handle end,
        callback_is_government = case when not erases then r.callback_is_government end,
        safe_hours = case when not erases then r.safe_hours end,
        closed_at = app_now(),
        closed_by = actor_account_id(),
        updated_at = app_now(),
        version = r.version + 1
    where r.id = in_id;
    if erases then
        perform referral_erase(in_id);
    end if;
    perform audit(outcome, 'referral', in_id, in_fields => body_fields(in_body));
    return referral_respond(200, in_id);
end $$;

-- Called when a participant is opened from a referral: only somebody who was spoken to becomes one. What names and locates them moves to
-- their contact, and is seen from then on by who sees them (A6.8, I13, R14).
-- Writes: referrals, contacts, sealed_keys, idempotency_keys. Locks: the referral.
create or replace function referral_convert(in_referral_id uuid, in_participant_id uuid) returns void language plpgsql as $$
declare
    referral referrals;
    keys sealed_keys[];
begin
    select * into referral from referrals r where r.id = in_referral_id for no key update;
    if not found then
        perform problem_field('referral_id', 'does-not-exist');
    elsif referral.state <> 'contacted' then
        perform problem_state(referral.state);
    end if;
    update contacts c set
        name_to_use = referral.name,
        email = case referral.callback_method when 'email' then referral.callback_handle end,
        email_is_government = case referral.callback_method when 'email' then referral.callback_is_government end,
        phone = case referral.callback_method when 'phone' then referral.callback_handle end,
        safe_hours = referral.safe_hours,
        ok_to_leave_message = referral.ok_to_leave_message
    where c.participant_id = in_participant_id;
    update referrals r set
        state = 'converted', name = null, callback_method = null, callback_handle = null,
        callback_is_government = null, safe_hours = null, closed_at = app_now(), closed_by = actor_account_id(), updated_at = app_now(),
        version = r.version + 1
    where r.id = in_referral_id;
    perform name_digests_follow(in_referral_id, in_participant_id);
    keys := array(select k from sealed_keys k where k.owner_type = 'referral' and k.owner_id = in_referral_id);
    perform referral_erase(in_referral_id);
    insert into sealed_keys (id, owner_type, owner_id, wrapped, created_at)
    select k.id, 'participant', in_participant_id, k.wrapped, k.created_at from unnest(keys) k;
    perform audit('converted', 'referral', in_referral_id);
end $$;

create or replace trigger append_only before update or delete on referral_attempts for each row execute function refuse_change();
