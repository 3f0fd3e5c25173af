-- SPDX-License-Identifier: MIT
-- Who leads: slots, what a host needs, who is assigned.

create or replace function host_slot_role(in_slot text) returns text immutable language sql
return case in_slot when 'peer_supporter' then 'peer_supporter' else 'mental_health_professional' end;

-- How many of a slot a group asks for.
create or replace function host_slots_wanted(in_cohort cohorts, in_slot text) returns int immutable language sql
return case in_slot
    when 'peer_supporter' then in_cohort.peer_supporters
    when 'mental_health_professional' then in_cohort.mental_health_professionals
    else in_cohort.on_call_professional::int end;

-- Who leads which session that is not over: the hosts of the group, but for those whom a substitute replaces, and the substitutes.
create or replace view session_leads with (security_invoker = true) as
select s.id as session_id, s.cohort_id, s.starts_at, session_ends_at(s) as ends_at, h.id as assignment_id, h.account_id, h.slot
from sessions s
join host_assignments h on h.cohort_id = s.cohort_id and h.released_at is null and (
    h.session_id = s.id
    or h.session_id is null and not exists (
        select from host_assignments x where x.session_id = s.id and x.replaces = h.id and x.released_at is null))
where s.state in ('scheduled', 'in_progress', 'completed');

-- I5, R13: what keeps somebody from a slot on that day, in codes of faults.def; empty = fit. Null when there is no such account.
create or replace function host_missing(in_account_id uuid, in_slot text, in_language text, in_on date) returns text[]
language plpgsql stable as $$
begin
    return (
        select array_remove(array[
            case when a.role <> host_slot_role(in_slot) then 'wrong-role' end,
            case when not a.is_active then 'not-active' end,
            case when not in_language = any (coalesce(s.languages, '{}')) then 'other-language' end,
            case when qualification_modules_missing(a.id, host_slot_role(in_slot), in_on) <> '{}' then 'training-missing' end,
            case when not qualification_is_cleared(q, in_on) then 'not-cleared' end], null)
        from accounts a
        left join staff s on s.id = a.id
        left join qualifications q on q.account_id = a.id
        where a.id = in_account_id);
end $$;

-- I13: who is or was in a group as a peer does not lead it. The answer is that of any other conflict.
create or replace function host_is_barred(in_account_id uuid, in_cohort_id uuid) returns boolean
language plpgsql stable security definer as $$
begin
    return actor_role() = 'coordinator' and exists (
        select from conflict_selves(array[in_account_id]) s join enrolments e on e.participant_id = s.id
        where e.cohort_id = in_cohort_id);
end $$;

-- For the coordinator who assigns: what this person lacks for these sessions, and which modules. Null when there is no such host.
create or replace function host_check(
    in_account_id uuid, in_slot text, in_language text, in_on date, out missing text[], out modules text[])
language plpgsql stable security definer as $$
begin
    if actor_role() = 'coordinator' and exists (
        select from accounts a where a.id = in_account_id and a.role in ('peer_supporter', 'mental_health_professional'))
    then
        missing := host_missing(in_account_id, in_slot, in_language, in_on);
        modules := qualification_modules_missing(in_account_id, host_slot_role(in_slot), in_on);
    end if;
end $$;

-- I5: what is wrong with who leads what, in the sessions of a group that are still to come or under way. It looks into all groups.
create or replace function host_clashes(in_cohort_id uuid) returns table (reason text, account_id uuid, session_id uuid)
language plpgsql stable security definer as $$
begin
    if actor_role() <> 'coordinator' then
        return;
    end if;
    return query
    with lead as (
        select l.* from session_leads l join sessions s on s.id = l.session_id
        where l.cohort_id = in_cohort_id and s.state in ('scheduled', 'in_progress'))
    select 'two-slots', l.account_id, l.session_id from lead l group by l.account_id, l.session_id having count(*) > 1
    union all
    select 'slot-filled', null::uuid, l.session_id
    from lead l join cohorts g on g.id = l.cohort_id
    group by l.session_id, l.slot, g.id having count(*) > host_slots_wanted(g, l.slot)
    union all
    select 'slot-filled', null, null
    from host_assignments h join cohorts g on g.id = h.cohort_id
    where h.cohort_id = in_cohort_id and h.session_id is null and h.released_at is null
    group by h.slot, g.id having count(*) > host_slots_wanted(g, h.slot)
    union all
    select 'double-booked', l.account_id, l.session_id
    from lead l
    where exists (
        select from host_assignments h join sessions s on s.cohort_id = h.cohort_id
        where h.account_id = l.account_id and h.released_at is null and h.cohort_id <> in_cohort_id
            and s.state in ('scheduled', 'in_progress')
            and s.starts_at < l.ends_at and session_ends_at(s) > l.starts_at
            and exists (select from session_leads o where o.assignment_id = h.id and o.session_id = s.id));
end $$;

create or replace function host_require_no_clash(in_cohort_id uuid) returns void language plpgsql as $$
declare
    clash record;
begin
    -- Two coordinators who book the same person into two groups meet here, always in the same order.
    perform pg_advisory_xact_lock(hashtextextended('host ' || h.account_id, 0))
    from (
        select distinct h.account_id from host_assignments h
        where h.cohort_id = in_cohort_id and h.released_at is null order by h.account_id) h;
    select c.reason, jsonb_agg(distinct c.account_id) filter (where c.account_id is not null) as account_ids,
        jsonb_agg(distinct c.session_id) filter (where c.session_id is not null) as session_ids
    into clash from host_clashes(in_cohort_id) c group by c.reason order by c.reason desc limit 1;
    if found then
        perform conflict(clash.reason, jsonb_strip_nulls(jsonb_build_object(
            'account_ids', clash.account_ids, 'session_ids', clash.session_ids)));
    end if;
end $$;

-- What people call a host; peers see it too, elsewhere.
create or replace function host_alias(in_account_id uuid) returns text language plpgsql stable security definer as $$
begin
    return (
        select s.alias from staff s
        where s.id = in_account_id and actor_role() in ('coordinator', 'peer_supporter', 'mental_health_professional')
            and exists (select from host_assignments h where h.account_id = s.id));
end $$;

create or replace view host_assignments_json with (security_invoker = true) as
select h.id, h.cohort_id, h.assigned_at, h.released_at, h.version, json_build_object(
    'id', h.id,
    'group_id', h.cohort_id,
    'session_id', h.session_id,
    'account_id', h.account_id,
    'alias', host_alias(h.account_id),
    'slot', h.slot,
    'replaces', h.replaces,
    'assigned_by', case when (select actor_role()) = 'coordinator' then h.assigned_by end,
    'assigned_at', utc(h.assigned_at),
    'released_at', utc(h.released_at)) as body
from host_assignments h;

create or replace function host_assignment_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, h.body, case when in_status = 201 then '/v1/host-assignments/' || h.id end, h.version)
        from host_assignments_json h where h.id = in_id);
end $$;

-- Where a session is named, it must be one that still needs hosts; where somebody is replaced, it is in that session and slot.
create or replace function host_assignment_require_fitting(in_cohort cohorts, in_body jsonb) returns void language plpgsql as $$
declare
    session sessions;
    replaced uuid := (in_body->>'replaces')::uuid;
begin
    perform cohort_require_alive(in_cohort);
    if host_slots_wanted(in_cohort, in_body->>'slot') = 0 then
        perform problem_field('slot', 'not-allowed');
    elsif in_body->>'session_id' is not null then
        select * into session from sessions s where s.id = (in_body->>'session_id')::uuid and s.cohort_id = in_cohort.id;
        if not found then
            perform problem_field('session_id', 'does-not-exist');
        elsif session.state not in ('scheduled', 'in_progress') then
            perform problem_state(session.state);
        end if;
    end if;
    if replaced is not null and not exists (
        select from session_leads l join host_assignments h on h.id = l.assignment_id
        where l.session_id = session.id and h.id = replaced and h.slot = in_body->>'slot' and h.session_id is null)
    then
        perform problem_field('replaces', 'invalid');
    end if;
end $$;

-- I5: every thing that is missing is named at once; a conflict only as such, and only to coordinators (A6.5).
create or replace function host_assignments_create(in_cohort_id uuid, in_body jsonb) returns response language plpgsql as $$
declare
    cohort cohorts := cohort_lock(in_cohort_id);
    new_id uuid := gen_random_uuid();
    account uuid := (in_body->>'account_id')::uuid;
    host record;
begin
    perform host_assignment_require_fitting(cohort, in_body);
    -- On the day of the first session they are to lead.
    select * into host from host_check(account, in_body->>'slot', cohort.language, coalesce((
        select min(s.local_start)::date from sessions s
        where s.cohort_id = in_cohort_id and s.id = coalesce((in_body->>'session_id')::uuid, s.id)
            and s.state = 'scheduled' and s.starts_at > app_now()), office_date()));
    if host.missing is null then
        perform problem_field('account_id', 'does-not-exist');
    elsif host.missing <> '{}' then
        perform problem('validation-failed', jsonb_build_object(
            'errors', (
                select jsonb_agg(jsonb_build_object(
                    'pointer', case code when 'wrong-role' then '#/slot' else '#/account_id' end, 'code', code) order by place)
                from unnest(host.missing) with ordinality m (code, place)),
            'modules_missing', host.modules));
    end if;
    perform conflict_hold(account);
    if conflict_blocks_host(account, in_cohort_id) or host_is_barred(account, in_cohort_id) then
        perform conflict('conflict');
    end if;
    insert into host_assignments (id, cohort_id, session_id, account_id, slot, replaces, assigned_by, assigned_at)
    values (
        new_id, in_cohort_id, (in_body->>'session_id')::uuid, account, in_body->>'slot', (in_body->>'replaces')::uuid,
        actor_account_id(), app_now());
    perform conflict_follow_host(account);
    perform host_require_no_clash(in_cohort_id);
    perform audit('assign', 'host_assignment', new_id, in_fields => body_fields(in_body));
    return host_assignment_respond(201, new_id);
end $$;

-- Without a substitute, the one who was replaced leads again: that must fit as well.
create or replace function host_assignments_release(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
declare
    host_assignment host_assignments;
begin
    perform cohort_lock((select h.cohort_id from host_assignments h where h.id = in_id));
    select * into host_assignment from host_assignments h where h.id = in_id for update;
    perform require_version(in_if_match, host_assignment.version);
    if host_assignment.released_at is not null then
        perform problem_state('released');
    end if;
    update host_assignments h set released_at = app_now(), version = h.version + 1 where h.id = in_id;
    perform conflict_follow_host(host_assignment.account_id);
    perform host_require_no_clash(host_assignment.cohort_id);
    perform audit('release', 'host_assignment', in_id);
    return host_assignment_respond(200, in_id);
end $$;
