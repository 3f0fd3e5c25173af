-- SPDX-License-Identifier: MIT
-- The intake on both tracks: the way through, every step that is not allowed, form, meeting, acceptances, withdrawal, status.
begin;
\ir 00_helpers.sql
\ir journey.psql
select plan(168);

select account('coordinator', 'c0000000-0000-4000-8000-000000000001') \g /dev/null
select account('coordinator', 'c0000000-0000-4000-8000-000000000002', '{QC}') \g /dev/null
select account('administrator', 'c0000000-0000-4000-8000-000000000006') \g /dev/null
\set boss '''c0000000-0000-4000-8000-000000000001'''
\set quebec '''c0000000-0000-4000-8000-000000000002'''
\set chief '''c0000000-0000-4000-8000-000000000006'''
select clock('2026-11-23 15:00:00Z') \g /dev/null
create or replace function tests.state(in_sql text) returns text language sql as $$ select answer(in_sql)#>>'{body,state}' $$;
create or replace function tests.accepts(in_person uuid, in_kind text) returns text language sql as $$
    select format('select * from acceptances_create(%L, %L)', in_person,
        (select jsonb_build_object('document_id', d.id, 'language_read', 'fr') from documents_current d where d.kind = in_kind)) $$;

-- The group track, from the first step to the last.
select person('ON', 'fr') as pid \gset
select account_of(:'pid') as aid \gset
select enter('coordinator', :boss) \g /dev/null
create temp table made as select answer(format('select * from intakes_create(%L)', jsonb_build_object('participant_id', :'pid', 'track', 'group'))) as a;
select a#>>'{body,id}' as iid from made \gset
select is(a->>'status', '201', 'an intake is opened') from made;
select is(a->>'location', '/v1/intakes/' || :'iid', 'and has a place') from made;
select is(a#>>'{body,state}', 'received', 'it begins as received') from made;
select is(refusal(format('select * from intakes_create(%L)', jsonb_build_object('participant_id', :'pid', 'track', 'group'))), '23505 intakes__track__taken', 'one at a time on a track');
select is(refusal(format('select * from intakes_create(%L)', jsonb_build_object('participant_id', :'pid', 'track', 'activity'))), null, 'decision 13 another one on the other track');
select is(refusal_detail(format('select * from intakes_create(%L)', jsonb_build_object('participant_id', '00000000-0000-4000-8000-00000000dead', 'track', 'group'))),
    '{"errors": [{"code": "does-not-exist", "pointer": "#/participant_id"}]}', 'nobody''s intake cannot be opened');
select is(state(format('select * from intakes_send_form(%L, ''{1}'')', :'iid')), 'form_sent', 'S1.28 the form is sent');
select is((select array[kind, state] from outbox where intake_id = :'iid'), '{form_sent,queued}', 'S1.28 by mail');
select is(refusal(format('select * from intakes_send_form(%L, ''{1}'')', :'iid')), 'precondition-failed', 'an old version does not send it again');
create or replace function tests.save(in_id uuid, in_body text, in_version text default null) returns text language sql as $$
    select format('select * from intake_forms_update(%L, %L, %L, null)', in_id, in_version, in_body) $$;
select is(answer(save(:'iid', '{"services_wanted": ["formal_group", "yoga"]}', '{1}'))#>>'{body,filled_by}', 'coordinator', 'S1.29 the coordinator may help');
select enter('peer', :'aid', :'pid') \g /dev/null
select is(answer(save(:'iid', '{"device_ok": true, "accommodation_needs": null}', '{2}'))#>>'{body,filled_by}', 'both', 'S1.29 a part at a time, by either');
select is(refusal(save(:'iid', '{"device_ok": true}', '{2}')), 'precondition-failed', 'an old version saves nothing');
select is(refusal_detail(save(:'iid', '{"services_wanted": ["yoga", "skydiving"]}')), '{"errors": [{"code": "not-allowed", "pointer": "#/services_wanted/1"}]}', 'services are those of the code list');
create or replace function tests.faults(in_sql text) returns text language sql as $$
    select string_agg(substr(e->>'pointer', 3) || ' ' || (e->>'code'), ', ') from jsonb_array_elements(refusal_detail(in_sql)->'errors') e $$;
\set submit 'select * from intake_forms_submit(%L, null)'
update contacts set name_to_use = null, email = null, phone = null, rules_answered_at = null where participant_id = :'pid';
update emergency_contacts set declined = false where participant_id = :'pid';
select is(faults(format(:'submit', :'iid')),
    'form/meeting_willing required, form/availability required, form/must_not_meet_exists required, contact/name_to_use required, contact/email required, contact/ok_to_email required, emergency_contact required, acceptances/privacy_notice required',
    'A6.3 submitting names all that is missing, at once');
select is(state_of(:'iid'), 'form_sent', 'and changes nothing');
select answer(save(:'iid', '{"meeting_willing": false, "device_ok": false, "availability": [{"weekday": "monday", "part": "evening"}], "must_not_meet_exists": true}')) \g /dev/null
update contacts set name_to_use = '5ea1ed00-0000-4000-8000-000000000001.n', phone = '5ea1ed00-0000-4000-8000-000000000001.p', rules_answered_at = app_now() where participant_id = :'pid';
update emergency_contacts set declined = true where participant_id = :'pid';
select answer(accepts(:'pid', 'privacy_notice')) \g /dev/null
select is(faults(format(:'submit', :'iid')), 'form/device_ok needed-for-service, form/meeting_willing needed-for-service', 'S2.6, S2.7 a device and the willingness to meet are conditions of a group');
select answer(save(:'iid', '{"meeting_willing": true, "device_ok": true}')) \g /dev/null
select is(refusal(format('select * from intake_forms_submit(%L, ''{1}'')', :'iid')), 'precondition-failed', 'an old version is not submitted');
select is(answer(format(:'submit', :'iid'))#>>'{body,submitted_by}', 'peer', 'S1.29 the form is returned');
select is(state_of(:'iid'), 'form_returned', 'S1.29 and the intake has moved');
select is((select array[kind, state] from outbox where intake_id = :'iid' and kind = 'acknowledgement'), '{acknowledgement,queued}', 'S1.30 the receipt goes out');
select is((select update_due_at from intakes where id = :'iid'), '2026-12-07 22:00:00Z'::timestamptz, 'I12 ten business days begin');
select is(refusal(format(:'submit', :'iid')), 'conflict-state', 'it is submitted once');
select is(answer(save(:'iid', '{"composition_preference": null, "services_wanted": ["informal_group"]}'))->>'status', '200', 'R12 wishes stay open to change');
select is(faults(save(:'iid', '{"device_ok": null, "availability": []}')), 'device_ok required, availability required', 'but what submission needed stays answered');
select is(faults(save(:'iid', '{"meeting_willing": false}')), 'meeting_willing needed-for-service', 'in both senses');
select enter('coordinator', :boss) \g /dev/null
select is(state(format('select * from intakes_acknowledge(%L, null, ''{"method": "phone"}'')', :'iid')), 'acknowledged', 'S1.30 a coordinator may say so by voice');
select is((select array[state, reason] from outbox where intake_id = :'iid' and kind = 'acknowledgement'), '{cancelled,told}', 'then no mail repeats it');
select is((select last_told_at from intakes where id = :'iid'), app_now(), 'S1.35 and the person has been told');
create or replace function tests.meet(in_id uuid, in_change text default '{}') returns text language sql as $$
    select format('select * from intakes_schedule(%L, null, %L::jsonb || %L::jsonb)', in_id,
        '{"local_start": "2026-12-15T18:30", "timezone": "America/Vancouver", "language": "fr", "duration_minutes": 45}', in_change) $$;
select is(faults(meet(:'iid', '{"timezone": "PST"}')), 'timezone unknown-zone', 'A5.2 a zone is an IANA name');
select is(faults(meet(:'iid', '{"local_start": "2026-11-23T09:59", "timezone": "America/Toronto"}')), 'local_start in-the-past', 'a meeting is in the future');
select is(faults(meet(:'iid', '{"local_start": "2027-03-14T02:30", "timezone": "America/Toronto"}')), 'local_start skipped-hour', 'R8 an hour that the clocks skip does not exist');
select is(answer(meet(:'iid'))#>'{body,meeting}', '{"local_start": "2026-12-15T18:30", "timezone": "America/Vancouver", "utc_offset": "-07:00",
    "starts_at": "2026-12-16T01:30:00Z", "language": "fr", "duration_minutes": 45, "held_at": null}'::jsonb, 'S1.31, A5.2 local time, zone and offset; Vancouver keeps -07:00 in 2026');
select is((select kind from outbox where intake_id = :'iid' and state = 'queued' and kind like 'meeting%'), 'meeting_scheduled', 'S1.31 mail tells the time');
select is(state(meet(:'iid', '{"local_start": "2026-12-16T18:30"}')), 'meeting_scheduled', 'a meeting may be moved');
select is((select string_agg(kind || ' ' || state, ', ' order by state) from outbox where intake_id = :'iid' and kind like 'meeting%'), 'meeting_scheduled cancelled, meeting_scheduled queued', 'who had not heard of it hears once, of the new time');
update outbox set state = 'sent' where intake_id = :'iid' and state = 'queued' and kind like 'meeting%';
select answer(meet(:'iid', '{"local_start": "2026-12-17T18:30"}')) \g /dev/null
select is((select kind from outbox where intake_id = :'iid' and state = 'queued' and kind like 'meeting%'), 'meeting_changed', 'who had heard is told of the change');
update intakes set meeting_starts_at = meeting_starts_at + interval '1 hour' where id = :'iid';
select is(worker('select intake_meetings_rederive() as corrected') || worker('select intake_meetings_rederive() as corrected'), '[{"corrected": 1}, {"corrected": 0}]', 'A5.2 after new zone data the instant is derived again');
select enter('coordinator', :boss) \g /dev/null
select is((select utc(meeting_starts_at) || ' ' || meeting_local_start::text from intakes where id = :'iid'), '2026-12-18T01:30:00Z 2026-12-17 18:30:00', 'decision 12 from its wall time');
create or replace function tests.hold(in_id uuid, in_readiness text) returns text language sql as $$
    select format('select * from intakes_hold(%L, null, %L)', in_id, jsonb_build_object('readiness', in_readiness)) $$;
select is(state(hold(:'iid', 'not_yet')), 'not_ready', 'R11 not ready yet');
select is(state(meet(:'iid')), 'meeting_scheduled', 'A6.2 from which one may meet again');
select is(state(hold(:'iid', 'not_discussed')), 'meeting_done', 'S1.32 a meeting may leave the question open');
select is(state(hold(:'iid', 'ready')), 'meeting_done', 'S1.32 readiness alone is not enough: documents are missing');
select is(refusal(hold(:'iid', 'not_yet')), 'conflict-state', 'what was answered is not answered again');
select enter('peer', :'aid', :'pid') \g /dev/null
select is(answer(accepts(:'pid', 'code_of_conduct'))->>'status', '201', 'S1.32 the peer accepts');
select answer(accepts(:'pid', 'consent')), answer(accepts(:'pid', 'confidentiality')) \g /dev/null
select is(state_of(:'iid'), 'meeting_done', 'I4 three of four are not enough');
select answer(accepts(:'pid', 'safety_protocol')) \g /dev/null
select is(state_of(:'iid'), 'ready', 'I4, S1.34 the fourth makes it ready by itself');
select is((select valid_until from intakes where id = :'iid'), '2027-11-23 15:00:00Z'::timestamptz, 'decision 3 for 12 months');
select enter('coordinator', :boss) \g /dev/null
select person() as second \gset
select accept(:'second', '{code_of_conduct,consent,confidentiality,safety_protocol,privacy_notice}') \g /dev/null
select is(state(hold(intake(:'second', 'group', 'meeting_scheduled'), 'ready')), 'ready', 'I4 readiness may come last as well');
select person() as third \gset
select accept(:'third', '{code_of_conduct,consent,confidentiality,privacy_notice}') \g /dev/null
select accept(:'third', '{safety_protocol}') \g /dev/null
update acceptances set withdrawn_at = app_now() where participant_id = :'third' and document_id = (select id from documents_current where kind = 'safety_protocol');
select is(state(hold(intake(:'third', 'group', 'meeting_scheduled'), 'ready')), 'meeting_done', 'I4 what was taken back does not count');

-- Decision 3: one intake serves every service for 12 months.
create or replace function tests.opens(in_person uuid, in_track text) returns text language sql as $$
    select format('select * from intakes_create(%L)', jsonb_build_object('participant_id', in_person, 'track', in_track)) $$;
select is(refusal_detail(opens(:'second', 'activity'))->>'reason', 'still-valid', 'decision 3 a ready person needs no second intake for activities');
select is(answer(format('select * from intakes_close(%L, null, ''{"outcome": "completed"}'')', (select id from intakes where participant_id = :'second')))#>>'{body,valid_until}', '2027-11-23T15:00:00Z', 'decision 3 also when it is closed as completed');
select is(refusal_detail(opens(:'second', 'group'))->>'reason', 'still-valid', 'R10 nobody is taken through it twice');
select clock('2027-11-23 15:00:00Z') \g /dev/null
select is(refusal(opens(:'second', 'group')), null, 'decision 3 after 12 months a new one begins');
select clock('2026-11-23 15:00:00Z') \g /dev/null
select person() as fourth \gset
select intake(:'fourth', 'activity', 'registered') \g /dev/null
select is(refusal(opens(:'fourth', 'group')), null, 'T4 an activity intake does not serve a group');
select is(answer(format('select services_wanted from intake_forms where participant_id = %L and submitted_at is null', :'fourth'))->'services_wanted', null, 'and until it is opened there is nothing');
select is((answer(opens(:'fourth', 'group'))->>'status'), '201', 'so it is opened');
select is((select array_to_string(services_wanted, ',') || ' ' || coalesce(device_ok::text, '-') from intake_forms where participant_id = :'fourth' and submitted_at is null), 'formal_group -', 'R10 wishes are filled in from the earlier form, conditions are asked again');

-- The activity track: two forms, no meeting.
select person() as fifth \gset
select intake(:'fifth', 'activity', 'received') as act \gset
select is(state(format('select * from intakes_send_form(%L, null)', :'act')), 'forms_sent', 'S2.48 intake form and consent form are sent');
select accept(:'fifth', '{privacy_notice}') \g /dev/null
update intake_forms set meeting_willing = null where intake_id = :'act';
select enter('peer', account_of(:'fifth'), :'fifth') \g /dev/null
select is(answer(format(:'submit', :'act'))->>'status', '200', 'S2.48 no willingness to meet is needed');
select is(state_of(:'act'), 'forms_sent', 'S2.48 the form alone is not enough');
select is(refusal(format(:'submit', :'act')), 'conflict-state', 'it is submitted once');
select answer(accepts(:'fifth', 'consent')) \g /dev/null
select is(state_of(:'act'), 'forms_returned', 'S2.48 form and consent are');
select is((select count(*) from outbox where intake_id = :'act' and kind = 'acknowledgement'), 1::bigint, 'S2.49 the receipt goes out');
select enter('coordinator', :boss) \g /dev/null
select is(state(format('select * from intakes_register(%L, null)', :'act')), 'registered', 'S2.48 then the coordinator registers');
select isnt((select valid_until from intakes where id = :'act'), null, 'decision 3 it serves for 12 months');
select person() as sixth \gset
select accept(:'sixth', '{consent,privacy_notice}') \g /dev/null
select intake(:'sixth', 'activity', 'forms_sent') as act2 \gset
select is(answer(format(:'submit', :'act2'))->>'status', '200', 'consent may come first');
select is(state_of(:'act2'), 'forms_returned', 'then the form returns both');
update acceptances set withdrawn_at = app_now() where participant_id = :'sixth' and document_id = (select id from documents_current where kind = 'consent');
select is(refusal_detail(format('select * from intakes_register(%L, null)', :'act2')), '{"state": "forms_returned", "missing": ["consent"]}', 'I4 no registration on a consent that was taken back');

-- Every step from every state: what goes through is exactly this, everything else is 409 naming the state.
select enter('coordinator', :boss) \g /dev/null
select is(goes_through('group', 'select * from intakes_send_form($1, null)'), 'received', 'A6.2 group: send-form');
select is(goes_through('group', 'select * from intake_forms_submit($1, null)'), 'form_sent', 'A6.2 group: submit');
select is(goes_through('group', 'select * from intakes_acknowledge($1, null, ''{"method": "phone"}'')'), 'form_returned', 'A6.2 group: acknowledge');
select is(goes_through('group', $$select * from intakes_schedule($1, null, '{"local_start": "2026-12-15T18:30", "timezone": "America/Toronto", "language": "en", "duration_minutes": 45}')$$),
    'acknowledged meeting_scheduled not_ready', 'A6.2 group: meeting');
select is(goes_through('group', $$select * from intakes_hold($1, null, '{"readiness": "ready"}')$$), 'meeting_scheduled', 'A6.2 group: hold, ready');
select is(goes_through('group', $$select * from intakes_hold($1, null, '{"readiness": "not_yet"}')$$), 'meeting_scheduled', 'A6.2 group: hold, not yet');
select is(goes_through('group', 'select * from intakes_register($1, null)'), '', 'A6.2 group: register');
select is(goes_through('group', $$select * from intakes_close($1, null, '{"outcome": "completed"}')$$), 'ready placed', 'A6.2 group: close as completed');
\set open 'received form_sent form_returned acknowledged meeting_scheduled meeting_done not_ready ready placed'
select is(goes_through('group', $$select * from intakes_close($1, null, '{"outcome": "ineligible"}')$$), :'open', 'A6.2 group: ineligible');
select is(goes_through('group', $$select * from intakes_close($1, null, '{"outcome": "other_service"}')$$), :'open', 'A6.2 group: close');
select is(goes_through('group', 'select * from updates_create($1, ''{"method": "phone"}'')'), :'open', 'A6.2 group: tell');
select is(goes_through('group', 'select * from intake_forms_update($1, null, ''{"device_ok": true}'', null)'), :'open', 'A6.2 group: save');
select is(goes_through('group', 'select * from intakes_withdraw($1)'), :'open' || ' closed ineligible withdrawn', 'I8 group: withdraw, from everywhere');
select is(goes_through('activity', 'select * from intakes_send_form($1, null)'), 'received', 'A6.2 activity: send-form');
select is(goes_through('activity', 'select * from intake_forms_submit($1, null)'), 'forms_sent', 'A6.2 activity: submit');
select is(goes_through('activity', 'select * from intakes_acknowledge($1, null, ''{"method": "phone"}'')'), '', 'A6.2 activity: acknowledge');
select is(goes_through('activity', $$select * from intakes_schedule($1, null, '{"local_start": "2026-12-15T18:30", "timezone": "America/Toronto", "language": "en", "duration_minutes": 45}')$$),
    '', 'S2.48 activity: no meeting');
select is(goes_through('activity', $$select * from intakes_hold($1, null, '{"readiness": "ready"}')$$), '', 'S2.48 activity: no meeting to hold');
select is(goes_through('activity', 'select * from intakes_register($1, null)'), 'forms_returned', 'A6.2 activity: register');
select is(goes_through('activity', $$select * from intakes_close($1, null, '{"outcome": "completed"}')$$), 'registered', 'A6.2 activity: close as completed');
\set open 'received forms_sent forms_returned registered'
select is(goes_through('activity', $$select * from intakes_close($1, null, '{"outcome": "ineligible"}')$$), :'open', 'A6.2 activity: ineligible');
select is(goes_through('activity', $$select * from intakes_close($1, null, '{"outcome": "unreachable"}')$$), :'open', 'A6.2 activity: close');
select is(goes_through('activity', 'select * from updates_create($1, ''{"method": "in_person"}'')'), :'open', 'A6.2 activity: tell');
select is(goes_through('activity', 'select * from intake_forms_update($1, null, ''{"device_ok": true}'', null)'), :'open', 'A6.2 activity: save');
select is(goes_through('activity', 'select * from intakes_withdraw($1)'), :'open' || ' closed ineligible withdrawn', 'I8 activity: withdraw, from everywhere');
-- The same without the functions: the trigger lets nothing backwards, whoever writes.
create or replace function tests.moves(in_role text, in_track text) returns text language plpgsql as $$
declare
    one record;
    found text := '';
    person uuid;
    intake_id uuid;
begin
    for one in select distinct f.s as f, t.s as t
        from (select from_state as s from intake_transitions where track = in_track union select to_state from intake_transitions where track = in_track) f,
            (select from_state as s from intake_transitions where track = in_track union select to_state from intake_transitions where track = in_track) t
        where f.s <> t.s and not exists (select from intake_transitions x where x.track = in_track and x.from_state = f.s and x.to_state = t.s and in_role = any (x.roles))
    loop
        person := tests.person();
        intake_id := tests.intake(person, in_track, one.f);
        perform tests.enter(in_role, tests.account_of(person), case when in_role = 'peer' then person end);
        if tests.refusal(format('update intakes set state = %L where id = %L', one.t, intake_id)) is distinct from 'conflict-state' then
            found := found || format(' %s→%s', one.f, one.t);
        end if;
    end loop;
    return found;
end $$;
select is(moves('coordinator', 'group'), '', 'A6.2 group: no other step, even by hand');
select is(moves('coordinator', 'activity'), '', 'A6.2 activity: no other step, even by hand');
select is(moves('peer', 'group'), '', 'A6.2 group: a peer takes no step of the coordinator''s');
select is(moves('peer', 'activity'), '', 'A6.2 activity: a peer takes no step of the coordinator''s');
select enter('peer', account_of(:'sixth'), :'sixth') \g /dev/null
select is(refusal(format('update intakes set readiness = ''ready'' where id = %L', :'act2')), '42501', 'a peer does not declare themself ready');
select enter('coordinator', :boss) \g /dev/null
select is(refusal(format('insert into intakes (participant_id, track, state, coordinator_account_id, ready_at, readiness, created_at) values (%L, ''group'', ''ready'', %L, app_now(), ''ready'', app_now())', :'sixth', :boss)), 'conflict-state', 'nothing begins in the middle');
select is(refusal('select * from intakes_withdraw(''00000000-0000-4000-8000-00000000dead'')'), 'not-found', 'what does not exist is not found');

-- Withdrawal.
select person() as seventh \gset
select accept(:'seventh', '{privacy_notice}') \g /dev/null
select intake(:'seventh', 'group', 'meeting_scheduled') as gone \gset
insert into outbox (kind, participant_id, intake_id, state, reason, due_at, lease_until, created_at, changed_at)
select k, :'seventh', case when k = 'document_changed' then null else :'gone'::uuid end, s, case when s = 'held' then 'no_email' end, app_now(), null, app_now(), app_now()
from (values ('meeting_scheduled', 'queued'), ('status_update', 'held'), ('document_changed', 'queued'), ('form_sent', 'sent')) v (k, s);
select enter('peer', account_of(:'seventh'), :'seventh') \g /dev/null
create temp table left_ as select answer(format('select * from intakes_withdraw(%L)', :'gone')) as a;
select is(a#>>'{body,state}', 'withdrawn', 'I8 a peer withdraws, without a version and without a reason') from left_;
select is((select string_agg(kind || ' ' || state, ', ' order by kind) from outbox where participant_id = :'seventh'),
    'document_changed cancelled, form_sent sent, meeting_scheduled cancelled, status_update cancelled', 'I8, R17 what was queued or held is cancelled at once');
select ok(jsonb_array_length(a#>'{body,stops}') >= 3 and jsonb_array_length(a#>'{body,kept}') >= 3 and a#>'{body,stops,0}' ?& '{en,fr}', 'it says what stops and what is kept, in both languages') from left_;
select is(a#>>'{body,help,line}', '1-844-750-1648', 'R20 and whom to call') from left_;
select is(answer(format('select * from intakes_withdraw(%L)', :'gone'))->'body', a->'body', 'saying it again says the same') from left_;
select is(answer(format('select * from intakes_withdraw(%L)', :'gone'))->>'etag', '2', 'and changes nothing') from left_;
select is((select string_agg(attname, ',') from pg_attribute where attrelid = 'intakes'::regclass and attname ~ 'withdr|reason'), 'withdrawn_at', 'I8 no reason can be stored');
select is(refusal(format('select * from intakes_withdraw(%L)', :'iid')), 'not-found', 'R2 nobody withdraws for somebody else');
select enter('coordinator', :boss) \g /dev/null
select is(state(opens(:'seventh', 'group')), 'received', 'and may come back');

-- Closing.
select person() as eighth \gset
select intake(:'eighth', 'group', 'form_returned') as over \gset
insert into outbox (kind, participant_id, intake_id, due_at, created_at, changed_at) values ('acknowledgement', :'eighth', :'over', app_now(), app_now(), app_now());
select is(state(format('select * from intakes_close(%L, ''{1}'', ''{"outcome": "ineligible"}'')', :'over')), 'ineligible', 'A6.2 ineligible is a state of its own');
select is((select string_agg(kind || ' ' || state, ', ' order by kind) from outbox where intake_id = :'over'), 'acknowledgement cancelled, intake_closed queued', 'R11 the last mail offers other ways');
select is_empty($$select code from code_lists where list like 'intake%' and (label_en ~* 'reject|refus' or label_fr ~* 'rejet|refus')
    union all select code from plain_texts where text_en ~* 'reject|refus|denied' or text_fr ~* 'rejet|refus'$$, 'R11 nobody is ever told that they are rejected');
select is_empty($$select s from (select from_state as s from intake_transitions union select to_state from intake_transitions) x
    where not exists (select from plain_texts t where t.list = 'state' and t.code = s) or not exists (select from code_lists l where l.list = 'intake_state' and l.code = s)$$, 'every state has its words in both languages');

-- Telling.
select person() as ninth \gset
select intake(:'ninth', 'group', 'acknowledged') as told \gset
select is((select update_due_at from intakes where id = :'told'), '2026-12-07 22:00:00Z'::timestamptz, 'I12 due after ten business days');
select clock('2026-12-08 15:00:00Z') \g /dev/null
create or replace function tests.overdue(in_person uuid) returns bigint language sql as $$ select count(*) from intakes where participant_id = in_person and update_due_at < app_now() $$;
select is(overdue(:'ninth'), 1::bigint, 'I12 then overdue');
select is(answer(format('select * from updates_create(%L, ''{"method": "email"}'')', :'told'))#>>'{body,told_at}', null, 'S1.35 mail tells when it has gone out');
select is(overdue(:'ninth'), 1::bigint, 'I12 not when it is queued');
select isnt(answer(format('select * from updates_create(%L, ''{"method": "phone"}'')', :'told'))#>>'{body,told_at}', null, 'S1.35 a voice tells at once');
select is((select array[last_told_at, update_due_at] from intakes where id = :'told'), '{2026-12-08 15:00:00Z,2026-12-22 22:00:00Z}'::timestamptz[], 'I12 and the clock starts again');
select is((select array[state, reason] from outbox where intake_id = :'told'), '{cancelled,told}', 'what was queued to say the same is not sent');
select is((select version from intakes where id = :'told'), 1, 'telling makes no new version');
select is(refusal('select * from updates_create(''00000000-0000-4000-8000-00000000dead'', ''{"method": "phone"}'')'), 'not-found', 'nobody cannot be told');
select is(refusal(format('select * from updates_create(%L, ''{"method": "pigeon"}'')', :'told')), '23514 updates__method__known', 'by phone, mail or in person');
select clock('2026-11-23 15:00:00Z') \g /dev/null
select is((select bool_and((update_due_at is not null) = (state in ('form_returned', 'acknowledged', 'meeting_scheduled', 'meeting_done', 'not_ready', 'ready', 'forms_returned')))
    from intakes where participant_id in (:'pid', :'third', :'fifth', :'sixth', :'seventh', :'eighth')), true, 'I12 the clock runs from the returned form until the end of waiting, and only then');

-- Acceptances.
select person() as tenth \gset
select enter('peer', account_of(:'tenth'), :'tenth') \g /dev/null
create temp table given as select answer(accepts(:'tenth', 'consent')) as a;
select a#>>'{body,id}' as cid from given \gset
select is((a->'body') - array['id', 'participant_id', 'document_id', 'number'], '{"kind": "consent", "language_read": "fr", "accepted_at": "2026-11-23T15:00:00Z", "withdrawn_at": null}'::jsonb, 'I6 what, when, and in which language it was read') from given;
select is(refusal(accepts(:'tenth', 'consent')), '23505 acceptances__document_id__taken', 'once is enough');
select is(refusal(format('select * from acceptances_create(%L, ''{"document_id": "00000000-0000-4000-8000-00000000dead", "language_read": "en"}'')', :'tenth')), 'validation-failed', 'a document that does not exist cannot be accepted');
select is(refusal(accepts(:'ninth', 'consent')), 'not-found', 'nobody accepts for another');
select is(refusal(format('update acceptances set accepted_at = accepted_at - interval ''1 day'' where id = %L', :'cid')), '42501', 'an acceptance is append-only');
select is(answer(format('select * from acceptances_withdraw(%L)', :'cid'))#>>'{body,withdrawn_at}', '2026-11-23T15:00:00Z', 'it can be taken back');
select is(answer(format('select * from acceptances_withdraw(%L)', :'cid'))->>'status', '200', 'as often as it is said');
select is(refusal(format('update acceptances set withdrawn_at = null where id = %L', :'cid')), '42501', 'and not the other way');
select is(answer(accepts(:'tenth', 'consent'))->>'status', '201', 'but given again');
select enter('coordinator', :boss) \g /dev/null
select is(refusal(accepts(:'tenth', 'confidentiality')), '42501', 'A6.3 nobody on the staff accepts for a peer');
select is(refusal(format('select * from acceptances_withdraw(%L)', :'cid')), 'not-found', 'nor takes back');

-- A new version asks for that one acceptance again, of those whom it concerns.
select enter('administrator', :chief) \g /dev/null
create temp table published as select answer($$select * from documents_create('{"kind": "confidentiality", "title": {"en": "t", "fr": "t"}, "body": {"en": "new", "fr": "nouveau"}}')$$) as a;
select is((select count(*) from outbox where participant_id = :'pid' and kind = 'document_changed'), 1::bigint, 'R10 who accepted the earlier one and is ready is told');
select is((select count(*) from outbox where participant_id in (:'fourth', :'seventh', :'eighth', :'tenth') and kind = 'document_changed' and state = 'queued'), 0::bigint, 'who did not, or is not on that way, is not');
select is(answer($$select * from documents_create('{"kind": "consent", "title": {"en": "t", "fr": "t"}, "body": {"en": "new", "fr": "nouveau"}}')$$)->>'status', '201', 'another one follows');
select is((select count(*) from outbox where participant_id = :'pid' and kind = 'document_changed'), 1::bigint, 'one message says both');
select is(state_of(:'iid'), 'ready', 'decision 3 nothing moves backwards');
select enter('peer', :'aid', :'pid') \g /dev/null
create or replace function tests.status(in_id uuid) returns jsonb language sql as $$ select answer(format('select body from statuses_json where participant_id = %L', in_id))->'body' $$;
create or replace function tests.to_do(in_person uuid, in_intake uuid) returns text language sql as $$
    select string_agg(t->>'code', ', ') from jsonb_array_elements(status(in_person)->'intakes') i, jsonb_array_elements(i->'left_to_do') t where i->>'intake_id' = in_intake::text $$;
select is(to_do(:'pid', :'iid'), 'accept_consent, accept_confidentiality', 'decision 3 exactly these acceptances are asked again');
select is(faults(format('select * from acceptances_create(%L, %L)', :'pid', (select jsonb_build_object('document_id', id, 'language_read', 'en') from documents where kind = 'consent' and number = 1))), 'document_id not-current', 'an old version cannot be accepted');
select answer(accepts(:'pid', 'consent')), answer(accepts(:'pid', 'confidentiality')) \g /dev/null
select is(to_do(:'pid', :'iid'), null, 'decision 3 and nothing else');

-- Status: the state in plain words, what is left, whom to call.
select person('QC', 'fr') as eleventh \gset
select intake(:'eleventh', 'group', 'form_sent') as seen \gset
update safety_plans set confirmed_at = null where participant_id = :'eleventh';
select enter('peer', account_of(:'eleventh'), :'eleventh') \g /dev/null
select is(to_do(:'eleventh', :'seen'), 'fill_form, accept_privacy_notice, accept_code_of_conduct, accept_consent, accept_confidentiality, accept_safety_protocol, confirm_safety_plan', 'S1.35 what is left to do, in order');
select is(status(:'eleventh')#>'{intakes,0,text}' ?& '{en,fr}', true, 'S1.35 in plain words, in both languages');
select is(status(:'eleventh')->'help', '{"line": "1-844-750-1648", "crisis": "9-8-8", "emergency": "911"}'::jsonb, 'R20 whom to call');
select is(status(:'pid'), null, 'R2 another''s status does not exist');
select set_config('app.language', 'fr', true) \g /dev/null
select is(status(:'eleventh')#>'{intakes,0,text}' ? 'en', false, 'one language when one was asked for');
select is(answer(format('select body from intakes_json where id = %L', :'seen'))#>'{body,coordinator_account_id}', 'null'::jsonb, 'A6.8 a peer sees nobody else''s id');
select is(answer(format('select body from intakes_json where id = %L', :'iid')), null, 'R2 another''s intake does not exist');

-- Regions and exclusions.
select enter('coordinator', :quebec, null, '{QC}') \g /dev/null
select is(answer(format('select body from intakes_json where id = %L', :'iid')), null, 'R14 an intake of another region does not exist');
select is(refusal(format('select * from intakes_send_form(%L, null)', :'iid')), 'not-found', 'R14 nor can it be moved');
select is(state(format('select * from intakes_close(%L, null, ''{"outcome": "other_service"}'')', :'seen')), 'closed', 'one of the own region is');
select enter('coordinator', :boss) \g /dev/null
select answer(format('select * from participants_update(%L, null, ''{"region": "QC"}'', null)', :'pid')) \g /dev/null
select is((select region from intakes where id = :'iid'), 'QC', 'a person who moves takes their intakes along');
select enter('coordinator', :quebec, null, '{QC}') \g /dev/null
select is(refusal(format('select body from intakes_json where id = %L', :'iid')), null, 'to their new coordinator');
select enter('coordinator', :boss) \g /dev/null
select answer(format('select * from exclusions_create(%L, %L)', :'pid', jsonb_build_object('account_id', :quebec, 'reason', 'own_case'))) \g /dev/null
select enter('coordinator', :quebec, null, '{QC}') \g /dev/null
select is(answer(format('select body from intakes_json where id = %L', :'iid')), null, 'I13 not to whoever is excluded');
select is(refusal(format('select * from intakes_withdraw(%L)', :'iid')), 'not-found', 'I13 who cannot change it either');

-- Each role, each table, each verb.
create or replace function tests.row_of(in_table text, in_person uuid, in_intake uuid, in_account uuid) returns text language sql as $$
    select case in_table
        when 'intakes' then format('insert into intakes (participant_id, track, coordinator_account_id, created_at) values (%L, ''activity'', %L, app_now())', in_person, in_account)
        when 'intake_forms' then format('insert into intake_forms (intake_id, participant_id) values (%L, %L)', in_intake, in_person)
        when 'acceptances' then format('insert into acceptances (participant_id, document_id, language_read, accepted_at) select %L, id, ''en'', app_now() from documents', in_person)
        when 'updates' then format('insert into updates (intake_id, participant_id, method, recorded_by, recorded_at) values (%L, %L, ''phone'', %L, app_now())', in_intake, in_person, in_account)
        else format('insert into %s default values', in_table) end $$;
create or replace function tests.matrix(in_role text, in_account uuid, in_own uuid, in_person uuid, in_intake uuid) returns text language plpgsql as $$
begin
    perform enter(in_role, in_account, in_own);
    return (select string_agg(t || ' ' || verbs(t, row_of(t, in_person, in_intake, in_account)), ', ' order by place)
        from unnest(array['intakes', 'intake_forms', 'acceptances', 'updates', 'track_documents', 'intake_transitions', 'plain_texts']) with ordinality u (t, place));
end $$;
select is(matrix('coordinator', :boss, null, :'ninth', :'told'), 'intakes SIU, intake_forms SIU, acceptances S, updates SI, track_documents S, intake_transitions S, plain_texts S', 'a coordinator opens, helps and tells, and accepts nothing');
select is(matrix('peer', account_of(:'ninth'), :'ninth', :'ninth', :'told'), 'intakes SU, intake_forms SU, acceptances I, updates S, track_documents S, intake_transitions S, plain_texts S', 'a peer fills in and accepts');
select is(matrix('peer', account_of(:'eleventh'), :'eleventh', :'ninth', :'told'), 'intakes SU, intake_forms SU, acceptances , updates , track_documents S, intake_transitions S, plain_texts S', 'R2 and writes nothing for another');
select is(matrix(r, :boss, null, :'ninth', :'told'), 'intakes , intake_forms , acceptances , updates , track_documents S, intake_transitions S, plain_texts S', 'R2 ' || r || ' has no intake of anybody')
from unnest(array['peer_supporter', 'mental_health_professional', 'line', 'administrator', 'public', 'nobody']) r;
select is((select string_agg(t || ' ' || coalesce(worker_verbs(t), ''), ', ' order by t) from unnest(array['intakes', 'intake_forms', 'acceptances', 'updates']) t),
    'acceptances S, intake_forms , intakes SU, updates SU', 'the worker moves a receipt and the clock, and reads no form');
select is((select array_agg(attname::text order by attname) from pg_attribute where attrelid = 'intakes'::regclass and attnum > 0
    and has_column_privilege('alongside_worker', attrelid, attnum, 'update')), '{acknowledged_at,last_told_at,meeting_starts_at,state,update_due_at,version}', 'in these columns only');

select * from finish();
rollback;
