-- SPDX-License-Identifier: MIT
-- What the rooms around a group share: who belongs to it, when it locks, how many seats are taken.

-- The groups in which the actor leads (a host) or has a part (a peer): for policies, one look per statement.
create or replace function actor_group_ids() returns uuid[]
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return case
        when actor_role() = 'peer' then array(
            select e.group_id from enrolments e
            where e.participant_id = actor_participant_id() and (e.is_live or e.state = 'completed'))
        when actor_role() in ('peer_supporter', 'mental_health_professional') then array(
            select h.group_id from host_assignments h where h.account_id = actor_account_id() and h.released_at is null)
        else '{}' end;
end
$$;
alter function actor_group_ids() owner to alongside_definer;

-- I13: groups in which the actor, a member of staff, is or was a peer: with the same sign-in, or under another one that is known.
create or replace function actor_own_group_ids() returns uuid[]
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return array(
        select e.group_id
        from participant_exclusions x join enrolments e on e.participant_id = x.participant_id
        where x.account_id = actor_account_id() and x.reason = 'own_case'
        union all
        select e.group_id from enrolments e where e.participant_id = actor_participant_id() and actor_role() <> 'peer');
end
$$;
alter function actor_own_group_ids() owner to alongside_definer;

-- I2: end = start + duration.
create or replace function session_ends_at(in_session sessions) returns timestamptz stable language sql
begin atomic
    select in_session.starts_at + make_interval(mins => in_session.duration_minutes);
end;

-- When the group stops taking people; null = never, as things are planned. I3: a closed group once its first session has begun or its
-- hour has come; cancelling or moving that session moves the lock. I10: any group after its registration deadline, the end of that
-- local day.
create or replace function group_locks_at(in_group groups) returns timestamptz
language plpgsql stable
set search_path = alongside, pg_catalog
as $$
declare
    first sessions;
begin
    select * into first from sessions s where s.group_id = in_group.id and s.state <> 'cancelled' order by s.starts_at, s.seq limit 1;
    return least(
        case when in_group.joining = 'closed' then
            -- What has begun has begun by now.
            case when first.started_at is null then first.starts_at else least(first.started_at, app_now()) end end,
        ((first.local_start::date - in_group.registration_deadline_days) + 1)::timestamp at time zone first.timezone);
end
$$;
create or replace function group_is_locked(in_group groups) returns boolean
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return coalesce(group_locks_at(in_group) <= app_now(), false);
end
$$;
alter function group_is_locked(groups) owner to alongside_definer;

-- I1: to be asked only while the group's row is locked.
create or replace function group_seats_taken(in_group_id uuid) returns int
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return (select count(*) from enrolments e where e.group_id = in_group_id and e.holds_seat);
end
$$;
alter function group_seats_taken(uuid) owner to alongside_definer;
-- The same for who may know it.
create or replace function group_seats_shown(in_group_id uuid) returns int
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return case when actor_role() = 'coordinator' and in_group_id <> all (actor_own_group_ids()) then group_seats_taken(in_group_id) end;
end
$$;
alter function group_seats_shown(uuid) owner to alongside_definer;

-- A6.5: whether two who are in it must not meet; for coordinators.
create or replace function conflicts_block_group(in_group_id uuid) returns boolean
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return actor_role() = 'coordinator' and conflict_stands(array(select conflict_persons(in_group_id)));
end
$$;
alter function conflicts_block_group(uuid) owner to alongside_definer;
