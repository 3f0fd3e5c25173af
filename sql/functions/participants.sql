-- SPDX-License-Identifier: MIT
-- Participants, how to reach them safely, their safety plan, and for whom of the staff they do not exist.

-- The one question every policy of a participant's records asks. It looks through the policies of participants itself.
create or replace function participant_is_seen(in_participant_id uuid) returns boolean language plpgsql stable as $$
begin
    return exists (select from participants p where p.id = in_participant_id);
end $$;

-- Asked first, whether there is a record or not: the answer then costs the same for somebody else's as for none.
create or replace function participant_require_seen(in_participant_id uuid) returns void language plpgsql as $$
begin
    if not participant_is_seen(in_participant_id) then
        perform problem('not-found');
    end if;
end $$;

create or replace function participant_lock(in_id uuid, in_if_match int[] default null) returns participants language plpgsql as $$
declare
    participant participants;
begin
    select * into participant from participants p where p.id = in_id for no key update;
    perform require_version(in_if_match, participant.version);
    return participant;
end $$;

-- The key of what a write has sealed about a person, and the end of those that open nothing any more: what was overwritten, or taken out,
-- is gone from older copies too, and nobody fills the table by saying one thing again and again.
-- Writes: sealed_keys.
create or replace function participant_keep_key(in_key jsonb, in_participant_id uuid) returns void language plpgsql as $$
begin
    perform keep_key(in_key, 'participant', in_participant_id);
    delete from sealed_keys k
    where k.owner_type = 'participant' and k.owner_id = in_participant_id and k.id <> all (array(
        select sealed_key_id(s.value) from (
            select v from participants p cross join unnest(array[p.accessibility_needs, p.pronouns]) v where p.id = in_participant_id
            union all
            select v from contacts c cross join unnest(array[c.name_to_use, c.email, c.phone, c.safe_hours]) v
            where c.participant_id = in_participant_id
            union all
            select v from emergency_contacts e cross join unnest(array[e.name, e.phone, e.relation]) v
            where e.participant_id = in_participant_id
            union all
            select s.current_place_method from safety_plans s where s.participant_id = in_participant_id
            union all
            select v from intake_forms f cross join unnest(array[f.composition_preference, f.accommodation_needs]) v
            where f.participant_id = in_participant_id) s (value)
        where s.value is not null));
end $$;

-- The attestations and the account are given once.
create or replace function participant_guard() returns trigger language plpgsql as $$
begin
    if (new.id, new.account_id, new.age_attested_at, new.eligibility_attested_at, new.created_by, new.created_at)
        is distinct from (old.id, old.account_id, old.age_attested_at, old.eligibility_attested_at, old.created_by, old.created_at)
    then
        raise exception 'given once' using errcode = '42501';
    end if;
    return new;
end $$;
create or replace trigger guard before update on participants for each row execute function participant_guard();

-- Decision 22: whoever opens a file is there for the person, until it is handed over. The key of an alias is the kernel's; of rows that SQL
-- makes (the demo) it is the same as far as plain letters go.
create or replace function participant_begin() returns trigger language plpgsql as $$
begin
    new.coordinator_id := coalesce(new.coordinator_id, new.created_by);
    new.alias_key := coalesce(
        new.alias_key, replace(translate(lower(new.alias), 'àâçèéêëîïôùûü', 'aaceeeeiiouuu'), 'm', 'rn'));
    return new;
end $$;
create or replace trigger begin before insert on participants for each row execute function participant_begin();

-- Who of the staff is in charge is for coordinators to know.
create or replace view participants_json with (security_invoker = true) as
select p.id, p.version, p.created_at, row_to_json(members) as body
from participants p
cross join lateral (select
    p.id,
    p.account_id,
    p.alias,
    p.preferred_language,
    sealed_mark('participant.pronouns', p.pronouns, (
        select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(p.pronouns)))) as pronouns,
    p.region,
    p.timezone,
    p.affiliation_kind,
    utc(p.age_attested_at) as age_attested_at,
    utc(p.eligibility_attested_at) as eligibility_attested_at,
    sealed_mark('participant.accessibility_needs', p.accessibility_needs, (
        select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(p.accessibility_needs)))) as accessibility_needs,
    case when (select actor_role()) = 'coordinator' then p.coordinator_id end as coordinator_id,
    account_identity(p.account_id) as identity,
    p.status,
    utc(p.created_at) as created_at) members;

-- Newest first. Where a region is asked for, or some are all that the coordinator has, one index scan for each of them; somebody's
-- people have an index of their own.
create or replace function participants_find(in_query jsonb) returns table (at timestamptz, id uuid) language plpgsql stable as $$
declare
    after_at timestamptz := in_query#>>'{after,at}';
    after_id uuid := in_query#>>'{after,id}';
    wanted int := (in_query->>'limit')::int + 1;
    regions text[] := case
        when in_query ? 'region' then array[in_query->>'region']
        when not actor_is_everywhere() then actor_region_keys() end;
    speaks text := in_query->>'preferred_language';
    affiliation text := in_query->>'affiliation_kind';
    wanted_status text := in_query->>'status';
    coordinator uuid := in_query->>'coordinator_id';
begin
    if coordinator is not null then
        return query
        select p.created_at, p.id from participants p
        where p.coordinator_id = coordinator and (p.created_at, p.id) < (after_at, after_id)
            and (not in_query ? 'region' or p.region_key = any (regions)) and (speaks is null or p.preferred_language = speaks)
            and (affiliation is null or p.affiliation_kind = affiliation) and (wanted_status is null or p.status = wanted_status)
        order by p.created_at desc, p.id desc limit wanted;
    elsif regions is null then
        return query
        select p.created_at, p.id from participants p
        where (p.created_at, p.id) < (after_at, after_id) and (speaks is null or p.preferred_language = speaks)
            and (affiliation is null or p.affiliation_kind = affiliation) and (wanted_status is null or p.status = wanted_status)
        order by p.created_at desc, p.id desc limit wanted;
    else
        return query
        select p.created_at, p.id
        from unnest(regions) wanted_region cross join lateral (
            select p.created_at, p.id from participants p
            -- As an equality this would leave the planner free to walk through all regions in search of a rare one.
            where p.region_key >= wanted_region and (p.region_key, p.created_at, p.id) < (wanted_region, after_at, after_id)
                and (speaks is null or p.preferred_language = speaks)
                and (affiliation is null or p.affiliation_kind = affiliation) and (wanted_status is null or p.status = wanted_status)
            order by p.region_key desc, p.created_at desc, p.id desc limit wanted) p
        order by p.created_at desc, p.id desc limit wanted;
    end if;
end $$;

create or replace function participant_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, p.body, case when in_status = 201 then '/v1/participants/' || p.id end, p.version)
        from participants_json p where p.id = in_id);
end $$;

-- A coordinator of some regions opens and moves files within them.
create or replace function participant_require_own_region(in_region text) returns void language plpgsql as $$
begin
    if actor_role() = 'coordinator' and in_region <> all (actor_region_keys()) then
        perform problem_field('region', 'not-allowed');
    end if;
end $$;

-- A coordinator gives no alias that looks like one of those they see; who else there may be is told to nobody (R2). Where two meet all the
-- same, one of them has a number: roster_alias().
create or replace function participant_require_own_alias(in_id uuid, in_alias_key text) returns void language plpgsql as $$
begin
    if exists (select from participants p where p.alias_key = in_alias_key and p.id <> in_id) then
        perform problem_taken('alias');
    end if;
end $$;

-- I9: the attestations are the condition, and all that is known about age and experience.
create or replace function participants_create(in_body jsonb, in_key jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    new_account_id uuid := gen_random_uuid();
begin
    perform require_no_faults((
        select jsonb_agg(jsonb_build_object('pointer', '#/' || name, 'code', 'required'))
        from unnest(array['age_attested', 'eligibility_attested']) name
        where (in_body->>name)::boolean is not true));
    perform require_timezone('timezone', in_body->>'timezone');
    perform participant_require_own_region(in_body->>'region');
    perform participant_require_own_alias(new_id, in_body->>'alias_key');
    insert into accounts (id, issuer, subject, role, participant_id, created_at)
    values (new_account_id, account_issuer(in_body->'identity'), new_account_id::text, 'peer', new_id, app_now());
    if in_body#>>'{identity,subject}' is not null then
        perform account_identify(new_account_id, in_body->'identity');
    end if;
    insert into participants (
        id, account_id, alias, alias_key, preferred_language, pronouns, region, timezone, affiliation_kind, age_attested_at,
        eligibility_attested_at, accessibility_needs, created_by, created_at)
    values (
        new_id, new_account_id, in_body->>'alias', in_body->>'alias_key', in_body->>'preferred_language', in_body->>'pronouns',
        in_body->>'region', in_body->>'timezone', in_body->>'affiliation_kind', app_now(), app_now(), in_body->>'accessibility_needs',
        actor_account_id(), app_now());
    insert into contacts (participant_id) values (new_id);
    insert into safety_plans (participant_id) values (new_id);
    insert into emergency_contacts (participant_id) values (new_id);
    perform keep_key(in_key, 'participant', new_id);
    if in_body->>'referral_id' is not null then
        perform referral_convert((in_body->>'referral_id')::uuid, new_id);
        perform comparison_ask('participant', array[new_id]);
    end if;
    perform audit('create', 'participant', new_id, array[new_id], body_fields(in_body));
    return participant_respond(201, new_id);
end $$;

create or replace function participants_update(in_id uuid, in_if_match int[], in_body jsonb, in_key jsonb) returns response
language plpgsql as $$
declare
    participant participants;
begin
    participant := participant_lock(in_id, in_if_match);
    if actor_role() = 'peer' then
        perform require_no_faults((
            select jsonb_agg(jsonb_build_object('pointer', '#/' || name, 'code', 'not-allowed'))
            from unnest(body_fields(in_body)) name
            where name not in ('pronouns', 'preferred_language', 'timezone', 'accessibility_needs')));
    end if;
    if in_body ? 'timezone' then
        perform require_timezone('timezone', in_body->>'timezone');
    end if;
    if in_body ? 'region' then
        perform participant_require_own_region(in_body->>'region');
    end if;
    perform participant_require_own_alias(in_id, in_body->>'alias_key');
    update participants p set
        alias = coalesce(in_body->>'alias', p.alias),
        alias_key = coalesce(in_body->>'alias_key', p.alias_key),
        preferred_language = coalesce(in_body->>'preferred_language', p.preferred_language),
        pronouns = case when in_body ? 'pronouns' then in_body->>'pronouns' else p.pronouns end,
        region = case when in_body ? 'region' then in_body->>'region' else p.region end,
        timezone = case when in_body ? 'timezone' then in_body->>'timezone' else p.timezone end,
        affiliation_kind = coalesce(in_body->>'affiliation_kind', p.affiliation_kind),
        accessibility_needs = case
            when in_body ? 'accessibility_needs' then in_body->>'accessibility_needs' else p.accessibility_needs end,
        version = p.version + 1
    where p.id = in_id;
    if in_body ? 'identity' then
        perform account_identify(participant.account_id, in_body->'identity');
        perform comparison_ask('participant', array[in_id]);
    end if;
    if in_body ? 'region' and in_body->>'region' is distinct from participant.region then
        perform comparison_ask('participant', array[in_id]);
        update intakes i set region_key = coalesce(in_body->>'region', '-') where i.participant_id = in_id;
        perform hand_over_follow(in_id, 'moved');
    end if;
    if coalesce(in_body->>'preferred_language', participant.preferred_language) <> participant.preferred_language
        or in_body ? 'region' and in_body->>'region' is distinct from participant.region
    then
        perform waiting_person_refresh(in_id);
    end if;
    if in_body ?| array['accessibility_needs', 'pronouns'] then
        perform participant_keep_key(in_key, in_id);
    end if;
    perform audit('update', 'participant', in_id, array[in_id], body_fields(in_body));
    return participant_respond(200, in_id);
end $$;

create or replace trigger peer_changes_only before update on participants for each row execute function peer_changes_only(
    'pronouns', 'preferred_language', 'timezone', 'accessibility_needs', 'version', 'region_key');

-- Whether anything of a person's is under way, or serves them.
create or replace function participant_has_intake(in_participant_id uuid) returns boolean language plpgsql stable as $$
begin
    return exists (
        select from intakes i where i.participant_id = in_participant_id and (i.is_open or i.valid_until > app_now()));
end $$;
