-- SPDX-License-Identifier: MIT
-- Do not place together (A6.5, R1). Whoever declares learns nothing from the answer: what a declaration meets is found by triggers
-- that look past row level security, blocks at once, and is seen by coordinators alone.

-- Who is in a group: those who hold a seat, and those who lead it or one of its sessions still to come.
create or replace function conflict_persons(in_group_id uuid) returns setof uuid
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return query
    select e.participant_id from enrolments e where e.group_id = in_group_id and e.holds_seat
    union
    select h.account_id from host_assignments h left join sessions s on s.id = h.session_id
    where h.group_id = in_group_id and h.released_at is null and (h.session_id is null or s.state in ('scheduled', 'in_progress'));
end
$$;
alter function conflict_persons(uuid) owner to alongside_definer;

-- Whether one person must not be among these others: declared by either side, or excluded from the other's file.
create or replace function conflict_stands(in_person_id uuid, in_others uuid[]) returns boolean
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return exists (
            select from conflict_matches m where m.is_blocking and m.for_person_id = in_person_id and m.person_id = any (in_others))
        or exists (
            select from conflict_matches m where m.is_blocking and m.person_id = in_person_id and m.for_person_id = any (in_others))
        or exists (
            select from participant_exclusions x where x.participant_id = in_person_id and x.account_id = any (in_others))
        or exists (
            select from participant_exclusions x where x.account_id = in_person_id and x.participant_id = any (in_others));
end
$$;
alter function conflict_stands(uuid, uuid[]) owner to alongside_definer;

-- The three questions of placement, assignment and start. Silent: yes or no, never who or why.
create or replace function conflicts_block_participant(in_participant_id uuid, in_group_id uuid) returns boolean
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return conflict_stands(in_participant_id, array(
        select p from conflict_persons(in_group_id) p where p <> in_participant_id));
end
$$;
alter function conflicts_block_participant(uuid, uuid) owner to alongside_definer;
create or replace function conflicts_block_host(in_account_id uuid, in_group_id uuid) returns boolean
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return conflict_stands(in_account_id, array(
        select p from conflict_persons(in_group_id) p where p <> in_account_id));
end
$$;
alter function conflicts_block_host(uuid, uuid) owner to alongside_definer;
create or replace function conflicts_block_group(in_group_id uuid) returns boolean
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    persons uuid[] := array(select conflict_persons(in_group_id));
begin
    return exists (
            select from conflict_matches m
            where m.is_blocking and m.for_person_id = any (persons) and m.person_id = any (persons))
        or exists (
            select from participant_exclusions x
            where x.participant_id = any (persons) and x.account_id = any (persons));
end
$$;
alter function conflicts_block_group(uuid) owner to alongside_definer;

-- The groups under way or to come in which somebody of these persons is.
create or replace function conflict_group_ids(in_persons uuid[]) returns uuid[]
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return array(
        select g.id
        from (
            select e.group_id from enrolments e where e.participant_id = any (in_persons) and e.holds_seat
            union
            select h.group_id from host_assignments h where h.account_id = any (in_persons) and h.released_at is null) i
        join groups g on g.id = i.group_id and g.state not in ('completed', 'cancelled')
        order by g.id);
end
$$;
alter function conflict_group_ids(uuid[]) owner to alongside_definer;

-- Sets groups.is_blocked as things stand, and marks for the coordinators which matches stand in a group. The version of a group
-- stays: a changed ETag would tell whoever declares that somebody of the group is meant.
create or replace function conflicts_refresh(in_group_ids uuid[]) returns void
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    blocked_id uuid;
    persons uuid[];
begin
    update groups g set is_blocked = not g.is_blocked
    where g.id = any (in_group_ids) and g.is_blocked <> conflicts_block_group(g.id);
    for blocked_id in select g.id from groups g where g.id = any (in_group_ids) and g.is_blocked loop
        persons := array(select conflict_persons(blocked_id));
        -- A match that somebody is deciding about right now is theirs to raise: they refresh after it.
        update conflict_matches m set raised_at = app_now(), version = m.version + 1
        where m.id in (
            select r.id from conflict_matches r
            where r.is_blocking and r.for_person_id = any (persons) and r.person_id = any (persons) and r.raised_at is null
            for update skip locked);
    end loop;
end
$$;
alter function conflicts_refresh(uuid[]) owner to alongside_definer;
-- Whoever seats or assigns holds a lock on the person, shared; whoever changes what stands against a person holds it alone. So of a
-- declaration and a seat taken at the same moment the later one always sees the earlier.
create or replace function conflicts_recheck(in_participant_ids uuid[], in_account_ids uuid[]) returns void
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    persons uuid[] := coalesce(in_participant_ids, '{}') || coalesce(in_account_ids, '{}');
begin
    -- Locks of groups come before locks of persons, as for those who seat.
    perform from groups g where g.id = any (conflict_group_ids(persons)) order by g.id for update;
    perform pg_advisory_xact_lock(hashtextextended('person ' || p.id, 0))
    from (select distinct id from unnest(persons) id where id is not null order by id) p;
    perform conflicts_refresh(conflict_group_ids(persons));
end
$$;
alter function conflicts_recheck(uuid[], uuid[]) owner to alongside_definer;

-- A seat is held or freed, a host comes or goes.
create or replace function conflict_person_moved() returns trigger
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    person uuid := case tg_table_name when 'enrolments' then (to_jsonb(new)->>'participant_id')::uuid
        else (to_jsonb(new)->>'account_id')::uuid end;
begin
    perform pg_advisory_xact_lock_shared(hashtextextended('person ' || person, 0));
    perform conflicts_refresh(array[new.group_id]);
    return null;
end
$$;
alter function conflict_person_moved() owner to alongside_definer;
create or replace trigger conflict_person_comes after insert on enrolments
    for each row when (new.holds_seat) execute function conflict_person_moved();
create or replace trigger conflict_person_moves after update on enrolments
    for each row when (new.holds_seat <> old.holds_seat) execute function conflict_person_moved();
create or replace trigger conflict_person_comes after insert on host_assignments
    for each row execute function conflict_person_moved();
create or replace trigger conflict_person_moves after update on host_assignments
    for each row when (new.released_at is distinct from old.released_at) execute function conflict_person_moved();
create or replace function conflict_exclusion_changed() returns trigger
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    changed participant_exclusions := coalesce(new, old);
begin
    perform conflicts_recheck(array[changed.participant_id], array[changed.account_id]);
    return null;
end
$$;
alter function conflict_exclusion_changed() owner to alongside_definer;
create or replace trigger conflict_exclusion_changed after insert or delete on participant_exclusions
    for each row execute function conflict_exclusion_changed();

create or replace function conflict_needs_agreement(in_kind text) returns boolean immutable language sql
begin atomic
    select in_kind in ('same_unit', 'dual_relationship');
end;
-- Whom one declaration meets now. What a coordinator knows by id and must be blocked needs no decision; everything else does.
create or replace function conflict_declared() returns trigger
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    participants uuid[];
    accounts uuid[];
begin
    with found as (
        select 'known' as basis, new.participant_id, new.account_id, null::uuid as other_id
        where num_nonnulls(new.participant_id, new.account_id) = 1
        union all
        select 'name', c.participant_id, null, null from contacts c
        where c.name_digest = new.name_digest and c.participant_id is distinct from new.for_participant_id
        union all
        select 'name', null, s.id, null from staff s
        where s.name_digest = new.name_digest and s.id is distinct from new.for_account_id
        union all
        (select distinct on (d.for_participant_id, d.for_account_id) 'unit', d.for_participant_id, d.for_account_id, d.id
        from conflict_declarations d
        where d.unit_digest = new.unit_digest and d.withdrawn_at is null
            and (d.for_participant_id, d.for_account_id) is distinct from (new.for_participant_id, new.for_account_id)
            and daterange(d.from_date, d.to_date, '[]') && daterange(new.from_date, new.to_date, '[]')
        order by d.for_participant_id, d.for_account_id, d.id)),
    matched as (
        insert into conflict_matches (
            declaration_id, other_declaration_id, basis, for_participant_id, for_account_id, participant_id, account_id,
            needs_agreement, state, created_at)
        select new.id, f.other_id, f.basis, new.for_participant_id, new.for_account_id, f.participant_id, f.account_id,
            conflict_needs_agreement(new.kind),
            case when f.basis = 'known' and not conflict_needs_agreement(new.kind) then 'blocked' else 'unconfirmed' end, app_now()
        from found f
        on conflict do nothing
        returning *)
    select array_agg(m.participant_id), array_agg(m.account_id) into participants, accounts from matched m;
    perform conflicts_recheck(participants || new.for_participant_id, accounts || new.for_account_id);
    return null;
end
$$;
alter function conflict_declared() owner to alongside_definer;
create or replace trigger conflict_declared after insert on conflict_declarations
    for each row execute function conflict_declared();
create or replace function conflict_withdrawn() returns trigger
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    participants uuid[];
    accounts uuid[];
begin
    with ended as (
        update conflict_matches m set ended_at = app_now(), version = m.version + 1
        where (m.declaration_id = new.id or m.other_declaration_id = new.id) and m.ended_at is null
        returning *)
    select array_agg(e.for_participant_id) || array_agg(e.participant_id), array_agg(e.for_account_id) || array_agg(e.account_id)
    into participants, accounts from ended e;
    perform conflicts_recheck(participants, accounts);
    return null;
end
$$;
alter function conflict_withdrawn() owner to alongside_definer;
create or replace trigger conflict_withdrawn after update of withdrawn_at on conflict_declarations
    for each row execute function conflict_withdrawn();
-- A later joiner, or a name that changed, meets what was declared before. What matched the former name stays until it is decided:
-- nobody escapes by another spelling.
create or replace function conflict_named() returns trigger
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    named_participant uuid;
    named_account uuid;
    participants uuid[];
    accounts uuid[];
begin
    if tg_table_name = 'contacts' then
        named_participant := (to_jsonb(new)->>'participant_id')::uuid;
    else
        named_account := (to_jsonb(new)->>'id')::uuid;
    end if;
    with matched as (
        insert into conflict_matches (
            declaration_id, basis, for_participant_id, for_account_id, participant_id, account_id, needs_agreement, state, created_at)
        select d.id, 'name', d.for_participant_id, d.for_account_id, named_participant, named_account,
            conflict_needs_agreement(d.kind), 'unconfirmed', app_now()
        from conflict_declarations d
        where d.name_digest = new.name_digest and d.withdrawn_at is null
            and coalesce(d.for_participant_id, d.for_account_id) <> coalesce(named_participant, named_account)
        on conflict do nothing
        returning *)
    select array_agg(m.for_participant_id), array_agg(m.for_account_id) into participants, accounts from matched m;
    perform conflicts_recheck(participants || named_participant, accounts || named_account);
    if named_account is not null then
        perform exclusion_request_matched(r.id) from exclusion_requests r where r.name_digest = new.name_digest;
    end if;
    return null;
end
$$;
alter function conflict_named() owner to alongside_definer;
create or replace trigger conflict_named_new after insert on contacts
    for each row when (new.name_digest is not null) execute function conflict_named();
create or replace trigger conflict_named after update on contacts
    for each row when (new.name_digest is not null and new.name_digest is distinct from old.name_digest)
    execute function conflict_named();
create or replace trigger conflict_named_new after insert on staff
    for each row when (new.name_digest is not null) execute function conflict_named();
create or replace trigger conflict_named after update on staff
    for each row when (new.name_digest is not null and new.name_digest is distinct from old.name_digest)
    execute function conflict_named();

-- I13, R14: a coordinator handles what is about people they see, never what is about themselves or somebody they are excluded from.
-- Who is meant by a digest counts as well, and of that the coordinator must not learn: hence it looks past row level security.
create or replace function conflict_is_hidden(in_declaration_id uuid) returns boolean
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return exists (
        select from conflict_matches m
        where (m.declaration_id = in_declaration_id or m.other_declaration_id = in_declaration_id)
            and (actor_account_id() in (m.for_account_id, m.account_id) or exists (
                select from participant_exclusions x
                where x.account_id = actor_account_id() and x.participant_id in (m.for_participant_id, m.participant_id))));
end
$$;
alter function conflict_is_hidden(uuid) owner to alongside_definer;
create or replace function sees_conflict(
    in_declaration_id uuid, in_for_participant_id uuid, in_for_account_id uuid, in_participant_id uuid, in_account_id uuid)
returns boolean
language plpgsql stable
cost 1000 -- so that lists ask it for the rows of a page, not for every row they might show
set search_path = alongside, pg_catalog
as $$
begin
    return actor_role() = 'coordinator'
        and actor_account_id() is distinct from in_for_account_id and actor_account_id() is distinct from in_account_id
        and not exists (
            select from participant_exclusions x
            where x.account_id = actor_account_id() and x.participant_id in (in_for_participant_id, in_participant_id))
        and (num_nonnulls(in_for_participant_id, in_participant_id) = 0
            or coalesce(sees_participant(in_for_participant_id), false) or coalesce(sees_participant(in_participant_id), false))
        and not conflict_is_hidden(in_declaration_id);
end
$$;

-- The groups in which both are now.
create or replace function conflict_shared_group_ids(in_one uuid, in_other uuid) returns uuid[]
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    if actor_role() <> 'coordinator' then
        return '{}';
    end if;
    return array(
        select g from unnest(conflict_group_ids(array[in_one])) g
        where g = any (conflict_group_ids(array[in_other])) and g <> all (actor_own_group_ids()) order by g);
end
$$;
alter function conflict_shared_group_ids(uuid, uuid) owner to alongside_definer;

create or replace view conflict_matches_json with (security_invoker = true) as
select m.id, m.version, m.created_at, m.declaration_id, m.state, m.raised_at, m.ended_at, m.for_participant_id, m.participant_id,
    json_build_object(
        'id', m.id,
        'declaration_id', m.declaration_id,
        'kind', d.kind,
        'period', d.period,
        'basis', m.basis,
        'needs_agreement', m.needs_agreement,
        'state', m.state,
        'is_blocking', m.is_blocking,
        'for_participant_id', m.for_participant_id,
        'for_account_id', m.for_account_id,
        'participant_id', m.participant_id,
        'account_id', m.account_id,
        'group_ids', case when m.ended_at is null then conflict_shared_group_ids(m.for_person_id, m.person_id) else '{}' end,
        'same_person', m.same_person,
        'informed_agreement', m.informed_agreement,
        'decided_by', m.decided_by,
        'decided_at', utc(m.decided_at),
        'raised_at', utc(m.raised_at),
        'ended_at', utc(m.ended_at),
        'created_at', utc(m.created_at)) as body
from conflict_matches m join conflict_declarations d on d.id = m.declaration_id;

-- Peers and hosts: what they said, nothing more. Coordinators: also for whom, about whom, and whom it meets.
create or replace view conflict_declarations_json with (security_invoker = true) as
select d.id, d.version, d.created_at, d.declared_by, d.for_participant_id, d.withdrawn_at, json_build_object(
    'id', d.id,
    'kind', d.kind,
    'period', d.period,
    'about', case when d.unit_digest is not null then 'unit' when d.name_digest is not null then 'name' else 'known' end,
    'from', d.from_date,
    'to', d.to_date,
    'state', case when d.withdrawn_at is null then 'standing' else 'withdrawn' end,
    'for_participant_id', case when (select actor_role()) = 'coordinator' then d.for_participant_id end,
    'for_account_id', case when (select actor_role()) = 'coordinator' then d.for_account_id end,
    'participant_id', case when (select actor_role()) = 'coordinator' then d.participant_id end,
    'account_id', case when (select actor_role()) = 'coordinator' then d.account_id end,
    'matches', case when (select actor_role()) = 'coordinator' then (
        select coalesce(json_agg(json_build_object(
            'id', m.id, 'basis', m.basis, 'state', m.state, 'participant_id', m.participant_id, 'account_id', m.account_id)
            order by m.created_at, m.id), '[]')
        from conflict_matches m where m.declaration_id = d.id) end,
    'created_at', utc(d.created_at),
    'withdrawn_at', utc(d.withdrawn_at)) as body
from conflict_declarations d;

-- A6.5: people read in the audit who has looked at their file. What others do about conflicts is found there by its object, not by its
-- people: a look at a match would tell either side that there is one.
create or replace function conflict_audited() returns uuid[] stable language sql
begin atomic
    select case when actor_role() = 'peer' then array[actor_participant_id()] end;
end;

-- Whether an account is one of the staff's; asked for what a coordinator names.
create or replace function is_staff(in_account_id uuid) returns boolean
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return actor_role() = 'coordinator' and exists (select from accounts a where a.id = in_account_id and a.role <> 'peer');
end
$$;
alter function is_staff(uuid) owner to alongside_definer;

create or replace function conflict_declaration_faults(in_body jsonb) returns jsonb
language plpgsql stable
set search_path = alongside, pg_catalog
as $$
declare
    kind text := in_body->>'kind';
    is_unit boolean := kind = 'same_unit';
    by_coordinator boolean := actor_role() = 'coordinator';
    named int := num_nonnulls(in_body->>'name_digest', in_body->>'participant_id', in_body->>'account_id');
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
                    and not is_staff((in_body->>'for_account_id')::uuid) then 'does-not-exist' end),
                ('for_participant_id', case when by_coordinator and in_body->>'for_participant_id' is not null
                    and not sees_participant((in_body->>'for_participant_id')::uuid) then 'does-not-exist' end),
                ('account_id', case when by_coordinator and in_body->>'account_id' is not null
                    and not is_staff((in_body->>'account_id')::uuid) then 'does-not-exist' end),
                ('participant_id', case when by_coordinator and in_body->>'participant_id' is not null
                    and not sees_participant((in_body->>'participant_id')::uuid) then 'does-not-exist' end)) f (name, code)
        where f.code is not null);
end
$$;
-- A peer or a host for themselves; a coordinator for somebody they see, or for themselves.
create or replace function conflict_declarations_create(in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
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
    -- Nobody searches the program for names one after the other, be it by watching the clock.
    elsif not by_coordinator and (
        select count(*) from conflict_declarations d
        where d.declared_by = actor_account_id() and d.created_at > app_now() - interval '24 hours') >= 20
    then
        perform problem('conflict', '{"reason": "too-many-today"}');
    end if;
    insert into conflict_declarations (
        id, kind, period, for_participant_id, for_account_id, participant_id, account_id, name_digest, unit_digest, from_date,
        to_date, declared_by, created_at)
    values (
        new_id, in_body->>'kind', in_body->>'period', for_participant, for_account, (in_body->>'participant_id')::uuid,
        (in_body->>'account_id')::uuid, in_body->>'name_digest', in_body->>'unit_digest', (in_body->>'from')::date,
        (in_body->>'to')::date, actor_account_id(), app_now());
    perform audit('create', 'conflict_declaration', new_id, conflict_audited(), body_fields(in_body));
    if not by_coordinator then
        -- What was found, or not, must not be read from how long it took.
        perform pg_sleep(random() * 0.02);
    end if;
    return (
        select respond(201, d.body, '/v1/conflict-declarations/' || d.id)
        from conflict_declarations_json d where d.id = new_id);
end
$$;
-- By whoever declared it or a coordinator, at any time; again is the same.
create or replace function conflict_declarations_withdraw(in_id uuid) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    declaration conflict_declarations;
begin
    select * into declaration from conflict_declarations d where d.id = in_id for update;
    if not found then
        perform problem('not-found');
    end if;
    if declaration.withdrawn_at is null then
        update conflict_declarations d set withdrawn_at = app_now(), withdrawn_by = actor_account_id(), version = d.version + 1
        where d.id = in_id;
        perform audit('withdraw', 'conflict_declaration', in_id, conflict_audited());
    end if;
    return (
        select respond(200, d.body) from conflict_declarations_json d where d.id = in_id);
end
$$;

-- By voice: is it the same person, and do those concerned agree, knowing what it is about. A hard block between people who are who
-- they are is not lifted by a decision; the declaration is taken back, or somebody goes to another group.
create or replace function conflict_matches_decide(in_id uuid, in_if_match int[], in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    matched conflict_matches;
    is_same boolean := (in_body->>'same_person')::boolean;
    agreed boolean := (in_body->>'informed_agreement')::boolean;
    allows boolean := in_body->>'decision' = 'allow';
begin
    select * into matched from conflict_matches m where m.id = in_id for update;
    if not found then
        perform problem('not-found');
    end if;
    perform require_version(in_if_match, matched.version);
    if matched.ended_at is not null then
        perform problem_state('ended');
    elsif is_same is false and (matched.basis <> 'name' or not allows) then
        perform problem_field('same_person', 'invalid');
    elsif allows and is_same is null and matched.basis = 'name' then
        perform problem_field('same_person', 'required');
    elsif allows and is_same is not false and not matched.needs_agreement then
        perform problem('conflict', '{"reason": "hard-block"}');
    elsif allows and is_same is not false and agreed is not true then
        perform problem_field('informed_agreement', 'required');
    end if;
    update conflict_matches m set
        state = case when allows then 'allowed' else 'blocked' end,
        same_person = is_same,
        informed_agreement = case when allows then agreed end,
        decided_by = actor_account_id(),
        decided_at = app_now(),
        version = m.version + 1
    where m.id = in_id;
    perform conflicts_recheck(
        array[matched.for_participant_id, matched.participant_id], array[matched.for_account_id, matched.account_id]);
    perform audit('decide', 'conflict_match', in_id, in_fields => body_fields(in_body));
    return (select respond(200, m.body, null, m.version) from conflict_matches_json m where m.id = in_id);
end
$$;

-- R14: everybody of the staff who bears that name is excluded at once; the person who asked is not told whether there was anybody.
create or replace function exclusion_request_matched(in_id uuid) returns void
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    request exclusion_requests;
begin
    select * into request from exclusion_requests r where r.id = in_id and r.state = 'open' for update;
    if found and exists (select from staff s where s.name_digest = request.name_digest) then
        insert into participant_exclusions (participant_id, account_id, reason, created_by, created_at)
        select request.participant_id, s.id, 'asked_by_peer', p.account_id, app_now()
        from staff s cross join participants p
        where s.name_digest = request.name_digest and p.id = request.participant_id
        on conflict do nothing;
        update exclusion_requests r set state = 'matched', name_digest = null, closed_at = app_now(), version = r.version + 1
        where r.id = in_id;
    end if;
end
$$;
alter function exclusion_request_matched(uuid) owner to alongside_definer;

create or replace view exclusion_requests_json with (security_invoker = true) as
select r.id, r.version, r.participant_id, r.state, r.created_at, json_build_object(
    'id', r.id,
    'participant_id', r.participant_id,
    'state', r.state,
    'created_at', utc(r.created_at),
    'closed_at', utc(r.closed_at),
    'closed_by', r.closed_by) as body
from exclusion_requests r;

create or replace function exclusion_requests_create(in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    new_id uuid := gen_random_uuid();
begin
    insert into exclusion_requests (id, participant_id, name_digest, created_at)
    values (new_id, actor_participant_id(), in_body->>'staff_name_digest', app_now());
    perform exclusion_request_matched(new_id);
    perform audit('create', 'exclusion_request', new_id, array[actor_participant_id()], body_fields(in_body));
    perform pg_sleep(random() * 0.02);
    return respond(202, json_build_object('id', new_id, 'received_at', utc(app_now())));
end
$$;
-- The coordinator has asked by voice who is meant, and excluded them by id where they are of the staff.
create or replace function exclusion_requests_close(in_id uuid, in_if_match int[]) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    request exclusion_requests;
begin
    select * into request from exclusion_requests r where r.id = in_id for update;
    if not found then
        perform problem('not-found');
    end if;
    perform require_version(in_if_match, request.version);
    if request.state <> 'open' then
        perform problem_state(request.state);
    end if;
    update exclusion_requests r set
        state = 'closed', name_digest = null, closed_at = app_now(), closed_by = actor_account_id(), version = r.version + 1
    where r.id = in_id;
    perform audit('close', 'exclusion_request', in_id);
    return (select respond(200, r.body, null, r.version) from exclusion_requests_json r where r.id = in_id);
end
$$;
