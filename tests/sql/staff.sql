-- SPDX-License-Identifier: MIT
-- Staff accounts: who may come in, and who that is.
begin;
\ir 00_helpers.sql
\set me `cat sql/statements/me/read.sql`
prepare me_read (text, text, jsonb, jsonb, int[], jsonb) as :me
\set list `python3 sql/page.py sql/statements/staff/list.sql`
prepare staff_list (text, text, jsonb, jsonb, int[], jsonb) as :list
\set read `cat sql/statements/staff/read.sql`
prepare staff_read (text, text, jsonb, jsonb, int[], jsonb) as :read
select plan(51);

-- Alone with two administrators: everybody who came with the demo is set aside.
update accounts set is_active = false where role = 'administrator';
select account('administrator', 'a0000000-0000-4000-8000-000000000006');
select account('administrator', 'a0000000-0000-4000-8000-000000000007');
select account('coordinator', 'a0000000-0000-4000-8000-000000000004', '{QC}');
select account('line', 'a0000000-0000-4000-8000-000000000005');
select enter('administrator', 'a0000000-0000-4000-8000-000000000006');
\set key '{"id": "33333333-3333-4333-8333-333333333333", "wrapped": "k1~d3JhcHBlZA"}'
\set new '{"role": "mental_health_professional", "name": "33333333-3333-4333-8333-333333333333.bmFtZQ", "email": "33333333-3333-4333-8333-333333333333.bWFpbA", "email_digest": "d1", "alias": "Andrea", "languages": ["fr", "en"], "employer": "vac"}'
create function tests.create_staff(in_body jsonb, in_key jsonb default null) returns text language sql as $$
    select format('select * from staff_create(%L, %L)', in_body, in_key)
$$;
select answer(create_staff(:'new', :'key')) as made \gset
select (:'made'::jsonb)#>>'{body,id}' as id \gset
select is((:'made'::jsonb) - 'body' - 'next', jsonb_build_object('status', 201, 'location', '/v1/staff/' || :'id', 'etag', '1'), 'an account is opened');
select is(((:'made'::jsonb)->'body') - '{id,created_at,name,email,identity}'::text[], '{"role": "mental_health_professional", "is_active": true,
    "alias": "Andrea", "languages": ["fr", "en"], "regions": [], "employer": "vac", "serving_caf": null}', 'S1.19: with its profile');
select is((:'made'::jsonb)#>>'{body,name}', e'\x01staff.name.33333333-3333-4333-8333-333333333333.k1~d3JhcHBlZA.bmFtZQ', 'the name leaves sealed');
select is((:'made'::jsonb)#>'{body,identity}', jsonb_build_object('issuer', 'urn:alongside:local', 'subject', :'id'), 'without an identity it is this installation''s');
select is((select count(*) from sealed_keys where owner_type = 'staff' and owner_id = :'id'), 1::bigint, 'its key is kept');
select is((select fields from audit_events where object_id = :'id' and action = 'create'), '{alias,email,employer,languages,name,role}', 'the audit names what was given');
select is(refusal(format('select context_enter(''urn:alongside:local'', %L, ''mental_health_professional'', ''both'', null, null, ''op'')', :'id')), null, 'the account may come in');
select is(refusal(create_staff(:'new'::jsonb)), '23505 staff__email__taken', 'an address belongs to one account');
select is(refusal(create_staff(:'new'::jsonb - 'alias' || '{"email_digest": "d2"}')), 'validation-failed', 'peers need a name to see');
select is(refusal_detail(create_staff(:'new'::jsonb - 'alias' || '{"email_digest": "d2"}'))#>>'{errors,0,pointer}', '#/alias', 'and are told so');
select is(refusal_detail(create_staff(:'new'::jsonb - 'employer' || '{"email_digest": "d2"}'))#>>'{errors,0,code}', 'required', 'S1.19: a mental health professional has an employer');
select is(refusal_detail(create_staff(:'new'::jsonb || '{"email_digest": "d2", "role": "coordinator"}'))#>>'{errors,0,pointer}', '#/employer', 'and nobody else');
select is(refusal(create_staff(:'new'::jsonb || '{"email_digest": "d2", "regions": ["XX"]}')), '23514 region__region__known', 'regions are known ones');
select is(refusal(create_staff(:'new'::jsonb || '{"email_digest": "d2", "role": "peer", "employer": null}')), '42501', 'a peer is never opened here');
select answer(create_staff(:'new'::jsonb || '{"email_digest": "d3", "role": "coordinator", "employer": null, "identity": {"issuer": "https://id.example", "subject": "x"}}')) \g /dev/null
select is(refusal(create_staff(:'new'::jsonb || '{"email_digest": "d4", "identity": {"issuer": "https://id.example", "subject": "x"}}')), 'conflict', 'an identity belongs to one account');
select is(refusal_detail(create_staff(:'new'::jsonb || '{"email_digest": "d4", "identity": {"issuer": "https://id.example", "subject": "x"}}'))#>>'{errors,0,pointer}',
    '#/identity/subject', 'and it is named');

create function tests.change(in_id uuid, in_body jsonb, in_versions int[] default null) returns text language sql as $$
    select format('select * from staff_update(%L, %L, %L, null)', in_id, in_versions, in_body)
$$;
select is(refusal(change(:'id', '{"alias": "Lee"}', '{7}')), 'precondition-failed', 'a change needs the version');
select is(refusal(change(gen_random_uuid(), '{"alias": "Lee"}')), 'not-found', 'of an account that exists');
select is((answer(change(:'id', '{"alias": "Lee", "serving_caf": true, "languages": ["en"], "regions": ["ON"]}', '{1}')) -> 'body') - '{created_at,name,email,identity}'::text[],
    jsonb_build_object('id', :'id', 'role', 'mental_health_professional', 'is_active', true, 'alias', 'Lee', 'languages', '["en"]'::jsonb,
        'regions', '["ON"]'::jsonb, 'employer', 'vac', 'serving_caf', true), 'what is sent changes, the rest stays');
select is((select version from accounts where id = :'id'), 2, 'and the version counts');
select is((select email_digest from staff where id = :'id'), 'd1', 'an untouched address keeps its digest');
select is(refusal_detail(change(:'id', '{"alias": null}'))#>>'{errors,0,pointer}', '#/alias', 'what the role needs cannot be removed');
select is(answer(change(:'id', '{"role": "coordinator"}'))#>>'{body,employer}', null, 'with the role goes the employer');
select is(refusal(format('select context_enter(''urn:alongside:local'', %L, ''mental_health_professional'', ''both'', null, null, ''op'')', :'id')),
    'unauthenticated', 'R15: the token of the old role is worth nothing at once');
select answer(change(:'id', '{"is_active": false}')) \g /dev/null
select is(refusal(format('select context_enter(''urn:alongside:local'', %L, ''coordinator'', ''both'', null, null, ''op'')', :'id')),
    'unauthenticated', 'R15: a leaver loses access at once');
select is(refusal(change(:'id', '{"identity": {"issuer": "https://id.example", "subject": "x"}}')), 'conflict', 'an identity is not taken over');
select is(answer(change(:'id', '{"identity": {"subject": "new"}}'))#>'{body,identity}', '{"issuer": "urn:alongside:local", "subject": "new"}', 'an identity can be changed');
select is(answer(change('a0000000-0000-4000-8000-000000000004', '{"alias": "Sam"}'))#>>'{body,alias}', 'Sam', 'an account without profile gets one');

-- The last administrator.
select is(refusal(change('a0000000-0000-4000-8000-000000000006', '{"role": "coordinator"}')), null, 'one of two administrators may go');
select answer(change('a0000000-0000-4000-8000-000000000007', '{"is_active": false}')) \g /dev/null
select is(refusal(change('a0000000-0000-4000-8000-000000000006', '{"is_active": false}')), 'conflict', 'the last one is not deactivated');
select is(refusal_detail(change('a0000000-0000-4000-8000-000000000006', '{"role": "coordinator"}'))->>'reason', 'last-administrator', 'nor given another role');
select is(refusal(change('a0000000-0000-4000-8000-000000000006', '{"alias": "Chris"}')), null, 'but may be changed otherwise');

-- Reading
select is(answer(format('execute staff_read(%L, null, null, null, null, null)', :'id')) ->> 'etag', (select version::text from accounts where id = :'id'), 'an account is read, with its version');
select is((select count(*) from audit_events where object_id = :'id' and action = 'read'), 1::bigint, 'and that is in the audit');
select is(answer($$execute staff_read('a0000000-0000-4000-8000-0000000000ff', null, null, null, null, null)$$), null, 'none is nothing');
select is((select count(*) from audit_events where object_id = 'a0000000-0000-4000-8000-0000000000ff'), 0::bigint, 'and leaves no audit row');
select is((select array_agg(s->>'id') from jsonb_array_elements(answer($$execute staff_list(null, null, '{"limit": 100, "role": ["administrator"], "is_active": true}', null, null, null)$$)->'body') s),
    '{a0000000-0000-4000-8000-000000000006}', 'the list is filtered by role and activity');
select answer($$execute staff_list(null, null, '{"limit": 2}', null, null, null)$$) as one \gset
select is(jsonb_array_length((:'one'::jsonb)->'body'), 2, 'a page has its size');
select isnt((:'one'::jsonb)->>'next', null, 'and leads to the next');
select is(answer(format('execute staff_list(null, null, %L, null, null, null)', jsonb_build_object('limit', 1, 'after', ((:'one'::jsonb)->>'next')::jsonb)))#>>'{body,0,id}',
    (select id::text from accounts where role <> 'peer' order by created_at, id offset 2 limit 1), 'which begins where this one ends');
select is(answer('execute me_read(null, null, null, null, null, null)') -> 'body',
    '{"id": "a0000000-0000-4000-8000-000000000006", "role": "administrator", "participant_id": null, "regions": []}', 'everybody sees their own account');
select enter('coordinator', 'a0000000-0000-4000-8000-000000000004');
select is(answer('execute me_read(null, null, null, null, null, null)') #>> '{body,regions,0}', 'QC', 'with the regions they serve');
select is(refusal(create_staff(:'new'::jsonb || '{"email_digest": "d9"}')), '42501', 'only the administrator opens accounts');
select is(refusal(change(:'id', '{"is_active": true}')), 'not-found', 'for others there is nothing to change');
select is(answer(format('execute staff_read(%L, null, null, null, null, null)', :'id')) #>> '{body,name}', null, 'nor a name to read');

-- role × table × verb
\set staff_row 'insert into staff (id) values (''a0000000-0000-4000-8000-000000000005'')'
\set account_row 'insert into accounts (subject, role) values (''m'', ''line'')'
select is(verbs('staff', :'staff_row') || ' ' || verbs('accounts', :'account_row'), ' S', 'coordinators: no profiles, accounts of coordinators');
select set_eq('select * from tests.answer(''select array_agg(distinct role) as roles from accounts'')', array['{"roles": ["coordinator"]}'::jsonb], 'only of coordinators');
select enter('administrator', 'a0000000-0000-4000-8000-000000000006');
select is(verbs('staff', :'staff_row') || ' ' || verbs('accounts', :'account_row'), 'SIU SIU', 'the administrator: both, and deletes none');
select is(answer('select count(*) from accounts where role = ''peer''') ->> 'count', '0', 'membership is secret: no peer among them');
select is(refusal('insert into accounts (subject, role, participant_id) values (''p'', ''peer'', gen_random_uuid())'), '42501', 'and none can be made');
select is((select string_agg(r || ':' || verbs('staff', :'staff_row') || verbs('accounts', :'account_row'), ' ' order by r)
        from unnest('{line,mental_health_professional,nobody,peer,peer_supporter,public}'::text[]) r
        cross join lateral (select enter(r, 'a0000000-0000-4000-8000-0000000000aa', 'a0000000-0000-4000-8000-0000000000ab')) e),
    'line: mental_health_professional: nobody: peer: peer_supporter: public:', 'nobody else sees or changes anything that is not theirs');
select * from finish();
rollback;
