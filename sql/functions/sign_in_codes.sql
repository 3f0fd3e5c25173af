-- SPDX-License-Identifier: MIT
-- How somebody whose account does not know their sign-in yet comes to it: by a code that a coordinator hands over.

-- As it is told and as it is typed.
create or replace function sign_in_code_digest(in_code text) returns bytea immutable language sql
return sha256(convert_to(lower(in_code), 'UTF8'));

-- The code is told once, here: 80 random bits (of a UUID the first twelve digits are random). What is kept for a repeated request
-- has none.
create or replace function sign_in_codes_create(in_participant_id uuid) returns response language plpgsql as $$
declare
    digits text := left(replace(gen_random_uuid()::text, '-', ''), 12) || left(gen_random_uuid()::text, 8);
    code text := regexp_replace(digits, '(....)(?=.)', '\1-', 'g');
    new_id uuid := gen_random_uuid();
    ends_at timestamptz := app_now() + interval '24 hours';
    answer response;
begin
    perform participant_lock(in_participant_id);
    insert into sign_in_codes (id, participant_id, code_sha256, created_by, created_at, expires_at)
    values (new_id, in_participant_id, sign_in_code_digest(code), actor_account_id(), app_now(), ends_at);
    perform audit('create', 'sign_in_code', new_id, array[in_participant_id]);
    answer := respond(201, json_build_object('code', null, 'expires_at', utc(ends_at)), '/v1/participants/' || in_participant_id, 1);
    answer.body := answer.body::jsonb || jsonb_build_object('code', code);
    return answer;
end $$;

-- The account that is from now on theirs, null when the code is nobody's or they have one. After ten tries in an hour nobody is listened
-- to. From here on they are the peer they came to be.
create or replace function sign_in_code_bind(in_code text) returns uuid language plpgsql security definer as $$
declare
    own_issuer text := current_setting('app.issuer');
    own_subject text := nullif(current_setting('app.subject', true), '');
    login bytea := sha256(convert_to(own_issuer || ' ' || own_subject, 'UTF8'));
    person uuid;
    account uuid;
    entered text[];
begin
    if actor_role() <> 'newcomer' then
        return null;
    end if;
    delete from sign_in_attempts a where a.id in (
        select o.id from sign_in_attempts o where o.at < app_now() - interval '1 hour' for update skip locked);
    insert into sign_in_attempts (login_sha256, at) values (login, app_now());
    if (select count(*) from sign_in_attempts a where a.login_sha256 = login) > 10 then
        return null;
    end if;
    select c.participant_id into person from sign_in_codes c
    where c.code_sha256 = sign_in_code_digest(in_code) and c.expires_at > app_now() for update;
    delete from sign_in_codes c where c.participant_id = person;
    begin
        update accounts a set issuer = own_issuer, subject = own_subject, version = a.version + 1
        where a.participant_id = person and a.is_active
        returning a.id into account;
    exception when unique_violation then
        return null;
    end;
    if account is not null then
        entered := array[
            set_config('app.role', 'peer', true),
            set_config('app.account_id', account::text, true),
            set_config('app.participant_id', person::text, true)];
    end if;
    return account;
end $$;

-- The answer is the same whatever came of it: whether a code exists is not told.
create or replace function sign_in_codes_redeem(in_body jsonb) returns response language plpgsql as $$
declare
    account uuid := sign_in_code_bind(in_body->>'code');
begin
    if account is not null then
        perform conflict_follow_login(account);
        perform audit('bind', 'participant', actor_participant_id(), array[actor_participant_id()], array['identity']);
    end if;
    return respond(204, null);
end $$;
