-- SPDX-License-Identifier: MIT
-- Participants and the records around them: each function, each refusal, and who sees what.
begin;
\ir 00_helpers.sql
\ir journey.psql
select plan(106);

select account('coordinator', 'c0000000-0000-4000-8000-000000000001') \g /dev/null
select account('coordinator', 'c0000000-0000-4000-8000-000000000002', '{QC}') \g /dev/null
\set boss '''c0000000-0000-4000-8000-000000000001'''
\set quebec '''c0000000-0000-4000-8000-000000000002'''
\set seal '''5ea1ed00-0000-4000-8000-000000000001'''
select enter('coordinator', :boss) \g /dev/null

-- Opening.
create temp table made as select answer(format($$select * from participants_create('{"alias": "Test maple", "preferred_language": "fr",
    "pronouns": "elle", "region": "ON", "timezone": "America/Toronto", "affiliation_kind": "caf_former", "age_attested": true,
    "eligibility_attested": true, "accessibility_needs": "%1$s.pay"}', '{"id": "%1$s", "wrapped": "k1~d3JhcHBlZA"}')$$, :seal)) as a;
select a#>>'{body,id}' as pid, a#>>'{body,account_id}' as aid from made \gset
select is(a->>'status', '201', 'a participant is opened') from made;
select is(a->>'location', '/v1/participants/' || :'pid', 'and has a place') from made;
select is((a->'body') - array['id', 'account_id', 'accessibility_needs', 'created_at', 'age_attested_at', 'eligibility_attested_at'],
    '{"alias": "Test maple", "preferred_language": "fr", "pronouns": "elle", "region": "ON", "timezone": "America/Toronto",
        "affiliation_kind": "caf_former", "status": "active"}'::jsonb, 'as it was told') from made;
select is(a#>>'{body,accessibility_needs}', e'\x01participant.accessibility_needs.' || :seal || '.k1~d3JhcHBlZA.pay',
    'sealed text comes out as a mark') from made;
select isnt(a#>>'{body,age_attested_at}', null, 'S2.4 the attestation of age is a moment, not a birthday') from made;
select is((select array[role, is_active::text] from accounts where id = :'aid' and participant_id = :'pid' and subject = :'aid'),
    '{peer,true}', 'the peer''s account is opened with it');
select is((select array[count(*)] || (select count(*) from safety_plans where participant_id = :'pid')
    || (select count(*) from emergency_contacts where participant_id = :'pid') from contacts where participant_id = :'pid'),
    '{1,1,1}'::bigint[], 'so are the records around it, empty');
select is((select may_know_program from emergency_contacts where participant_id = :'pid'), false,
    'R7 the emergency contact may not know of the program unless the person says so');
select is((select ok_to_email from contacts where participant_id = :'pid'), false, 'R3 no mail unless the person says so');
select is((select array[action, object_type] from audit_events where participant_ids = array[:'pid'::uuid]), '{create,participant}',
    'the opening is in the audit');
select is((select fields from audit_events where participant_ids = array[:'pid'::uuid]), '{accessibility_needs,affiliation_kind,age_attested,alias,eligibility_attested,preferred_language,pronouns,region,timezone}',
    'with names of fields, never their content');
create or replace function tests.new(in_change text) returns text language sql as $$
    select format('select * from participants_create(%L::jsonb || %L::jsonb, null)', '{"alias": "Test cedar", "preferred_language": "en",
        "affiliation_kind": "cadet", "age_attested": true, "eligibility_attested": true}', in_change) $$;
select is(refusal(new('{}')), null, 'region, zone and pronouns need not be said');
select is(refusal_detail(new('{"age_attested": false}')), '{"errors": [{"code": "required", "pointer": "#/age_attested"}]}', 'I9, S2.4 under 18 nobody is a participant');
select is(refusal_detail(new('{"eligibility_attested": null, "age_attested": null}')), '{"errors": [{"code": "required", "pointer": "#/age_attested"}, {"code": "required", "pointer": "#/eligibility_attested"}]}',
    'I9, S2.5 nor without both attestations; both faults at once');
select is((select count(*) from information_schema.columns where table_schema = 'alongside' and table_name = 'participants'
    and column_name in ('age_attested_at', 'eligibility_attested_at') and is_nullable = 'NO'), 2::bigint, 'I9 the table itself knows nobody unattested');
select is(refusal_detail(new('{"timezone": "EST"}')), '{"errors": [{"code": "unknown-zone", "pointer": "#/timezone"}]}', 'A5.2 EST is not a zone');
select is(refusal(new('{"alias": "tEST MAPLE"}')), '23505 participants__alias__taken', 'an alias is taken, however it is written');
select is(refusal(new('{"alias": " Test cedar"}')), '23514 participants__alias__trimmed', 'an alias has no blank at its ends');
select is(refusal(new('{"alias": "C"}')), '23514 participants__alias__length', 'an alias has two characters');
select is(refusal(new('{"region": "XX"}')), '23514 region__region__known', 'a region is one of the list');
select is(refusal(new('{"affiliation_kind": "veteran_major"}')), '23514 participants__affiliation_kind__known', 'S2.3 affiliation is one of six kinds, no finer');
select is(refusal(new('{"preferred_language": "de"}')), '23514 participants__preferred_language__known', 'language is en or fr');
select is(refusal(new(format('{"identity": {"issuer": "urn:alongside:local", "subject": "%s"}}', :'aid'))), 'conflict', 'an identity belongs to one account');
select is(refusal_detail(new(format('{"identity": {"issuer": "urn:alongside:local", "subject": "%s"}}', :'aid'))), '{"errors": [{"code": "taken", "pointer": "#/identity/subject"}]}', 'and the fault names it');
select is(answer(new('{"alias": "Test login", "identity": {"issuer": "https://id.example", "subject": "s-1"}}'))->>'status', '201', 'a peer comes with an identity of their provider');
select is((select a.issuer || ' ' || a.subject from accounts a join participants p on p.account_id = a.id where p.alias = 'Test login'), 'https://id.example s-1', 'under which the account is found');
select is(refusal(new('{"referral_id": "00000000-0000-4000-8000-00000000dead"}')), 'validation-failed', 'a referral that does not exist opens nobody');
insert into referrals (id, recorded_by, channel, language, callback_method, callback_handle, ok_to_leave_message, caller_consented_at,
    received_at, reply_due, reply_breach, created_at, updated_at)
values ('4ef00000-0000-4000-8000-000000000001', :boss, 'email_self', 'en', 'email', 'x.y', false, app_now(), app_now(),
    app_now() + interval '1 day', app_now() + interval '2 days', app_now(), app_now());
select is(refusal(new('{"referral_id": "4ef00000-0000-4000-8000-000000000001"}')), 'conflict-state', 'nor one that nobody has answered');
update referrals set state = 'contacted', first_reply_at = received_at, first_reply_by = :boss where id = '4ef00000-0000-4000-8000-000000000001';
select is(answer(new('{"referral_id": "4ef00000-0000-4000-8000-000000000001"}'))->>'status', '201', 'S1.26 a contacted referral becomes a participant');
select is((select state from referrals where id = '4ef00000-0000-4000-8000-000000000001'), 'converted', 'and is converted in the same breath');
select enter('coordinator', :quebec, null, '{QC}') \g /dev/null
select is(refusal_detail(new('{"alias": "Test far", "region": "BC"}')), '{"errors": [{"code": "not-allowed", "pointer": "#/region"}]}', 'R14 a coordinator of regions opens files there only');
select is(refusal(new('{"alias": "Test near", "region": "QC"}')), null, 'there');
select is(refusal(new('{"alias": "Test nowhere"}')), null, 'or where no region is known yet');

-- Changing.
select enter('coordinator', :boss) \g /dev/null
create or replace function tests.change(in_id uuid, in_body text, in_version text default '{1}') returns text language sql as $$
    select format('select * from participants_update(%L, %L, %L, null)', in_id, in_version, in_body) $$;
select is(answer(change(:'pid', '{"region": "QC", "pronouns": null}'))#>>'{etag}', '2', 'a change makes a new version');
select is((select array[region, pronouns, alias] from participants where id = :'pid'), '{QC,NULL,"Test maple"}', 'null removes, what is not named stays');
select is(refusal(change(:'pid', '{"pronouns": "x"}')), 'precondition-failed', 'an old version changes nothing');
select is(refusal(change(:'pid', '{"pronouns": "x"}', '{}')), 'precondition-failed', 'no version matches nothing');
select is(refusal(change(:'pid', '{"pronouns": "x"}', '{7,2}')), null, 'one of several does');
select is(refusal(change('00000000-0000-4000-8000-00000000dead', '{"pronouns": "x"}')), 'not-found', 'what does not exist cannot be changed');
select is(refusal(change(:'pid', '{"timezone": "Mars/Olympus"}', '{2}')), 'validation-failed', 'zones are known ones');
select is(refusal(format('update participants set age_attested_at = app_now() + interval ''1 day'' where id = %L', :'pid')), '42501', 'I9 an attestation is given once');
select enter('coordinator', :quebec, null, '{QC}') \g /dev/null
select is(refusal_detail(change(:'pid', '{"region": "BC"}', '{2}')), '{"errors": [{"code": "not-allowed", "pointer": "#/region"}]}', 'R14 nobody moves a file out of their sight');
select enter('peer', :'aid', :'pid') \g /dev/null
select is(answer(change(:'pid', '{"pronouns": "iel", "preferred_language": "en", "timezone": "America/Halifax"}', '{2}'))->>'status', '200', 'R12 a peer changes their own pronouns, language and zone');
select is(refusal_detail(change(:'pid', '{"alias": "Me", "region": "ON", "pronouns": "x"}', '{3}')),
    '{"errors": [{"code": "not-allowed", "pointer": "#/alias"}, {"code": "not-allowed", "pointer": "#/region"}]}', 'but neither alias nor region; both faults at once');
select is(refusal(format('update participants set alias = ''Me'' where id = %L', :'pid')), '42501', 'and the second wall says the same');

-- Contact.
create or replace function tests.contact(in_id uuid, in_body text, in_version text default null) returns text language sql as $$
    select format('select * from contacts_update(%L, %L, %L, null)', in_id, in_version, in_body) $$;
select enter('peer', :'aid', :'pid') \g /dev/null
select is(answer(contact(:'pid', '{"name_to_use": null, "phone": null, "safe_hours": null}', '{1}'))->>'etag', '2', 'a peer writes their own contact');
select is((select rules_answered_at from contacts where participant_id = :'pid'), null, 'what is safe is not answered by silence');
select is(answer(contact(:'pid', '{"ok_to_email": false}'))#>>'{body,ok_to_email}', 'false', 'no is an answer');
select isnt((select rules_answered_at from contacts where participant_id = :'pid'), null, 'and counts as one');
\set mail '"email": "5ea1ed00-0000-4000-8000-000000000001.m", "email_digest": "d"'
select is(refusal_detail(contact(:'pid', '{' || :'mail' || ', "email_is_government": true}')), '{"errors": [{"code": "work-address", "pointer": "#/email"}]}',
    'R3 a work address needs the person''s agreement');
select is(answer(contact(:'pid', '{' || :'mail' || ', "email_is_government": true, "work_address_acknowledged": true}'))#>>'{body,email_is_government}', 'true', 'R3 given with it, it is kept');
select is(refusal_detail(contact(:'pid', '{"work_address_acknowledged": false}')), '{"errors": [{"code": "work-address", "pointer": "#/work_address_acknowledged"}]}', 'R3 the agreement cannot go while the address stays');
select is(refusal(contact(:'pid', '{' || :'mail' || ', "email_is_government": true}')), 'validation-failed', 'R3 a new work address asks again');
select is(answer(contact(:'pid', '{' || :'mail' || ', "email_is_government": false}'))#>>'{body,work_address_acknowledged}', 'false', 'an own address needs none');
select is(refusal(format('update contacts set email_is_government = true where participant_id = %L', :'pid')), '23514 contacts__email__work_address', 'R3 the table says the same');
select is(answer(contact(:'pid', '{"email": null, "email_digest": null, "email_is_government": null}'))#>>'{body,email}', null, 'an address can be taken away');
select is(refusal(contact(:'pid', '{"ok_to_email": true}', '{1}')), 'precondition-failed', 'an old version changes nothing');
select is(refusal(contact('00000000-0000-4000-8000-00000000dead', '{"ok_to_email": true}')), 'not-found', 'whose does not exist is not found');

-- Safety plan and emergency contact.
create or replace function tests.plan_body(in_id uuid) returns jsonb language sql as $$ select answer(format('select body from safety_plans_json where participant_id = %L', in_id))->'body' $$;
select is(plan_body(:'pid')->>'needs_confirmation', 'true', 'R7 a plan that was never confirmed wants to be');
select is(answer(format($$select * from safety_plans_replace(%L, '{1}', '{"current_place_method": null, "consent_to_checkin": true}', null)$$, :'pid'))#>>'{body,needs_confirmation}', 'false', 'R7 writing it confirms it');
select is(plan_body(:'pid')->>'consent_to_checkin', 'true', 'the consent to a check-in is kept');
select clock(app_now() + interval '90 days') \g /dev/null
select is(plan_body(:'pid')->>'needs_confirmation', 'false', 'R7 for 90 days');
select clock(app_now() + interval '1 second') \g /dev/null
select is(plan_body(:'pid')->>'needs_confirmation', 'true', 'R7 and no longer');
select clock(null) \g /dev/null
select clock(app_now() + interval '1 second') \g /dev/null
select intake(:'pid', 'group', 'received') \g /dev/null
select clock(null) \g /dev/null
select is(plan_body(:'pid')->>'needs_confirmation', 'true', 'R7 every new intake asks again');
select is(refusal(format($$select * from safety_plans_replace(%L, '{1}', '{"current_place_method": null, "consent_to_checkin": true}', null)$$, :'pid')), 'precondition-failed', 'an old version changes nothing');
select is(refusal($$select * from safety_plans_replace('00000000-0000-4000-8000-00000000dead', null, '{"current_place_method": null, "consent_to_checkin": true}', null)$$), 'not-found', 'whose does not exist is not found');
create or replace function tests.emergency(in_id uuid, in_body text, in_version text default null) returns text language sql as $$
    select format('select * from emergency_contacts_replace(%L, %L, %L, null)', in_id, in_version, in_body) $$;
select is(refusal_detail(emergency(:'pid', '{"declined": false}')), '{"errors": [{"code": "required", "pointer": "#/name"}, {"code": "required", "pointer": "#/phone"}]}', 'somebody to call has a name and a number');
select is(refusal_detail(emergency(:'pid', '{"declined": true, "relation": "a.b"}')), '{"errors": [{"code": "invalid", "pointer": "#/relation"}]}', 'nobody to call has none');
select is(answer(emergency(:'pid', '{"declined": true}', '{1}'))#>>'{body,declined}', 'true', 'naming nobody is an answer');
select is(answer(emergency(:'pid', format('{"declined": false, "name": "%1$s.n", "phone": "%1$s.p"}', :seal)))#>>'{body,may_know_program}', 'false', 'R7 they may not know, unless it is said');
select is(answer(emergency(:'pid', '{"declined": true}'))#>>'{body,name}', null, 'a replacement is whole');
select is(refusal(emergency(:'pid', '{"declined": true}', '{1}')), 'precondition-failed', 'an old version changes nothing');
select is(refusal(emergency('00000000-0000-4000-8000-00000000dead', '{"declined": true}')), 'not-found', 'whose does not exist is not found');

-- Exclusions.
select enter('coordinator', :boss) \g /dev/null
select person('ON') as other \gset
create or replace function tests.exclude(in_id uuid, in_account uuid, in_reason text) returns text language sql as $$
    select format('select * from exclusions_create(%L, %L)', in_id, jsonb_build_object('account_id', in_account, 'reason', in_reason)) $$;
create temp table excluded as select answer(exclude(:'pid', :quebec, 'asked_by_peer')) as a;
select is(a->>'status', '201', 'a peer may ask that somebody stays out') from excluded;
select a#>>'{body,id}' as xid from excluded \gset
select is(refusal(exclude(:'pid', :quebec, 'own_case')), '23505 exclusions__account_id__taken', 'once is enough');
select is(refusal(exclude(:'pid', '00000000-0000-4000-8000-00000000dead', 'own_case')), '23503 exclusions__account_id__known', 'an account that does not exist cannot be kept out');
select is(refusal(exclude('00000000-0000-4000-8000-00000000dead', :quebec, 'own_case')), 'not-found', 'nor from a person that does not exist');
select is(refusal(exclude(:'pid', :boss, 'dislike')), '23514 exclusions__reason__known', 'a reason is one of two');
create or replace function tests.sees(in_id uuid) returns text language sql as $$
    select string_agg(t, ',' order by t) from unnest(array['participants', 'contacts', 'safety_plans', 'emergency_contacts', 'intakes',
        'intake_forms', 'acceptances', 'updates', 'outbox']) t
    where touches(format('select from %I where %I = %L', t, case t when 'participants' then 'id' else 'participant_id' end, in_id)) $$;
select accept(:'pid', '{consent}') \g /dev/null
insert into outbox (kind, participant_id, due_at, created_at, changed_at) values ('status_update', :'pid', app_now(), app_now(), app_now());
insert into updates (intake_id, participant_id, method, recorded_by, recorded_at) select id, participant_id, 'phone', :boss, app_now() from intakes where participant_id = :'pid';
\set all '''acceptances,contacts,emergency_contacts,intake_forms,intakes,outbox,participants,safety_plans,updates'''
select is(sees(:'pid'), :all, 'whoever is not excluded sees the file');
select enter('coordinator', :quebec, null, '{QC}') \g /dev/null
select is(sees(:'pid'), null, 'I13 for whom is excluded nothing of it exists');
select is(refusal(change(:'pid', '{"pronouns": "x"}', null)), 'not-found', 'I13 nor can they change it');
select is(refusal(format('select * from exclusions_delete(%L)', :'xid')), 'not-found', 'I13 nor let themselves in');
select is(answer(format('select body from exclusions_json where id = %L and participant_is_seen(participant_id)', :'xid')), null, 'I13 nor read why');
select is(refusal(exclude(:'pid', :quebec, 'own_case')), 'not-found', 'I13 the request itself finds nobody');
select enter('coordinator', :boss) \g /dev/null
select is(answer(format('select * from exclusions_delete(%L)', :'xid'))->>'status', '204', 'somebody else may let them in again');
select is(refusal(format('select * from exclusions_delete(%L)', :'xid')), 'not-found', 'once');
select enter('coordinator', :quebec, null, '{QC}') \g /dev/null
select is(sees(:'pid'), :all, 'then they see it again');
select is(sees(:'other'), null, 'R14, R2 a file of another region does not exist');
select is(refusal(contact(:'other', '{"ok_to_email": true}')), 'not-found', 'R14 nor can it be changed');
select is(answer(exclude(:'pid', :quebec, 'own_case'))->>'status', '201', 'I13 somebody steps away from their own case');
select is(sees(:'pid'), null, 'I13 and it is gone from them');

-- Each role, each table, each verb.
select enter('coordinator', :boss) \g /dev/null
select answer(exclude(:'other', :quebec, 'own_case')) \g /dev/null
create or replace function tests.row_of(in_table text, in_person uuid, in_account uuid) returns text language sql as $$
    select 'insert into ' || in_table || case in_table
        when 'participants' then format(' (account_id, alias, preferred_language, affiliation_kind, age_attested_at, eligibility_attested_at, created_by, created_at)
            values (%L, ''Test matrix'', ''en'', ''jcr'', app_now(), app_now(), %L, app_now())', in_account, in_account)
        when 'exclusions' then format(' (participant_id, account_id, reason, created_by, created_at) values (%L, %L, ''own_case'', %L, app_now())', in_person, 'c0000000-0000-4000-8000-000000000002', in_account)
        else format(' (participant_id) values (%L)', in_person) end $$;
create or replace function tests.matrix(in_person uuid, in_account uuid) returns text language sql as $$
    select string_agg(t || ' ' || verbs(t, row_of(t, in_person, in_account)), ', ' order by place)
    from unnest(array['participants', 'contacts', 'safety_plans', 'emergency_contacts', 'exclusions']) with ordinality u (t, place) $$;
select is(matrix(:'other', :boss), 'participants SIU, contacts SIU, safety_plans SIU, emergency_contacts SIU, exclusions SID', 'a coordinator opens, reads and changes; nothing is deleted but exclusions');
select enter('peer', account_of(:'other'), :'other') \g /dev/null
select is(matrix(:'other', account_of(:'other')), 'participants SU, contacts SU, safety_plans SU, emergency_contacts SU, exclusions ', 'a peer reads and changes their own');
select is(sees(:'pid'), null, 'R2 of others a peer sees nothing');
select is(matrix(:'pid', account_of(:'other')), 'participants SU, contacts SU, safety_plans SU, emergency_contacts SU, exclusions ', 'and writes nothing into their files');
create or replace function tests.matrix_as(in_role text, in_person uuid, in_account uuid) returns text language plpgsql as $$
begin
    perform enter(in_role, in_account);
    return matrix(in_person, in_account);
end $$;
select is(matrix_as(r, :'other', :boss), 'participants , contacts , safety_plans , emergency_contacts , exclusions ', 'R2 ' || r || ' has no file of anybody')
from unnest(array['peer_supporter', 'mental_health_professional', 'line', 'administrator', 'public', 'nobody']) r;
select is((select string_agg(t || ' ' || worker_verbs(t), ', ' order by t) from unnest(array['participants', 'contacts', 'safety_plans', 'emergency_contacts', 'exclusions']) t),
    'contacts S, emergency_contacts , exclusions , participants S, safety_plans ', 'the worker reads where mail goes, nothing else');
select is((select array_agg(attname::text order by attname) from pg_attribute where attrelid = 'contacts'::regclass and attnum > 0
    and has_column_privilege('alongside_worker', attrelid, attnum, 'select')), '{email,email_is_government,ok_to_email,participant_id,work_address_acknowledged}', 'neither name nor telephone');

-- A peer sees who has seen their file.
insert into staff (id, alias) values (:boss, 'Andrea');
select enter('coordinator', :boss) \g /dev/null
select answer(format('select b.* from participants_json b cross join lateral audit(''read'', ''participant'', b.id, array[b.id]) where b.id = %L', :'other')) \g /dev/null
select enter('peer', account_of(:'other'), :'other') \g /dev/null
select is(answer(format('select jsonb_agg(jsonb_build_array(e.role, e.action, staff_alias(e.account_id)) order by e.id) as seen from audit_events_find(''{"after": {"at": "infinity", "number": 9223372036854775807}, "limit": 9}'' || jsonb_build_object(''participant_id'', %L)) e', :'other'))->'seen',
    '[["coordinator", "create", "Andrea"], ["coordinator", "read", "Andrea"]]', 'A6.8 by the alias that staff show to peers');
select is(answer(format('select count(*) from audit_events_find(''{"after": {"at": "infinity", "number": 9223372036854775807}, "limit": 9}'' || jsonb_build_object(''participant_id'', %L)) e', :'pid'))->>'count', '0', 'of another file nothing');
select enter('line', :boss) \g /dev/null
select is(answer(format('select staff_alias(%L) as alias', :boss))->>'alias', null, 'nobody else asks for aliases');

select * from finish();
rollback;
