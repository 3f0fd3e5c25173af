-- SPDX-License-Identifier: MIT
-- Mail: what may leave is decided at the moment of sending; what may not is shown to coordinators; retries, leases, jobs.
begin;
\ir 00_helpers.sql
\ir journey.psql
select plan(77);

select account('coordinator', 'c0000000-0000-4000-8000-000000000001') \g /dev/null
select account('coordinator', 'c0000000-0000-4000-8000-000000000002', '{QC}') \g /dev/null
\set boss '''c0000000-0000-4000-8000-000000000001'''
\set quebec '''c0000000-0000-4000-8000-000000000002'''
select clock('2026-11-23 15:00:00Z') \g /dev/null
update outbox set state = 'cancelled', reason = 'test', lease_until = null;
create or replace function tests.put(in_kind text, in_person uuid, in_intake uuid default null) returns uuid language sql as $$
    select outbox_put(in_kind, in_person, in_intake_id => in_intake) $$;
create or replace function tests.is_now(in_id uuid) returns text language sql as $$
    select concat_ws(' ', o.state, o.reason) from outbox o where o.id = in_id $$;
create or replace function tests.take(in_limit int default 1) returns jsonb language sql as $$ select worker(format('select * from outbox_take(%s)', in_limit)) $$;

-- What is taken.
select person('ON', 'fr') as pid \gset
select intake(:'pid', 'group', 'form_sent') as iid \gset
select enter('coordinator', :boss) \g /dev/null
select put('form_sent', :'pid', :'iid') as mid \gset
create temp table taken as select take(5) as t;
select is(jsonb_array_length(t), 1, 'a due message is taken') from taken;
select is(t#>>'{0,id}', :'mid', 'that one') from taken;
select matches(t#>>'{0,to_mark}', e'^\x01contact\\.email\\.[0-9a-f-]{36}\\.k1~d3JhcHBlZA\\.mail$', 'the address is a mark that only the program opens') from taken;
select is(t#>>'{0,language}', 'fr', 'S1.28 in the person''s language') from taken;
select is(t#>>'{0,subject}', 'Un message pour vous', 'R3 the subject is neutral') from taken;
select matches(t#>>'{0,body}', '^Bonjour,.*http://127\.0\.0\.1:8080/.*Merci', 'the body greets, links and thanks') from taken;
select is(is_now(:'mid'), 'sending', 'it is being sent');
select is(take(5), '[]', 'nobody else takes it');
select is((select array[(select count(*) from mail_templates), count(*)] from unnest(array['form_sent', 'acknowledgement', 'meeting_scheduled',
    'meeting_changed', 'status_update', 'document_changed', 'intake_closed', 'seat_offered', 'seat_confirmed', 'seat_released', 'session_changed',
    'session_cancelled', 'series_changed', 'group_cancelled']) k join mail_templates t on t.kind = k), '{14,14}'::bigint[], 'every kind has its words');
select is_empty($$select kind from mail_templates where concat_ws(' ', subject_en, subject_fr, body_en, body_fr)
    ~* '(peer|pair|support|soutien|smsrc|csric|alongside|program|trauma|sexual|sexuel|militar|militair|forces|1-844|9-8-8|group|intake|accueil)'$$,
    'R3 no message names the service, its number or what it is about');
select is_empty($$select k from unnest(array['subject_en', 'subject_fr']) k, mail_templates t where to_jsonb(t)->>k not in ('A message for you', 'Un message pour vous')$$, 'R3 all subjects are alike');

-- What became of it.
create or replace function tests.done(in_id uuid, in_outcome text, in_code int default null) returns void language sql as $$
    select worker(format('select outbox_done(%L, %L, %L)', in_id, in_outcome, in_code)) $$;
select done(:'mid', 'retry', 451) \g /dev/null
select is((select array[state, attempts::text, to_char(due_at at time zone 'UTC', 'HH24:MI')] from outbox where id = :'mid'), '{queued,1,15:01}', 'what did not work is tried again after a minute');
select is((select array[attempt::text, outcome, smtp_code::text] from deliveries where outbox_id = :'mid'), '{1,retry,451}', 'each attempt is in the log');
select is(take(5), '[]', 'not before');
select is((select array_agg(outbox_pause(n) order by n) from generate_series(1, 7) n), '{00:01,00:05,00:30,02:00,06:00,06:00,06:00}'::interval[], 'after 1, 5, 30 minutes, 2 hours, 6 hours');
select clock('2026-11-23 15:01:00Z') \g /dev/null
select is(jsonb_array_length(take(5)), 1, 'then it is');
select done(:'mid', 'sent', 250) \g /dev/null
select is(is_now(:'mid'), 'sent', 'and has left');
select is((select last_told_at from intakes where id = :'iid'), '2026-11-23 15:01:00Z', 'I12 the person has been told when it left');
select is((select array[role, action, object_type] from audit_events where participant_ids = array[:'pid'::uuid] and role = 'worker'), '{worker,send,message}', 'it is in the person''s file who wrote');
select done(:'mid', 'retry', 451) \g /dev/null
select is(is_now(:'mid'), 'sent', 'a late word of another process changes nothing');
select put('status_update', :'pid', :'iid') as mid \gset
select take() \g /dev/null
update outbox set attempts = 8 where id = :'mid';
select done(:'mid', 'retry', 450) \g /dev/null
select is(is_now(:'mid'), 'failed not_delivered', 'the eighth failure is the last');
select put('status_update', :'pid', :'iid') as mid \gset
select take() \g /dev/null
select done(:'mid', 'failed', 550) \g /dev/null
select is(is_now(:'mid'), 'failed refused', 'a refused address is not tried again');

-- The receipt.
select person('BC') as rid \gset
select intake(:'rid', 'group', 'form_returned') as rin \gset
select put('acknowledgement', :'rid', :'rin') as mid \gset
select is(take()#>>'{0,id}', :'mid', 'S1.30 the receipt is sent');
select is(state_of(:'rin'), 'form_returned', 'while it is on its way nothing is acknowledged');
select done(:'mid', 'sent', 250) \g /dev/null
select is((select array[state, acknowledged_at::text] from intakes where id = :'rin'), array['acknowledged', app_now()::text], 'S1.30 when it has left the intake is acknowledged');
select intake(person(), 'activity', 'forms_returned') as act \gset
select put('acknowledgement', (select participant_id from intakes where id = :'act'), :'act') as mid \gset
select take() \g /dev/null
select done(:'mid', 'sent') \g /dev/null
select is(state_of(:'act'), 'forms_returned', 'S2.48 on the activity track it only tells');
select is((select last_told_at from intakes where id = :'act'), app_now(), 'S2.49 that it does');

-- Status updates by mail.
select enter('coordinator', :boss) \g /dev/null
select answer(format('select * from updates_create(%L, ''{"method": "email"}'')', :'rin'))#>>'{body,id}' as uid \gset
select is((select told_at from updates where id = :'uid'), null, 'S1.35 not told while it is queued');
select take()#>>'{0,id}' as mid \gset
select done(:'mid', 'sent') \g /dev/null
select is((select told_at from updates where id = :'uid'), app_now(), 'S1.35 told when it left');

-- Meetings: where the person lives by another clock both times are there.
select person('BC', 'en') as far \gset
update participants set timezone = 'America/Vancouver' where id = :'far';
select intake(:'far', 'group', 'meeting_scheduled') as meet \gset
update intakes set meeting_local_start = '2026-12-15 18:30', meeting_starts_at = '2026-12-15 23:30:00Z' where id = :'meet';
select put('meeting_scheduled', :'far', :'meet') as mid \gset
select matches(take()#>>'{0,body}', 'Tuesday, December 15, 2026, 6:30 p\.m\. \(America/Toronto, UTC-05:00\)\nTuesday, December 15, 2026, 4:30 p\.m\. \(America/Vancouver, UTC-07:00\)', 'R8 local time, zone and offset; and the person''s own');
select is(moment_text('2027-02-01 09:05', 'America/St_Johns', '-03:30', 'fr'), 'le lundi 1er février 2027 à 9 h 05 (America/St_Johns, UTC-03:30)', 'R8, R12 in French as French is written');
select is(moment_text('2027-02-01 09:05', 'America/St_Johns', '-03:30', 'en'), 'Monday, February 1, 2027, 9:05 a.m. (America/St_Johns, UTC-03:30)', 'R8 in English as English is');
select put('meeting_changed', :'far', :'meet') as mid \gset
update intakes set meeting_starts_at = app_now() where id = :'meet';
select take() \g /dev/null
select is(is_now(:'mid'), 'cancelled superseded', 'R8 a time that has passed is told to nobody');

-- The rules, at the moment of sending.
select person('QC') as rules \gset
select intake(:'rules', 'group', 'form_sent') as rint \gset
create or replace function tests.tried(in_person uuid, in_intake uuid, in_change text) returns text language plpgsql as $$
declare
    mail uuid;
begin
    update contacts set ok_to_email = true, email_is_government = false, work_address_acknowledged = false, email = split_part(phone, '.', 1) || '.mail' where participant_id = in_person;
    mail := put('form_sent', in_person, in_intake);
    execute format(in_change, in_person);
    perform take();
    return is_now(mail);
end $$;
select is(tried(:'rules', :'rint', 'select %L'), 'sending', 'as things are it leaves');
select is(tried(:'rules', :'rint', 'update contacts set email = null where participant_id = %L'), 'held no_email', 'R3 without an address it is held');
select is(tried(:'rules', :'rint', 'update contacts set ok_to_email = false where participant_id = %L'), 'held email_not_ok', 'R3 without agreement it is held, although it was queued before');
select is(tried(:'rules', :'rint', 'update contacts set email_is_government = true, work_address_acknowledged = true where participant_id = %L'), 'sending', 'R3 to a work address that was agreed to it leaves');
alter table contacts drop constraint contacts__email__work_address;
select is(tried(:'rules', :'rint', 'update contacts set email_is_government = true where participant_id = %L'), 'held work_address', 'R3 to one that was not it is held, whatever the table says');
select is(tried(:'rules', :'rint', 'select erase_keys(''participant'', %L)'), 'held unreadable', 'an address whose key is gone is no address');
select person('QC') as rules \gset
select intake(:'rules', 'group', 'form_sent') as rint \gset
select is(tried(:'rules', :'rint', 'update participants set status = ''erased'' where id = %L'), 'cancelled erased', 'who was erased hears nothing');
update participants set status = 'active' where id = :'rules';
select is(tried(:'rules', intake(:'rules', 'activity', 'forms_returned'), 'select %L'), 'cancelled superseded', 'a form that is back is not asked for again');
select set_config('app.role', 'coordinator', true) \g /dev/null
select is(tried(:'rules', :'rint', 'update intakes set state = ''withdrawn'', withdrawn_at = app_now() where state = ''form_sent'' and participant_id = %L'), 'cancelled withdrawn', 'I8, R17 who withdrew in the meantime hears nothing');
select person('QC') as rules \gset
select set_config('app.role', 'nobody', true) \g /dev/null
select is(tried(:'rules', intake(:'rules', 'group', 'closed'), 'select %L'), 'cancelled closed', 'what is over is not written about');
select put('intake_closed', :'rules', (select id from intakes where participant_id = :'rules')) as mid \gset
select take() \g /dev/null
select is(is_now(:'mid'), 'sending', 'R11 but for the message that says so');
select put('document_changed', :'rules') as mid \gset
select take() \g /dev/null
select is(is_now(:'mid'), 'cancelled superseded', 'who has nothing to accept is not asked');
select put('document_changed', :'rid') as mid \gset
select take() \g /dev/null
select is(is_now(:'mid'), 'sending', 'who has is');
select set_config('tests.held', (select count(*)::text from outbox where state = 'held'), true) \g /dev/null

-- Held messages are shown, and settled by voice or by a new rule.
select person('QC') as held \gset
select intake(:'held', 'group', 'form_sent') as hint \gset
update contacts set ok_to_email = false where participant_id = :'held';
select put('form_sent', :'held', :'hint') as mid \gset
select take() \g /dev/null
select enter('coordinator', :quebec, null, '{QC}') \g /dev/null
create or replace function tests.shown(in_id uuid) returns text language sql as $$ select answer(format('select body from held_messages_json where id = %L', in_id))#>>'{body,reason}' $$;
select is(shown(:'mid'), 'email_not_ok', 'R5 a coordinator sees whom to call, and why');
select enter('coordinator', :boss, null, '{BC}') \g /dev/null
select is(shown(:'mid'), null, 'R14 in their regions');
select enter('coordinator', :quebec, null, '{QC}') \g /dev/null
select answer(format('select * from contacts_update(%L, null, ''{"ok_to_email": true}'', null)', :'held')) \g /dev/null
select is(is_now(:'mid'), 'queued', 'when the person agrees to mail it is tried again');
select answer(format('select * from contacts_update(%L, null, ''{"ok_to_email": false}'', null)', :'held')) \g /dev/null
select take() \g /dev/null
select enter('coordinator', :quebec, null, '{QC}') \g /dev/null
select answer(format('select * from updates_create(%L, ''{"method": "phone"}'')', :'hint')) \g /dev/null
select is(is_now(:'mid'), 'cancelled told', 'R5 when they were called it is settled');
select is(shown(:'mid'), null, 'and leaves the list');

-- One message at a time, the first due first; what cannot go does not stand in the way.
update outbox set state = 'cancelled', reason = 'test', lease_until = null where state in ('queued', 'sending');
select put('status_update', :'held', :'hint') as blocked \gset
select clock('2026-11-23 15:02:00Z') \g /dev/null
select put('status_update', :'far', :'meet') as next \gset
select is(take()#>>'{0,id}', :'next', 'a held message is passed over in the same round');
select is(is_now(:'blocked'), 'held email_not_ok', 'and settled on the way');
select outbox_put('status_update', :'far', '{}', app_now() + interval '1 hour', :'meet') as later \gset
select is(take(), '[]', 'what is due later waits');

-- Leases and jobs.
insert into idempotency_keys (account_id, operation, key, fingerprint, created_at) values (:boss, 'x', 'old', 'f', app_now() - interval '25 hours'), (:boss, 'x', 'young', 'f', app_now() - interval '23 hours');
select is(worker('select leases_released from jobs_run()')#>>'{0,leases_released}', '0', 'who is sending has five minutes');
select clock('2026-11-23 15:07:01Z') \g /dev/null
select is(worker('select leases_released from jobs_run()')#>>'{0,leases_released}', '1', 'then somebody else may');
select is(is_now(:'next'), 'queued', 'what was left behind is queued again');
select is((select string_agg(key, ',') from idempotency_keys where account_id = :boss), 'young', 'idempotency keys live 24 hours');
select is(take()#>>'{0,id}', :'next', 'at least once');
update outbox set attempts = 8 where id = :'next';
select clock('2026-11-23 15:20:00Z') \g /dev/null
select worker('select leases_released from jobs_run()') \g /dev/null
select is(is_now(:'next'), 'failed not_delivered', 'but not for ever');
select cmp_ok((worker('select updates_overdue from jobs_run()')#>>'{0,updates_overdue}')::int, '>=', 0, 'I12 how many wait for a word is a number to watch');

-- Whose tables these are.
create or replace function tests.matrix(in_role text, in_account uuid, in_own uuid, in_person uuid) returns text language plpgsql as $$
begin
    perform enter(in_role, in_account, in_own);
    return (select string_agg(t || ' ' || verbs(t, case t
        when 'outbox' then format('insert into outbox (kind, participant_id, due_at, created_at, changed_at) values (''status_update'', %L, app_now(), app_now(), app_now())', in_person)
        when 'deliveries' then format('insert into deliveries (outbox_id, attempt, at, outcome) values (%L, 1, app_now(), ''sent'')', gen_random_uuid())
        when 'settings' then 'insert into settings (key, value) values (''x'', ''y'')'
        else 'insert into mail_templates values (''x'', ''x'', ''x'', ''x'', ''x'')' end), ', ' order by t) from unnest(array['outbox', 'deliveries', 'settings', 'mail_templates']) t);
end $$;
update outbox set state = 'cancelled', reason = 'test', lease_until = null where state not in ('queued', 'cancelled');
select is(matrix('coordinator', :boss, null, :'far'), 'deliveries , mail_templates , outbox SIU, settings ', 'requests put mail in, and see no delivery, address or setting');
select is(matrix('peer', account_of(:'far'), :'far', :'far'), 'deliveries , mail_templates , outbox SIU, settings ', 'a peer''s own acts cause mail, and cancel it');
select is(matrix('peer', account_of(:'held'), :'held', :'far'), 'deliveries , mail_templates , outbox SU, settings ', 'R2 never for another');
select is(matrix(r, :boss, null, :'far'), 'deliveries , mail_templates , outbox , settings ', r || ' has nothing to do with mail')
from unnest(array['peer_supporter', 'mental_health_professional', 'line', 'administrator', 'public', 'nobody']) r;
select enter('coordinator', :boss) \g /dev/null
select is(refusal(format('update outbox set state = ''sent'' where id = %L', :'later')), '42501', 'a request cannot say that mail was sent');
select is(refusal('select * from outbox_take(1)'), '42501', 'nor take it');
select is(refusal(format('select outbox_done(%L, ''sent'')', :'later')), '42501', 'nor finish it');
select is(refusal('select * from jobs_run()'), '42501', 'nor run jobs');
select is(refusal(format('select document_announce(%L)', gen_random_uuid())), '42501', 'nor announce documents, but the administrator');
select is((select string_agg(t || ' ' || worker_verbs(t), ', ' order by t) from unnest(array['outbox', 'deliveries', 'settings', 'mail_templates', 'documents', 'referrals', 'staff']) t),
    'deliveries SI, documents S, mail_templates S, outbox SU, referrals , settings S, staff ', 'the worker writes what became of mail, nothing else');
select throws_ok('update deliveries set smtp_code = 1', '42501', null, 'the log of deliveries is append-only');

select * from finish();
rollback;
