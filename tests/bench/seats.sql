-- SPDX-License-Identifier: MIT
-- :seats offers in closed groups of eight seats, to people who wait; run again, all are as they were. And what the API is measured
-- against: bench.accept(), one function written straight down for this one step, which locks the group, asks what must be asked and
-- leaves the same rows behind.
set search_path = alongside, pg_catalog;
begin;
set local session_replication_role = replica;
create temp table pool on commit drop as
select
    k, ('00000010-0000-4000-8000-' || 100000000000 + k)::uuid as enrolment_id,
    ('00000011-0000-4000-8000-' || 100000000000 + (k + 7) / 8)::uuid as cohort_id,
    (:'prefix' || 100000000000 + k + (k - 1) / 4)::uuid as participant_id
from generate_series(1, :seats) k;
delete from enrolment_decisions d using pool p where d.enrolment_id = p.enrolment_id;
delete from outbox o using pool p where o.enrolment_id = p.enrolment_id;
delete from enrolments e using pool p where e.id = p.enrolment_id;
delete from sessions s using pool p where s.cohort_id = p.cohort_id;
delete from cohorts g using pool p where g.id = p.cohort_id;
update intakes i set state = 'ready' from pool p where i.participant_id = p.participant_id and i.state = 'placed';
update waiting_people w set state = 'ready' from pool p where w.participant_id = p.participant_id and w.state = 'placed';

insert into cohorts (
    id, service_id, language, state, coordinator_id, capacity, max_sessions, parts, joining, topics,
    offer_hours, created_at)
select
    p.cohort_id, v.id, 'en', 'recruiting', model.created_by, 8, v.max_sessions, v.parts, 'closed', v.topics,
    v.offer_hours, now()
from (select distinct cohort_id from pool) p
cross join (select * from participants where id = :'participant') model
join services v on v.code = 'formal_group';
insert into sessions (cohort_id, seq, part, local_start, timezone, starts_at, duration_minutes, hosts, changed_at)
select
    p.cohort_id, seq, 1, t.starts_at at time zone 'America/Toronto', 'America/Toronto', t.starts_at, 90, part_of(g.parts, 1)->'hosts', now()
from (select distinct cohort_id from pool) p
join cohorts g on g.id = p.cohort_id
cross join generate_series(1, 10) seq
cross join lateral (select date_trunc('hour', now()) + seq * interval '7 days' as starts_at) t;
insert into enrolments (id, cohort_id, participant_id, track, state, waiting_since, created_at, offered_at, offer_expires_at, answer_at)
select p.enrolment_id, p.cohort_id, p.participant_id, 'group', 'offered', now(), now(), now(), now() + interval '3 days', now() + interval '4 days'
from pool p;
commit;

-- Its tables are those of the program without policies and triggers, with the same columns, checks, indexes and the references.
set client_min_messages = warning;
drop schema if exists bench cascade;
create schema bench;
grant usage on schema bench to alongside_api;
create table bench.cohorts (like cohorts including all);
create table bench.enrolments (like enrolments including all excluding generated);
create table bench.intakes (like intakes including all excluding generated);
create table bench.waiting_people (like waiting_people including all);
create table bench.enrolment_decisions (like enrolment_decisions including all);
create table bench.outbox (like outbox including all);
create table bench.audit_events (like audit_events including all);
alter table bench.enrolment_decisions
    add foreign key (enrolment_id) references bench.enrolments (id),
    add foreign key (account_id) references accounts (id);
alter table bench.outbox
    add foreign key (enrolment_id) references bench.enrolments (id),
    add foreign key (participant_id) references participants (id);
insert into bench.cohorts select * from cohorts g where g.id::text like '00000011-%';
insert into bench.enrolments select * from enrolments e where e.id::text like '00000010-%';
insert into bench.intakes select * from intakes;
insert into bench.waiting_people select * from waiting_people;
analyze bench.cohorts, bench.enrolments, bench.intakes, bench.waiting_people;
create sequence bench.turn;
grant usage on sequence bench.turn to alongside_api;
create function bench.accept(in_k bigint, in_account_id uuid) returns json
language plpgsql
security definer
set search_path = bench, alongside, pg_catalog, pg_temp
as $$
declare
    seat enrolments;
    joined cohorts;
    at timestamptz := transaction_timestamp();
begin
    select * into seat from enrolments e where e.id = ('00000010-0000-4000-8000-' || 100000000000 + in_k)::uuid;
    select * into joined from cohorts g where g.id = seat.cohort_id for update;
    select * into seat from enrolments e where e.id = seat.id for update;
    if seat.state <> 'offered' or seat.offer_expires_at <= at or joined.state not in ('recruiting', 'confirmed')
        or (select min(s.starts_at) from sessions s where s.cohort_id = joined.id and s.state <> 'cancelled') <= at
        or not exists (
            select from intakes i
            where i.participant_id = seat.participant_id and i.track = 'group' and i.valid_until > at and i.state in ('ready', 'placed'))
        or exists (
            select from track_documents t join documents_current d on d.kind = t.kind
            where t.track = 'group' and t.needed_for = 'completion' and not exists (
                select from acceptances a
                where a.participant_id = seat.participant_id and a.document_id = d.id and a.withdrawn_at is null))
    then
        raise exception 'no seat %', in_k;
    end if;
    update enrolments e set state = 'accepted', accepted_at = at, decided_by_role = 'coordinator', version = e.version + 1
    where e.id = seat.id returning * into seat;
    insert into enrolment_decisions (enrolment_id, at, decision, by_role, account_id)
    values (seat.id, at, 'accepted', 'coordinator', in_account_id);
    insert into comparisons (subject, owner_id, is_first, created_at) values ('participant', seat.participant_id, false, at);
    insert into audit_events (at, account_id, role, operation, action, object_type, object_id, participant_ids, fields)
    values (at, in_account_id, 'coordinator', 'enrolments_accept', 'accept', 'enrolment', seat.id, array[seat.participant_id], '{}');
    return json_build_object('id', seat.id, 'group_id', seat.cohort_id, 'participant_id', seat.participant_id, 'state', seat.state,
        'waiting_since', utc(seat.waiting_since), 'accepted_at', utc(seat.accepted_at));
end
$$;
