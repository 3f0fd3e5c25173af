-- SPDX-License-Identifier: MIT
-- A peer asks that a named person of the staff not see their file.

-- R14: everybody of the staff who bears that name is excluded; the person who asked is not told whether there was anybody, and a
-- coordinator speaks with them either way. Who only may be meant is left to that conversation, which they do not hold. R6: but nobody's
-- last coordinator, before the program lead has found another.
create or replace function exclusion_request_match(in_id uuid) returns void language plpgsql as $$
declare
    made uuid[];
    asker uuid := (select r.participant_id from exclusion_requests r where r.id = in_id and r.name_digest is not null);
    meant uuid[];
    named uuid[];
    is_one_of_few boolean;
begin
    select coalesce(array_agg(n.account_id) filter (where n.is_certain or n.is_whole), '{}'), array_agg(n.account_id)
    into named, meant from name_digests_meet(in_id) n where n.account_id is not null;
    meant := coalesce(nullif(named, '{}'), meant);
    if asker is null or meant is null then
        return;
    end if;
    is_one_of_few := exists (select from accounts a where a.id = any (meant) and a.role = 'coordinator');
    perform exclusion_hold(asker);
    update exclusion_requests r set for_lead = is_one_of_few and not coordinator_is_left(asker, meant) where r.id = in_id;
    with met as (
        update exclusion_requests r set name_digest = null, version = r.version + 1
        where r.id = in_id and not r.for_lead and named <> '{}'
        returning r.participant_id),
    excluded as (
        insert into exclusions (participant_id, account_id, reason, created_by, created_at)
        select m.participant_id, s.id, 'asked_by_peer', p.account_id, app_now()
        from met m join participants p on p.id = m.participant_id cross join unnest(named) s (id)
        on conflict do nothing
        returning id)
    select array_agg(x.id) into made from excluded x;
    perform audit('create', 'exclusion', m) from unnest(made) m;
    perform conflict_raise(array[asker]);
end $$;

-- Somebody coordinates from now on, or elsewhere: what waited for that.
create or replace function exclusion_request_retry() returns void language plpgsql security definer as $$
begin
    perform require_role('administrator');
    perform comparison_ask('request', array(select o.id from exclusion_requests o where o.for_lead and o.state = 'open'));
end $$;

-- Each until a coordinator has closed it; whom it may mean is known first, or they are called for all the same.
create or replace function exclusion_request_clocks()
returns table (kind text, object_id uuid, participant_id uuid, coordinator_id uuid, starts_at timestamptz, due_at timestamptz)
language plpgsql stable rows 50 security definer as $$
begin
    perform require_role('worker');
    return query
    select
        case when r.for_lead then 'exclusion_for_lead' else 'exclusion_asked' end, r.id, r.participant_id, p.coordinator_id, r.created_at,
        r.call_due
    from exclusion_requests r join participants p on p.id = r.participant_id
    where r.state = 'open' and (not comparison_is_due(r.id) or r.created_at + (r.call_due - r.created_at) / 4 <= app_now());
end $$;

-- Those of which somebody of the staff is not to hear: they may be meant, or it is for the program lead alone.
create or replace function exclusion_request_kept_ids(in_account_id uuid) returns uuid[] language plpgsql stable as $$
begin
    return array(
        select n.exclusion_request_id from name_digests_meet(in_account_id) n where n.exclusion_request_id is not null
        union
        select r.id from exclusion_requests r
        where r.for_lead and r.state = 'open'
            and exists (select from accounts a where a.id = in_account_id and a.role = 'coordinator'));
end $$;

create or replace function exclusion_request_today() returns bigint language plpgsql stable security definer as $$
begin
    return (
        select count(*) from exclusion_requests r
        where r.participant_id = actor_participant_id() and r.created_at > app_now() - interval '24 hours');
end $$;

create or replace view exclusion_requests_json with (security_invoker = true) as
select r.id, r.version, r.participant_id, r.state, r.created_at, row_to_json(members) as body
from exclusion_requests r
cross join lateral (select
    r.id,
    r.participant_id,
    r.state,
    r.for_lead,
    utc(r.created_at) as created_at,
    utc(r.call_due) as call_due,
    utc(r.closed_at) as closed_at,
    r.closed_by) members;

-- Newest first, all or the open ones.
create or replace function exclusion_requests_find(in_query jsonb) returns table (at timestamptz, id uuid, participant_id uuid)
language plpgsql stable as $$
declare
    after_at timestamptz := in_query#>>'{after,at}';
    after_id uuid := in_query#>>'{after,id}';
    wanted int := (in_query->>'limit')::int + 1;
begin
    if (in_query->>'open')::boolean then
        return query
        select r.created_at, r.id, r.participant_id from exclusion_requests r
        where r.state = 'open' and (r.created_at, r.id) < (after_at, after_id)
        order by r.created_at desc, r.id desc limit wanted;
    else
        return query
        select r.created_at, r.id, r.participant_id from exclusion_requests r
        where (r.created_at, r.id) < (after_at, after_id)
        order by r.created_at desc, r.id desc limit wanted;
    end if;
end $$;

create or replace function exclusion_requests_create(in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    due timestamptz := business_day_end(app_now(), 1);
begin
    perform pg_advisory_xact_lock(hashtextextended('declares ' || actor_account_id(), 0));
    if exclusion_request_today() >= 5 then
        perform conflict('too-many-today');
    end if;
    insert into exclusion_requests (id, participant_id, name_digest, created_at, call_due)
    values (new_id, actor_participant_id(), in_body#>>'{staff_name_digest,0,whole}', app_now(), due);
    perform name_digests_keep('request', new_id, jsonb_build_object('name', in_body->'staff_name_digest'));
    perform comparison_ask('request', array[new_id], true);
    perform audit('create', 'exclusion_request', new_id, array[actor_participant_id()], body_fields(in_body));
    return respond(202, json_build_object('id', new_id, 'received_at', utc(app_now()), 'call_due', utc(due), 'help', help_json()));
end $$;

-- The coordinator has asked by voice who is meant, and excluded them by id where they are of the staff; also where the name alone has
-- done so before: whether it has is not in the answer. What was theirs of the person's goes to somebody else now.
-- Writes: exclusion_requests, name_digests, hand_overs, participants, intakes.
create or replace function exclusion_requests_close(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
declare
    request exclusion_requests;
begin
    select * into request from exclusion_requests r where r.id = in_id for no key update;
    perform require_version(in_if_match, request.version);
    if request.state <> 'open' then
        perform problem_state(request.state);
    end if;
    update exclusion_requests r set
        state = 'closed', name_digest = null, closed_at = app_now(), closed_by = actor_account_id(), version = r.version + 1
    where r.id = in_id;
    perform name_digests_forget(in_id);
    if not request.for_lead then
        perform hand_over_follow(request.participant_id, 'conflict');
    end if;
    perform audit('close', 'exclusion_request', in_id);
    return (select respond(200, r.body, null, r.version) from exclusion_requests_json r where r.id = in_id);
end $$;
