-- SPDX-License-Identifier: MIT
-- Incidents (A6.6, R6): clocks, order, who may; debriefs (R13): never the co-host.
begin;
\ir 00_helpers.sql
\ir journey.psql
\ir safety.psql
select plan(106);

\set boss '''c0000000-0000-4000-8000-000000000001'''
\set ps '''b0000000-0000-4000-8000-000000000001'''
\set mhp '''b0000000-0000-4000-8000-000000000003'''
\set other_ps '''b0000000-0000-4000-8000-000000000005'''
\set other_mhp '''b0000000-0000-4000-8000-000000000006'''
\set seal '''5ea1ed00-0000-4000-8000-000000000001'''
-- Tuesday, 10:00 in Toronto.
select clock('2026-11-24 15:00Z') \g /dev/null
select account('coordinator', :boss), host('peer_supporter', :ps), host('peer_supporter', :other_ps),
    host('mental_health_professional', :mhp), host('mental_health_professional', :other_mhp) \g /dev/null
select person('ON') as ann, person('QC') as bea \gset
select group_of('closed', '2026-12-01 18:00') as g, group_of('drop_in', '2026-12-02 18:00') as other \gset
select session_of(:'g') as s, session_of(:'other') as o, session(:'g', 2, '2026-12-08 18:00') as s2 \gset
select seat(:'ann', :'g') as e_ann, seat(:'bea', :'other') as e_bea \gset
select leads(:ps, :'g', 'peer_supporter'), leads(:mhp, :'g', 'mental_health_professional'), leads(:other_ps, :'other', 'peer_supporter'),
    leads(:other_mhp, :'other', 'on_call_professional') \g /dev/null
create or replace function tests.record(in_body text) returns text language sql as $$
    select format('select * from incidents_create(%L)', in_body) $$;
create or replace function tests.about(in_kind text, in_severity int, in_session uuid, in_more text default '{}') returns text language sql as $$
    select record((jsonb_strip_nulls(jsonb_build_object('kind', in_kind, 'severity', in_severity, 'session_id', in_session)) || in_more::jsonb)::text) $$;
create or replace function tests.act(in_incident uuid, in_body text) returns text language sql as $$
    select format('select * from incidents_actions_create(%L, %L)', in_incident, in_body) $$;
create or replace function tests.fault(in_sql text) returns text language sql as $$
    select string_agg((e->>'pointer') || ' ' || (e->>'code'), ', ') from jsonb_array_elements(refusal_detail(in_sql)->'errors') e $$;

-- The clocks, set when it is recorded.
select enter('peer_supporter', :ps) \g /dev/null
create or replace function tests.clocks(in_at timestamptz, in_severity int, in_session uuid) returns text language plpgsql as $$
begin
    perform clock(in_at);
    return (select (b->>'acknowledge_due') || ' ' || (b->>'follow_up_due') from answer(about('distress', in_severity, in_session)) a, lateral (select a->'body' as b) t);
end
$$;
select is(clocks('2026-12-01 23:10Z', 4, :'s'), '2026-12-01T23:25:00Z 2026-12-02T22:00:00Z', 'A6.6 severity 4: 15 minutes; follow-up on the next business day');
select is(clocks('2026-12-01 23:10Z', 3, :'s'), '2026-12-02T00:10:00Z 2026-12-02T22:00:00Z', 'A6.6 severity 3: one hour');
select is(clocks('2026-12-01 23:10Z', 2, :'s'), '2026-12-02T22:00:00Z 2026-12-02T22:00:00Z', 'A6.6 severity 2: one business day');
select is(clocks('2026-12-01 23:10Z', 1, :'s'), '2026-12-08T22:00:00Z 2026-12-08T22:00:00Z', 'A6.6 severity 1: five business days');
select is(clocks('2026-12-24 23:10Z', 2, :'s'), '2026-12-29T22:00:00Z 2026-12-29T22:00:00Z', 'A6.6 over the holidays');
select is(clocks('2026-12-24 23:10Z', 4, :'s'), '2026-12-24T23:25:00Z 2026-12-29T22:00:00Z', 'A6.6 minutes know no holiday');
insert into holidays (date, name_en, name_fr, created_at) values ('2026-12-02', 'Test', 'Essai', app_now());
select is((select count(distinct follow_up_due) from incidents where session_id = :'s'), 3::bigint, 'a holiday that comes later moves no clock');
delete from holidays where date = '2026-12-02';

-- What may be recorded, by whom.
select clock('2026-12-01 23:20Z') \g /dev/null
create temp table made as select answer(about('distress', 3, :'s', jsonb_build_object('enrolment_id', :'e_ann', 'actions',
    '[{"code": "supported_in_session", "at": "2026-12-01T23:15:00Z"}, {"code": "line_handoff"}]'::jsonb)::text)) as a;
select a#>>'{body,id}' as id from made \gset
select is(a->>'status' || ' ' || (a->>'location'), '201 /v1/incidents/' || :'id', 'a host of the session records what happened') from made;
select is((a->'body') - array['id', 'actions', 'acknowledge_due', 'follow_up_due', 'created_at'], jsonb_build_object('kind', 'distress', 'severity', 3, 'state', 'open',
    'session_id', :'s', 'group_id', :'g', 'enrolment_id', :'e_ann', 'participant_id', null, 'created_by', :ps, 'created_by_role', 'peer_supporter',
    'check_in_due', null, 'check_in_at', null, 'is_overdue', false, 'acknowledged_at', null, 'acknowledged_by', null, 'followed_up_at', null,
    'closed_at', null, 'closed_by', null), 'as codes; of the person only the seat') from made;
select is((select jsonb_agg(x - 'recorded_at' order by x->>'at') from jsonb_array_elements(a#>'{body,actions}') x), jsonb_build_array(
    jsonb_build_object('code', 'supported_in_session', 'at', '2026-12-01T23:15:00Z', 'province', null, 'recorded_by', :ps),
    jsonb_build_object('code', 'line_handoff', 'at', '2026-12-01T23:20:00Z', 'province', null, 'recorded_by', :ps)), 'with what was done already') from made;
select is((select participant_id from incidents where id = :'id'), :'ann', 'the person is found by the seat');
select is((select array_agg(distinct participant_ids) from audit_events where object_id = :'id'), array[array[:'ann'::uuid]], 'and is in the audit');
select is(fault(about('distress', 3, null)), '#/session_id required', 'a host says in which session');
select is(fault(about('distress', 3, :'o')), '#/session_id does-not-exist', 'one of theirs');
select is(fault(about('distress', 3, :'s', jsonb_build_object('enrolment_id', :'e_bea')::text)), '#/enrolment_id does-not-exist', 'about somebody of its group');
select is(fault(about('distress', 3, :'s', '{"actions": [{"code": "line_handoff", "at": "2026-12-01T23:21:00Z"}]}')), '#/actions/0/at in-the-future', 'what is done is past');
select is(fault(about('distress', 3, :'s', '{"actions": [{"code": "child_protection_report"}]}')), '#/actions/0/province required', 'a report has a province');
select is(fault(about('distress', 3, :'s', '{"actions": [{"code": "eap", "province": "ON"}]}')), '#/actions/0/province invalid', 'nothing else has');
select is(fault(about('distress', 3, :'s', '{"actions": [{"code": "follow_up"}]}')), '#/actions/0/code not-allowed', 'a follow-up comes later');
select is(refusal(about('argument', 3, :'s')), '23514 incidents__kind__known', 'the kinds are these');
select is(refusal(about('distress', 5, :'s')), '23514 incidents__severity__range', 'severity is 1 to 4');
select enter_person(:'ann') \g /dev/null
select is(refusal(about('distress', 3, :'s')), 'validation-failed', 'a peer records none');
select enter('coordinator', :boss) \g /dev/null
select is(answer(about('contact_outside_group', 2, null, jsonb_build_object('enrolment_id', :'e_bea')::text))#>>'{body,group_id}', :'other', 'a coordinator records what happened outside a session');
select is((select participant_id from incidents where kind = 'contact_outside_group'), :'bea', 'about somebody');
select is(refusal(about('technical', 1, null)), null, 'or nobody');
insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (:'bea', :boss, 'own_case', :boss, app_now());
select is(fault(about('distress', 2, null, jsonb_build_object('enrolment_id', :'e_bea')::text)), '#/enrolment_id does-not-exist', 'I13 not about themselves');
select is(answer($$select count(*) as n from incidents where kind = 'contact_outside_group'$$)->>'n', '0', 'I13 nor do they read it');
delete from exclusions;
select enter('peer_supporter', :ps) \g /dev/null
select is(refusal(about('left_unexpectedly', 4, :'s', jsonb_build_object('enrolment_id', :'e_ann')::text)), null, 'somebody left');
select answer(about('left_unexpectedly', 4, :'s', jsonb_build_object('enrolment_id', :'e_ann')::text))#>>'{body,id}' as left_id \gset
select is(refusal_detail(about('left_unexpectedly', 4, :'s', jsonb_build_object('enrolment_id', :'e_ann')::text)), '{"reason": "already-open"}', 'once');
select is((select utc(check_in_due) from incidents where id = :'left_id'), '2026-12-01T23:35:00Z', 'A6.6 a call within 15 minutes, as the safety plan agrees to');
select is(answer(format('select body from incidents_json where id = %L', :'left_id'))#>>'{body,check_in_due}', null, 'which the peer supporter is not told');

-- One step after the other.
select enter('mental_health_professional', :mhp) \g /dev/null
select is(refusal(format('select * from incidents_close(%L, null)', :'id')), 'conflict-state', 'R6 what is open does not close');
select is(refusal_detail(act(:'id', '{"code": "follow_up"}')), '{"state": "open"}', 'nor is it followed up');
select is(refusal(format('select * from incidents_acknowledge(%L, ''{9}'')', :'id')), 'precondition-failed', 'in the version one has seen');
select is(answer(format('select * from incidents_acknowledge(%L, ''{1}'')', :'id'))#>>'{body,state}', 'actioned', 'acknowledged, with what was done before it is acted on');
select is((select array[acknowledged_by::text, utc(acknowledged_at)] from incidents where id = :'id'), array[:mhp, '2026-12-01T23:20:00Z'], 'by whom and when');
select is(refusal_detail(format('select * from incidents_acknowledge(%L, null)', :'id')), '{"state": "actioned"}', 'once');
select answer(format('select * from incidents_acknowledge(%L, null)', :'left_id')) \g /dev/null
select is((select state from incidents where id = :'left_id'), 'acknowledged', 'where nothing was done yet');
select is((select utc(next_due) from incidents where id = :'left_id'), '2026-12-01T23:35:00Z', 'the call is due');
select is(refusal_detail(act(:'left_id', '{"code": "follow_up"}')), '{"state": "acknowledged"}', 'no follow-up before an action');
select clock('2026-12-01 23:30Z') \g /dev/null
select is(answer(act(:'left_id', '{"code": "check_in_attempted", "at": "2026-12-01T23:28:00Z"}'))#>>'{body,state}', 'actioned', 'the call is an action');
select is((select array[utc(check_in_at), utc(next_due)] from incidents where id = :'left_id'), '{2026-12-01T23:28:00Z,2026-12-02T22:00:00Z}', 'A6.6 which stops that clock; the follow-up runs');
select is(refusal_detail(format('select * from incidents_close(%L, null)', :'left_id')), '{"state": "actioned"}', 'R6 an incident is not closed without follow-up');
select is(answer(act(:'left_id', '{"code": "follow_up"}'))#>>'{body,state}', 'followed_up', 'followed up');
select is((select next_due from incidents where id = :'left_id'), null, 'no clock runs any more');
select is(refusal(format('select * from incidents_close(%L, null)', :'left_id')), '42501', 'wall 2: a professional does not close it');
select enter('coordinator', :boss) \g /dev/null
select is(answer(format('select * from incidents_close(%L, null)', :'left_id'))#>>'{body,closed_by}', :boss, 'a coordinator does');
select is(refusal_detail(act(:'left_id', '{"code": "eap"}')), '{"state": "closed"}', 'closed is closed');
select is(refusal_detail(format('select * from incidents_acknowledge(%L, null)', :'left_id')), '{"state": "closed"}', 'nothing goes back');
select is(refusal($$update incidents set state = 'closed', closed_at = app_now(), closed_by = actor_account_id(), followed_up_at = app_now(), acknowledged_at = app_now(), acknowledged_by = actor_account_id() where state = 'open'$$), 'conflict-state', 'wall 2: the table itself goes one step at a time');
select is(refusal($$update incidents set severity = 1$$), '42501', 'wall 2: and what happened stays');
select is(refusal($$update incident_actions set code = 'eap'$$), '42501', 'append-only');
select is(refusal($$delete from incident_actions$$), '42501', 'append-only');
-- What is late.
create or replace function tests.overdue() returns bigint language sql as $$
    select (answer('select count(*) as n from incidents where next_due < app_now() and created_by::text like ''b0000000%''')->>'n')::bigint $$;
select clock('2026-12-01 23:24:59Z') \g /dev/null
select is(overdue(), 0::bigint, 'R6 nothing is late');
select clock('2026-12-01 23:25:01Z') \g /dev/null
select is(overdue(), 1::bigint, 'R6 the first clock ran out');
select is(answer('select count(*) as n from incidents_json where (body->>''is_overdue'')::boolean and body->>''created_by'' like ''b0000000%''')->>'n', '1', 'and it says so');

-- Who sees which.
create or replace function tests.seen() returns text language sql as $$
    select answer('select string_agg(kind, '' '' order by kind, severity) as k from incidents')->>'k' $$;
select enter('peer_supporter', :other_ps) \g /dev/null
select is(seen(), null, 'A6.8 a peer supporter sees their own');
select is(refusal(act(:'id', '{"code": "eap"}')), 'not-found', 'and adds to no other');
select enter('peer_supporter', :ps) \g /dev/null
select is(seen(), 'distress distress distress distress distress distress distress left_unexpectedly', 'what they recorded');
select enter('mental_health_professional', :mhp) \g /dev/null
select is(seen(), 'distress distress distress distress distress distress distress left_unexpectedly', 'A6.8 a professional those of the sessions they lead');
select enter('mental_health_professional', :other_mhp) \g /dev/null
select is(seen(), null, 'and no other');
insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (:'ann', :mhp, 'asked_by_peer', :boss, app_now());
select enter('mental_health_professional', :mhp) \g /dev/null
select is(seen(), 'distress distress distress distress distress distress', 'R14 nor about somebody for whom they do not exist');
delete from exclusions;
select enter_person(:'ann') \g /dev/null
select is(seen(), null, 'A6.8 a peer none');
select enter('coordinator', :boss) \g /dev/null

-- Debriefs.
create or replace function tests.debrief(in_session uuid, in_body text, in_key uuid default null) returns text language sql as $$
    select format('select * from debriefs_create(%L, %L, %L)', in_session, in_body, case when in_key is not null then key(in_key) end) $$;
\set short '''{"delivered": true, "climate": 4, "wellbeing": 4, "wants_supervision": false}'''
select clock('2026-12-01 22:50Z') \g /dev/null
select enter('peer_supporter', :ps) \g /dev/null
select is(refusal(debrief(:'s', :short)), 'not-found', 'no debrief before the session was led');
select answer(format('select * from sessions_start(%L, %L)', :'s', jsonb_build_object('hosts_present', array[:ps, :mhp]))) \g /dev/null
select clock('2026-12-02 00:50Z') \g /dev/null
select is(refusal_detail(debrief(:'s', :short)), '{"state": "in_progress"}', 'nor before it has ended');
select answer(format('select * from sessions_end(%L)', :'s')) \g /dev/null
create temp table told as select answer(debrief(:'s', format('{"delivered": true, "climate": 3, "wellbeing": 2, "note": "%s.note"}', :seal), :seal)) as a;
select a#>>'{body,id}' as debrief from told \gset
select is((a->'body') - array['id', 'created_at'], jsonb_build_object('session_id', :'s', 'account_id', :ps, 'delivered', true, 'climate', 3, 'wellbeing', 2, 'wants_supervision', false,
    'note', e'\x01debrief.note.' || :seal || '.k1~d3JhcHBlZA.note', 'needs_supervision', true, 'supervision_due', '2026-12-02T22:00:00Z', 'supervisor_account_id', null, 'supervised_at', null, 'supervised_by', null),
    'R13 whoever led it writes down how it was; well-being of 2 asks for supervision within one business day') from told;
select is((select row(owner_type, owner_id)::text from sealed_keys where id = :seal), row('staff', :ps::uuid)::text, 'the note is sealed for its author');
select is(refusal(debrief(:'s', :short)), '23505 debriefs__session_id__taken', 'one of each host');
select is(refusal(debrief(:'o', :short)), 'not-found', 'of a session that they led');
select is(refusal(debrief(gen_random_uuid(), :short)), 'not-found', 'or of one that does not exist');
select enter('mental_health_professional', :mhp) \g /dev/null
select is(answer('select count(*) as n from debriefs')->>'n', '0', 'A6.1 the co-host never sees it');
select is(answer(format('select debrief_note(%L) as n', :'debrief'))->>'n', null, 'nor its note');
select is(answer(debrief(:'s', '{"delivered": true, "climate": 5, "wellbeing": 3, "wants_supervision": true}'))#>>'{body,supervision_due}', '2026-12-02T22:00:00Z', 'who wants supervision gets it');
select is(answer('select count(*) as n from debriefs')->>'n', '1', 'each reads their own');
select enter('peer_supporter', :ps) \g /dev/null
select is(answer('select array_agg(account_id) as n from debriefs')->'n', to_jsonb(array[:ps]), 'the other one as well');
select enter('peer_supporter', :other_ps) \g /dev/null
select is(answer('select count(*) as n from debriefs')->>'n', '0', 'other hosts none');
select enter('coordinator', :boss) \g /dev/null
select is((answer(format('select body from debriefs_json where id = %L', :'debrief'))#>>'{body,note}'), e'\x01debrief.note.' || :seal || '.k1~d3JhcHBlZA.note', 'a coordinator reads it with its note');
select is(answer('select count(*) as n from debriefs where supervision_due is not null and supervised_at is null and account_id::text like ''b0000000%''')->>'n', '2', 'R13 and has them in the queue');
-- A professional who is asked to supervise.
create or replace function tests.ask(in_debrief uuid, in_account text, in_if_match text default '{1}') returns text language sql as $$
    select format('select * from debriefs_update(%L, %L, %L)', in_debrief, in_if_match, jsonb_build_object('supervisor_account_id', in_account)) $$;
select is(fault(ask(:'debrief', :mhp)), '#/supervisor_account_id not-allowed', 'A6.1 the co-host is never asked to supervise');
select is(fault(ask(:'debrief', :other_ps)), '#/supervisor_account_id not-allowed', 'A6.8 nor a peer supporter');
select is(refusal(ask(:'debrief', :other_mhp, '{4}')), 'precondition-failed', 'in the version one has seen');
select is(answer(ask(:'debrief', :other_mhp))#>>'{body,supervisor_account_id}', :other_mhp, 'A6.8 another professional is');
select enter('mental_health_professional', :other_mhp) \g /dev/null
select is(answer('select array_agg(id) as n from debriefs')->'n', to_jsonb(array[:'debrief']), 'A6.8 and reads that one');
select is(answer(format('select debrief_note(%L) is not null as n', :'debrief'))->>'n', 'true', 'with its note');
select is(refusal(ask(:'debrief', null, '{2}')), '42501', 'wall 2: but hands it to nobody else');
select leads(:other_mhp, :'g', 'mental_health_professional', :'s2') as cohost \gset
select is(answer('select count(*) as n from debriefs')->>'n', '0', 'A6.1 who becomes a host of that group reads it no more');
select is(answer(format('select debrief_note(%L) is not null as n', :'debrief'))->>'n', 'false', 'nor its note');
delete from host_assignments where id = :'cohost';
select enter('coordinator', :boss) \g /dev/null
select is(answer(ask(:'debrief', null, '{2}'))#>>'{body,supervisor_account_id}', null, 'a coordinator takes it back');
select enter('mental_health_professional', :other_mhp) \g /dev/null
select is(refusal(format('select * from debriefs_supervise(%L, null)', :'debrief')), 'not-found', 'and then it is as if it never was');
select enter('coordinator', :boss) \g /dev/null
select is(refusal(format('select * from debriefs_supervise(%L, ''{9}'')', :'debrief')), 'precondition-failed', 'in the version one has seen');
select is(answer(format('select * from debriefs_supervise(%L, ''{3}'')', :'debrief'))#>>'{body,supervised_by}', :boss, 'once talked about');
select is(answer('select count(*) as n from debriefs where supervision_due is not null and supervised_at is null and account_id::text like ''b0000000%''')->>'n', '1', 'it is off the queue');
select is(refusal_detail(format('select * from debriefs_supervise(%L, null)', :'debrief')), '{"state": "supervised"}', 'once');
select is(refusal($$update debriefs set supervised_at = null, supervised_by = actor_account_id()$$), '42501', 'wall 2: and stays so');
insert into session_presences (session_id, account_id, slot, at) values (:'s', :boss, 'peer_supporter', app_now());
select is(answer('select count(*) as n from debriefs where account_id::text like ''b0000000%''')->>'n', '0', 'A6.1 a coordinator who led that session is a co-host');
select is(answer(format('select debrief_note(%L) as n', :'debrief'))->>'n', null, 'and opens no note');
delete from session_presences where account_id = :boss;
insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (:'ann', :boss, 'own_case', :boss, app_now());
select is(answer('select count(*) as n from debriefs where account_id::text like ''b0000000%''')->>'n', '0', 'I13 nor of a group in which they are a peer');
delete from exclusions;
select is(refusal(debrief(:'s', :short)), 'not-found', 'who did not lead writes none');

-- Wall 2, role by table by verb.
create or replace function tests.verbs_of(in_role text, in_account uuid, in_session uuid, in_person uuid default null) returns text language plpgsql as $$
begin
    perform enter(in_role, in_account, in_person);
    return (select string_agg(verbs(t, case t
        when 'debriefs' then format('insert into debriefs (session_id, cohort_id, account_id, delivered, climate, wellbeing, wants_supervision, created_at) select id, cohort_id, actor_account_id(), true, 3, 3, false, app_now() from sessions where id = %L', in_session)
        when 'incident_actions' then 'insert into incident_actions (incident_id, code, at, recorded_by, recorded_at) select id, ''eap'', app_now(), actor_account_id(), app_now() from incidents limit 1'
        else format('insert into incidents (kind, severity, session_id, created_by, created_by_role, created_at) values (''technical'', 1, %L, actor_account_id(), actor_role(), app_now())', in_session) end), '/' order by t)
        || case when touches('update incidents set acknowledged_at = acknowledged_at where state <> ''closed''') then ' works' else '' end
        || case when touches('update debriefs set supervised_by = actor_account_id() where supervised_at is null') then ' supervises' else '' end
        from unnest(array['debriefs', 'incident_actions', 'incidents']) t);
end
$$;
select is(verbs_of('peer', account_of(:'ann'), :'s', :'ann'), '//', 'wall 2: a peer has no part in it');
select is(verbs_of('peer_supporter', :ps, :'s'), 'SI/SI/SI', 'wall 2: a peer supporter records');
select is(verbs_of('mental_health_professional', :mhp, :'s'), 'SI/SI/SI works', 'wall 2: a professional works');
select is(verbs_of('coordinator', :boss, :'s'), 'S/SI/SI works supervises', 'wall 2: a coordinator supervises');
select is(verbs_of('peer_supporter', :other_ps, :'s'), '//', 'wall 2: a host of another session');
select is(verbs_of('line', :boss, :'s'), '//', 'wall 2: not the line');
select is(verbs_of('administrator', :boss, :'s'), '//', 'wall 2: not the administrator');
select is(verbs_of('nobody', null, :'s'), '//', 'wall 2: nobody else');
select * from finish();
rollback;
