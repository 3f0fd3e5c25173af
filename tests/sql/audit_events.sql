-- SPDX-License-Identifier: MIT
-- The access review: who saw or changed what.
begin;
\ir 00_helpers.sql
\set newest '{"at": "infinity", "number": 9223372036854775807}'
\set list `python3 sql/page.py sql/statements/audit_events/list.sql`
prepare audit_events_list (text, text, jsonb, jsonb, int[], jsonb) as :list
select plan(21);

\set p '66666666-6666-4666-8666-666666666666'
\set a 'a0000000-0000-4000-8000-000000000004'
\set b 'a0000000-0000-4000-8000-000000000014'
-- Ten events an hour apart: odd ones by account a, even ones by b; every fifth about participant p.
insert into audit_events (at, account_id, role, operation, action, object_type, participant_ids)
select '2020-01-01 00:00Z'::timestamptz + n * interval '1 hour', (case when n % 2 = 1 then :'a' else :'b' end)::uuid, 'coordinator', 'op_' || n, 'read', 'thing',
    case when n % 5 = 0 then array[:'p'::uuid, gen_random_uuid()] else '{}' end
from generate_series(1, 10) n;
create function tests.found(in_query jsonb, out operations text, out pages int) language plpgsql as $$
declare
    answer jsonb;
begin
    pages := 0;
    loop
        answer := tests.answer(format('execute audit_events_list(null, null, %L, null, null, null)', in_query));
        operations := concat_ws(' ', operations, (select string_agg(e->>'operation', ' ') from jsonb_array_elements(answer->'body') e));
        pages := pages + 1;
        exit when answer->>'next' is null;
        in_query := in_query || jsonb_build_object('after', (answer->>'next')::jsonb);
    end loop;
end
$$;
select enter('administrator', 'a0000000-0000-4000-8000-000000000006');
\set year '{"from": "2020-01-01T00:00:00Z", "to": "2020-02-01T00:00:00Z"}'
select is((select operations from found(:'year'::jsonb || '{"limit": 100}')), 'op_10 op_9 op_8 op_7 op_6 op_5 op_4 op_3 op_2 op_1', 'newest first');
select is((found(:'year'::jsonb || '{"limit": 3}'))::text, '("op_10 op_9 op_8 op_7 op_6 op_5 op_4 op_3 op_2 op_1",4)', 'pages without gap or repetition');
select is((found(:'year'::jsonb || '{"limit": 5}'))::text, '("op_10 op_9 op_8 op_7 op_6 op_5 op_4 op_3 op_2 op_1",2)', 'and without an empty one at the end');
select is((found(:'year'::jsonb || jsonb_build_object('limit', 2, 'account_id', :'a')))::text, '("op_9 op_7 op_5 op_3 op_1",3)', 'by account');
select is((found(:'year'::jsonb || jsonb_build_object('limit', 1, 'participant_id', :'p')))::text, '("op_10 op_5",2)', 'R14: about one person');
select is((found(:'year'::jsonb || jsonb_build_object('after', :'newest'::jsonb, 'limit', 9, 'participant_id', :'p', 'account_id', :'a')))::text, '(op_5,1)', 'about one person, by one account');
select is((select operations from found('{"limit": 9, "from": "2020-01-01T03:00:00Z", "to": "2020-01-01T05:00:00Z"}')), 'op_4 op_3', 'from is inclusive, to is not');
select is((select operations from found('{"limit": 9, "to": "2019-01-01T00:00:00Z"}')), '', 'nothing is an empty page');
select is((answer(format('execute audit_events_list(null, null, %L, null, null, null)', :'year'::jsonb || '{"limit": 1}')) #> '{body,0}') - '{id,participant_ids}'::text[],
    '{"at": "2020-01-01T10:00:00Z", "account_id": "a0000000-0000-4000-8000-000000000014", "role": "coordinator", "operation": "op_10", "action": "read",
    "object_type": "thing", "object_id": null, "fields": [], "request_id": null}', 'an entry says who, what, when');
select is(jsonb_typeof(answer(format('execute audit_events_list(null, null, %L, null, null, null)', :'year'::jsonb || '{"limit": 1}')) #> '{body,0,id}'), 'string', 'its number is a text');
select cmp_ok((select count(*) from audit_events where object_type = 'audit_event' and participant_ids = array[:'p'::uuid]), '>', 0::bigint, 'a review of a file is an entry of that file');

-- Who may look.
select is(answer(format('select count(*) from audit_events_find(%L)', jsonb_build_object('after', :'newest'::jsonb, 'limit', 9, 'participant_id', :'p')))->>'count' > '0', true, 'the administrator finds');
select is((select string_agg(r, ' ') from unnest('{coordinator,line,peer_supporter,mental_health_professional,public,nobody,peer}'::text[]) r
        cross join lateral (select enter(r, 'a0000000-0000-4000-8000-000000000004', 'a0000000-0000-4000-8000-0000000000ab')) e
        where (answer(format('select count(*) from audit_events_find(%L)', jsonb_build_object('after', :'newest'::jsonb, 'limit', 9, 'participant_id', :'p')))->>'count')::int > 0),
    null, 'nobody else finds anything of another person');
select enter('peer', 'a0000000-0000-4000-8000-000000000001', :'p');
select is(answer(format('select count(*) from audit_events_find(%L)', jsonb_build_object('after', :'newest'::jsonb, 'limit', 9, 'participant_id', :'p', 'to', '2020-02-01')))->>'count', '2', 'a peer finds their own file');
select is(answer(format('select count(*) from audit_events_find(%L)', jsonb_build_object('after', :'newest'::jsonb, 'limit', 9)))->>'count', '0', 'and nothing without naming it');
\set row 'insert into audit_events (at, role, operation, action, object_type, account_id) values (now(), actor_role(), ''x'', ''x'', ''x'', actor_account_id())'
select is(verbs('audit_events', :'row'), 'SI', 'a peer reads their own entries, and writes');
select enter('peer', 'a0000000-0000-4000-8000-000000000001', gen_random_uuid());
select is(verbs('audit_events', :'row'), 'I', 'another peer none');
select enter('coordinator', :'a');
select is(verbs('audit_events', :'row') || verbs('audit_links', 'insert into audit_links values (99, ''1'', ''2'', 1, ''\x00'', now())'), 'I', 'coordinators write and do not read; the chain is for jobs');
select enter('administrator', :'a');
select is(verbs('audit_events', :'row') || verbs('audit_links', 'insert into audit_links values (99, ''1'', ''2'', 1, ''\x00'', now())'), 'SI', 'the administrator reads, and changes nothing');

-- One's own file costs one page, however often one has looked at it: an hour of looking must not make everybody wait.
insert into audit_events (at, account_id, role, operation, action, object_type, participant_ids)
select now() - n * interval '1 second', 'a0000000-0000-4000-8000-000000000001', 'peer', 'x', 'read', 'participant', array[:'p'::uuid]
from generate_series(1, 20000) n;
analyze audit_events;
create function pg_temp.buffers(in_query text) returns bigint language plpgsql as $$
declare
    plan json;
begin
    for warm in 0 .. 1 loop -- the first time also reads the catalogue
        execute 'explain (analyze, buffers, format json) select * from audit_events_find(' || quote_literal(in_query) || ')' into plan;
    end loop;
    return (plan->0->'Plan'->>'Shared Hit Blocks')::bigint + (plan->0->'Plan'->>'Shared Read Blocks')::bigint;
end
$$;
select enter('peer', 'a0000000-0000-4000-8000-000000000001', :'p');
select cmp_ok(pg_temp.buffers(jsonb_build_object('after', :'newest'::jsonb, 'limit', 25, 'participant_id', :'p')::text), '<', 100::bigint, 'a page of a long file is found by index');
select cmp_ok(pg_temp.buffers(jsonb_build_object('limit', 25, 'participant_id', :'p', 'after', jsonb_build_object('at', now() - interval '4 hours', 'number', 5))::text),
    '<', 100::bigint, 'so is a later one');
select * from finish();
rollback;
