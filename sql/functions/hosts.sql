-- SPDX-License-Identifier: MIT
-- Who may lead: slots, what a host needs for one, and what keeps them from it.

-- How many of a slot a session asks for.
create or replace function host_count(in_hosts jsonb, in_slot text) returns int immutable language sql
return coalesce((in_hosts->in_slot->>'count')::int, 0);

-- Decision 4: of those without whom it does not start; who is not needed is missed only as a shortfall.
create or replace function host_count_needed(in_hosts jsonb, in_slot text) returns int immutable language sql
return case when (in_hosts->in_slot->>'is_needed')::boolean then host_count(in_hosts, in_slot) else 0 end;

-- The most that any part or session of a group asks for.
create or replace function host_count_most(in_cohort_id uuid, in_slot text) returns int language plpgsql stable as $$
begin
    return (
        select max(host_count(h.hosts, in_slot))
        from (
            select s.hosts from sessions s where s.cohort_id = in_cohort_id
            union all
            select p.value->'hosts' from cohorts g cross join jsonb_array_elements(g.parts) p where g.id = in_cohort_id) h);
end $$;

-- I5, R13: what keeps somebody from a slot on that day, in codes of faults.def; empty = fit. Null when there is nobody such. Of a guest
-- nothing is asked but what they signed (S2.17).
create or replace function host_missing(in_host_id uuid, in_slot text, in_language text, in_on date) returns text[]
language plpgsql stable as $$
begin
    if in_slot = 'guest' then
        return (
            select array_remove(array[
                case when g.state <> 'active' then 'not-active' end,
                case when not guest_has_agreed(g.agreement_id) then 'agreement-missing' end], null)
            from guests g where g.id = in_host_id);
    end if;
    return (
        select array_remove(array[
            case when a.role <> w.role then 'wrong-role' end,
            case when not a.is_active then 'not-active' end,
            case when not in_language = any (coalesce(s.languages, '{}')) then 'other-language' end,
            case when qualification_modules_missing(a.id, w.training_kinds, in_on) <> '{}' then 'training-missing' end,
            case when a.role = w.role and not qualification_has(q, w.credential, in_on) then 'not-qualified' end,
            case when not qualification_is_cleared(q, in_on) then 'not-cleared' end], null)
        from accounts a
        join host_slots w on w.slot = in_slot
        left join staff s on s.id = a.id
        left join qualifications q on q.account_id = a.id
        where a.id = in_host_id);
end $$;

-- I13: who is or was in a group as a peer does not lead it. The answer is that of any other conflict.
create or replace function host_is_barred(in_account_id uuid, in_cohort_id uuid) returns boolean
language plpgsql stable security definer as $$
begin
    perform require_role('coordinator');
    return exists (
        select from conflict_selves(array[in_account_id]) s join enrolments e on e.participant_id = s.id
        where e.cohort_id = in_cohort_id);
end $$;

-- For the coordinator who assigns: what this person lacks for these sessions, and which modules. Null when there is no such host.
create or replace function host_facts(
    in_host_id uuid, in_slot text, in_language text, in_on date, out missing text[], out modules text[])
language plpgsql stable security definer as $$
begin
    perform require_role('coordinator');
    if in_slot = 'guest' or exists (select from accounts a join host_slots w on w.role = a.role where a.id = in_host_id) then
        missing := host_missing(in_host_id, in_slot, in_language, in_on);
        modules := qualification_modules_missing(in_host_id, w.training_kinds, in_on) from host_slots w where w.slot = in_slot;
    end if;
end $$;

-- I5: what is wrong with who leads what, in the sessions of a group that are still to come or under way. It looks into all groups. A
-- guest who declines asks as well, and is told nothing of it.
create or replace function host_clashes(in_cohort_id uuid) returns table (
    reason text, account_id uuid, guest_id uuid, session_id uuid)
language plpgsql stable security definer as $$
begin
    perform require_role('coordinator', 'guest');
    if in_cohort_id = any (actor_own_cohort_ids()) then
        return;
    end if;
    return query
    with lead as (
        select l.* from session_leads l join sessions s on s.id = l.session_id
        where l.cohort_id = in_cohort_id and s.state in ('scheduled', 'in_progress'))
    select 'two-slots', l.account_id, l.guest_id, l.session_id from lead l
    group by l.account_id, l.guest_id, l.session_id having count(*) > 1
    union all
    select 'slot-filled', null::uuid, null, l.session_id
    from lead l join sessions s on s.id = l.session_id
    group by l.session_id, l.slot, s.id having count(*) > host_count(s.hosts, l.slot)
    union all
    select 'slot-filled', null, null, null
    from host_assignments h
    where h.cohort_id = in_cohort_id and h.session_id is null and h.released_at is null
    group by h.slot having count(*) > host_count_most(in_cohort_id, h.slot)
    union all
    select 'double-booked', l.account_id, l.guest_id, l.session_id
    from lead l
    where exists (
        select from host_assignments h join sessions s on s.cohort_id = h.cohort_id
        where h.host_id = l.host_id and h.released_at is null and h.cohort_id <> in_cohort_id
            and s.state in ('scheduled', 'in_progress')
            and s.starts_at < l.ends_at and session_ends_at(s) > l.starts_at
            and exists (select from session_leads o where o.assignment_id = h.id and o.session_id = s.id));
end $$;

create or replace function host_require_no_clash(in_cohort_id uuid) returns void language plpgsql as $$
declare
    clash record;
begin
    -- Two coordinators who book the same person into two groups meet here, always in the same order.
    perform pg_advisory_xact_lock(hashtextextended('host ' || h.host_id, 0))
    from (
        select distinct h.host_id from host_assignments h
        where h.cohort_id = in_cohort_id and h.released_at is null order by h.host_id) h;
    select c.reason, jsonb_agg(distinct c.account_id) filter (where c.account_id is not null) as account_ids,
        jsonb_agg(distinct c.guest_id) filter (where c.guest_id is not null) as guest_ids,
        jsonb_agg(distinct c.session_id) filter (where c.session_id is not null) as session_ids
    into clash from host_clashes(in_cohort_id) c group by c.reason order by c.reason desc limit 1;
    if found and actor_role() = 'guest' then
        perform conflict('call-your-coordinator');
    elsif found then
        perform conflict(clash.reason, jsonb_strip_nulls(jsonb_build_object(
            'account_ids', clash.account_ids, 'guest_ids', clash.guest_ids, 'session_ids', clash.session_ids)));
    end if;
end $$;

-- I5, decision 4: the slots that nobody fit and present fills. The professional on call need not be there; who is there must be fit.
create or replace function host_slots_unfilled(in_session sessions, in_present uuid[]) returns text[]
language plpgsql stable security definer as $$
declare
    cohort cohorts;
begin
    select * into cohort from cohorts g where g.id = in_session.cohort_id;
    return (
        select coalesce(array_agg(wanted.slot order by wanted.place), '{}')
        from host_slots wanted
        cross join lateral (
            select count(*) as present, count(*) filter (
                where host_missing(h.host_id, h.slot, cohort.language, in_session.local_start::date) = '{}') as fit
            from session_hosts(in_session.id) h
            where h.slot = wanted.slot and h.host_id = any (in_present)) filled
        where filled.fit < filled.present or filled.fit < host_count_needed(in_session.hosts, wanted.slot));
end $$;
