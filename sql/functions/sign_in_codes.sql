-- SPDX-License-Identifier: MIT
-- How somebody whose account does not know their sign-in yet comes to it: by a code that a coordinator hands over to a participant, the
-- administrator to the staff.

-- As it is told and as it is typed.
create or replace function sign_in_code_digest(in_code text) returns bytea immutable language sql
return sha256(convert_to(lower(in_code), 'UTF8'));

-- One at a time, and none once somebody wrote how they sign in.
create or replace function sign_in_code_forget(in_account_id uuid) returns void language plpgsql security definer as $$
begin
    delete from sign_in_codes c using accounts a
    where c.account_id = in_account_id and a.id = in_account_id
        and case actor_role() when 'coordinator' then a.role = 'peer' when 'administrator' then a.role <> 'peer' else false end;
end $$;

-- The code is told once, here: 80 random bits (of a UUID the first twelve digits are random). What is kept for a repeated request
-- has none.
create or replace function sign_in_code_respond(in_account_id uuid, in_location text, in_participant_ids uuid[]) returns response
language plpgsql as $$
declare
    digits text := left(replace(gen_random_uuid()::text, '-', ''), 12) || left(gen_random_uuid()::text, 8);
    code text := regexp_replace(digits, '(....)(?=.)', '\1-', 'g');
    new_id uuid := gen_random_uuid();
    ends_at timestamptz := app_now() + interval '24 hours';
    answer response;
begin
    perform sign_in_code_forget(in_account_id);
    insert into sign_in_codes (id, account_id, code_sha256, created_by, created_at, expires_at)
    values (new_id, in_account_id, sign_in_code_digest(code), actor_account_id(), app_now(), ends_at);
    perform audit('create', 'sign_in_code', new_id, in_participant_ids);
    answer := respond(201, json_build_object('code', null, 'expires_at', utc(ends_at)), in_location, 1);
    answer.body := answer.body::jsonb || jsonb_build_object('code', code);
    return answer;
end $$;

create or replace function sign_in_codes_create(in_participant_id uuid) returns response language plpgsql as $$
declare
    participant participants := participant_lock(in_participant_id);
begin
    return sign_in_code_respond(participant.account_id, '/v1/participants/' || participant.id, array[participant.id]);
end $$;

create or replace function sign_in_codes_create_staff(in_account_id uuid) returns response language plpgsql as $$
begin
    perform from accounts a where a.id = in_account_id and a.role <> 'peer' for no key update;
    if not found then
        perform problem('not-found');
    end if;
    return sign_in_code_respond(in_account_id, '/v1/staff/' || in_account_id, '{}');
end $$;

-- The account that is from now on theirs, null when the code is nobody's of that role or they have one. After ten tries in an hour nobody
-- is listened to. From here on they are who they came to be.
create or replace function sign_in_code_bind(in_code text) returns accounts language plpgsql security definer as $$
declare
    own_issuer text := current_setting('app.issuer');
    own_subject text := nullif(current_setting('app.subject', true), '');
    login bytea := sha256(convert_to(own_issuer || ' ' || own_subject, 'UTF8'));
    account accounts;
    entered text[];
begin
    if actor_role() <> 'newcomer' then
        return null;
    end if;
    insert into sign_in_attempts (login_sha256, at) values (login, app_now());
    if (select count(*) from sign_in_attempts a where a.login_sha256 = login and a.at > app_now() - interval '1 hour') > 10 then
        return null;
    end if;
    select a.* into account from sign_in_codes c join accounts a on a.id = c.account_id
    where c.code_sha256 = sign_in_code_digest(in_code) and c.expires_at > app_now()
        and a.role = current_setting('app.newcomer') and a.is_active
    for update of c;
    delete from sign_in_codes c where c.account_id = account.id;
    begin
        update accounts a set issuer = own_issuer, subject = own_subject, wanted_subject = null, version = a.version + 1
        where a.id = account.id;
    exception when unique_violation then
        return null;
    end;
    if account.id is not null then
        entered := array[
            set_config('app.role', account.role, true),
            set_config('app.account_id', account.id::text, true),
            set_config('app.participant_id', coalesce(account.participant_id::text, ''), true)];
    end if;
    return account;
end $$;

-- The answer is the same whatever came of it: whether a code exists is not told.
create or replace function sign_in_codes_redeem(in_body jsonb) returns response language plpgsql as $$
declare
    account accounts := sign_in_code_bind(in_body->>'code');
begin
    if account.role = 'peer' then
        perform comparison_ask('participant', array[account.participant_id]);
        perform audit('bind', 'participant', account.participant_id, array[account.participant_id], array['identity']);
    elsif account.id is not null then
        perform comparison_ask('account', array[account.id]);
        perform audit('bind', 'staff', account.id, in_fields => array['identity']);
    end if;
    return respond(204, null);
end $$;

-- Worker: what nobody used in its day, and whoever tried more than an hour ago. Returns how many were over.
create or replace function sign_in_code_expire() returns bigint language plpgsql as $$
declare
    expired bigint;
begin
    delete from sign_in_attempts a where a.at <= app_now() - interval '1 hour';
    delete from sign_in_codes c where c.expires_at <= app_now();
    get diagnostics expired = row_count;
    return expired;
end $$;
