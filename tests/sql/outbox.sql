-- SPDX-License-Identifier: MIT
-- Mail: its words, its pauses, what may leave at the moment of sending, and that only jobs say what became of it.
begin;
\ir helpers.psql
\ir world.psql
select plan(35);

select account('coordinator', 'c0000000-0000-4000-8000-000000000001') as boss \gset
select clock('2026-11-23 15:00:00Z') \g /dev/null

-- Its words.
select set_eq('select kind from mail_templates', array[
    'form_sent', 'acknowledgement', 'meeting_scheduled', 'meeting_changed', 'status_update', 'document_changed', 'intake_closed',
    'seat_offered', 'seat_confirmed', 'seat_registered', 'seat_not_placed', 'seat_released', 'session_changed', 'session_added',
    'session_cancelled', 'series_changed', 'group_cancelled', 'place_given', 'place_offered', 'place_open', 'place_moved',
    'place_offered_moved', 'place_awaited_moved', 'activity_opened', 'guest_page', 'guest_assigned', 'guest_moved', 'guest_cancelled',
    'guest_released', 'guest_link', 'notice', 'notice_now'],
    'every kind has its words');
select is_empty($$
    select kind from mail_templates where concat_ws(' ', subject_en, subject_fr, body_en, body_fr)
        ~* ('(peer|pair|support|soutien|smsrc|csric|alongside|program|trauma|sexual|sexuel|militar|militair|forces|1-844|9-8-8|'
            || 'group|intake|accueil)')$$, 'R3 no message names the service, its number or what it is about');
select is_empty($$
    select kind from mail_templates where kind ~ '^(seat|session|series|group)'
        and concat_ws(' ', subject_en, subject_fr, body_en, body_fr) ~* '(séance|meeting|rencontre)'$$,
    'R3 nor, about a seat, that people meet');
select is_empty($$
    select k from unnest(array['subject_en', 'subject_fr']) k, mail_templates t
    where to_jsonb(t)->>k not in ('A message for you', 'Un message pour vous')$$, 'R3 all subjects are alike');
select is(moment_text('2027-02-01 09:05', 'America/St_Johns', '2027-02-01 12:35Z', c.language), c.words, 'R8, R12 ' || c.language)
from (values
    ('fr', 'le lundi 1er février 2027 à 9 h 05 (America/St_Johns, UTC-03:30)'),
    ('en', 'Monday, February 1, 2027, 9:05 a.m. (America/St_Johns, UTC-03:30)')) c (language, words);
select is((select array_agg(outbox_pause(n) order by n) from generate_series(1, 7) n),
    '{00:01,00:05,00:30,02:00,06:00,06:00,06:00}'::interval[], 'tried again after 1, 5, 30 minutes, 2 hours, 6 hours');

-- The rules, at the moment of sending: what becomes of a message that was queued before something changed.
alter table contacts drop constraint contacts__email__work_address;
create function tests.tried(in_kind text, in_state text, in_change text) returns text language plpgsql as $$
declare
    person uuid := tests.person('QC');
    intake uuid := case when in_state is not null then tests.intake(person, 'group', in_state) end;
    mail uuid;
begin
    update outbox set state = 'cancelled', reason = 'test', lease_until = null where state in ('queued', 'sending');
    mail := outbox_put(in_kind, person, in_intake_id => intake);
    perform set_config('app.role', 'coordinator', true);
    execute format(coalesce(in_change, 'select %L'), person);
    perform tests.worker('select * from outbox_take(1)');
    return (select concat_ws(' ', o.state, o.reason) from outbox o where o.id = mail);
end
$$;
select is(tried(c.kind, c.state, c.change), c.outcome, c.title) from (values
    ('as things are it leaves', 'form_sent', 'form_sent', null, 'sending'),
    ('R3 without an address it is held', 'form_sent', 'form_sent',
        'update contacts set email = null where participant_id = %L', 'held no_email'),
    ('R3 without agreement it is held, although it was queued before', 'form_sent', 'form_sent',
        'update contacts set ok_to_email = false where participant_id = %L', 'held email_not_ok'),
    ('R3 to a work address that was agreed to it leaves', 'form_sent', 'form_sent',
        'update contacts set email_is_government = true, work_address_acknowledged = true where participant_id = %L', 'sending'),
    ('R3 to one that was not it is held, whatever the table says', 'form_sent', 'form_sent',
        'update contacts set email_is_government = true where participant_id = %L', 'held work_address'),
    ('an address whose key is gone is no address', 'form_sent', 'form_sent', 'select erase_keys(''participant'', %L)',
        'held unreadable'),
    ('who was erased hears nothing', 'form_sent', 'form_sent', 'update participants set status = ''erased'' where id = %L',
        'cancelled erased'),
    ('a form that is back is not asked for again', 'form_sent', 'acknowledged', null, 'cancelled superseded'),
    ('I8, R17 who withdrew in the meantime hears nothing', 'form_sent', 'form_sent',
        'update intakes set state = ''withdrawn'', withdrawn_at = app_now() where participant_id = %L', 'cancelled withdrawn'),
    ('what is over is not written about', 'form_sent', 'closed', null, 'cancelled closed'),
    ('R11 but for the message that says so', 'intake_closed', 'closed', null, 'sending'),
    ('R8 a time that has passed is told to nobody', 'meeting_scheduled', 'meeting_scheduled',
        'update intakes set meeting_starts_at = app_now() where participant_id = %L', 'cancelled superseded'),
    ('who has nothing to accept is not asked to', 'document_changed', null, null, 'cancelled superseded'),
    ('who has is', 'document_changed', 'ready', null, 'sending')) c (title, kind, state, change, outcome);

-- Whose words these are.
select outbox_put('status_update', person()) as mail \gset
insert into deliveries (outbox_id, attempt, at, outcome) values (:'mail', 1, now(), 'retry');
select enter('coordinator', :'boss') \g /dev/null
select is(refusal(format(c.tried, :'mail')), c.refused, c.title) from (values
    ('a request cannot say that mail was sent', 'update outbox set state = ''sent'' where id = %L', '42501'),
    ('nor take it', 'select * from outbox_take(1)', '42501'),
    ('nor finish it', 'select outbox_done(%L, ''sent'')', '42501'),
    ('nor run jobs', 'select outbox_release_leases()', '42501'),
    ('nor derive instants', 'select jobs_rederive()', '42501'),
    ('nor announce documents, but the administrator', 'select document_announce(%L)', '42501')) c (title, tried, refused);
select throws_ok('update deliveries set smtp_code = 1', '42501', null, 'the log of deliveries is append-only');
select is(refusal('insert into outbox (kind, participant_id, due_at, created_at, changed_at)
    values (''status_update'', gen_random_uuid(), now(), now(), now())'), '42501', 'nobody is written to who is not there');

-- One message at a time, the first due first; what cannot go does not stand in the way.
update outbox set state = 'cancelled', reason = 'test', lease_until = null where state in ('queued', 'sending');
select person() as silent, person() as far \gset
update contacts set ok_to_email = false where participant_id = :'silent';
select outbox_put('status_update', :'silent', in_intake_id => intake(:'silent', 'group', 'form_sent')) as blocked \gset
select clock('2026-11-23 15:02:00Z') \g /dev/null
select outbox_put('status_update', :'far', in_intake_id => intake(:'far', 'group', 'form_sent')) as next \gset
select is(worker('select * from outbox_take(1)')#>>'{0,id}', :'next', 'a held message is passed over in the same round');
select is((select state from outbox where id = :'blocked'), 'held', 'and settled on the way');
select is(worker('select * from outbox_take(5)'), '[]', 'what somebody is sending nobody else takes');
insert into idempotency_keys (account_id, operation, key, fingerprint, created_at)
values (:'boss', 'x', 'old', 'f', app_now() - interval '25 hours'), (:'boss', 'x', 'young', 'f', app_now() - interval '23 hours');
select is(worker('select outbox_release_leases() as n')#>>'{0,n}', '0', 'who is sending has five minutes');
select worker('select idempotency_key_expire()') \g /dev/null
select is((select string_agg(key, ',') from idempotency_keys where account_id = :'boss'), 'young', 'kept answers live 24 hours');
select clock('2026-11-23 15:07:01Z') \g /dev/null
select is(worker('select outbox_release_leases() as n')#>>'{0,n}', '1', 'then somebody else may');
select * from finish();
rollback;
