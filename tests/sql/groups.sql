-- SPDX-License-Identifier: MIT
-- Groups: planned from a service in local wall time, opened, confirmed, ended; who sees them.
begin;
\ir 00_helpers.sql
\ir offer.psql
\set list `python3 sql/page.py sql/statements/groups/list.sql`
prepare groups_list (text, text, jsonb, jsonb, int[], jsonb) as :list
\set read `cat sql/statements/groups/read.sql`
prepare groups_read (text, text, jsonb, jsonb, int[], jsonb) as :read
select plan(129);

select account('coordinator', 'a6000000-0000-4000-8000-000000000004') \g /dev/null
select account('coordinator', 'a6000000-0000-4000-8000-000000000014', '{QC}') \g /dev/null
select account('administrator', 'a6000000-0000-4000-8000-000000000006') \g /dev/null
\set boss '''a6000000-0000-4000-8000-000000000004'''
\set other '''a6000000-0000-4000-8000-000000000014'''
update services set state = 'available', capacity = 10, max_sessions = 8 where code = 'informal_group';
update services set state = 'available', capacity = 8, max_sessions = 10 where code = 'formal_group';
select id as informal from services where code = 'informal_group' \gset
select id as formal from services where code = 'formal_group' \gset

-- Decision 12: from wall time to the instant.
select is(to_char(wall_instant(v.local::timestamp, v.zone) at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), v.utc, v.zone || ' ' || v.local || ' ' || v.note)
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

-- A weekly series keeps its hour on the wall. Both changes of the clocks, in zones that have them, stopped having them, or never had.
select enter('coordinator', :boss) \g /dev/null
create function tests.make(in_body jsonb) returns text language sql as $$ select format('select * from groups_create(%L)', in_body) $$;
create function tests.series(in_zone text, in_first text, in_count int default 3) returns text language plpgsql as $$
declare made jsonb;
begin
    made := answer(make(jsonb_build_object('service_id', (select id from services where code = 'informal_group'), 'language', 'en',
        'timezone', in_zone, 'series', jsonb_build_object('local_start', in_first, 'count', in_count))));
    return starts((made#>>'{body,id}')::uuid);
end $$;
select clock('2026-02-01 12:00Z') \g /dev/null
select is(series(v.zone, '2026-02-26T18:30'), v.utc, 'spring 2026, ' || v.zone) from (values
    ('America/Toronto', '02-26 23:30, 03-05 23:30, 03-12 22:30'),
    ('America/Vancouver', '02-27 02:30, 03-06 02:30, 03-13 01:30'),
    ('America/Edmonton', '02-27 01:30, 03-06 01:30, 03-13 00:30'),
    ('America/Winnipeg', '02-27 00:30, 03-06 00:30, 03-12 23:30'),
    ('America/St_Johns', '02-26 22:00, 03-05 22:00, 03-12 21:00'),
    ('America/Regina', '02-27 00:30, 03-06 00:30, 03-13 00:30')) v (zone, utc);
select clock('2026-10-01 12:00Z') \g /dev/null
select is(series(v.zone, '2026-10-22T18:30'), v.utc, 'fall 2026, ' || v.zone) from (values
    ('America/Toronto', '10-22 22:30, 10-29 22:30, 11-05 23:30'),
    ('America/Vancouver', '10-23 01:30, 10-30 01:30, 11-06 01:30'),
    ('America/Edmonton', '10-23 00:30, 10-30 00:30, 11-06 00:30'),
    ('America/Winnipeg', '10-22 23:30, 10-29 23:30, 11-05 23:30'),
    ('America/St_Johns', '10-22 21:00, 10-29 21:00, 11-05 22:00'),
    ('America/Regina', '10-23 00:30, 10-30 00:30, 11-06 00:30')) v (zone, utc);
select clock('2027-02-01 12:00Z') \g /dev/null
select is(series(v.zone, '2027-03-04T18:30'), v.utc, 'spring 2027, ' || v.zone) from (values
    ('America/Toronto', '03-04 23:30, 03-11 23:30, 03-18 22:30'),
    ('America/Vancouver', '03-05 01:30, 03-12 01:30, 03-19 01:30'),
    ('America/Edmonton', '03-05 00:30, 03-12 00:30, 03-19 00:30'),
    ('America/Winnipeg', '03-04 23:30, 03-11 23:30, 03-18 23:30'),
    ('America/St_Johns', '03-04 22:00, 03-11 22:00, 03-18 21:00'),
    ('America/Regina', '03-05 00:30, 03-12 00:30, 03-19 00:30')) v (zone, utc);
select is(faults(make(jsonb_build_object('service_id', :'informal', 'language', 'en', 'series', '{"local_start": "2027-02-28T02:30", "count": 4}'::jsonb))),
    'series/local_start skipped-hour', 'a series that meets a skipped hour is refused');

-- Planning.
create function tests.standing(in_id uuid) returns jsonb language sql as $$
    select g from jsonb_array_elements(answer('execute groups_list(null, null, ''{"limit": 100}'', null, null, null)')->'body') g where g->>'id' = in_id::text $$;
select clock('2025-06-01 12:00Z') \g /dev/null
select answer(make(jsonb_build_object('service_id', :'formal', 'language', 'fr', 'composition', 'women', 'capacity', 6, 'max_sessions', 4,
    'registration_deadline_days', 13, 'local_starts', '["2025-07-24T17:00", "2025-07-10T17:00"]'::jsonb))) as made \gset
select (:'made'::jsonb)#>>'{body,id}' as gid \gset
select is((:'made'::jsonb) - 'body' - 'next', jsonb_build_object('status', 201, 'location', '/v1/groups/' || :'gid', 'etag', '1'), 'a group is planned');
select is(((:'made'::jsonb)->'body') - '{id,service,created_at}'::text[], jsonb_build_object(
    'service_id', :'formal', 'language', 'fr', 'composition', 'women', 'timezone', 'America/Toronto', 'state', 'draft', 'coordinator_account_id', :boss,
    'capacity', 6, 'max_sessions', 4, 'duration_minutes', 90, 'peer_supporters', 1, 'mental_health_professionals', 1,
    'on_call_professional', false, 'joining', 'closed', 'topics', 'predetermined', 'registration_deadline_days', 13, 'offer_hours', 72),
    'decision 1: with the figures of its service, or smaller ones');
select is(standing(:'gid') @> '{"seats_taken": 0, "sessions": 2, "first_starts_at": "2025-07-10T21:00:00Z", "next_starts_at": "2025-07-10T21:00:00Z", "is_locked": false, "is_blocked": false}', true, 'a list shows how it stands');
select is(starts(:'gid'), '07-10 21:00, 07-24 21:00', 'S2.21-S2.23: two parts, two weeks apart, in order of time');
select clock('2025-06-28 03:59Z') \g /dev/null
select is(standing(:'gid')->>'is_locked', 'false', 'S2.24, I10: registration is open to the last minute of June 27');
select clock('2025-06-28 04:00Z') \g /dev/null
select is(standing(:'gid')->>'is_locked', 'true', 'I10: and closed after it');
select clock('2026-11-23 15:00Z') \g /dev/null
update services set capacity = 3 where code = 'formal_group';
select is((select capacity from cohorts where id = :'gid'), 6, 'decision 1: a group keeps its figures when the service changes');
update services set capacity = 8 where code = 'formal_group';
create function tests.plans(in_more jsonb, in_less text[] default '{}') returns text language sql as $$
    select make((jsonb_build_object('service_id', (select id from services where code = 'informal_group'), 'language', 'en',
        'series', '{"local_start": "2027-01-12T18:30", "count": 8}'::jsonb) - in_less) || in_more) $$;
select is(refusal(plans('{}')), null, 'a plan that would be good');
select is(faults(plans('{"service_id": "00000000-0000-4000-8000-00000000dead"}')), 'service_id does-not-exist', 'a group is of a service');
select is(faults(plans('{"timezone": "EST"}')), 'timezone unknown-zone', 'A5.2: a zone is an IANA name');
select is(faults(plans('{"capacity": 11, "max_sessions": 9}')), 'capacity too-large, max_sessions too-large', 'I1, I2: never larger than its service');
select is(faults(plans('{}', '{series}')), 'series required', 'sessions are planned with it');
select is(faults(plans('{"local_starts": ["2027-01-12T18:30"]}')), 'local_starts invalid', 'in one of the two ways');
select is(faults(plans('{"series": {"local_start": "2027-01-12T18:30", "count": 9}}')), 'series/count too-large', 'I2: not more than the service has');
select is(faults(plans('{"max_sessions": 7}')), 'series/count too-large', 'I2: not more than the group may have');
select is(faults(plans('{"max_sessions": 1, "local_starts": ["2027-01-12T18:30", "2027-01-13T18:30"]}', '{series}')), 'local_starts too-many', 'I2: listed ones as well');
select is(faults(plans('{"local_starts": ["2027-01-12T18:30", "2027-03-14T02:30", "2026-11-23T09:59", "2027-01-12T19:59"]}', '{series}')),
    'local_starts/1 skipped-hour, local_starts/2 in-the-past, local_starts/3 overlaps', 'each wall time that will not do is named');
select is(refusal(plans('{"local_starts": ["2027-01-12T18:30", "2027-01-12T20:00"]}', '{series}')), null, 'one may follow another at once');
update services set state = 'paused' where code = 'informal_group';
select is(refusal_detail(plans('{}')), '{"state": "paused"}', 'S0.5: only from a service that is available');
update services set state = 'available' where code = 'informal_group';

-- Life.
select plan_group('formal_group', 'en', '{2027-01-12T18:30,2027-01-19T18:30}') as life \gset
create function tests.moves(in_id uuid, in_verb text, in_versions int[] default null) returns text language sql as $$
    select format('select * from groups_%s(%L, %L)', in_verb, in_id, in_versions) $$;
-- Which steps are there from each state: the answer, or the refusal.
create function tests.step(in_id uuid, in_from text, in_verb text) returns text language plpgsql as $$
begin
    update cohorts set state = in_from where id = in_id;
    return coalesce(reason(moves(in_id, in_verb)), refusal(moves(in_id, in_verb)), 'ok');
end $$;
select is(step(:'life', s, v), case v || ' ' || s
        when 'open draft' then 'ok' when 'confirm recruiting' then 'topics-missing' when 'complete in_progress' then 'sessions-left'
        else case when v = 'cancel' and s not in ('completed', 'cancelled') then 'ok' else 'conflict-state' end end, 'A6.2: ' || v || ' from ' || s)
from unnest('{draft,recruiting,confirmed,in_progress,completed,cancelled}'::text[]) s, unnest('{open,confirm,cancel,complete}'::text[]) v;
update cohorts set state = 'draft' where id = :'life';
select is(refusal(moves(:'life', 'open', '{9}')), 'precondition-failed', 'a step needs the version');
select is(refusal(moves('00000000-0000-4000-8000-00000000dead', 'open')), 'not-found', 'of a group that exists');
select clock('2027-02-01 12:00Z') \g /dev/null
select is(reason(moves(:'life', 'open')), 'no-sessions', 'nothing to come, nothing to open');
select clock('2026-11-23 15:00Z') \g /dev/null
select is(answer(moves(:'life', 'open', '{1}'))#>>'{body,state}', 'recruiting', 'a draft is opened');
select is(refusal_detail(moves(:'life', 'confirm'))->'session_ids', jsonb_build_array(session_of(:'life', 1), session_of(:'life', 2)), 'S2.43: sessions without a topic are named');
update sessions set topic_en = 'Coping', topic_fr = 'Adaptation' where cohort_id = :'life';
select is(answer(moves(:'life', 'confirm'))#>>'{body,state}', 'confirmed', 'S2.43: with topics it is confirmed');
select is((select array_agg(action order by id) from audit_events where object_id = :'life'), '{create,open,confirm}', 'each step is in the audit');
-- The end of one that met.
select tests.host('peer_supporter', 'Lead') as lead \gset
create function tests.seat(in_cohort uuid, in_state text) returns uuid language plpgsql as $$
declare person uuid := gen_random_uuid(); account uuid := gen_random_uuid(); seat uuid := gen_random_uuid();
begin
    insert into accounts (id, subject, role, participant_id) values (account, account::text, 'peer', person);
    insert into participants (id, account_id, alias, preferred_language, affiliation_kind, age_attested_at, eligibility_attested_at, created_by, created_at)
    values (person, account, 'P ' || left(person::text, 30), 'en', 'caf_former', app_now(), app_now(), account, app_now());
    insert into enrolments (id, cohort_id, participant_id, state, waiting_since, created_at, offer_expires_at)
    values (seat, in_cohort, person, in_state, app_now(), app_now(), app_now() + interval '3 days');
    return seat;
end $$;
select seat(:'life', s) as seat_id, s from unnest('{requested,waitlisted,offered,confirmed,active}'::text[]) s \g /dev/null
update cohorts set state = 'in_progress' where id = :'life';
select is(standing(:'life')->>'seats_taken', '3', 'I1: seats offered, confirmed and active are taken');
select is(reason(moves(:'life', 'complete')), 'sessions-left', 'a group with sessions left goes on');
update sessions set state = 'completed', started_at = starts_at, ended_at = starts_at where cohort_id = :'life' and seq = 1;
update sessions set state = 'cancelled' where cohort_id = :'life' and seq = 2;
select is(answer(moves(:'life', 'complete'))#>>'{body,state}', 'completed', 'then it is completed');
select is((select string_agg(state, ',' order by state) from enrolments where cohort_id = :'life'), 'completed,completed,expired,expired,expired',
    'who had a part has completed it, who waited waits no longer');
-- And of one that does not.
select plan_group('informal_group', 'en', '{2027-01-12T18:30,2027-01-19T18:30}') as gone \gset
update sessions set join_link = 'aa000000-0000-4000-8000-000000000001.x' where cohort_id = :'gone' and seq = 1;
insert into sealed_keys (id, owner_type, owner_id, wrapped) values ('aa000000-0000-4000-8000-000000000001', 'session', session_of(:'gone', 1), 'k1~d3JhcHBlZA');
update sessions set state = 'in_progress', started_at = app_now() where cohort_id = :'gone' and seq = 2;
select is(reason(moves(:'gone', 'cancel')), 'session-in-progress', 'nobody is cancelled out of a session');
update sessions set state = 'scheduled', started_at = null where cohort_id = :'gone' and seq = 2;
delete from calls;
select is(answer(moves(:'gone', 'cancel'))#>>'{body,state}', 'cancelled', 'a group is cancelled, without a reason');
select is(called(), 'notify group_cancelled, release group_cancelled', 'who holds a seat is told, and every seat released');
select is((select string_agg(concat_ws(' ', state, calendar_sequence, version, join_link), ', ') from sessions where cohort_id = :'gone'), 'cancelled 1 2, cancelled 1 2', 'its sessions are shown as cancelled');
select is((select count(*) from sealed_keys where id = 'aa000000-0000-4000-8000-000000000001'), 0::bigint, 'and its links end');

-- Changing.
select plan_group('informal_group', 'en', '{2027-01-12T18:30,2027-01-19T18:30}', '{"capacity": 5}') as gid2 \gset
create function tests.change(in_id uuid, in_body jsonb, in_versions int[] default null) returns text language sql as $$
    select format('select * from groups_update(%L, %L, %L)', in_id, in_versions, in_body) $$;
select is(refusal(change(:'gid2', '{"capacity": 4}', '{9}')), 'precondition-failed', 'a change needs the version');
select is(faults(change(:'gid2', jsonb_build_object('capacity', 11, 'max_sessions', 9, 'coordinator_account_id', :'lead'))),
    'capacity too-large, max_sessions too-large, coordinator_account_id does-not-exist', 'never larger than the service; a coordinator coordinates');
select is(answer(change(:'gid2', jsonb_build_object('composition', 'men', 'coordinator_account_id', :other, 'max_sessions', 3), '{1}'))->'body' @>
    jsonb_build_object('composition', 'men', 'coordinator_account_id', :other, 'max_sessions', 3, 'capacity', 5), true, 'S2.45: composition, and who is in charge');
select is(called(), null, 'nobody is placed by that');
select seat(:'gid2', 'active') from generate_series(1, 3) \g /dev/null
select is(reason(change(:'gid2', '{"capacity": 2}')), 'seats-taken', 'I1: no seat is taken away from somebody');
select is(reason(change(:'gid2', '{"max_sessions": 1}')), 'sessions-planned', 'I2: nor a session');
select answer(change(:'gid2', '{"capacity": 3}')) \g /dev/null
select is(called(), null, 'a smaller group has no seat for those who wait');
select is(answer(change(:'gid2', '{"capacity": 10, "registration_deadline_days": 5}'))#>>'{body,registration_deadline_days}', '5', 'a larger one has');
select is(called(), 'advance', 'and they move up');
select is(answer(change(:'gid2', '{"registration_deadline_days": null}'))#>'{body,registration_deadline_days}', 'null', 'a deadline is taken away');
update services set capacity = 4 where code = 'informal_group';
select is(refusal(change(:'gid2', '{"capacity": 9}')), null, 'a group larger than its service is now may shrink by steps');
update services set capacity = 10 where code = 'informal_group';
update cohorts set state = 'completed' where id = :'gid2';
select is(refusal_detail(change(:'gid2', '{"composition": "women"}')), '{"state": "completed"}', 'what has ended stays as it was');
update cohorts set state = 'recruiting' where id = :'gid2';

-- Who sees what. I13: a coordinator or host who is or was in a group as a peer.
create function tests.seen(in_query jsonb default '{}') returns uuid[] language sql as $$
    select array_agg((g->>'id')::uuid) from jsonb_array_elements(answer(format('execute groups_list(null, null, %L, null, null, null)', '{"limit": 100}'::jsonb || in_query))->'body') g $$;
select is(:'gid2' = any (seen()) and :'life' = any (seen()), true, 'a coordinator sees the groups');
select is(array(select unnest(seen('{"state": ["cancelled"], "language": "en"}')) intersect select unnest(array[:'gone', :'life', :'gid', :'gid2']::uuid[])), array[:'gone'::uuid], 'by state and language');
select is(:'gid' = any (seen(jsonb_build_object('service_id', :'formal', 'language', 'fr'))), true, 'and service');
select is(:'gid2' = any (seen(jsonb_build_object('service_id', :'formal'))), false, 'of no other');
select answer('execute groups_list(null, null, ''{"limit": 2}'', null, null, null)') as one \gset
select is((:'one'::jsonb)#>>'{body,0,id}', (select id::text from cohorts order by created_at desc, id desc limit 1), 'newest first');
select is(answer(format('execute groups_list(null, null, %L, null, null, null)', jsonb_build_object('limit', 2, 'after', ((:'one'::jsonb)->>'next')::jsonb)))#>>'{body,0,id}',
    (select id::text from cohorts order by created_at desc, id desc offset 2 limit 1), 'page by page');
insert into exclusions (participant_id, account_id, reason, created_by, created_at)
select participant_id, :boss, 'own_case', :other, app_now() from enrolments where cohort_id = :'life' limit 1;
select is(:'life' = any (seen()), false, 'I13: the group one was in as a peer does not exist for one');
select is(answer(format('execute groups_read(%L, null, null, null, null, null)', :'life')), null, 'I13: nor can it be read');
select is(refusal(change(:'life', '{"composition": "men"}')), 'not-found', 'I13: nor changed');
select is(refusal(format('select cohort_lock(%L)', :'life')), 'not-found', 'I13: nor locked');
insert into host_assignments (cohort_id, account_id, slot, assigned_by, assigned_at) values (:'gid2', :'lead', 'peer_supporter', :other, app_now());
select enter('peer_supporter', :'lead') \g /dev/null
select is(seen(), array[:'gid2'::uuid], 'a host sees the group they lead and no other');
select is(standing(:'gid2') @> '{"seats_taken": null, "is_blocked": null, "capacity": 10}', true,
    'A6.8: but neither how many are placed nor whether a conflict stands');
select is(refusal(change(:'gid2', '{"composition": "mixed"}')), 'not-found', 'and changes nothing');
update host_assignments set released_at = app_now() where cohort_id = :'gid2';
select is(seen(), null, 'who leads no more sees it no more');

-- Role × table × verb, on a group that the host leads.
update host_assignments set released_at = null where cohort_id = :'gid2';
create function tests.row_of(in_account uuid) returns text language sql as $$ select format(
    'insert into cohorts (service_id, language, coordinator_account_id, capacity, max_sessions, duration_minutes, peer_supporters, mental_health_professionals, on_call_professional, joining, topics, offer_hours, created_at)
    values (%L, ''en'', %L, 1, 1, 60, 1, 0, false, ''closed'', ''participants'', 72, app_now())', (select id from services where code = 'formal_group'), in_account) $$;
select is((select string_agg(r || ':' || verbs('cohorts', row_of(case r when 'peer_supporter' then :'lead' else :boss::uuid end)), ' ' order by r)
    from unnest('{administrator,coordinator,line,mental_health_professional,nobody,peer,peer_supporter,public}'::text[]) r
    cross join lateral (select enter(r, case r when 'peer_supporter' then :'lead' else :boss::uuid end)) e),
    'administrator: coordinator:SIU line: mental_health_professional: nobody: peer: peer_supporter:S public:', 'coordinators plan, hosts read, nobody deletes');
select enter('coordinator', :boss) \g /dev/null
select is(refusal(row_of(:other)), '42501', 'nobody plans in the name of another');
select * from finish();
rollback;
