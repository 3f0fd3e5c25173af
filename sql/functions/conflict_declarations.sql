-- SPDX-License-Identifier: MIT
-- What somebody declared of another, and took back.

-- What was declared stays as it was; it can be taken back, talked about, and made more pressing, each once and for good.
create or replace function conflict_declaration_guard() returns trigger language plpgsql as $$
declare
    -- With the generated column, which a trigger before the update does not have yet.
    changes text[] := array[
        'withdrawn_at', 'withdrawn_by', 'stands_until', 'counts_from', 'call_from', 'call_due', 'conversation_at', 'conversation_by',
        'region_keys', 'version', 'root_id'];
begin
    if (to_jsonb(new) - changes) <> (to_jsonb(old) - changes)
        or old.withdrawn_at is not null
            and (new.withdrawn_at, new.withdrawn_by, new.stands_until)
                is distinct from (old.withdrawn_at, old.withdrawn_by, old.stands_until)
        or old.conversation_at is not null
            and (new.conversation_at, new.conversation_by) is distinct from (old.conversation_at, old.conversation_by)
        or new.call_due > old.call_due or new.counts_from <> old.counts_from and new.counts_from <> 'now'
    then
        raise exception 'what was declared stays as it was' using errcode = '42501';
    elsif current_user = 'alongside_api' and new.conversation_by is distinct from old.conversation_by
        and (actor_role() <> 'coordinator' or new.conversation_by <> actor_account_id())
    then
        raise exception 'a coordinator has talked about it' using errcode = '42501';
    end if;
    return new;
end $$;
create or replace trigger guard before update on conflict_declarations for each row execute function conflict_declaration_guard();

-- DESIGN 5b.2: who said `now` is called by the sooner of one hour and half the time to their next session, others by the close of the
-- next business day.
create or replace function conflict_declaration_due(in_declaration conflict_declarations) returns timestamptz
language plpgsql stable as $$
declare
    ahead interval;
begin
    if in_declaration.counts_from <> 'now' then
        return business_day_end(in_declaration.created_at, 1);
    end if;
    ahead := conflict_declaration_ahead(in_declaration.declared_by, in_declaration.created_at);
    return in_declaration.created_at + greatest(least(interval '1 hour', ahead / 2), interval '5 minutes');
end $$;

-- How long it is until somebody's next session; nothing while they are in one.
create or replace function conflict_declaration_ahead(in_account_id uuid, in_at timestamptz) returns interval
language plpgsql stable security definer as $$
begin
    return (
        select min(greatest(s.starts_at - in_at, interval '0'))
        from sessions s
        where in_account_id = actor_account_id() and s.state in ('scheduled', 'in_progress') and session_ends_at(s) > in_at and (
            exists (
                select from participants p join enrolments e on e.participant_id = p.id and e.is_seated
                where p.account_id = in_account_id and e.cohort_id = s.cohort_id and place_is_held(s, e.id))
            or exists (
                select from host_assignments h
                where h.account_id = in_account_id and h.released_at is null and h.cohort_id = s.cohort_id
                    and coalesce(h.session_id, s.id) = s.id)));
end $$;

-- When somebody has to call. What a coordinator declares has been talked about.
create or replace function conflict_declaration_begin() returns trigger language plpgsql as $$
begin
    new.call_from := new.created_at;
    new.call_due := conflict_declaration_due(new);
    new.conversation_at := case when exists (select from accounts a where a.id = new.declared_by and a.role = 'coordinator')
        then new.created_at end;
    new.conversation_by := case when new.conversation_at is not null then new.declared_by end;
    return new;
end $$;
create or replace trigger begin before insert on conflict_declarations for each row execute function conflict_declaration_begin();

-- Who calls, and by when, on the declarer's clock; nothing of that depends on whom it is about. Null when they have talked.
create or replace function conflict_declaration_call(in_declaration conflict_declarations) returns json language plpgsql stable as $$
declare
    participant participants;
    by_duty boolean;
begin
    if in_declaration.conversation_at is not null then
        return null;
    end if;
    by_duty := exists (
        select from conflict_declarations d where d.id = in_declaration.root_id and d.counts_from = 'now');
    select * into participant from participants p where p.id = in_declaration.for_participant_id;
    return (
        select json_build_object(
            'by', utc(in_declaration.call_due),
            'local', local_moment_json(in_declaration.call_due, coalesce(participant.timezone, office_zone())),
            'who', localized(t.text_en, t.text_fr),
            'coordinator', case when t.code = 'coordinator' then coordinator_shown(participant.coordinator_id, participant.id) end)
        from plain_texts t
        where t.list = 'declaration_call' and t.code = case
            when by_duty then 'duty' when participant.id is not null then 'coordinator' else 'coordination' end);
end $$;

-- Peers and hosts: what they said, nothing more. Coordinators: also for whom, about whom, and whom it meets.
create or replace view conflict_declarations_json with (security_invoker = true) as
select d.id, d.version, d.created_at, d.declared_by, d.for_participant_id, d.withdrawn_at, d.joins_id, d.conversation_at,
    row_to_json(members) as body
from conflict_declarations d
cross join lateral (select
    d.id,
    d.kind,
    d.period,
    case when d.unit_digest is not null then 'unit' when d.name_digest is not null then 'named' else 'known' end as about,
    d.from_date as "from",
    d.to_date as "to",
    case when d.withdrawn_at is null then 'standing' else 'withdrawn' end as state,
    d.counts_from,
    d.joins_id,
    conflict_declaration_call(d) as call,
    utc(d.conversation_at) as conversation_at,
    case when (select actor_role()) = 'coordinator' then d.conversation_by end as conversation_by,
    case when (select actor_role()) = 'coordinator' then d.for_participant_id end as for_participant_id,
    case when (select actor_role()) = 'coordinator' then d.for_account_id end as for_account_id,
    case when (select actor_role()) = 'coordinator' then d.for_guest_id end as for_guest_id,
    case when (select actor_role()) = 'coordinator' then d.participant_id end as participant_id,
    case when (select actor_role()) = 'coordinator' then d.account_id end as account_id,
    case when (select actor_role()) = 'coordinator' then d.guest_id end as guest_id,
    case when (select actor_role()) = 'coordinator' then (
        select coalesce(json_agg(json_build_object(
            'id', m.id, 'basis', m.basis, 'state', m.state, 'participant_id', m.participant_id, 'account_id', m.account_id,
            'guest_id', m.guest_id)
            order by m.created_at, m.id), '[]')
        from conflict_matches m where m.declaration_id = d.id) end as matches,
    utc(d.created_at) as created_at,
    utc(d.withdrawn_at) as withdrawn_at,
    help_json() as help) members;

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

-- Declarations, with all that is talked about together, and matches: those that name or mean one of in_meant, or are for one of in_for.
create or replace function conflict_declaration_ids_about(in_meant uuid[], in_for uuid[]) returns uuid[] language plpgsql stable as $$
declare
    roots uuid[] := array(
        select d.root_id from conflict_declarations d where d.participant_id = any (in_meant)
        union
        select d.root_id from conflict_declarations d where d.account_id = any (in_meant)
        union
        select d.root_id from conflict_declarations d where d.for_participant_id = any (in_for)
        union
        select d.root_id from conflict_declarations d where d.for_account_id = any (in_for)
        union
        select d.root_id
        from conflict_matches m join conflict_declarations d on d.id in (m.declaration_id, m.other_declaration_id)
        where m.person_id = any (in_meant) or m.for_person_id = any (in_for));
begin
    return array(
        select d.id from conflict_declarations d where d.root_id = any (roots)
        union
        select m.id from conflict_declarations d join conflict_matches m on m.declaration_id = d.id where d.root_id = any (roots)
        union
        select m.id from conflict_matches m where m.person_id = any (in_meant) or m.for_person_id = any (in_for));
end $$;

-- Those of which somebody of the staff is not to hear: they may be meant, or are kept from whoever is, or it is their own.
create or replace function conflict_declaration_kept_ids(in_account_id uuid) returns uuid[] language plpgsql stable security definer as $$
declare
    selves uuid[] := array(select s.id from conflict_selves(array[in_account_id]) s where s.id is not null);
begin
    perform require_role('mental_health_professional', 'coordinator', 'administrator', 'worker');
    return conflict_declaration_ids_about(selves || account_hidden_ids(in_account_id), selves)
        || exclusion_request_kept_ids(in_account_id);
end $$;

-- Every clock of a declaration that waits to be talked about, and of two in one group about whom nobody has decided, unless the one who
-- said it has stepped back.
create or replace function conflict_declaration_clocks()
returns table (
    kind text, object_id uuid, participant_id uuid, cohort_id uuid, coordinator_id uuid, starts_at timestamptz, due_at timestamptz)
language plpgsql stable rows 50 security definer as $$
begin
    perform require_role('worker');
    return query
    select
        case d.counts_from when 'now' then 'declared_now' else 'declaration_due' end, d.id, d.for_participant_id, null::uuid,
        p.coordinator_id, d.call_from, d.call_due
    from conflict_declarations d left join participants p on p.id = d.for_participant_id
    where d.conversation_at is null and d.joins_id is null
        -- Whom it may mean is not called: that is known first. Whoever waits is called all the same, should it not become known.
        and (not comparison_is_due(d.id) or d.call_from + (d.call_due - d.call_from) / 4 <= app_now())
    union all
    select
        'conflict_in_group', m.id, coalesce(m.for_participant_id, m.participant_id), (conflict_match_met_in(m))[1], null, m.raised_at, null
    from conflict_matches m join conflict_declarations d on d.id = m.declaration_id
    where m.raised_at is not null and m.ended_at is null and m.state = 'unconfirmed' and m.is_certain
        -- Who has stepped back is out of it, until they come back.
        and (d.conversation_at is not null or not exists (
            select from step_backs b where b.account_id = d.declared_by and b.ended_at is null));
end $$;

create or replace function conflict_declaration_needs_agreement(in_declaration conflict_declarations) returns boolean
language plpgsql stable as $$
begin
    return in_declaration.declared_by <> actor_account_id() and (
        in_declaration.for_account_id = in_declaration.declared_by or conflict_declaration_withdrawn_of(in_declaration) <> '{}');
end $$;

create or replace function conflict_declaration_faults(in_body jsonb) returns jsonb language plpgsql stable as $$
declare
    kind text := in_body->>'kind';
    is_unit boolean := kind = 'same_unit';
    by_coordinator boolean := actor_role() = 'coordinator';
    named int := (conflict_declaration_digest(in_body) is not null)::int
        + num_nonnulls(in_body->>'participant_id', in_body->>'account_id', in_body->>'guest_id');
begin
    return (
        select jsonb_agg(jsonb_build_object('pointer', '#/' || f.name, 'code', f.code))
        from (
            select name, 'not-allowed' as code
            from unnest(array[
                'participant_id', 'account_id', 'guest_id', 'for_participant_id', 'for_account_id', 'for_guest_id']) name
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
                ('counts_from', case when by_coordinator and in_body->>'counts_from' = 'now' then 'not-allowed' end),
                ('kind', case when kind = 'recusal'
                    and (actor_role() = 'peer' or in_body ?| array['for_participant_id', 'for_guest_id']) then 'not-allowed' end),
                ('for_account_id', case when num_nonnulls(
                    in_body->>'for_participant_id', in_body->>'for_account_id', in_body->>'for_guest_id') > 1
                    then 'invalid' when by_coordinator and in_body->>'for_account_id' is not null
                    and not account_is_staff((in_body->>'for_account_id')::uuid) then 'does-not-exist' end),
                ('for_participant_id', case when by_coordinator and in_body->>'for_participant_id' is not null
                    and not participant_is_seen((in_body->>'for_participant_id')::uuid) then 'does-not-exist' end),
                ('account_id', case when by_coordinator and in_body->>'account_id' is not null
                    and not account_is_staff((in_body->>'account_id')::uuid) then 'does-not-exist' end),
                ('for_guest_id', case when by_coordinator and not guest_is_seen((in_body->>'for_guest_id')::uuid)
                    then 'does-not-exist' end),
                ('guest_id', case when by_coordinator and not guest_is_seen((in_body->>'guest_id')::uuid) then 'does-not-exist' end),
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

-- The place of a deadline in a list that goes down: the sooner it is, the higher.
create or replace function conflict_declaration_place(in_at timestamptz) returns timestamptz immutable language sql
return case in_at
    when 'infinity' then '-infinity'::timestamptz
    else to_timestamp(-extract(epoch from in_at)::float8) end;

-- Newest first. Peers and hosts: their own. Coordinators: all that they handle, or those for one participant. What waits to be talked
-- about: whoever is to be called first comes first.
create or replace function conflict_declarations_find(in_query jsonb) returns table (at timestamptz, id uuid)
language plpgsql stable as $$
declare
    after_at timestamptz := in_query#>>'{after,at}';
    after_id uuid := in_query#>>'{after,id}';
    wanted int := (in_query->>'limit')::int + 1;
    participant uuid := in_query->>'participant_id';
    is_standing boolean := in_query->>'state' = 'standing';
begin
    if in_query->>'state' = 'waiting' then
        return query
        select conflict_declaration_place(d.call_due), d.id from conflict_declarations d
        where d.conversation_at is null and (d.call_due, d.id) > (conflict_declaration_place(after_at), after_id)
            and (participant is null or d.for_participant_id = participant)
            and (actor_role() = 'coordinator' or d.declared_by = (select actor_account_id()))
        order by d.call_due, d.id limit wanted;
    elsif actor_role() <> 'coordinator' then
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

-- The actor's own that waits to be talked about.
create or replace function conflict_declaration_open() returns uuid language plpgsql as $$
begin
    return (
        select d.id from conflict_declarations d
        where d.declared_by = actor_account_id() and d.joins_id is null and d.conversation_at is null
        limit 1 for no key update);
end $$;

-- One alarm and one look for all that is declared meanwhile: the soonest call is theirs all.
create or replace function conflict_declaration_join(in_id uuid) returns void language plpgsql as $$
begin
    update conflict_declarations d set
        counts_from = case when d.id = o.root_id then o.counts_from else d.counts_from end,
        call_from = o.call_from,
        call_due = o.call_due
    from (
        select joining.root_id,
            case when 'now' in (joining.counts_from, root.counts_from) then 'now' else root.counts_from end as counts_from,
            case when joining.counts_from = 'now' and root.counts_from <> 'now' then joining.call_from else root.call_from end as call_from,
            least(joining.call_due, root.call_due) as call_due
        from conflict_declarations joining join conflict_declarations root on root.id = joining.root_id
        where joining.id = in_id) o
    where d.root_id = o.root_id;
end $$;

-- A peer or a host for themselves; a coordinator for somebody they see, or for themselves.
-- Writes: conflict_declarations, name_digests, step_backs, comparisons. Locks: who declares, their own that waits.
create or replace function conflict_declarations_create(in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    by_coordinator boolean := actor_role() = 'coordinator';
    for_participant uuid := case when actor_role() = 'peer' then actor_participant_id()
        else (in_body->>'for_participant_id')::uuid end;
    for_guest uuid := in_body->>'for_guest_id';
    for_account uuid := case when num_nonnulls(for_participant, for_guest) = 0
        then coalesce((in_body->>'for_account_id')::uuid, actor_account_id()) end;
    counts_from text := coalesce(in_body->>'counts_from', 'before_my_next_placement');
    joined uuid;
begin
    perform require_no_faults(conflict_declaration_faults(in_body));
    if for_participant = (in_body->>'participant_id')::uuid then
        perform problem_field('participant_id', 'invalid');
    elsif for_account = (in_body->>'account_id')::uuid then
        perform problem_field('account_id', 'invalid');
    elsif for_guest = (in_body->>'guest_id')::uuid then
        perform problem_field('guest_id', 'invalid');
    elsif not by_coordinator then
        -- Nobody searches the program for names, neither one after the other nor many at once.
        perform pg_advisory_xact_lock(hashtextextended('declares ' || actor_account_id(), 0));
        if (
            select count(*) from conflict_declarations d
            where d.declared_by = actor_account_id() and d.created_at > app_now() - interval '24 hours') >= 5
        then
            perform conflict('too-many-today');
        end if;
        joined := conflict_declaration_open();
    end if;
    insert into conflict_declarations (
        id, kind, period, for_participant_id, for_account_id, for_guest_id, participant_id, account_id, guest_id, name_digest, unit_digest,
        from_date, to_date, counts_from, joins_id, declared_by, created_at)
    values (
        new_id, in_body->>'kind', in_body->>'period', for_participant, for_account, for_guest, (in_body->>'participant_id')::uuid,
        (in_body->>'account_id')::uuid, (in_body->>'guest_id')::uuid, conflict_declaration_digest(in_body), in_body->>'unit_digest',
        (in_body->>'from')::date, (in_body->>'to')::date, counts_from, joined, actor_account_id(), app_now());
    perform name_digests_keep('declaration', new_id, jsonb_build_object(
        'name', in_body->'name_digest', 'email', in_body->'email_digest', 'phone', in_body->'phone_digest'));
    if joined is not null then
        perform conflict_declaration_join(new_id);
    end if;
    if counts_from = 'now' then
        perform step_back_begin();
    end if;
    perform comparison_ask('declaration', array[new_id], true);
    perform audit('create', 'conflict_declaration', new_id, conflict_declaration_audited(), body_fields(in_body));
    return conflict_declaration_respond(201, new_id);
end $$;

-- All that joined it was talked about with it, also what is not compared yet, and so not seen.
create or replace function conflict_declaration_follow_talk(in_root_id uuid) returns void language plpgsql security definer as $$
begin
    perform require_role('coordinator');
    update conflict_declarations d set
        conversation_at = root.conversation_at, conversation_by = root.conversation_by, version = d.version + 1
    from conflict_declarations root
    where root.id = in_root_id and root.conversation_by = actor_account_id() and d.joins_id = root.id and d.conversation_at is null;
end $$;

-- Nobody knows before they have talked whether a declaration meets anybody: all that were declared meanwhile are talked about together.
-- Writes: conflict_declarations. Locks: comparisons, the root.
create or replace function conflict_declarations_conversation(in_id uuid) returns response language plpgsql as $$
declare
    root_declaration conflict_declarations;
begin
    perform comparison_finish();
    select * into root_declaration from conflict_declarations d
    where d.id = (select o.root_id from conflict_declarations o where o.id = in_id) for no key update;
    if not found then
        perform problem('not-found');
    end if;
    if root_declaration.conversation_at is null then
        update conflict_declarations d set
            conversation_at = app_now(), conversation_by = actor_account_id(), version = d.version + 1
        where d.id = root_declaration.id;
        perform conflict_declaration_follow_talk(root_declaration.id);
        perform audit('talk', 'conflict_declaration', root_declaration.id, array[root_declaration.for_participant_id]);
    end if;
    return conflict_declaration_respond(200, in_id);
end $$;

-- By whoever declared it or a coordinator, at any time; again is the same. What somebody said themself, another takes back with their
-- informed agreement alone (decision 18).
-- Writes: conflict_declarations, comparisons. Locks: the declaration.
create or replace function conflict_declarations_withdraw(in_id uuid, in_body jsonb default null) returns response language plpgsql as $$
declare
    declaration conflict_declarations;
begin
    select * into declaration from conflict_declarations d where d.id = in_id for no key update;
    if not found then
        perform problem('not-found');
    end if;
    if declaration.withdrawn_at is null then
        if conflict_declaration_needs_agreement(declaration) and (in_body->>'informed_agreement')::boolean is not true then
            perform problem_field('informed_agreement', 'required');
        end if;
        update conflict_declarations d set
            withdrawn_at = app_now(), withdrawn_by = actor_account_id(),
            -- No session that starts now tells those who said it whom they have named (DESIGN 5b.3).
            stands_until = case when actor_role() <> 'coordinator' then fixed_hour_after(app_now()) end,
            version = d.version + 1
        where d.id = in_id;
        perform comparison_ask('declaration', array[in_id]);
        perform audit('withdraw', 'conflict_declaration', in_id, conflict_declaration_withdrawn_of(declaration));
    end if;
    return conflict_declaration_respond(200, in_id);
end $$;
