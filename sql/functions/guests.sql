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
    utc((select max(p.created_at) from guest_pages p where p.guest_id = g.id)) as page_sent_at,
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

-- Of who leads nothing any more no address stays: not here, not in an answer that is kept, and none of their page. Where one changes,
-- what was sent to the old one opens nothing more.
create or replace function guest_follow_email(in_id uuid, in_is_ended boolean) returns void language plpgsql as $$
begin
    delete from guest_pages p where p.guest_id = in_id;
    if in_is_ended then
        perform erase_keys('guest', in_id);
        perform idempotency_key_forget('/v1/guests/' || in_id, (select g.body from guests_json g where g.id = in_id));
    end if;
end $$;

-- Writes: guests, guest_pages, sealed_keys, name_digests, comparisons. Locks: the guest.
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
    if guest.state = 'ended' and in_body->>'state' = 'active' and not in_body ? 'email' then
        perform problem_field('email', 'required');
    end if;
    guest.state := coalesce(in_body->>'state', guest.state);
    guest.email := case when guest.state = 'active' then coalesce(in_body->>'email', guest.email) end;
    update guests g set
        name = coalesce(in_body->>'name', g.name),
        credentials_en = guest.credentials_en, credentials_fr = guest.credentials_fr, link_en = guest.link_en, link_fr = guest.link_fr,
        email = guest.email,
        language = coalesce(in_body->>'language', g.language),
        state = guest.state,
        agreement_id = guest.agreement_id, agreement_signed_on = guest.agreement_signed_on,
        version = g.version + 1
    where g.id = in_id;
    if in_key is not null and guest.state = 'active' then
        perform keep_key(in_key, 'guest', in_id);
        delete from sealed_keys k
        where k.owner_type = 'guest' and k.owner_id = in_id
            and k.id <> (select sealed_key_id(g.email) from guests g where g.id = in_id);
    end if;
    if in_body ? 'email' or guest.state = 'ended' then
        perform guest_follow_email(in_id, guest.state = 'ended');
    end if;
    perform guest_name_keep(in_id, in_body);
    perform audit('update', 'guest', in_id, in_fields => body_fields(in_body));
    return guest_respond(200, in_id);
end $$;

create or replace function guest_lock(in_id uuid) returns guests language plpgsql as $$
declare
    guest guests;
begin
    select * into guest from guests g where g.id = in_id for no key update;
    perform require_version(null, guest.version);
    return guest;
end $$;

-- The address of their page, by mail: each mail has one of its own, and those of before go on.
-- Writes: outbox. Locks: the guest.
create or replace function guests_send_page(in_id uuid) returns response language plpgsql as $$
declare
    guest guests := guest_lock(in_id);
begin
    if guest.state <> 'active' then
        perform problem_state(guest.state);
    end if;
    perform guest_mail_put(in_id, 'guest_page', null);
    perform audit('send', 'guest', in_id);
    return guest_respond(200, in_id);
end $$;

-- No address that was sent opens anything from now on, nor leaves any more; what is written later has a new one.
-- Writes: guests, guest_pages. Locks: the guest.
create or replace function guests_revoke_page(in_id uuid) returns response language plpgsql as $$
declare
    guest guests := guest_lock(in_id);
begin
    update guests g set page_revoked_at = app_now(), version = guest.version + 1 where g.id = in_id;
    delete from guest_pages p where p.guest_id = in_id;
    perform audit('revoke', 'guest', in_id);
    return guest_respond(200, in_id);
end $$;

-- What is written to a guest: of which sessions, or of their page alone.
create or replace function guest_mail_put(in_id uuid, in_kind text, in_session_ids uuid[]) returns void language plpgsql as $$
begin
    if in_id is null or in_kind is null or in_session_ids = '{}' then
        return;
    end if;
    insert into outbox (kind, guest_id, data, due_at, created_at, changed_at)
    values (
        in_kind, in_id, jsonb_strip_nulls(jsonb_build_object('session_ids', in_session_ids)), app_now(), app_now(), app_now());
    perform pg_notify('outbox', '');
end $$;

-- These sessions change: each guest is written to of those they lead, and asked anew whether they come.
-- Writes: host_assignments, outbox. Locks: the cohort is the caller's.
create or replace function guest_tell(in_session_ids uuid[], in_kind text) returns void language plpgsql as $$
begin
    update host_assignments h set confirmed_at = null, version = h.version + 1
    where h.confirmed_at is not null and in_kind in ('guest_assigned', 'guest_moved')
        and exists (select from session_leads l where l.assignment_id = h.id and l.session_id = any (in_session_ids));
    perform guest_mail_put(l.guest_id, in_kind, array_agg(l.session_id))
    from session_leads l where l.session_id = any (in_session_ids) and l.guest_id is not null group by l.guest_id;
end $$;

-- The way in was replaced just now, after it had been shown.
create or replace function guest_tell_link(in_session_id uuid) returns void language plpgsql as $$
begin
    perform guest_tell(array[s.id], 'guest_link')
    from sessions s where s.id = in_session_id and s.link_changed_at = app_now() and app_now() >= session_link_from(s);
end $$;

-- The dates that a message is about, as far as what it says of them is still so; null = of none any more.
create or replace function guest_mail_dates(in_message outbox, in_language text) returns text
language plpgsql stable security definer as $$
begin
    perform require_role('worker');
    return (
        select string_agg(session_text(s, null, in_language), e'\n' order by s.starts_at, s.seq)
        from sessions s
        cross join lateral (select exists (
            select from session_leads l where l.session_id = s.id and l.guest_id = in_message.guest_id) as is_led) l
        where s.id = any (text_array(in_message.data->'session_ids')::uuid[]) and session_ends_at(s) > app_now()
            and case in_message.kind
                when 'guest_cancelled' then s.state = 'cancelled'
                when 'guest_released' then s.state in ('scheduled', 'in_progress') and not l.is_led
                else l.is_led end);
end $$;

-- Whom a mail goes to, in which language, as long as it still says something (R17). Whoever revokes their page meanwhile waits, or is
-- waited for.
create or replace function guest_mail(in_message outbox, out email text, out language text, out moot text) language plpgsql as $$
begin
    select
        unseal('guest.email', g.email), g.language,
        case when g.state <> 'active' then 'closed' when in_message.created_at < g.page_revoked_at then 'revoked' end
    into email, language, moot
    from guests g where g.id = in_message.guest_id for share;
    if in_message.kind <> 'guest_page' and guest_mail_dates(in_message, language) is null then
        moot := coalesce(moot, 'superseded');
    end if;
end $$;
