-- SPDX-License-Identifier: MIT
-- Random orders of everything that can happen to seats, always the same ones; after each step the invariants hold, whoever acted.
begin;
\ir 00_helpers.sql
\ir journey.psql
\ir placement.psql
select plan(12);

-- Alone: what came with the demo would draw from the same random numbers.
update cohorts set state = 'cancelled';
select account('coordinator', 'c0000000-0000-4000-8000-000000000001') \g /dev/null
select account('peer_supporter', 'c0000000-0000-4000-8000-000000000003') \g /dev/null
select clock('2026-11-23 15:00:00Z') \g /dev/null
create temp table model_groups (id uuid);
create temp table model_people (id uuid);
create temp table model_log (step int, command text, slug text);
create temp table model_faults (step int, command text, invariant text, detail text);

-- A text as that actor; what it is refused with, its effects staying.
create or replace function tests.does(in_sql text) returns text language plpgsql as $$
declare
    slug text;
begin
    perform tests.answer(in_sql);
    return null;
exception when sqlstate 'AP000' then
    get stacked diagnostics slug = message_text;
    return slug;
end $$;
create or replace function tests.any_of(in_list uuid[]) returns uuid language sql as $$
    select in_list[1 + floor(random() * cardinality(in_list))::int]
$$;
-- What the invariants say of this moment; in_command is what was just done, and went through if in_slug is null.
create or replace function tests.broken(in_command text, in_slug text, in_id uuid) returns table (invariant text, detail text) language sql as $$
    select 'I1', g.id::text from cohorts g
    where (select count(*) from enrolments e where e.cohort_id = g.id and e.state in ('offered', 'confirmed', 'active')) > g.capacity
    union all
    select 'I3', e.id::text from enrolments e join cohorts g on g.id = e.cohort_id and g.joining = 'closed'
    where e.decided_at is not null and e.state in ('confirmed', 'active') and e.decided_at > (
        select min(least(s.starts_at, s.started_at)) from sessions s where s.cohort_id = g.id and s.state <> 'cancelled')
    union all
    select 'I3', in_id::text from enrolments e join cohorts g on g.id = e.cohort_id
    where e.id = in_id and in_command = 'accept' and in_slug is null and cohort_is_locked(g)
    union all
    select 'I3 offer', e.id::text from enrolments e join cohorts g on g.id = e.cohort_id
    where e.state = 'offered' and not cohort_is_locked(g) and e.offer_expires_at > cohort_locks_at(g)
    union all
    select 'I4', in_id::text where in_command = 'accept' and in_slug is null
        and enrolment_missing((select e.participant_id from enrolments e where e.id = in_id)) <> '{}'
    union all
    select 'I8 mail', e.id::text from enrolments e join outbox o on o.enrolment_id = e.id and o.state in ('queued', 'held')
    where e.state = 'withdrawn'
    union all
    select 'I8 calendar', e.id::text
    from enrolments e join sessions s on s.cohort_id = e.cohort_id
    where e.id = in_id and e.state in ('withdrawn', 'declined', 'expired', 'waitlisted', 'offered')
        and not exists (select from enrolments o where o.cohort_id = e.cohort_id and o.participant_id = e.participant_id
            and o.state in ('confirmed', 'active'))
        and position(calendar_event(s, e.participant_id, 'en', false) in calendars_read(e.participant_id, e.participant_id)) > 0
    union all
    select 'A6.5', in_id::text where in_command in ('accept', 'offer') and in_slug is null and exists (
        select from enrolments e where e.id = in_id and conflict_blocks_participant(e.participant_id, e.cohort_id))
    union all
    select 'list', e.id::text from enrolments e join cohorts g on g.id = e.cohort_id
    where in_command in ('job', 'decline', 'withdraw', 'remove', 'place') and in_slug is null and e.state = 'waitlisted' and cohort_takes_people(g)
        and (in_command = 'job' or g.id = (select o.cohort_id from enrolments o where o.id = in_id))
        and cohort_seats_taken(g.id) < g.capacity
        and enrolment_missing(e.participant_id) = '{}' and not conflict_blocks_participant(e.participant_id, e.cohort_id)
    union all
    select 'late offer', e.id::text from enrolments e where in_command = 'job' and e.state = 'offered' and e.offer_expires_at <= app_now()
    union all
    select 'reason', e.id::text from enrolments e
    where e.state not in ('requested', 'completed') and e.state is distinct from (
        select case d.decision when 'passed_over' then 'waitlisted' when 'accepted' then 'confirmed' else d.decision end
        from enrolment_decisions d where d.enrolment_id = e.id order by d.place desc limit 1)
        and not (e.state = 'active' and exists (select from enrolment_decisions d where d.enrolment_id = e.id and d.decision = 'accepted'))
    union all
    select 'lost', p.id::text from model_people p
    where (select count(*) from enrolments e where e.participant_id = p.id) <> (
        select count(*) from audit_events a where a.participant_ids = array[p.id] and a.action = 'create' and a.object_type = 'enrolment')
$$;
-- A season: four new groups, two of them with a host whom some must not meet, and ten more people.
create or replace function tests.model_season(in_season int) returns void language plpgsql as $$
begin
    perform tests.enter('coordinator', 'c0000000-0000-4000-8000-000000000001'); -- whoever acted last
    insert into model_groups
    select tests."group"(v.joining, v.capacity, app_now() + v.days * interval '1 day', v.state, in_id => md5(format('group %s %s', in_season, v.days))::uuid)
    from (values ('closed', 2, 4, 'recruiting'), ('closed', 3, 8, 'confirmed'), ('drop_in', 3, 5, 'recruiting'), ('drop_in', 1, 1, 'in_progress'))
        v (joining, capacity, days, state);
    insert into model_people
    select tests.ready(n * interval '1 day', md5(format('person %s %s', in_season, n))::uuid) from generate_series(1, 10) n;
    insert into calendar_feeds (participant_id, language, secret_sha256, created_at)
    select p.id, 'en', calendar_digest(p.id, p.id), app_now() from model_people p on conflict do nothing;
    insert into host_assignments (cohort_id, account_id, slot, assigned_by, assigned_at)
    select md5(format('group %s %s', in_season, days))::uuid, 'c0000000-0000-4000-8000-000000000003', 'peer_supporter',
        'c0000000-0000-4000-8000-000000000001', app_now()
    from unnest(array[1, 5]) days;
end
$$;
create or replace function tests.model_step(in_step int) returns void language plpgsql as $$
declare
    boss uuid := 'c0000000-0000-4000-8000-000000000001';
    command text := (array['place', 'place', 'place', 'accept', 'accept', 'accept', 'accept', 'accept', 'decline', 'withdraw', 'remove', 'offer', 'job', 'wait',
        'wait', 'start', 'take back', 'accept documents', 'exclude', 'include', 'leave'])[1 + floor(random() * 21)::int];
    person uuid := tests.any_of(array(select id from model_people order by id desc limit 16));
    enrolment enrolments;
    slug text;
begin
    -- Mostly somebody who has a part in it already.
    select * into enrolment from enrolments e
    where e.id = tests.any_of(array(select o.id from enrolments o
        where o.participant_id in (select id from model_people) and (command <> 'accept' or o.state = 'offered' or random() < 0.2)
        order by o.created_at, o.cohort_id, o.participant_id));
    -- What stands in somebody's way matters most while they wait.
    if command in ('take back', 'exclude') then
        person := coalesce(tests.any_of(array(select e.participant_id from enrolments e join model_groups m on m.id = e.cohort_id
            where e.state = 'waitlisted' order by e.participant_id)), person);
    end if;
    perform tests.enter('coordinator', boss);
    if command in ('accept', 'decline', 'withdraw') and random() < 0.7 then
        perform tests.peer(enrolment.participant_id);
    end if;
    if command = 'place' then
        slug := tests.does(tests.place(tests.any_of(array(select g.id from model_groups m join cohorts g on g.id = m.id order by g.id)), person));
        select * into enrolment from enrolments e where e.participant_id = person order by e.created_at desc limit 1;
    elsif command in ('accept', 'decline', 'withdraw', 'remove', 'offer') then
        slug := case when enrolment.id is not null then tests.does(format(
            case command when 'withdraw' then 'select * from enrolments_withdraw(%L)' when 'remove' then 'select * from enrolments_remove(%L, null, ''{"reason": "other_group"}'')'
                when 'offer' then 'select * from enrolments_offer(%L, null, null)' else 'select * from enrolments_' || command || '(%L, null)' end, enrolment.id)) else 'nobody' end;
    elsif command = 'job' then
        perform tests.job();
    elsif command = 'wait' then
        perform tests.clock(app_now() + random() * interval '16 hours');
    elsif command = 'start' then
        update sessions s set state = 'in_progress', started_at = app_now()
        where s.seq = 1 and s.state = 'scheduled' and s.starts_at between app_now() - interval '1 hour' and app_now() + interval '15 minutes'
            and s.cohort_id in (select id from model_groups);
        update cohorts g set state = 'in_progress' where g.id in (select s.cohort_id from sessions s where s.state = 'in_progress') and g.state <> 'in_progress';
        update enrolments e set state = 'active', version = version + 1 where e.state = 'confirmed' and e.cohort_id in (select s.cohort_id from sessions s where s.state = 'in_progress');
    elsif command = 'take back' then
        update acceptances a set withdrawn_at = app_now()
        where a.participant_id = person and a.withdrawn_at is null and a.document_id = (select id from documents_current where kind = 'consent');
    elsif command = 'accept documents' then
        update acceptances a set withdrawn_at = app_now()
        where a.participant_id = person and a.withdrawn_at is null and a.document_id = (select id from documents_current where kind = 'consent');
        perform tests.accept(p.id, '{consent}') from model_people p where enrolment_missing(p.id) = '{consent}';
    elsif command = 'exclude' then
        insert into exclusions (participant_id, account_id, reason, created_by, created_at)
        values (person, 'c0000000-0000-4000-8000-000000000003', 'asked_by_peer', boss, app_now()) on conflict do nothing;
    elsif command = 'include' then
        delete from exclusions x where x.participant_id = (
            select p.id from model_people p join exclusions o on o.participant_id = p.id order by p.id limit 1);
        delete from exclusions x where x.participant_id = person;
    elsif command = 'leave' and random() < 0.08 then
        slug := tests.does(format('select * from intakes_withdraw(%L)', (select i.id from intakes i where i.participant_id = person order by i.created_at limit 1)));
    end if;
    insert into model_log values (in_step, command, slug);
    insert into model_faults select in_step, command, b.* from tests.broken(command, slug, enrolment.id) b;
end
$$;
select setseed(0.47) \g /dev/null
select model_season(1) \g /dev/null
select model_step(n) from generate_series(1, 300) n \g /dev/null
select model_season(2) \g /dev/null
select model_step(n) from generate_series(301, 600) n \g /dev/null
select model_season(3) \g /dev/null
select model_step(n) from generate_series(601, 900) n \g /dev/null

select is((select count(*) from model_log), 900::bigint, 'every step was taken');
select cmp_ok((select count(*) from model_log where command = 'accept' and slug is null), '>', 10::bigint, 'seats were taken');
select cmp_ok((select count(*) from model_log where command = 'accept' and slug = 'conflict'), '>', 3::bigint, 'and not given');
select cmp_ok((select count(*) from enrolment_decisions where decision = 'expired'), '>', 0::bigint, 'offers ended');
select cmp_ok((select count(*) from enrolment_decisions where decision = 'passed_over' and reason in ('conflict', 'not_ready')), '>', 0::bigint, 'somebody was passed over');
create or replace function tests.faults(in_pattern text) returns text language sql as $$
    select string_agg(format('%s after %s: %s %s', f.step, f.command, f.invariant, f.detail), '; ' order by f.step)
    from (select * from model_faults m where m.invariant ~ in_pattern order by m.step limit 3) f $$;
select is(faults('^I1'), null, 'I1 never more people than seats');
select is(faults('^I3'), null, 'I3 nobody joins a closed group that has begun, and no offer outlives that moment');
select is(faults('^I4'), null, 'I4 nobody takes a seat without intake and documents');
select is(faults('^I8'), null, 'I8 who left has no mail, no date, no seat');
select is(faults('^A6.5'), null, 'A6.5 nobody takes a seat among people they must not meet');
select is(faults('^(list|late|lost)'), null, 'no seat stays free while somebody could have it; no offer stays open after its time; nobody is lost');
select is(faults('^reason'), null, 'what became of everybody has its decision');
select * from finish();
rollback;
