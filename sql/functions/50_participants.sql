-- SPDX-License-Identifier: MIT
-- Participants, how to reach them safely, their safety plan, and for whom of the staff they do not exist.

-- The one question every policy of a participant's records asks. It looks through the policies of participants itself.
create or replace function sees_participant(in_participant_id uuid) returns boolean
language plpgsql stable
set search_path = alongside, pg_catalog
as $$
begin
    return exists (select from participants p where p.id = in_participant_id);
end
$$;
-- Asked first, whether there is a record or not: the answer then costs the same for somebody else's as for none.
create or replace function require_participant(in_participant_id uuid) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if not sees_participant(in_participant_id) then
        perform problem('not-found');
    end if;
end
$$;
create or replace function participant_lock(in_participant_id uuid) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    perform from participants p where p.id = in_participant_id for no key update;
    if not found then
        perform problem('not-found');
    end if;
end
$$;
-- An answer that is kept for a repeated request is given again only to somebody who may still see what it is about.
create or replace function location_is_seen(in_location text) returns boolean
language plpgsql stable
set search_path = alongside, pg_catalog
as $$
declare
    named text := split_part(in_location, '/', 4);
begin
    return case
        when in_location like '/v1/participants/%' then sees_participant(named::uuid)
        when in_location like '/v1/intakes/%' then exists (select from intakes i where i.id = named::uuid)
        when in_location like '/v1/enrolments/%' then exists (select from enrolments e where e.id = named::uuid)
        when in_location like '/v1/groups/%' then exists (select from groups g where g.id = named::uuid)
        when in_location like '/v1/sessions/%' then exists (select from sessions s where s.id = named::uuid)
        when in_location like '/v1/host-assignments/%' then exists (select from host_assignments h where h.id = named::uuid)
        when in_location like '/v1/incidents/%' then exists (select from incidents i where i.id = named::uuid)
        when in_location like '/v1/debriefs/%' then exists (select from debriefs d where d.id = named::uuid)
        when in_location like '/v1/conflict-declarations/%' then exists (
            select from conflict_declarations d where d.id = named::uuid)
        else true
    end;
end
$$;
create or replace function require_timezone(in_field text, in_name text) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if in_name is not null and not exists (select from timezones z where z.name = in_name) then
        perform problem_field(in_field, 'unknown-zone');
    end if;
end
$$;
-- in_faults: the members of `errors`; null = all is well.
create or replace function require_no_faults(in_faults jsonb) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if in_faults is not null then
        perform problem('validation-failed', jsonb_build_object('errors', in_faults));
    end if;
end
$$;

create or replace view participants_json with (security_invoker = true) as
select p.id, p.version, p.created_at, json_build_object(
    'id', p.id,
    'account_id', p.account_id,
    'alias', p.alias,
    'preferred_language', p.preferred_language,
    'pronouns', p.pronouns,
    'region', p.region,
    'timezone', p.timezone,
    'affiliation_kind', p.affiliation_kind,
    'age_attested_at', utc(p.age_attested_at),
    'eligibility_attested_at', utc(p.eligibility_attested_at),
    'accessibility_needs', unseal('participant.accessibility_needs', p.accessibility_needs),
    'status', p.status,
    'created_at', utc(p.created_at)) as body
from participants p;

create or replace view contacts_json with (security_invoker = true) as
select c.participant_id, c.version, json_build_object(
    'participant_id', c.participant_id,
    'name_to_use', unseal('contact.name_to_use', c.name_to_use),
    'email', unseal('contact.email', c.email),
    'email_is_government', coalesce(c.email_is_government, false),
    'work_address_acknowledged', c.work_address_acknowledged,
    'phone', unseal('contact.phone', c.phone),
    'ok_to_email', c.ok_to_email,
    'ok_to_leave_message', c.ok_to_leave_message,
    'rules_answered_at', utc(c.rules_answered_at),
    'safe_hours', unseal('contact.safe_hours', c.safe_hours)) as body
from contacts c;

-- R7: stale after 90 days, and asked again by every intake that began later.
create or replace function needs_confirmation(in_participant_id uuid, in_confirmed_at timestamptz) returns boolean stable language sql
begin atomic
    select in_confirmed_at is null or in_confirmed_at < app_now() - interval '90 days' or exists (
        select from intakes i where i.participant_id = in_participant_id and i.is_open and i.created_at > in_confirmed_at);
end;
create or replace view safety_plans_json with (security_invoker = true) as
select s.participant_id, s.version, json_build_object(
    'participant_id', s.participant_id,
    'current_place_method', unseal('safety_plan.current_place_method', s.current_place_method),
    'consent_to_checkin', s.consent_to_checkin,
    'confirmed_at', utc(s.confirmed_at),
    'needs_confirmation', needs_confirmation(s.participant_id, s.confirmed_at)) as body
from safety_plans s;
create or replace view emergency_contacts_json with (security_invoker = true) as
select e.participant_id, e.version, json_build_object(
    'participant_id', e.participant_id,
    'name', unseal('emergency_contact.name', e.name),
    'phone', unseal('emergency_contact.phone', e.phone),
    'relation', unseal('emergency_contact.relation', e.relation),
    'may_know_program', e.may_know_program,
    'declined', e.declined,
    'confirmed_at', utc(e.confirmed_at),
    'needs_confirmation', needs_confirmation(e.participant_id, e.confirmed_at)) as body
from emergency_contacts e;

create or replace view exclusions_json with (security_invoker = true) as
select x.id, x.participant_id, x.created_at, json_build_object(
    'id', x.id,
    'participant_id', x.participant_id,
    'account_id', x.account_id,
    'reason', x.reason,
    'created_by', x.created_by,
    'created_at', utc(x.created_at)) as body
from participant_exclusions x;

-- A coordinator of some regions opens and moves files within them.
create or replace function require_own_region(in_region text) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if in_region is not null and actor_role() = 'coordinator' and actor_regions() <> '{}' and in_region <> all (actor_regions()) then
        perform problem_field('region', 'not-allowed');
    end if;
end
$$;

-- I9: the attestations are the condition, and all that is known about age and experience.
create or replace function participants_create(in_body jsonb, in_key jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    new_id uuid := gen_random_uuid();
    new_account_id uuid := gen_random_uuid();
begin
    perform require_no_faults((
        select jsonb_agg(jsonb_build_object('pointer', '#/' || name, 'code', 'required'))
        from unnest(array['age_attested', 'eligibility_attested']) name
        where (in_body->>name)::boolean is not true));
    perform require_timezone('timezone', in_body->>'timezone');
    perform require_own_region(in_body->>'region');
    if in_body->>'referral_id' is not null then
        perform referrals_convert((in_body->>'referral_id')::uuid);
    end if;
    begin
        insert into accounts (id, issuer, subject, role, participant_id, created_at)
        values (
            new_account_id, coalesce(in_body#>>'{identity,issuer}', 'urn:alongside:local'),
            coalesce(in_body#>>'{identity,subject}', new_account_id::text), 'peer', new_id, app_now());
    exception when unique_violation then
        perform problem('conflict', '{"errors": [{"pointer": "#/identity/subject", "code": "taken"}]}');
    end;
    insert into participants (
        id, account_id, alias, preferred_language, pronouns, region, timezone, affiliation_kind, age_attested_at,
        eligibility_attested_at, accessibility_needs, created_by, created_at)
    values (
        new_id, new_account_id, in_body->>'alias', in_body->>'preferred_language', in_body->>'pronouns', in_body->>'region',
        in_body->>'timezone', in_body->>'affiliation_kind', app_now(), app_now(), in_body->>'accessibility_needs',
        actor_account_id(), app_now());
    insert into contacts (participant_id) values (new_id);
    insert into safety_plans (participant_id) values (new_id);
    insert into emergency_contacts (participant_id) values (new_id);
    perform keep_key(in_key, 'participant', new_id);
    perform audit('create', 'participant', new_id, array[new_id], body_fields(in_body));
    return (select respond(201, p.body, '/v1/participants/' || p.id, p.version) from participants_json p where p.id = new_id);
end
$$;

create or replace function participants_update(in_id uuid, in_if_match int[], in_body jsonb, in_key jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    person participants;
begin
    select * into person from participants p where p.id = in_id for update;
    if not found then
        perform problem('not-found');
    end if;
    perform require_version(in_if_match, person.version);
    if actor_role() = 'peer' then
        perform require_no_faults((
            select jsonb_agg(jsonb_build_object('pointer', '#/' || name, 'code', 'not-allowed'))
            from unnest(body_fields(in_body)) name
            where name not in ('pronouns', 'preferred_language', 'timezone', 'accessibility_needs')));
    end if;
    perform require_timezone('timezone', in_body->>'timezone');
    perform require_own_region(in_body->>'region');
    update participants p set
        alias = coalesce(in_body->>'alias', p.alias),
        preferred_language = coalesce(in_body->>'preferred_language', p.preferred_language),
        pronouns = case when in_body ? 'pronouns' then in_body->>'pronouns' else p.pronouns end,
        region = case when in_body ? 'region' then in_body->>'region' else p.region end,
        timezone = case when in_body ? 'timezone' then in_body->>'timezone' else p.timezone end,
        affiliation_kind = coalesce(in_body->>'affiliation_kind', p.affiliation_kind),
        accessibility_needs = case
            when in_body ? 'accessibility_needs' then in_body->>'accessibility_needs' else p.accessibility_needs end,
        version = p.version + 1
    where p.id = in_id;
    perform keep_key(in_key, 'participant', in_id);
    perform audit('update', 'participant', in_id, array[in_id], body_fields(in_body));
    return (select respond(200, p.body, null, p.version) from participants_json p where p.id = in_id);
end
$$;

-- An agreement to use a work address is about that address: a new one asks again.
create or replace function contacts_update(in_participant_id uuid, in_if_match int[], in_body jsonb, in_key jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    contact contacts;
begin
    perform require_participant(in_participant_id);
    select * into contact from contacts c where c.participant_id = in_participant_id for update;
    if not found then
        perform problem('not-found');
    end if;
    perform require_version(in_if_match, contact.version);
    if in_body ? 'email' then
        contact.email := in_body->>'email';
        contact.email_digest := in_body->>'email_digest';
        contact.email_is_government := (in_body->>'email_is_government')::boolean;
        contact.work_address_acknowledged := false;
    end if;
    contact.work_address_acknowledged := coalesce(
        (in_body->>'work_address_acknowledged')::boolean, contact.work_address_acknowledged);
    if coalesce(contact.email_is_government, false) and not contact.work_address_acknowledged then
        perform problem_field(case when in_body ? 'email' then 'email' else 'work_address_acknowledged' end, 'work-address');
    end if;
    update contacts c set
        name_to_use = case when in_body ? 'name_to_use' then in_body->>'name_to_use' else c.name_to_use end,
        name_digest = case when in_body ? 'name_to_use' then in_body->>'name_to_use_digest' else c.name_digest end,
        email = contact.email,
        email_digest = contact.email_digest,
        email_is_government = contact.email_is_government,
        work_address_acknowledged = contact.work_address_acknowledged,
        phone = case when in_body ? 'phone' then in_body->>'phone' else c.phone end,
        phone_digest = case when in_body ? 'phone' then in_body->>'phone_digest' else c.phone_digest end,
        safe_hours = case when in_body ? 'safe_hours' then in_body->>'safe_hours' else c.safe_hours end,
        ok_to_email = coalesce((in_body->>'ok_to_email')::boolean, c.ok_to_email),
        ok_to_leave_message = coalesce((in_body->>'ok_to_leave_message')::boolean, c.ok_to_leave_message),
        rules_answered_at = case
            when in_body ?| array['ok_to_email', 'ok_to_leave_message'] then app_now() else c.rules_answered_at end,
        version = c.version + 1
    where c.participant_id = in_participant_id;
    perform keep_key(in_key, 'participant', in_participant_id);
    perform audit('update', 'contact', in_participant_id, array[in_participant_id], body_fields(in_body));
    perform outbox_release(in_participant_id);
    return (select respond(200, c.body, null, c.version) from contacts_json c where c.participant_id = in_participant_id);
end
$$;

create or replace function safety_plans_replace(in_participant_id uuid, in_if_match int[], in_body jsonb, in_key jsonb)
returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    plan safety_plans;
begin
    perform require_participant(in_participant_id);
    select * into plan from safety_plans s where s.participant_id = in_participant_id for update;
    if not found then
        perform problem('not-found');
    end if;
    perform require_version(in_if_match, plan.version);
    update safety_plans s set
        current_place_method = in_body->>'current_place_method',
        consent_to_checkin = (in_body->>'consent_to_checkin')::boolean,
        confirmed_at = app_now(),
        version = s.version + 1
    where s.participant_id = in_participant_id;
    perform keep_key(in_key, 'participant', in_participant_id);
    perform audit('update', 'safety_plan', in_participant_id, array[in_participant_id], body_fields(in_body));
    return (select respond(200, s.body, null, s.version) from safety_plans_json s where s.participant_id = in_participant_id);
end
$$;

create or replace function emergency_contacts_replace(in_participant_id uuid, in_if_match int[], in_body jsonb, in_key jsonb)
returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    contact emergency_contacts;
    declines boolean := coalesce((in_body->>'declined')::boolean, false);
begin
    perform require_participant(in_participant_id);
    select * into contact from emergency_contacts e where e.participant_id = in_participant_id for update;
    if not found then
        perform problem('not-found');
    end if;
    perform require_version(in_if_match, contact.version);
    -- All or nothing: a declined contact has no name, one that is given has a name and a number.
    perform require_no_faults((
        select jsonb_agg(jsonb_build_object('pointer', '#/' || name, 'code', case when declines then 'invalid' else 'required' end))
        from unnest(array['name', 'phone', 'relation']) name
        where case when declines then in_body->>name is not null else in_body->>name is null and name <> 'relation' end));
    update emergency_contacts e set
        name = in_body->>'name',
        phone = in_body->>'phone',
        relation = in_body->>'relation',
        may_know_program = coalesce((in_body->>'may_know_program')::boolean, false),
        declined = declines,
        confirmed_at = app_now(),
        version = e.version + 1
    where e.participant_id = in_participant_id;
    perform keep_key(in_key, 'participant', in_participant_id);
    perform audit('update', 'emergency_contact', in_participant_id, array[in_participant_id], body_fields(in_body));
    return (
        select respond(200, e.body, null, e.version) from emergency_contacts_json e where e.participant_id = in_participant_id);
end
$$;

-- I13: from now on this person does not exist for that account.
create or replace function exclusions_create(in_participant_id uuid, in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    new_id uuid := gen_random_uuid();
begin
    perform require_participant(in_participant_id);
    insert into participant_exclusions (id, participant_id, account_id, reason, created_by, created_at)
    values (
        new_id, in_participant_id, (in_body->>'account_id')::uuid, in_body->>'reason', actor_account_id(), app_now());
    perform audit('create', 'exclusion', new_id, array[in_participant_id], body_fields(in_body));
    return (select respond(201, x.body, '/v1/exclusions/' || x.id, 1) from exclusions_json x where x.id = new_id);
end
$$;
create or replace function exclusions_delete(in_id uuid) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    participant uuid;
begin
    delete from participant_exclusions x where x.id = in_id returning x.participant_id into participant;
    if not found then
        perform problem('not-found');
    end if;
    perform audit('delete', 'exclusion', in_id, array[participant]);
    return respond(204, null);
end
$$;

-- What a peer may know of the staff: the alias they show to peers, nothing else.
create or replace function staff_alias(in_account_id uuid) returns text
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return (select s.alias from staff s where s.id = in_account_id and actor_role() = 'peer');
end
$$;
alter function staff_alias(uuid) owner to alongside_definer;
