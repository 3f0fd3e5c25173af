-- SPDX-License-Identifier: MIT
-- Around a session: roster, start (I5), attendance (I7), topics, the window of the safety plan, and who sees what.
begin;
\ir 00_helpers.sql
\ir journey.psql
\ir safety.psql
select plan(119);

\set boss '''c0000000-0000-4000-8000-000000000001'''
\set ps '''b0000000-0000-4000-8000-000000000001'''
\set ps2 '''b0000000-0000-4000-8000-000000000002'''
\set mhp '''b0000000-0000-4000-8000-000000000003'''
\set mhp2 '''b0000000-0000-4000-8000-000000000004'''
\set other_ps '''b0000000-0000-4000-8000-000000000005'''
select clock('2026-11-24 15:00Z') \g /dev/null
select account('coordinator', :boss), host('peer_supporter', :ps), host('peer_supporter', :ps2), host('peer_supporter', :other_ps),
    host('mental_health_professional', :mhp), host('mental_health_professional', :mhp2) \g /dev/null
select person('ON') as ann, person('QC', 'fr') as bea, person('BC') as cora, person('ON') as dana, person('ON') as eve \gset
-- A formal group: 18:00 in Toronto on 1 December is 23:00Z.
select group_of('closed', '2026-12-01 18:00') as formal, group_of('drop_in', '2026-12-02 18:00') as informal \gset
select session_of(:'formal') as s, session_of(:'informal') as i, session(:'formal', 2, '2026-12-08 18:00') as s2 \gset
select seat(:'ann', :'formal') as e_ann, seat(:'bea', :'formal') as e_bea, seat(:'cora', :'formal', 'offered') as e_cora,
    seat(:'dana', :'informal') as e_dana, seat(:'eve', :'informal', 'waitlisted') as e_eve \gset
select leads(:ps, :'formal', 'peer_supporter') as l1, leads(:mhp, :'formal', 'mental_health_professional') as l2,
    leads(:ps, :'informal', 'peer_supporter') as l3, leads(:ps2, :'informal', 'peer_supporter') as l4,
    leads(:mhp2, :'informal', 'on_call_professional') as l5 \gset
update participants set pronouns = 'elle', accessibility_needs = (select id || '.need' from sealed_keys where owner_id = :'bea') where id = :'bea';
insert into intakes (participant_id, track, coordinator_account_id, created_at, valid_until) values (:'ann', 'group', :boss, app_now(), '2027-11-01Z');
create or replace function tests.roster(in_session uuid) returns jsonb language sql as $$
    select answer(format('select r.body from rosters_read(%L) r (body) where r.body is not null', in_session))->'body' $$;
create or replace function tests.start(in_session uuid, variadic in_present uuid[]) returns text language sql as $$
    select format('select * from sessions_start(%L, %L)', in_session, jsonb_build_object('hosts_present', in_present)) $$;
create or replace function tests.attend(in_session uuid, in_enrolment uuid, in_status text) returns text language sql as $$
    select format('select * from attendances_replace(%L, %L, %L)', in_session, in_enrolment, jsonb_build_object('status', in_status)) $$;
create or replace function tests.plan_of(in_session uuid, in_enrolment uuid) returns jsonb language sql as $$
    select answer(format('select p.body from session_safety_plans_read(%L, %L) p (body) where p.body is not null', in_session, in_enrolment))->'body' $$;

-- The roster: aliases.
select enter('peer_supporter', :ps) \g /dev/null
select is((select jsonb_agg(r - array['enrolment_id', 'alias', 'accessibility_needs'] order by r->>'pronouns') from jsonb_array_elements(roster(:'s')->'data') r),
    '[{"state": "confirmed", "pronouns": "elle", "is_ready": null, "participant_id": null}, {"state": "confirmed", "pronouns": null, "is_ready": null, "participant_id": null}]'::jsonb,
    'A6.8 a peer supporter sees aliases and pronouns of those with a confirmed seat, nothing of intakes, no id of a person');
select is((select array_agg(r->>'alias' order by r->>'alias') from jsonb_array_elements(roster(:'s')->'data') r),
    (select array_agg(alias order by alias) from participants where id in (:'ann', :'bea')), 'decision 5 aliases');
select is((select r->>'accessibility_needs' from jsonb_array_elements(roster(:'s')->'data') r where r->>'enrolment_id' = :'e_bea'),
    (select e'\x01participant.accessibility_needs.' || id || '.k1~d3JhcHBlZA.need' from sealed_keys where owner_id = :'bea'), 'and what somebody needs to take part');
select is((select array_agg(e.participant_ids order by e.id desc) from (select * from audit_events where object_type = 'roster' order by id desc limit 1) e),
    (select array[array_agg(id order by id)] from participants where id in (:'ann', :'bea')), 'A6.8 each look is in the audit of everybody on it');
select is(answer(format('select count(*) as n from participants'))->>'n', '0', 'A6.8 of the table of participants a host sees nothing');
select enter('mental_health_professional', :mhp) \g /dev/null
select is((select jsonb_object_agg(r->>'enrolment_id', r->'is_ready') from jsonb_array_elements(roster(:'s')->'data') r),
    jsonb_build_object(:'e_ann', true, :'e_bea', false), 'A6.8 a professional sees whether the intake is done');
select enter('coordinator', :boss) \g /dev/null
select is((select array_agg((r->>'participant_id')::uuid order by r->>'participant_id') from jsonb_array_elements(roster(:'s')->'data') r),
    (select array_agg(id order by id::text) from participants where id in (:'ann', :'bea')), 'a coordinator sees who it is');
select enter('peer_supporter', :other_ps) \g /dev/null
select is(roster(:'s'), null, 'A6.8 a host of another group sees no roster');
select enter('mental_health_professional', :mhp2) \g /dev/null
select is(roster(:'s'), null, 'not even a professional');
select is(jsonb_array_length(roster(:'i')->'data'), 1, 'S1.21 the professional on call sees that of their session');
select enter_person(:'ann') \g /dev/null
select is(roster(:'s'), null, 'decision 5 peers never see a roster');
select enter('line', :ps) \g /dev/null
select is(roster(:'s'), null, 'nor does the line');
select enter('peer_supporter', :ps) \g /dev/null
select is(roster(gen_random_uuid()), null, 'what does not exist is the same');
insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (:'bea', :ps, 'asked_by_peer', :boss, app_now());
select is((select array_agg(r->>'enrolment_id') from jsonb_array_elements(roster(:'s')->'data') r), array[:'e_ann'], 'R14 somebody who asked not to be seen by them is not there');
delete from exclusions;
insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (:'cora', :ps, 'own_case', :boss, app_now());
select is(roster(:'s'), null, 'I13 no roster of a group in which they are a peer themselves');
delete from exclusions;
-- A substitute for one session.
insert into host_assignments (cohort_id, session_id, account_id, slot, replaces, assigned_by, assigned_at)
values (:'formal', :'s2', :other_ps, 'peer_supporter', :'l1', :boss, app_now());
select is(array[roster(:'s') is null, roster(:'s2') is null], '{f,t}', 'who is replaced for a session sees that of the others');
select enter('peer_supporter', :other_ps) \g /dev/null
select is(array[roster(:'s') is null, roster(:'s2') is null], '{t,f}', 'the substitute sees that of theirs');

-- Start: I5, I13, the hour.
select enter('peer_supporter', :ps) \g /dev/null
select clock('2026-12-01 22:44:59Z') \g /dev/null
select is(refusal_detail(start(:'s', :ps, :mhp)), '{"reason": "too-early", "starts_at": "2026-12-01T23:00:00Z"}', 'not earlier than 15 minutes before');
select clock('2026-12-01 22:45Z') \g /dev/null
select is(refusal_detail(start(:'s', :ps)), '{"reason": "hosts-missing", "missing": ["mental_health_professional"]}', 'I5, decision 4 a formal session does not start without its professional');
select is(refusal_detail(start(:'s', :mhp)), '{"reason": "hosts-missing", "missing": ["peer_supporter"]}', 'I5 nor without its peer supporter');
select is(refusal_detail(start(:'s', :ps, :mhp, :mhp2)), '{"errors": [{"code": "does-not-exist", "pointer": "#/hosts_present/2"}]}', 'who is there leads it');
update qualifications set cleared_on = null where account_id = :mhp;
select is(refusal_detail(start(:'s', :ps, :mhp)), '{"reason": "hosts-missing", "missing": ["mental_health_professional"]}', 'I5 a professional without clearance does not count');
update qualifications set cleared_on = '2026-01-05' where account_id = :mhp;
delete from trainings where account_id = :ps and module = (select min(module) from trainings where kind = 'orientation');
select is(refusal_detail(start(:'s', :ps, :mhp)), '{"reason": "hosts-missing", "missing": ["peer_supporter"]}', 'I5, S0.31 nor a peer supporter before orientation is complete');
insert into trainings (account_id, kind, module, completed_on, recorded_by, created_at)
select :ps, 'orientation', l.code, '2026-01-05', :ps, app_now() from code_lists l where l.list = 'training_orientation' on conflict do nothing;
update staff set languages = '{fr}' where id = :ps;
select is(refusal(start(:'s', :ps, :mhp)), 'conflict', 'I5, I6 nor who does not speak its language');
update staff set languages = '{en,fr}' where id = :ps;
update accounts set is_active = false where id = :mhp;
select is(refusal(start(:'s', :ps, :mhp)), 'conflict', 'I5 nor who has left');
update accounts set is_active = true where id = :mhp;
select is(refusal(start(:'s', :ps2, :mhp)), 'validation-failed', 'nor somebody else of the same kind');
-- A conflict of today's roster.
select enter('coordinator', :boss) \g /dev/null
create temp table conflict as select (answer(format('select * from conflict_declarations_create(%L)', jsonb_build_object('kind', 'no_contact',
    'for_participant_id', :'ann', 'participant_id', :'bea')))#>>'{body,id}')::uuid as id;
select enter('peer_supporter', :ps) \g /dev/null
select is(refusal_detail(start(:'s', :ps, :mhp)), '{"reason": "call-your-coordinator"}', 'A6.5 with an unresolved conflict it does not start; a host hears only whom to call');
select enter('coordinator', :boss) \g /dev/null
select is(refusal_detail(start(:'s', :ps, :mhp)), '{"reason": "call-your-coordinator"}', 'A6.5 nor by a coordinator');
select answer(format('select * from conflict_declarations_withdraw(%L)', id)) from conflict \g /dev/null
update cohorts set state = 'draft' where id = :'formal';
select is(refusal_detail(start(:'s', :ps, :mhp)), '{"state": "draft"}', 'nor before the group is confirmed');
update cohorts set state = 'confirmed' where id = :'formal';
-- Who may.
select enter('peer_supporter', :other_ps) \g /dev/null
select is(refusal(start(:'s', :ps, :mhp)), 'not-found', 'a host of another session starts nothing');
select enter_person(:'ann') \g /dev/null
select is(refusal(start(:'s', :ps, :mhp)), 'not-found', 'nor a peer');
select enter('peer_supporter', :ps) \g /dev/null
select is(refusal(attend(:'s', :'e_ann', 'present')), 'conflict-state', 'I7 no attendance before the start');
select is(refusal(format('select * from sessions_end(%L)', :'s')), 'conflict-state', 'what has not begun does not end');
create temp table started as select answer(start(:'s', :ps, :mhp)) as a;
select is((a->'body') - 'hosts_present', jsonb_build_object('session_id', :'s', 'state', 'in_progress', 'started_at', '2026-12-01T22:45:00Z', 'ended_at', null), 'with its hosts there it starts') from started;
select is((select array_agg(account_id order by account_id) from session_presences where session_id = :'s'), array[:ps, :mhp]::uuid[], 'and who was there is kept');
select is((select state from cohorts where id = :'formal'), 'in_progress', 'the group is in progress');
select is((select array_agg(state order by id = :'e_ann', id = :'e_bea') from enrolments where cohort_id = :'formal'), '{offered,active,active}', 'I3 confirmed seats of a closed group are active now');
select is((select cohort_is_locked(g) from cohorts g where id = :'formal'), true, 'I3 and nobody joins any more');
select is(refusal_detail(start(:'s', :ps, :mhp)), '{"state": "in_progress"}', 'it starts once');
-- Informal: two peer supporters; the professional on call is wished for.
select clock('2026-12-02 22:50Z') \g /dev/null
select is(refusal_detail(start(:'i', :ps)), '{"reason": "hosts-missing", "missing": ["peer_supporter"]}', 'I5, S2.33 an informal session needs two');
update host_assignments set released_at = app_now() where id = :'l5';
select is(refusal(start(:'i', :ps, :ps2)), null, 'decision 4 and starts without the professional on call');
update host_assignments set released_at = null where id = :'l5';
select is(refusal(format($$select * from sessions_start(%L, '{"hosts_present": ["%s", "%s"]}')$$, :'i', :ps, :ps)), 'conflict', 'I5 nobody fills two slots');
select clock('2026-12-03 00:30:01Z') \g /dev/null
select is(refusal_detail(start(:'i', :ps, :ps2)), '{"reason": "too-late"}', 'after its end it does not begin');
select clock('2026-12-02 23:00Z') \g /dev/null
select answer(start(:'i', :ps, :ps2)) \g /dev/null
select is((select state from enrolments where id = :'e_dana'), 'confirmed', 'drop-in: a seat is active with the first attendance');

-- Attendance.
select is((answer(attend(:'i', :'e_dana', 'absent'))->'body') - array['recorded_at', 'recorded_by'], jsonb_build_object('session_id', :'i', 'enrolment_id', :'e_dana', 'status', 'absent'), 'I7 a host of the session records attendance');
select is((select state from enrolments where id = :'e_dana'), 'confirmed', 'S2.36, S2.42 absence changes nothing');
select is(answer(attend(:'i', :'e_dana', 'present'))#>>'{body,status}', 'present', 'I7 and corrects it');
select is((select array[count(*), max(version)] from attendances where session_id = :'i'), '{1,2}'::bigint[], 'I7 one row a person and session');
select is((select state from enrolments where id = :'e_dana'), 'active', 'with the first attendance the seat is active');
select is(refusal(attend(:'i', :'e_eve', 'present')), 'not-found', 'I7 not of somebody who waits');
select is(refusal(attend(:'i', :'e_ann', 'present')), 'not-found', 'nor of another group');
select is(refusal(attend(:'i', gen_random_uuid(), 'present')), 'not-found', 'nor of nobody');
select is(refusal(attend(:'s', :'e_ann', 'asleep')), '23514 attendances__status__known', 'participation and safety only');
select enter('coordinator', :boss) \g /dev/null
select is(refusal_detail(attend(:'i', :'e_eve', 'present')), '{"state": "waitlisted"}', 'I7 nor by a coordinator, who is told why');
select enter('mental_health_professional', :mhp2) \g /dev/null
select is(refusal(attend(:'i', :'e_dana', 'left_early')), null, 'the professional of the session may');
select enter('mental_health_professional', :mhp) \g /dev/null
select is(refusal(attend(:'i', :'e_dana', 'present')), 'not-found', 'I7 hosts of other sessions may not');
select enter_person(:'dana') \g /dev/null
select is(refusal(attend(:'i', :'e_dana', 'present')), 'not-found', 'nor the person');
select is(refusal($$insert into attendances (session_id, enrolment_id, participant_id, status, recorded_by, recorded_at)
    select session_id, enrolment_id, participant_id, 'present', recorded_by, recorded_at from attendances$$), '42501', 'wall 2: attendance is written by the function alone');
-- Somebody leaves.
select clock('2026-12-01 23:30Z') \g /dev/null
select enter('peer_supporter', :ps) \g /dev/null
select answer(attend(:'s', :'e_ann', 'left_unexpectedly')) \g /dev/null
select is((select array[kind, severity::text, state, utc(check_in_due), utc(acknowledge_due), created_by::text] from incidents where enrolment_id = :'e_ann'),
    array['left_unexpectedly', '4', 'open', '2026-12-01T23:45:00Z', '2026-12-01T23:45:00Z', :ps], 'A6.6 who leaves unexpectedly opens an incident; who agreed to a call is called within 15 minutes');
select answer(attend(:'s', :'e_ann', 'present')), answer(attend(:'s', :'e_ann', 'left_unexpectedly')) \g /dev/null
select is((select count(*) from incidents where enrolment_id = :'e_ann'), 1::bigint, 'one incident, however often it is recorded');
update safety_plans set consent_to_checkin = false where participant_id = :'bea';
select answer(attend(:'s', :'e_bea', 'left_unexpectedly')) \g /dev/null
select is((select array[check_in_due is null, participant_id = :'bea'] from incidents where enrolment_id = :'e_bea'), '{t,t}', 'A6.6 who did not agree is not called; the incident stands');

-- The safety plan: the professional of the session, from 30 minutes before to 24 hours after its end.
create or replace function tests.window_at(in_clock timestamptz, in_session uuid, in_enrolment uuid) returns boolean language plpgsql as $$
begin
    perform clock(in_clock);
    return plan_of(in_session, in_enrolment) is not null;
end
$$;
update safety_plans set current_place_method = (select id || '.place' from sealed_keys where owner_id = :'ann') where participant_id = :'ann';
update emergency_contacts set declined = false, name = k.id || '.kin', phone = k.id || '.tel', may_know_program = false from sealed_keys k where k.owner_id = :'ann' and participant_id = :'ann';
select enter('mental_health_professional', :mhp) \g /dev/null
select is(window_at('2026-12-01 22:29:59Z', :'s', :'e_ann'), false, 'A6.8 not a second earlier than 30 minutes before the start');
select is(window_at('2026-12-01 22:30Z', :'s', :'e_ann'), true, 'A6.8 from 30 minutes before');
select is((plan_of(:'s', :'e_ann')) - array['alias', 'current_place_method', 'emergency_contact', 'confirmed_at'], jsonb_build_object('session_id', :'s', 'enrolment_id', :'e_ann',
    'pronouns', null, 'consent_to_checkin', true, 'needs_confirmation', false), 'what is needed in a crisis');
select is(array[plan_of(:'s', :'e_ann')->>'current_place_method', plan_of(:'s', :'e_ann')#>>'{emergency_contact,phone}', plan_of(:'s', :'e_ann')#>>'{emergency_contact,may_know_program}'],
    (select array[e'\x01safety_plan.current_place_method.' || id || '.k1~d3JhcHBlZA.place', e'\x01emergency_contact.phone.' || id || '.k1~d3JhcHBlZA.tel', 'false'] from sealed_keys where owner_id = :'ann'), 'R7 where they are, whom to call, and that the contact may not know');
select is((select array[count(*)::text, min(action), min(participant_ids[1]::text), min(account_id::text)] from audit_events where object_type = 'safety_plan'),
    array['5', 'read', :'ann', :mhp], 'A6.8 each read is written down, refused ones are none');
select is(window_at('2026-12-03 00:30Z', :'s', :'e_ann'), true, 'A6.8 to 24 hours after its end');
select is(window_at('2026-12-03 00:30:01Z', :'s', :'e_ann'), false, 'A6.8 not a second longer');
select clock('2026-12-01 23:30Z') \g /dev/null
select is(plan_of(:'s2', :'e_ann'), null, 'A6.8 not through another session');
select is(plan_of(:'s', :'e_dana'), null, 'A6.8 not of somebody of another group');
select is(plan_of(:'s', :'e_cora'), null, 'A6.8 not of somebody who only has an offer');
select is(plan_of(:'s', gen_random_uuid()), null, 'nor of nobody');
-- Behind glass.
create or replace function tests.glass(in_session uuid, in_enrolment uuid, in_reason text) returns text language sql as $$
    select format('select * from session_contacts_open(%L, %L, %L)', in_session, in_enrolment, jsonb_build_object('reason', in_reason)) $$;
update contacts set phone = k.id || '.own', ok_to_leave_message = true from sealed_keys k where k.owner_id = :'ann' and participant_id = :'ann';
select is((answer(glass(:'s', :'e_ann', 'check_in'))->'body') - array['name_to_use', 'email', 'safe_hours'], (select jsonb_build_object('session_id', :'s', 'enrolment_id', :'e_ann',
    'phone', e'\x01contact.phone.' || id || '.k1~d3JhcHBlZA.own', 'ok_to_leave_message', true) from sealed_keys where owner_id = :'ann'), 'A6.8 the professional may learn how to reach somebody, with a reason');
select is((select array[action, account_id::text, participant_ids[1]::text] from audit_events where object_type = 'contact' order by id desc limit 1), array['break_glass', :mhp, :'ann'], 'R14 which is in the file');
select is((select array[reason, account_id::text, enrolment_id::text, utc(at)] from contact_openings), array['check_in', :mhp, :'e_ann', '2026-12-01T23:30:00Z'], 'R14 and on the list that is reviewed');
select is(refusal(glass(:'s', :'e_dana', 'check_in')), 'not-found', 'A6.8 of nobody of another group');
select is(refusal(glass(:'s', :'e_ann', 'curious')), '23514 contact_openings__reason__known', 'R14 for these reasons');
select is(answer('select count(*) as n from contact_openings')->>'n', '0', 'wall 2: the list is not the professional''s');
select is(refusal('delete from contact_openings'), '42501', 'wall 2: nobody takes a line from it');
select is(refusal(format('insert into contact_openings (session_id, enrolment_id, account_id, reason, at) values (%L, %L, %L, ''check_in'', app_now())', :'s', :'e_ann', :mhp)), '42501', 'wall 2: nor adds one');
select enter('administrator', 'a0000000-0000-4000-8000-000000000009') \g /dev/null
select is(answer('select count(*) as n from contact_openings')->>'n', '1', 'R14 an administrator reviews it');
select enter('coordinator', :boss) \g /dev/null
select is(answer('select count(*) as n from contact_openings')->>'n', '1', 'R14 and a coordinator');
select is(refusal(glass(:'s', :'e_ann', 'check_in')), 'not-found', 'A6.8 who has their own way');
insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (:'bea', :boss, 'own_case', :boss, app_now());
select is(answer('select count(*) as n from contact_openings')->>'n', '0', 'I13 not of a group of their own');
delete from exclusions;
select enter('peer_supporter', :ps) \g /dev/null
select is(refusal(glass(:'s', :'e_ann', 'check_in')), 'not-found', 'A6.8 a peer supporter never');
select enter('mental_health_professional', :mhp) \g /dev/null
update enrolments set state = 'withdrawn' where id = :'e_ann';
select is(plan_of(:'s', :'e_ann') is null, false, 'who withdrew during the session is still followed up');
update attendances set status = 'absent' where enrolment_id = :'e_ann';
select is(plan_of(:'s', :'e_ann'), null, 'I8 who withdrew and was not there is nobody''s any more');
insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (:'bea', :mhp, 'asked_by_peer', :boss, app_now());
select is(plan_of(:'s', :'e_bea'), null, 'R14 not of somebody for whom they do not exist');
delete from exclusions;
select is(plan_of(:'s', :'e_bea') is null, false, 'of the others, yes');
select enter('peer_supporter', :ps) \g /dev/null
select is(plan_of(:'s', :'e_bea'), null, 'A6.8 never a peer supporter');
select enter('mental_health_professional', :mhp2) \g /dev/null
select is(plan_of(:'s', :'e_bea'), null, 'A6.8 no other professional');
select enter('coordinator', :boss) \g /dev/null
select is(plan_of(:'s', :'e_bea'), null, 'coordinators have their own way');
select enter_person(:'bea') \g /dev/null
select is(plan_of(:'s', :'e_bea'), null, 'and so has the person');
select clock('2026-12-02 23:10Z') \g /dev/null
select enter('mental_health_professional', :mhp2) \g /dev/null
select is(plan_of(:'i', :'e_dana') is null, false, 'S0.22 the professional on call of an informal session');

-- The end, and what is seen afterwards.
select enter('peer_supporter', :ps) \g /dev/null
select clock('2026-12-02 00:40Z') \g /dev/null
select is(answer(format('select * from sessions_end(%L)', :'s'))#>>'{body,ended_at}', '2026-12-02T00:40:00Z', 'a host ends it');
select is(refusal_detail(format('select * from sessions_end(%L)', :'s')), '{"state": "completed"}', 'once');
select is(refusal(attend(:'s', :'e_bea', 'left_early')), null, 'I7 attendance is corrected afterwards');
select enter('mental_health_professional', :mhp) \g /dev/null
select is(array[window_at('2026-12-03 00:40Z', :'s', :'e_bea'), window_at('2026-12-03 00:40:01Z', :'s', :'e_bea')], '{t,f}', 'A6.8 a session that ran longer is followed up longer');
select enter('peer_supporter', :ps) \g /dev/null
select is(refusal_detail(attend(:'s', :'e_bea', 'present')), '{"reason": "too-late"}', 'hosts, until a day later');
select is(roster(:'s'), null, 'as long as they see the roster');
select enter('coordinator', :boss) \g /dev/null
select is(refusal(attend(:'s', :'e_bea', 'present')), null, 'coordinators at any time');

-- Topics.
select clock('2026-12-02 23:40Z') \g /dev/null
select enter('peer_supporter', :ps2) \g /dev/null
create temp table topics as select answer(format($$select * from session_topics_replace(%L, '{"topics": ["self_care", "coping"]}')$$, :'i')) as a;
select is(a->'body', jsonb_build_object('session_id', :'i', 'topics', array['self_care', 'coping'], 'topic', jsonb_build_object('en', 'Self-care, Coping', 'fr', 'Prendre soin de soi, Stratégies d''adaptation')), 'S2.34 what the participants chose is written down, in both languages') from topics;
select is(refusal_detail(format($$select * from session_topics_replace(%L, '{"topics": ["coping", "football"]}')$$, :'i')), '{"errors": [{"code": "not-allowed", "pointer": "#/topics/1"}]}', 'as codes');
select enter('peer_supporter', :ps) \g /dev/null
select enter('mental_health_professional', :mhp) \g /dev/null
select is(refusal_detail(format($$select * from session_topics_replace(%L, '{"topics": ["coping"]}')$$, :'s2')), '{"reason": "topics-predetermined"}', 'S2.43 those of a formal group are given');
select is(refusal(format($$select * from session_topics_replace(%L, '{"topics": ["coping"]}')$$, :'i')), 'not-found', 'by its hosts');

-- What each may read.
select enter_person(:'dana') \g /dev/null
select is(answer('select array_agg(status) as s from attendances')->'s', '["present"]', 'A6.8 a peer reads their own attendance');
select enter_person(:'bea') \g /dev/null
select is(answer('select count(*) as n from attendances')->>'n', '1', 'and no other');
select enter('peer_supporter', :ps2) \g /dev/null
select is(answer('select count(distinct session_id) as n from attendances')->>'n', '1', 'A6.8 a host that of their sessions');
select enter('peer_supporter', :other_ps) \g /dev/null
select is(answer('select count(*) as n from attendances')->>'n', '0', 'other hosts none');
select enter('coordinator', :boss) \g /dev/null
select is(answer(format('select count(*) as n from attendances where session_id in (%L, %L)', :'s', :'i'))->>'n', '3', 'a coordinator all');
insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (:'dana', :boss, 'own_case', :boss, app_now());
select is(answer(format('select count(*) as n from attendances where session_id in (%L, %L)', :'s', :'i'))->>'n', '2', 'I13 but not where they are a peer themselves');
select is(roster(:'i'), null, 'I13 nor its roster');
delete from exclusions;
create or replace function tests.verbs_of(in_role text, in_account uuid, in_person uuid default null) returns text language plpgsql as $$
begin
    perform enter(in_role, in_account, in_person);
    return (select string_agg(verbs(t, case t
        when 'attendances' then 'insert into attendances (session_id, enrolment_id, participant_id, status, recorded_by, recorded_at) select s.id, e.id, e.participant_id, ''present'', actor_account_id(), app_now() from sessions s join enrolments e on e.cohort_id = s.cohort_id limit 1'
        else 'insert into session_presences (session_id, account_id, slot, at) values (gen_random_uuid(), actor_account_id(), ''peer_supporter'', app_now())' end), '/' order by t)
        from unnest(array['attendances', 'session_presences']) t);
end
$$;
select is(verbs_of('peer', account_of(:'dana'), :'dana'), 'S/', 'wall 2: a peer reads attendance');
select is(verbs_of('peer_supporter', :ps), 'S/S', 'wall 2: hosts read');
select is(verbs_of('mental_health_professional', :mhp), 'S/S', 'wall 2: professionals too');
select is(verbs_of('coordinator', :boss), 'S/S', 'wall 2: and coordinators');
select is(verbs_of('line', :boss), '/', 'wall 2: not the line');
select is(verbs_of('administrator', 'a0000000-0000-4000-8000-000000000009'), '/', 'wall 2: not the administrator');
select is(verbs_of('nobody', null), '/', 'wall 2: nobody else');
select * from finish();
rollback;
