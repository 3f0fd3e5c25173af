-- SPDX-License-Identifier: MIT
-- :places places in sessions that have eight each, to be taken by :peers people in turn, every :step-th but ten, who have had one in fifty sessions
-- before; run again, none is taken. And what the API is measured against: bench.take(), one function written straight down for this one step, which locks the session, asks what
-- must be asked and leaves the same rows behind.
set search_path = alongside, pg_catalog;
begin;
set local session_replication_role = replica;
create temp table chat on commit drop as select '00000018-0000-4000-8000-000000000000'::uuid as cohort_id;
delete from place_decisions d using places l, sessions s, chat c where d.place_id = l.id and l.session_id = s.id and s.cohort_id = c.cohort_id;
delete from places l using sessions s, chat c where l.session_id = s.id and s.cohort_id = c.cohort_id;
delete from enrolments e using chat c where e.cohort_id = c.cohort_id;
delete from sessions s using chat c where s.cohort_id = c.cohort_id;
delete from cohorts g using chat c where g.id = c.cohort_id;

insert into cohorts (
    id, service_id, language, state, coordinator_id, capacity, session_capacity, max_sessions, parts, joining, topics, offer_hours, created_at)
select c.cohort_id, v.id, 'en', 'confirmed', model.created_by, 500, 8, v.max_sessions, v.parts, 'drop_in', v.topics, v.offer_hours, now()
from chat c
cross join (select * from participants where id = :'participant') model
join services v on v.code = 'informal_group';
insert into sessions (
    id, cohort_id, seq, part, capacity, local_start, timezone, starts_at, duration_minutes, hosts, changed_at)
select
    ('00000018-0000-4000-8000-' || 100000000000 + n)::uuid, g.id, n, 1, 8, t.starts_at at time zone 'America/Toronto', 'America/Toronto',
    t.starts_at, 90, part_of(g.parts, 1)->'hosts', now()
from chat c
join cohorts g on g.id = c.cohort_id
cross join generate_series(1, (:places + 7) / 8) n
cross join lateral (select date_trunc('hour', now()) + n * interval '2 hours' + interval '7 days' as starts_at) t;
insert into enrolments (cohort_id, participant_id, track, state, waiting_since, created_at, decided_at)
select c.cohort_id, (:'prefix' || 99999999990 + n * :step)::uuid, 'group', 'confirmed', now(), now(), now()
from chat c cross join generate_series(1, :peers) n;
-- What is over, so that nothing is planned for tables without rows.
insert into sessions (
    cohort_id, seq, part, capacity, local_start, timezone, starts_at, duration_minutes, hosts, state, started_at, ended_at, changed_at)
select
    g.id, :places + n, 1, 8, t.at at time zone 'America/Toronto', 'America/Toronto', t.at, 90, part_of(g.parts, 1)->'hosts', 'completed', t.at,
    t.at + interval '90 minutes', t.at
from chat c
join cohorts g on g.id = c.cohort_id
cross join generate_series(1, 50) n
cross join lateral (select date_trunc('hour', now()) - n * interval '1 day' as at) t;
insert into places (session_id, enrolment_id, participant_id, state, is_only_one, asked_at, waiting_since)
select s.id, e.id, e.participant_id, 'held', false, s.starts_at, s.starts_at
from chat c join sessions s on s.cohort_id = c.cohort_id and s.state = 'completed' join enrolments e on e.cohort_id = c.cohort_id;
insert into place_decisions (place_id, at, decision, by_role)
select l.id, l.asked_at, 'taken', 'peer' from places l join sessions s on s.id = l.session_id join chat c on c.cohort_id = s.cohort_id;
commit;

-- Its tables are those of the program without policies and triggers, with the same columns, checks, indexes and the references.
set client_min_messages = warning;
drop schema if exists bench cascade;
create schema bench;
grant usage on schema bench to alongside_api;
create table bench.sessions (like sessions including all);
create table bench.enrolments (like enrolments including all excluding generated);
create table bench.places (like places including all);
create table bench.place_decisions (like place_decisions including all);
create table bench.audit_events (like audit_events including all);
alter table bench.places
    add foreign key (session_id) references bench.sessions (id),
    add foreign key (participant_id) references participants (id);
alter table bench.place_decisions
    add foreign key (place_id) references bench.places (id),
    add foreign key (account_id) references accounts (id);
insert into bench.sessions select * from sessions s where s.cohort_id = '00000018-0000-4000-8000-000000000000';
insert into bench.places select l.* from places l join bench.sessions s on s.id = l.session_id;
insert into bench.place_decisions overriding system value select d.* from place_decisions d join bench.places l on l.id = d.place_id;
insert into bench.enrolments select * from enrolments e where e.cohort_id = '00000018-0000-4000-8000-000000000000';
analyze bench.sessions, bench.enrolments, bench.places, bench.place_decisions, places, place_decisions, sessions, enrolments;
create sequence bench.turn;
grant usage on sequence bench.turn to alongside_api;
create function bench.take(in_session_id uuid, in_account_id uuid) returns json
language plpgsql
security definer
set search_path = bench, alongside, pg_catalog, pg_temp
as $$
declare
    met sessions;
    seat enrolments;
    made uuid;
    taken bigint;
    waiting bigint;
    standing text := 'waiting';
    at timestamptz := transaction_timestamp();
begin
    select e.* into seat
    from accounts a join sessions s on s.id = in_session_id
    join enrolments e on e.cohort_id = s.cohort_id and e.participant_id = a.participant_id
    where a.id = in_account_id and a.is_active and e.state in ('confirmed', 'active');
    select * into met from sessions s where s.id = in_session_id for no key update;
    if seat.id is null or met.capacity is null or met.state <> 'scheduled' or at >= met.starts_at
        or exists (select from step_backs b where b.account_id = in_account_id and b.ended_at is null)
    then
        raise exception 'no place %', in_session_id;
    end if;
    select count(*) filter (where l.state = 'held' or l.offered_until > at), count(*) filter (where l.state = 'waiting')
    into taken, waiting
    from places l where l.session_id = met.id;
    if taken < met.capacity and waiting = 0 then
        standing := 'held';
    end if;
    insert into places (session_id, enrolment_id, participant_id, state, is_only_one, asked_at, waiting_since)
    values (met.id, seat.id, seat.participant_id, standing, false, at, at)
    returning id into made;
    insert into place_decisions (place_id, at, decision, by_role, account_id)
    values (made, at, case standing when 'held' then 'taken' else standing end, 'peer', in_account_id);
    insert into audit_events (at, account_id, role, operation, action, object_type, object_id, participant_ids, fields)
    values (at, in_account_id, 'peer', 'places_replace', 'taken', 'place', made, array[seat.participant_id], '{}');
    return (
        select json_build_object(
            'session_id', met.id, 'standing', standing, 'text', localized(t.text_en, t.text_fr), 'is_only_one', false)
        from plain_texts t where t.list = 'place_standing' and t.code = standing);
end
$$;
