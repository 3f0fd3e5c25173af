-- SPDX-License-Identifier: MIT
-- A file is of those who serve the person: what an exclusion or another region hides, table by table, and what is given once.
begin;
\ir helpers.psql
\ir world.psql
select plan(15);

select account('coordinator', 'c0000000-0000-4000-8000-000000000001') as boss,
    account('coordinator', 'c0000000-0000-4000-8000-000000000002', '{QC}') as quebec \gset
select person('QC') as p, person('ON') as q \gset
select intake(:'p', 'group', 'form_sent') as i \gset
select accept(:'p', '{consent}') \g /dev/null
insert into outbox (kind, participant_id, due_at, created_at, changed_at) values ('status_update', :'p', now(), now(), now());
insert into updates (intake_id, participant_id, method, recorded_by, recorded_at) values (:'i', :'p', 'phone', :'boss', now());
create function tests.sees(in_person uuid) returns text language sql as $$
    select string_agg(t, ',' order by t)
    from unnest(array[
        'participants', 'contacts', 'safety_plans', 'emergency_contacts', 'intakes', 'intake_forms', 'acceptances', 'updates',
        'outbox']) t
    where touches(format('select from %I where %I = %L', t, case t when 'participants' then 'id' else 'participant_id' end, in_person))
$$;
\set all 'acceptances,contacts,emergency_contacts,intake_forms,intakes,outbox,participants,safety_plans,updates'

select enter('coordinator', :'quebec', null, '{QC}') \g /dev/null
select is(sees(:'p'), :'all', 'a coordinator of the region sees the file');
select is(sees(:'q'), null, 'R14, R2 a file of another region does not exist');
insert into exclusions (participant_id, account_id, reason, created_by, created_at)
values (:'p', :'quebec', 'asked_by_peer', :'boss', now());
select enter('coordinator', :'quebec', null, '{QC}') \g /dev/null
select is(sees(:'p'), null, 'I13 for whom is excluded nothing of it exists');
select is(touches(format('delete from exclusions where participant_id = %L', :'p')), false, 'I13 nor do they let themselves in');
delete from exclusions where participant_id = :'p';
select enter('coordinator', :'quebec', null, '{QC}') \g /dev/null
select is(sees(:'p'), :'all', 'who is let in again sees it');
select enter_person(:'q') \g /dev/null
select is(sees(:'p'), null, 'R2 of others a peer sees nothing');
select enter_person(:'p') \g /dev/null
select is(sees(:'p'), :'all', 'of themself all');

-- What hangs on an intake is of the intake's participant.
select intake(:'q', 'group', 'form_sent') as j \gset
select is(refusal(format(
    'insert into outbox (kind, participant_id, intake_id, due_at, created_at, changed_at)
    values (''form_sent'', %L, %L, now(), now(), now())', :'p', :'j')),
    '23503 outbox__intake_id__participant', 'mail of one''s own tells nothing of another''s intake');
select enter('coordinator', :'boss') \g /dev/null
select is(refusal(format(
    'insert into updates (intake_id, participant_id, method, recorded_by, recorded_at) values (%L, %L, ''phone'', %L, now())',
    :'j', :'p', :'boss')), '23503 updates__intake_id__participant', 'nor does a status update');
select is(refusal(format('update intake_forms set participant_id = %L where intake_id = %L', :'p', :'j')),
    '23503 intake_forms__intake_id__participant', 'nor a form');

-- Given once, or by somebody else.
select is(refusal(format('update participants set age_attested_at = now() + interval ''1 day'' where id = %L', :'p')), '42501',
    'I9 an attestation is given once');
select is((
    select count(*) from information_schema.columns
    where table_schema = 'alongside' and table_name = 'participants' and column_name in ('age_attested_at', 'eligibility_attested_at')
        and is_nullable = 'NO'), 2::bigint, 'I9 the table itself knows nobody unattested');
select is(refusal(format('update contacts set email_is_government = true where participant_id = %L', :'p')),
    '23514 contacts__email__work_address', 'R3 no work address without the person''s agreement');
select enter_person(:'p') \g /dev/null
select is(refusal(format('update participants set alias = ''Me'' where id = %L', :'p')), '42501',
    'a peer changes neither alias nor region');
select is((select may_know_program from emergency_contacts where participant_id = :'p'), false,
    'R7 the emergency contact may not know of the program unless the person says so');
select * from finish();
rollback;
