-- SPDX-License-Identifier: MIT
-- Every clock that runs: whose it is, since when somebody has to be told, and when it breaks. What is no longer here is over.

create or replace view watched_clocks with (security_invoker = true) as
-- A6.6: until somebody has done something about it.
select
    case when i.severity >= 3 then 'severe_incident' else 'incident' end as kind, i.id as object_id, i.participant_id, i.cohort_id,
    i.session_id, g.coordinator_id, i.acknowledged_by as holder_account_id, i.created_at as starts_at, i.acknowledge_due as due_at
from incidents i left join cohorts g on g.id = i.cohort_id
where i.next_due is not null and i.state in ('open', 'acknowledged')
union all
-- A6.6, R6: somebody who left has not been called yet.
select
    'check_in', i.id, i.participant_id, i.cohort_id, i.session_id, g.coordinator_id, null,
    i.created_at + (i.check_in_due - i.created_at) / 2, i.check_in_due
from incidents i left join cohorts g on g.id = i.cohort_id
where i.next_due is not null and i.check_in_at is null and i.check_in_due is not null
union all
select
    'follow_up_due', i.id, i.participant_id, i.cohort_id, i.session_id, g.coordinator_id, null,
    greatest(i.created_at, i.follow_up_due - interval '4 hours'), i.follow_up_due
from incidents i left join cohorts g on g.id = i.cohort_id
where i.next_due is not null
union all
-- R5: somebody reached out.
select
    'urgent_referral', r.id, null, null, null, r.coordinator_id, null, r.created_at, r.created_at + k.clock
from referrals r join notice_kinds k on k.kind = 'urgent_referral'
where r.state = 'received' and r.urgent
union all
-- Decision 7: from the end of the first business day on, until it breaks at the end of the second.
select 'reply_due', r.id, null, null, null, r.coordinator_id, null, r.reply_due, r.reply_breach
from referrals r where r.state = 'received' and r.reply_due <= app_now()
union all
-- I12.
select 'update_due', i.id, i.participant_id, null, null, i.coordinator_id, null, i.update_due_at - interval '1 day', i.update_due_at
from intakes i where i.update_due_at <= app_now() + interval '1 day'
union all
-- R13.
select
    'low_wellbeing', d.id, null, d.cohort_id, d.session_id, g.coordinator_id, null, d.created_at,
    d.supervision_due
from debriefs d join cohorts g on g.id = d.cohort_id
where d.supervision_due is not null and d.supervised_at is null
union all
-- Decisions 16 and 17: somebody waits to be talked with about what they declared; two are in one group and nobody has decided yet.
select
    c.kind, c.object_id, c.participant_id, c.cohort_id, null, c.coordinator_id, null, c.starts_at,
    coalesce(c.due_at, c.starts_at + k.clock)
from conflict_declaration_clocks() c join notice_kinds k on k.kind = c.kind
union all
-- R14: somebody waits to be talked with about who is not to see their file.
select c.kind, c.object_id, c.participant_id, null, null, c.coordinator_id, null, c.starts_at, c.due_at
from exclusion_request_clocks() c
union all
-- Decision 16: somebody who asked for an activity said that there is somebody whom they must not meet, and waits to be talked with.
select c.kind, c.object_id, c.participant_id, c.cohort_id, null, c.coordinator_id, null, c.starts_at, c.due_at
from registration_clocks() c
union all
-- Decision 15: somebody accepted, and at the hour that was said nobody has answered. That hour is always more than four hours of the
-- office before the lock.
select
    'answer_due', e.id, e.participant_id, e.cohort_id, null, coalesce(p.coordinator_id, g.coordinator_id), null,
    cohort_answers_at(e.offer_expires_at),
    least(cohort_answers_until(g), business_days_after(cohort_answers_at(e.offer_expires_at), 1))
from enrolments e join cohorts g on g.id = e.cohort_id join participants p on p.id = e.participant_id
where e.state = 'accepted' and e.answer is null and e.removes_at is null and e.offer_expires_at <= app_now()
union all
-- Somebody waits in a room without a host.
select
    'host_missing', s.id, null, s.cohort_id, s.id, g.coordinator_id, null, s.starts_at + interval '10 minutes',
    s.starts_at + interval '10 minutes' + k.clock
from sessions s join cohorts g on g.id = s.cohort_id join notice_kinds k on k.kind = 'host_missing'
where s.state in ('scheduled', 'in_progress') and s.starts_at <= app_now() - interval '10 minutes' and session_ends_at(s) > app_now()
    and (g.state in ('confirmed', 'in_progress') or g.state = 'recruiting' and g.joining = 'drop_in')
    and exists (
        select from host_slots w
        where host_count_needed(s.hosts, w.slot) > (
            select count(*) from session_presences p where p.session_id = s.id and p.slot = w.slot));

-- What its object began has begun, though a clock that was set back says that it will; more than a day is no clock that was put right.
create or replace function watched_clock_has_begun(in_clock watched_clocks) returns boolean language plpgsql stable as $$
begin
    return in_clock.starts_at <= app_now() + case
        when in_clock.kind in (
            'severe_incident', 'incident', 'urgent_referral', 'low_wellbeing')
            or alarm_may_mean_staff(in_clock.kind)
        then interval '1 day'
        else interval '0' end;
end $$;

-- One that had ended, and whose clock runs all the same, begins again.
create or replace function watched_clock_raise(in_clock watched_clocks) returns void language plpgsql as $$
begin
    insert into alarms as a (
        kind, object_id, participant_id, cohort_id, session_id, region_key, coordinator_id, due_at, clock, round_at, round_length, next_at,
        state, holder_account_id, acknowledged_at, created_at)
    select
        in_clock.kind, in_clock.object_id, in_clock.participant_id, in_clock.cohort_id, in_clock.session_id,
        coalesce((select p.region_key from participants p where p.id = in_clock.participant_id), '-'), in_clock.coordinator_id,
        in_clock.due_at, length, begun, length,
        case when in_clock.holder_account_id is null then begun else greatest(in_clock.due_at, app_now()) end,
        case when in_clock.holder_account_id is null then 'open' else 'acknowledged' end, in_clock.holder_account_id,
        case when in_clock.holder_account_id is not null then app_now() end, app_now()
    from (
        select greatest(in_clock.due_at - in_clock.starts_at, interval '5 minutes') as length,
            least(in_clock.starts_at, app_now()) as begun) l
    on conflict on constraint alarms__object_id__taken do update set
        round_at = excluded.round_at, round_length = excluded.round_length, next_at = excluded.next_at, place = 0,
        state = excluded.state, holder_account_id = excluded.holder_account_id, acknowledged_at = excluded.acknowledged_at,
        ended_at = null, version = a.version + 1
    where a.state = 'ended';
end $$;

-- Worker, each round: what began is raised, what is over ends, what is due climbs, what is pressing first; each is a matter of its own,
-- so that none is in the way of the rest. Returns how many climbed.
create or replace function watched_clock_follow() returns bigint language plpgsql security definer as $$
declare
    clock watched_clocks;
    alarm alarms;
    climbed bigint := 0;
begin
    perform require_role('worker');
    for clock in
        select c.* from watched_clocks c
        where watched_clock_has_begun(c) and not job_is_aside('alarms', c.object_id) and not exists (
            select from alarms a
            where a.kind = c.kind and a.object_id = c.object_id and a.due_at = c.due_at
                and (a.state <> 'ended' or a.ended_at > app_now()))
        order by alarm_is_pressing(c.kind) desc, c.starts_at
        limit 200
    loop
        begin
            perform watched_clock_raise(clock);
            perform job_take_back('alarms', clock.object_id);
        exception when others then
            perform job_set_aside('alarms', clock.object_id, sqlstate);
        end;
    end loop;
    perform watched_clock_end();
    perform watched_clock_free();
    for alarm in
        select * from alarms a
        where (a.next_at <= app_now() or a.state = 'open' and a.round_at > app_now() and a.round_at < app_now() + interval '1 day')
            and not job_is_aside('alarms', a.id)
        order by alarm_is_pressing(a.kind) desc, a.next_at, a.id limit 1000 for no key update skip locked
    loop
        exit when job_is_long();
        begin
            perform alarm_climb(alarm);
            climbed := climbed + 1;
            perform job_take_back('alarms', alarm.id);
        exception when others then
            perform job_set_aside('alarms', alarm.id, sqlstate);
        end;
    end loop;
    return climbed;
end $$;

-- What they were about is settled.
create or replace function watched_clock_end() returns void language plpgsql as $$
declare
    alarm alarms;
begin
    for alarm in
        select * from alarms a
        where a.state <> 'ended' and not job_is_aside('ended', a.id) and not exists (
            select from watched_clocks c where c.kind = a.kind and c.object_id = a.object_id and c.due_at = a.due_at)
        order by a.id limit 1000 for no key update skip locked
    loop
        exit when job_is_long();
        begin
            update alarms a set state = 'ended', next_at = null, ended_at = app_now(), version = a.version + 1 where a.id = alarm.id;
            perform alarm_act(alarm.id, 'ended');
            perform job_take_back('ended', alarm.id);
        exception when others then
            perform job_set_aside('ended', alarm.id, sqlstate);
        end;
    end loop;
end $$;

-- What somebody has who is gone, away or by now kept from the person is called again; who was told by alias keeps it.
create or replace function watched_clock_free() returns void language plpgsql as $$
begin
    update alarms a set next_at = app_now()
    from (
        select o.id from alarms o join accounts holder on holder.id = o.holder_account_id join notice_kinds k on k.kind = o.kind
        where o.state = 'acknowledged' and o.next_at > app_now() and (
            not holder.is_active or holder.role <> all (k.roles) or account_is_away(holder.id, app_now())
            or alarm_kept_from(o, holder.id) is not null and not exists (
                select from notices n where n.alarm_id = o.id and n.account_id = holder.id and n.is_by_alias))
        order by o.id for no key update of o skip locked) left_alone
    where a.id = left_alone.id;
end $$;
