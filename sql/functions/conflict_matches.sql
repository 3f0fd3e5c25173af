-- SPDX-License-Identifier: MIT
-- What a declaration, or the records, have met, and what a coordinator decides about it.

create or replace function conflict_match_guard() returns trigger language plpgsql as $$
declare
    -- With the generated columns, which a trigger before the update does not have yet.
    derived text[] := array['region_keys', 'is_blocking', 'for_person_id', 'person_id'];
    changes text[] := derived || array[
        'state', 'is_certain', 'is_self_given', 'same_person', 'informed_agreement', 'decided_by', 'decided_at', 'raised_at', 'ended_at',
        'version'];
begin
    if (to_jsonb(new) - changes) <> (to_jsonb(old) - changes)
        or old.ended_at is not null and (to_jsonb(new) - derived) <> (to_jsonb(old) - derived)
    then
        raise exception 'only what is decided about a match changes' using errcode = '42501';
    end if;
    return new;
end $$;
create or replace trigger guard before update on conflict_matches for each row execute function conflict_match_guard();

-- Whether the actor reads it: what the policy asks, for what looks past it.
create or replace function conflict_match_is_seen(in_match conflict_matches) returns boolean language plpgsql stable as $$
begin
    return actor_role() = 'coordinator'
        and case when in_match.for_participant_id is not null then actor_serves(in_match.for_participant_id)
            else in_match.region_keys = '{}' or in_match.region_keys && actor_region_keys() end
        and (in_match.declaration_id is null or in_match.decided_at is not null or exists (
            select from conflict_declarations d
            where d.id = in_match.declaration_id and (d.conversation_at is not null
                or in_match.raised_at is not null and in_match.is_certain and d.counts_from = 'before_my_next_placement')))
        and not array[
            in_match.declaration_id, in_match.other_declaration_id, in_match.for_participant_id, in_match.for_account_id,
            in_match.participant_id, in_match.account_id] && actor_hidden_conflict_ids();
end $$;

-- Whether this is one of the two of a match that the actor reads.
create or replace function conflict_match_names(in_id uuid, in_person_id uuid) returns boolean
language plpgsql stable security definer as $$
begin
    return exists (
        select from conflict_matches m
        where m.id = in_id and in_person_id in (m.for_person_id, m.person_id) and conflict_match_is_seen(m));
end $$;

-- Two people are compared on the match itself: who they are to others, and what they go by; neither's file is opened.
create or replace function conflict_match_shown(in_id uuid, in_person_id uuid) returns json
language plpgsql stable security definer as $$
begin
    perform require_role('coordinator');
    if not conflict_match_names(in_id, in_person_id) then
        return null;
    end if;
    return coalesce(
        (
            select json_build_object('alias', p.alias, 'name', unseal('contact.name_to_use', c.name_to_use))
            from participants p left join contacts c on c.participant_id = p.id where p.id = in_person_id),
        (select json_build_object('alias', s.alias, 'name', unseal('staff.name', s.name)) from staff s where s.id = in_person_id),
        (select json_build_object('alias', null, 'name', g.name) from guests g where g.id = in_person_id));
end $$;

-- As a coordinator sees them: none of their own (I13).
create or replace function conflict_match_shared_cohort_ids(in_id uuid) returns uuid[]
language plpgsql stable security definer as $$
declare
    match conflict_matches;
begin
    select * into match from conflict_matches m
    where m.id = in_id and m.ended_at is null and actor_role() = 'coordinator' and conflict_match_is_seen(m);
    if not found then
        return '{}';
    end if;
    return array(select g from unnest(conflict_match_met_in(match)) g where g <> all (actor_own_cohort_ids()) order by g);
end $$;

create or replace view conflict_matches_json with (security_invoker = true) as
select m.id, m.version, m.created_at, m.declaration_id, m.state, m.raised_at, m.ended_at, m.for_person_id, m.person_id,
    row_to_json(members) as body
from conflict_matches m left join conflict_declarations d on d.id = m.declaration_id
cross join lateral (select
    m.id,
    m.declaration_id,
    case m.basis when 'record' then 'shared_group' else d.kind end as kind,
    d.period,
    m.basis,
    m.needs_agreement,
    m.is_certain,
    m.is_self_given,
    m.state,
    m.is_blocking,
    m.for_participant_id,
    m.for_account_id,
    m.for_guest_id,
    m.participant_id,
    m.account_id,
    m.guest_id,
    conflict_match_shared_cohort_ids(m.id) as group_ids,
    m.same_person,
    m.informed_agreement,
    m.decided_by,
    utc(m.decided_at) as decided_at,
    utc(m.raised_at) as raised_at,
    utc(m.ended_at) as ended_at,
    utc(m.created_at) as created_at) members;

-- Newest first. open: what nobody decided yet, and what stands between two who are in one group; its index says the same.
create or replace function conflict_matches_find(in_query jsonb) returns table (at timestamptz, id uuid) language plpgsql stable as $$
declare
    after_at timestamptz := in_query#>>'{after,at}';
    after_id uuid := in_query#>>'{after,id}';
    wanted int := (in_query->>'limit')::int + 1;
    wanted_state text := in_query->>'state';
begin
    if (in_query->>'open')::boolean then
        return query
        select m.created_at, m.id from conflict_matches m
        where m.ended_at is null and (m.state = 'unconfirmed' or m.state = 'blocked' and m.raised_at is not null)
            and (m.created_at, m.id) < (after_at, after_id) and (wanted_state is null or m.state = wanted_state)
        order by m.created_at desc, m.id desc limit wanted;
    else
        return query
        select m.created_at, m.id from conflict_matches m
        where (m.created_at, m.id) < (after_at, after_id) and (wanted_state is null or m.state = wanted_state)
        order by m.created_at desc, m.id desc limit wanted;
    end if;
end $$;

-- The groups in which the two of a match are together.
create or replace function conflict_match_met_in(in_match conflict_matches) returns uuid[] language plpgsql stable security definer as $$
begin
    return array(
        select g from unnest(conflict_cohort_ids(array[in_match.person_id])) g
        where case in_match.basis
            when 'record' then array[in_match.for_person_id, in_match.person_id] <@ array(select conflict_persons(g))
            else g = any (conflict_cohort_ids(array[in_match.for_person_id])) end
        order by g);
end $$;

-- By voice: is it the same person, and do those concerned agree, knowing what it is about. A hard block between people who are who
-- they are is not lifted by a decision; the declaration is taken back, or somebody goes to another group.
create or replace function conflict_matches_decide(in_id uuid, in_if_match int[], in_body jsonb) returns response language plpgsql as $$
declare
    match conflict_matches;
    is_same boolean := (in_body->>'same_person')::boolean;
    agreed boolean := (in_body->>'informed_agreement')::boolean;
    allows boolean := in_body->>'decision' = 'allow';
begin
    select * into match from conflict_matches m where m.id = in_id for no key update;
    perform require_version(in_if_match, match.version);
    if match.ended_at is not null then
        perform problem_state('ended');
    elsif is_same is false and (match.basis <> 'named' or not allows) then
        perform problem_field('same_person', 'invalid');
    elsif allows and is_same is null and match.basis = 'named' then
        perform problem_field('same_person', 'required');
    elsif allows and is_same is not false and not match.needs_agreement then
        perform conflict('hard-block');
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
    perform comparison_ask('declaration', array[match.declaration_id]);
    perform comparison_ask('account', array[match.for_account_id]);
    -- A warning that is lifted is a word in the file of whom it protected; of somebody else of that name nobody is told.
    perform audit(
        'decide', 'conflict_match', in_id, case when allows and is_same is not false then array[match.for_participant_id] end,
        body_fields(in_body));
    return (select respond(200, m.body, null, m.version) from conflict_matches_json m where m.id = in_id);
end $$;
