-- SPDX-License-Identifier: MIT
-- Documents stay what was read; those of a new installation say whom to call and how long what is kept.
begin;
\ir helpers.psql
select plan(16);

select set_eq('select kind from documents_current', array[
    'code_of_conduct', 'consent', 'confidentiality', 'safety_protocol', 'privacy_notice', 'guest_confidentiality'],
    'S1.32, S2.47: every document is there from the start');
select is_empty('select kind from documents where sha256 <> document_sha256(title_en, body_en, title_fr, body_fr)',
    'with its fingerprint');
select is(document_sha256('Consent', 'I agree.', 'Consentement', 'J''accepte.'),
    encode(sha256(convert_to(e'Consent\nI agree.\nConsentement\nJ''accepte.\n', 'UTF8')), 'hex'),
    'which is the one the contract describes');
select is_empty($$
    select kind from documents where kind = 'safety_protocol' and number = 1
        and (body_en not like '%1-844-750-1648%9-8-8%911%' or body_fr not like '%1-844-750-1648%9-8-8%911%')$$,
    'S1.11, S4.1: the safety protocol names whom to call');
select is_empty($$
    select kind from documents where kind = 'privacy_notice' and number = 1
        and (body_en not like '%section 4)%730 days%' or body_fr not like '%article 4)%730 jours%')$$,
    'A4, decision 11: the notice names purpose and retention');
select is_empty($$select list, code from code_lists where label_en = '' or label_fr = ''$$, 'every code has words in both languages');
select throws_ok(c.tried, '42501', null, c.title) from (values
    ('update documents set body_en = body_en', 'what was accepted stays what was read'),
    ('delete from documents', 'and stays')) c (tried, title);

select enter('administrator', 'a0000000-0000-4000-8000-000000000006') from account('administrator', 'a0000000-0000-4000-8000-000000000006')
\g /dev/null
create function tests.published(in_change jsonb, in_less text[] default '{}') returns text language sql as $$
    select refusal(format('select * from documents_create(%L)', (
        '{"kind": "consent", "title": {"en": "Consent", "fr": "Consentement"}, "body": {"en": "I agree.", "fr": "J''accepte."}}'
        || in_change) #- in_less))
$$;
select is(published(c.change::jsonb, c.less::text[]), c.refused, c.title) from (values
    ('a version in both languages', '{}', '{}', null),
    ('I6: a body without words', '{"body": {"en": "x", "fr": "  \n "}}', '{}', '23514 documents__body__both'),
    ('I6: a title without words', '{"title": {"en": " ", "fr": "x"}}', '{}', '23514 documents__title__both'),
    ('I6: one language alone', '{}', '{body,fr}', '23502'),
    ('a kind that is none of the six', '{"kind": "story"}', '{}', '23514 documents__kind__known')) c (title, change, less, refused);
select is(refusal('insert into documents (kind, number, title_en, title_fr, body_en, body_fr, sha256, published_at, published_by)
    select kind, number + 1, title_en, title_fr, body_en, body_fr, sha256, now(), gen_random_uuid() from documents limit 1'), '42501',
    'nobody publishes in another''s name');
select enter('coordinator', gen_random_uuid()) \g /dev/null
select is(published('{}'), '42501', 'only the administrator publishes');
select enter('public') \g /dev/null
select is(touches('update documents set body_en = body_en'), false, 'everybody only reads');
select * from finish();
rollback;
