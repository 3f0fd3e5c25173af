-- SPDX-License-Identifier: MIT
-- Alarms (A6.6, R5, R6, R13): raised, carried up the ladder and ended by the worker; answered, taken over and handed back by people.

create or replace view alarms_json with (security_invoker = true) as
select a.id, a.version, a.created_at, a.state, a.participant_id, told.by_alias, row_to_json(members) as body
from alarms a
join notice_kinds k on k.kind = a.kind
cross join lateral (
    select exists (select from notices n where n.alarm_id = a.id and n.is_by_alias and n.account_id = actor_account_id()) as by_alias) told
cross join lateral (select
    a.id,
    a.kind,
    k.urgency,
    case when not told.by_alias then json_build_object('type', k.object_type, 'id', a.object_id) end as about,
    a.session_id,
    case when not told.by_alias then a.cohort_id end as group_id,
    case when not told.by_alias then nullif(a.region_key, '-') end as region,
    case when not told.by_alias then a.coordinator_id end as coordinator_id,
    case when not told.by_alias then account_alias(a.coordinator_id) end as coordinator_alias,
    a.state,
    a.step,
    a.holder_account_id,
    account_alias(a.holder_account_id) as holder_alias,
    utc(a.created_at) as created_at,
    utc(a.due_at) as due_at,
    a.state <> 'ended' and a.due_at < app_now() as is_overdue,
    utc(a.acknowledged_at) as acknowledged_at,
    utc(a.ended_at) as ended_at,
    (
        select coalesce(json_agg(json_build_object(
            'action', c.action, 'at', utc(c.at), 'step', c.step, 'rung', c.rung, 'account_id', c.account_id,
            'alias', account_alias(c.account_id)) order by c.id), '[]')
        from alarm_actions c where c.alarm_id = a.id) as actions) members;

-- Somebody has it. When the clock has run out, and it has been theirs as long, and it is still not over, it is called again.
create or replace function alarm_again_at(in_alarm alarms) returns timestamptz stable language sql
return greatest(in_alarm.due_at, app_now() + in_alarm.clock);

-- When it is called next follows from what is done with it: nobody says it.
create or replace function alarm_guard() returns trigger language plpgsql as $$
begin
    if current_user = 'alongside_api' and (
        old.state = 'ended'
        or new.state = 'open' and old.state <> 'open' and old.holder_account_id is distinct from actor_account_id())
    then
        raise exception 'an alarm is given back by who has it' using errcode = '42501';
    elsif new.state = 'acknowledged' and new.holder_account_id is distinct from old.holder_account_id then
        new.next_at := alarm_again_at(old);
        new.acknowledged_at := app_now();
    elsif new.state = 'open' and old.state = 'acknowledged' then
        new.next_at := app_now();
        new.holder_account_id := null;
        new.acknowledged_at := null;
    end if;
    return new;
end $$;
create or replace trigger guard before update on alarms for each row execute function alarm_guard();

create or replace function alarm_action_begin() returns trigger language plpgsql as $$
begin
    new.at := app_now();
    new.step := (select a.step from alarms a where a.id = new.alarm_id);
    return new;
end $$;
create or replace trigger begin before insert on alarm_actions for each row execute function alarm_action_begin();

create or replace function alarm_act(in_id uuid, in_action text, in_rung text default null, in_account_id uuid default null)
returns void language plpgsql as $$
begin
    insert into alarm_actions (alarm_id, action, rung, account_id) values (in_id, in_action, in_rung, in_account_id);
    perform pg_notify('notices', '');
end $$;

create or replace function alarm_lock(in_id uuid, in_if_match int[]) returns alarms language plpgsql as $$
declare
    alarm alarms;
begin
    select * into alarm from alarms a where a.id = in_id for no key update;
    perform require_version(in_if_match, alarm.version);
    if alarm.state = 'ended' then
        perform problem_state(alarm.state);
    end if;
    return alarm;
end $$;

create or replace function alarm_respond(in_id uuid) returns response language plpgsql as $$
begin
    return (select respond(200, a.body, null, a.version) from alarms_json a where a.id = in_id);
end $$;

-- From now on it is the actor's: nobody else is called. An incident has been acknowledged with it.
-- Writes: alarms, alarm_actions, incidents.
create or replace function alarm_take(in_alarm alarms) returns void language plpgsql as $$
begin
    update alarms a set
        state = 'acknowledged', holder_account_id = actor_account_id(), version = a.version + 1
    where a.id = in_alarm.id;
    perform alarm_act(
        in_alarm.id, case in_alarm.state when 'open' then 'acknowledged' else 'taken_over' end, null, actor_account_id());
    perform alarm_follow_answer(in_alarm.id);
end $$;

-- Looks past row level security: who was called by alias answers for an incident that they do not see.
create or replace function alarm_follow_answer(in_alarm_id uuid) returns void language plpgsql security definer as $$
begin
    perform incident_acknowledge(i.id)
    from alarms a join incidents i on i.id = a.object_id and i.state = 'open'
    where a.id = in_alarm_id and a.holder_account_id = actor_account_id() and a.kind in ('severe_incident', 'incident');
end $$;

-- What was not written, because somebody had it, is written now.
create or replace function alarm_follow_hand_back(in_alarm_id uuid) returns void language plpgsql security definer as $$
begin
    update outbox o set state = 'queued', reason = null, due_at = app_now(), changed_at = app_now()
    from notices n join alarms a on a.id = n.alarm_id
    where n.alarm_id = in_alarm_id and o.notice_id = n.id and o.state = 'cancelled' and o.reason = 'superseded'
        and n.acknowledged_at is null and n.account_id <> actor_account_id() and a.state = 'open';
end $$;

-- Whoever acknowledges an incident answers its alarm; raised later, the alarm knows.
create or replace function alarm_answer(in_object_id uuid) returns void language plpgsql security definer as $$
begin
    perform require_role('mental_health_professional', 'coordinator');
    perform alarm_take(a)
    from alarms a
    where a.object_id = in_object_id and a.kind in ('severe_incident', 'incident') and a.state = 'open'
        and exists (select from incidents i where i.id = a.object_id and i.acknowledged_by = actor_account_id());
end $$;

-- Of an open one, by who was not called, too; of somebody else's, from them.
create or replace function alarms_take_over(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
declare
    alarm alarms := alarm_lock(in_id, in_if_match);
begin
    if alarm.holder_account_id is distinct from actor_account_id() then
        perform alarm_take(alarm);
        perform audit('take_over', 'alarm', in_id, array[alarm.participant_id]);
    end if;
    return alarm_respond(in_id);
end $$;

-- The next rung is called at once. Whoever has given it back three times leaves it to somebody else.
create or replace function alarms_hand_back(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
declare
    alarm alarms := alarm_lock(in_id, in_if_match);
begin
    if alarm.holder_account_id is distinct from actor_account_id() then
        perform conflict('not-holder');
    elsif (
        select count(*) from alarm_actions c
        where c.alarm_id = in_id and c.action = 'handed_back' and c.account_id = actor_account_id()) >= 3
    then
        perform conflict('too-many');
    end if;
    update alarms a set state = 'open', version = a.version + 1 where a.id = in_id;
    perform alarm_act(in_id, 'handed_back', null, actor_account_id());
    perform alarm_follow_hand_back(in_id);
    perform audit('hand_back', 'alarm', in_id, array[alarm.participant_id]);
    perform pg_notify('outbox', '');
    return alarm_respond(in_id);
end $$;

-- Newest first.
create or replace function alarms_find(in_query jsonb) returns table (at timestamptz, id uuid) language plpgsql stable as $$
begin
    return query
    select a.created_at, a.id from alarms a
    where (a.created_at, a.id) < ((in_query#>>'{after,at}')::timestamptz, (in_query#>>'{after,id}')::uuid)
        and (in_query->'state' is null or in_query->'state' ? a.state)
        and (in_query->'coordinator_id' is null or a.coordinator_id = (in_query->>'coordinator_id')::uuid)
    order by a.created_at desc, a.id desc
    limit (in_query->>'limit')::int + 1;
end $$;

-- How the worker climbs: whom a rung calls, and when the next one is its turn.

-- I13, R14: why somebody of the staff is not told of a person or a group: 'self', who may be meant; 'excluded'; null = they may be told.
create or replace function alarm_kept(in_account_id uuid, in_participant_id uuid, in_cohort_id uuid) returns text
language plpgsql stable as $$
begin
    return case
        when in_participant_id = any (account_own_ids(in_account_id)) or in_cohort_id = any (account_own_cohort_ids(in_account_id))
            or exists (select from conflict_selves(array[in_account_id]) s where s.id = in_participant_id) then 'self'
        when in_participant_id = any (account_hidden_ids(in_account_id)) then 'excluded' end;
end $$;

-- What somebody said of somebody else, who may be of the staff.
create or replace function alarm_may_mean_staff(in_kind text) returns boolean immutable language sql
return in_kind in ('declared_now', 'declaration_due', 'conflict_in_group', 'exclusion_asked', 'exclusion_for_lead');

-- Nobody is called to what may mean themselves, nor hears of it (DESIGN 5b.7): whoever is named by a declaration or one that is talked
-- about with it, met by it, or kept from one of those, under either login.
create or replace function alarm_kept_from(in_alarm alarms, in_account_id uuid) returns text language plpgsql stable as $$
begin
    return case
        when alarm_may_mean_staff(in_alarm.kind)
            and in_alarm.object_id = any (conflict_declaration_kept_ids(in_account_id)) then 'self'
        else alarm_kept(in_account_id, in_alarm.participant_id, in_alarm.cohort_id) end;
end $$;

-- Whoever stands on a rung now. Where no region is known, all of them are on duty.
create or replace function alarm_standing(in_alarm alarms, in_rungs text[]) returns uuid[] language plpgsql stable as $$
begin
    return array(
        select coordinator_stand_in(in_alarm.coordinator_id, app_now())
        where 'coordinator' = any (in_rungs) and in_alarm.coordinator_id is not null
        union
        select r.account_id from duty_rungs_at(nullif(in_alarm.region_key, '-'), app_now()) r where r.step = any (in_rungs));
end $$;

-- Who may act on it, and be told: a coordinator of that region; a host of the evening is too near to a debrief of it.
create or replace function alarm_may_be_told(in_alarm alarms, in_account_id uuid, in_kept text) returns boolean
language plpgsql stable as $$
begin
    return exists (
        select from accounts a join notice_kinds k on k.kind = in_alarm.kind
        where a.id = in_account_id and a.is_active and a.role = any (k.roles)
            and alarm_kept_from(in_alarm, a.id) is not distinct from in_kept
            and (a.role <> 'coordinator' or in_alarm.region_key = any (account_region_keys(a.id)))
            and not (k.is_kept_from_hosts and exists (
                select from host_assignments h where h.cohort_id = in_alarm.cohort_id and h.account_id = a.id)));
end $$;

-- With the lead, who may open little, come the coordinators of the region whom nobody has told: all of them where it is pressing, one where
-- there was nobody before. Where nobody at all may be told, it is the lead, by alias.
create or replace function alarm_called(in_alarm alarms, in_rung text) returns uuid[] language plpgsql stable as $$
declare
    called uuid[];
begin
    called := array(
        select account_id
        from unnest(alarm_standing(in_alarm, case in_rung when 'kept' then '{coordinator,duty,back_up,lead}' else array[in_rung] end))
            account_id
        where alarm_may_be_told(in_alarm, account_id, case in_rung when 'kept' then 'excluded' end));
    if in_rung = 'lead' then
        called := called || array(
            select a.id from accounts a
            where a.role = 'coordinator' and a.is_active and alarm_may_be_told(in_alarm, a.id, null)
                and not exists (select from notices n where n.alarm_id = in_alarm.id and n.account_id = a.id)
            order by account_is_away(a.id, app_now()), a.created_at, a.id
            limit case when alarm_is_pressing(in_alarm.kind) then 20 when in_alarm.step = 0 then 1 else 0 end);
    elsif in_rung = 'kept' and called = '{}' and in_alarm.step = 0 then
        called := array(
            select l from unnest(alarm_standing(in_alarm, '{lead}')) l
            where in_alarm.kind <> 'declared_now' or alarm_kept_from(in_alarm, l) is distinct from 'self');
    end if;
    return called;
end $$;

create or replace function alarm_is_pressing(in_kind text) returns boolean language plpgsql stable as $$
begin
    return exists (select from notice_kinds k where k.kind = in_kind and k.urgency = 'now');
end $$;

-- One rung; the alarm as it is then. Nobody on it: the next one is called at once, but for who is kept, whose turn does not come before.
create or replace function alarm_call(in_alarm alarms, in_rung notice_rungs) returns alarms language plpgsql as $$
declare
    alarm alarms := in_alarm;
    called uuid[] := alarm_called(in_alarm, in_rung.rung);
    following notice_rungs;
begin
    alarm.place := in_rung.place;
    if called <> '{}' then
        alarm.step := alarm.step + 1;
        update alarms a set step = alarm.step where a.id = alarm.id;
        perform alarm_act(alarm.id, 'called', in_rung.rung);
        perform notice_put(
            account_id, alarm.kind, alarm.object_id, alarm.id, alarm.step, in_is_by_alias => in_rung.rung = 'kept')
        from unnest(called) account_id;
    end if;
    select * into following from notice_rungs r where r.kind = alarm.kind and r.place > alarm.place order by r.place limit 1;
    alarm.next_at := case
        when following.rung is null and alarm_is_pressing(alarm.kind)
            then greatest(alarm.round_at + alarm.round_length, app_now() + alarm.round_length / 2)
        when following.rung is null then 'infinity'
        when called = '{}' and following.rung <> 'kept' then app_now()
        else alarm.round_at + alarm.round_length * following.share end;
    return alarm;
end $$;

create or replace function alarm_is_handed_back(in_id uuid) returns boolean language plpgsql stable as $$
begin
    return coalesce((
        select c.action = 'handed_back' from alarm_actions c
        where c.alarm_id = in_id and c.action in ('called', 'handed_back') order by c.id desc limit 1), false);
end $$;

-- Whoever is kept from the person comes when part of the clock has passed, and the others have had their time since they were called.
create or replace function alarm_kept_at(in_alarm alarms, in_share numeric) returns timestamptz language plpgsql stable as $$
begin
    return greatest(in_alarm.round_at + in_alarm.round_length * in_share, (
        select max(c.at) + in_alarm.clock / 5 from alarm_actions c where c.alarm_id = in_alarm.id and c.action = 'called'));
end $$;

-- All that is due of one alarm, rung by rung: a worker that was away catches up in order. Where it is pressing, a ladder that was climbed
-- in vain is climbed again, each round twice as long, a day at most.
-- What somebody has, and was not over in time, is open again.
-- Writes: alarms, alarm_actions, notices, outbox. Locks: the alarm, by the caller.
create or replace function alarm_climb(in_alarm alarms) returns void language plpgsql as $$
declare
    alarm alarms := in_alarm;
    rung notice_rungs;
begin
    -- The clock was set back: a round that has not begun yet begins now, and its next rung is no further from there.
    if alarm.round_at > app_now() then
        alarm.next_at := alarm.next_at - (alarm.round_at - app_now());
        alarm.round_at := app_now();
    end if;
    if alarm.state = 'acknowledged' then
        update alarms a set state = 'open', place = 0, round_at = app_now(), round_length = a.clock, version = a.version + 1
        where a.id = alarm.id returning * into alarm;
        perform alarm_act(alarm.id, 'reopened');
    end if;
    while alarm.next_at <= app_now() loop
        select * into rung from notice_rungs r where r.kind = alarm.kind and r.place > alarm.place order by r.place limit 1;
        if not found and alarm.place = 0 then
            raise exception 'a ladder without rungs' using errcode = 'no_data_found';
        elsif not found then
            alarm.place := 0;
            alarm.round_at := app_now();
            alarm.round_length := case when alarm_is_handed_back(alarm.id) then alarm.clock
                else least(alarm.round_length * 2, interval '1 day') end;
        elsif rung.rung = 'kept' and alarm_kept_at(alarm, rung.share) > app_now() then
            alarm.next_at := alarm_kept_at(alarm, rung.share);
        else
            alarm := alarm_call(alarm, rung);
        end if;
    end loop;
    update alarms a set
        place = alarm.place, step = alarm.step, round_at = alarm.round_at, round_length = alarm.round_length, next_at = alarm.next_at,
        version = a.version + 1
    where a.id = alarm.id;
end $$;
