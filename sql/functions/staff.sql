-- SPDX-License-Identifier: MIT
-- Staff accounts and their profiles; only the administrator works here.

create or replace view staff_json with (security_invoker = true) as
select a.id, a.version, a.role, a.is_active, a.created_at, row_to_json(members) as body
from accounts a left join staff s on s.id = a.id
cross join lateral (select
    a.id,
    a.role,
    a.is_active,
    sealed_mark('staff.name', s.name, (
        select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(s.name)))) as name,
    sealed_mark('staff.email', s.email, (
        select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(s.email)))) as email,
    s.alias,
    coalesce(s.languages, '{}') as languages,
    a.regions,
    s.employer,
    s.serving_caf,
    json_build_object('issuer', a.issuer, 'subject', a.subject) as identity,
    utc(a.created_at) as created_at) members
where a.role <> 'peer';

create or replace function staff_require_complete(in_role text, in_alias text, in_employer text) returns void language plpgsql as $$
begin
    if in_role in ('peer_supporter', 'mental_health_professional') and in_alias is null then
        perform problem_field('alias', 'required');
    elsif in_role = 'mental_health_professional' and in_employer is null then
        perform problem_field('employer', 'required');
    elsif in_role <> 'mental_health_professional' and in_employer is not null then
        perform problem_field('employer', 'invalid');
    end if;
end $$;

-- What a peer may know of the staff: the alias they show to peers, nothing else.
create or replace function staff_alias(in_account_id uuid) returns text language plpgsql stable security definer as $$
begin
    return (select s.alias from staff s where s.id = in_account_id and actor_role() = 'peer');
end $$;

create or replace function staff_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, s.body, case when in_status = 201 then '/v1/staff/' || s.id end, s.version)
        from staff_json s where s.id = in_id);
end $$;

-- What they go by, kept, and who is met by it.
create or replace function staff_name_keep(in_id uuid, in_body jsonb) returns void language plpgsql as $$
begin
    if in_body ?| array['name', 'email'] then
        perform name_digests_keep('account', in_id, jsonb_build_object(
            'name', in_body->'name_digest', 'email', in_body->'email_digest'));
        perform comparison_ask('account', array[in_id]);
    end if;
    if in_body ? 'email' then
        perform notice_follow_email(in_id);
    end if;
end $$;

-- Writes: accounts, staff, name_digests, comparisons.
create or replace function staff_create(in_body jsonb, in_key jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
begin
    perform staff_require_complete(in_body->>'role', in_body->>'alias', in_body->>'employer');
    begin
        insert into accounts (id, issuer, subject, role, regions, created_at)
        values (
            new_id, account_issuer(in_body->'identity'),
            coalesce(in_body#>>'{identity,subject}', new_id::text), in_body->>'role',
            text_array(coalesce(in_body->'regions', '[]')), app_now());
    exception when unique_violation then
        perform problem_taken('identity/subject');
    end;
    insert into staff (id, name, email, email_digest, alias, languages, employer, serving_caf)
    values (
        new_id, in_body->>'name', in_body->>'email', in_body->>'email_digest', in_body->>'alias',
        text_array(in_body->'languages'), in_body->>'employer', (in_body->>'serving_caf')::boolean);
    perform comparison_ask('account', array[new_id]);
    perform staff_name_keep(new_id, in_body);
    perform exclusion_request_retry();
    perform keep_key(in_key, 'staff', new_id);
    perform audit('create', 'staff', new_id, in_fields => body_fields(in_body));
    return staff_respond(201, new_id);
end $$;

-- Decision 22: whoever coordinates no longer, or fewer regions (in_kept), has named who takes what is open there.
create or replace function staff_require_handed_over(in_id uuid, in_kept text[], in_receiver uuid) returns void language plpgsql as $$
declare
    work jsonb;
begin
    if in_kept @> account_region_keys(in_id) then
        if in_receiver is not null then
            perform problem_field('hand_over_to', 'invalid');
        end if;
        return;
    elsif in_receiver is not null then
        if in_receiver = in_id or not account_may_coordinate(in_receiver) then
            perform problem_field('hand_over_to', 'does-not-exist');
        end if;
        perform hand_over(in_id, in_receiver, case when in_kept is null then 'leaving' else 'regions' end, in_kept => in_kept);
    end if;
    work := hand_over_left(in_id, in_kept);
    if work is not null then
        perform conflict('work-left', jsonb_build_object('work', work));
    end if;
end $$;

create or replace function staff_keep(in_id uuid, in_profile staff) returns void language plpgsql as $$
begin
    insert into staff (id, name, email, email_digest, alias, languages, employer, serving_caf)
    values (
        in_id, in_profile.name, in_profile.email, in_profile.email_digest, in_profile.alias,
        coalesce(in_profile.languages, '{}'), in_profile.employer, in_profile.serving_caf)
    on conflict (id) do update set
        name = excluded.name, email = excluded.email, email_digest = excluded.email_digest,
        alias = excluded.alias, languages = excluded.languages, employer = excluded.employer, serving_caf = excluded.serving_caf;
end $$;

-- Writes: as for a new one, and hand_over(). Locks: who takes the work and all active administrators by id, so that of two who remove
-- each other one stays.
create or replace function staff_update(in_id uuid, in_if_match int[], in_body jsonb, in_key jsonb) returns response language plpgsql as $$
declare
    account accounts;
    coordinated boolean;
    profile staff;
begin
    perform from accounts a
    where a.id in (in_id, (in_body->>'hand_over_to')::uuid) or (a.role = 'administrator' and a.is_active)
    order by a.id for no key update;
    select * into account from accounts a where a.id = in_id and a.role <> 'peer' for update;
    perform require_version(in_if_match, account.version);
    select * into profile from staff s where s.id = in_id;
    coordinated := account.is_active and account.role = 'coordinator';
    account.role := coalesce(in_body->>'role', account.role);
    account.is_active := coalesce((in_body->>'is_active')::boolean, account.is_active);
    account.regions := case when in_body ? 'regions' then text_array(in_body->'regions') else account.regions end;
    if not (account.role = 'administrator' and account.is_active) and not exists (
        select from accounts a where a.role = 'administrator' and a.is_active and a.id <> in_id) then
        perform conflict('last-administrator');
    end if;
    perform staff_require_handed_over(in_id, case
        when not coordinated then region_keys()
        when account.is_active and account.role = 'coordinator' then account_keys_of_regions(account.regions::text[])
        end, (in_body->>'hand_over_to')::uuid);
    begin
        update accounts a set
            role = account.role,
            is_active = account.is_active,
            regions = account.regions,
            issuer = case when in_body ? 'identity' then account_issuer(in_body->'identity') else a.issuer end,
            subject = coalesce(in_body#>>'{identity,subject}', a.subject),
            version = a.version + 1
        where a.id = in_id;
    exception when unique_violation then
        perform problem_taken('identity/subject');
    end;
    profile := jsonb_populate_record(profile, in_body - array['languages', 'id']);
    if in_body ? 'languages' then
        profile.languages := text_array(in_body->'languages');
    end if;
    if account.role <> 'mental_health_professional' and not in_body ? 'employer' then
        profile.employer := null;
    end if;
    perform staff_require_complete(account.role, profile.alias, profile.employer);
    perform staff_keep(in_id, profile);
    if in_body ?| array['identity', 'role'] then
        perform sign_in_code_forget(in_id);
        perform comparison_ask('account', array[in_id]);
    end if;
    perform staff_name_keep(in_id, in_body);
    if in_body ?| array['role', 'regions', 'is_active'] then
        perform exclusion_request_retry();
    end if;
    if in_key is not null then
        perform keep_key(in_key, 'staff', in_id);
    end if;
    perform audit('update', 'staff', in_id, in_fields => body_fields(in_body));
    return staff_respond(200, in_id);
end $$;
