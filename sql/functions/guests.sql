-- SPDX-License-Identifier: MIT
-- Guests: who leads without an account (S2.17 to S2.19). What is public of them, where they are written to, what they signed.

-- Whether they signed the version of the agreement that is in force.
create or replace function guest_has_agreed(in_agreement_id uuid) returns boolean language plpgsql stable as $$
begin
    return coalesce(in_agreement_id = (select d.id from documents_current d where d.kind = 'guest_confidentiality'), false);
end $$;

create or replace function guest_is_seen(in_id uuid) returns boolean language plpgsql stable as $$
begin
    return in_id is null or exists (select from guests g where g.id = in_id);
end $$;

create or replace view guests_json with (security_invoker = true) as
select g.id, g.version, g.state, g.created_at, row_to_json(members) as body
from guests g
cross join lateral (select
    g.id,
    g.name,
    case when g.credentials_en is not null then localized(g.credentials_en, g.credentials_fr) end as credentials,
    case when g.link_en is not null then localized(g.link_en, g.link_fr) end as link,
    sealed_mark('guest.email', g.email, (
        select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(g.email)))) as email,
    g.language,
    g.state,
    g.agreement_id,
    g.agreement_signed_on,
    guest_has_agreed(g.agreement_id) as has_agreed,
    g.created_by,
    utc(g.created_at) as created_at) members;

create or replace function guest_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, g.body, case when in_status = 201 then '/v1/guests/' || g.id end, g.version)
        from guests_json g where g.id = in_id);
end $$;

-- What was signed on paper: the version that was in force on that day of the office.
create or replace function guest_agreement_of(in_signed_on date) returns uuid language plpgsql stable as $$
declare
    agreement uuid;
begin
    if in_signed_on is null then
        return null;
    elsif in_signed_on > office_date() then
        perform problem_field('agreement_signed_on', 'in-the-future');
    end if;
    agreement := (
        select d.id from documents d
        where d.kind = 'guest_confidentiality' and office_date(d.published_at) <= in_signed_on
        order by d.number desc limit 1);
    if agreement is null then
        perform problem_field('agreement_signed_on', 'invalid');
    end if;
    return agreement;
end $$;

-- What they go by, kept, and who is met by it (A6.5): a guest is compared as any host is.
create or replace function guest_name_keep(in_id uuid, in_body jsonb) returns void language plpgsql as $$
begin
    if in_body ?| array['name', 'email'] then
        perform name_digests_keep('guest', in_id, jsonb_build_object('name', in_body->'name_digest', 'email', in_body->'email_digest'));
        perform comparison_ask('guest', array[in_id]);
    end if;
end $$;

-- Writes: guests, sealed_keys, name_digests, comparisons.
create or replace function guests_create(in_body jsonb, in_key jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
begin
    insert into guests (
        id, name, credentials_en, credentials_fr, link_en, link_fr, email, language, agreement_id, agreement_signed_on, created_by,
        created_at)
    values (
        new_id, in_body->>'name', in_body#>>'{credentials,en}', in_body#>>'{credentials,fr}', in_body#>>'{link,en}',
        in_body#>>'{link,fr}', in_body->>'email', in_body->>'language',
        guest_agreement_of((in_body->>'agreement_signed_on')::date), (in_body->>'agreement_signed_on')::date, actor_account_id(),
        app_now());
    perform keep_key(in_key, 'guest', new_id);
    perform guest_name_keep(new_id, in_body);
    perform audit('create', 'guest', new_id, in_fields => body_fields(in_body));
    return guest_respond(201, new_id);
end $$;

-- Writes: guests, sealed_keys, name_digests, comparisons. Locks: the guest.
create or replace function guests_update(in_id uuid, in_if_match int[], in_body jsonb, in_key jsonb) returns response
language plpgsql as $$
declare
    guest guests;
begin
    select * into guest from guests g where g.id = in_id for no key update;
    perform require_version(in_if_match, guest.version);
    if in_body ? 'credentials' then
        guest.credentials_en := in_body#>>'{credentials,en}';
        guest.credentials_fr := in_body#>>'{credentials,fr}';
    end if;
    if in_body ? 'link' then
        guest.link_en := in_body#>>'{link,en}';
        guest.link_fr := in_body#>>'{link,fr}';
    end if;
    if in_body ? 'agreement_signed_on' then
        guest.agreement_signed_on := in_body->>'agreement_signed_on';
        guest.agreement_id := guest_agreement_of(guest.agreement_signed_on);
    end if;
    update guests g set
        name = coalesce(in_body->>'name', g.name),
        credentials_en = guest.credentials_en, credentials_fr = guest.credentials_fr, link_en = guest.link_en, link_fr = guest.link_fr,
        email = coalesce(in_body->>'email', g.email),
        language = coalesce(in_body->>'language', g.language),
        state = coalesce(in_body->>'state', g.state),
        agreement_id = guest.agreement_id, agreement_signed_on = guest.agreement_signed_on,
        version = g.version + 1
    where g.id = in_id;
    if in_key is not null then
        perform keep_key(in_key, 'guest', in_id);
        delete from sealed_keys k
        where k.owner_type = 'guest' and k.owner_id = in_id
            and k.id <> (select sealed_key_id(g.email) from guests g where g.id = in_id);
    end if;
    perform guest_name_keep(in_id, in_body);
    perform audit('update', 'guest', in_id, in_fields => body_fields(in_body));
    return guest_respond(200, in_id);
end $$;
