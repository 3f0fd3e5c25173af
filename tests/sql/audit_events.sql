-- SPDX-License-Identifier: MIT
-- The access review: a file is its person's and the administrator's, however long it is.
begin;
\ir helpers.psql
select plan(7);

\set p '66666666-6666-4666-8666-666666666666'
\set a 'a0000000-0000-4000-8000-000000000004'
-- Ten events, every fifth about participant p.
insert into audit_events (at, account_id, role, operation, action, object_type, participant_ids)
select '2020-01-01 00:00Z'::timestamptz + n * interval '1 hour', :'a', 'coordinator', 'op_' || n, 'read', 'thing',
    case when n % 5 = 0 then array[:'p'::uuid, gen_random_uuid()] else '{}' end
from generate_series(1, 10) n;
-- A list begins after what is newer than everything.
create function tests.newest() returns jsonb language sql as $$
    select '{"after": {"at": "infinity", "number": 9223372036854775807}}'::jsonb
$$;
create function tests.found(in_query text) returns int language sql as $$
    select (answer(format('select count(*) from audit_events_find(%L)',
        '{"limit": 9, "to": "2020-02-01"}'::jsonb || newest() || in_query::jsonb))->>'count')::int
$$;
\set file '{"participant_id": "66666666-6666-4666-8666-666666666666"}'
select enter('administrator', :'a') \g /dev/null
select is(found(:'file'), 2, 'R14: the administrator finds what is about a person');
select is((
    select string_agg(r, ' ') from unnest('{coordinator,line,peer_supporter,mental_health_professional,public,nobody,peer}'::text[]) r
    cross join lateral (select enter(r, :'a', 'a0000000-0000-4000-8000-0000000000ab')) e
    where found(:'file') > 0), null, 'nobody else finds anything of another person');
select enter('peer', 'a0000000-0000-4000-8000-000000000001', :'p') \g /dev/null
select is(found(:'file'), 2, 'a peer finds their own file');
select is(found('{}'), 0, 'and nothing without naming it');
select enter('peer', 'a0000000-0000-4000-8000-000000000001', gen_random_uuid()) \g /dev/null
select is(touches('select from audit_events'), false, 'who has no part in it reads no entry');

-- One's own file costs one page, however often one has looked at it: an hour of looking must not make everybody wait.
insert into audit_events (at, account_id, role, operation, action, object_type, participant_ids)
select now() - n * interval '1 second', 'a0000000-0000-4000-8000-000000000001', 'peer', 'x', 'read', 'participant', array[:'p'::uuid]
from generate_series(1, 20000) n;
analyze audit_events;
create function pg_temp.buffers(in_query jsonb) returns bigint language plpgsql as $$
declare
    plan json;
begin
    for warm in 0 .. 1 loop -- the first time also reads the catalogue
        execute 'explain (analyze, buffers, format json) select * from audit_events_find(' || quote_literal(in_query) || ')' into plan;
    end loop;
    return (plan->0->'Plan'->>'Shared Hit Blocks')::bigint + (plan->0->'Plan'->>'Shared Read Blocks')::bigint;
end
$$;
select enter('peer', 'a0000000-0000-4000-8000-000000000001', :'p') \g /dev/null
select cmp_ok(pg_temp.buffers('{"limit": 25}'::jsonb || :'file' || v.more), '<', 100::bigint, v.title) from (values
    (newest(), 'a page of a long file is found by index'),
    (jsonb_build_object('after', jsonb_build_object('at', now() - interval '4 hours', 'number', 5)), 'so is a later one')) v (more, title);
select * from finish();
rollback;
