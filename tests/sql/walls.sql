-- SPDX-License-Identifier: MIT
-- The second wall where the first has failed: what a role could still do if any statement of its choice were run for it.
begin;
\ir 00_helpers.sql
\ir journey.psql
select plan(27);

select account('coordinator', 'c0000000-0000-4000-8000-000000000001') \g /dev/null
select account('coordinator', 'c0000000-0000-4000-8000-000000000002') \g /dev/null
select account('administrator', 'c0000000-0000-4000-8000-000000000003') \g /dev/null
\set boss '''c0000000-0000-4000-8000-000000000001'''
\set colleague '''c0000000-0000-4000-8000-000000000002'''
\set administrator '''c0000000-0000-4000-8000-000000000003'''
select enter('nobody') \g /dev/null
select person() as p \gset
select person() as q \gset
select intake(:'p', 'group', 'form_sent') as i \gset
select intake(:'q', 'group', 'form_sent') as j \gset
insert into sealed_keys (id, owner_type, owner_id, wrapped) values ('5ea1ed00-0000-4000-8000-00000000000a', 'participant', :'p', 'k1~d3JhcHBlZA');

-- R2: one sign-in, two sides. Neither who opens staff accounts nor who opens participants learns of the other side.
update accounts set issuer = 'https://id.example', subject = 'jane' where id = account_of(:'p');
\set identity '{"issuer": "https://id.example", "subject": "jane"}'
create or replace function tests.new_staff(in_email text) returns text language sql as $$
    select format('select * from staff_create(%L::jsonb, null)', jsonb_build_object('role', 'coordinator', 'name', '5ea1ed00-0000-4000-8000-00000000000b.y', 'email', '5ea1ed00-0000-4000-8000-00000000000b.y',
        'email_digest', in_email, 'languages', '["en"]'::jsonb, 'identity', '{"issuer": "https://id.example", "subject": "jane"}'::jsonb)) $$;
select enter('administrator', :administrator) \g /dev/null
create temp table hired as select answer(new_staff('digest-1')) as a;
select is(a->>'status', '201', 'R2 a peer''s sign-in is not taken for staff: that would tell who is a peer') from hired;
select is(refusal(new_staff('digest-2')), 'conflict', 'a colleague''s is');
select enter('coordinator', :boss) \g /dev/null
select is(refusal(format('select * from participants_create(%L, null)', jsonb_build_object('alias', 'Test twin', 'preferred_language', 'en',
    'affiliation_kind', 'cadet', 'age_attested', true, 'eligibility_attested', true, 'identity',
    (select jsonb_build_object('issuer', issuer, 'subject', subject) from accounts where id = :administrator)))), null,
    'nor is a colleague''s taken for a peer');

-- I13: whoever is both does not see their own file as staff, and has it as a peer.
create or replace function tests.sign_in(in_role text) returns void language sql as $$
    select context_enter('https://id.example', 'jane', in_role, 'both', '11111111-1111-4111-8111-111111111111', null, 'tests_run') $$;
select sign_in('coordinator') \g /dev/null
select is(touches(format('select from participants where id = %L', :'p')), false, 'I13 as staff one does not see oneself');
select is(touches(format('update participants set region = null where id = %L', :'p')), false, 'nor changes oneself');
select is(touches(format('select from intakes where participant_id = %L', :'p')), false, 'nor one''s intakes');
select is(touches(format('update intakes set version = 9 where participant_id = %L', :'p')), false, 'which one does not change either');
select is(touches(format('select from contacts where participant_id = %L', :'p')), false, 'nor what hangs on oneself');
select is(touches(format('select from participants where id = %L', :'q')), true, 'but everybody else');
select sign_in('peer') \g /dev/null
select is(touches(format('select from participants where id = %L', :'p')), true, 'as a peer one has one''s file');
select is(touches(format('select from participants where id = %L', :'q')), false, 'and nobody else''s');
select throws_ok($$select sign_in('administrator')$$, 'AP000', 'unauthenticated', 'the role is still the account''s');

-- What hangs on an intake is of the intake's participant.
select enter('peer', account_of(:'p'), :'p') \g /dev/null
select is(refusal(format('insert into outbox (kind, participant_id, intake_id, due_at, created_at, changed_at) values (''form_sent'', %L, %L, now(), now(), now())', :'p', :'j')),
    '23503 outbox__intake_id__participant', 'mail of one''s own tells nothing of another''s intake');
select enter('coordinator', :boss) \g /dev/null
select is(refusal(format('insert into updates (intake_id, participant_id, method, recorded_by, recorded_at) values (%L, %L, ''phone'', %L, now())', :'j', :'p', :boss)),
    '23503 updates__intake_id__participant', 'nor does a status update');
select is(refusal(format('update intake_forms set participant_id = %L where intake_id = %L', :'p', :'j')), '23503 intake_forms__intake_id__participant', 'nor a form');

-- Keys: nobody adds to, or erases, the keys of somebody they do not see.
insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (:'p', :colleague, 'own_case', :boss, now());
select is(touches(format('delete from sealed_keys where owner_id = %L', :'p')), true, 'a coordinator may erase');
select enter('coordinator', :colleague) \g /dev/null
select is(touches(format('delete from sealed_keys where owner_id = %L', :'p')), false, 'but not whom they do not see');
select is(refusal(format('insert into sealed_keys (id, owner_type, owner_id, wrapped) values (gen_random_uuid(), ''participant'', %L, ''x'')', :'p')), '42501', 'nor add a key');

-- The audit says who it was.
select is(refusal('insert into audit_events (at, role, operation, action, object_type, account_id) values (now(), ''peer'', ''x'', ''x'', ''x'', actor_account_id())'),
    '42501', 'nobody writes in another role''s name');
select is(refusal(format('insert into audit_events (at, role, operation, action, object_type, account_id) values (now(), ''coordinator'', ''x'', ''x'', ''x'', %L)', :boss)),
    '42501', 'nor in another person''s');

-- A peer changes an intake by a step, never beside one.
select enter('peer', account_of(:'p'), :'p') \g /dev/null
select is(refusal(format('update intakes set valid_until = now() + interval ''9 years'' where id = %L', :'i')), '42501', 'nobody makes their own intake last longer');
select is(refusal(format('update intakes set update_due_at = now() + interval ''1 year'' where id = %L', :'i')), '42501', 'nor puts off being told');

-- A kept answer is given again only while its subject is seen.
create or replace function tests.kept(in_location text) returns void language sql as $$
    delete from idempotency_keys;
    insert into idempotency_keys (account_id, operation, key, fingerprint, status, body, location, created_at)
    values (actor_account_id(), 'tests_run', 'k', 'f', 201, '{"alias": "Maple"}', in_location, now()) $$;
select enter('coordinator', :colleague) \g /dev/null
select kept('/v1/participants/' || :'p') \g /dev/null
select is(refusal('select * from idempotency_key_replay(''k'', ''f'')'), 'conflict', 'R14 of a person who is no longer seen nothing is repeated');
select kept('/v1/intakes/' || :'i' || '/updates') \g /dev/null
select is(refusal('select * from idempotency_key_replay(''k'', ''f'')'), 'conflict', 'nor of their intake');
select kept('/v1/participants/' || :'q') \g /dev/null
select is(answer('select * from idempotency_key_replay(''k'', ''f'')')->>'status', '201', 'of others it is');
select kept('/v1/exclusions/' || :'p') \g /dev/null
select is(answer('select * from idempotency_key_replay(''k'', ''f'')')->>'status', '201', 'as is what one has said oneself');
select is(refusal('select * from idempotency_key_replay(''k'', ''g'')'), 'idempotency-key-reused', 'and only to the same request');
select * from finish();
rollback;
