-- SPDX-License-Identifier: MIT
-- Hosts: clearance and trainings, who may lead what, substitutes, double booking, shortfalls and who could cover them.
begin;
\ir 00_helpers.sql
\ir offer.psql
\set qread `cat sql/statements/qualifications/read.sql`
prepare qualifications_read (text, text, jsonb, jsonb, int[], jsonb) as :qread
\set tlist `python3 sql/page.py sql/statements/trainings/list.sql`
prepare trainings_list (text, text, jsonb, jsonb, int[], jsonb) as :tlist
\set tread `cat sql/statements/trainings/read.sql`
prepare trainings_read (text, text, jsonb, jsonb, int[], jsonb) as :tread
\set hlist `python3 sql/page.py sql/statements/host_assignments/list.sql`
prepare assignments_list (text, text, jsonb, jsonb, int[], jsonb) as :hlist
\set hread `cat sql/statements/host_assignments/read.sql`
prepare assignments_read (text, text, jsonb, jsonb, int[], jsonb) as :hread
\set short `python3 sql/page.py sql/statements/shortfalls/list.sql`
prepare shortfalls_list (text, text, jsonb, jsonb, int[], jsonb) as :short
\set colleagues `python3 sql/page.py sql/statements/colleagues/list.sql`
prepare colleagues_list (text, text, jsonb, jsonb, int[], jsonb) as :colleagues
select plan(128);

-- Alone: whoever came with the demo is set aside.
update accounts set is_active = false where role in ('peer_supporter', 'mental_health_professional');
update cohorts set state = 'cancelled';
select account('coordinator', 'a8000000-0000-4000-8000-000000000004') \g /dev/null
select account('administrator', 'a8000000-0000-4000-8000-000000000006') \g /dev/null
select account('peer_supporter', 'a8000000-0000-4000-8000-000000000002') \g /dev/null
select account('mental_health_professional', 'a8000000-0000-4000-8000-000000000003') \g /dev/null
\set boss '''a8000000-0000-4000-8000-000000000004'''
\set chief '''a8000000-0000-4000-8000-000000000006'''
\set sup 'a8000000-0000-4000-8000-000000000002'
\set pro 'a8000000-0000-4000-8000-000000000003'
insert into staff (id, alias, languages) values (:'sup', 'Sup', '{en}'), (:'pro', 'Pro', '{en}');
update services set state = 'available', capacity = 10, max_sessions = 8 where code = 'informal_group';
update services set state = 'available', capacity = 8, max_sessions = 10 where code = 'formal_group';
select clock('2026-11-23 15:00Z') \g /dev/null

-- Qualifications.
select enter('administrator', :chief) \g /dev/null
create function tests.qualifies(in_id uuid, in_body jsonb, in_versions int[] default null) returns text language sql as $$
    select format('select * from qualifications_replace(%L, %L, %L)', in_id, in_versions, in_body) $$;
create function tests.qualified(in_id uuid) returns jsonb language sql as $$ select answer(format('execute qualifications_read(%L, null, null, null, null, null)', in_id)) $$;
select is((qualified(:'sup'))->>'etag', '0', 'before anything is known there is an empty qualification');
select is((qualified(:'sup')->'body') - 'modules_missing', jsonb_build_object('account_id', :'sup', 'designation', null, 'cleared_on', null, 'clearance_expires_on', null, 'regions', '[]'::jsonb, 'is_cleared', false), 'of somebody not cleared');
select is(jsonb_array_length(qualified(:'sup')#>'{body,modules_missing}') || ' ' || jsonb_array_length(qualified(:'pro')#>'{body,modules_missing}'), '9 10', 'S0.25, S0.23: who lacks the orientation, professionals also the facilitator training');
select is(qualified(gen_random_uuid()), null, 'of an account that exists');
select is((answer(qualifies(:'sup', '{"cleared_on": "2026-01-15", "clearance_expires_on": "2026-11-23", "regions": ["QC"]}', '{0}'))->'body') - '{account_id,modules_missing}'::text[],
    '{"designation": null, "cleared_on": "2026-01-15", "clearance_expires_on": "2026-11-23", "regions": ["QC"], "is_cleared": true}', 'R13: cleared, to the end of the last day');
select is(refusal(qualifies(:'sup', '{}', '{0}')), 'precondition-failed', 'the version counts');
select clock('2026-11-24 05:00Z') \g /dev/null
select is(qualified(:'sup')#>>'{body,is_cleared}', 'false', 'R13: and not the day after, by the office''s clock');
select clock('2026-11-23 15:00Z') \g /dev/null
select is(faults(qualifies(:'sup', '{"designation": "social_worker", "cleared_on": "2026-11-24"}')), 'designation invalid, cleared_on in-the-future', 'a designation is a professional''s, a clearance has been given');
select is(faults(qualifies(:'pro', '{"clearance_expires_on": "2027-01-01"}')), 'designation required, cleared_on required', 'S0.21: a professional has a designation');
select is(refusal(qualifies(:'pro', '{"designation": "social_worker", "cleared_on": "2026-11-01", "clearance_expires_on": "2026-10-31"}')), '23514 qualifications__clearance_expires_on__order', 'nothing ends before it began');
select is(answer(qualifies(:'pro', '{"designation": "social_worker", "cleared_on": "2026-11-01"}'))#>>'{body,designation}', 'social_worker', 'it is recorded');
select is(refusal(qualifies((select id from accounts where role = 'peer' limit 1), '{}')), 'not-found', 'a peer is nobody here');
select is((select fields from audit_events where object_id = :'pro' and action = 'update'), '{cleared_on,designation}', 'the audit names what was given');
select isnt((select count(*) from audit_events where object_id = :'sup' and action = 'read' and object_type = 'qualification'), 0::bigint, 'and who looked');

-- Trainings.
create function tests.trains(in_id uuid, in_body jsonb) returns text language sql as $$ select format('select * from trainings_create(%L, %L)', in_id, in_body) $$;
select answer(trains(:'sup', '{"kind": "orientation", "module": "active_listening", "completed_on": "2026-02-10", "expires_on": "2027-02-10"}')) as made \gset
select (:'made'::jsonb)#>>'{body,id}' as tid \gset
select is(((:'made'::jsonb)->'body') - '{id,account_id,created_at}'::text[], '{"kind": "orientation", "module": "active_listening", "label": {"en": "Active listening", "fr": "Écoute active"},
    "completed_on": "2026-02-10", "expires_on": "2027-02-10"}', 'S0.31: a training has its dates');
select is((:'made'::jsonb)->>'location', '/v1/trainings/' || :'tid', 'and a place');
select is(qualified(:'sup')->>'etag', '2', 'the qualification has changed with it');
select is('active_listening' = any (text_array(qualified(:'sup')#>'{body,modules_missing}')), false, 'it is no longer missing');
select is(refusal(trains(:'sup', '{"kind": "orientation", "module": "active_listening", "completed_on": "2026-02-10"}')), '23505 trainings__module__taken', 'the same is recorded once');
select is(faults(trains(:'sup', '{"kind": "facilitator", "module": "active_listening", "completed_on": "2026-11-24"}')), 'module not-allowed, completed_on in-the-future', 'a module is one of its kind, and has been completed');
select is(refusal(trains(:'sup', '{"kind": "continuing", "module": "scenario_practice", "completed_on": "2026-02-10", "expires_on": "2026-02-09"}')), '23514 trainings__expires_on__order', 'nothing expires before');
select is(refusal(trains(gen_random_uuid(), '{"kind": "orientation", "module": "self_care", "completed_on": "2026-02-10"}')), 'not-found', 'of an account that exists');
select is((answer(trains(:'sup', '{"kind": "continuing", "module": "scenario_practice", "completed_on": "2026-03-10"}'))->>'status'), '201', 'S0.30: continuing education as well');
create function tests.trained(in_id uuid, in_query jsonb) returns jsonb language sql as $$ select answer(format('execute trainings_list(%L, null, %L, null, null, null)', in_id, in_query)) $$;
select is((select string_agg(t->>'module', ',') from jsonb_array_elements(trained(:'sup', '{"limit": 9}')->'body') t), 'scenario_practice,active_listening', 'the last completed first');
select is(trained(:'sup', jsonb_build_object('limit', 1, 'after', (trained(:'sup', '{"limit": 1}')->>'next')::jsonb))#>>'{body,0,module}', 'active_listening', 'page by page');
select is(trained(gen_random_uuid(), '{"limit": 9}'), null, 'of an account that exists');
select is(answer(format('execute trainings_read(%L, null, null, null, null, null)', :'tid'))#>>'{body,module}', 'active_listening', 'one is read');
select is(answer(format('select * from trainings_delete(%L)', :'tid'))->>'status', '204', 'and removed');
select is(refusal(format('select * from trainings_delete(%L)', :'tid')), 'not-found', 'once');
select enter('coordinator', :boss) \g /dev/null
select is(qualified(:'sup'), null, 'a coordinator reads no qualification');
select is(trained(:'sup', '{"limit": 9}'), null, 'nor trainings');
select is(refusal(trains(:'sup', '{"kind": "orientation", "module": "self_care", "completed_on": "2026-02-10"}')), 'not-found', 'nor records any');

-- Assigning. I5: role, activity, language, training, clearance; each thing that is missing is named.
select plan_group('informal_group', 'en', '{2026-12-01T18:30,2026-12-08T18:30}') as gid \gset
select plan_group('formal_group', 'fr', '{2026-12-02T18:30,2026-12-09T18:30}') as fid \gset
create function tests.assigns(in_cohort uuid, in_account uuid, in_slot text, in_session uuid default null, in_replaces uuid default null) returns text language sql as $$
    select format('select * from host_assignments_create(%L, %L)', in_cohort, jsonb_strip_nulls(jsonb_build_object(
        'account_id', in_account, 'slot', in_slot, 'session_id', in_session, 'replaces', in_replaces))) $$;
create function tests.assigned(in_cohort uuid, in_account uuid, in_slot text, in_session uuid default null, in_replaces uuid default null) returns uuid language sql as $$
    select (answer(assigns(in_cohort, in_account, in_slot, in_session, in_replaces))#>>'{body,id}')::uuid $$;
create function tests.releases(in_id uuid, in_versions int[] default null) returns text language sql as $$
    select format('select * from host_assignments_release(%L, %L)', in_id, in_versions) $$;
select is(faults(assigns(:'gid', :'sup', 'peer_supporter')), 'account_id training-missing, account_id not-cleared', 'S0.31, R13: nobody leads without orientation, nor after the clearance has ended');
select is(jsonb_array_length(refusal_detail(assigns(:'gid', :'sup', 'peer_supporter'))->'modules_missing'), 9, 'the modules are named');
select is(faults(assigns(:'fid', :'pro', 'peer_supporter')), 'slot wrong-role, account_id other-language, account_id training-missing', 'I5, I6: role and language as well');
select is(faults(assigns(:'gid', :boss, 'peer_supporter')), 'account_id does-not-exist', 'who is no host does not exist as one');
select is(faults(assigns(:'gid', (select id from accounts where role = 'peer' limit 1), 'peer_supporter')), 'account_id does-not-exist', 'R2: least of all a peer');
select is(faults(assigns(:'gid', gen_random_uuid(), 'peer_supporter')), 'account_id does-not-exist', 'nor nobody');
select tests.host('peer_supporter', 'Ana') as ana \gset
select tests.host('peer_supporter', 'Ben') as ben \gset
select tests.host('peer_supporter', 'Cleo', '{en}') as cleo \gset
select tests.host('mental_health_professional', 'Max') as max \gset
select tests.host('mental_health_professional', 'Nel') as nel \gset
select is(faults(assigns(:'gid', :'ana', 'mental_health_professional')), 'slot not-allowed', 'S2.33: an informal group has no professional''s place');
select is(faults(assigns(:'fid', :'max', 'on_call_professional')), 'slot not-allowed', 'nor a formal one somebody on call');
select is(refusal(assigns('00000000-0000-4000-8000-00000000dead', :'ana', 'peer_supporter')), 'not-found', 'of a group that exists');
-- Each condition by itself.
create function tests.ana() returns uuid language sql as $$ select id from staff where alias = 'Ana' $$;
create function tests.without(in_change text) returns text language plpgsql as $$
declare found text;
begin
    begin
        execute in_change;
        found := faults(assigns((select g.id from cohorts g where g.language = 'en' and g.state = 'draft'), ana(), 'peer_supporter'));
        raise exception using errcode = 'TT000';
    exception when sqlstate 'TT000' then
        return coalesce(found, 'ok');
    end;
end $$;
select is(without(v.change), v.found, v.note) from (values
    ('select', 'ok', 'I5: somebody who lacks nothing'),
    ($$update accounts set is_active = false where id = ana()$$, 'account_id not-active', 'I5: active'),
    ($$update staff set languages = '{fr}' where alias = 'Ana'$$, 'account_id other-language', 'I5, I6: speaks the language of the group'),
    ($$delete from trainings where account_id = ana() and module = 'self_care'$$, 'account_id training-missing', 'S0.25: one module is not optional'),
    ($$update trainings set expires_on = '2026-11-30' where account_id = ana() and module = 'self_care'$$, 'account_id training-missing', 'S0.31: nor may it have expired on the first day'),
    ($$update trainings set expires_on = '2026-12-01' where account_id = ana() and module = 'self_care'$$, 'ok', 'S0.31: it counts on its last day'),
    ($$insert into trainings (account_id, kind, module, completed_on, recorded_by, created_at) select account_id, kind, module, '2026-01-01', recorded_by, created_at from trainings where account_id = ana() and module = 'self_care';
        update trainings set expires_on = '2026-11-30' where account_id = ana() and module = 'self_care' and completed_on = '2020-01-01'$$, 'ok', 'S0.31: repeated in time'),
    ($$delete from trainings where account_id = ana() and kind <> 'orientation'$$, 'ok', 'S0.23: facilitator training is the professionals'''),
    ($$update qualifications set cleared_on = null where account_id = ana()$$, 'account_id not-cleared', 'I5: cleared'),
    ($$update qualifications set clearance_expires_on = '2026-11-30' where account_id = ana()$$, 'account_id not-cleared', 'R13: on the day of the first session')) v (change, found, note);
delete from trainings where account_id = :'max' and kind = 'facilitator';
select is(faults(assigns(:'gid', :'max', 'on_call_professional')), 'account_id training-missing', 'S0.23: a professional needs the facilitator training');
insert into trainings (account_id, kind, module, completed_on, recorded_by, created_at) values (:'max', 'facilitator', 'group_facilitation', '2026-01-01', :'max', app_now());

select answer(assigns(:'gid', :'ana', 'peer_supporter')) as made \gset
select (:'made'::jsonb)#>>'{body,id}' as a1 \gset
select is(((:'made'::jsonb)->'body') - '{id,assigned_at}'::text[], jsonb_build_object('group_id', :'gid', 'session_id', null, 'account_id', :'ana', 'alias', 'Ana', 'slot', 'peer_supporter',
    'replaces', null, 'assigned_by', :boss, 'released_at', null), 'somebody is assigned');
select is((:'made'::jsonb)->>'location', '/v1/host-assignments/' || :'a1', 'which has a place');
select is(answer(format('execute assignments_read(%L, null, null, null, null, null)', :'a1'))->>'etag', '1', 'and a version');
select is(shortfall_missing(session_of(:'gid', 1)), '{peer_supporter,on_call_professional}', 'I5, S2.33: one peer supporter is one short of two');
select is(refusal(assigns(:'gid', :'ana', 'peer_supporter')), '23505 host_assignments__account_id__taken', 'I5: nobody twice');
select assigned(:'gid', :'ben', 'peer_supporter') as a2 \gset
select is(reason(assigns(:'gid', :'cleo', 'peer_supporter')), 'slot-filled', 'I5: two are enough');
select is(shortfall_missing(session_of(:'gid', 1)), '{on_call_professional}', 'decision 4: a missing professional on call is told');
select assigned(:'gid', :'max', 'on_call_professional') as a3 \gset
select is(shortfall_missing(session_of(:'gid', 1)), '{}', 'and then nothing is missing');
select is((select string_agg(s.alias || ' ' || h.slot, ', ' order by s.alias) from session_hosts(session_of(:'gid', 1)) h join staff s on s.id = h.account_id),
    'Ana peer_supporter, Ben peer_supporter, Max on_call_professional', 'who leads');
-- What expires later is short later.
update trainings set expires_on = '2026-12-05' where account_id = :'ben' and module = 'crisis_management';
select is(shortfall_missing(session_of(:'gid', 1)) || '{-}' || shortfall_missing(session_of(:'gid', 2)), '{-,peer_supporter}', 'R13: an expiry is a shortfall from its day on');
update trainings set expires_on = null where account_id = :'ben';
update accounts set is_active = false where id = :'ben';
select is(shortfall_missing(session_of(:'gid', 1)), '{peer_supporter}', 'R15: a leaver is a shortfall at once');
update accounts set is_active = true where id = :'ben';

-- Substitutes.
select is(faults(assigns(:'gid', :'cleo', 'peer_supporter', session_of(:'fid', 1))), 'session_id does-not-exist', 'a substitute for a session of the group');
select is(faults(assigns(:'gid', :'cleo', 'peer_supporter', null, :'a1')), 'replaces invalid', 'in one session');
select is(faults(assigns(:'gid', :'cleo', 'peer_supporter', session_of(:'gid', 1), :'a3')), 'replaces invalid', 'in the same place');
select is(reason(assigns(:'gid', :'cleo', 'peer_supporter', session_of(:'gid', 1))), 'slot-filled', 'I5: a third one is one too many');
select is(reason(assigns(:'gid', :'ben', 'peer_supporter', session_of(:'gid', 1), :'a1')), 'two-slots', 'I5: nobody fills two places of a session');
select assigned(:'gid', :'cleo', 'peer_supporter', session_of(:'gid', 1), :'a1') as sub \gset
select is((select string_agg(s.alias, ', ' order by s.alias) from session_hosts(session_of(:'gid', 1)) h join staff s on s.id = h.account_id), 'Ben, Cleo, Max', 'a substitute leads that session');
select is((select string_agg(s.alias, ', ' order by s.alias) from session_hosts(session_of(:'gid', 2)) h join staff s on s.id = h.account_id), 'Ana, Ben, Max', 'and no other');
select is(shortfall_missing(session_of(:'gid', 1)), '{}', 'and counts');
select is(faults(assigns(:'gid', :'cleo', 'peer_supporter', session_of(:'gid', 1), :'a1')), 'replaces invalid', 'a place is taken once');
update sessions set state = 'completed', started_at = starts_at where id = session_of(:'gid', 2);
select is(refusal_detail(assigns(:'gid', :'cleo', 'peer_supporter', session_of(:'gid', 2), :'a1')), '{"state": "completed"}', 'nobody substitutes afterwards');
update sessions set state = 'scheduled', started_at = null where id = session_of(:'gid', 2);

-- Double booking.
select plan_group('informal_group', 'en', '{2026-12-01T19:59,2026-12-15T18:30}') as near \gset
select is(reason(assigns(:'near', :'ben', 'peer_supporter')), 'double-booked', 'I5: nobody leads two sessions at once');
select is(refusal_detail(assigns(:'near', :'ben', 'peer_supporter'))->'session_ids', jsonb_build_array(session_of(:'near', 1)), 'the session is named');
select assigned(:'near', :'ana', 'peer_supporter') as a4 \gset
select isnt(:'a4'::text, null, 'who is replaced is free');
select is(reason(releases(:'sub')), 'double-booked', 'as long as somebody is: then the substitute is needed');
select is(refusal_detail(format('select * from sessions_update(%L, null, ''{"local_start": "2026-12-08T18:00"}'', null)', session_of(:'near', 1)))->'account_ids', jsonb_build_array(:'ana'), 'nor is a session moved onto another of theirs');
select is(reason(format('select * from sessions_create(%L, ''{"local_start": "2026-12-08T19:00"}'', null)', :'near')), 'double-booked', 'nor added there');
select is(refusal(format('select * from sessions_update(%L, null, ''{"local_start": "2026-12-08T20:00"}'', null)', session_of(:'near', 1))), null, 'one may follow the other');
update cohorts set state = 'cancelled' where id = :'near';
update sessions set state = 'cancelled' where cohort_id = :'near';
select is(answer(releases(:'sub', '{1}'))#>>'{body,released_at}', '2026-11-23T15:00:00Z', 'a substitute is released');
select is((select string_agg(s.alias, ', ' order by s.alias) from session_hosts(session_of(:'gid', 1)) h join staff s on s.id = h.account_id), 'Ana, Ben, Max', 'who was replaced leads again');
select is(refusal_detail(releases(:'sub')), '{"state": "released"}', 'once');
select is(refusal(releases(:'a2', '{9}')), 'precondition-failed', 'releasing needs the version');
select is(refusal(releases(gen_random_uuid())), 'not-found', 'of an assignment that exists');
select is(refusal_detail(assigns(:'near', :'cleo', 'peer_supporter')), '{"state": "cancelled"}', 'a group that has ended needs nobody');

-- A6.5, I13: conflicts are one word, to coordinators.
insert into blocked_hosts values (:'nel', :'fid');
select is(refusal_detail(assigns(:'fid', :'nel', 'mental_health_professional')), '{"reason": "conflict"}', 'A6.5: a conflict refuses, and says nothing of whom');
create function tests.member(in_cohort uuid, in_host uuid, in_state text) returns void language plpgsql as $$
declare person uuid := gen_random_uuid(); account uuid := gen_random_uuid();
begin
    insert into accounts (id, subject, role, participant_id) values (account, account::text, 'peer', person);
    insert into participants (id, account_id, alias, preferred_language, affiliation_kind, age_attested_at, eligibility_attested_at, created_by, created_at)
    values (person, account, 'P ' || left(person::text, 30), 'en', 'caf_former', app_now(), app_now(), account, app_now());
    insert into enrolments (cohort_id, participant_id, state, waiting_since, created_at) values (in_cohort, person, in_state, app_now(), app_now());
    insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (person, in_host, 'own_case', account, app_now());
end $$;
select member(:'fid', :'ana', 'withdrawn') \g /dev/null
select is(refusal_detail(assigns(:'fid', :'ana', 'peer_supporter')), '{"reason": "conflict"}', 'I13: nobody leads a group they were in as a peer, and the answer is the same');

-- Shortfalls and who could cover them.
delete from blocked_hosts;
update cohorts set state = 'confirmed' where id in (:'gid', :'fid');
select answer(releases(:'a2')) \g /dev/null
create function tests.short(in_query jsonb default '{}') returns jsonb language sql as $$
    select answer(format('execute shortfalls_list(null, null, %L, null, null, null)', '{"limit": 25, "days": 14}'::jsonb || in_query)) $$;
select is((select string_agg((s->>'seq') || (s->>'language') || ' ' || (s->>'missing') || ' ' || (s->>'stops_session'), ', ') from jsonb_array_elements(short()->'body') s),
    '1en ["peer_supporter"] true, 1fr ["peer_supporter", "mental_health_professional"] true', 'the next fourteen days, the soonest first');
select is((select string_agg(c->>'alias', ',') from jsonb_array_elements(short()#>'{body,0,could_cover}') c), 'Ben,Cleo', 'with those who are fit and free');
select is((select string_agg((c->>'alias') || ' ' || (c->>'slot'), ', ') from jsonb_array_elements(short()#>'{body,1,could_cover}') c),
    'Max mental_health_professional, Nel mental_health_professional, Ben peer_supporter', 'I13, I6: neither who may not be there nor who speaks another language');
insert into blocked_hosts values (:'nel', :'fid');
select is((select string_agg(c->>'alias', ', ') from jsonb_array_elements(short()#>'{body,1,could_cover}') c), 'Max, Ben', 'A6.5: nor who must not meet somebody');
select is(jsonb_array_length(short('{"days": 7}')->'body'), 0, 'as far ahead as asked');
select is(jsonb_array_length(short('{"days": 60}')->'body'), 4, 'or farther');
select is(short(jsonb_build_object('limit', 1, 'after', (short('{"limit": 1}')->>'next')::jsonb))#>>'{body,0,language}', 'fr', 'page by page');
update trainings set expires_on = '2026-11-30' where account_id = :'ana' and module = 'crisis_management';
select is(short()#>'{body,0,unfit}', jsonb_build_array(jsonb_build_object('account_id', :'ana', 'alias', 'Ana', 'slot', 'peer_supporter', 'missing', '["training-missing"]'::jsonb)), 'who is assigned and does not count, and why');
select is(short()#>'{body,0,missing}', '["peer_supporter", "peer_supporter"]', 'each missing place is counted');
update trainings set expires_on = null where account_id = :'ana';
select assigned(:'gid', :'ben', 'peer_supporter') is not null as back \g /dev/null
update host_assignments set released_at = app_now() where id = :'a3';
select is(short()#>'{body,0,missing}', '["on_call_professional"]', 'decision 4: nobody on call is a shortfall');
select is(short()#>>'{body,0,stops_session}', 'false', 'decision 4: that stops nothing');
update cohorts set state = 'draft' where id = :'gid';
select is(jsonb_array_length(short()->'body'), 1, 'what is still a draft is not missed');
update cohorts set state = 'confirmed' where id = :'gid';

-- With whom a coordinator plans.
create function tests.known(in_query jsonb default '{}') returns jsonb language sql as $$
    select answer(format('execute colleagues_list(null, null, %L, null, null, null)', '{"limit": 25}'::jsonb || in_query)) $$;
create function tests.names(in_query jsonb default '{}') returns text language sql as $$
    select string_agg(c->>'alias', ',') from jsonb_array_elements(known(in_query || '{"limit": 90}')->'body') c where c->>'alias' is not null $$;
select is(names('{"role": ["peer_supporter", "mental_health_professional"]}'), 'Ana,Ben,Cleo,Max,Nel,Pro,Sup', 'active hosts, in order of their names');
select is((select c from jsonb_array_elements(known('{"role": ["mental_health_professional"]}')->'body') c where c->>'alias' = 'Pro'),
    jsonb_build_object('account_id', :'pro', 'role', 'mental_health_professional', 'alias', 'Pro', 'languages', '["en"]'::jsonb, 'regions', '[]'::jsonb, 'employer', null,
        'designation', 'social_worker', 'is_cleared', true, 'modules_missing', (select modules from host_facts(:'pro', 'mental_health_professional', 'en', '2026-11-23'))), 'with what they have and lack today');
select is((select c - 'account_id' from jsonb_array_elements(known('{"role": ["coordinator"]}')->'body') c where c->>'account_id' = :boss), '{"role": "coordinator", "alias": null, "languages": [],
    "regions": [], "employer": null, "designation": null, "is_cleared": null, "modules_missing": null}', 'coordinators too, who lead nothing');
select is(names('{"role": ["peer_supporter"], "language": "en"}') || ';' || coalesce(names('{"role": ["mental_health_professional"], "language": "fr"}'), ''), 'Ana,Ben,Cleo,Sup;Max,Nel', 'by role and language');
update qualifications set regions = '{QC,NB}' where account_id = :'ana';
select is(names('{"role": ["peer_supporter"], "region": "QC"}') || ';' || names('{"role": ["peer_supporter"], "region": "BC"}'), 'Ana,Ben,Cleo,Sup;Ben,Cleo', 'by region; who names none serves each');
select is(known(jsonb_build_object('role', '["peer_supporter"]'::jsonb, 'limit', 1, 'after', (known('{"role": ["peer_supporter"], "limit": 1}')->>'next')::jsonb))#>>'{body,0,alias}', 'Ben', 'page by page');
select is((select count(*) from jsonb_array_elements(known('{"limit": 90}')->'body') c where c->>'role' not in ('peer_supporter', 'mental_health_professional', 'coordinator')), 0::bigint, 'R2: no peer and nobody else');
select isnt((select count(*) from audit_events where object_type = 'colleague'), 0::bigint, 'who looked is kept');
select enter('peer_supporter', :'ana') \g /dev/null
select is(known()->'body', '[]', 'a host learns nothing of it');
select enter('administrator', :chief) \g /dev/null
select is(known()->'body', '[]', 'nor does anybody else');
select enter('coordinator', :boss) \g /dev/null

-- Who sees what.
create function tests.listed(in_cohort uuid, in_query jsonb default '{}') returns jsonb language sql as $$
    select answer(format('execute assignments_list(%L, null, %L, null, null, null)', in_cohort, '{"limit": 25}'::jsonb || in_query)) $$;
select is(jsonb_array_length(listed(:'gid')->'body'), 5, 'a coordinator sees who leads and led');
select is(jsonb_array_length(listed(:'gid', '{"is_released": false}')->'body'), 2, 'only who leads');
select is(jsonb_array_length(listed(:'gid', '{"is_released": true}')->'body'), 3, 'or led');
select is(jsonb_array_length(listed(:'gid', jsonb_build_object('after', (listed(:'gid', '{"limit": 2}')->>'next')::jsonb))->'body'), 3, 'page by page');
select is(listed(gen_random_uuid()), null, 'of a group that exists');
select enter('peer_supporter', :'ana') \g /dev/null
select is((select string_agg(h->>'alias', ',' order by h->>'alias') from jsonb_array_elements(listed(:'gid', '{"is_released": false}')->'body') h), 'Ana,Ben', 'a host sees with whom they lead');
select is(listed(:'gid')#>'{body,0,assigned_by}', 'null', 'not who arranged it');
select is(listed(:'fid'), null, 'and nothing of another group');
select is((select count(*) from session_hosts(session_of(:'gid', 1))) || ' ' || (select count(*) from session_hosts(session_of(:'fid', 1))), '2 0', 'nor through a function');
select is(shortfall_missing(session_of(:'gid', 1))::text || shortfall_missing(session_of(:'fid', 1))::text,
    '{on_call_professional}{peer_supporter,mental_health_professional,on_call_professional}', 'nor what it lacks: to others everything is missing');
select is((select count(*) from shortfall_candidates(session_of(:'gid', 1), 'peer_supporter'))
    + (select count(*) from shortfall_unfit(session_of(:'gid', 1))), 0::bigint, 'who could cover is the coordinators''');
select is(refusal(format('select host_clashes(%L)', :'gid')), '42501', 'who leads twice');
select is(refusal(format('select host_facts(%L, ''peer_supporter'', ''en'', ''2026-12-01'')', :'sup')), '42501', 'as is what somebody lacks');
select is(refusal(format('select host_is_barred(%L, %L)', :'ana', :'fid')), '42501', 'I13: and least of all which group somebody was in');
select is(refusal(assigns(:'gid', :'cleo', 'peer_supporter')), 'not-found', 'a host assigns nobody');
select enter('peer') \g /dev/null
select is((select count(*) from session_hosts(session_of(:'gid', 1))), 0::bigint, 'a peer who has no part in it learns nothing');
select is(host_assignment_alias(:'ana'), null, 'not even a name');

-- Role × table × verb.
create function tests.row_of(in_table text, in_cohort uuid, in_host uuid, in_by uuid) returns text language sql as $$ select case in_table
    when 'qualifications' then format('insert into qualifications (account_id) values (%L)', in_by)
    when 'trainings' then format('insert into trainings (account_id, kind, module, completed_on, recorded_by, created_at) values (%L, ''continuing'', ''x'', ''2026-01-01'', %L, app_now())', in_host, in_by)
    else format('insert into host_assignments (cohort_id, account_id, slot, assigned_by, assigned_at) values (%L, %L, ''peer_supporter'', %L, app_now())', in_cohort, in_host, in_by) end $$;
select is((select string_agg(r || ':' || verbs('qualifications', row_of('qualifications', :'gid', :'cleo', :boss)) || '/' || verbs('trainings', row_of('trainings', :'gid', :'cleo', case r when 'administrator' then :chief else :boss end::uuid))
        || '/' || verbs('host_assignments', row_of('host_assignments', :'gid', :'cleo', :boss)), ' ' order by r)
    from unnest('{administrator,coordinator,line,mental_health_professional,nobody,peer,peer_supporter,public}'::text[]) r
    cross join lateral (select enter(r, case r when 'peer_supporter' then :'ana' when 'administrator' then :chief else :boss end::uuid)) e),
    'administrator:SIU/SID/ coordinator://SIU line:// mental_health_professional:// nobody:// peer:// peer_supporter://S public://', 'qualifications are the administrator''s, assignments the coordinators''');
select * from finish();
rollback;
