-- SPDX-License-Identifier: MIT
-- The kernel's half in SQL: context, idempotency, versions, sealed values, audit and its chain. Who may come in: accounts.sql.
begin;
\ir helpers.psql
select plan(54);

\set boss 'a0000000-0000-4000-8000-000000000001'
\set line 'a0000000-0000-4000-8000-000000000002'
select account('coordinator', :'boss', '{QC,ON}'), account('line', :'line') \g /dev/null

-- Context: what a request knows of itself, and nothing of the one before.
set local role alongside_api;
select context_enter('urn:alongside:local', :'boss', 'coordinator', 'fr', '22222222-2222-4222-8222-222222222222', null, 'op')
\g /dev/null
reset role;
select is(c.found, c.wanted, c.title) from (values
    (actor_role(), 'coordinator', 'the role is known'),
    (actor_account_id()::text, :'boss', 'the account is known'),
    (actor_participant_id()::text, null, 'staff have no participant'),
    (actor_region_keys()::text, '{-,QC,ON}', 'the regions are known, and that some people have none yet'),
    (actor_is_everywhere()::text, 'false', 'which is not everywhere'),
    (localized('e', 'f')::text, '{"fr" : "f"}', 'one language was asked for'),
    (app_now()::text, transaction_timestamp()::text, 'the clock is the transaction''s')) c (found, wanted, title);
select clock('2026-09-25 20:00:00Z') \g /dev/null
select is(app_now(), '2026-09-25 20:00:00Z'::timestamptz, 'a test may set the clock');
select clock(null) \g /dev/null
select set_eq('select unnest(region_keys())', $$select '-' union all select code from code_lists where list = 'region'$$,
    'everywhere is where somebody can live, and where nobody has said');
set local role alongside_api;
select context_enter(null, null, 'public', 'both', null, '2026-01-01T00:00:00Z', 'op') \g /dev/null
reset role;
select is(actor_account_id(), null, 'a public request has no account, whatever was there before');
select is(localized('e', 'f')::text, '{"en" : "e", "fr" : "f"}', 'both languages without a wish');
select set_config('app.role', '', true) \g /dev/null
select is(actor_role(), 'nobody', 'no context is nobody');
select clock(null) \g /dev/null
select is(utc('2026-07-10 17:00:00-04'), '2026-07-10T21:00:00Z', 'T6: moments are UTC with Z');

-- Idempotency: a key is used once; repeated, it answers again.
select enter('coordinator', :'boss') \g /dev/null
select is(refusal($$select idempotency_key_claim('k', 'f1')$$), null, 'a new key is claimed');
select answer($$select idempotency_key_claim('k', 'f1')$$) \g /dev/null
select is(current_setting('app.idempotency_key'), 'k', 'and remembered for the answer');
select is(refusal($$select idempotency_key_replay('k', 'f1')$$), 'idempotency-in-progress', 'a request without an answer is still running');
select '/v1/services/' || id as made from services limit 1 \gset
select is((answer(format('select * from respond(201, ''{"a": 1}'', %L, 3)', :'made'))->>'etag'), '3', 'the answer goes out');
select is(refusal($$select idempotency_key_claim('k', 'f1')$$), 'idempotency-replay', 'the same key is told to replay');
select is((answer($$select * from idempotency_key_replay('k', 'f1')$$) - 'next'),
    jsonb_build_object('status', 201, 'body', '{"a": 1}'::jsonb, 'location', :'made', 'etag', '3'), 'and gets the first answer');
select is(refusal($$select * from idempotency_key_replay('k', 'f2')$$), 'idempotency-key-reused', 'for another request the key is refused');
create function tests.claims(in_account uuid, in_operation text, in_at timestamptz, in_fingerprint text) returns text language plpgsql as $$
begin
    perform enter('coordinator', in_account);
    perform set_config('app.operation', in_operation, true);
    perform clock(in_at);
    return refusal(format('select idempotency_key_claim(''k'', %L)', in_fingerprint));
end
$$;
select is(claims(c.account::uuid, c.operation, c.at, c.fingerprint), c.refused, c.title) from (values
    ('another account has keys of its own', 'a0000000-0000-4000-8000-000000000009', 'tests_run', now(), 'f1', null),
    ('another operation as well', :'boss', 'other_operation', now(), 'f1', null),
    ('within a day a key is not new', :'boss', 'tests_run', now() + interval '23 hours', 'f1', 'idempotency-replay'),
    ('after it, it is', :'boss', 'tests_run', now() + interval '25 hours', 'f2', null)
    ) c (title, account, operation, at, fingerprint, refused);
select enter('coordinator', 'a0000000-0000-4000-8000-000000000009') \g /dev/null
select is(refusal($$select * from idempotency_key_replay('k', 'f1')$$), 'idempotency-in-progress',
    'another account never sees this one''s answer');
select enter('coordinator', :'boss') \g /dev/null
select clock(null) \g /dev/null
select is(answer($$select * from respond(200, '{}')$$)->>'status', '200', 'without a key an answer is not kept');
select is((select count(*) from idempotency_keys where body::text = '{}'), 0::bigint, 'really not');

select is(refusal(format('select require_version(%L, 3)', c.asked)), c.refused, c.title) from (values
    ('no condition, any version', null, null),
    ('one of several versions', '{2,3}', null),
    ('an old version is refused', '{2}', 'precondition-failed'),
    ('a tag that means nothing matches nothing', '{}', 'precondition-failed')) c (title, asked, refused);

-- Sealed values.
\set seal '33333333-3333-4333-8333-333333333333'
\set owner '44444444-4444-4444-8444-444444444444'
select is(unseal('referral.name', null), null, 'nothing stays nothing');
select answer(format('select keep_key(%L, ''referral'', %L)', key(:'seal'), :'owner')) \g /dev/null
select is(unseal('referral.name', :'seal' || '.cGF5bG9hZA'), e'\x01referral.name.' || :'seal' || '.cGF5bG9hZA.k1~d3JhcHBlZA',
    'the mark has label, key, wrapped key and payload');
select is(refusal(format('select keep_key(%L, ''staff'', gen_random_uuid())', key(gen_random_uuid()))), '42501',
    'a coordinator keeps no keys of staff');
select enter('line', :'line') \g /dev/null
select is(answer(format('select unseal(''referral.name'', %L) as text', :'seal' || '.cGF5bG9hZA'))->>'text', null,
    'the line opens nothing, not even what it sent');
select enter('coordinator', :'boss') \g /dev/null
select answer(format('select erase_keys(''referral'', %L)', :'owner')) \g /dev/null
select is(unseal('referral.name', :'seal' || '.cGF5bG9hZA'), null, 'decision 11: without its key a value is gone');

-- Audit: written with the act, never changed.
select answer($$select audit('read', 'referral', '55555555-5555-4555-8555-555555555555',
    array['66666666-6666-4666-8666-666666666666', null]::uuid[], '{name}')$$) \g /dev/null
select is((
    select row(role, account_id, operation, action, object_type, participant_ids, fields, request_id)::text from audit_events
    where object_id = '55555555-5555-4555-8555-555555555555'),
    '(coordinator,a0000000-0000-4000-8000-000000000001,tests_run,read,referral,{66666666-6666-4666-8666-666666666666},{name},'
    '11111111-1111-4111-8111-111111111111)', 'R14: role, account, operation, object, whose, which fields');
select is(refusal(c.tried), '42501', 'no request: ' || c.tried) from (values
    ('update audit_events set role = role'), ('delete from audit_events')) c (tried);
select throws_ok(c.tried, '42501', null, 'no superuser by mistake: ' || c.tried) from (values
    ('update audit_events set role = role'), ('delete from audit_events'), ('truncate audit_events')) c (tried);

-- The chain. Events of this transaction are not final, so finished ones are written here.
insert into audit_events (xid, at, role, operation, action, object_type, participant_ids)
select '3', now(), 'peer', 'op', 'read', 'thing', array[gen_random_uuid()] from generate_series(1, 3);
select cmp_ok(audit_link_append(), '>=', 3::bigint, 'what is final is linked');
select is((select ok from audit_link_verify()), true, 'an untouched chain is whole');
select is(audit_link_append(), 0::bigint, 'nothing is linked twice');
set local session_replication_role = replica;
-- What becomes of the chain when a superuser does this; undone.
create function tests.tampered(in_sql text) returns text language plpgsql as $$
declare
    found text;
begin
    execute in_sql;
    select concat_ws(' ', v.ok, case when v.first_bad = (select min(l.seq) from audit_links l where l.upto_xid > '3') then 'there' end)
    into found from audit_link_verify() v;
    raise exception using errcode = 'TT000';
exception when sqlstate 'TT000' then
    return found;
end
$$;
select is(tampered(c.done), c.found, c.title) from (values
    ('a change of a linked event is found, and where', 'update audit_events set role = ''nobody'' where xid = ''3''', 'f there'),
    ('so is a deletion', 'delete from audit_events where id = (select min(id) from audit_events where xid = ''3'')', 'f there'),
    ('so is an addition to what was final', 'insert into audit_events (xid, at, role, operation, action, object_type)
        values (''3'', now(), ''peer'', ''op'', ''read'', ''thing'')', 'f there'),
    ('so is a change of the chain itself', 'update audit_links set hash = ''\x00'' where seq = (select max(seq) from audit_links)',
        'f there'),
    ('so is a chain without its beginning', 'update audit_links set seq = seq + 1', 'f there')) c (title, done, found);
-- Whether the chain goes on after such a change; undone.
create function tests.goes_on(in_sql text) returns boolean language plpgsql as $$
declare
    goes_on boolean;
begin
    begin
        execute in_sql;
        goes_on := audit_link_append() is not null;
        raise exception using errcode = 'TT000';
    exception when sqlstate 'TT000' then
        return goes_on;
    end;
end
$$;
select is(goes_on('update audit_links set ' || c.set), c.goes_on, c.title) from (values
    ('at = at', true, 'a chain goes on in its cluster'),
    ('system_id = system_id + 1', false, 'in no other'),
    ('upto_xid = ''9000000000000''', false, 'nor in one that counts from below')) c (set, goes_on, title);
set local session_replication_role = origin;

-- A5.2: zone data of 2026 or later.
select is((
    select string_agg(to_char('2026-12-15 12:00Z'::timestamptz at time zone z, 'HH24:MI'), ' ' order by n)
    from unnest(array[
        'America/Vancouver', 'America/Edmonton', 'America/Yellowknife', 'America/Winnipeg', 'America/Toronto', 'America/Regina',
        'America/Halifax', 'America/St_Johns']) with ordinality t (z, n)),
    '05:00 06:00 06:00 07:00 07:00 06:00 08:00 08:30', 'A5.2: Pacific, mountain and central time no longer change');
select * from finish();
rollback;
