-- SPDX-License-Identifier: MIT
-- Decision 12: from wall time to the instant, and again when the zone data is newer; the lock of a closed group (I3); links and their keys.
begin;
\ir helpers.psql
\ir world.psql
select plan(33);

select is(to_char(wall_instant(v.local::timestamp, v.zone) at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), v.utc,
    v.zone || ' ' || v.local || ' ' || v.note)
from (values
    ('2025-07-10 17:00', 'America/Toronto', '2025-07-10 21:00', 'S2.21, T6: the source''s EST is Eastern wall time'),
    ('2025-07-17 17:00', 'America/Toronto', '2025-07-17 21:00', 'S2.21: part one in French'),
    ('2025-07-24 17:00', 'America/Toronto', '2025-07-24 21:00', 'S2.22: part two'),
    ('2025-07-31 17:00', 'America/Toronto', '2025-07-31 21:00', 'S2.22: part two in French'),
    ('2026-12-15 05:00', 'America/Vancouver', '2026-12-15 12:00', 'A5.2: the zone data is new enough'),
    ('2026-12-15 06:00', 'America/Edmonton', '2026-12-15 12:00', 'A5.2'),
    ('2026-12-15 06:00', 'America/Yellowknife', '2026-12-15 12:00', 'A5.2'),
    ('2026-12-15 07:00', 'America/Winnipeg', '2026-12-15 12:00', 'A5.2'),
    ('2026-12-15 07:00', 'America/Toronto', '2026-12-15 12:00', 'A5.2'),
    ('2026-12-15 06:00', 'America/Regina', '2026-12-15 12:00', 'A5.2'),
    ('2026-12-15 08:00', 'America/Halifax', '2026-12-15 12:00', 'A5.2'),
    ('2026-12-15 08:30', 'America/St_Johns', '2026-12-15 12:00', 'A5.2'),
    ('2027-03-14 02:30', 'America/Toronto', null, 'an hour that the clocks skip does not exist'),
    ('2027-03-14 02:00', 'America/St_Johns', null, 'from its first minute'),
    ('2027-03-14 03:00', 'America/St_Johns', '2027-03-14 05:30', 'to the minute after it'),
    ('2026-03-08 02:15', 'America/Edmonton', null, 'the last spring of Alberta'),
    ('2026-11-01 01:30', 'America/Toronto', '2026-11-01 05:30', 'an hour that comes twice is the first'),
    ('2026-11-01 01:30', 'America/St_Johns', '2026-11-01 04:00', 'the first, by half hours'),
    ('2026-11-01 01:30', 'America/Vancouver', '2026-11-01 08:30', 'where no clock falls back it comes once'),
    ('2026-11-01 01:30', 'America/Winnipeg', '2026-11-01 06:30', 'where no clock falls back it comes once'),
    ('2025-11-02 01:30', 'America/Vancouver', '2025-11-02 08:30', 'the year before it came twice'),
    ('2027-04-04 01:45', 'Australia/Lord_Howe', '2027-04-03 14:45', 'thirty minutes that come twice'),
    ('2026-07-09 17:00', 'Europe/Riga', '2026-07-09 14:00', 'overseas')) v (local, zone, utc, note);

select account('coordinator', 'a7000000-0000-4000-8000-000000000004') as boss \gset
select clock('2026-10-01 12:00Z') \g /dev/null
select cohort('closed', '2026-10-22 18:30') as g \gset
select session(:'g', 2, '2026-10-29 18:30'), session(:'g', 3, '2026-11-05 18:30') \g /dev/null
create function tests.starts(in_cohort uuid) returns text language sql as $$
    select string_agg(to_char(starts_at at time zone 'UTC', 'MM-DD HH24:MI'), ', ' order by seq) from sessions where cohort_id = in_cohort
$$;
-- I3: a closed group locks with the hour of its first session that is not cancelled.
create function tests.is_locked(in_at timestamptz, in_cohort uuid) returns boolean language plpgsql as $$
begin
    perform clock(in_at);
    return (select cohort_is_locked(c) from cohorts c where c.id = in_cohort);
end
$$;
select is(array[is_locked('2026-10-22 22:29Z', :'g'), is_locked('2026-10-22 22:30Z', :'g')], '{f,t}', 'I3: to the minute');
update sessions set state = 'cancelled' where id = session_of(:'g', 1);
select is(is_locked('2026-10-22 22:30Z', :'g'), false, 'I3: what is cancelled locks nothing');
update sessions set state = 'scheduled' where id = session_of(:'g', 1);

-- A5.2: what the zone data has overtaken is derived again from its wall time; what was held stays.
select clock('2026-10-01 12:00Z') \g /dev/null
create function tests.corrected() returns text language sql as $$ select worker('select jobs_rederive() as n')#>>'{0,n}' $$;
select corrected() \g /dev/null
update sessions set starts_at = starts_at + interval '1 hour' where id = session_of(:'g', 2);
select is(corrected() || ' ' || starts(:'g'), '1 10-22 22:30, 10-29 22:30, 11-05 23:30', 'an instant is derived again');
update sessions set starts_at = starts_at - interval '1 hour' where id = session_of(:'g', 1);
update sessions set starts_at = starts_at - interval '1 hour', state = 'completed', started_at = starts_at where id = session_of(:'g', 3);
select clock('2026-10-22 22:00Z') \g /dev/null
select is(corrected() || ' ' || starts(:'g'), '1 10-22 22:30, 10-29 22:30, 11-05 22:30', 'also where the hour came too soon');
select is(corrected(), '0', 'once');
select person() as p \gset
select clock('2026-11-23 15:00Z') \g /dev/null
select intake(:'p', 'group', 'meeting_scheduled') as i \gset
update intakes set meeting_starts_at = meeting_starts_at + interval '1 hour' where id = :'i';
select corrected() \g /dev/null
select is((select wall_instant(meeting_local_start, meeting_timezone) = meeting_starts_at from intakes where id = :'i'), true,
    'a meeting as well');

-- A link is sealed for its session, and ends with its key.
\set key '11111111-aaaa-4000-8000-000000000001'
insert into sealed_keys (id, owner_type, owner_id, wrapped) values (:'key', 'session', session_of(:'g', 2), 'k1~d3JhcHBlZA');
update sessions set join_link = :'key' || '.abc' where id = session_of(:'g', 2);
select enter('coordinator', :'boss') \g /dev/null
select is(answer(format('select body from sessions_json where id = %L', session_of(:'g', 2)))#>>'{body,join_link}',
    e'\x01session.join_link.' || :'key' || '.abc.k1~d3JhcHBlZA', 'a link is a mark that only the program opens');
select answer(format('select * from sessions_cancel(%L, null)', session_of(:'g', 2))) \g /dev/null
select is((select count(*) from sealed_keys where id = :'key'), 0::bigint, 'its key ends with the session');

-- Nobody plans in the name of another, nor out of their own sight.
select is(refusal(format('insert into cohorts (
        service_id, language, coordinator_id, capacity, max_sessions, parts, joining, topics, offer_hours, created_at)
    select id, ''en'', %L, 1, 1, parts, ''closed'', ''participants'', 72, now() from services limit 1',
    gen_random_uuid())), '42501', 'a group is its coordinator''s');
select enter('peer', gen_random_uuid(), gen_random_uuid()) \g /dev/null
select is(touches('select from sessions'), false, 'who has no part in a group sees no session');
select * from finish();
rollback;
