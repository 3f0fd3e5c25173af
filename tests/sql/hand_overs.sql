-- SPDX-License-Identifier: MIT
-- A page of somebody's work costs one page, however much of everybody's there is.
begin;
\ir helpers.psql
select plan(6);
\set busy '00000000-0000-4000-8000-00000000e001'
\set rare '00000000-0000-4000-8000-00000000e002'
select account('coordinator', :'busy'), account('coordinator', :'rare') \g /dev/null
-- One in a thousand is the other's.
create temp table work as
select n, md5('work ' || n)::uuid as id, case when n % 1000 = 0 then :'rare' else :'busy' end::uuid as who,
    now() - n * interval '1 minute' as at
from generate_series(1, 20000) n;
set local session_replication_role = replica;
insert into participants (id, account_id, alias, alias_key, preferred_language, region, affiliation_kind, age_attested_at,
    eligibility_attested_at, created_by, coordinator_id, created_at)
select id, id, 'W ' || n, 'w ' || n, 'en', 'ON', 'jcr', at, at, who, who, at from work;
insert into intakes (participant_id, region_key, track, coordinator_id, created_at) select id, 'ON', 'group', who, at from work;
insert into cohorts (service_id, language, coordinator_id, capacity, max_sessions, parts, joining, topics, offer_hours, created_at)
select s.id, 'en', w.who, 1, 1, s.parts, 'closed', 'participants', 72, w.at
from work w cross join (select id, parts from services order by code limit 1) s;
set local session_replication_role = origin;
analyze participants, intakes, cohorts;
create function pg_temp.buffers(in_find text, in_query jsonb) returns bigint language plpgsql as $$
declare
    plan json;
begin
    perform set_config('role', 'alongside_api', true);
    for warm in 0 .. 1 loop -- the first time also reads the catalogue
        execute format('explain (analyze, buffers, format json) select * from %s(%L)', in_find, in_query) into plan;
    end loop;
    perform set_config('role', 'none', true);
    return (plan->0->'Plan'->>'Shared Hit Blocks')::bigint + (plan->0->'Plan'->>'Shared Read Blocks')::bigint;
end
$$;
select enter('coordinator', :'rare') \g /dev/null
select cmp_ok(pg_temp.buffers(v.find, jsonb_build_object('limit', 25, 'coordinator_id', :'rare', 'after', jsonb_build_object(
    'at', 'infinity', 'id', 'ffffffff-ffff-ffff-ffff-ffffffffffff')) || v.more), '<', 200::bigint, v.title) from (values
    ('participants_find', '{}'::jsonb, 'people'), ('participants_find', '{"region": "ON"}', 'people of a region'),
    ('intakes_find', '{}', 'intakes'), ('intakes_find', '{"state": ["received"]}', 'intakes by state'),
    ('groups_find', '{}', 'groups'), ('groups_find', '{"state": ["draft"]}', 'groups by state')) v (find, more, title);
select * from finish();
rollback;
