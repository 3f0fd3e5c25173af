-- SPDX-License-Identifier: MIT
-- Do not place together (A6.5, R1). Whoever declares learns nothing from the answer: nothing is compared in a request. What is found
-- blocks, and is seen by coordinators alone; conflict_compare_…() find it, one subject of comparisons.sql each.

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
    select h.host_id from host_assignments h left join sessions s on s.id = h.session_id
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
            where h.host_id = any (ids) and h.released_at is null
                and (h.session_id is null or s.state in ('scheduled', 'in_progress'))) i
        join cohorts g on g.id = i.cohort_id and g.state not in ('completed', 'cancelled')
        order by g.id);
end $$;

-- Whether two of these persons must not be together: declared by either side, found in the records, or excluded from the other's
-- file. in_person_id: only what stands between this one and the others. in_is_decided: only what coordinators have decided, or declared
-- themselves (decision 17).
-- Planned once: a few ids each time, planning would cost more than asking.
create or replace function conflict_stands(in_persons uuid[], in_person_id uuid default null, in_is_decided boolean default false)
returns boolean language plpgsql stable security definer set plan_cache_mode = force_generic_plan as $$
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
            from conflict_matches m
            where m.for_person_id = any (ids) and m.is_blocking and (not in_is_decided or m.state = 'blocked')
            union all
            select x.participant_id, x.account_id, false from exclusions x
            where x.participant_id = any (ids) and (not in_is_decided or x.reason = 'own_case' or exists (
                select from accounts a where a.id = x.created_by and a.role = 'coordinator'))) p
        join unnest(persons, ids) a (person, id) on a.id = p.one
        join unnest(persons, ids) b (person, id) on b.id = p.other and b.person <> a.person
        -- Two who once sat together may do so again; what is asked is whether one of them may lead.
        where (not p.is_record or a.id = a.person and b.id = b.person)
            and (in_person_id is null or in_person_id in (a.person, b.person)));
end $$;

-- A6.5: whether two who are in it must not meet, as decided; for coordinators.
create or replace function conflict_blocks_cohort(in_cohort_id uuid) returns boolean language plpgsql stable security definer as $$
begin
    return actor_role() = 'coordinator' and in_cohort_id <> all (actor_own_cohort_ids())
        and conflict_stands(array(select conflict_persons(in_cohort_id)), in_is_decided => true);
end $$;

-- The questions of placement, assignment and start. The answer is yes or no, never who or why.
create or replace function conflict_blocks_participant(in_participant_id uuid, in_cohort_id uuid) returns boolean
language plpgsql stable security definer as $$
begin
    return conflict_stands(array(select conflict_persons(in_cohort_id)), in_participant_id);
end $$;

-- Of the staff and guests alone, and not of the actor's own groups (I13): nobody tries out persons here.
create or replace function conflict_blocks_host(in_host_id uuid, in_cohort_id uuid) returns boolean
language plpgsql stable security definer as $$
begin
    perform require_role('coordinator');
    return (account_is_staff(in_host_id) or exists (select from guests g where g.id = in_host_id))
        and in_cohort_id <> all (actor_own_cohort_ids()) and (
            host_is_barred(in_host_id, in_cohort_id)
            or conflict_stands(array(select conflict_persons(in_cohort_id)), in_host_id));
end $$;

-- Whether this person has said something that no coordinator has talked about with them yet (decision 16). Until then they are placed
-- nowhere, whatever it meets: what is tried out in a declaration does not show in what follows. Who said only, when they asked for this
-- one, that there is somebody, is placed elsewhere.
create or replace function conflict_is_said(in_participant_id uuid, in_cohort_id uuid) returns boolean
language plpgsql stable security definer as $$
begin
    perform require_role('coordinator', 'worker');
    return exists (select from exclusion_requests r where r.participant_id = in_participant_id and r.state = 'open')
        or exists (
            select from conflict_declarations d where d.for_participant_id = in_participant_id and d.conversation_at is null)
        or exists (
            select from enrolments e
            where e.participant_id = in_participant_id and e.cohort_id = in_cohort_id and e.is_live and registration_is_unheard(e.id));
end $$;

-- I5, decision 17: today's roster, and who leads today, substitutions counted; only what is decided stops a session.
create or replace function conflict_blocks_session(in_session_id uuid) returns boolean language plpgsql stable security definer as $$
begin
    return conflict_stands(array(
        select e.participant_id from sessions s join enrolments e on e.cohort_id = s.cohort_id and e.is_seated
        where s.id = in_session_id and place_is_held(s, e.id)
        union
        select l.host_id from session_leads l where l.session_id = in_session_id), in_is_decided => true);
end $$;

-- The same of one who is to come beside them.
create or replace function conflict_blocks_place(in_participant_id uuid, in_session_id uuid) returns boolean
language plpgsql stable security definer as $$
begin
    return conflict_stands(array(
        select e.participant_id from sessions s join enrolments e on e.cohort_id = s.cohort_id and e.is_seated
        where s.id = in_session_id and place_is_held(s, e.id)
        union
        select l.host_id from session_leads l where l.session_id = in_session_id), in_participant_id, true);
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
            and (r.raised_at is not null) <> (r.state <> 'allowed' and conflict_match_met_in(r) <> '{}')
        -- What somebody is deciding about right now is compared again when they have decided.
        for no key update skip locked);
end $$;

-- A host who was once in a group beside this peer, as a peer themself: nobody declared it, the records know. One match for each such
-- host and peer of the groups in which this person has, or had, a part.
create or replace function conflict_record(in_person_id uuid) returns void language plpgsql as $$
declare
    cohort_ids uuid[] := array(
        select distinct e.cohort_id from conflict_selves(array[in_person_id]) s join enrolments e on e.participant_id = s.id);
begin
    with seated as (
        select distinct e.cohort_id, e.participant_id from enrolments e
        where e.cohort_id = any (cohort_ids) and (
            e.state in ('confirmed', 'active', 'completed') or e.state in ('withdrawn', 'removed') and e.decided_at is not null)),
    hosts as (
        select s.person as participant_id, s.id as account_id
        from conflict_selves(array(select distinct t.participant_id from seated t)) s
        join accounts a on a.id = s.id and a.role in ('peer_supporter', 'mental_health_professional'))
    insert into conflict_matches (basis, for_account_id, participant_id, needs_agreement, state, created_at)
    select distinct 'record', h.account_id, other.participant_id, true, 'unconfirmed', app_now()
    from hosts h
    join seated own on own.participant_id = h.participant_id
    join seated other on other.cohort_id = own.cohort_id
    where not exists (
        select from hosts o where o.account_id = h.account_id and o.participant_id = other.participant_id)
    on conflict do nothing;
end $$;

-- Where the participants live whom a declaration or a match names: a coordinator's list asks for it row by row.
create or replace function conflict_region_keys(in_one uuid, in_other uuid) returns text[] language plpgsql stable as $$
begin
    return array(select distinct p.region_key from participants p where p.id in (in_one, in_other) order by p.region_key);
end $$;

create or replace function conflict_located() returns trigger language plpgsql security definer as $$
begin
    new.region_keys := conflict_region_keys(new.for_participant_id, new.participant_id);
    return new;
end $$;
create or replace trigger located before insert on conflict_declarations for each row execute function conflict_located();
create or replace trigger located before insert on conflict_matches for each row execute function conflict_located();

create or replace function conflict_needs_agreement(in_kind text) returns boolean immutable language sql
return in_kind in ('same_unit', 'dual_relationship');

-- For whom it is declared: ids of participants, accounts and guests are never the same.
create or replace function conflict_declarer(in_declaration conflict_declarations) returns uuid immutable language sql
return coalesce(in_declaration.for_participant_id, in_declaration.for_account_id, in_declaration.for_guest_id);

-- Whom one declaration meets, and with one that was taken back what it met ends, what was decided of it in its own time. What a coordinator
-- knows by id and must be blocked needs no decision; everything else does.
create or replace function conflict_compare_declaration(in_id uuid) returns void language plpgsql as $$
declare
    declaration conflict_declarations := (select d from conflict_declarations d where d.id = in_id);
    for_person_id uuid := conflict_declarer(declaration);
begin
    if declaration.withdrawn_at is not null then
        update conflict_matches m set ended_at = app_now(), raised_at = null, version = m.version + 1
        where (m.declaration_id = in_id or m.other_declaration_id = in_id) and m.ended_at is null
            and (m.state <> 'blocked' or coalesce(declaration.stands_until <= app_now(), true));
        return;
    end if;
    insert into conflict_matches (
        declaration_id, other_declaration_id, basis, for_participant_id, for_account_id, for_guest_id, participant_id, account_id, guest_id,
        needs_agreement, is_certain, is_self_given, state, created_at)
    select in_id, f.other_id, f.basis, declaration.for_participant_id, declaration.for_account_id, declaration.for_guest_id,
        f.participant_id, f.account_id, f.guest_id, conflict_needs_agreement(declaration.kind), f.is_certain, f.is_self_given,
        case when f.basis = 'known' and not conflict_needs_agreement(declaration.kind) then 'blocked' else 'unconfirmed' end, app_now()
    from (
        select
            'known' as basis, declaration.participant_id, declaration.account_id, declaration.guest_id, null::uuid as other_id,
            true as is_certain, false as is_self_given
        where num_nonnulls(declaration.participant_id, declaration.account_id, declaration.guest_id) = 1
        union all
        select 'named', m.participant_id, m.account_id, m.guest_id, null, m.is_certain, m.is_self_given
        from name_digests_meet(in_id) m
        where coalesce(m.participant_id, m.account_id, m.guest_id) <> for_person_id
        union all
        (select distinct on (conflict_declarer(d)) 'unit', d.for_participant_id, d.for_account_id, d.for_guest_id, d.id, true, false
        from conflict_declarations d
        where d.unit_digest = declaration.unit_digest and d.withdrawn_at is null
            and conflict_declarer(d) <> for_person_id
            and daterange(d.from_date, d.to_date, '[]') && daterange(declaration.from_date, declaration.to_date, '[]')
        order by conflict_declarer(d), d.id)) f
    on conflict do nothing;
    perform conflict_raise(array[for_person_id]);
end $$;

-- A later joiner, or another name of somebody, meets what was declared before. What matched a former name stays until it is decided:
-- nobody escapes by another spelling.
create or replace function conflict_meet_declared(in_person_id uuid) returns void language plpgsql as $$
begin
    insert into conflict_matches as m (
        declaration_id, basis, for_participant_id, for_account_id, for_guest_id, participant_id, account_id, guest_id, needs_agreement,
        is_certain, is_self_given, state, created_at)
    select d.id, 'named', d.for_participant_id, d.for_account_id, d.for_guest_id, p.participant_id, p.account_id, p.guest_id,
        conflict_needs_agreement(d.kind), n.is_certain, n.is_self_given, 'unconfirmed', app_now()
    from name_digests_meet(in_person_id) n
    join conflict_declarations d on d.id = n.declaration_id and d.withdrawn_at is null
    cross join lateral (
        select o.participant_id, o.account_id, o.guest_id from name_digests o where o.owner_id = in_person_id limit 1) p
    where conflict_declarer(d) <> in_person_id
    on conflict (declaration_id, person_id) do update set
        is_certain = m.is_certain or excluded.is_certain, is_self_given = m.is_self_given and excluded.is_self_given,
        -- Somebody else of that name, it was said; what is known now may say otherwise.
        state = 'unconfirmed', same_person = null, decided_by = null, decided_at = null, version = m.version + 1
    where m.ended_at is null and (m.state = 'unconfirmed' or m.state = 'allowed' and m.same_person is false)
        and (excluded.is_certain and not m.is_certain or m.is_self_given and not excluded.is_self_given);
end $$;

-- Somebody goes by another name, is reached or lives elsewhere, has a seat or has none any more.
create or replace function conflict_compare_participant(in_id uuid) returns void language plpgsql as $$
begin
    perform conflict_meet_declared(in_id);
    perform conflict_record(in_id);
    update conflict_declarations d set region_keys = k.keys
    from conflict_declarations o cross join lateral conflict_region_keys(o.for_participant_id, o.participant_id) k (keys)
    where o.id = d.id and (o.for_participant_id = in_id or o.participant_id = in_id) and o.region_keys <> k.keys;
    update conflict_matches m set region_keys = k.keys
    from conflict_matches o cross join lateral conflict_region_keys(o.for_participant_id, o.participant_id) k (keys)
    where o.id = m.id and (o.for_person_id = in_id or o.person_id = in_id) and o.region_keys <> k.keys;
    perform conflict_raise(array[in_id]);
end $$;

-- Somebody of the staff is named or renamed, leads or no longer, or is known to be a peer, or to be none: they meet what was declared,
-- and whoever asked that they not see their file.
create or replace function conflict_compare_account(in_id uuid) returns void language plpgsql as $$
begin
    perform conflict_meet_declared(in_id);
    -- Not their own case after all.
    update conflict_matches m set ended_at = app_now(), raised_at = null, version = m.version + 1
    where m.basis = 'record' and m.ended_at is null and m.for_account_id = in_id and not exists (
        select
        from conflict_selves(array[in_id]) s
        join enrolments own on own.participant_id = s.id
        join enrolments other on other.cohort_id = own.cohort_id and other.participant_id = m.participant_id);
    perform conflict_record(in_id);
    perform exclusion_request_match(r.id)
    from (
        select o.id from name_digests_meet(in_id) n join exclusion_requests o on o.id = n.exclusion_request_id
        order by o.participant_id, o.id) r;
    perform conflict_raise(array[in_id]);
end $$;

-- A guest is named or renamed, leads or no longer.
create or replace function conflict_compare_guest(in_id uuid) returns void language plpgsql as $$
begin
    perform conflict_meet_declared(in_id);
    perform conflict_raise(array[in_id]);
end $$;
