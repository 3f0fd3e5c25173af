-- SPDX-License-Identifier: MIT
-- Do not place together (A6.5, R1): every kind in both directions, digests that meet a later joiner, silence, who sees what.
begin;
\ir 00_helpers.sql
\ir journey.psql
\ir safety.psql
select plan(142);

\set boss '''c0000000-0000-4000-8000-000000000001'''
\set quebec '''c0000000-0000-4000-8000-000000000002'''
\set host '''b0000000-0000-4000-8000-000000000001'''
\set other_host '''b0000000-0000-4000-8000-000000000002'''
\set mhp '''b0000000-0000-4000-8000-000000000003'''
select clock('2026-11-24 15:00Z') \g /dev/null
select account('coordinator', :boss), account('coordinator', :quebec, '{QC}'), account('administrator', 'a0000000-0000-4000-8000-000000000001'),
    host('peer_supporter', :host), host('peer_supporter', :other_host), host('mental_health_professional', :mhp) \g /dev/null
select person('ON') as ann, person('ON') as bea, person('QC') as cora, person('BC') as dana \gset
select group_of('closed', '2026-12-01 18:00') as g \gset
select seat(:'ann', :'g') as seat_ann \gset
select leads(:host, :'g', 'peer_supporter') as lead, leads(:mhp, :'g', 'mental_health_professional') as lead2 \gset
create or replace function tests.declare(in_body text) returns text language sql as $$
    select format('select * from conflict_declarations_create(%L)', in_body) $$;
create or replace function tests.digest(in_name text) returns text language sql as $$ select md5(in_name) || md5('x' || in_name) $$;
-- What a declaration by a coordinator gives: its id.
create or replace function tests.declared(in_body text) returns uuid language sql as $$
    select (answer(declare(in_body))#>>'{body,id}')::uuid $$;
create or replace function tests.blocks(in_person uuid, in_cohort uuid) returns boolean language sql as $$
    select conflict_blocks_participant(in_person, in_cohort) $$;
create or replace function tests.blocks_host(in_account uuid, in_cohort uuid) returns boolean language sql as $$
    select (answer(format('select conflict_blocks_host(%L, %L) as b', in_account, in_cohort))->>'b')::boolean $$;
create or replace function tests.is_blocked(in_cohort uuid) returns boolean language sql as $$
    select conflict_stands(array(select conflict_persons(in_cohort))) $$;

-- What may be declared.
select enter_person(:'bea') \g /dev/null
create temp table own as select answer(declare(format('{"kind": "no_contact", "name_digest": "%s"}', digest('kim')))) as a;
select is(a->>'status', '201', 'R1 a peer declares whom they must not meet') from own;
select is(a->>'location', '/v1/conflict-declarations/' || (a#>>'{body,id}'), 'it has a place') from own;
select is((a->'body') - array['id', 'created_at'], '{"kind": "no_contact", "period": null, "about": "named", "from": null, "to": null,
    "state": "standing", "for_participant_id": null, "for_account_id": null, "participant_id": null, "account_id": null,
    "matches": null, "withdrawn_at": null}'::jsonb, 'the answer says what they said and nothing else') from own;
select is((select row(for_participant_id, for_account_id, declared_by)::text from conflict_declarations where name_digest = digest('kim')),
    row(:'bea'::uuid, null::uuid, account_of(:'bea'))::text, 'it is theirs');
select is_empty($$select attname from pg_attribute where attrelid in ('conflict_declarations'::regclass, 'exclusion_requests'::regclass)
    and attnum > 0 and attname in ('name', 'unit', 'staff_name')$$, 'decision 6 no column holds a name');
select is((select fields from audit_events where object_type = 'conflict_declaration'), '{kind}', 'nor does the audit, nor its digest');
create or replace function tests.fault(in_body text) returns text language sql as $$
    select string_agg((e->>'pointer') || ' ' || (e->>'code'), ', ' order by e->>'pointer', e->>'code')
    from jsonb_array_elements(refusal_detail(declare(in_body))->'errors') e $$;
select is(fault('{"kind": "no_contact"}'), '#/name required', 'about somebody');
select is(fault('{"kind": "no_contact", "name_digest": "a", "unit_digest": "b"}'), '#/unit invalid', 'a unit belongs to same_unit');
select is(fault('{"kind": "chain_of_command", "name_digest": "a"}'), '#/period required', 'a chain of command is current or former');
select is(fault('{"kind": "no_contact", "period": "former", "name_digest": "a"}'), '#/period invalid', 'and nothing else is');
select is(fault('{"kind": "same_unit"}'), '#/from required, #/unit required', 'a unit has a name and a time');
select is(fault('{"kind": "same_unit", "unit_digest": "u", "name_digest": "n", "from": "2020-01-01"}'), '#/name invalid', 'and is no person');
select is(fault('{"kind": "same_unit", "unit_digest": "u", "from": "2020-01-01", "to": "2019-01-01"}'), '#/to invalid', 'time goes forward');
select is(fault('{"kind": "dual_relationship", "name_digest": "n", "from": "2020-01-01"}'), '#/from invalid', 'other kinds have no time');
select is(fault('{"kind": "recusal", "name_digest": "n"}'), '#/kind not-allowed', 'a peer recuses nobody');
select is(fault(format('{"kind": "no_contact", "participant_id": "%s"}', :'ann')), '#/participant_id not-allowed', 'a peer names nobody by id');
select is(fault(format('{"kind": "no_contact", "participant_id": "%s"}', gen_random_uuid())), '#/participant_id not-allowed', 'and learns no id');
select is(fault(format('{"kind": "no_contact", "name_digest": "n", "for_participant_id": "%s"}', :'ann')), '#/for_participant_id not-allowed', 'and speaks for nobody else');
select enter('peer_supporter', :host) \g /dev/null
select is(answer(declare(format('{"kind": "recusal", "name_digest": "%s"}', digest('lee'))))->>'status', '201', 'a host recuses themselves');
select is((select for_account_id from conflict_declarations where name_digest = digest('lee')), :host, 'for themselves');
select is(fault(format('{"kind": "recusal", "account_id": "%s"}', :mhp)), '#/account_id not-allowed', 'a host names nobody by id either');
select enter('coordinator', :boss) \g /dev/null
select is(fault(format('{"kind": "no_contact", "for_participant_id": "%s", "participant_id": "%s"}', :'ann', gen_random_uuid())), '#/participant_id does-not-exist', 'a coordinator names who exists');
select is(fault(format('{"kind": "no_contact", "for_participant_id": "%s", "account_id": "%s"}', :'ann', account_of(:'bea'))), '#/account_id does-not-exist', 'an account is one of the staff''s');
select is(fault(format('{"kind": "no_contact", "for_participant_id": "%s", "participant_id": "%1$s"}', :'ann')), '#/participant_id invalid', 'nobody is apart from themselves');
select is(fault(format('{"kind": "no_contact", "for_participant_id": "%s", "for_account_id": "%s", "name_digest": "n"}', :'ann', :host)), '#/for_account_id invalid', 'for one person');
select is(fault(format('{"kind": "recusal", "for_participant_id": "%s", "name_digest": "n"}', :'ann')), '#/kind not-allowed', 'a recusal is the staff''s');
select is(fault(format('{"kind": "no_contact", "for_participant_id": "%s", "participant_id": "%s", "account_id": "%s"}', :'ann', :'bea', :host)), '#/name invalid', 'about one person');
select enter('coordinator', :quebec, null, '{QC}') \g /dev/null
select is(fault(format('{"kind": "no_contact", "for_participant_id": "%s", "name_digest": "n"}', :'ann')), '#/for_participant_id does-not-exist', 'only for people they see');
select is(fault(format('{"kind": "no_contact", "for_participant_id": "%s", "participant_id": "%s"}', :'cora', :'ann')), '#/participant_id does-not-exist', 'and about people they see');

-- Each kind, in both directions, between peers and between a peer and a host.
select enter('coordinator', :boss) \g /dev/null
create or replace function tests.both_ways(in_kind text, in_extra text, in_outsider uuid, in_insider text, in_cohort uuid) returns text language plpgsql as $$
declare
    given jsonb := format('{"kind": "%s"}', in_kind)::jsonb || in_extra::jsonb;
    outcome text := '';
    made uuid;
    way jsonb;
begin
    perform enter('coordinator', 'c0000000-0000-4000-8000-000000000001');
    foreach way in array array[
        jsonb_build_object('for_participant_id', in_outsider) || in_insider::jsonb,
        jsonb_build_object('participant_id', in_outsider)
            || (select jsonb_object_agg('for_' || key, value) from jsonb_each(in_insider::jsonb))]
    loop
        made := declared((given || way)::text);
        outcome := outcome || case when blocks(in_outsider, in_cohort) then 'blocked ' else 'free ' end;
        perform answer(format('select * from conflict_declarations_withdraw(%L)', made));
        outcome := outcome || case when blocks(in_outsider, in_cohort) then 'blocked ' else 'free ' end;
    end loop;
    return rtrim(outcome);
end
$$;
select is(blocks(:'bea', :'g'), false, 'nothing stands between strangers');
select is(both_ways('no_contact', '{}', :'bea', format('{"participant_id": "%s"}', :'ann'), :'g'), 'blocked free blocked free', 'A6.5 no contact, peer and peer, either direction, until taken back');
select is(both_ways('no_contact', '{}', :'bea', format('{"account_id": "%s"}', :host), :'g'), 'blocked free blocked free', 'A6.5 no contact, peer and host');
select is(both_ways('chain_of_command', '{"period": "current"}', :'bea', format('{"participant_id": "%s"}', :'ann'), :'g'), 'blocked free blocked free', 'A6.5 current chain of command, peer and peer');
select is(both_ways('chain_of_command', '{"period": "former"}', :'bea', format('{"participant_id": "%s"}', :'ann'), :'g'), 'blocked free blocked free', 'A6.5 former chain of command, peer and peer');
select is(both_ways('chain_of_command', '{"period": "former"}', :'bea', format('{"account_id": "%s"}', :mhp), :'g'), 'blocked free blocked free', 'A6.5 former chain of command, peer and host');
select is(both_ways('dual_relationship', '{}', :'bea', format('{"account_id": "%s"}', :host), :'g'), 'blocked free blocked free', 'A6.5 dual relationship blocks while nobody decided');
select is((select array_agg(distinct raised_at is null) from conflict_matches), '{t}', 'nothing was raised: nobody of them is in one group');
select is(is_blocked(:'g'), false, 'and no group is blocked');
create temp table recused as select declared(format('{"kind": "recusal", "for_account_id": "%s", "participant_id": "%s"}', :other_host, :'ann')) as id;
select is(blocks_host(:other_host, :'g'), true, 'A6.5 a recusal keeps a host from a group with that person');
select is(blocks_host(:host, :'g'), false, 'and nobody else');
select answer(format('select * from conflict_declarations_withdraw(%L)', id)) from recused \g /dev/null
-- The same for the host who already leads.
select group_of('drop_in', '2026-12-02 18:00') as g2 \gset
select leads(:other_host, :'g2', 'peer_supporter') \g /dev/null
create temp table ways as select declared(format('{"kind": "no_contact", "for_account_id": "%s", "participant_id": "%s"}', :other_host, :'bea')) as id;
select is(array[blocks(:'bea', :'g2'), blocks(:'bea', :'g')], '{t,f}', 'the block is about that group alone');
select is((select array[for_participant_id, participant_id] from conflict_matches m join ways w on w.id = m.declaration_id), array[null, :'bea']::uuid[], 'a host and a peer');

-- same_unit: two declarations that overlap.
select enter_person(:'cora') \g /dev/null
select is(answer(declare(format('{"kind": "same_unit", "unit_digest": "%s", "from": "2018-06-01", "to": "2020-06-01"}', digest('2 rcr'))))->>'status', '201', 'a peer names a unit and a time');
select enter_person(:'ann') \g /dev/null
select answer(declare(format('{"kind": "same_unit", "unit_digest": "%s", "from": "2020-06-02"}', digest('2 rcr')))) \g /dev/null
select is(blocks(:'cora', :'g'), false, 'S2.45, A6.5 the same unit at another time is no conflict');
select answer(declare(format('{"kind": "same_unit", "unit_digest": "%s", "from": "2019-01-01", "to": "2019-02-01"}', digest('2 rcr')))) \g /dev/null
select is(blocks(:'cora', :'g'), true, 'A6.5 the same unit at the same time blocks until somebody decides');
select seat(:'cora', :'g2') as seat_cora \gset
select enter_person(:'dana') \g /dev/null
select answer(declare(format('{"kind": "same_unit", "unit_digest": "%s", "from": "2001-01-01"}', digest('other unit')))) \g /dev/null
select is(blocks(:'dana', :'g'), false, 'another unit is none');
select enter('coordinator', :boss) \g /dev/null
select m.id as unit_match from conflict_matches m where m.basis = 'unit' \gset
create or replace function tests.decide(in_match uuid, in_body text) returns text language sql as $$
    select format('select * from conflict_matches_decide(%L, null, %L)', in_match, in_body) $$;
select is(refusal_detail(decide(:'unit_match', '{"decision": "allow"}')), '{"errors": [{"code": "required", "pointer": "#/informed_agreement"}]}', 'A6.5 a warning is lifted with informed agreement');
select is(refusal(format('select * from conflict_matches_decide(%L, ''{7}'', ''{"decision": "block"}'')', :'unit_match')), 'precondition-failed', 'of the version one has seen');
select is(answer(decide(:'unit_match', '{"decision": "allow", "informed_agreement": true}'))#>>'{body,state}', 'allowed', 'by a coordinator');
select is(blocks(:'cora', :'g'), false, 'then they may sit together');
select is(answer(decide(:'unit_match', '{"decision": "block"}'))#>>'{body,state}', 'blocked', 'a decision may change');
select is(blocks(:'cora', :'g'), true, 'and holds');
select is(answer(decide(:'unit_match', '{"decision": "allow", "informed_agreement": true}'))#>>'{body,state}', 'allowed', 'as often as things change');
select is((select array[decided_by::text, informed_agreement::text] from conflict_matches where id = :'unit_match'), array[:boss, 'true'], 'who decided is kept');

-- Digests: who is in the program, who joins later, who changes their name.
select enter_person(:'dana') \g /dev/null
select answer(format($$select * from contacts_update(%L, null, '{"name_to_use": "5ea1ed00-0000-4000-8000-000000000009.n", "name_to_use_digest": "%s"}', null)$$, :'dana', digest('kim'))) \g /dev/null
select is((select array[m.basis, m.state, (m.participant_id = :'dana')::text, m.is_blocking::text] from conflict_matches m
    join conflict_declarations d on d.id = m.declaration_id where d.name_digest = digest('kim')), '{named,unconfirmed,true,true}', 'decision 6 a later joiner of that name is met, and blocks until somebody decided');
select seat(:'dana', :'g') as seat_dana \gset
select is(blocks(:'bea', :'g'), true, 'the declarer is kept apart from them');
select is(is_blocked(:'g'), false, 'the group itself has nobody who must not meet');
select enter_person(:'dana') \g /dev/null
select is(answer(format($$select * from contacts_update(%L, null, '{"name_to_use": "5ea1ed00-0000-4000-8000-000000000009.n", "name_to_use_digest": "%s"}', null)$$, :'dana', digest('kimberley')))->>'status', '200', 'another spelling');
select is(blocks(:'bea', :'g'), true, 'R1 lets nobody escape what was found');
select enter_person(:'bea') \g /dev/null
select is((select count(*) from conflict_matches where ended_at is null and for_participant_id = :'bea'), 1::bigint, 'there is a match');
select is(answer('select count(*) as n from conflict_matches')->>'n', '0', 'A6.5 silence: which the declarer does not see');
select is((select (answer(format('select body from conflict_declarations_json where id = %L', a#>>'{body,id}'))->'body') - array['id', 'created_at'] from own),
    (select (a->'body') - array['id', 'created_at'] from own), 'A6.5 silence: the declaration reads as before');
select is((answer(declare(format('{"kind": "no_contact", "name_digest": "%s"}', digest('kimberley'))))->'body') - array['id', 'created_at'],
    (answer(declare(format('{"kind": "no_contact", "name_digest": "%s"}', digest('nobody at all'))))->'body') - array['id', 'created_at'],
    'A6.5 silence: a name that is met and one that is not are answered alike');
select seat(:'bea', :'g2') \g /dev/null
update staff set name_digest = digest('nobody at all') where id = :other_host;
select renamed(:other_host) \g /dev/null
select is(is_blocked(:'g2'), true, 'a host who gets the name meets a declaration as well, and the group is blocked');
select is((select array[basis, state, (raised_at is not null)::text] from conflict_matches where account_id = :other_host), '{named,unconfirmed,true}', 'A6.5 for coordinators to see');
select is((select version from cohorts where id = :'g2'), 1, 'A6.5 silence: the version of the group, which others may see, does not move');
-- The coordinator asks by voice.
select enter('coordinator', :boss) \g /dev/null
select m.id as name_match from conflict_matches m where m.account_id = :other_host \gset
select is(refusal_detail(decide(:'name_match', '{"decision": "allow"}')), '{"errors": [{"code": "required", "pointer": "#/same_person"}]}', 'is it the same person?');
select is(refusal_detail(decide(:'name_match', '{"decision": "allow", "same_person": true, "informed_agreement": true}')), '{"reason": "hard-block"}', 'A6.5 a hard block is not lifted by agreement');
select is(answer(decide(:'name_match', '{"decision": "allow", "same_person": false}'))#>>'{body,state}', 'allowed', 'somebody else of that name is free');
select is(is_blocked(:'g2'), true, 'the other reason stands: the host''s own declaration');
select answer(format('select * from conflict_declarations_withdraw(%L)', id)) from ways \g /dev/null
select is(is_blocked(:'g2'), false, 'the last one taken back opens the group');
select is((select array_agg(refusal(decide(m.id, '{"decision": "block"}'))) from conflict_matches m join ways w on w.id = m.declaration_id), '{conflict-state}', 'what ended is not decided');
select m.id as known_match from conflict_matches m where m.basis = 'named' and m.participant_id = :'dana' and m.for_participant_id = :'bea' and m.state = 'unconfirmed' limit 1 \gset
select is(refusal_detail(decide(:'unit_match', '{"decision": "allow", "same_person": false}')), '{"errors": [{"code": "invalid", "pointer": "#/same_person"}]}', 'who is meant by a unit is no question');
select is(refusal_detail(decide(:'known_match', '{"decision": "block", "same_person": false}')), '{"errors": [{"code": "invalid", "pointer": "#/same_person"}]}', 'nobody is blocked for another''s name');
select is(answer(decide(:'known_match', '{"decision": "block", "same_person": true}'))#>>'{body,state}', 'blocked', 'confirmed by voice, it blocks');

-- Placed already: a new declaration stops the group, until somebody leaves or it is resolved.
select seat(:'bea', :'g', 'offered') as seat_bea \gset
select is(is_blocked(:'g'), true, 'a seat taken beside somebody who must not be met blocks the group, whoever forgot to ask');
select is((select raised_at is not null from conflict_matches where id = :'known_match'), true, 'and stands in the queue');
select is((answer(format('select body from conflict_matches_json where id = %L', :'known_match'))#>'{body,group_ids}'), to_jsonb(array[:'g'::uuid]), 'with the group');
select moved('declined', :'seat_bea') \g /dev/null
select is(is_blocked(:'g'), false, 'a freed seat opens it');
create temp table later as select declared(format('{"kind": "no_contact", "for_participant_id": "%s", "participant_id": "%s"}', :'ann', :'dana')) as id;
select is(is_blocked(:'g'), true, 'A6.5 declared between two who are placed: blocked at once');
select is((answer(format('select conflict_blocks_cohort(%L) as b', :'g'))->>'b'), 'true', 'and the group says so to coordinators');
select is(conflict_blocks_session(session_of(:'g')), true, 'and no session of theirs starts');
select answer(format('select * from conflict_declarations_withdraw(%L)', id)) from later \g /dev/null
select is(is_blocked(:'g'), false, 'taken back, it is open');
select is(answer(format('select * from conflict_declarations_withdraw(%L)', id))#>>'{body,state}', 'withdrawn', 'again is the same') from later;
select declared(format('{"kind": "recusal", "for_account_id": "%s", "participant_id": "%s"}', :host, :'ann')) as rec \gset
select is(is_blocked(:'g'), true, 'a host who recuses themselves stops their group');
update host_assignments set released_at = app_now() where id = :'lead';
select followed('coordinator', format('select conflict_follow_host(account_id) from host_assignments where id = %L', :'lead')) \g /dev/null
select is(is_blocked(:'g'), false, 'until they no longer lead it');
update host_assignments set released_at = null where id = :'lead';
select followed('coordinator', format('select conflict_follow_host(account_id) from host_assignments where id = %L', :'lead')) \g /dev/null
select is(is_blocked(:'g'), true, 'or again');
select answer(format('select * from conflict_declarations_withdraw(%L)', :'rec')) \g /dev/null

-- Exclusions (R14, I13).
insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (:'bea', :host, 'asked_by_peer', :boss, app_now());
select excluded(:'bea', :host) \g /dev/null
select is(array[blocks(:'bea', :'g'), blocks_host(:host, :'g')], '{t,f}', 'R14 who asked not to be seen by a host is not placed with them');
insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (:'ann', :mhp, 'asked_by_peer', :boss, app_now());
select excluded(:'ann', :mhp) \g /dev/null
select is(is_blocked(:'g'), true, 'and where they are already, the group stops');
delete from exclusions where account_id = :mhp;
select is(is_blocked(:'g'), false, 'until it is lifted');
-- Asked for by name.
update staff set name_digest = digest('sam') where id in (:quebec, :mhp);
select renamed(:quebec, :mhp) \g /dev/null
insert into staff (id, name_digest) values (:quebec, digest('sam')), (:boss, digest('alex'));
select renamed(:quebec, :boss) \g /dev/null
select enter_person(:'cora') \g /dev/null
create temp table asked as select
    answer(format('select * from exclusion_requests_create(%L)', format('{"staff_name_digest": "%s"}', digest('sam')))) as met,
    answer(format('select * from exclusion_requests_create(%L)', format('{"staff_name_digest": "%s"}', digest('nobody')))) as unmet;
select is((met->'status', (met->'body') - 'id')::text, (unmet->'status', (unmet->'body') - 'id')::text, 'R14 silence: the answer is the same whether or not somebody bears the name') from asked;
select is((select array_agg(account_id order by account_id) from exclusions where participant_id = :'cora'), array[:mhp, :quebec]::uuid[], 'R14 and everybody who bears it is excluded at once');
select is(answer('select count(*) as n from exclusion_requests')->>'n', '0', 'who asked does not read what became of it');
select is((select array_agg(state order by created_at, state) from exclusion_requests where participant_id = :'cora'), '{matched,open}', 'one is settled, one waits for a coordinator');
select enter('coordinator', :quebec, null, '{QC}') \g /dev/null
select is(answer(format('select count(*) as n from exclusion_requests where participant_id = %L', :'cora'))->>'n', '0', 'R14 who is meant does not hear of it');
select enter('coordinator', :boss) \g /dev/null
select is(answer(format('select count(*) as n from exclusion_requests where participant_id = %L', :'cora'))->>'n', '2', 'other coordinators do');
update staff set name_digest = digest('nobody') where id = :other_host;
select renamed(:other_host) \g /dev/null
select is((select array_agg(distinct state) from exclusion_requests where participant_id = :'cora'), '{matched}', 'who joins the staff later under that name is excluded too');
select enter_person(:'ann') \g /dev/null
select (answer(format('select * from exclusion_requests_create(%L)', format('{"staff_name_digest": "%s"}', digest('pat'))))#>>'{body,id}') as request \gset
select enter('coordinator', :boss) \g /dev/null
select is(answer(format('select * from exclusion_requests_close(%L, ''{1}'')', :'request'))#>>'{body,state}', 'closed', 'a coordinator settles what no name met');
select is(refusal(format('select * from exclusion_requests_close(%L, null)', :'request')), 'conflict-state', 'once');
select is((select name_digest from exclusion_requests where id = :'request'), null, 'decision 6 then the digest is gone');

-- I13: nobody handles what is about themselves, be it only by a digest.
select enter_person(:'dana') \g /dev/null
select (answer(declare(format('{"kind": "no_contact", "name_digest": "%s"}', digest('alex'))))#>>'{body,id}') as about_boss \gset
select enter('coordinator', :boss) \g /dev/null
create or replace function tests.sees(in_declaration uuid) returns text language sql as $$
    select (answer(format('select count(*) as n from conflict_declarations where id = %L', in_declaration))->>'n')
        || (answer(format('select count(*) as n from conflict_matches where declaration_id = %L', in_declaration))->>'n') $$;
select is(sees(:'about_boss'), '00', 'I13 a coordinator does not see a declaration whose digest means them');
select is(refusal(format('select * from conflict_declarations_withdraw(%L)', :'about_boss')), 'not-found', 'nor takes it back');
select enter('coordinator', 'c0000000-0000-4000-8000-000000000003') from account('coordinator', 'c0000000-0000-4000-8000-000000000003') \g /dev/null
select is(sees(:'about_boss'), '11', 'another one does');
insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (:'dana', 'c0000000-0000-4000-8000-000000000003', 'own_case', :boss, app_now());
select excluded(:'dana', 'c0000000-0000-4000-8000-000000000003', true) \g /dev/null
select is(sees(:'about_boss'), '00', 'I13 but not of somebody they are excluded from');
select enter('coordinator', :quebec, null, '{QC}') \g /dev/null
select is(sees(:'about_boss'), '00', 'nor of other regions');
select enter('coordinator', :boss) \g /dev/null
select answer(declare(format('{"kind": "dual_relationship", "account_id": "%s"}', :host))) \g /dev/null
select is((select sees(id) from conflict_declarations where for_account_id = :boss), '10', 'I13 of their own declaration they see no match, and decide none');

-- Where somebody lives decides who handles it, also after a move.
select (answer(declare(format('{"kind": "no_contact", "for_participant_id": "%s", "name_digest": "%s"}', :'ann', digest('rory'))))#>>'{body,id}') as moved \gset
update participants set region = 'QC' where id = :'ann';
select followed('coordinator', format('select conflict_follow_region(%L)', :'ann')) \g /dev/null
select is((select region_keys from conflict_declarations where id = :'moved'), '{QC}', 'a declaration follows the people it names');
select enter('coordinator', :quebec, null, '{QC}') \g /dev/null
select is(sees(:'moved'), '10', 'R14 and the coordinators of the region they moved to handle it');
update participants set region = 'ON' where id = :'ann';
select followed('coordinator', format('select conflict_follow_region(%L)', :'ann')) \g /dev/null
select is(sees(:'moved'), '00', 'those of the region they left do not');

-- A host who was a peer beside them (A6.5), and one person with two logins (S0.20).
select enter('coordinator', :boss) \g /dev/null
select person('ON') as eve, person('ON') as finn, person('ON') as gwen \gset
select group_of('drop_in', '2026-12-03 18:00') as g3 \gset
select seat(:'eve', :'g3', 'offered') as seat_eve, seat(:'finn', :'g3', 'offered') as seat_finn, seat(:'gwen', :'g3', 'offered') as seat_gwen \gset
select intake(p, 'group', 'ready'), accept(p, '{code_of_conduct,consent,confidentiality,safety_protocol}')
from unnest(array[:'eve', :'finn', :'gwen']::uuid[]) p \g /dev/null
select host('peer_supporter', 'b0000000-0000-4000-8000-000000000009') as eve_leads \gset
insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (:'eve', :'eve_leads', 'own_case', :boss, app_now());
select excluded(:'eve', :'eve_leads', true) \g /dev/null
create or replace function tests.recorded(in_host uuid) returns bigint language sql as $$
    select count(*) from conflict_matches where for_account_id = in_host and basis = 'record' and ended_at is null $$;
select moved('confirmed', :'seat_eve', :'seat_finn') \g /dev/null
select is(recorded(:'eve_leads'), 1::bigint, 'A6.5 two who sat together are on record, who was only offered a seat is not');
select is((select row(participant_id, state, needs_agreement, raised_at)::text from conflict_matches where for_account_id = :'eve_leads'),
    row(:'finn'::uuid, 'unconfirmed', true, null)::text, 'as a warning that nobody has decided');
select is(array[is_blocked(:'g3'), conflict_blocks_session(session_of(:'g3'))], '{f,f}', 'where both are peers it stops nothing');
select is(blocks(:'finn', :'g3'), false, 'nor anybody''s seat there');
select moved('withdrawn', :'seat_eve') \g /dev/null
select moved('confirmed', :'seat_gwen') \g /dev/null
select is(recorded(:'eve_leads'), 2::bigint, 'who was there before them counts as well');
select group_of('drop_in', '2026-12-04 18:00') as g4 \gset
select leads(:'eve_leads', :'g4', 'peer_supporter') as lead_eve \gset
select is(array[blocks(:'finn', :'g4'), blocks(:'bea', :'g4')], '{t,f}', 'A6.5 where they lead, it stops the one they sat beside, nobody else');
select m.id as record from conflict_matches m where m.for_account_id = :'eve_leads' and m.participant_id = :'finn' \gset
select is(refusal_detail(decide(:'record', '{"decision": "allow", "same_person": true}')), '{"errors": [{"code": "required", "pointer": "#/informed_agreement"}]}', 'A6.5 until those concerned agree');
select is(answer(decide(:'record', '{"decision": "allow", "informed_agreement": true}'))#>>'{body,kind}', 'shared_group', 'and a coordinator has decided');
select is(blocks(:'finn', :'g4'), false, 'then they may');
select declared(format('{"kind": "no_contact", "for_participant_id": "%s", "participant_id": "%s"}', :'bea', :'eve')) as against_eve \gset
select is(array[blocks(:'bea', :'g4'), blocks_host(:'eve_leads', :'g2')], '{t,t}', 'R1 who must not meet the peer must not meet the host that they are');
select is(blocks(:'eve', :'g4'), true, 'I13 who leads a group is no peer in it');
select enter('coordinator', :'eve_leads') \g /dev/null
select is(sees(:'against_eve'), '00', 'I13 nor would they handle what is about their other login');
select enter('coordinator', :boss) \g /dev/null
delete from exclusions where account_id = :'eve_leads';
select followed('coordinator', format('select conflict_follow_exclusions(array[%1$L]::uuid[], array[%2$L]::uuid[], array[%2$L]::uuid[], true)', :'eve', :'eve_leads')) \g /dev/null
select is(array[recorded(:'eve_leads')::text, blocks(:'bea', :'g4')::text], '{0,false}', 'it was not them: nothing is on record any more');
-- With the same sign-in nobody needs to say so.
update accounts set subject = 'gwen' where id = account_of(:'gwen');
insert into accounts (id, subject, role) values ('b0000000-0000-4000-8000-00000000000a', 'gwen', 'peer_supporter');
select followed('administrator', 'select conflict_follow_login(''b0000000-0000-4000-8000-00000000000a'')') \g /dev/null
select is(recorded('b0000000-0000-4000-8000-00000000000a'), 2::bigint, 'A6.5 the token knows them: whoever sat beside them, also who has left since');

-- Today's roster (I5).
select person('ON') as hal, person('ON') as iris \gset
select intake(:'hal', 'group', 'ready'), accept(:'hal', '{code_of_conduct,consent,confidentiality,safety_protocol}') \g /dev/null
select seat(:'hal', :'g4', 'offered') as seat_offered, seat(:'iris', :'g4') \gset today_
select declared(format('{"kind": "no_contact", "for_participant_id": "%s", "participant_id": "%s"}', :'hal', :'iris')) as today \gset
select is(array[is_blocked(:'g4'), conflict_blocks_session(session_of(:'g4'))], '{t,f}', 'I5 who has not said yes is not on today''s roster');
select moved('confirmed', :'today_seat_offered') \g /dev/null
select is(conflict_blocks_session(session_of(:'g4')), true, 'once they have, no session with both starts');
select is((select raised_at is not null from conflict_matches where declaration_id = :'today'), true, 'it stands in the queue');
select moved('withdrawn', :'today_seat_offered') \g /dev/null
select is((select raised_at is null and is_blocking from conflict_matches where declaration_id = :'today'), true, 'until they part; the block itself stays');

-- What a peer reads.
select is((select count(*) from audit_events where object_type = 'conflict_match' and participant_ids <> '{}'), 0::bigint,
    'A6.5 silence: in "who has seen my file" nobody finds that a match was looked at or decided');
select is((select array_agg(distinct role) from audit_events where object_type in ('conflict_declaration', 'exclusion_request') and participant_ids <> '{}'), '{peer}',
    'A6.5 silence: nor what coordinators declared, withdrew or settled');
select enter_person(:'bea') \g /dev/null
select is((select array_agg(distinct answer(format('select declared_by = actor_account_id() as own from conflict_declarations where id = %L', d.id))->>'own') from conflict_declarations d where declared_by = account_of(:'bea')), '{true}', 'a peer reads their own');
select is((answer('select count(*) as n from conflict_declarations')->>'n')::bigint, (select count(*) from conflict_declarations where declared_by = account_of(:'bea')), 'and no other');

-- Twenty a day.
select answer(declare(format('{"kind": "no_contact", "name_digest": "%s"}', digest('n' || n)))) from generate_series(1, 17) n \g /dev/null
select is(refusal_detail(declare('{"kind": "no_contact", "name_digest": "zz"}')), '{"reason": "too-many-today"}', 'A6.5 silence: nobody tries out names one after the other');
select clock('2026-11-25 16:00Z') \g /dev/null
select is(refusal(declare('{"kind": "no_contact", "name_digest": "zz"}')), null, 'the next day there are more');

-- Wall 2, role by table by verb.
create or replace function tests.row_of(in_table text, in_person uuid, in_account uuid) returns text language sql as $$
    select case in_table
        when 'conflict_declarations' then format('insert into conflict_declarations (kind, for_participant_id, for_account_id, name_digest, declared_by, created_at)
            values (''no_contact'', %L, %L, ''d'', actor_account_id(), app_now())', in_person, case when in_person is null then in_account end)
        when 'conflict_matches' then format('insert into conflict_matches (declaration_id, basis, for_participant_id, participant_id, needs_agreement, state, created_at)
            select id, ''known'', for_participant_id, %L, false, ''blocked'', app_now() from conflict_declarations where for_participant_id is not null limit 1', in_person)
        else format('insert into exclusion_requests (participant_id, name_digest, created_at) values (%L, ''d'', app_now())', in_person) end $$;
create or replace function tests.verbs_of(in_role text, in_account uuid, in_person uuid) returns text language plpgsql as $$
begin
    perform enter(in_role, in_account, case when in_role = 'peer' then in_person end);
    return (select string_agg(verbs(t, row_of(t, case when in_role in ('peer', 'coordinator') then in_person end, in_account)), '/' order by t)
        from unnest(array['conflict_declarations', 'conflict_matches', 'exclusion_requests']) t);
end
$$;
-- The triggers let through no other change than these two.
create or replace function tests.verbs_with_steps(in_role text, in_account uuid, in_person uuid) returns text language sql as $$
    select verbs_of(in_role, in_account, in_person)
        || case when touches('update conflict_declarations set withdrawn_at = app_now() where withdrawn_at is null') then ' withdraws' else '' end
        || case when touches('update conflict_matches set decided_by = actor_account_id() where ended_at is null') then ' decides' else '' end
        || case when touches('update exclusion_requests set closed_by = actor_account_id()') then ' settles' else '' end $$;
select is(verbs_with_steps('peer', account_of(:'bea'), :'bea'), 'SI//I withdraws', 'wall 2: a peer declares, takes back, asks');
select is(verbs_with_steps('peer_supporter', :host, :'bea'), 'SI// withdraws', 'wall 2: a peer supporter declares and takes back');
select is(verbs_with_steps('mental_health_professional', :mhp, :'bea'), 'I//', 'wall 2: a professional has declared nothing yet');
select is(verbs_with_steps('coordinator', :boss, :'bea'), 'SI/S/S withdraws decides settles', 'wall 2: a coordinator takes back, decides and settles; matches are made by nobody');
select is(verbs_with_steps('line', :mhp, :'bea'), '//', 'wall 2: not the line');
select is(verbs_with_steps('administrator', 'a0000000-0000-4000-8000-000000000001', :'bea'), '//', 'wall 2: not the administrator');
select is(verbs_with_steps('nobody', null, :'bea'), '//', 'wall 2: nobody else');
select enter('coordinator', :boss) \g /dev/null
select is(refusal($$update conflict_declarations set kind = 'recusal'$$), '42501', 'what was declared stays as it was');
select is(refusal($$update conflict_matches set state = 'blocked', decided_by = actor_account_id(), participant_id = null where ended_at is null$$), '42501', 'whom it meets as well');
select * from finish();
rollback;
