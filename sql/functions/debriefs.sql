-- SPDX-License-Identifier: MIT
-- R13: how it was for those who led.

create or replace function debrief_guard() returns trigger language plpgsql as $$
declare
    changes text[] := array['supervisor_account_id', 'supervised_at', 'supervised_by', 'needs_supervision', 'version'];
begin
    if old.supervised_at is not null or (to_jsonb(new) - changes) <> (to_jsonb(old) - changes) then
        raise exception 'a debrief stays as it was written' using errcode = '42501';
    end if;
    return new;
end $$;
create or replace trigger guard before update on debriefs for each row execute function debrief_guard();

-- The note is its author's; it opens for coordinators and the one who supervises as well, unless they are too near.
create or replace function debrief_note(in_id uuid) returns text language plpgsql stable security definer as $$
begin
    return (
        select unseal('debrief.note', d.note) from debriefs d
        where d.id = in_id and (
            d.account_id = actor_account_id()
            or (actor_role() = 'coordinator'
                or actor_role() = 'mental_health_professional' and d.supervisor_account_id = actor_account_id())
                and not debrief_is_near(d.session_id, d.cohort_id)));
end $$;

-- The group of a session that the actor led, by having been there when it started or as the professional on call; null otherwise.
-- I13: nor in a group where they are a peer.
create or replace function debrief_cohort_id(in_session_id uuid) returns uuid language plpgsql stable security definer as $$
begin
    return (
        select s.cohort_id from sessions s
        where s.id = in_session_id and s.cohort_id <> all (actor_own_cohort_ids()) and (
            exists (select from session_presences p where p.session_id = s.id and p.account_id = actor_account_id())
            or session_role(s.id) = 'on_call_professional' and s.started_at is not null));
end $$;

-- Too near to read the debriefs of others: a host of that session or group, whatever else they are, and (I13) somebody who is a peer in it.
create or replace function debrief_is_near(in_session_id uuid, in_cohort_id uuid) returns boolean stable language sql
return debrief_cohort_id(in_session_id) is not null or in_cohort_id = any (actor_cohort_ids() || actor_own_cohort_ids());

-- Who may be asked to supervise: an active professional who is not, and was not, a host of that group.
create or replace function debrief_may_supervise(in_id uuid, in_account_id uuid) returns boolean
language plpgsql stable security definer as $$
declare
    debrief debriefs;
begin
    perform require_role('coordinator');
    select * into debrief from debriefs d where d.id = in_id and d.cohort_id <> all (actor_own_cohort_ids());
    return found and exists (
        select from accounts a where a.id = in_account_id and a.role = 'mental_health_professional' and a.is_active)
        and not exists (select from host_assignments h where h.account_id = in_account_id and h.cohort_id = debrief.cohort_id)
        and not exists (select from session_presences p where p.account_id = in_account_id and p.session_id = debrief.session_id)
        and not host_is_barred(in_account_id, debrief.cohort_id);
end $$;

create or replace view debriefs_json with (security_invoker = true) as
select d.id, d.version, d.created_at, d.session_id, d.account_id, d.supervision_due, d.supervised_at, row_to_json(members) as body
from debriefs d
cross join lateral (select
    d.id,
    d.session_id,
    d.account_id,
    d.delivered,
    d.climate,
    d.wellbeing,
    d.wants_supervision,
    case when d.note is not null then debrief_note(d.id) end as note,
    d.needs_supervision,
    utc(d.supervision_due) as supervision_due,
    d.supervisor_account_id,
    utc(d.supervised_at) as supervised_at,
    d.supervised_by,
    utc(d.created_at) as created_at) members;

create or replace function debrief_lock(in_id uuid, in_if_match int[]) returns debriefs language plpgsql as $$
declare
    debrief debriefs;
begin
    select * into debrief from debriefs d where d.id = in_id for no key update;
    perform require_version(in_if_match, debrief.version);
    return debrief;
end $$;

create or replace function debrief_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, d.body, case when in_status = 201 then '/v1/debriefs/' || d.id end, d.version)
        from debriefs_json d where d.id = in_id);
end $$;

create or replace function debrief_require_open(in_debrief debriefs) returns void language plpgsql as $$
begin
    if in_debrief.supervised_at is not null then
        perform problem_state('supervised');
    end if;
end $$;

-- Newest first; for a coordinator, what waits to be talked about by when that is due (R13). Hosts: their own and those they were asked to
-- supervise, which is little.
create or replace function debriefs_find(in_query jsonb) returns table (at timestamptz, id uuid) language plpgsql stable as $$
declare
    after_at timestamptz := in_query#>>'{after,at}';
    after_id uuid := in_query#>>'{after,id}';
    wanted int := (in_query->>'limit')::int + 1;
    is_waiting boolean := coalesce((in_query->>'needs_supervision')::boolean, false);
    session uuid := in_query->>'session_id';
    theirs uuid[] := case when in_query ? 'coordinator_id' then cohort_ids_of((in_query->>'coordinator_id')::uuid) end;
begin
    if actor_role() <> 'coordinator' then
        return query
        select d.created_at, d.id
        from (
            select o.* from debriefs o where o.account_id = (select actor_account_id())
            union
            select v.* from debriefs v where v.supervisor_account_id = (select actor_account_id())) d
        where (d.created_at, d.id) < (after_at, after_id) and (session is null or d.session_id = session)
            and (not is_waiting or d.supervision_due is not null and d.supervised_at is null)
            and (theirs is null or d.cohort_id = any (theirs))
        order by d.created_at desc, d.id desc limit wanted;
    elsif is_waiting then
        -- The other way round, so its first page follows the other end of time.
        after_at := case when after_at = 'infinity' then '-infinity' else after_at end;
        return query
        select d.supervision_due, d.id from debriefs d
        where d.supervision_due is not null and d.supervised_at is null and (d.supervision_due, d.id) > (after_at, after_id)
            and (session is null or d.session_id = session) and (theirs is null or d.cohort_id = any (theirs))
        order by d.supervision_due, d.id limit wanted;
    elsif session is not null then
        return query
        select d.created_at, d.id from debriefs d
        where d.session_id = session and (d.created_at, d.id) < (after_at, after_id)
            and (theirs is null or d.cohort_id = any (theirs))
        order by d.created_at desc, d.id desc limit wanted;
    else
        return query
        select d.created_at, d.id from debriefs d
        where (d.created_at, d.id) < (after_at, after_id) and (theirs is null or d.cohort_id = any (theirs))
        order by d.created_at desc, d.id desc limit wanted;
    end if;
end $$;

create or replace function debriefs_create(in_session_id uuid, in_body jsonb, in_key jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    led_group uuid := debrief_cohort_id(in_session_id);
    led_state text := session_run_json(in_session_id)->>'state';
    wants boolean := coalesce((in_body->>'wants_supervision')::boolean, false);
begin
    if led_group is null then
        perform problem('not-found');
    elsif led_state = 'in_progress' then
        perform problem_state(led_state);
    end if;
    insert into debriefs (
        id, session_id, cohort_id, account_id, delivered, climate, wellbeing, wants_supervision, note, supervision_due, created_at)
    values (
        new_id, in_session_id, led_group, actor_account_id(), (in_body->>'delivered')::boolean, (in_body->>'climate')::int,
        (in_body->>'wellbeing')::int, wants, in_body->>'note',
        case when wants or (in_body->>'wellbeing')::int <= 2 then business_days_after(app_now(), 1) end, app_now());
    perform keep_key(in_key, 'staff', actor_account_id());
    perform audit('create', 'debrief', new_id, in_fields => body_fields(in_body));
    return debrief_respond(201, new_id);
end $$;

-- A6.1, A6.8: a coordinator asks a professional to supervise, or takes that back.
create or replace function debriefs_update(in_id uuid, in_if_match int[], in_body jsonb) returns response language plpgsql as $$
declare
    debrief debriefs := debrief_lock(in_id, in_if_match);
    supervisor uuid := (in_body->>'supervisor_account_id')::uuid;
begin
    perform debrief_require_open(debrief);
    if supervisor is not null and not debrief_may_supervise(in_id, supervisor) then
        perform problem_field('supervisor_account_id', 'not-allowed');
    end if;
    update debriefs d set supervisor_account_id = supervisor, version = d.version + 1 where d.id = in_id;
    perform notice_tell(array[supervisor], 'supervision_asked', in_id, in_cohort_id => debrief.cohort_id);
    perform audit('update', 'debrief', in_id, in_fields => body_fields(in_body));
    return debrief_respond(200, in_id);
end $$;

-- Somebody has talked with the author.
create or replace function debriefs_supervise(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
begin
    perform debrief_require_open(debrief_lock(in_id, in_if_match));
    update debriefs d set supervised_at = app_now(), supervised_by = actor_account_id(), version = d.version + 1 where d.id = in_id;
    perform audit('supervise', 'debrief', in_id);
    return debrief_respond(200, in_id);
end $$;
