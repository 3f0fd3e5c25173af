-- SPDX-License-Identifier: MIT
-- Who may come in, and that membership is secret (R2, R15): no account of a peer is seen, made or told by those who keep accounts.
begin;
\ir helpers.psql
\ir world.psql
select plan(17);

\set chief 'a0000000-0000-4000-8000-000000000006'
\set boss 'a0000000-0000-4000-8000-000000000004'
\set left_ 'a0000000-0000-4000-8000-000000000002'
select account('administrator', :'chief'), account('coordinator', :'boss', '{QC,ON}'), account('line', :'left_') \g /dev/null
update accounts set is_active = false where id = :'left_';
create function tests.comes_in(in_issuer text, in_subject text, in_role text) returns text language sql as $$
    select format('select context_enter(%L, %L, %L, ''fr'', ''22222222-2222-4222-8222-222222222222'', null, ''op'')',
        in_issuer, in_subject, in_role)
$$;
select is(refusal(comes_in(c.issuer, c.subject, c.role)), c.refused, c.title) from (values
    ('an active account comes in', 'urn:alongside:local', :'boss', 'coordinator', null),
    ('an unknown subject does not', 'urn:alongside:local', 'nobody', 'coordinator', 'unauthenticated'),
    ('nor the same subject of another issuer', 'https://other.example', :'boss', 'coordinator', 'unauthenticated'),
    ('R15: nor with a role that the account does not have', 'urn:alongside:local', :'boss', 'administrator', 'unauthenticated'),
    ('R15: a leaver loses access at once', 'urn:alongside:local', :'left_', 'line', 'unauthenticated'),
    ('the public needs no account', 'urn:alongside:local', :'boss', 'public', null)) c (title, issuer, subject, role, refused);

-- R2: one sign-in, two sides. Neither who opens staff accounts nor who opens participants learns of the other side.
select person() as p, person() as q \gset
select intake(:'p', 'group', 'form_sent') \g /dev/null
update accounts set subject = 'jane' where id = account_of(:'p');
create function tests.new_staff(in_digest text, in_role text default 'coordinator') returns text language sql as $$
    select format('select * from staff_create(%L, null)', jsonb_build_object(
        'role', in_role, 'name', gen_random_uuid() || '.y', 'email', null, 'email_digest', in_digest, 'languages', '["en"]'::jsonb,
        'identity', '{"issuer": "urn:alongside:local", "subject": "jane"}'::jsonb))
$$;
select enter('administrator', :'chief') \g /dev/null
select is(refusal(new_staff('d', 'peer')), '42501', 'a peer is never opened here');
select is(answer(new_staff('digest-1'))->>'status', '201', 'R2 a peer''s sign-in is not taken for staff: that would tell who is a peer');
select is(refusal(new_staff('digest-2')), 'conflict', 'a colleague''s is');
select is(answer('select count(*) from accounts where role = ''peer''')->>'count', '0', 'no peer is among the accounts');
select is(
    refusal('insert into accounts (issuer, subject, role, participant_id) values (''i'', ''p'', ''peer'', gen_random_uuid())'), '42501',
    'and none can be made');
select enter('coordinator', :'boss') \g /dev/null
select is(refusal(format('select * from participants_create(%L, null)', jsonb_build_object(
    'alias', 'Test twin', 'preferred_language', 'en', 'affiliation_kind', 'cadet', 'age_attested', true, 'eligibility_attested', true,
    'identity', jsonb_build_object('issuer', 'urn:alongside:local', 'subject', :'chief')))), null,
    'nor is a colleague''s taken for a peer');
select is(answer('select array_agg(distinct role) as roles from accounts')->'roles', '["coordinator"]',
    'a coordinator knows the accounts of coordinators');
select is(refusal(new_staff('digest-3')), '42501', 'and opens none');
select enter('peer', account_of(:'q'), :'q') \g /dev/null
select is(answer('select count(*) from accounts')->>'count', '1', 'everybody knows their own');

-- The alias of the staff is for peers and those who work with them.
insert into staff (id, alias) values (:'boss', 'Andrea');
select enter('line', :'boss') \g /dev/null
select is(answer(format('select staff_alias(%L) as alias', :'boss'))->>'alias', null, 'A6.8 the line asks for no alias');
select is(touches('select from staff'), false, 'nor read a profile');
select * from finish();
rollback;
