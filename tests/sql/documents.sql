-- SPDX-License-Identifier: MIT
-- What everybody may read: documents by version, help lines, code lists.
begin;
\ir 00_helpers.sql
\set list `python3 sql/page.py sql/statements/documents/list.sql`
prepare documents_list (text, text, jsonb, jsonb, int[], jsonb) as :list
\set help `python3 sql/page.py sql/statements/help_lines/list.sql`
prepare help_lines_list (text, text, jsonb, jsonb, int[], jsonb) as :help
\set codes `cat sql/statements/code_lists/read.sql`
prepare code_lists_read (text, text, jsonb, jsonb, int[], jsonb) as :codes
select plan(36);

select set_eq('select kind from documents_current', array['code_of_conduct', 'consent', 'confidentiality', 'safety_protocol', 'privacy_notice'],
    'S1.32, S2.47: every document is there from the start');
select is_empty($$select kind from documents where sha256 <> document_sha256(title_en, body_en, title_fr, body_fr)$$, 'with its fingerprint');
select is_empty($$select kind from documents where kind = 'safety_protocol' and number = 1
    and (body_en not like '%1-844-750-1648%9-8-8%911%' or body_fr not like '%1-844-750-1648%9-8-8%911%')$$, 'S1.11, S4.1: the safety protocol names whom to call');
select is_empty($$select kind from documents where kind = 'privacy_notice' and number = 1
    and (body_en not like '%section 4)%730 days%' or body_fr not like '%article 4)%730 jours%')$$, 'A4, decision 11: the notice names purpose and retention');

select account('administrator', 'a0000000-0000-4000-8000-000000000006');
select enter('administrator', 'a0000000-0000-4000-8000-000000000006');
\set new '{"kind": "consent", "title": {"en": "Consent", "fr": "Consentement"}, "body": {"en": "I agree.", "fr": "J''accepte."}}'
select answer(format('select * from documents_create(%L)', :'new')) as made \gset
select is((:'made'::jsonb)->>'status', '201', 'the administrator publishes');
select is((:'made'::jsonb)#>>'{body,number}', (select max(number)::text from documents where kind = 'consent'), 'under the next number');
select is((:'made'::jsonb)#>>'{body,sha256}', encode(sha256(convert_to(e'Consent\nI agree.\nConsentement\nJ''accepte.\n', 'UTF8')), 'hex'),
    'the fingerprint is the one the contract describes');
select is((select id::text from documents_current where kind = 'consent'), (:'made'::jsonb)#>>'{body,id}', 'it is in force at once');
select is((select published_by from documents where id::text = (:'made'::jsonb)#>>'{body,id}'), 'a0000000-0000-4000-8000-000000000006'::uuid, 'who published is kept');
select is((:'made'::jsonb)#>'{body,published_by}', null, 'and not shown');
select is(refusal(format('select * from documents_create(%L)', :'new')), 'conflict', 'R10: the same text is not published again');
select is(refusal_detail(format('select * from documents_create(%L)', :'new'))->>'reason', 'unchanged', 'R10: and that is the reason given');
select is(refusal(format('select * from documents_create(%L)', jsonb_set(:'new', '{body,fr}', '"  \n "'))), '23514 documents__body__both', 'I6: both languages or not at all');
select is(refusal(format('select * from documents_create(%L)', jsonb_set(:'new', '{title,en}', '" "'))), '23514 documents__title__both', 'I6: titles too');
select is(refusal(format('select * from documents_create(%L)', :'new'::jsonb #- '{body,fr}')), '23502', 'I6: one language alone is refused');
select is(refusal(format('select * from documents_create(%L)', jsonb_set(:'new', '{kind}', '"story"'))), '23514 documents__kind__known', 'a kind is one of five');
select is((select action from audit_events where object_id::text = (:'made'::jsonb)#>>'{body,id}'), 'create', 'publishing is in the audit');
select throws_ok('update documents set body_en = body_en', '42501', null, 'what was accepted stays what was read');
select throws_ok('delete from documents', '42501', null, 'and stays');

select enter('public');
select is(answer($$execute documents_list(null, null, '{"limit": 25, "versions": "current"}', null, null, null)$$) #> '{body,4}' is not null
    and answer($$execute documents_list(null, null, '{"limit": 25, "versions": "current"}', null, null, null)$$) #> '{body,5}' is null, true, 'one of each kind is current');
select is(answer($$execute documents_list(null, null, '{"limit": 25, "versions": "current", "kind": "consent"}', null, null, null)$$) #> '{body,0}',
    (:'made'::jsonb)->'body', 'the newest one');
select is(jsonb_array_length(answer($$execute documents_list(null, null, '{"limit": 25, "versions": "all", "kind": "consent"}', null, null, null)$$)->'body')::bigint,
    (select count(*) from documents where kind = 'consent'), 'earlier versions can be read');
select answer($$execute documents_list(null, null, '{"limit": 4, "versions": "all"}', null, null, null)$$) as one \gset
select answer(format('execute documents_list(null, null, %L, null, null, null)',
    jsonb_build_object('limit', 4, 'versions', 'all', 'after', ((:'one'::jsonb)->>'next')::jsonb))) as two \gset
select is((select array_agg((d->>'kind') || (d->>'number')) from jsonb_array_elements((:'one'::jsonb)->'body' || ((:'two'::jsonb)->'body')) d),
    (select array_agg(kind || number order by kind, number desc) from (select kind, number from documents order by kind, number desc limit 8) d),
    'pages follow each other without gap or repetition');
select is((:'two'::jsonb)->>'next', null, 'to the end');

select is(answer($$execute help_lines_list(null, null, '{"limit": 25}', null, null, null)$$) #>> '{body,0,number}', '1-844-750-1648', 'S1.11: the 24/7 line comes first');
select is((select string_agg(coalesce(h->>'number', h->>'email'), ' ') from jsonb_array_elements(answer($$execute help_lines_list(null, null, '{"limit": 25}', null, null, null)$$)->'body') h),
    '1-844-750-1648 9-8-8 911 SMSRCPSP-CSRISPSP@forces.gc.ca', 'S0.7, S2.1, S4.1: whom to call or write');
select is(answer($$execute help_lines_list(null, null, '{"limit": 25}', null, null, null)$$) #> '{body,1,ways}', '["call", "text"]', 'S4.1: 9-8-8 by call or text');
select is(answer($$execute help_lines_list(null, null, '{"limit": 2}', null, null, null)$$) ->> 'next', '{"position" : 2}', 'they are paged like every list');
select is(answer($$execute code_lists_read(null, null, '{}', null, null, null)$$) #>> '{body,data,0,list}' is not null, true, 'code lists are there');
select is_empty($$select list, code from code_lists where label_en = '' or label_fr = ''$$, 'every code has words in both languages');
select is((select count(*) from code_lists where list = 'region'), 14::bigint, 'thirteen provinces and territories, and abroad');

select is(verbs('documents', $$insert into documents (kind, number, title_en, title_fr, body_en, body_fr, sha256, published_at)
    values ('consent', 99, 'a', 'b', 'c', 'd', repeat('0', 64), now())$$), 'S', 'documents: everybody reads');
select is(verbs('help_lines', $$insert into help_lines values ('x', 99, 'a', 'b', '{call}', '1', null, 'a', 'b')$$), 'S', 'help lines: everybody reads');
select is(verbs('code_lists', $$insert into code_lists values ('x', 'x', 1, 'a', 'b')$$), 'S', 'code lists: everybody reads');
select enter('administrator', 'a0000000-0000-4000-8000-000000000006');
select is(verbs('documents', $$insert into documents (kind, number, title_en, title_fr, body_en, body_fr, sha256, published_at, published_by)
    values ('consent', 99, 'a', 'b', 'c', 'd', repeat('0', 64), now(), 'a0000000-0000-4000-8000-000000000006')$$), 'SI', 'documents: the administrator adds, and changes nothing');
select is(verbs('code_lists', $$insert into code_lists values ('x', 'x', 1, 'a', 'b')$$), 'S', 'code lists: not even the administrator');
select * from finish();
rollback;
