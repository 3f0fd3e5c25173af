-- SPDX-License-Identifier: MIT
-- Do not place together (A6.5, R1). Whoever declares learns nothing from the answer: what a declaration meets is found by triggers
-- that look past row level security, blocks at once, and is seen by coordinators alone.

-- A person may have two logins, as somebody of the staff and as a peer (S0.20); what stands against one stands against the other.
-- Each person with every id they go by, their own included.
-- Planned once: a few ids each time, planning would cost more than asking.
create or replace function conflict_selves(in_persons uuid[]) returns table (person uuid, id uuid)
language plpgsql stable rows 20 security definer set plan_cache_mode = force_generic_plan as $$
begin
    return query
    select p, p from unnest(in_persons) p
    union
    select p, x.participant_id from unnest(in_persons) p join exclusions x on x.account_id = p and x.reason = 'own_case'
    union
    select p, x.account_id from unnest(in_persons) p join exclusions x on x.participant_id = p and x.reason = 'own_case'
    union
    select p, peer.participant_id
    from unnest(in_persons) p
    join accounts host on host.id = p and host.role <> 'peer'
    join accounts peer on peer.issuer = host.issuer and peer.subject = host.subject and peer.role = 'peer'
    union
    select p, host.id
    from unnest(in_persons) p
    join accounts peer on peer.participant_id = p
    join accounts host on host.issuer = peer.issuer and host.subject = peer.subject and host.role <> 'peer';
end $$;

-- Who is in a group: those who hold a seat, and those who lead it or one of its sessions still to come.
create or replace function conflict_persons(in_cohort_id uuid) returns setof uuid language plpgsql stable security definer as $$
begin
    return query
    select e.participant_id from enrolments e where e.cohort_id = in_cohort_id and e.holds_seat
    union
    select h.account_id from host_assignments h left join sessions s on s.id = h.session_id
    where h.cohort_id = in_cohort_id and h.released_at is null and (h.session_id is null or s.state in ('scheduled', 'in_progress'));
end $$;

-- The groups under way or to come in which somebody of these persons is, under either login.
create or replace function conflict_cohort_ids(in_persons uuid[]) returns uuid[] language plpgsql stable security definer as $$
declare
    ids uuid[] := array(select s.id from conflict_selves(in_persons) s);
begin
    return array(
        select g.id
        from (
            select e.cohort_id from enrolments e where e.participant_id = any (ids) and e.holds_seat
            union
            select h.cohort_id
            from host_assignments h left join sessions s on s.id = h.session_id
            where h.account_id = any (ids) and h.released_at is null
                and (h.session_id is null or s.state in ('scheduled', 'in_progress'))) i
        join cohorts g on g.id = i.cohort_id and g.state not in ('completed', 'cancelled')
        order by g.id);
end $$;

-- Whether two of these persons must not be together: declared by either side, found in the records, or excluded from the other's
-- file. in_person_id: only what stands between this one and the others.
-- Planned once: a few ids each time, planning would cost more than asking.
create or replace function conflict_stands(in_persons uuid[], in_person_id uuid default null) returns boolean
language plpgsql stable security definer set plan_cache_mode = force_generic_plan as $$
declare
    persons uuid[];
    ids uuid[];
begin
    select array_agg(s.person), array_agg(s.id) into persons, ids
    from conflict_selves(in_persons || in_person_id) s where s.id is not null;
    -- I13: who leads a group is no peer in it.
    return exists (
        select from unnest(persons, ids) s (person, id)
        where s.id <> s.person and s.id = any (persons) and (in_person_id is null or in_person_id in (s.person, s.id)))
    or exists (
        select
        from (
            select m.for_person_id as one, m.person_id as other, m.basis = 'record' as is_record
            from conflict_matches m where m.for_person_id = any (ids) and m.is_blocking
            union all
            select x.participant_id, x.account_id, false from exclusions x where x.participant_id = any (ids)) p
        join unnest(persons, ids) a (person, id) on a.id = p.one
        join unnest(persons, ids) b (person, id) on b.id = p.other and b.person <> a.person
        -- Two who once sat together may do so again; what is asked is whether one of them may lead.
        where (not p.is_record or a.id = a.person and b.id = b.person)
            and (in_person_id is null or in_person_id in (a.person, b.person)));
end $$;

-- A6.5: whether two who are in it must not meet; for coordinators.
create or replace function conflict_blocks_cohort(in_cohort_id uuid) returns boolean language plpgsql stable security definer as $$
begin
    return actor_role() = 'coordinator' and conflict_stands(array(select conflict_persons(in_cohort_id)));
end $$;

-- The questions of placement, assignment and start. Silent: yes or no, never who or why.
create or replace function conflict_blocks_participant(in_participant_id uuid, in_cohort_id uuid) returns boolean
language plpgsql stable security definer as $$
begin
    return conflict_stands(array(select conflict_persons(in_cohort_id)), in_participant_id);
end $$;

create or replace function conflict_blocks_host(in_account_id uuid, in_cohort_id uuid) returns boolean
language plpgsql stable security definer as $$
begin
    return actor_role() = 'coordinator' and conflict_stands(array(select conflict_persons(in_cohort_id)), in_account_id);
end $$;

-- I5: today's roster, and who leads today, substitutions counted.
create or replace function conflict_blocks_session(in_session_id uuid) returns boolean language plpgsql stable security definer as $$
begin
    return conflict_stands(array(
        select e.participant_id from sessions s join enrolments e on e.cohort_id = s.cohort_id and e.is_seated
        where s.id = in_session_id
        union
        select l.account_id from session_leads l where l.session_id = in_session_id));
end $$;

-- Whoever seats or assigns holds the person, shared, before asking the questions above; whoever changes what stands against a person
-- holds them alone, all persons at once in the order of their ids, and never waits for a group after that. So of a declaration and a
-- seat taken at the same moment the later one always sees the earlier.
create or replace function conflict_key(in_person_id uuid) returns bigint stable language sql
return hashtextextended('person ' || in_person_id, 0);

create or replace function conflict_hold(in_person_id uuid) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(conflict_key(in_person_id));
end $$;

create or replace function conflict_hold_alone(variadic in_person_ids uuid[]) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock(conflict_key(p.id)) from (select i.id from unnest(in_person_ids) i (id) order by i.id) p;
end $$;

-- Marks for the coordinators which matches of these persons stand in a group now. Groups themselves show nothing: a changed ETag
-- would tell whoever declares that somebody of the group is meant.
create or replace function conflict_raise(in_persons uuid[]) returns void language plpgsql security definer as $$
declare
    ids uuid[] := array(select s.id from conflict_selves(in_persons) s);
begin
    update conflict_matches m set raised_at = case when m.raised_at is null then app_now() end, version = m.version + 1
    where m.id in (
        select r.id
        from conflict_matches r
        where r.ended_at is null and (r.for_person_id = any (ids) or r.person_id = any (ids))
            and (r.raised_at is not null) <> (r.is_blocking and conflict_match_met_in(r) <> '{}')
        -- What somebody is deciding about right now is theirs to raise: they do it when they have decided.
        for update skip locked);
end $$;

create or replace function conflict_recheck(in_participant_ids uuid[], in_account_ids uuid[]) returns void
language plpgsql security definer as $$
declare
    persons uuid[] := array(
        select distinct s.id from conflict_selves(coalesce(in_participant_ids, '{}') || coalesce(in_account_ids, '{}')) s
        where s.id is not null);
begin
    perform conflict_hold_alone(variadic persons);
    perform conflict_raise(persons);
end $$;

-- A host who was once in a group beside this peer, as a peer themself: nobody declared it, the records know. One match for each such
-- host and peer of these groups.
create or replace function conflict_record(in_cohort_ids uuid[]) returns void language plpgsql security definer as $$
declare
    accounts uuid[];
begin
    with seated as (
        select distinct e.cohort_id, e.participant_id from enrolments e
        where e.cohort_id = any (in_cohort_ids) and (
            e.state in ('confirmed', 'active', 'completed') or e.state in ('withdrawn', 'removed') and e.decided_at is not null)),
    hosts as (
        select s.person as participant_id, s.id as account_id
        from conflict_selves(array(select distinct t.participant_id from seated t)) s
        join accounts a on a.id = s.id and a.role in ('peer_supporter', 'mental_health_professional')),
    found as (
        insert into conflict_matches (basis, for_account_id, participant_id, needs_agreement, state, created_at)
        select distinct 'record', h.account_id, other.participant_id, true, 'unconfirmed', app_now()
        from hosts h
        join seated own on own.participant_id = h.participant_id
        join seated other on other.cohort_id = own.cohort_id
        where not exists (
            select from hosts o where o.account_id = h.account_id and o.participant_id = other.participant_id)
        on conflict do nothing
        returning for_account_id)
    select array_agg(distinct f.for_account_id) into accounts from found f;
    perform conflict_raise(accounts) where accounts is not null;
end $$;

-- A seat is held or freed, a host comes or goes.
create or replace function conflict_person_moved() returns trigger language plpgsql security definer as $$
declare
    moved jsonb := to_jsonb(new);
    person uuid := coalesce(moved->>'participant_id', moved->>'account_id');
begin
    if coalesce((moved->>'holds_seat')::boolean, moved->>'released_at' is null) then
        perform conflict_hold(person);
    end if;
    perform conflict_raise(array[person]);
    return null;
end $$;
create or replace trigger conflict_person_comes after insert on enrolments
    for each row when (new.holds_seat) execute function conflict_person_moved();
create or replace trigger conflict_person_moves after update on enrolments
    for each row when (new.holds_seat <> old.holds_seat) execute function conflict_person_moved();
create or replace trigger conflict_person_comes after insert on host_assignments
    for each row execute function conflict_person_moved();
create or replace trigger conflict_person_moves after update on host_assignments
    for each row when (new.released_at is distinct from old.released_at) execute function conflict_person_moved();

-- Two sit together from here on: should one of them lead later, it is known.
create or replace function conflict_seat_shared() returns trigger language plpgsql security definer as $$
begin
    perform conflict_record(array[new.cohort_id]);
    return null;
end $$;
create or replace trigger conflict_seat_shared after update of state on enrolments
    for each row when (new.state = 'confirmed' and old.state <> 'confirmed') execute function conflict_seat_shared();

create or replace function conflict_exclusions_changed() returns trigger language plpgsql security definer as $$
begin
    perform conflict_recheck(array_agg(x.participant_id), array_agg(x.account_id)) from changed x;
    if tg_op = 'DELETE' then
        -- Not their own case after all.
        update conflict_matches m set ended_at = app_now(), raised_at = null, version = m.version + 1
        where m.basis = 'record' and m.ended_at is null
            and m.for_account_id in (select x.account_id from changed x where x.reason = 'own_case');
    end if;
    perform conflict_record(array(
        select e.cohort_id from changed x cross join lateral conflict_selves(array[x.account_id]) s
        join enrolments e on e.participant_id = s.id
        where x.reason = 'own_case'));
    return null;
end $$;
create or replace trigger conflict_exclusions_made after insert on exclusions
    referencing new table as changed for each statement execute function conflict_exclusions_changed();
create or replace trigger conflict_exclusions_lifted after delete on exclusions
    referencing old table as changed for each statement execute function conflict_exclusions_changed();

-- Where the participants live whom a declaration or a match names: a coordinator's list asks for it row by row.
create or replace function conflict_region_keys(in_one uuid, in_other uuid) returns text[] stable language sql
begin atomic
    select array(select distinct p.region_key from participants p where p.id in (in_one, in_other) order by p.region_key);
end;

create or replace function conflict_located() returns trigger language plpgsql security definer as $$
begin
    new.region_keys := conflict_region_keys(new.for_participant_id, new.participant_id);
    return new;
end $$;
create or replace trigger located before insert on conflict_declarations for each row execute function conflict_located();
create or replace trigger located before insert on conflict_matches for each row execute function conflict_located();

create or replace function conflict_person_relocated() returns trigger language plpgsql security definer as $$
begin
    update conflict_declarations d set region_keys = conflict_region_keys(d.for_participant_id, d.participant_id)
    where d.for_participant_id = new.id or d.participant_id = new.id;
    update conflict_matches m set region_keys = conflict_region_keys(m.for_participant_id, m.participant_id)
    where m.for_person_id = new.id or m.person_id = new.id;
    return null;
end $$;
create or replace trigger conflict_person_relocated after update on participants
    for each row when (new.region is distinct from old.region) execute function conflict_person_relocated();

create or replace function conflict_needs_agreement(in_kind text) returns boolean immutable language sql
return in_kind in ('same_unit', 'dual_relationship');

-- Whom one declaration meets now. What a coordinator knows by id and must be blocked needs no decision; everything else does.
create or replace function conflict_declared() returns trigger language plpgsql security definer as $$
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
    perform conflict_recheck(participants || new.for_participant_id, accounts || new.for_account_id);
    return null;
end $$;
create or replace trigger conflict_declared after insert on conflict_declarations
    for each row execute function conflict_declared();

create or replace function conflict_withdrawn() returns trigger language plpgsql security definer as $$
begin
    update conflict_matches m set ended_at = app_now(), raised_at = null, version = m.version + 1
    where (m.declaration_id = new.id or m.other_declaration_id = new.id) and m.ended_at is null;
    return null;
end $$;
create or replace trigger conflict_withdrawn after update of withdrawn_at on conflict_declarations
    for each row execute function conflict_withdrawn();

-- What is answered to a peer or a host must not be read from how long it took: whatever was found, or not, the answer leaves on the
-- next beat after the question came.
create or replace function conflict_answer_evenly() returns void language plpgsql as $$
declare
    beat constant float := 0.025;
    spent float := extract(epoch from clock_timestamp() - transaction_timestamp());
begin
    if actor_role() <> 'coordinator' then
        perform pg_sleep(beat * ceil(spent / beat) - spent);
    end if;
end $$;

-- A later joiner, or a name that changed, meets what was declared before. What matched the former name stays until it is decided:
-- nobody escapes by another spelling.
create or replace function conflict_named() returns trigger language plpgsql security definer as $$
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
    if named_account is not null then
        -- All persons at once, before an exclusion holds some of them.
        participants := participants || array(
            select r.participant_id from exclusion_requests r where r.name_digest = new.name_digest);
    end if;
    perform conflict_recheck(participants || named_participant, accounts || named_account);
    if named_account is not null then
        perform exclusion_request_match(new.name_digest);
    elsif actor_role() = 'peer' then
        perform conflict_answer_evenly();
    end if;
    return null;
end $$;
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
