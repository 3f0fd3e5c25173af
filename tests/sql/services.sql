-- SPDX-License-Identifier: MIT
-- Services: every figure is data, in both languages, with a life cycle.
begin;
\ir 00_helpers.sql
\ir offer.psql
\set list `python3 sql/page.py sql/statements/services/list.sql`
prepare services_list (text, text, jsonb, jsonb, int[], jsonb) as :list
\set read `cat sql/statements/services/read.sql`
prepare services_read (text, text, jsonb, jsonb, int[], jsonb) as :read
select plan(48);

select account('administrator', 'a5000000-0000-4000-8000-000000000006') \g /dev/null
select account('coordinator', 'a5000000-0000-4000-8000-000000000004') \g /dev/null
update services set state = 'available' where code in ('informal_group', 'formal_group');

-- What a new installation begins with.
select is((select (capacity, max_sessions, duration_minutes, peer_supporters, mental_health_professionals, on_call_professional, joining, topics)::text
    from services where code = 'informal_group'), '(10,8,90,2,0,t,drop_in,participants)', 'S2.32-S2.36, S0.22: informal groups');
select is((select (capacity, max_sessions, duration_minutes, peer_supporters, mental_health_professionals, on_call_professional, joining, topics)::text
    from services where code = 'formal_group'), '(8,10,90,1,1,f,closed,predetermined)', 'S2.39-S2.43: formal groups');
select is((select count(*) from code_lists where list = 'training_orientation'), 9::bigint, 'S0.26: nine topics of the orientation');
select is((select string_agg(code, ',' order by position) from code_lists where list = 'formal_topic'),
    'impacts_of_trauma,moral_injury,boundaries,coping,self_care', 'S2.43: topics of formal groups');

select enter('public') \g /dev/null
select is((select array_agg(s->>'code') from jsonb_array_elements(answer($$execute services_list(null, null, '{"limit": 100, "state": ["available"]}', null, null, null)$$)->'body') s
    where s->>'code' like '%formal_group'), '{informal_group,formal_group}', 'everybody sees what is offered');
select is(answer($$execute services_read('00000000-0000-4000-8000-000000000301', null, null, null, null, null)$$)#>'{body,title}',
    '{"en": "Informal peer support group", "fr": "Groupe informel de soutien par les pairs"}', 'in both languages');
select set_config('app.language', 'fr', true) \g /dev/null
select is(answer($$execute services_read('00000000-0000-4000-8000-000000000301', null, null, null, null, null)$$)#>'{body,title}',
    '{"fr": "Groupe informel de soutien par les pairs"}', 'or the one asked for');
select is(answer($$execute services_read('00000000-0000-4000-8000-0000000003ff', null, null, null, null, null)$$), null, 'none is nothing');
select answer($$execute services_list(null, null, '{"limit": 1}', null, null, null)$$) as one \gset
select is(jsonb_array_length((:'one'::jsonb)->'body'), 1, 'a page has its size');
select is(answer(format('execute services_list(null, null, %L, null, null, null)', jsonb_build_object('limit', 1, 'after', ((:'one'::jsonb)->>'next')::jsonb)))#>>'{body,0,id}',
    (select id::text from services order by created_at, id offset 1 limit 1), 'the next one goes on where it ends');

-- Adding one.
select enter('administrator', 'a5000000-0000-4000-8000-000000000006') \g /dev/null
\set new '{"code": "evening_circle", "title": {"en": "Evening circle", "fr": "Cercle du soir"}, "description": {"en": "Small.", "fr": "Petit."}, "capacity": 6, "max_sessions": 5, "duration_minutes": 75, "peer_supporters": 1, "mental_health_professionals": 1, "joining": "closed", "topics": "participants"}'
create function tests.add(in_body jsonb) returns text language sql as $$ select format('select * from services_create(%L)', in_body) $$;
create temp table made as select answer(add(:'new')) as a;
select a#>>'{body,id}' as id from made \gset
select is(a->>'status', '201', 'the administrator adds a service') from made;
select is(a->>'location', '/v1/services/' || :'id', 'which has a place') from made;
select is((a->'body') - 'id', (:'new'::jsonb) || '{"state": "planned", "season": null, "planned_on": null, "on_call_professional": false, "registration_deadline_days": null, "offer_hours": 72}',
    'S0.5: it begins as planned') from made;
select is((select fields from audit_events where object_id = :'id'), '{capacity,code,description,duration_minutes,joining,max_sessions,mental_health_professionals,peer_supporters,title,topics}', 'the audit names what was given');
select is(refusal(add(:'new')), '23505 services__code__taken', 'a code belongs to one');
select is(refusal(add((:'new'::jsonb) || '{"code": "x2", "season": {"en": "Fall"}}')), '23514 services__season__both', 'I6: both languages or none');
select is(refusal(add((:'new'::jsonb) || '{"code": "x2", "capacity": 101}')), '23514 services__capacity__range', 'figures have bounds');
select is(answer(add((:'new'::jsonb) || '{"code": "x3", "season": {"en": "Fall", "fr": "Automne"}, "planned_on": "2027-09-01", "registration_deadline_days": 13}'))#>'{body,season}',
    '{"en": "Fall", "fr": "Automne"}', 'S2.38: with a season');

-- Changing one.
create function tests.change(in_id uuid, in_body jsonb, in_versions int[] default null) returns text language sql as $$
    select format('select * from services_update(%L, %L, %L)', in_id, in_versions, in_body) $$;
select is(refusal(change(:'id', '{"capacity": 5}', '{7}')), 'precondition-failed', 'a change needs the version');
select is(refusal(change('00000000-0000-4000-8000-0000000003ff', '{"capacity": 5}')), 'not-found', 'of a service that exists');
select is((answer(change(:'id', '{"title": {"fr": "Cercle"}, "capacity": 5, "offer_hours": 24, "registration_deadline_days": 3}', '{1}'))->'body') - 'id',
    (:'new'::jsonb) || '{"title": {"en": "Evening circle", "fr": "Cercle"}, "capacity": 5, "state": "planned", "season": null, "planned_on": null, "on_call_professional": false, "registration_deadline_days": 3, "offer_hours": 24}',
    'what is sent changes, language by language; the rest stays');
select is((select version from services where id = :'id'), 2, 'and the version counts');
select is(answer(change(:'id', '{"season": {"en": "Spring", "fr": "Printemps"}}'))#>>'{body,season,fr}', 'Printemps', 'a season is set');
select is(answer(change(:'id', '{"season": {"fr": "Au printemps"}}'))#>'{body,season}', '{"en": "Spring", "fr": "Au printemps"}', 'and changed in one language');
select is(answer(change(:'id', '{"season": null, "registration_deadline_days": null}'))#>'{body,season}', 'null', 'or taken away');
select is((select registration_deadline_days from services where id = :'id'), null, 'as is a deadline');
-- Each step from each state.
create function tests.step(in_id uuid, in_from text, in_to text) returns text language plpgsql as $$
begin
    update services set state = in_from where id = in_id;
    return coalesce(refusal(change(in_id, jsonb_build_object('state', in_to))), 'ok');
end $$;
select is(step(:'id', a, b), case when a = b or a || '-' || b = any ('{planned-available,available-paused,paused-available,paused-ended}') then 'ok' else 'conflict-state' end,
    'S0.5: ' || a || ' to ' || b)
from unnest('{planned,available,paused,ended}'::text[]) a, unnest('{planned,available,paused,ended}'::text[]) b;
update services set state = 'ended' where id = :'id';
select is(refusal_detail(change(:'id', '{"state": "available"}'))->>'state', 'ended', 'and the present state is named');
select is(answer(change(:'id', '{"title": {"en": "Circle"}}'))#>>'{body,title,en}', 'Circle', 'a text of what has ended may still be put right');

-- Role × table × verb.
create function tests.row_of() returns text language sql as $$ select
    $q$insert into services (code, title_en, title_fr, description_en, description_fr, capacity, max_sessions, duration_minutes, joining, topics, created_at) values ('m', 'a', 'a', 'a', 'a', 1, 1, 60, 'closed', 'participants', app_now())$q$::text $$;
select enter('coordinator', 'a5000000-0000-4000-8000-000000000004') \g /dev/null
select is(refusal(add((:'new'::jsonb) || '{"code": "x9"}')), '42501', 'only the administrator adds services');
select is(refusal(change(:'id', '{"capacity": 1}')), 'not-found', 'or finds one to change');
select enter('administrator', 'a5000000-0000-4000-8000-000000000006') \g /dev/null
select is(verbs('services', replace(row_of(), '''m''', '''mm''')), 'SIU', 'the administrator adds and changes, and deletes none');
select is((select string_agg(r || ':' || verbs('services', replace(row_of(), '''m''', '''mm''')), ' ' order by r)
    from unnest('{coordinator,line,mental_health_professional,nobody,peer,peer_supporter,public}'::text[]) r
    cross join lateral (select enter(r, 'a5000000-0000-4000-8000-0000000000aa', 'a5000000-0000-4000-8000-0000000000ab')) e),
    'coordinator:S line:S mental_health_professional:S nobody:S peer:S peer_supporter:S public:S', 'everybody else reads');
select * from finish();
rollback;
