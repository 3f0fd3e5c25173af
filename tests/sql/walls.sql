-- SPDX-License-Identifier: MIT
-- The second wall where the first has failed: what a role could still do if any statement of its choice were run for it.
begin;
\ir helpers.psql
\ir world.psql
select plan(38);

\set boss 'c0000000-0000-4000-8000-000000000001'
\set colleague 'c0000000-0000-4000-8000-000000000002'
select account('coordinator', :'boss'), account('coordinator', :'colleague') \g /dev/null
select person() as p, person() as q \gset
select intake(:'p', 'group', 'form_sent') as i, intake(:'q', 'group', 'form_sent') \gset

-- I13: whoever is both does not see their own file as staff, and has it as a peer.
update accounts set issuer = 'https://id.example', subject = 'jane' where id = account_of(:'p');
insert into accounts (issuer, subject, role) values ('https://id.example', 'jane', 'coordinator');
create function tests.sign_in(in_role text) returns void language sql as $$
    select context_enter('https://id.example', 'jane', in_role, 'both', '11111111-1111-4111-8111-111111111111', null, 'tests_run')
$$;
create function tests.touches_as(in_role text, in_sql text) returns boolean language plpgsql as $$
begin
    perform sign_in(in_role);
    return touches(in_sql);
end
$$;
select is(touches_as(c.role, format(c.tried, c.whom)), c.reached, c.title) from (values
    ('coordinator', 'select from participants where id = %L', :'p', false, 'I13 as staff one does not see oneself'),
    ('coordinator', 'update participants set region = null where id = %L', :'p', false, 'nor changes oneself'),
    ('coordinator', 'select from intakes where participant_id = %L', :'p', false, 'nor one''s intakes'),
    ('coordinator', 'update intakes set version = 9 where participant_id = %L', :'p', false, 'which one does not change either'),
    ('coordinator', 'select from contacts where participant_id = %L', :'p', false, 'nor what hangs on oneself'),
    ('coordinator', 'select from participants where id = %L', :'q', true, 'but everybody else'),
    ('peer', 'select from participants where id = %L', :'p', true, 'as a peer one has one''s file'),
    ('peer', 'select from participants where id = %L', :'q', false, 'and nobody else''s')) c (role, tried, whom, reached, title);
select sign_in('coordinator') \g /dev/null
select is(actor_is_everywhere() and actor_hidden_ids() = array[:'p'::uuid], true, 'both are known when they come in');
insert into exclusions (participant_id, account_id, reason, created_by, created_at)
values (:'q', actor_account_id(), 'asked_by_peer', account_of(:'q'), now());
select is(touches(format('select from participants where id = %L', :'q')), true, 'R14 an exclusion that is made meanwhile');
select is(touches_as('coordinator', format('select from participants where id = %L', :'q')), false, 'R14 is for the next request');
select is(touches_as('coordinator', format('select from exclusions where participant_id = %L', :'q')), false,
    'R14 to whom it does not say who it was');
delete from exclusions;
select throws_ok($$select sign_in('administrator')$$, 'AP000', 'unauthenticated', 'the role is still the account''s');

-- Keys: nobody adds to, or erases, the keys of somebody they do not see. The audit says who it was.
insert into exclusions (participant_id, account_id, reason, created_by, created_at)
values (:'p', :'colleague', 'own_case', :'boss', now());
select enter('coordinator', :'boss') \g /dev/null
select is(touches(format('delete from sealed_keys where owner_id = %L', :'p')), true, 'a coordinator may erase');
select enter('coordinator', :'colleague') \g /dev/null
select is(touches(format('delete from sealed_keys where owner_id = %L', :'p')), false, 'but not whom they do not see');
select is(refusal(format(c.tried, :'p', :'boss')), '42501', c.title) from (values
    ('insert into sealed_keys (id, owner_type, owner_id, wrapped) values (gen_random_uuid(), ''participant'', %L, ''x'')',
        'nor do they add a key'),
    ('insert into sealed_keys (id, owner_type, owner_id, wrapped) values (gen_random_uuid(), ''staff'', %2$L, ''x'')',
        'nor one of the staff'),
    ('insert into audit_events (at, role, operation, action, object_type, account_id)
    values (now(), ''peer'', ''x'', ''x'', ''x'', actor_account_id())', 'nobody writes in another role''s name'),
    ('insert into audit_events (at, role, operation, action, object_type, account_id)
    values (now(), ''coordinator'', ''x'', ''x'', ''x'', %2$L)', 'nor in another person''s')) c (tried, title);

-- A kept answer is given again only while its subject is seen.
select person() as r \gset
insert into exclusions (participant_id, account_id, reason, created_by, created_at)
values (:'r', :'colleague', 'own_case', :'colleague', now());
select max(id::text) filter (where participant_id = :'r') as own, max(id::text) filter (where participant_id = :'p') as theirs
from exclusions \gset
select enter('coordinator', :'colleague') \g /dev/null
create function tests.replayed(in_location text, in_fingerprint text default 'f') returns text language plpgsql as $$
begin
    delete from idempotency_keys;
    insert into idempotency_keys (account_id, operation, key, fingerprint, status, body, location, created_at)
    values (actor_account_id(), 'tests_run', 'k', 'f', 201, '{"alias": "Maple"}', in_location, now());
    return refusal(format('select * from idempotency_key_replay(''k'', %L)', in_fingerprint));
end
$$;
select is(replayed(c.location, c.fingerprint), c.refused, c.title) from (values
    ('/v1/participants/' || :'p', 'f', 'conflict', 'R14 of a person who is no longer seen nothing is repeated'),
    ('/v1/intakes/' || :'i' || '/updates', 'f', 'conflict', 'nor of their intake'),
    ('/v1/participants/' || :'q', 'f', null, 'of others it is'),
    ('/v1/exclusions/' || :'own', 'f', null, 'as is what one has said of oneself'),
    ('/v1/exclusions/' || :'theirs', 'f', 'conflict', 'but not what others have said'),
    (null, 'f', null, 'nor is anything seen of what names nothing'),
    ('/v1/secrets/' || :'q', 'f', 'conflict', 'what nobody has thought of is not repeated'),
    ('/v1/participants/' || :'q', 'g', 'idempotency-key-reused', 'and only to the same request')) c (location, fingerprint, refused, title);
-- S19: jobs reach what their grants say, whoever the settings say they are.
reset role;
create function tests.reach_of_jobs(in_role text) returns text[] language plpgsql as $$
declare
    own record;
    found text[] := '{}';
    rows bigint;
begin
    perform set_config('app.role', in_role, true), set_config('app.account_id', 'c0000000-0000-4000-8000-000000000001', true),
        set_config('app.region_keys', region_keys()::text, true), set_config('app.hidden', '{}', true);
    for own in select c.oid::regclass::text as name from pg_class c
        where c.relnamespace = 'alongside'::regnamespace and c.relkind in ('r', 'p', 'v') order by 1
    loop
        begin
            perform set_config('role', 'alongside_worker', true);
            execute format('select count(*) from %s', own.name) into rows;
            found := found || (own.name || ' ' || rows);
        exception when insufficient_privilege then
            null;
        end;
        perform set_config('role', 'none', true);
    end loop;
    return found;
end
$$;
select ok(cardinality(reach_of_jobs('worker')) > 10, 'jobs reach something');
select is(reach_of_jobs(r), reach_of_jobs('worker'), 'jobs that say they are a ' || r || ' see nothing more')
from unnest('{peer,peer_supporter,mental_health_professional,coordinator,line,administrator}'::text[]) r;
select set_eq($$
    select p.proname::text from pg_proc p
    where p.pronamespace = 'alongside'::regnamespace and p.prosecdef and has_function_privilege('alongside_worker', p.oid, 'execute')$$,
    array['account_is_away', 'comparison_run', 'coordinator_stand_in', 'join_link_watch', 'name_digest_add', 'name_digest_declared',
    'guest_mail_dates', 'guest_page_expire', 'notice_tell', 'notice_tell_coordinator', 'notice_tell_unreachable', 'place_list_advance_all',
    'seat_advance_lists', 'seat_answer_all', 'seat_expire_offers', 'seat_mail_verdict', 'seat_mail_when', 'seat_show_full',
    'waiting_person_refresh',
    'watched_clock_follow'],
    'and what they may call past row level security is this');
create function tests.noted_by_jobs(in_role text, in_account uuid, in_as text) returns text language plpgsql as $$
begin
    perform set_config('app.role', in_as, true), set_config('app.account_id', coalesce(in_account::text, ''), true);
    perform set_config('role', 'alongside_worker', true);
    insert into audit_events (at, role, operation, action, object_type, account_id) values (now(), in_role, 'x', 'x', 'x', in_account);
    perform set_config('role', 'none', true);
    return null;
exception when others then
    perform set_config('role', 'none', true);
    return sqlstate;
end
$$;
select is(noted_by_jobs(c.role, c.account, c.said), c.refused, c.title) from (values
    ('worker', null::uuid, 'worker', null, 'jobs write down what they do'),
    ('coordinator', :'boss', 'coordinator', '42501', 'in nobody''s name'),
    ('worker', :'boss', 'worker', '42501', 'nor with somebody''s account')) c (role, account, said, refused, title);
select * from finish();
rollback;
