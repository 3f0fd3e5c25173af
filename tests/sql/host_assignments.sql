-- SPDX-License-Identifier: MIT
-- The functions that plan with hosts look past the second wall; to whom they are not for they answer as if there were nobody.
begin;
\ir helpers.psql
\ir world.psql
select plan(16);

\set boss 'a8000000-0000-4000-8000-000000000004'
\set ana 'b0000000-0000-4000-8000-000000000001'
\set ben 'b0000000-0000-4000-8000-000000000002'
\set cleo 'b0000000-0000-4000-8000-000000000003'
select account('coordinator', :'boss'), host('peer_supporter', :'ana'), host('peer_supporter', :'ben'), host('peer_supporter', :'cleo')
\g /dev/null
select clock('2026-11-23 15:00Z') \g /dev/null
select cohort('drop_in', '2026-12-01 18:30') as g, cohort('closed', '2026-12-02 18:30') as other, person() as p \gset
select session_of(:'g') as s, session_of(:'other') as o, leads(:'ana', :'g', 'peer_supporter') as lead,
    leads(:'ben', :'g', 'peer_supporter') \gset
-- What each of them is told: the coordinator, a host of the group, somebody who has a part in nothing.
-- Asked past the doors, as other functions of the definer ask.
create function tests.told(in_role text, in_account uuid, in_sql text) returns text language plpgsql as $$
declare
    told text;
begin
    perform enter(in_role, in_account, case when in_role = 'peer' then gen_random_uuid() end);
    execute in_sql into told;
    return told;
exception when insufficient_privilege then
    return 'not for them';
end
$$;
select is(told(c.role, c.account::uuid, format(c.asked, :'s', :'o', :'g', :'cleo')), c.told, c.title) from (values
    ('a coordinator sees who leads', 'coordinator', :'boss', 'select count(*) as n from session_hosts(%L)', '2'),
    ('and what is lacking', 'coordinator', :'boss', 'select shortfall_missing(%L) as n', '{on_call_professional}'),
    ('and who could help', 'coordinator', :'boss',
        'select count(*) > 0 as n from shortfall_candidates(%L, ''on_call_professional'')', 'true'),
    ('a host sees with whom they lead', 'peer_supporter', :'ana', 'select count(*) as n from session_hosts(%L)', '2'),
    ('and nothing of another group', 'peer_supporter', :'ana', 'select count(*) as n from session_hosts(%2$L)', '0'),
    ('to whom everything is missing', 'peer_supporter', :'ana', 'select shortfall_missing(%2$L) as n',
        '{peer_supporter,mental_health_professional,on_call_professional,coordinator,team_member,guest}'),
    ('who could cover is the coordinators''', 'peer_supporter', :'ana',
        'select count(*) as n from shortfall_candidates(%L, ''peer_supporter'')', '0'),
    ('as is who no longer counts', 'peer_supporter', :'ana', 'select count(*) as n from shortfall_unfit(%L)', '0'),
    ('and who is double-booked', 'peer_supporter', :'ana', 'select count(*) as n from host_clashes(%3$L)', 'not for them'),
    ('and what somebody lacks', 'peer_supporter', :'ana',
        'select missing as n from host_facts(%4$L, ''peer_supporter'', ''en'', ''2026-12-01'')', 'not for them'),
    ('I13: least of all which group somebody was in', 'peer_supporter', :'ana', 'select host_is_barred(%4$L, %2$L) as n',
        'not for them'),
    ('a peer who has no part in it learns nothing', 'peer', :'cleo', 'select count(*) as n from session_hosts(%L)', '0'),
    ('not even a name', 'peer', :'cleo', 'select host_assignment_alias(%4$L) as n', null),
    ('nor does whoever has no role', 'nobody', :'cleo', 'select count(*) as n from session_hosts(%L)', '0')
    ) c (title, role, account, asked, told);

-- Who leads counts, and who left does not (I5, R15).
select enter('coordinator', :'boss') \g /dev/null
select is(refusal(format(
    'insert into host_assignments (cohort_id, account_id, slot, assigned_by, assigned_at) values (%L, %L, ''peer_supporter'', %L, now())',
    :'g', :'ana', :'boss')), '23505 host_assignments__account_id__taken', 'I5: nobody twice');
update accounts set is_active = false where id = :'ben';
select is(shortfall_missing(:'s'), '{peer_supporter,on_call_professional}', 'R15: a leaver is a shortfall at once');
select * from finish();
rollback;
