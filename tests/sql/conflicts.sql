-- SPDX-License-Identifier: MIT
-- Do not place together (A6.5, R1): every kind in both directions, who is on today's roster, and what was declared staying what it was.
begin;
\ir helpers.psql
\ir world.psql
select plan(23);

\set boss 'c0000000-0000-4000-8000-000000000001'
\set quebec 'c0000000-0000-4000-8000-000000000002'
\set host 'b0000000-0000-4000-8000-000000000001'
\set other_host 'b0000000-0000-4000-8000-000000000002'
\set mhp 'b0000000-0000-4000-8000-000000000003'
select clock('2026-11-24 15:00Z') \g /dev/null
select account('coordinator', :'boss'), account('coordinator', :'quebec', '{QC}'), host('peer_supporter', :'host'),
    host('peer_supporter', :'other_host'), host('mental_health_professional', :'mhp') \g /dev/null
select person() as ann, person() as bea, cohort('closed', '2026-12-01 18:00') as g \gset
select seat(:'ann', :'g') \g /dev/null
select leads(:'host', :'g', 'peer_supporter'), leads(:'mhp', :'g', 'mental_health_professional') \g /dev/null
select enter('coordinator', :'boss') \g /dev/null
create function tests.declared(in_body jsonb) returns uuid language sql as $$
    select (made#>>'{body,id}')::uuid
    from answer(format('select * from conflict_declarations_create(%L)', in_body)) made,
        lateral (select comparison_all() where made is not null) compared
$$;
create function tests.withdrawn(in_declaration uuid) returns bigint language sql as $$
    select answer(format('select * from conflict_declarations_withdraw(%L)', in_declaration));
    select comparison_all();
$$;
create function tests.blocks_host(in_account uuid, in_cohort uuid) returns boolean language sql as $$
    select (answer(format('select conflict_blocks_host(%L, %L) as b', in_account, in_cohort))->>'b')::boolean
$$;
create function tests.is_blocked(in_cohort uuid) returns boolean language sql as $$
    select conflict_stands(array(select conflict_persons(in_cohort)))
$$;
-- Whether somebody outside is kept from a group while one of the two has declared it, and after it was taken back; then the other one.
create function tests.both_ways(in_given jsonb, in_outsider uuid, in_insider jsonb, in_cohort uuid) returns text language plpgsql as $$
declare
    outcome text := '';
    made uuid;
    way jsonb;
begin
    foreach way in array array[
        jsonb_build_object('for_participant_id', in_outsider) || in_insider,
        jsonb_build_object('participant_id', in_outsider) || (select jsonb_object_agg('for_' || key, value) from jsonb_each(in_insider))]
    loop
        made := declared(in_given || way);
        outcome := outcome || case when conflict_blocks_participant(in_outsider, in_cohort) then 'blocked ' else 'free ' end;
        perform withdrawn(made);
        outcome := outcome || case when conflict_blocks_participant(in_outsider, in_cohort) then 'blocked ' else 'free ' end;
    end loop;
    return rtrim(outcome);
end
$$;
select is(conflict_blocks_participant(:'bea', :'g'), false, 'nothing stands between strangers');
select is(both_ways(c.given::jsonb, :'bea', jsonb_build_object(c.who, c.id), :'g'), 'blocked free blocked free', 'A6.5 ' || c.title)
from (values
    ('no contact, peer and peer', '{"kind": "no_contact"}', 'participant_id', :'ann'),
    ('no contact, peer and host', '{"kind": "no_contact"}', 'account_id', :'host'),
    ('current chain of command, peer and peer', '{"kind": "chain_of_command", "period": "current"}', 'participant_id', :'ann'),
    ('former chain of command, peer and peer', '{"kind": "chain_of_command", "period": "former"}', 'participant_id', :'ann'),
    ('former chain of command, peer and host', '{"kind": "chain_of_command", "period": "former"}', 'account_id', :'mhp'),
    ('dual relationship, peer and peer', '{"kind": "dual_relationship"}', 'participant_id', :'ann'),
    ('dual relationship, peer and host', '{"kind": "dual_relationship"}', 'account_id', :'host')) c (title, given, who, id);
select is((select array_agg(distinct raised_at is null) from conflict_matches where for_participant_id in (:'ann', :'bea')), '{t}',
    'nothing was raised: nobody of them is in one group');
select is(is_blocked(:'g'), false, 'and no group is blocked');
select declared(jsonb_build_object('kind', 'recusal', 'for_account_id', :'other_host', 'participant_id', :'ann')) as recusal \gset
select is(array[blocks_host(:'other_host', :'g'), blocks_host(:'host', :'g')], '{t,f}',
    'A6.5 a recusal keeps a host from a group with that person, and nobody else');

-- Today's roster (I5).
select person() as hal, person() as iris, cohort('drop_in', '2026-12-04 18:00') as g2 \gset
select intake(:'hal', 'group', 'ready'), accept(:'hal', '{code_of_conduct,consent,confidentiality,safety_protocol}') \g /dev/null
select seat(:'hal', :'g2', 'accepted') as accepted, seat(:'iris', :'g2') as seated \gset
select declared(jsonb_build_object('kind', 'no_contact', 'for_participant_id', :'hal', 'participant_id', :'iris')) as today \gset
create function tests.becomes(in_seat uuid, in_state text) returns void language plpgsql as $$
declare
    new enrolments;
begin
    update enrolments set state = in_state, decided_at = app_now() where id = in_seat returning * into new;
    perform comparison_ask('participant', array[new.participant_id]), comparison_all();
end
$$;
select is(array[is_blocked(:'g2'), conflict_blocks_session(session_of(:'g2'))], '{t,f}',
    'I5 whose place is not confirmed is not on today''s roster');
select becomes(:'accepted', 'confirmed') \g /dev/null
select is(conflict_blocks_session(session_of(:'g2')), true, 'once it is, no session with both starts');
select is((select raised_at is not null from conflict_matches where declaration_id = :'today'), true, 'it stands in the queue');
select becomes(:'accepted', 'withdrawn') \g /dev/null
select is((select raised_at is null and is_blocking from conflict_matches where declaration_id = :'today'), true,
    'until they part; the block itself stays');

-- Where somebody lives decides who handles it, also after a move.
create function tests.sees(in_declaration uuid) returns boolean language sql as $$
    select touches(format('select from conflict_declarations where id = %L', in_declaration))
$$;
select declared(jsonb_build_object('kind', 'no_contact', 'for_participant_id', :'ann', 'phone_digest', 'd')) as moved \gset
update participants set region = 'QC' where id = :'ann';
select comparison_ask('participant', array[:'ann'::uuid]), comparison_all() \g /dev/null
select is((select region_keys from conflict_declarations where id = :'moved'), '{QC}', 'a declaration follows the people it names');
select enter('coordinator', :'quebec', null, '{QC}') \g /dev/null
select is(sees(:'moved'), true, 'R14 and the coordinators of the region they moved to handle it');
update participants set region = 'ON' where id = :'ann';
select comparison_ask('participant', array[:'ann'::uuid]), comparison_all() \g /dev/null
select is(sees(:'moved'), false, 'those of the region they left do not');

-- What is kept.
select is_empty($$
    select attname from pg_attribute
    where attrelid in ('conflict_declarations'::regclass, 'exclusion_requests'::regclass) and attnum > 0
        and attname in ('name', 'unit', 'staff_name')$$, 'decision 6 no column holds a name');
select is_empty($$
    select fields from audit_events where object_type = 'conflict_declaration' and fields && '{name_digest,unit_digest,name,unit}'$$,
    'nor does the audit, nor its digest');
select is((select count(*) from audit_events where object_type = 'conflict_match' and participant_ids <> '{}'), 0::bigint,
    'A6.5 silence: in "who has seen my file" nobody finds a match');
select enter('coordinator', :'boss') \g /dev/null
select is(refusal(c.tried), '42501', c.title) from (values
    ($$update conflict_declarations set kind = 'recusal'$$, 'what was declared stays as it was'),
    ($$update conflict_matches set state = 'blocked', decided_by = actor_account_id(), participant_id = null where ended_at is null$$,
        'whom it meets as well')) c (tried, title);
select * from finish();
rollback;
