-- SPDX-License-Identifier: MIT
-- The kernel's half in SQL: context, idempotency, sealed values, audit and its chain.
begin;
\ir 00_helpers.sql
select plan(59);

-- Context: the account must exist, be active, and have the token's role.
select account('coordinator', 'a0000000-0000-4000-8000-000000000001', '{QC,ON}');
select account('line', 'a0000000-0000-4000-8000-000000000002');
update accounts set is_active = false where id = 'a0000000-0000-4000-8000-000000000002';
prepare enter (text, text, text) as select context_enter($1, $2, $3, 'fr', '22222222-2222-4222-8222-222222222222', null, 'op');
select is(refusal($$select context_enter('urn:alongside:local', 'nobody', 'coordinator', 'both', null, null, 'op')$$),
    'unauthenticated', 'an unknown subject does not come in');
select is(refusal($$select context_enter('https://other.example', 'a0000000-0000-4000-8000-000000000001', 'coordinator', 'both', null, null, 'op')$$),
    'unauthenticated', 'the same subject of another issuer does not come in');
select is(refusal($$select context_enter('urn:alongside:local', 'a0000000-0000-4000-8000-000000000001', 'administrator', 'both', null, null, 'op')$$),
    'unauthenticated', 'R15: a role the account does not have does not come in');
select is(refusal($$select context_enter('urn:alongside:local', 'a0000000-0000-4000-8000-000000000002', 'line', 'both', null, null, 'op')$$),
    'unauthenticated', 'R15: a leaver loses access at once');
select is(refusal($$select context_enter('urn:alongside:local', 'a0000000-0000-4000-8000-000000000001', 'public', 'both', null, null, 'op')$$),
    null, 'the public needs no account');
select is(refusal($$execute enter('urn:alongside:local', 'a0000000-0000-4000-8000-000000000001', 'coordinator')$$), null, 'an active account comes in');
set local role alongside_api;
execute enter('urn:alongside:local', 'a0000000-0000-4000-8000-000000000001', 'coordinator');
reset role;
select is(actor_role(), 'coordinator', 'the role is known');
select is(actor_account_id(), 'a0000000-0000-4000-8000-000000000001'::uuid, 'the account is known');
select is(actor_participant_id(), null, 'staff have no participant');
select is(actor_regions(), '{QC,ON}'::text[], 'the regions are known');
select is(localized('e', 'f')::text, '{"fr" : "f"}', 'one language was asked for');
select is(app_now(), transaction_timestamp(), 'the clock is the transaction''s');
select clock('2026-09-25 20:00:00Z');
select is(app_now(), '2026-09-25 20:00:00Z'::timestamptz, 'a test may set the clock');
select clock(null);
set local role alongside_api;
select context_enter(null, null, 'public', 'both', null, '2026-01-01T00:00:00Z', 'op') \g /dev/null
reset role;
select is(actor_account_id(), null, 'a public request has no account, whatever was there before');
select is(localized('e', 'f')::text, '{"en" : "e", "fr" : "f"}', 'both languages without a wish');
select set_config('app.role', '', true) \g /dev/null
select is(actor_role(), 'nobody', 'no context is nobody');
select clock(null);
select is(utc('2026-07-10 17:00:00-04'), '2026-07-10T21:00:00Z', 'T6: moments are UTC with Z');

-- Idempotency: a key is used once; repeated, it answers again.
select enter('coordinator', 'a0000000-0000-4000-8000-000000000001');
select is(refusal($$select idempotency_key_claim('k', 'f1')$$), null, 'a new key is claimed');
select answer($$select idempotency_key_claim('k', 'f1')$$) \g /dev/null
select is(current_setting('app.idempotency_key'), 'k', 'and remembered for the answer');
select is(refusal($$select idempotency_key_replay('k', 'f1')$$), 'idempotency-in-progress', 'a request without an answer is still running');
select is((answer($$select * from respond(201, '{"a": 1}', '/v1/x/1', 3)$$)->>'etag'), '3', 'the answer goes out');
select is(refusal($$select idempotency_key_claim('k', 'f1')$$), 'idempotency-replay', 'the same key is told to replay');
select is((answer($$select * from idempotency_key_replay('k', 'f1')$$) - 'next'),
    '{"status": 201, "body": {"a": 1}, "location": "/v1/x/1", "etag": "3"}'::jsonb, 'and gets the first answer');
select is(refusal($$select * from idempotency_key_replay('k', 'f2')$$), 'idempotency-key-reused', 'for another request the key is refused');
select enter('coordinator', 'a0000000-0000-4000-8000-000000000009');
select is(refusal($$select idempotency_key_claim('k', 'f1')$$), null, 'another account has keys of its own');
select is(refusal($$select * from idempotency_key_replay('k', 'f1')$$), 'idempotency-in-progress', 'and never sees this one''s answer');
select enter('coordinator', 'a0000000-0000-4000-8000-000000000001');
select set_config('app.operation', 'other_operation', true) \g /dev/null
select is(refusal($$select idempotency_key_claim('k', 'f1')$$), null, 'another operation has keys of its own');
select set_config('app.operation', 'tests_run', true) \g /dev/null
select clock(now() + interval '25 hours');
select is(refusal($$select idempotency_key_claim('k', 'f2')$$), null, 'after a day a key is new again');
select clock(null);
select is(answer($$select * from respond(200, '{}')$$)->>'status', '200', 'without a key an answer is not kept');
select is((select count(*) from idempotency_keys where body::text = '{}'), 0::bigint, 'really not');

-- Versions
select is(refusal($$select require_version(null, 3)$$), null, 'no condition, any version');
select is(refusal($$select require_version('{2,3}', 3)$$), null, 'one of several versions');
select is(refusal($$select require_version('{2}', 3)$$), 'precondition-failed', 'an old version is refused');
select is(refusal($$select require_version('{}', 3)$$), 'precondition-failed', 'a tag that means nothing matches nothing');
select is(refusal($$select require_version('{2}', null)$$), 'not-found', 'of nothing there is no version');

-- Sealed values
select is(unseal('referral.name', null), null, 'nothing stays nothing');
select lives_ok($$select keep_key(tests.key('33333333-3333-4333-8333-333333333333'), 'referral', '44444444-4444-4444-8444-444444444444')$$, 'a key is kept');
select is(unseal('referral.name', '33333333-3333-4333-8333-333333333333.cGF5bG9hZA'),
    e'\x01referral.name.33333333-3333-4333-8333-333333333333.k1~d3JhcHBlZA.cGF5bG9hZA', 'the mark has label, key, wrapped key and payload');
select is(refusal($$select keep_key(tests.key(gen_random_uuid()), 'staff', gen_random_uuid())$$), '42501',
    'a coordinator keeps no keys of staff');
select enter('line', 'a0000000-0000-4000-8000-000000000002');
select is(answer($$select unseal('referral.name', '33333333-3333-4333-8333-333333333333.cGF5bG9hZA') as text$$)->>'text', null,
    'the line opens nothing, not even what it sent');
select enter('coordinator', 'a0000000-0000-4000-8000-000000000001');
select answer($$select erase_keys('referral', '44444444-4444-4444-8444-444444444444')$$) \g /dev/null
select is(unseal('referral.name', '33333333-3333-4333-8333-333333333333.cGF5bG9hZA'), null, 'decision 11: without its key a value is gone');

-- Audit: written with the act, never changed.
select is(refusal($$select audit('read', 'referral', null)$$), null, 'who acts is written down');
select is(refusal($$insert into audit_events (at, account_id, role, operation, action, object_type)
    values (now(), 'a0000000-0000-4000-8000-000000000009', 'coordinator', 'x', 'read', 'x')$$), '42501', 'nobody writes in another name');
select answer($$select audit('read', 'referral', '55555555-5555-4555-8555-555555555555', array['66666666-6666-4666-8666-666666666666', null]::uuid[], '{name}')$$) \g /dev/null
select is((select row(role, account_id, operation, action, object_type, participant_ids, fields, request_id)::text from audit_events
        where object_id = '55555555-5555-4555-8555-555555555555'),
    '(coordinator,a0000000-0000-4000-8000-000000000001,tests_run,read,referral,{66666666-6666-4666-8666-666666666666},{name},11111111-1111-4111-8111-111111111111)',
    'R14: role, account, operation, object, whose, which fields');
select is(refusal('update audit_events set role = role'), '42501', 'requests cannot change the audit');
select is(refusal('delete from audit_events'), '42501', 'nor delete from it');
select throws_ok('update audit_events set role = role', '42501', null, 'nor can a superuser by mistake');
select throws_ok('delete from audit_events', '42501', null, 'nor delete');
select throws_ok('truncate audit_events', '42501', null, 'nor truncate');

-- The chain. Events of this transaction are not final, so finished ones are written here.
insert into audit_events (xid, at, role, operation, action, object_type, participant_ids)
select '3', now(), 'peer', 'op', 'read', 'thing', array[gen_random_uuid()] from generate_series(1, 3);
select cmp_ok(audit_link_append(), '>=', 3::bigint, 'what is final is linked');
select is((select ok from audit_link_verify()), true, 'an untouched chain is whole');
select is(audit_link_append(), 0::bigint, 'nothing is linked twice');
set local session_replication_role = replica;
savepoint before_tampering;
update audit_events set role = 'nobody' where xid = '3';
select is((select ok from audit_link_verify()), false, 'a superuser''s change of a linked event is found');
select is((select first_bad from audit_link_verify()), (select min(seq) from audit_links where upto_xid > '3'), 'and where');
rollback to before_tampering;
delete from audit_events where id = (select min(id) from audit_events where xid = '3');
select is((select ok from audit_link_verify()), false, 'so is a deletion');
rollback to before_tampering;
insert into audit_events (xid, at, role, operation, action, object_type) values ('3', now(), 'peer', 'op', 'read', 'thing');
select is((select ok from audit_link_verify()), false, 'so is an addition to what was final');
rollback to before_tampering;
update audit_links set hash = '\x00' where seq = (select max(seq) from audit_links);
select is((select ok from audit_link_verify()), false, 'so is a change of the chain itself');
rollback to before_tampering;
update audit_links set seq = seq + 1;
select is((select ok from audit_link_verify()), false, 'so is a chain without its beginning');
rollback to before_tampering;
set local session_replication_role = origin;

-- 5.2: zone data of 2026 or later.
select is((select string_agg(to_char('2026-12-15 12:00Z'::timestamptz at time zone z, 'HH24:MI'), ' ' order by n)
        from unnest(array['America/Vancouver', 'America/Edmonton', 'America/Yellowknife', 'America/Winnipeg', 'America/Toronto',
            'America/Regina', 'America/Halifax', 'America/St_Johns']) with ordinality t (z, n)),
    '05:00 06:00 06:00 07:00 07:00 06:00 08:00 08:30', 'A5.2: Pacific, mountain and central time no longer change');
select * from finish();
rollback;
