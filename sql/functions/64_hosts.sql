-- SPDX-License-Identifier: MIT
-- Who leads: what somebody must have, whom a slot still needs, who leads which session, and who could step in.

-- Dates of qualifications are the office's.
create or replace function office_date() returns date stable language sql
begin atomic
    select (app_now() at time zone 'America/Toronto')::date;
end;

-- S0.25, S0.23, S0.31: orientation for everybody who leads, facilitator training for professionals as well; every module, on that day.
create or replace function modules_missing(in_account_id uuid, in_role text, in_on date) returns text[]
language plpgsql stable
set search_path = alongside, pg_catalog
as $$
begin
    return (
        select coalesce(array_agg(l.code order by l.list desc, l.position), '{}')
        from code_lists l
        where l.list = any (case in_role
                when 'peer_supporter' then array['training_orientation']
                when 'mental_health_professional' then array['training_orientation', 'training_facilitator']
                else '{}' end)
            and (l.list, l.code) not in (
                select 'training_' || t.kind, t.module from trainings t
                where t.account_id = in_account_id and t.completed_on <= in_on and (t.expires_on is null or t.expires_on >= in_on)));
end
$$;
create or replace function is_cleared(in_qualification qualifications, in_on date) returns boolean immutable language sql
begin atomic
    select coalesce(
        in_qualification.cleared_on <= in_on
        and (in_qualification.clearance_expires_on is null or in_qualification.clearance_expires_on >= in_on), false);
end;
create or replace view qualifications_json with (security_invoker = true) as
select a.id as account_id, coalesce(q.version, 0) as version, json_build_object(
    'account_id', a.id,
    'designation', q.designation,
    'cleared_on', q.cleared_on,
    'clearance_expires_on', q.clearance_expires_on,
    'regions', coalesce(q.regions, '{}'),
    'is_cleared', is_cleared(q, office_date()),
    'modules_missing', modules_missing(a.id, a.role, office_date())) as body
from accounts a left join qualifications q on q.account_id = a.id
where a.role <> 'peer';

create or replace view trainings_json with (security_invoker = true) as
select t.id, t.account_id, t.completed_on, json_build_object(
    'id', t.id,
    'account_id', t.account_id,
    'kind', t.kind,
    'module', t.module,
    'label', localized(l.label_en, l.label_fr),
    'completed_on', t.completed_on,
    'expires_on', t.expires_on,
    'created_at', utc(t.created_at)) as body
from trainings t join code_lists l on l.list = 'training_' || t.kind and l.code = t.module;

create or replace function qualifications_replace(in_account_id uuid, in_if_match int[], in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    account accounts;
    qualification qualifications;
begin
    select * into account from accounts a where a.id = in_account_id and a.role <> 'peer' for update;
    if not found then
        perform problem('not-found');
    end if;
    select * into qualification from qualifications q where q.account_id = in_account_id;
    perform require_version(in_if_match, coalesce(qualification.version, 0));
    perform require_no_faults((
        select jsonb_agg(jsonb_build_object('pointer', '#/' || f.name, 'code', f.code))
        from (values
            ('designation', 'required',
                account.role = 'mental_health_professional' and in_body->>'designation' is null),
            ('designation', 'invalid',
                account.role <> 'mental_health_professional' and in_body->>'designation' is not null),
            ('cleared_on', 'in-the-future', (in_body->>'cleared_on')::date > office_date()),
            ('cleared_on', 'required', in_body->>'cleared_on' is null and in_body->>'clearance_expires_on' is not null)
        ) f (name, code, is_wrong)
        where f.is_wrong));
    insert into qualifications (account_id, designation, cleared_on, clearance_expires_on, regions)
    values (
        in_account_id, in_body->>'designation', (in_body->>'cleared_on')::date, (in_body->>'clearance_expires_on')::date,
        text_array(coalesce(in_body->'regions', '[]')))
    on conflict (account_id) do update set
        designation = excluded.designation, cleared_on = excluded.cleared_on,
        clearance_expires_on = excluded.clearance_expires_on, regions = excluded.regions, version = qualifications.version + 1;
    perform audit('update', 'qualification', in_account_id, in_fields => body_fields(in_body));
    return (select respond(200, q.body, null, q.version) from qualifications_json q where q.account_id = in_account_id);
end
$$;

-- What a qualification shows depends on the trainings: with them its version changes.
create or replace function qualifications_touch(in_account_id uuid) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    insert into qualifications (account_id) values (in_account_id)
    on conflict (account_id) do update set version = qualifications.version + 1;
end
$$;
create or replace function trainings_create(in_account_id uuid, in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    new_id uuid := gen_random_uuid();
begin
    perform from accounts a where a.id = in_account_id and a.role <> 'peer';
    if not found then
        perform problem('not-found');
    end if;
    perform require_no_faults((
        select jsonb_agg(jsonb_build_object('pointer', '#/' || f.name, 'code', f.code))
        from (values
            ('module', 'not-allowed', not exists (
                select from code_lists l where l.list = 'training_' || (in_body->>'kind') and l.code = in_body->>'module')),
            ('completed_on', 'in-the-future', (in_body->>'completed_on')::date > office_date())
        ) f (name, code, is_wrong)
        where f.is_wrong));
    insert into trainings (id, account_id, kind, module, completed_on, expires_on, recorded_by, created_at)
    values (
        new_id, in_account_id, in_body->>'kind', in_body->>'module', (in_body->>'completed_on')::date,
        (in_body->>'expires_on')::date, actor_account_id(), app_now());
    perform qualifications_touch(in_account_id);
    perform audit('create', 'training', new_id, in_fields => body_fields(in_body));
    return (select respond(201, t.body, '/v1/trainings/' || t.id, 1) from trainings_json t where t.id = new_id);
end
$$;
create or replace function trainings_delete(in_id uuid) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    account uuid;
begin
    delete from trainings t where t.id = in_id returning t.account_id into account;
    if not found then
        perform problem('not-found');
    end if;
    perform qualifications_touch(account);
    perform audit('delete', 'training', in_id);
    return respond(204, null);
end
$$;

create or replace function slot_role(in_slot text) returns text immutable language sql
begin atomic
    select case in_slot when 'peer_supporter' then 'peer_supporter' else 'mental_health_professional' end;
end;
-- I5, R13: what keeps somebody from a slot on that day, in codes of faults.def; empty = fit. Null when there is no such account.
create or replace function host_missing(in_account_id uuid, in_slot text, in_language text, in_on date) returns text[]
language plpgsql stable
set search_path = alongside, pg_catalog
as $$
begin
    return (
        select array_remove(array[
            case when a.role <> slot_role(in_slot) then 'wrong-role' end,
            case when not a.is_active then 'not-active' end,
            case when not in_language = any (coalesce(s.languages, '{}')) then 'other-language' end,
            case when modules_missing(a.id, slot_role(in_slot), in_on) <> '{}' then 'training-missing' end,
            case when not is_cleared(q, in_on) then 'not-cleared' end], null)
        from accounts a
        left join staff s on s.id = a.id
        left join qualifications q on q.account_id = a.id
        where a.id = in_account_id);
end
$$;
-- How many of a slot a group asks for.
create or replace function slots_wanted(in_group groups, in_slot text) returns int immutable language sql
begin atomic
    select case in_slot
        when 'peer_supporter' then in_group.peer_supporters
        when 'mental_health_professional' then in_group.mental_health_professionals
        else in_group.on_call_professional::int end;
end;

-- Who leads which session that is not over: the hosts of the group, but for those whom a substitute replaces, and the substitutes.
create or replace view session_leads with (security_invoker = true) as
select s.id as session_id, s.group_id, s.starts_at, session_ends_at(s) as ends_at, h.id as assignment_id, h.account_id, h.slot
from sessions s
join host_assignments h on h.group_id = s.group_id and h.released_at is null and (
    h.session_id = s.id
    or h.session_id is null and not exists (
        select from host_assignments x where x.session_id = s.id and x.replaces = h.id and x.released_at is null))
where s.state in ('scheduled', 'in_progress', 'completed');

-- Whether the actor has to do with a group at all: what definer's functions ask before they answer.
create or replace function actor_serves_group(in_group_id uuid) returns boolean stable language sql
begin atomic
    select actor_role() = 'worker'
        or actor_role() = 'coordinator' and in_group_id <> all (actor_own_group_ids())
        or in_group_id = any (actor_group_ids());
end;
-- The hosts of a session, substitutions counted.
create or replace function session_hosts(in_session_id uuid) returns table (account_id uuid, slot text)
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return query
    select l.account_id, l.slot from session_leads l
    where l.session_id = in_session_id and actor_serves_group(l.group_id);
end
$$;
alter function session_hosts(uuid) owner to alongside_definer;
-- I5: the slots that nobody fit fills on the day of the session, one entry for each; empty = complete. A professional on call who is
-- missing is told, and stops nothing (decision 4). To those who have nothing to do with the group everything is missing.
create or replace function session_host_shortfall(in_session_id uuid) returns text[]
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    session sessions;
    led groups;
begin
    select * into session from sessions s where s.id = in_session_id;
    select * into led from groups g where g.id = session.group_id;
    if led.id is null or not actor_serves_group(led.id) then
        return array['peer_supporter', 'mental_health_professional', 'on_call_professional'];
    end if;
    return (
        select coalesce(array_agg(wanted.slot order by wanted.place), '{}')
        from unnest(array['peer_supporter', 'mental_health_professional', 'on_call_professional']) with ordinality wanted (slot, place)
        left join (
            select l.slot, count(*) as fit from session_leads l
            where l.session_id = in_session_id and host_missing(l.account_id, l.slot, led.language, session.local_start::date) = '{}'
            group by l.slot) filled on filled.slot = wanted.slot
        cross join generate_series(coalesce(filled.fit, 0) + 1, slots_wanted(led, wanted.slot)));
end
$$;
alter function session_host_shortfall(uuid) owner to alongside_definer;

-- I13: who is or was in a group as a peer does not lead it. The answer is that of any other conflict.
create or replace function host_is_barred(in_account_id uuid, in_group_id uuid) returns boolean
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return actor_role() = 'coordinator' and exists (
        select from conflict_selves(array[in_account_id]) s join enrolments e on e.participant_id = s.id
        where e.group_id = in_group_id);
end
$$;
alter function host_is_barred(uuid, uuid) owner to alongside_definer;
-- For the coordinator who assigns: what this person lacks for these sessions, and which modules. Null when there is no such host.
create or replace function host_check(
    in_account_id uuid, in_slot text, in_language text, in_on date, out missing text[], out modules text[])
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    if actor_role() = 'coordinator' and exists (
        select from accounts a where a.id = in_account_id and a.role in ('peer_supporter', 'mental_health_professional'))
    then
        missing := host_missing(in_account_id, in_slot, in_language, in_on);
        modules := modules_missing(in_account_id, slot_role(in_slot), in_on);
    end if;
end
$$;
alter function host_check(uuid, text, text, date) owner to alongside_definer;
-- I5: what is wrong with who leads what, in the sessions of a group that are still to come or under way. It looks into all groups.
create or replace function host_clashes(in_group_id uuid) returns table (reason text, account_id uuid, session_id uuid)
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    if actor_role() <> 'coordinator' then
        return;
    end if;
    return query
    with lead as (
        select l.* from session_leads l join sessions s on s.id = l.session_id
        where l.group_id = in_group_id and s.state in ('scheduled', 'in_progress'))
    select 'two-slots', l.account_id, l.session_id from lead l group by l.account_id, l.session_id having count(*) > 1
    union all
    select 'slot-filled', null::uuid, l.session_id
    from lead l join groups g on g.id = l.group_id
    group by l.session_id, l.slot, g.id having count(*) > slots_wanted(g, l.slot)
    union all
    select 'slot-filled', null, null
    from host_assignments h join groups g on g.id = h.group_id
    where h.group_id = in_group_id and h.session_id is null and h.released_at is null
    group by h.slot, g.id having count(*) > slots_wanted(g, h.slot)
    union all
    select 'double-booked', l.account_id, l.session_id
    from lead l
    where exists (
        select from host_assignments h join sessions s on s.group_id = h.group_id
        where h.account_id = l.account_id and h.released_at is null and h.group_id <> in_group_id
            and s.state in ('scheduled', 'in_progress')
            and s.starts_at < l.ends_at and session_ends_at(s) > l.starts_at
            and exists (select from session_leads o where o.assignment_id = h.id and o.session_id = s.id));
end
$$;
alter function host_clashes(uuid) owner to alongside_definer;
create or replace function hosts_require_no_clash(in_group_id uuid) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    clash record;
begin
    -- Two coordinators who book the same person into two groups meet here, always in the same order.
    perform pg_advisory_xact_lock(hashtextextended('host ' || h.account_id, 0))
    from (
        select distinct h.account_id from host_assignments h
        where h.group_id = in_group_id and h.released_at is null order by h.account_id) h;
    select c.reason, jsonb_agg(distinct c.account_id) filter (where c.account_id is not null) as account_ids,
        jsonb_agg(distinct c.session_id) filter (where c.session_id is not null) as session_ids
    into clash from host_clashes(in_group_id) c group by c.reason order by c.reason desc limit 1;
    if found then
        perform problem('conflict', jsonb_strip_nulls(jsonb_build_object(
            'reason', clash.reason, 'account_ids', clash.account_ids, 'session_ids', clash.session_ids)));
    end if;
end
$$;

-- What people call a host; peers see it too, elsewhere.
create or replace function host_alias(in_account_id uuid) returns text
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return (
        select s.alias from staff s
        where s.id = in_account_id and actor_role() in ('coordinator', 'peer_supporter', 'mental_health_professional')
            and exists (select from host_assignments h where h.account_id = s.id));
end
$$;
alter function host_alias(uuid) owner to alongside_definer;
create or replace view host_assignments_json with (security_invoker = true) as
select h.id, h.group_id, h.assigned_at, h.released_at, h.version, json_build_object(
    'id', h.id,
    'group_id', h.group_id,
    'session_id', h.session_id,
    'account_id', h.account_id,
    'alias', host_alias(h.account_id),
    'slot', h.slot,
    'replaces', h.replaces,
    'assigned_by', case when (select actor_role()) = 'coordinator' then h.assigned_by end,
    'assigned_at', utc(h.assigned_at),
    'released_at', utc(h.released_at)) as body
from host_assignments h;

-- Where a session is named, it must be one that still needs hosts; where somebody is replaced, it is in that session and slot.
create or replace function host_assignments_check(in_group groups, in_body jsonb) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    session sessions;
    replaced uuid := (in_body->>'replaces')::uuid;
begin
    perform groups_require_alive(in_group);
    if slots_wanted(in_group, in_body->>'slot') = 0 then
        perform problem_field('slot', 'not-allowed');
    elsif in_body->>'session_id' is not null then
        select * into session from sessions s where s.id = (in_body->>'session_id')::uuid and s.group_id = in_group.id;
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
end
$$;
-- I5: every thing that is missing is named at once; a conflict only as such, and only to coordinators (A6.5).
create or replace function host_assignments_create(in_group_id uuid, in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    led groups := groups_lock(in_group_id);
    new_id uuid := gen_random_uuid();
    account uuid := (in_body->>'account_id')::uuid;
    host record;
begin
    perform host_assignments_check(led, in_body);
    -- On the day of the first session they are to lead.
    select * into host from host_check(account, in_body->>'slot', led.language, coalesce((
        select min(s.local_start)::date from sessions s
        where s.group_id = in_group_id and s.id = coalesce((in_body->>'session_id')::uuid, s.id)
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
    if conflicts_block_host(account, in_group_id) or host_is_barred(account, in_group_id) then
        perform problem('conflict', '{"reason": "conflict"}');
    end if;
    insert into host_assignments (id, group_id, session_id, account_id, slot, replaces, assigned_by, assigned_at)
    values (
        new_id, in_group_id, (in_body->>'session_id')::uuid, account, in_body->>'slot', (in_body->>'replaces')::uuid,
        actor_account_id(), app_now());
    perform hosts_require_no_clash(in_group_id);
    perform audit('assign', 'host_assignment', new_id, in_fields => body_fields(in_body));
    return (
        select respond(201, h.body, '/v1/host-assignments/' || h.id, h.version) from host_assignments_json h where h.id = new_id);
end
$$;
-- Without a substitute, the one who was replaced leads again: that must fit as well.
create or replace function host_assignments_release(in_id uuid, in_if_match int[]) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    assignment host_assignments;
begin
    perform groups_lock((select h.group_id from host_assignments h where h.id = in_id));
    select * into assignment from host_assignments h where h.id = in_id for update;
    perform require_version(in_if_match, assignment.version);
    if assignment.released_at is not null then
        perform problem_state('released');
    end if;
    update host_assignments h set released_at = app_now(), version = h.version + 1 where h.id = in_id;
    perform hosts_require_no_clash(assignment.group_id);
    perform audit('release', 'host_assignment', in_id);
    return (select respond(200, h.body, null, h.version) from host_assignments_json h where h.id = in_id);
end
$$;

-- Who could fill a slot of a session: fit on that day, free at that hour, nobody in the group they must not meet. Twenty at most.
create or replace function session_candidates(in_session_id uuid, in_slot text) returns table (account_id uuid, alias text)
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    session sessions;
    led groups;
begin
    select * into session from sessions s where s.id = in_session_id;
    select * into led from groups g where g.id = session.group_id;
    if actor_role() <> 'coordinator' or not actor_serves_group(led.id) then
        return;
    end if;
    return query
    select c.id, c.alias
    from (
        -- The fence: in order of names, so that the costly questions end with the twentieth answer.
        select a.id, s.alias
        from accounts a
        join staff s on s.id = a.id
        join qualifications q on q.account_id = a.id
        where a.role = slot_role(in_slot) and a.is_active and led.language = any (s.languages)
            and is_cleared(q, session.local_start::date)
        order by s.alias, a.id
        offset 0) c
    where modules_missing(c.id, slot_role(in_slot), session.local_start::date) = '{}'
        and not exists (
            select from host_assignments h join sessions o on o.group_id = h.group_id
            where h.account_id = c.id and h.released_at is null and o.state in ('scheduled', 'in_progress')
                and o.starts_at < session_ends_at(session) and session_ends_at(o) > session.starts_at
                and exists (select from session_leads l where l.assignment_id = h.id and l.session_id = o.id))
        and not host_is_barred(c.id, led.id)
        and not conflicts_block_host(c.id, led.id)
    order by c.alias, c.id
    limit 20;
end
$$;
alter function session_candidates(uuid, text) owner to alongside_definer;
-- Hosts of a session who do not count on its day, and why: a shortfall is often an expiry.
create or replace function session_unfit_hosts(in_session_id uuid) returns table (account_id uuid, alias text, slot text, missing text[])
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    return query
    select l.account_id, s.alias, l.slot, m.missing
    from session_leads l
    join groups g on g.id = l.group_id
    join sessions n on n.id = l.session_id
    left join staff s on s.id = l.account_id
    cross join lateral (select host_missing(l.account_id, l.slot, g.language, n.local_start::date) as missing) m
    where l.session_id = in_session_id and actor_role() = 'coordinator' and actor_serves_group(g.id) and m.missing <> '{}'
    order by s.alias, l.account_id;
end
$$;
alter function session_unfit_hosts(uuid) owner to alongside_definer;

create or replace view shortfalls_json with (security_invoker = true) as
select s.id, s.starts_at, json_build_object(
    'session_id', s.id,
    'group_id', s.group_id,
    'seq', s.seq,
    'language', g.language,
    'local_start', to_char(s.local_start, 'YYYY-MM-DD"T"HH24:MI'),
    'timezone', s.timezone,
    'utc_offset', utc_offset(s.local_start, s.starts_at),
    'starts_at', utc(s.starts_at),
    'duration_minutes', s.duration_minutes,
    'missing', short.missing,
    'stops_session', short.missing && array['peer_supporter', 'mental_health_professional'],
    'unfit', (
        select coalesce(json_agg(json_build_object(
            'account_id', u.account_id, 'alias', u.alias, 'slot', u.slot, 'missing', u.missing) order by u.alias, u.account_id), '[]')
        from session_unfit_hosts(s.id) u),
    'could_cover', (
        select coalesce(json_agg(json_build_object(
            'slot', w.slot, 'account_id', c.account_id, 'alias', c.alias) order by w.slot, c.alias, c.account_id), '[]')
        from (select distinct unnest(short.missing) as slot) w cross join lateral session_candidates(s.id, w.slot) c)) as body
from sessions s
join groups g on g.id = s.group_id
cross join lateral (select session_host_shortfall(s.id) as missing) short;

-- With whom a coordinator plans: those who may lead, with what they have and lack today, and other coordinators, who may take a
-- group over. By the name that peers know; never the name itself, an address, or who serves in the forces.
create or replace function colleagues_find(in_query jsonb) returns table (account_id uuid, alias text, body json)
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    if actor_role() <> 'coordinator' then
        return;
    end if;
    return query
    with page as (
        select a.id, a.role, coalesce(s.alias, '') as name, s.languages, s.employer, serves.regions, q.designation,
            case when a.role <> 'coordinator' then is_cleared(q, office_date()) end as is_cleared
        from accounts a
        left join staff s on s.id = a.id
        left join qualifications q on q.account_id = a.id
        cross join lateral (
            select case a.role when 'coordinator' then a.regions else coalesce(q.regions, '{}') end as regions) serves
        where a.is_active and a.role in ('peer_supporter', 'mental_health_professional', 'coordinator')
            and (coalesce(s.alias, ''), a.id) > (
                coalesce(in_query#>>'{after,alias}', ''),
                coalesce((in_query#>>'{after,id}')::uuid, '00000000-0000-0000-0000-000000000000'))
            and coalesce(in_query->'role' ? a.role, true)
            and (in_query->>'language' is null or in_query->>'language' = any (s.languages))
            and (in_query->>'region' is null or serves.regions = '{}' or in_query->>'region' = any (serves.regions))
        order by coalesce(s.alias, ''), a.id
        limit (in_query->>'limit')::int + 1)
    select p.id, p.name, json_build_object(
        'account_id', p.id,
        'role', p.role,
        'alias', nullif(p.name, ''),
        'languages', coalesce(p.languages, '{}'),
        'regions', p.regions,
        'employer', p.employer,
        'designation', p.designation,
        'is_cleared', p.is_cleared,
        'modules_missing', case when p.role <> 'coordinator' then modules_missing(p.id, p.role, office_date()) end)
    from page p;
end
$$;
alter function colleagues_find(jsonb) owner to alongside_definer;
