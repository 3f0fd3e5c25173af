-- SPDX-License-Identifier: MIT
-- What somebody declared of another, and took back.

-- What was declared stays as it was; it can only be taken back.
create or replace function conflict_declaration_guard() returns trigger language plpgsql as $$
begin
    if to_jsonb(new) - 'region_keys' <> to_jsonb(old) - 'region_keys'
        and (old.withdrawn_at is not null or new.withdrawn_at is null
            or (to_jsonb(new) - array['withdrawn_at', 'withdrawn_by', 'version', 'region_keys'])
                <> (to_jsonb(old) - array['withdrawn_at', 'withdrawn_by', 'version', 'region_keys']))
    then
        raise exception 'declarations are only taken back' using errcode = '42501';
    end if;
    return new;
end $$;
create or replace trigger guard before update on conflict_declarations for each row execute function conflict_declaration_guard();

-- Peers and hosts: what they said, nothing more. Coordinators: also for whom, about whom, and whom it meets.
create or replace view conflict_declarations_json with (security_invoker = true) as
select d.id, d.version, d.created_at, d.declared_by, d.for_participant_id, d.withdrawn_at, row_to_json(members) as body
from conflict_declarations d
cross join lateral (select
    d.id,
    d.kind,
    d.period,
    case when d.unit_digest is not null then 'unit' when d.name_digest is not null then 'named' else 'known' end as about,
    d.from_date as "from",
    d.to_date as "to",
    case when d.withdrawn_at is null then 'standing' else 'withdrawn' end as state,
    case when (select actor_role()) = 'coordinator' then d.for_participant_id end as for_participant_id,
    case when (select actor_role()) = 'coordinator' then d.for_account_id end as for_account_id,
    case when (select actor_role()) = 'coordinator' then d.participant_id end as participant_id,
    case when (select actor_role()) = 'coordinator' then d.account_id end as account_id,
    case when (select actor_role()) = 'coordinator' then (
        select coalesce(json_agg(json_build_object(
            'id', m.id, 'basis', m.basis, 'state', m.state, 'participant_id', m.participant_id, 'account_id', m.account_id)
            order by m.created_at, m.id), '[]')
        from conflict_matches m where m.declaration_id = d.id) end as matches,
    utc(d.created_at) as created_at,
    utc(d.withdrawn_at) as withdrawn_at) members;

-- A6.5: people read in the audit who has looked at their file. What others do about conflicts is found there by its object, not by its
-- people: a look at a match would tell either side that there is one.
create or replace function conflict_declaration_audited() returns uuid[] stable language sql
return case when actor_role() = 'peer' then array[actor_participant_id()] end;

-- One of those that are kept of whom it is about; null = of nobody.
create or replace function conflict_declaration_digest(in_body jsonb) returns text immutable language sql
return coalesce(in_body#>>'{name_digest,0,whole}', in_body->>'email_digest', in_body->>'phone_digest');

-- What a person has said themselves, and somebody else takes back, is a word in their file (decision 18).
create or replace function conflict_declaration_withdrawn_of(in_declaration conflict_declarations) returns uuid[]
language plpgsql stable as $$
begin
    return array(
        select p.id from participants p where p.id = in_declaration.for_participant_id and p.account_id = in_declaration.declared_by);
end $$;

create or replace function conflict_declaration_faults(in_body jsonb) returns jsonb language plpgsql stable as $$
declare
    kind text := in_body->>'kind';
    is_unit boolean := kind = 'same_unit';
    by_coordinator boolean := actor_role() = 'coordinator';
    named int := (conflict_declaration_digest(in_body) is not null)::int
        + num_nonnulls(in_body->>'participant_id', in_body->>'account_id');
begin
    return (
        select jsonb_agg(jsonb_build_object('pointer', '#/' || f.name, 'code', f.code))
        from (
            select name, 'not-allowed' as code
            from unnest(array['participant_id', 'account_id', 'for_participant_id', 'for_account_id']) name
            where not by_coordinator and in_body->>name is not null
            union all
            values
                ('name', case when is_unit and named > 0 or named > 1 then 'invalid'
                    when not is_unit and named = 0 then 'required' end),
                ('unit', case when is_unit and in_body->>'unit_digest' is null then 'required'
                    when not is_unit and in_body->>'unit_digest' is not null then 'invalid' end),
                ('from', case when is_unit and in_body->>'from' is null then 'required'
                    when not is_unit and in_body->>'from' is not null then 'invalid' end),
                ('to', case when not is_unit and in_body->>'to' is not null
                    or (in_body->>'to')::date < (in_body->>'from')::date then 'invalid' end),
                ('period', case when kind = 'chain_of_command' and in_body->>'period' is null then 'required'
                    when kind <> 'chain_of_command' and in_body->>'period' is not null then 'invalid' end),
                ('kind', case when kind = 'recusal'
                    and (actor_role() = 'peer' or in_body->>'for_participant_id' is not null) then 'not-allowed' end),
                ('for_account_id', case when num_nonnulls(in_body->>'for_participant_id', in_body->>'for_account_id') = 2
                    then 'invalid' when by_coordinator and in_body->>'for_account_id' is not null
                    and not account_is_staff((in_body->>'for_account_id')::uuid) then 'does-not-exist' end),
                ('for_participant_id', case when by_coordinator and in_body->>'for_participant_id' is not null
                    and not participant_is_seen((in_body->>'for_participant_id')::uuid) then 'does-not-exist' end),
                ('account_id', case when by_coordinator and in_body->>'account_id' is not null
                    and not account_is_staff((in_body->>'account_id')::uuid) then 'does-not-exist' end),
                ('participant_id', case when by_coordinator and in_body->>'participant_id' is not null
                    and not participant_is_seen((in_body->>'participant_id')::uuid) then 'does-not-exist' end)) f (name, code)
        where f.code is not null);
end $$;

create or replace function conflict_declaration_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, d.body, case when in_status = 201 then '/v1/conflict-declarations/' || d.id end)
        from conflict_declarations_json d where d.id = in_id);
end $$;

-- Newest first. Peers and hosts: their own. Coordinators: all that they handle, or those for one participant.
create or replace function conflict_declarations_find(in_query jsonb) returns table (at timestamptz, id uuid)
language plpgsql stable as $$
declare
    after_at timestamptz := in_query#>>'{after,at}';
    after_id uuid := in_query#>>'{after,id}';
    wanted int := (in_query->>'limit')::int + 1;
    participant uuid := in_query->>'participant_id';
    is_standing boolean := in_query->>'state' = 'standing';
begin
    if actor_role() <> 'coordinator' then
        return query
        select d.created_at, d.id from conflict_declarations d
        where d.declared_by = (select actor_account_id()) and (d.created_at, d.id) < (after_at, after_id)
            and (is_standing is null or is_standing = (d.withdrawn_at is null))
        order by d.created_at desc, d.id desc limit wanted;
    elsif participant is not null then
        return query
        select d.created_at, d.id from conflict_declarations d
        where d.for_participant_id = participant and (d.created_at, d.id) < (after_at, after_id)
            and (is_standing is null or is_standing = (d.withdrawn_at is null))
        order by d.created_at desc, d.id desc limit wanted;
    else
        return query
        select d.created_at, d.id from conflict_declarations d
        where (d.created_at, d.id) < (after_at, after_id) and (is_standing is null or is_standing = (d.withdrawn_at is null))
        order by d.created_at desc, d.id desc limit wanted;
    end if;
end $$;

-- A peer or a host for themselves; a coordinator for somebody they see, or for themselves.
-- Writes: conflict_declarations, conflict_matches. Locks: who declares, then persons by id.
create or replace function conflict_declarations_create(in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    by_coordinator boolean := actor_role() = 'coordinator';
    for_participant uuid := case when actor_role() = 'peer' then actor_participant_id()
        else (in_body->>'for_participant_id')::uuid end;
    for_account uuid := case when for_participant is null
        then coalesce((in_body->>'for_account_id')::uuid, actor_account_id()) end;
begin
    perform require_no_faults(conflict_declaration_faults(in_body));
    if for_participant = (in_body->>'participant_id')::uuid then
        perform problem_field('participant_id', 'invalid');
    elsif for_account = (in_body->>'account_id')::uuid then
        perform problem_field('account_id', 'invalid');
    elsif not by_coordinator then
        -- Nobody searches the program for names, neither one after the other nor many at once.
        perform pg_advisory_xact_lock(hashtextextended('declares ' || actor_account_id(), 0));
        if (
            select count(*) from conflict_declarations d
            where d.declared_by = actor_account_id() and d.created_at > app_now() - interval '24 hours') >= 20
        then
            perform conflict('too-many-today');
        end if;
    end if;
    insert into conflict_declarations (
        id, kind, period, for_participant_id, for_account_id, participant_id, account_id, name_digest, unit_digest, from_date,
        to_date, declared_by, created_at)
    values (
        new_id, in_body->>'kind', in_body->>'period', for_participant, for_account, (in_body->>'participant_id')::uuid,
        (in_body->>'account_id')::uuid, conflict_declaration_digest(in_body), in_body->>'unit_digest', (in_body->>'from')::date,
        (in_body->>'to')::date, actor_account_id(), app_now());
    perform name_digests_keep('declaration', new_id, jsonb_build_object(
        'name', in_body->'name_digest', 'email', in_body->'email_digest', 'phone', in_body->'phone_digest'));
    perform conflict_follow_declaration(new_id);
    perform audit('create', 'conflict_declaration', new_id, conflict_declaration_audited(), body_fields(in_body));
    perform conflict_answer_evenly();
    return conflict_declaration_respond(201, new_id);
end $$;

-- By whoever declared it or a coordinator, at any time; again is the same.
-- Writes: conflict_declarations, conflict_matches. Locks: the declaration.
create or replace function conflict_declarations_withdraw(in_id uuid) returns response language plpgsql as $$
declare
    declaration conflict_declarations;
begin
    select * into declaration from conflict_declarations d where d.id = in_id for no key update;
    if not found then
        perform problem('not-found');
    end if;
    if declaration.withdrawn_at is null then
        update conflict_declarations d set withdrawn_at = app_now(), withdrawn_by = actor_account_id(), version = d.version + 1
        where d.id = in_id;
        perform conflict_follow_withdrawal(in_id);
        perform audit('withdraw', 'conflict_declaration', in_id, conflict_declaration_withdrawn_of(declaration));
        perform conflict_answer_evenly();
    end if;
    return conflict_declaration_respond(200, in_id);
end $$;
