-- SPDX-License-Identifier: MIT
-- How to reach a participant safely.

create or replace view contacts_json with (security_invoker = true) as
select c.participant_id, c.version, row_to_json(members) as body
from contacts c
cross join lateral (select
    c.participant_id,
    sealed_mark('contact.name_to_use', c.name_to_use, (
        select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(c.name_to_use)))) as name_to_use,
    sealed_mark('contact.handle', c.email, (
        select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(c.email)))) as email,
    coalesce(c.email_is_government, false) as email_is_government,
    c.work_address_acknowledged,
    sealed_mark('contact.handle', c.phone, (
        select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(c.phone)))) as phone,
    c.ok_to_email,
    c.ok_to_leave_message,
    utc(c.rules_answered_at) as rules_answered_at,
    sealed_mark('contact.safe_hours', c.safe_hours, (
        select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(c.safe_hours)))) as safe_hours) members;

-- An agreement to use a work address is about that address: a new one asks again.
create or replace function contacts_update(in_participant_id uuid, in_if_match int[], in_body jsonb, in_key jsonb) returns response
language plpgsql as $$
declare
    contact contacts;
begin
    perform participant_require_seen(in_participant_id);
    select * into contact from contacts c where c.participant_id = in_participant_id for no key update;
    perform require_version(in_if_match, contact.version);
    if actor_role() = 'peer' and num_nonnulls(in_body->>'name_to_use', in_body->>'email', in_body->>'phone') > 0 then
        perform conflict('too-many') from name_digest_given() g where g.ever >= 50;
        perform conflict('too-many-today') from name_digest_given() g where g.today >= 20;
    end if;
    if in_body ? 'email' then
        contact.email := in_body->>'email';
        contact.email_is_government := (in_body->>'email_is_government')::boolean;
        contact.work_address_acknowledged := false;
    end if;
    contact.work_address_acknowledged := coalesce(
        (in_body->>'work_address_acknowledged')::boolean, contact.work_address_acknowledged);
    -- One that came with a referral stands unasked, and no mail goes there until it has been.
    contact.ok_to_email := coalesce((in_body->>'ok_to_email')::boolean, contact.ok_to_email);
    if coalesce(contact.email_is_government, false) and not contact.work_address_acknowledged
        and (contact.ok_to_email or in_body ?| array['email', 'work_address_acknowledged'])
    then
        perform problem_field(case when in_body ? 'email' then 'email' else 'work_address_acknowledged' end, 'work-address');
    end if;
    update contacts c set
        name_to_use = case when in_body ? 'name_to_use' then in_body->>'name_to_use' else c.name_to_use end,
        email = contact.email,
        email_is_government = contact.email_is_government,
        work_address_acknowledged = contact.work_address_acknowledged,
        phone = case when in_body ? 'phone' then in_body->>'phone' else c.phone end,
        safe_hours = case when in_body ? 'safe_hours' then in_body->>'safe_hours' else c.safe_hours end,
        ok_to_email = contact.ok_to_email,
        ok_to_leave_message = coalesce((in_body->>'ok_to_leave_message')::boolean, c.ok_to_leave_message),
        rules_answered_at = case
            when in_body ?| array['ok_to_email', 'ok_to_leave_message'] then app_now() else c.rules_answered_at end,
        version = c.version + 1
    where c.participant_id = in_participant_id;
    perform participant_keep_key(in_key, in_participant_id);
    perform audit('update', 'contact', in_participant_id, array[in_participant_id], body_fields(in_body));
    perform outbox_release(in_participant_id);
    if in_body ?| array['name_to_use', 'email', 'phone'] then
        perform name_digests_keep('participant', in_participant_id, jsonb_build_object(
            'name', in_body->'name_to_use_digest', 'email', in_body->'email_digest', 'phone', in_body->'phone_digest'));
        perform comparison_ask('participant', array[in_participant_id]);
    end if;
    return (select respond(200, c.body, null, c.version) from contacts_json c where c.participant_id = in_participant_id);
end $$;

-- R3: why mail may not go to this address; null = it may.
create or replace function contact_mail_fault(in_contact contacts) returns text language plpgsql stable as $$
begin
    return case
        when in_contact.email is null then 'no_email'
        when not in_contact.ok_to_email then 'email_not_ok'
        when coalesce(in_contact.email_is_government, false) and not in_contact.work_address_acknowledged then 'work_address'
        when unseal('contact.handle', in_contact.email) is null then 'unreadable' end;
end $$;

-- Whether somebody can be told something soon, asked by the worker.
create or replace function contact_is_mailed(in_participant_id uuid) returns boolean language plpgsql stable security definer as $$
declare
    contact contacts;
begin
    perform require_role('worker');
    select c.email, c.email_is_government, c.work_address_acknowledged, c.ok_to_email
    into contact.email, contact.email_is_government, contact.work_address_acknowledged, contact.ok_to_email
    from contacts c where c.participant_id = in_participant_id;
    return contact_mail_fault(contact) is null;
end $$;
