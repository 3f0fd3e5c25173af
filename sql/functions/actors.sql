-- SPDX-License-Identifier: MIT
-- Whom and what the actor may reach. Asked by policies, once a statement.

-- The groups in which the actor leads (a host) or has a part (a peer): for policies, one look per statement.
create or replace function actor_cohort_ids() returns uuid[] language plpgsql stable security definer as $$
begin
    return case
        when actor_role() = 'peer' then array(
            select e.cohort_id from enrolments e
            where e.participant_id = actor_participant_id() and (e.is_live or e.state = 'completed'))
        when actor_role() in ('peer_supporter', 'mental_health_professional') then array(
            select h.cohort_id from host_assignments h where h.account_id = actor_account_id() and h.released_at is null)
        else '{}' end;
end $$;

-- I13: groups in which the actor, a member of staff, is or was a peer: with the same sign-in, or under another one that is known.
create or replace function actor_own_cohort_ids() returns uuid[] language plpgsql stable security definer as $$
begin
    return array(
        select e.cohort_id
        from exclusions x join enrolments e on e.participant_id = x.participant_id
        where x.account_id = actor_account_id() and x.reason = 'own_case'
        union all
        select e.cohort_id from enrolments e where e.participant_id = actor_participant_id() and actor_role() <> 'peer');
end $$;

-- The sessions of those groups.
create or replace function actor_own_session_ids() returns uuid[] language plpgsql stable security definer as $$
begin
    return array(select s.id from sessions s where s.cohort_id = any (actor_own_cohort_ids()));
end $$;

-- The sessions that the actor leads or led.
create or replace function actor_session_ids() returns uuid[] language plpgsql stable security definer as $$
begin
    return case when actor_role() in ('peer_supporter', 'mental_health_professional', 'coordinator') then array(
        select l.session_id from session_leads l
        where l.account_id = actor_account_id() and l.cohort_id <> all (actor_own_cohort_ids())) else '{}' end;
end $$;

-- Those too that were cancelled, or from which the actor has stepped back: what they have seen of one looks as before until another leads.
create or replace function actor_assigned_session_ids() returns uuid[] language plpgsql stable security definer as $$
begin
    return case when actor_role() in ('peer_supporter', 'mental_health_professional', 'coordinator') then array(
        select s.id
        from host_assignments h join sessions s on s.cohort_id = h.cohort_id and s.id = coalesce(h.session_id, s.id)
        where h.account_id = actor_account_id() and h.released_at is null and h.cohort_id <> all (actor_own_cohort_ids())
            and not exists (
                select from host_assignments x where x.session_id = s.id and x.replaces = h.id and x.released_at is null)) else '{}' end;
end $$;

-- Coordinators whose work the actor does: their own, and that of whoever named them as a back-up or whom they stand in for (decision 22).
create or replace function actor_stands_for_ids() returns uuid[] language plpgsql stable security definer as $$
begin
    return case when actor_role() = 'coordinator' then array(
        select actor_account_id()
        union
        select b.account_id from back_ups b where b.back_up_account_id = actor_account_id()
        union
        select a.id from accounts a
        where a.role = 'coordinator' and account_is_away(a.id, app_now())
            and coordinator_stand_in(a.id, app_now()) = actor_account_id()) else '{}' end;
end $$;

-- A6.8: a coordinator meets those of the groups in their care as a host does, by alias, whomever they serve.
create or replace function actor_runs_cohort(in_cohort_id uuid) returns boolean language plpgsql stable as $$
begin
    return actor_role() = 'coordinator' and in_cohort_id <> all (actor_own_cohort_ids()) and exists (
        select from cohorts g where g.id = in_cohort_id and g.coordinator_id = any (actor_stands_for_ids()));
end $$;

-- And those of sessions they lead themselves.
create or replace function actor_meets_session(in_session_id uuid, in_cohort_id uuid) returns boolean stable language sql
return actor_runs_cohort(in_cohort_id) or coalesce(in_session_id = any (actor_session_ids()), false);

-- I13, R14: a coordinator handles what is about people they serve, never what is about themselves or somebody they are excluded from.
-- These are the persons, and what names them; who is meant by a digest counts as well, and of that the coordinator must not learn:
-- hence it looks past row level security. One look for each statement.
create or replace function actor_hidden_conflict_ids() returns uuid[] language plpgsql stable security definer as $$
declare
    persons uuid[] := actor_hidden_ids() || array(
        select s.id from conflict_selves(array[actor_account_id()]) s where s.id is not null);
begin
    if actor_role() <> 'coordinator' then
        return '{}';
    end if;
    return persons || conflict_declaration_ids_about(persons, persons);
end $$;

-- Declarations and matches of which the actor is not to hear.
create or replace function actor_kept_conflict_ids() returns uuid[] language plpgsql stable security definer as $$
begin
    return case when actor_role() in ('mental_health_professional', 'coordinator', 'administrator')
        then conflict_declaration_kept_ids(actor_account_id()) else '{}' end;
end $$;

-- Whom a coordinator serves: everybody of their regions, or of none yet, but never themselves nor whom they are excluded from (I13, R14).
-- Policies look the two facts up once for a statement and hand them in.
create or replace function actor_covers(in_region_key text, in_participant_id uuid, in_region_keys text[], in_hidden_ids uuid[])
returns boolean immutable language sql
return in_region_key = any (in_region_keys) and in_participant_id <> all (in_hidden_ids);

-- Whether there is no region that the actor does not serve: a list then reads one index from end to end, not one part for each region.
create or replace function actor_is_everywhere() returns boolean stable language sql
return actor_region_keys() @> region_keys();

-- Whether the actor serves this person, or is them.
create or replace function actor_serves(in_participant_id uuid) returns boolean language plpgsql stable as $$
begin
    return case actor_role()
        when 'peer' then in_participant_id = actor_participant_id()
        when 'coordinator' then exists (
            select from participants p
            where p.id = in_participant_id and actor_covers(p.region_key, p.id, actor_region_keys(), actor_hidden_ids()))
        else false end;
end $$;

-- Whether the actor has to do with a group at all: what definer's functions ask before they answer.
create or replace function actor_serves_cohort(in_cohort_id uuid) returns boolean stable language sql
return actor_role() = 'worker'
    or actor_role() = 'coordinator' and in_cohort_id <> all (actor_own_cohort_ids())
    or in_cohort_id = any (actor_cohort_ids());

-- The alarms that the actor was called for.
create or replace function actor_alarm_ids() returns uuid[] language plpgsql stable security definer as $$
begin
    return array(select n.alarm_id from notices n where n.account_id = actor_account_id() and n.alarm_id is not null);
end $$;

-- And what those are about: who is called may act on it, but for who was told by alias.
create or replace function actor_alarm_object_ids() returns uuid[] language plpgsql stable security definer as $$
begin
    return array(
        select n.object_id from notices n
        where n.account_id = actor_account_id() and n.alarm_id is not null and not n.is_by_alias);
end $$;

-- Groups that the actor leads or led, and what is not for those who led with somebody: for alarms.
create or replace function actor_led_cohort_ids() returns uuid[] language plpgsql stable security definer as $$
begin
    return array(select h.cohort_id from host_assignments h where h.account_id = actor_account_id());
end $$;

create or replace function actor_near_kinds() returns text[] language plpgsql stable as $$
begin
    return array(select k.kind from notice_kinds k where k.is_kept_from_hosts);
end $$;
