-- SPDX-License-Identifier: MIT
-- Placement: the list of those who wait, seats offered, taken and freed, the gate, refusals that say nothing, and who may see what.
begin;
\ir 00_helpers.sql
\ir journey.psql
\ir placement.psql
select plan(128);

select account('coordinator', 'c0000000-0000-4000-8000-000000000001') \g /dev/null
select account('coordinator', 'c0000000-0000-4000-8000-000000000002', '{QC}') \g /dev/null
select account('peer_supporter', 'c0000000-0000-4000-8000-000000000003') \g /dev/null
select account('administrator', 'c0000000-0000-4000-8000-000000000006') \g /dev/null
\set boss '''c0000000-0000-4000-8000-000000000001'''
\set quebec '''c0000000-0000-4000-8000-000000000002'''
\set host '''c0000000-0000-4000-8000-000000000003'''
\set chief '''c0000000-0000-4000-8000-000000000006'''
select clock('2026-11-23 15:00:00Z') \g /dev/null
update outbox set state = 'cancelled', reason = 'test', lease_until = null where state not in ('cancelled', 'sent');

-- Placing: offered while a seat is free, waitlisted afterwards, in the order of waiting.
select "group"() as gid \gset
select ready('10 days') as a \gset
select ready('9 days') as b \gset
select ready('8 days') as c \gset
select ready('30 days') as d \gset
select enter('coordinator', :boss) \g /dev/null
create temp table made as select answer(place(:'gid', :'a')) as r;
select r#>>'{body,id}' as ea from made \gset
select is(r->>'status', '201', 'a coordinator places somebody') from made;
select is(r->>'location', '/v1/enrolments/' || :'ea', 'the enrolment has a place') from made;
select is(r#>>'{body,state}', 'offered', 'I1 a free seat is offered at once') from made;
select is(r#>>'{body,offer_expires_at}', '2026-11-26T15:00:00Z', 'S1.33 for as long as the group says') from made;
select is(r#>>'{body,waiting_since}', '2026-11-13T15:00:00Z', 'the order is that of readiness, not of placing') from made;
select is(r#>>'{body,alias}', (select alias from participants where id = :'a'), 'a coordinator sees the alias') from made;
select is(r#>'{body,group}', 'null', 'and finds the group elsewhere') from made;
select is(mails(:'ea'), 'seat_offered queued', 'S1.33 mail tells of the offer');
select is(decided(:'ea'), 'offered in_turn by system', 'the offer keeps its reason');
select is(refusal(place(:'gid', :'a')), 'conflict', 'nobody is placed twice in a group');
select is(refusal_detail(place(:'gid', :'a'))#>>'{errors,0,pointer}', '#/participant_id', 'and it says so');
select placed(:'gid', :'b') as eb \gset
select placed(:'gid', :'c') as ec \gset
select is(seat(:'eb') || ' ' || seat(:'ec'), 'offered waitlisted', 'I1 the third of two waits');
select is(decided(:'ec'), 'passed_over full by system', 'and keeps why');
select placed(:'gid', :'d') as ed \gset
select is(seat(:'ed'), 'waitlisted', 'who has waited longer takes no seat that is given');
select is(refusal(place('00000000-0000-4000-8000-00000000dead', :'a')), 'not-found', 'no group, no seat');
select is(refusal_detail(place(:'gid', '00000000-0000-4000-8000-00000000dead')), '{"errors": [{"code": "does-not-exist", "pointer": "#/participant_id"}]}', 'nobody is placed who does not exist');

-- The gate (I4): valid intake, the four documents in their current versions.
select person() as nobody \gset
select is(refusal_detail(place(:'gid', :'nobody')), '{"reason": "not-ready", "missing": ["intake", "code_of_conduct", "consent", "confidentiality", "safety_protocol"]}', 'I4 what is missing is named');
select ready('400 days') as late \gset
select is(refusal_detail(place(:'gid', :'late')), '{"reason": "not-ready", "missing": ["intake"]}', 'decision 3 an intake serves for 12 months');
select ready() as unsure \gset
update acceptances set withdrawn_at = app_now() where participant_id = :'unsure' and document_id = (select id from documents_current where kind = 'consent');
select is(refusal_detail(place(:'gid', :'unsure')), '{"reason": "not-ready", "missing": ["consent"]}', 'I4 what was taken back does not count');
select ready() as active \gset
update intakes set state = 'withdrawn', withdrawn_at = app_now(), valid_until = null where participant_id = :'active';
select intake(:'active', 'activity', 'registered') \g /dev/null
select is(refusal_detail(place(:'gid', :'active'))->'missing', '["intake"]', 'T4 an activity intake does not serve a group');
select is(answer(place(:'gid', :'nobody', '{"propose_only": true}'))#>>'{body,state}', 'requested', 'a proposal asks for nothing');
select id as en from enrolments where participant_id = :'nobody' \gset
select is(decided(:'en'), null, 'and decides nothing');
select is(refusal_detail(format('select * from enrolments_offer(%L, null, null)', :'en'))->>'reason', 'not-ready', 'I4 nor does it open the gate');

-- Accepting.
select peer(:'a') \g /dev/null
select is(answer(format('select body from enrolments_json where id = %L', :'ea'))#>>'{body,group,sessions,0,local_start}', '2026-12-13T10:00', 'S1.33 the peer sees the dates');
select is((select string_agg(k, ',' order by k) from jsonb_object_keys(answer(format('select body from enrolments_json where id = %L', :'ea'))#>'{body,group}') k),
    'description,duration_minutes,joining,language,prepare,sessions,timezone,title', 'A6.8 and of the group nothing that counts or names');
select is((select string_agg(k, ',' order by k) from jsonb_each(answer(format('select body from enrolments_json where id = %L', :'ea'))->'body') e (k, v) where v = 'null'),
    'alias,decided_at,decided_by_role,left_at,removal_reason', 'A6.8 no alias, no reason');
select is(refusal(format('select * from enrolments_accept(%L, ''{7}'')', :'ea')), 'precondition-failed', 'an old version accepts nothing');
select is(refusal(format('select * from enrolments_accept(%L, null)', :'eb')), 'not-found', 'A6.8 another''s offer does not exist');
select is(refusal('select * from enrolments_accept(''00000000-0000-4000-8000-00000000dead'', null)'), 'not-found', 'as one that never was');
create temp table accepted as select answer(format('select * from enrolments_accept(%L, null)', :'ea')) as r;
select is(r#>>'{body,state}', 'confirmed', 'the peer accepts') from accepted;
select is(r#>>'{body,text,fr}', 'Votre place est confirmée.', 'in plain words') from accepted;
select is(decided(:'ea'), 'offered in_turn by system, accepted by peer', 'it is kept who did');
select is(mails(:'ea'), 'seat_confirmed queued, seat_offered cancelled superseded', 'S1.33 the confirmation goes out, the offer no longer');
select is((select state from intakes where participant_id = :'a'), 'placed', 'A6.2 the first seat ends the waiting');
select is((refused(format('select * from enrolments_accept(%L, null)', :'ea'))).slug, 'conflict-state', 'a seat is taken once');
-- The same bytes, whatever the cause.
create temp table refusals (cause text, slug text, detail jsonb);
create or replace function tests.refuse(in_cause text, in_person uuid, in_id uuid) returns void language plpgsql as $$
begin
    perform tests.peer(in_person);
    insert into refusals select in_cause, r.* from tests.refused(format('select * from enrolments_accept(%L, null)', in_id)) r;
end $$;
select refuse('full', :'c', :'ec') \g /dev/null
select clock('2026-11-26 15:00:00Z') \g /dev/null
select refuse('expired', :'b', :'eb') \g /dev/null
select clock('2026-11-23 15:00:00Z') \g /dev/null
update cohorts set state = 'cancelled' where id = :'gid';
select refuse('cancelled', :'b', :'eb') \g /dev/null
update cohorts set state = 'recruiting' where id = :'gid';
insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (:'b', :host, 'asked_by_peer', :boss, app_now());
insert into host_assignments (cohort_id, account_id, slot, assigned_by, assigned_at) values (:'gid', :host, 'peer_supporter', :boss, app_now());
select refuse('conflict', :'b', :'eb') \g /dev/null
select enter('coordinator', :boss) \g /dev/null
select is(refusal_detail(format('select * from enrolments_accept(%L, null)', :'eb')), '{"reason": "conflict"}', 'A6.5 a coordinator sees why');
delete from exclusions where participant_id = :'b';
update sessions set state = 'in_progress', started_at = app_now() where cohort_id = :'gid' and seq = 1;
select refuse('locked', :'b', :'eb') \g /dev/null
select enter('coordinator', :boss) \g /dev/null
select is(refusal_detail(format('select * from enrolments_accept(%L, null)', :'eb')), '{"reason": "locked"}', 'I3 nobody joins once the first session runs');
select is(refusal_detail(place(:'gid', ready())), '{"reason": "locked"}', 'I3 nor is anybody placed');
update sessions set state = 'scheduled', started_at = null where cohort_id = :'gid' and seq = 1;
select is((select count(distinct (slug, detail)) || ' of ' || count(*) from refusals), '1 of 5', 'A6.5 a peer hears the same words for a conflict as for a full group');
select matches((select detail#>>'{text,en}' from refusals limit 1), '^Another group will suit you better', 'R11 and they are kind');
select is(seat(:'eb'), 'offered', 'a refusal changes nothing');
select peer(:'b') \g /dev/null
update acceptances set withdrawn_at = app_now() where participant_id = :'b' and document_id = (select id from documents_current where kind = 'consent');
select is(refusal_detail(format('select * from enrolments_accept(%L, null)', :'eb')), '{"reason": "not-ready", "missing": ["consent"]}', 'I4 what the peer can mend is named');
select accept(:'b', '{consent}') \g /dev/null

-- A coordinator accepts for them; declining frees the seat for who has waited longest.
select is(answer(format('select * from enrolments_decline(%L, null)', :'eb'))#>>'{body,state}', 'declined', 'the peer declines');
select is(seat(:'ed') || ' ' || seat(:'ec'), 'offered waitlisted', 'the seat goes to who has waited longest');
select is(decided(:'ed'), 'passed_over full by system, offered in_turn by system', 'each offer keeps its reason');
select is((select count(*) from audit_events where participant_ids @> array[:'d'::uuid] and role = 'peer'), 0::bigint, 'A6.8 and nothing in their file leads to who made room');
select is(refusal(format('select * from enrolments_decline(%L, null)', :'eb')), 'conflict-state', 'once');
select enter('coordinator', :boss) \g /dev/null
select is(answer(format('select * from enrolments_accept(%L, null)', :'ed'))#>>'{body,decided_by_role}', 'coordinator', 'a coordinator may accept for them');
select is(refusal(format('select * from enrolments_offer(%L, null, null)', :'ed')), 'conflict-state', 'a seat that is taken is not offered');
select is(refusal_detail(format('select * from enrolments_offer(%L, null, null)', :'ec')), '{"reason": "full"}', 'I1 nor one that is not there');
select is(answer(format('select * from enrolments_remove(%L, null, ''{"reason": "other_group"}'')', :'ed'))#>>'{body,removal_reason}', 'other_group', 'R11 removing has a reason');
select is(seat(:'ec'), 'offered', 'and frees the seat');
select is(mails(:'ed'), 'seat_confirmed cancelled superseded, seat_offered cancelled superseded, seat_released queued', 'R17 no mail says what no longer is');
select is(refusal(format('select * from enrolments_remove(%L, null, ''{"reason": "conduct"}'')', :'ed')), 'conflict-state', 'once');

-- Out of turn: those before keep why.
select "group"(in_capacity => 1) as g2 \gset
select placed(:'g2', :'a') as e1 \gset
select placed(:'g2', :'c') as e2 \gset
select placed(:'g2', :'b') as e3 \gset
select is((select count(*) from enrolments where participant_id = :'a' and holds_seat), 2::bigint, 'decision 13 several cohorts at once are normal');
update cohorts set capacity = 2 where id = :'g2';
select is(answer(format('select * from enrolments_offer(%L, null, ''{"reason": "availability"}'')', :'e2'))#>>'{body,state}', 'offered', 'a coordinator may offer out of turn');
select is(decided(:'e3'), 'passed_over full by system, passed_over availability by coordinator', 'who was before them keeps the reason');
select is(decided(:'e2'), 'passed_over full by system, offered availability by coordinator', 'and so do they');
select answer(place(:'g2', ready(), '{"propose_only": true}'))#>>'{body,id}' as e4 \gset
select is(answer(format('select * from enrolments_offer(%L, null, null)', :'e4'))#>>'{body,state}', 'waitlisted', 'a proposal joins the list when no seat is free');

-- The list passes over, with the reason, whoever lacks something or must not be here.
insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (:'b', :host, 'asked_by_peer', :boss, app_now());
insert into host_assignments (cohort_id, account_id, slot, assigned_by, assigned_at) values (:'g2', :host, 'peer_supporter', :boss, app_now());
select peer(:'a') \g /dev/null
select is(answer(format('select * from enrolments_withdraw(%L)', :'e1'))#>>'{body,state}', 'withdrawn', 'I8 the peer leaves at once');
select is(decided(:'e3'), 'passed_over full by system, passed_over availability by coordinator, passed_over conflict by system', 'A6.5 who must not meet the host is passed over');
select is(seat(:'e3') || ' ' || seat(:'e4'), 'waitlisted offered', 'I1 and stays on the list');
select is(decided(:'e1'), 'offered in_turn by system, withdrawn by peer', 'I8 no reason is kept');
select is(answer(format('select * from enrolments_withdraw(%L)', :'e1'))->>'status', '200', 'I8 as often as it is said');
select is((select jsonb_array_length(answer(format('select * from enrolments_withdraw(%L)', :'e1'))#>'{body,stops}')), 3, 'I8 it says what stops');
select is(mails(:'e1'), 'seat_offered cancelled withdrawn', 'I8 what was queued never leaves');
select is(refusal(format('select * from enrolments_withdraw(%L)', :'e2')), 'not-found', 'for oneself');

-- Offers end at their time, by themselves.
select clock('2026-11-26 15:00:00Z') \g /dev/null
delete from exclusions where participant_id = :'b';
select job() \g /dev/null
select is(seat(:'e2') || ' ' || seat(:'e4'), 'expired expired', 'offers end at their time');
select is(seat(:'e3'), 'offered', 'and the list moves on, also past what is no longer in the way');
select is(decided(:'e4'), 'passed_over full by coordinator, offered in_turn by system, expired by system', 'an end in time is kept');
select peer(:'c') \g /dev/null
select refuse('ended', :'c', :'e2') \g /dev/null
select is((select count(distinct (slug, detail)) from refusals), 1::bigint, 'A6.5 an offer that ended is refused in the same words');
select clock('2026-11-23 15:00:00Z') \g /dev/null
select enter('coordinator', :boss) \g /dev/null
select "group"(in_first => app_now() + interval '30 hours') as g3 \gset
select placed(:'g3', :'b') as e5 \gset
select is((select offer_expires_at from enrolments where id = :'e5'), app_now() + interval '30 hours', 'I3 an offer never outlives the lock');
update sessions set starts_at = starts_at - interval '10 hours', local_start = local_start - interval '10 hours' where cohort_id = :'g3';
select answer(format('select group_list_advance(%L)', :'g3')) \g /dev/null
select is((select offer_expires_at from enrolments where id = :'e5'), app_now() + interval '20 hours', 'I3 also when the lock came nearer');
select placed(:'g3', :'c') as e6 \gset
select placed(:'g3', ready()) as e7 \gset
select clock('2026-11-24 12:00:00Z') \g /dev/null
select peer(:'b') \g /dev/null
select answer(format('select * from enrolments_withdraw(%L)', :'e5')) \g /dev/null
select job() \g /dev/null
select is(seat(:'e6') || ' ' || seat(:'e7'), 'expired waitlisted', 'I3 freed seats of a closed group stay empty once it has begun');
select clock('2026-11-23 15:00:00Z') \g /dev/null
select enter('coordinator', :boss) \g /dev/null
select "group"('drop_in', 1, app_now() - interval '10 days', 'in_progress') as g4 \gset
select placed(:'g4', :'c') as e8 \gset
select is(seat(:'e8'), 'offered', 'decision 2 a drop-in group takes people while seats remain, also after it began');
update cohorts set registration_deadline_days = 20 where id = :'g4';
select is(refusal_detail(place(:'g4', ready())), '{"reason": "locked"}', 'I10 unless its deadline is over');
select is(refusal_detail(place("group"(in_state => 'draft'), ready())), '{"state": "draft"}', 'a draft takes nobody');

-- The table itself, whoever writes.
create or replace function tests.forced(in_sql text) returns text language plpgsql as $$
declare
    members text;
begin
    execute in_sql;
    return 'done';
exception when others then
    get stacked diagnostics members = pg_exception_detail;
    return concat_ws(' ', sqlerrm, nullif(members, ''));
end $$;
select is(forced(format('insert into enrolments (cohort_id, participant_id, state, waiting_since, created_at, offer_expires_at) values (%L, %L, ''offered'', app_now(), app_now(), app_now())', :'g4', ready())),
    'conflict {"reason": "full"}', 'I1 the table holds no more than the seats there are');
select is(forced(format('update enrolments set state = ''confirmed'' where id = %L', :'e8')), 'conflict {"reason": "locked"}', 'I3, I10 it lets nobody in after the lock');
update cohorts set registration_deadline_days = null where id = :'g4';
update acceptances set withdrawn_at = app_now() where participant_id = :'c' and withdrawn_at is null and document_id = (select id from documents_current where kind = 'safety_protocol');
select is(forced(format('update enrolments set state = ''confirmed'' where id = %L', :'e8')), 'conflict {"reason": "not-ready"}', 'I4 nor without the documents');
select accept(:'c', '{safety_protocol}') \g /dev/null
select is(forced(format('update enrolments set state = ''active'' where id = %L', :'e8')), 'conflict-state {"state": "offered"}', 'A6.2 it takes no step that there is not');
select is(forced(format('update enrolments set state = ''waitlisted'' where id = %L', :'e1')), 'conflict-state {"state": "withdrawn"}', 'A6.2 nor one backwards');
select is(forced(format('update enrolments set participant_id = %L where id = %L', :'a', :'e8')), 'given once', 'a seat is one person''s');
select matches(forced(format('update enrolment_decisions set reason = ''in_turn'' where enrolment_id = %L', :'ea')), 'append-only', 'decisions stay as they were');
select matches(forced('delete from enrolment_decisions'), 'append-only', 'and stay');

-- The intake goes, and with it every seat.
select peer(:'a') \g /dev/null
select "group"() as g5 \gset
select enter('coordinator', :boss) \g /dev/null
select placed(:'g5', :'a') as e9 \gset
select peer(:'a') \g /dev/null
select is(answer(format('select * from intakes_withdraw(%L)', (select id from intakes where participant_id = :'a')))#>>'{body,state}', 'withdrawn', 'I8 who leaves the program');
select is((select count(*) from enrolments where participant_id = :'a' and is_live), 0::bigint, 'I8 leaves every group');
select is(seat(:'ea'), 'withdrawn', 'I8 confirmed or not');
select enter('coordinator', :boss) \g /dev/null
select is(refusal_detail(place(:'g5', :'a'))->'missing', '["intake"]', 'I4 and comes back by the door');

-- A group that is cancelled.
select "group"() as g6 \gset
select placed(:'g6', :'b') as x1 \gset
select placed(:'g6', :'c') as x2 \gset
select placed(:'g6', ready()) as x3 \gset
select answer(format('select * from enrolments_accept(%L, null)', :'x1')) \g /dev/null
select answer(format('select cohort_notify(%L, ''session_changed'', jsonb_build_object(''session_id'', %L))', :'g6', (select id from sessions where cohort_id = :'g6' and seq = 1))) \g /dev/null
select is(mails(:'x1'), 'seat_confirmed queued, seat_offered cancelled superseded, session_changed queued', 'a change is told to who holds a confirmed seat');
select is(mails(:'x2'), 'seat_offered queued', 'and to nobody else');
update cohorts set state = 'cancelled' where id = :'g6';
select answer(format('select cohort_notify(%L, ''group_cancelled'')', :'g6')) \g /dev/null
select answer(format('select seat_release_all(%L, ''group_cancelled'')', :'g6')) \g /dev/null
select is((select string_agg(seat(e), ' ') from unnest(array[:'x1', :'x2', :'x3']::uuid[]) e), 'removed removed removed', 'a cancelled group lets everybody go');
select is((select string_agg(kind, ' ') from outbox where enrolment_id in (:'x1', :'x2', :'x3') and state = 'queued'), 'group_cancelled group_cancelled group_cancelled', 'and tells each once');
select peer(:'b') \g /dev/null
select is(refusal(format('select seat_release_all(%L, ''group_cancelled'')', :'g5')), '42501', 'which is not a peer''s to do');

-- Regions, own cases, roles.
select enter('coordinator', :quebec, null, '{QC}') \g /dev/null
select is(refusal(format('select * from enrolments_accept(%L, null)', :'e3')), 'not-found', 'R14 people of other regions do not exist');
select is(refusal_detail(place(:'g5', :'b'))#>>'{errors,0,code}', 'does-not-exist', 'R14 nor can they be placed');
select is(answer(format('select count(*) from enrolments_json where cohort_id = %L', :'g2'))->>'count', '0', 'R14 nor listed');
select enter('coordinator', :boss) \g /dev/null
insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (:'c', :boss, 'own_case', :boss, app_now());
select is(refusal(format('select * from enrolments_withdraw(%L)', :'e8')), 'not-found', 'I13 nobody handles their own case');
select is(refusal(place(:'g4', ready())), 'not-found', 'I13 nor a group in which they are a peer');
select is(answer(format('select count(*) from enrolments_json where cohort_id = %L', :'g4'))->>'count', '0', 'I13 whose list they do not see');
delete from exclusions where account_id = :boss;
create or replace function tests.roles_that(in_sql text) returns text language plpgsql as $$
declare
    one text;
    passed text := '';
    code text;
begin
    foreach one in array array['peer', 'peer_supporter', 'mental_health_professional', 'coordinator', 'line', 'administrator', 'public', 'nobody'] loop
        perform tests.enter(one, gen_random_uuid(), gen_random_uuid());
        code := tests.refusal(in_sql);
        passed := passed || case when coalesce(code, '') in ('42501', 'not-found') then '' else ' ' || one end;
    end loop;
    return btrim(passed);
end $$;
select is(roles_that(place(:'g5', ready())), 'coordinator', 'A6.8 coordinators place');
select is(roles_that(format('select * from enrolments_offer(%L, null, null)', :'e7')), 'coordinator', 'A6.8 coordinators offer');
select is(roles_that(format('select * from enrolments_accept(%L, null)', :'e3')), 'coordinator', 'A6.8 coordinators accept, and peers their own');
select is(roles_that(format('select * from enrolments_remove(%L, null, ''{"reason": "safety"}'')', :'e3')), 'coordinator', 'A6.8 coordinators remove');
select is(roles_that(format('select * from enrolments_withdraw(%L)', :'e3')), 'coordinator', 'A6.8 coordinators withdraw, and peers their own');
select is(roles_that('select seat_expire_offers()'), '', 'only jobs end offers');
select is(roles_that('select seat_move(null::enrolments, ''offered'', null)'), '', 'nobody moves a seat by hand');
create or replace function tests.matrix(in_table text, in_insert text) returns text language plpgsql as $$
declare
    one text;
    found text := '';
    v text;
begin
    foreach one in array array['peer', 'peer_supporter', 'mental_health_professional', 'coordinator', 'line', 'administrator', 'public', 'nobody'] loop
        perform tests.enter(one, case one when 'peer' then tests.account_of(current_setting('tests.peer')::uuid) else gen_random_uuid() end,
            case one when 'peer' then current_setting('tests.peer')::uuid end);
        v := tests.verbs(in_table, in_insert);
        found := found || case when v <> '' then ' ' || one || ':' || v else '' end;
    end loop;
    return btrim(found);
end $$;
select set_config('tests.peer', :'c', true) \g /dev/null
select is(matrix('enrolments', format('insert into enrolments (cohort_id, participant_id, state, waiting_since, created_at) values (%L, %L, ''waitlisted'', app_now(), app_now())', :'g5', :'c')), 'peer:S coordinator:S', 'enrolments × role × verb');
select is(matrix('enrolment_decisions', format('insert into enrolment_decisions (enrolment_id, at, decision, by_role) values (%L, app_now(), ''accepted'', ''x'')', :'e3')), 'coordinator:S', 'enrolment_decisions × role × verb');
select is(matrix('enrolment_transitions', 'insert into enrolment_transitions values (''a'', ''b'')'), '', 'enrolment_transitions × role × verb');
select is(matrix('waiting_people', format('insert into waiting_people select gen_random_uuid(), '''', %L, ''ready'', ''en'', ''-'', app_now(), app_now()', :'c')), 'coordinator:S', 'waiting_people × role × verb');
select is(worker_verbs('enrolments') || coalesce(worker_verbs('enrolment_decisions'), '') || coalesce(worker_verbs('waiting_people'), '') || coalesce(worker_verbs('calendar_feeds'), ''), '', 'jobs reach seats through the definer alone');

-- Who waits.
select enter('coordinator', :boss) \g /dev/null
select is((select string_agg(w.service, ',' order by w.service) from waiting_people w where w.participant_id = :'d' and state = 'ready'), ',formal_group', 'a wish is a row, and so is any; their place was ended for another group');
select ready('50 days', in_region => 'BC') as w \gset
select is((select array[state, language, region_key, waiting_since::text] from waiting_people where participant_id = :'w' and service = ''), array['ready', 'en', 'BC', (app_now() - interval '50 days')::text], 'who is ready is on the list');
update participants set region = 'QC', preferred_language = 'fr' where id = :'w';
update intake_forms set services_wanted = '{informal_group,not_sure}' where participant_id = :'w';
select followed('worker', format('select waiting_person_refresh(%L)', :'w')) \g /dev/null
select is((select string_agg(service || ' ' || language || ' ' || region_key, ',' order by service) from waiting_people where participant_id = :'w'), ' fr QC,informal_group fr QC,not_sure fr QC', 'and stays as they are');
select enter('coordinator', :quebec, null, '{ON}') \g /dev/null
select is(answer(format('select count(*) from waiting_people where participant_id = %L', :'w'))->>'count', '0', 'R14 within their regions');
select set_config('app.role', 'coordinator', true) \g /dev/null
update intakes set state = 'withdrawn', withdrawn_at = app_now(), valid_until = null where participant_id = :'w';
select followed('worker', format('select waiting_person_refresh(%L)', :'w')) \g /dev/null
select is((select count(*) from waiting_people where participant_id = :'w'), 0::bigint, 'I8 until they leave');

-- Whose place the program ended waits again, until they have another; who left does not.
create or replace function tests.waits(in_person uuid) returns text language sql as $$
    select string_agg(distinct w.state, ' ') from waiting_people w where w.participant_id = in_person
$$;
select ready('40 days') as again \gset
select "group"() as g8 \gset
select "group"() as g9 \gset
select placed(:'g8', :'again') as e10 \gset
select answer(format('select * from enrolments_accept(%L, null)', :'e10')) \g /dev/null
select is(waits(:'again'), 'placed', 'A6.2 who has a place does not wait');
select answer(format('select * from enrolments_remove(%L, null, ''{"reason": "other_group"}'')', :'e10')) \g /dev/null
select is(waits(:'again') || ' ' || (select state from intakes where participant_id = :'again'), 'ready placed', 'R5 whose place the program ended does, and nothing moves backwards');
select placed(:'g9', :'again') as e11 \gset
select answer(format('select * from enrolments_accept(%L, null)', :'e11')) \g /dev/null
select is(waits(:'again'), 'placed', 'until the next one');
update participants set region = 'QC' where id = :'again';
select followed('worker', format('select waiting_person_refresh(%L)', :'again')) \g /dev/null
select is(waits(:'again'), 'placed', 'whatever else changes');
select peer(:'again') \g /dev/null
select answer(format('select * from enrolments_withdraw(%L)', :'e11')) \g /dev/null
select is(waits(:'again'), 'placed', 'I8 who leaves of their own is not called back');

-- Mail about seats.
select enter('coordinator', :boss) \g /dev/null
update outbox set state = 'cancelled', reason = 'test', lease_until = null where state not in ('cancelled', 'sent');
select "group"() as g7 \gset
select ready() as m \gset
update participants set timezone = 'America/Vancouver' where id = :'m';
select placed(:'g7', :'m') as em \gset
create or replace function tests.take() returns text language sql as $$ select worker('select * from outbox_take(1)')#>>'{0,body}' $$;
select matches(take(), 'kept until:\n\nThursday, November 26, 2026, 8:00 a\.m\. \(America/Vancouver, UTC-07:00\)', 'R8 the offer says until when, on the person''s clock');
select enter('coordinator', :boss) \g /dev/null
select answer(format('select * from enrolments_accept(%L, null)', :'em')) \g /dev/null
create temp table confirmation as select take() as body;
select is((select count(*) from confirmation, regexp_matches(body, '\(America/Toronto, UTC-05:00\)\n    = ', 'g')), 3::bigint, 'S1.33, R8 the confirmation gives every date and time with its zone, and theirs');
select enter('coordinator', :boss) \g /dev/null
select answer(format('select cohort_notify(%L, ''session_changed'', jsonb_build_object(''session_id'', %L))', :'g7', (select id from sessions where cohort_id = :'g7' and seq = 2))) \g /dev/null
select is((select count(*) from regexp_matches(take(), '\(America/Toronto', 'g')), 1::bigint, 'a change tells the one that changed');
select enter('coordinator', :boss) \g /dev/null
select answer(format('select cohort_notify(%L, ''series_changed'')', :'g7')), answer(format('select cohort_notify(%L, ''series_changed'')', :'g7')) \g /dev/null
select is((select count(*) from outbox where enrolment_id = :'em' and kind = 'series_changed' and state = 'queued'), 1::bigint, 'the same is said once');
select peer(:'m') \g /dev/null
select answer(format('select * from enrolments_withdraw(%L)', :'em')) \g /dev/null
select is(take(), null, 'I8, R17 who left hears nothing more');
select is_empty($$select kind from mail_templates where concat_ws(' ', subject_en, subject_fr, body_en, body_fr)
    ~* '(peer|pair|support|soutien|smsrc|csric|alongside|program|trauma|sexual|sexuel|militar|militair|forces|1-844|9-8-8|group|intake|accueil|séance|meeting|rencontre)' and kind ~ '^(seat|session|series|group)'$$,
    'R3 no message says what it is about');

select * from finish();
rollback;
