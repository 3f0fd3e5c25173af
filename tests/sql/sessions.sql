-- SPDX-License-Identifier: MIT
-- Sessions: one more, moved, moved with those that follow, cancelled, made up for; topics, material and sealed links.
begin;
\ir 00_helpers.sql
\ir offer.psql
\set list `python3 sql/page.py sql/statements/sessions/list.sql`
prepare sessions_list (text, text, jsonb, jsonb, int[], jsonb) as :list
\set read `cat sql/statements/sessions/read.sql`
prepare sessions_read (text, text, jsonb, jsonb, int[], jsonb) as :read
select plan(76);

select account('coordinator', 'a7000000-0000-4000-8000-000000000004') \g /dev/null
\set boss '''a7000000-0000-4000-8000-000000000004'''
update services set state = 'available', capacity = 10, max_sessions = 8 where code = 'informal_group';
update services set state = 'available', capacity = 8, max_sessions = 10 where code = 'formal_group';
select clock('2026-10-01 12:00Z') \g /dev/null
select enter('coordinator', :boss) \g /dev/null
select plan_group('informal_group', 'en', '{2026-10-22T18:30,2026-10-29T18:30,2026-11-05T18:30}', '{"max_sessions": 4}') as gid \gset
delete from calls;
create function tests.adds(in_cohort uuid, in_body jsonb, in_key jsonb default null) returns text language sql as $$
    select format('select * from sessions_create(%L, %L, %L)', in_cohort, in_body, in_key) $$;
create function tests.change(in_id uuid, in_body jsonb, in_versions int[] default null, in_key jsonb default null) returns text language sql as $$
    select format('select * from sessions_update(%L, %L, %L, %L)', in_id, in_versions, in_body, in_key) $$;
create function tests.cancels(in_id uuid, in_versions int[] default null) returns text language sql as $$
    select format('select * from sessions_cancel(%L, %L)', in_id, in_versions) $$;
create function tests.reads(in_id uuid) returns jsonb language sql as $$ select answer(format('execute sessions_read(%L, null, null, null, null, null)', in_id)) $$;

select is((reads(session_of(:'gid', 2))->'body') - '{id,group_id,changed_at}'::text[], '{"seq": 2, "state": "scheduled", "local_start": "2026-10-29T18:30", "timezone": "America/Toronto",
    "utc_offset": "-04:00", "starts_at": "2026-10-29T22:30:00Z", "ends_at": "2026-10-30T00:00:00Z", "duration_minutes": 90, "makes_up_for": null, "topic": null, "material": null,
    "join_link": null, "started_at": null, "ended_at": null}', 'I2, R8: local time, zone, offset, instant; the end is the start and its minutes');
select is(reads('00000000-0000-4000-8000-00000000dead'), null, 'none is nothing');

-- Moving one.
select is(refusal(change(session_of(:'gid', 1), '{"local_start": "2026-10-23T18:30"}', '{9}')), 'precondition-failed', 'a change needs the version');
select is(refusal(change('00000000-0000-4000-8000-00000000dead', '{"local_start": "2026-10-23T18:30"}')), 'not-found', 'of a session that exists');
select is(answer(change(session_of(:'gid', 1), '{"local_start": "2026-10-23T19:00"}', '{1}'))->'body' @> '{"local_start": "2026-10-23T19:00", "starts_at": "2026-10-23T23:00:00Z"}', true, 'one session moves');
select is(starts(:'gid'), '10-23 23:00, 10-29 22:30, 11-05 23:30', 'and no other');
select is((select (calendar_sequence, version)::text from sessions where id = session_of(:'gid', 1)), '(1,2)', 'RFC 5545: the calendar is told');
select is(called(), 'notify session_changed, advance', 'whoever holds a seat hears of it; I3: the lock has moved');
select answer(change(session_of(:'gid', 1), '{"local_start": "2026-10-23T19:00"}')) \g /dev/null
select is(called(), null, 'the same time again is no change to tell');
select is((select calendar_sequence from sessions where id = session_of(:'gid', 1)), 1, 'nor one for calendars');
select is(faults(change(session_of(:'gid', 1), '{"local_start": "2027-03-14T02:15"}')), 'local_start skipped-hour', 'a skipped hour is refused');
select is(faults(change(session_of(:'gid', 1), '{"local_start": "2026-10-01T07:59"}')), 'local_start in-the-past', 'so is the past');
select is(faults(change(session_of(:'gid', 1), '{"local_start": "2026-10-29T19:59"}')), 'local_start overlaps', 'so is the time of another session');
select is(faults(change(session_of(:'gid', 1), '{"cascade": true}')), 'cascade invalid', 'nothing follows without a time');
select is(answer(change(session_of(:'gid', 3), '{"local_start": "2026-11-01T01:30"}'))#>>'{body,starts_at}', '2026-11-01T05:30:00Z', 'an hour that comes twice is the first');
select answer(change(session_of(:'gid', 3), '{"local_start": "2026-11-05T18:30"}')) \g /dev/null
delete from calls;

-- With those that follow, by the wall clock, over the change of November 1.
select is(answer(change(session_of(:'gid', 2), '{"local_start": "2026-10-30T17:00", "cascade": true}'))->>'status', '200', 'a session moves with those that follow');
select is(starts(:'gid'), '10-23 23:00, 10-30 21:00, 11-06 22:00', 'decision 12: by the same shift of the wall clock, not of the instant');
select is((select string_agg(to_char(local_start, 'MM-DD HH24:MI'), ', ' order by seq) from sessions where cohort_id = :'gid'), '10-23 19:00, 10-30 17:00, 11-06 17:00', 'and not those before');
select is(called(), 'notify series_changed, advance', 'one message for all of them');
select is((select array_agg(calendar_sequence order by seq) from sessions where cohort_id = :'gid'), '{1,1,3}', 'calendars are told of each');
select is(faults(change(session_of(:'gid', 2), '{"local_start": "2027-03-07T02:15", "cascade": true}')), 'local_start skipped-hour', 'a skipped hour of one that follows refuses all');
select is(faults(change(session_of(:'gid', 2), '{"local_start": "2026-10-23T19:00", "cascade": true}')), 'local_start overlaps', 'nothing moves onto one that stays');
select is(starts(:'gid'), '10-23 23:00, 10-30 21:00, 11-06 22:00', 'and then nothing has moved');
update sessions set state = 'completed', started_at = starts_at where id = session_of(:'gid', 3);
select answer(change(session_of(:'gid', 2), '{"local_start": "2026-10-31T17:00", "cascade": true}')) \g /dev/null
select is(starts(:'gid'), '10-23 23:00, 10-31 21:00, 11-06 22:00', 'what was held stays where it was');
update sessions set state = 'scheduled', started_at = null where id = session_of(:'gid', 3);

-- Topic, material, link.
delete from calls;
select is(answer(change(session_of(:'gid', 1), '{"topic": {"en": "Coping", "fr": "Adaptation"}, "material": {"en": "One page.", "fr": "Une page."}}'))->'body' @>
    '{"topic": {"en": "Coping", "fr": "Adaptation"}, "material": {"en": "One page.", "fr": "Une page."}}', true, 'S2.43, S2.44: topic and material, in both languages');
select is(answer(change(session_of(:'gid', 1), '{"material": null}'))->'body' @> '{"topic": {"en": "Coping", "fr": "Adaptation"}, "material": null}', true, 'each for itself');
select set_config('app.language', 'fr', true) \g /dev/null
select is(reads(session_of(:'gid', 1))#>'{body,topic}', '{"fr": "Adaptation"}', 'in the language asked for');
select enter('coordinator', :boss) \g /dev/null
select is(called(), null, 'nobody is written to for that');
\set k1 '11111111-aaaa-4000-8000-000000000001'
\set k2 '11111111-aaaa-4000-8000-000000000002'
select is(answer(change(session_of(:'gid', 1), format('{"join_link": "%s.abc"}', :'k1')::jsonb, null, key(:'k1')))#>>'{body,join_link}',
    e'\x01session.join_link.' || :'k1' || '.k1~d3JhcHBlZA.abc', 'a link is sealed');
select is((select owner_id from sealed_keys where id = :'k1'), session_of(:'gid', 1), 'for its session');
select answer(change(session_of(:'gid', 1), format('{"join_link": "%s.def"}', :'k2')::jsonb, null, key(:'k2'))) \g /dev/null
select is((select array_agg(id) from sealed_keys where owner_id = session_of(:'gid', 1)), array[:'k2'::uuid], 'a new link ends the old one');
select is((select fields from audit_events where object_id = session_of(:'gid', 1) order by id desc limit 1), '{join_link}', 'the audit says that, and not which');
select is(answer(change(session_of(:'gid', 1), '{"join_link": null}'))#>'{body,join_link}', 'null', 'a link is taken away');
select is((select count(*) from sealed_keys where owner_id = session_of(:'gid', 1)), 0::bigint, 'with its key');

-- What state allows.
update sessions set state = 'in_progress', started_at = app_now() where id = session_of(:'gid', 1);
select is(refusal_detail(change(session_of(:'gid', 1), '{"local_start": "2026-12-01T18:30"}')), '{"state": "in_progress"}', 'what is under way does not move');
select is(refusal(change(session_of(:'gid', 1), '{"join_link": null, "topic": null}')), null, 'but may get another link or topic');
select is(refusal(cancels(session_of(:'gid', 1))), 'conflict-state', 'nor is it cancelled');
update sessions set state = 'completed' where id = session_of(:'gid', 1);
select is(refusal(change(session_of(:'gid', 1), '{"topic": null}')), 'conflict-state', 'what was held stays as it was');
update sessions set state = 'scheduled', started_at = null where id = session_of(:'gid', 1);

-- Cancelling and making up.
select answer(change(session_of(:'gid', 2), format('{"join_link": "%s.abc"}', :'k1')::jsonb, null, key(:'k1'))) \g /dev/null
delete from calls;
select is(refusal(cancels(session_of(:'gid', 2), '{1}')), 'precondition-failed', 'cancelling needs the version');
select is(answer(cancels(session_of(:'gid', 2)))->'body' @> '{"state": "cancelled", "seq": 2, "join_link": null}', true, 'a cancelled session keeps its place, without its link');
select is((select count(*) from sealed_keys where id = :'k1'), 0::bigint, 'which ends');
select is(called(), 'notify session_cancelled, advance', 'whoever holds a seat hears of it');
select is((select calendar_sequence from sessions where id = session_of(:'gid', 2)), 3, 'and calendars show it');
select is(refusal_detail(cancels(session_of(:'gid', 2))), '{"state": "cancelled"}', 'once');
select is(faults(adds(:'gid', jsonb_build_object('local_start', '2026-11-13T18:30', 'makes_up_for', session_of(:'gid', 1)))), 'makes_up_for invalid', 'only a cancelled session is made up for');
select is(faults(adds(:'gid', '{"local_start": "2026-11-13T18:30", "makes_up_for": "00000000-0000-4000-8000-00000000dead"}')), 'makes_up_for invalid', 'and one of the group');
select answer(adds(:'gid', jsonb_build_object('local_start', '2026-11-13T18:30', 'makes_up_for', session_of(:'gid', 2), 'topic', '{"en": "a", "fr": "b"}'::jsonb))) as made \gset
select is((:'made'::jsonb)->'body' @> jsonb_build_object('seq', 4, 'makes_up_for', session_of(:'gid', 2), 'starts_at', '2026-11-13T23:30:00Z', 'topic', '{"en": "a", "fr": "b"}'::jsonb), true, 'a session makes up for it');
select is((:'made'::jsonb)->>'location', '/v1/sessions/' || session_of(:'gid', 4), 'and has a place');
select is(called(), 'notify series_changed, advance', 'whoever holds a seat hears of it');
select is(refusal(adds(:'gid', jsonb_build_object('local_start', '2026-11-20T18:30', 'makes_up_for', session_of(:'gid', 2)))), '23505 sessions__makes_up_for__taken', 'once');
select is(answer(adds(:'gid', '{"local_start": "2026-11-20T18:30"}'))#>>'{body,seq}', '5', 'an extra session');
select is(reason(adds(:'gid', '{"local_start": "2026-11-27T18:30"}')), 'max-sessions', 'I2: never more than the group may have, cancelled ones not counted');
select answer(cancels(session_of(:'gid', 5))) \g /dev/null
select is(faults(adds(:'gid', '{"local_start": "2027-03-14T02:30"}')), 'local_start skipped-hour', 'a new one has a time that exists');
select is(faults(adds(:'gid', '{"local_start": "2026-09-30T18:30"}')), 'local_start in-the-past', 'that is to come');
select is(faults(adds(:'gid', '{"local_start": "2026-11-13T19:00"}')), 'local_start overlaps', 'and free');
select is(refusal(adds('00000000-0000-4000-8000-00000000dead', '{"local_start": "2026-11-20T18:30"}')), 'not-found', 'in a group that exists');
select is(refusal(adds(:'gid', format('{"local_start": "2026-11-20T18:30", "join_link": "%s.x"}', :'k1')::jsonb, key(:'k1'))), null, 'with a link at once');
update cohorts set state = 'completed' where id = :'gid';
select is(refusal_detail(adds(:'gid', '{"local_start": "2026-11-20T18:30"}')), '{"state": "completed"}', 'what has ended is not planned any further');
update cohorts set state = 'recruiting' where id = :'gid';

-- S2.43, I3.
select plan_group('formal_group', 'fr', '{2026-10-22T18:30,2026-10-29T18:30}') as closed \gset
update sessions set topic_en = 'a', topic_fr = 'b' where cohort_id = :'closed';
update cohorts set state = 'confirmed' where id = :'closed';
select is(faults(change(session_of(:'closed', 1), '{"topic": null}')), 'topic required', 'S2.43: a confirmed group keeps its topics');
select is(faults(adds(:'closed', '{"local_start": "2026-11-20T18:30"}')), 'topic required', 'S2.43: and has one for every new session');
select clock('2026-10-22 22:30Z') \g /dev/null
select is((select cohort_is_locked(g) from cohorts g where id = :'closed'), true, 'I3: a closed group locks with the hour of its first session');
select clock('2026-10-22 22:29Z') \g /dev/null
select is((select cohort_is_locked(g) from cohorts g where id = :'closed'), false, 'I3: not before');
select answer(cancels(session_of(:'closed', 1))) \g /dev/null
select clock('2026-10-22 22:30Z') \g /dev/null
select is((select cohort_is_locked(g) from cohorts g where id = :'closed'), false, 'I3: cancelling the first session moves the lock');

-- Lists, and who sees them.
create function tests.seen(in_cohort uuid, in_query jsonb default '{"limit": 100}') returns jsonb language sql as $$
    select answer(format('execute sessions_list(%L, null, %L, null, null, null)', in_cohort, in_query)) $$;
select is((select string_agg(s->>'seq', ',') from jsonb_array_elements(seen(:'gid')->'body') s), '1,2,3,4,5', 'the series, in its order');
select is((seen(:'gid', '{"limit": 2}')->>'next')::jsonb, '{"seq": 2}', 'page by page');
select is((select string_agg(s->>'seq', ',') from jsonb_array_elements(seen(:'gid', '{"limit": 2, "after": {"seq": 2}}')->'body') s), '3,4', 'and on');
select is(seen('00000000-0000-4000-8000-00000000dead'), null, 'of a group that exists');
select tests.host('peer_supporter', 'Lead') as lead \gset
insert into host_assignments (cohort_id, account_id, slot, assigned_by, assigned_at) values (:'gid', :'lead', 'peer_supporter', :boss, app_now());
select answer(change(session_of(:'gid', 1), format('{"join_link": "%s.abc"}', :'k1')::jsonb, null, key(:'k1'))) \g /dev/null
select enter('peer_supporter', :'lead') \g /dev/null
select is(reads(session_of(:'gid', 1))#>>'{body,join_link}', e'\x01session.join_link.' || :'k1' || '.k1~d3JhcHBlZA.abc', 'A6.8: a host has the link');
select is(seen(:'closed'), null, 'but sees nothing of another group');
select is(reads(session_of(:'closed', 1)), null, 'nor a session of it');
select is((select string_agg(r || ':' || verbs('sessions', format('insert into sessions (cohort_id, seq, local_start, timezone, starts_at, duration_minutes, changed_at) values (%L, 90, ''2027-01-01'', ''America/Toronto'', app_now(), 90, app_now())', :'gid'))
        || '/' || verbs('sealed_keys', format('insert into sealed_keys (id, owner_type, owner_id, wrapped) values (gen_random_uuid(), ''session'', %L, ''w'')', session_of(:'gid', 1))), ' ' order by r)
    from unnest('{administrator,coordinator,line,mental_health_professional,nobody,peer,peer_supporter,public}'::text[]) r
    cross join lateral (select enter(r, case r when 'peer_supporter' then :'lead' else :boss::uuid end)) e),
    'administrator:/ coordinator:SIU/SID line:/ mental_health_professional:/ nobody:/ peer:/ peer_supporter:S/S public:/', 'coordinators plan, hosts read; of the keys of links as well');

-- New zone data.
update sessions set starts_at = starts_at + interval '1 hour' where id = session_of(:'gid', 3);
select enter('worker') \g /dev/null
set local role alongside_worker;
select session_rederive() as corrected \gset
reset role;
select is(:corrected, 1, 'A5.2: an instant that the zone data has overtaken is derived again');
select is(starts(:'gid'), '10-23 23:00, 10-31 21:00, 11-06 22:00, 11-13 23:30, 11-20 23:30', 'from its wall time');
-- By old data its hour has come, by new data it has not.
update sessions set starts_at = starts_at - interval '1 hour' where id = session_of(:'gid', 1);
update sessions set starts_at = starts_at - interval '1 hour', state = 'completed', started_at = starts_at where id = session_of(:'gid', 3);
select clock('2026-10-23 22:30Z') \g /dev/null
set local role alongside_worker;
select jobs_rederive() as corrected \gset
reset role;
select is(:corrected || ' ' || starts(:'gid'), '1 10-23 23:00, 10-31 21:00, 11-06 21:00, 11-13 23:30, 11-20 23:30', 'A5.2: also where the hour came too soon; what was held stays');
set local role alongside_worker;
select jobs_rederive() as corrected \gset
reset role;
select is(:corrected, 0, 'once');
select ok(not has_function_privilege('alongside_api', 'jobs_rederive()', 'execute'), 'it is a job');
select * from finish();
rollback;
