-- SPDX-License-Identifier: MIT
-- The intake's own guard: no step that the table of steps does not name, whoever writes; and words for every state.
begin;
\ir helpers.psql
\ir world.psql
select plan(14);

select account('coordinator', 'c0000000-0000-4000-8000-000000000001') as boss \gset
select enter('coordinator', :'boss') \g /dev/null

-- Every pair of states that the table does not name for a role, tried by hand; what went through.
create function tests.moves(in_role text, in_track text) returns text language plpgsql as $$
declare
    one record;
    found text := '';
    person uuid;
    intake uuid;
begin
    for one in
        with states as (
            select from_state as s from intake_transitions where track = in_track
            union select to_state from intake_transitions where track = in_track)
        select f.s as f, t.s as t from states f cross join states t
        where f.s <> t.s and not exists (
            select from intake_transitions x
            where x.track = in_track and x.from_state = f.s and x.to_state = t.s and in_role = any (x.roles))
    loop
        person := tests.person();
        intake := tests.intake(person, in_track, one.f);
        perform tests.enter(in_role, tests.account_of(person), case when in_role = 'peer' then person end);
        if tests.refusal(format('update intakes set state = %L where id = %L', one.t, intake)) is distinct from 'conflict-state' then
            found := found || format(' %s→%s', one.f, one.t);
        end if;
    end loop;
    return found;
end
$$;
select is(moves(r, t), '', 'A6.2 ' || t || ': no other step by a ' || r || ', even by hand')
from unnest('{coordinator,peer}'::text[]) r, unnest('{group,activity}'::text[]) t;

select person() as p \gset
select intake(:'p', 'group', 'meeting_scheduled') as i \gset
select enter_person(:'p') \g /dev/null
select is(refusal(format('update intakes set %s where id = %L', c.change, :'i')), c.refused, c.title) from (values
    ('a peer does not declare themself ready', 'readiness = ''ready''', '42501'),
    ('nobody makes their own intake last longer', 'valid_until = now() + interval ''9 years''', '42501'),
    ('nor puts off being told', 'update_due_at = now() + interval ''1 year''', '42501'),
    ('nor makes it another''s', 'participant_id = gen_random_uuid()', '42501')) c (title, change, refused);
select enter('coordinator', :'boss') \g /dev/null
select is(refusal(format(
    'insert into intakes (participant_id, track, state, coordinator_id, ready_at, readiness, created_at)
    values (%L, ''activity'', ''ready'', %L, now(), ''ready'', now())', :'p', :'boss')), 'conflict-state', 'nothing begins in the middle');

select accept(:'p', '{consent}') \g /dev/null
select enter_person(:'p') \g /dev/null
select is(refusal(format('update acceptances set %s where participant_id = %L', c.change, :'p')), c.refused, c.title) from (values
    ('an acceptance is append-only', 'accepted_at = accepted_at - interval ''1 day''', '42501'),
    ('nor does it become another''s', 'participant_id = gen_random_uuid()', '42501')) c (title, change, refused);
select is((
    select string_agg(attname, ',') from pg_attribute where attrelid = 'intakes'::regclass and attname ~ 'withdr|reason'),
    'withdrawn_at', 'I8 no reason of a withdrawal can be stored');
select is_empty($$
    select code from code_lists where list like 'intake%' and (label_en ~* 'reject|refus' or label_fr ~* 'rejet|refus')
    union all
    select code from plain_texts where text_en ~* 'reject|refus|denied' or text_fr ~* 'rejet|refus'$$,
    'R11 nobody is ever told that they are rejected');
select is_empty($$
    select s from (select from_state as s from intake_transitions union select to_state from intake_transitions) x
    where not exists (select from plain_texts t where t.list = 'state' and t.code = s)
        or not exists (select from code_lists l where l.list = 'intake_state' and l.code = s)$$,
    'every state has its words in both languages');
select * from finish();
rollback;
