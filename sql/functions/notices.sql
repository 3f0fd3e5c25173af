-- SPDX-License-Identifier: MIT
-- What staff are told: in the list of their own, and by mail as they wish it, never less than safety asks.

create or replace view notices_json with (security_invoker = true) as
select n.id, n.version, n.created_at, n.account_id, n.acknowledged_at, n.urgency, n.is_by_alias, row_to_json(members) as body
from notices n
join notice_kinds k on k.kind = n.kind
left join alarms a on a.id = n.alarm_id
cross join lateral (select
    n.id,
    n.kind,
    n.urgency,
    case when not n.is_by_alias then json_build_object('type', k.object_type, 'id', n.object_id) end as about,
    n.is_by_alias,
    case when a.id is not null then json_build_object(
        'id', a.id, 'state', a.state, 'step', n.step, 'due_at', utc(a.due_at), 'holder_alias', account_alias(a.holder_account_id))
        end as alarm,
    utc(n.created_at) as created_at,
    utc(n.acknowledged_at) as acknowledged_at) members;

-- Of who must not see the person: what the one who acts needs, and nothing that opens.
create or replace function notice_by_alias(in_id uuid) returns json language plpgsql stable security definer as $$
begin
    return (
        select json_build_object(
            'alias', coalesce((
                select roster_alias(e) from sessions s join enrolments e on e.cohort_id = s.cohort_id
                where s.id = a.session_id and e.participant_id = p.id order by e.is_live desc, e.created_at desc limit 1), p.alias),
            'session_id', a.session_id, 'incident_kind', i.kind)
        from notices n join alarms a on a.id = n.alarm_id
        left join participants p on p.id = a.participant_id
        left join incidents i on i.id = a.object_id
        where n.id = in_id and n.account_id = actor_account_id() and n.is_by_alias);
end $$;

-- Tells one person, and writes to them if they want that; nobody is told of what they did themselves.
-- Writes: notices, outbox.
create or replace function notice_put(
    in_account_id uuid, in_kind text, in_object_id uuid, in_alarm_id uuid default null, in_step int default null,
    in_is_by_alias boolean default false) returns void language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    urgency text := (select k.urgency from notice_kinds k where k.kind = in_kind);
    least_mailed text := (select p.mail from notice_preferences p where p.account_id = in_account_id);
begin
    insert into notices (id, account_id, kind, urgency, object_id, alarm_id, step, is_by_alias, created_at)
    values (new_id, in_account_id, in_kind, urgency, in_object_id, in_alarm_id, in_step, in_is_by_alias, app_now())
    on conflict on constraint notices__step__taken do nothing;
    if not found then
        return;
    end if;
    perform pg_notify('notices', '');
    if array_position('{now,today,later}', urgency) <= array_position('{now,today,later}', coalesce(least_mailed, 'later')) then
        insert into outbox (kind, notice_id, due_at, created_at, changed_at)
        values (case urgency when 'now' then 'notice_now' else 'notice' end, new_id, app_now(), app_now(), app_now());
        perform pg_notify('outbox', '');
    end if;
end $$;

-- What follows from a write of others: each of the staff named is told, but for who did it, who is gone, and (I13, R14) who is kept from
-- the people or the group that it is about. Alarms are the worker's.
create or replace function notice_tell(
    in_account_ids uuid[], in_kind text, in_object_id uuid, in_participant_ids uuid[] default '{}', in_cohort_id uuid default null)
returns void language plpgsql security definer as $$
begin
    perform require_role('peer', 'mental_health_professional', 'coordinator', 'administrator', 'worker', 'guest');
    perform notice_put(a.id, in_kind, in_object_id)
    from accounts a join notice_kinds k on k.kind = in_kind
    where a.id = any (in_account_ids) and a.id is distinct from actor_account_id() and a.is_active and a.role = any (k.roles)
        and not exists (select from notice_rungs r where r.kind = in_kind)
        and (actor_role() <> 'peer' or in_kind in ('work_handed_over', 'registration_asked'))
        and alarm_kept(a.id, null, in_cohort_id) is null
        and not exists (select from unnest(in_participant_ids) p where alarm_kept(a.id, p, null) is not null);
end $$;

-- Who leads what is to come of a group, or one session of it.
create or replace function notice_tell_hosts(in_cohort_id uuid, in_kind text, in_object_id uuid) returns void
language plpgsql security definer as $$
begin
    perform require_role('coordinator');
    perform notice_tell(array(
        select h.account_id from host_assignments h
        where h.cohort_id = in_cohort_id and h.released_at is null
            and (h.session_id is null or h.session_id = in_object_id or in_object_id = in_cohort_id)), in_kind, in_object_id);
end $$;

-- Whoever acts for the coordinator of a person, or, where that one is kept from them or serves another region, the next; at last the lead.
create or replace function notice_tell_coordinator(in_participant_id uuid, in_kind text, in_object_id uuid) returns void
language plpgsql security definer as $$
declare
    stand_in uuid;
    kept uuid[] := '{}';
begin
    perform require_role('worker');
    stand_in := (
        select coordinator_stand_in(p.coordinator_id, app_now()) from participants p where p.id = in_participant_id);
    while stand_in is not null and (alarm_kept(stand_in, in_participant_id, null) is not null
        or not exists (
            select from accounts a join participants p on p.id = in_participant_id
            where a.id = stand_in and (a.role <> 'coordinator' or p.region_key = any (account_region_keys(a.id)))))
    loop
        kept := kept || stand_in;
        stand_in := coordinator_next(stand_in, app_now(), kept);
    end loop;
    perform notice_tell(array[stand_in], in_kind, in_object_id, array[in_participant_id]);
end $$;

-- Mail does not reach somebody of the staff: the lead is told, once until they have seen it.
create or replace function notice_tell_unreachable(in_notice_id uuid) returns void language plpgsql security definer as $$
declare
    unreached uuid := (select n.account_id from notices n where n.id = in_notice_id);
begin
    perform require_role('worker');
    perform notice_tell(array(
        select a.id from accounts a
        where a.role = 'administrator' and a.id <> unreached and not exists (
            select from notices n
            where n.account_id = a.id and n.kind = 'staff_unreachable' and n.object_id = unreached and n.acknowledged_at is null)),
        'staff_unreachable', unreached);
end $$;

-- What waited for an address of theirs, and was not read meanwhile, is written now.
create or replace function notice_follow_email(in_account_id uuid) returns void language plpgsql security definer as $$
begin
    perform require_role('administrator');
    update outbox o set state = 'queued', reason = null, due_at = app_now(), changed_at = app_now()
    from notices n
    where n.account_id = in_account_id and n.acknowledged_at is null and o.notice_id = n.id and o.state in ('held', 'failed');
    perform pg_notify('outbox', '');
end $$;

create or replace function notice_respond(in_id uuid) returns response language plpgsql as $$
begin
    return (select respond(200, n.body, null, n.version) from notices_json n where n.id = in_id);
end $$;

-- "I have it": of an alarm that nobody has answered yet, it is theirs from now on.
-- Writes: notices, alarms, alarm_actions, incidents. Locks: the alarm, then the notice.
create or replace function notices_acknowledge(in_id uuid) returns response language plpgsql as $$
declare
    notice notices;
    alarm alarms;
begin
    select a.* into alarm from alarms a where a.id = (select n.alarm_id from notices n where n.id = in_id) for no key update;
    select * into notice from notices n where n.id = in_id for no key update;
    perform require_version(null, notice.version);
    if notice.acknowledged_at is null then
        update notices n set acknowledged_at = app_now(), version = n.version + 1 where n.id = in_id;
        perform pg_notify('notices', '');
        if alarm.state = 'open' then
            perform alarm_take(alarm);
        end if;
        perform audit('acknowledge', 'notice', in_id, array[alarm.participant_id]);
    end if;
    return notice_respond(in_id);
end $$;

-- Newest first.
create or replace function notices_find(in_query jsonb) returns table (at timestamptz, id uuid) language plpgsql stable as $$
declare
    after_at timestamptz := in_query#>>'{after,at}';
    after_id uuid := in_query#>>'{after,id}';
    wanted int := (in_query->>'limit')::int + 1;
begin
    if in_query->>'state' = 'unread' then
        return query
        select n.created_at, n.id from notices n
        where n.account_id = actor_account_id() and n.acknowledged_at is null and (n.created_at, n.id) < (after_at, after_id)
            and (in_query->'urgency' is null or in_query->'urgency' ? n.urgency)
        order by n.created_at desc, n.id desc limit wanted;
    else
        return query
        select n.created_at, n.id from notices n
        where n.account_id = actor_account_id() and (n.created_at, n.id) < (after_at, after_id)
            and (in_query->'urgency' is null or in_query->'urgency' ? n.urgency)
            and (in_query->'state' is null or n.acknowledged_at is not null)
        order by n.created_at desc, n.id desc limit wanted;
    end if;
end $$;

-- Whom a mail to staff goes to, and in which language, as long as it still says something: what has been seen, or is somebody's already,
-- is not written about.
create or replace function notice_mail(in_notice_id uuid, out email text, out language text, out moot text) language plpgsql stable as $$
begin
    select
        unseal('staff.email', s.email), coalesce(p.language, s.languages[1], 'en'),
        case when not a.is_active then 'closed' when n.acknowledged_at is not null or l.state <> 'open' then 'superseded' end
    into email, language, moot
    from notices n
    join accounts a on a.id = n.account_id
    left join staff s on s.id = n.account_id
    left join notice_preferences p on p.account_id = n.account_id
    left join alarms l on l.id = n.alarm_id
    where n.id = in_notice_id;
end $$;
