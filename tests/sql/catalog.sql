-- SPDX-License-Identifier: MIT
-- What must hold for everything in the schema, also for what is added later.
begin;
\ir helpers.psql
select plan(81);

create temp view own_tables as
select c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity from pg_class c
where c.relnamespace in ('alongside'::regnamespace, 'alongside_audit'::regnamespace) and c.relkind in ('r', 'p')
    and c.relname not in ('schema_migrations', 'schema_state');
create temp view own_functions as
select p.oid, p.oid::regprocedure::text as name, p.prosecdef, p.proconfig, p.proowner::regrole::text as owner, p.proacl, l.lanname,
    p.prorettype = 'trigger'::regtype as is_trigger, pg_get_functiondef(p.oid) as text
from pg_proc p join pg_language l on l.oid = p.prolang
where p.pronamespace = 'alongside'::regnamespace and p.prokind in ('f', 'p');

select is_empty('select relname from own_tables where not (relrowsecurity and relforcerowsecurity)',
    'row level security is forced on every table');
select is_empty($$
    select relname from own_tables t where not exists (
        select from pg_policies p
        where p.schemaname like 'alongside%' and p.tablename = t.relname and p.policyname = 'owner_all'
            and p.roles = '{alongside_owner}')$$,
    'the owner''s policy is on every table');
select is_empty($$select relname from pg_class where relnamespace = 'alongside'::regnamespace and relkind = 'v'
    and not coalesce(reloptions @> '{security_invoker=true}', false)$$, 'every view asks with the rights of its caller');
select is_empty($$select relname from pg_class where relnamespace = 'alongside'::regnamespace and relkind = 'm'$$,
    'no materialized view: row level security does not reach it');
-- Unnamed, pg_temp would come first: a caller's table in place of ours, its triggers with the definer's rights, also in what a
-- definer's function calls.
select is_empty($$select name from own_functions where prosecdef and not coalesce(
    proconfig @> array['search_path=alongside, pg_catalog, pg_temp'], false)$$, 'a definer''s search path is fixed');
select is_empty($$select rolname from pg_roles where rolname like 'alongside\_%' and rolcanlogin and not coalesce(
    rolconfig @> array['search_path=alongside, pg_catalog, pg_temp'], false)$$, 'all else has its caller''s, which is the same');
select is_empty($$select name from own_functions where prosecdef and lanname <> 'plpgsql'$$, 'and no other looks past row level security');
select set_eq($$select rolname::text from pg_roles where rolname in ('alongside_api', 'alongside_worker')
    and rolconfig @> array['log_error_verbosity=terse', 'log_parameter_max_length=0', 'log_parameter_max_length_on_error=0']$$,
    array['alongside_api', 'alongside_worker'],
    'what they bind, and the detail of their errors, stays out of PostgreSQL''s log, however it is set');
select is_empty($$select name from own_functions where lanname not in ('plpgsql', 'sql')$$, 'no other language');
-- What looks past row level security is a hole in the second wall. Whose it is, and who may call it, is said where the doors are; what each
-- of the five reaches, here: Select, Insert, Update, Delete, in small letters where it is some columns only.
create temp view past_roles as
select r.rolname::text as role from pg_roles r where r.rolname like 'alongside\_%' and not r.rolcanlogin;
select set_eq('select role from past_roles', array[
    'alongside_seats', 'alongside_conflicts', 'alongside_sessions', 'alongside_desk', 'alongside_duty'],
    'five roles look past row level security');
select is_empty($$
    select name from own_functions
    where case when prosecdef then owner not in (select role from past_roles) else owner <> 'alongside_owner' end$$,
    'what looks past it is theirs, all else the owner''s');
-- A call that its caller may not make would be found by the first who makes it: in the middle of somebody's mail, or their seat.
select is_empty($$
    with recursive calls as (
        select f.oid as caller_id, called.* from own_functions f join own_functions called
            on called.oid <> f.oid and f.text ~ ('[^.\w]' || split_part(called.name, '(', 1) || '\(')),
    reached as (
        select f.owner as role, c.oid, c.name, c.prosecdef from own_functions f join calls c on c.caller_id = f.oid where f.prosecdef
        union
        select 'alongside_worker', f.oid, f.name, f.prosecdef from own_functions f
        where not f.is_trigger and has_function_privilege('alongside_worker', f.oid, 'execute')
        union
        select r.role, c.oid, c.name, c.prosecdef from reached r join calls c on c.caller_id = r.oid where not r.prosecdef)
    select role || ' comes to ' || name from reached where not has_function_privilege(role, oid, 'execute')$$,
    'jobs, and what looks past row level security, may call what they come to');
create function tests.reach(in_role text) returns text[] language sql as $$
    select array_agg(t.relname || ':' || v.verbs order by t.relname)
    from own_tables t cross join lateral (
        select string_agg(case
            when has_table_privilege(in_role, t.oid, p.name) then p.letter
            when p.name <> 'delete' and has_any_column_privilege(in_role, t.oid, replace(p.name, 'delete', 'select'))
            then lower(p.letter) end, '' order by p.place) as verbs
        from (values (1, 'select', 'S'), (2, 'insert', 'I'), (3, 'update', 'U'), (4, 'delete', 'D')) p (place, name, letter)) v
    where v.verbs is not null
$$;
select is(reach('alongside_' || c.role), regexp_split_to_array(btrim(c.reached, e' \n'), '\s+'), c.role || ' reach no more') from (values
    ('seats', '
        acceptances:s activities:S audit_events:i cohorts:Su comparisons:I documents:S enrolment_decisions:SI
        enrolment_transitions:S
        enrolments:SIU help_lines:S holidays:S idempotency_keys:Su intake_forms:s intake_transitions:S intakes:Su job_faults:SIUD outbox:SIu
        participants:s place_decisions:SI places:SIU plain_texts:S services:S sessions:Su step_backs:S track_documents:S
        waiting_people:SIUD'),
    ('conflicts', '
        accounts:s audit_events:i cohorts:s comparisons:SID conflict_declarations:Su conflict_matches:SIu enrolments:S
        exclusion_requests:Su exclusions:SI guests:s host_assignments:S intakes:s job_faults:SIUD name_digests:SIuD participants:s
        places:S sessions:S step_backs:S'),
    ('sessions', '
        accounts:s activities:s apologies:SIUD attendances:SIU audit_events:i code_lists:S cohorts:Su comparisons:I contact_openings:I
        contacts:s debriefs:S documents:S
        emergency_contacts:S enrolments:Su guest_pages:SD guests:su help_lines:S holidays:S host_assignments:Su host_slots:S
        incident_actions:S incidents:SIu intakes:s outbox:I
        participants:s places:S plain_texts:S qualifications:S safety_plans:S sealed_keys:SID services:S session_presences:SI sessions:Su
        staff:s step_backs:S trainings:S'),
    ('desk', '
        absences:S acceptances:s accounts:Su activities:S audit_events:Si back_ups:S calendar_feeds:S cohorts:Su comparisons:I
        documents:S enrolments:S exclusions:SuD guests:s hand_overs:SI holidays:S host_assignments:S
        idempotency_keys:su intakes:su interests:SD outbox:sI participants:su places:S plain_texts:S referrals:su region_moves:I
        seal_checks:SI sealed_keys:S services:S sessions:S sign_in_attempts:SI sign_in_codes:SUD
        staff:s step_backs:S track_documents:S waiting_people:su'),
    ('duty', '
        absences:S accounts:S alarm_actions:SI alarms:SIU cohorts:S debriefs:s duty_covers:SIU duty_shifts:Su duty_swaps:S enrolments:S
        exclusions:S holidays:S host_assignments:S host_slots:S incident_actions:s incidents:Su intakes:s job_faults:SIUD notice_kinds:S
        notice_preferences:S notice_rungs:S notices:SI outbox:SIu participants:s referrals:s session_presences:S sessions:S staff:s
        step_backs:S')) c (role, reached);
-- What they cannot do, tried: the SQLSTATE, 'nothing' where no row was reached, null where it goes. Undone.
create function tests.refused_past(in_role text, in_sql text) returns text language plpgsql as $$
declare
    code text;
    touched bigint;
begin
    begin
        perform set_config('role', in_role, true);
        execute in_sql;
        get diagnostics touched = row_count;
        raise exception using errcode = 'TT000';
    exception when others then
        get stacked diagnostics code = returned_sqlstate;
        return case when code <> 'TT000' then code when touched = 0 then 'nothing' end;
    end;
end
$$;
insert into sealed_keys (id, owner_type, owner_id, wrapped)
select gen_random_uuid(), v.type, gen_random_uuid(), 'w' from (values ('participant'), ('staff'), ('session')) v (type);
select is(refused_past('alongside_' || c.role, c.tried), c.refused, c.role || ' ' || c.title) from (values
    ('conflicts', 'open no safety plan', 'select from safety_plans', '42501'),
    ('conflicts', 'nor as a session would', 'select session_safety_plans_read(gen_random_uuid(), gen_random_uuid())', '42501'),
    ('conflicts', 'open nothing that is sealed', 'select from sealed_keys', '42501'),
    ('conflicts', 'reach nobody', 'select phone from contacts', '42501'),
    ('conflicts', 'know who bears the same name', 'select owner_id from name_digests group by owner_id, whole', null),
    ('conflicts', 'place nobody', 'update enrolments set version = version', '42501'),
    ('seats', 'know no name', 'select from contacts', '42501'),
    ('seats', 'read nothing that was declared', 'select from conflict_declarations', '42501'),
    ('seats', 'nor whom it meets', 'select from conflict_matches', '42501'),
    ('seats', 'plan nothing', 'update cohorts set capacity = capacity', '42501'),
    ('seats', 'change no intake that is placed', $$update intakes set state = 'ready' where state = 'placed'$$, 'nothing'),
    ('seats', 'nor one that is ready but to place it', $$update intakes set version = version where state = 'ready'$$, '42501'),
    ('sessions', 'read nothing that was declared', 'select from conflict_declarations', '42501'),
    ('sessions', 'take nobody''s seat', $$update enrolments set state = 'withdrawn' where state = 'active'$$, '42501'),
    ('sessions', 'know nobody''s sign-in', 'select subject from accounts', '42501'),
    ('sessions', 'release nobody of the staff', 'update host_assignments set released_at = now() where account_id is not null', 'nothing'),
    ('sessions', 'write to guests alone',
        $$insert into outbox (kind, participant_id, due_at, created_at, changed_at)
        select 'status_update', id, now(), now(), now() from participants limit 1$$, '42501'),
    ('sessions', 'know no guest''s address', 'select email from guests', '42501'),
    ('sessions', 'open what they have to show', $$select from sealed_keys where owner_type = 'participant'$$, null),
    ('desk', 'knows of no conflict', 'select from conflict_matches', '42501'),
    ('desk', 'reaches nobody', 'select from contacts', '42501'),
    ('desk', 'switches nobody off', 'update accounts set is_active = false', '42501'),
    ('desk', 'moves no intake on', 'update intakes set state = state', '42501'),
    ('desk', 'opens what a session has sealed', $$select from sealed_keys where owner_type = 'session'$$, null),
    ('desk', 'and nothing else', $$select from sealed_keys where owner_type <> 'session'$$, 'nothing'),
    ('duty', 'knows of no conflict', 'select from conflict_matches', '42501'),
    ('duty', 'reaches nobody', 'select from contacts', '42501'),
    ('duty', 'opens nothing that is sealed', 'select from sealed_keys', '42501'),
    ('duty', 'closes no incident', 'update incidents set closed_by = null', '42501'),
    ('duty', 'moves nobody''s seat', 'update enrolments set version = version', '42501'),
    ('desk', 'sends nothing but news of a document',
        $$insert into outbox (kind, participant_id, due_at, created_at, changed_at)
        select 'status_update', id, now(), now(), now() from participants limit 1$$, '42501')) c (role, title, tried, refused);
-- The months of the audit are reached through the audit alone, and each holds what it holds.
create temp view own_months as
select t.oid, t.relname from own_tables t join pg_class c using (oid) where c.relnamespace = 'alongside_audit'::regnamespace;
select is((select count(*) from own_months), 14::bigint, 'this month, a year, and the rest');
select is_empty($$
    select role || ' ' || m.relname || ' ' || tried
    from own_months m, unnest('{api,worker,seats,conflicts,sessions,desk,duty}'::text[]) role,
        unnest('{select from,insert into,delete from,truncate,drop table}'::text[]) tried
    where refused_past('alongside_' || role, concat_ws(
        ' ', tried, m.oid::regclass, case tried when 'insert into' then 'default values' end))
        is distinct from '42501'$$, 'nobody touches a month of the audit by its name');
select is_empty($$select policyname from pg_policies where schemaname = 'alongside_audit' and policyname <> 'owner_all'$$,
    'nobody has a policy there but the owner');
select is_empty($$
    select m.relname || ' ' || wanted from own_months m, unnest('{append_only,past}'::text[]) wanted
    where (wanted <> 'past' or m.relname <> 'events_rest')
        and not exists (select from pg_trigger t where t.tgrelid = m.oid and t.tgname = wanted and t.tgenabled = 'O')$$,
    'each refuses changes, and what comes late');
-- What they ask of each other tells yes or no, or what a peer reads of their own group; never who or why.
select set_eq($$
    select r.role || ' ' || p.proname from past_roles r join own_functions f on f.prosecdef and f.owner <> r.role join pg_proc p using (oid)
    where has_function_privilege(r.role, f.oid, 'execute')$$, array[
    'alongside_seats actor_own_cohort_ids', 'alongside_seats actor_stands_for_ids', 'alongside_sessions actor_stands_for_ids',
    'alongside_seats comparison_finish', 'alongside_seats conflict_blocks_participant', 'alongside_seats conflict_is_said',
    'alongside_seats conflict_blocks_place', 'alongside_seats contact_is_mailed', 'alongside_sessions place_let_in',
    'alongside_seats enrolment_group_json', 'alongside_seats coordinator_shown', 'alongside_seats coordinator_stand_in',
    'alongside_seats notice_tell', 'alongside_seats registration_is_unheard', 'alongside_duty registration_clocks',
    'alongside_conflicts actor_own_cohort_ids',
    'alongside_conflicts coordinator_is_left',
    'alongside_sessions actor_cohort_ids', 'alongside_sessions actor_own_cohort_ids', 'alongside_sessions actor_session_ids',
    'alongside_sessions conflict_blocks_host',
    'alongside_sessions conflict_blocks_session', 'alongside_sessions conflict_match_names', 'alongside_sessions coordinator_stand_in',
    'alongside_sessions host_is_barred', 'alongside_sessions notice_tell',
    'alongside_seats plain_list', 'alongside_sessions plain_list', 'alongside_desk notice_tell', 'alongside_duty coordinator_stand_in',
    'alongside_duty account_is_away', 'alongside_duty conflict_declaration_clocks', 'alongside_duty conflict_declaration_kept_ids',
    'alongside_duty exclusion_request_clocks',
    'alongside_duty conflict_selves'],
    'what each of the five may ask of the others');
select is_empty($$select name from own_functions where has_function_privilege('public', oid, 'execute')$$,
    'nothing may be called by everybody');
select is_empty($$
    select name from own_functions
    where text ~* '\m(now\(\)|current_timestamp|clock_timestamp|statement_timestamp|current_date|localtimestamp)'
        and name !~ '(audit_link\(\)|job_is_long\(\)|comparison_all\(uuid\[\]\))$'$$, 'no rule reads the clock but through app_now()');
select is_empty($$
    select rolname from pg_roles where rolname like 'alongside\_%' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)$$,
    'no role of ours looks past row level security');
select is_empty($$
    select relname::text from pg_class where relowner in ('alongside_api'::regrole, 'alongside_worker'::regrole)
    union all
    select name from own_functions where owner in ('alongside_api', 'alongside_worker')$$, 'requests and jobs own nothing');
select is_empty($$
    select relname || ' ' || r || ' ' || v
    from own_tables, unnest('{alongside_api,alongside_worker}'::text[]) r, unnest('{truncate,references,trigger}'::text[]) v
    where has_table_privilege(r, own_tables.oid, v)$$, 'requests and jobs cannot truncate, refer or trigger');
select is_empty($$
    select relname || ' ' || p.policyname
    from own_tables join pg_policies p on p.schemaname = 'alongside' and p.tablename = relname
    where 'public' = any (p.roles) and p.cmd not in ('SELECT', 'INSERT')$$, 'no policy lets everybody change or delete');
select is_empty($$
    select c.conname from pg_constraint c join own_tables t on t.oid = c.conrelid
    where c.contype in ('c', 'u', 'x') and c.conname !~ ('^' || t.relname || '__[a-z0-9_]+__[a-z0-9_]+$')$$,
    'constraint names carry the field');
create temp view own_columns as
select t.relname || '.' || a.attname as name, a.attname, a.atttypid
from own_tables t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0;
select is_empty($$
    select name from own_columns
    where attname ~ ('(birth|dob|^rank|_rank|service_number|^sin$|diagnos|medicat|perpetrator|offender|story|narrative|what_happened|'
        'commanding|^ip$|ip_address)')$$,
    'S0.13, decision 9: no field for birth, rank, service number, diagnosis, perpetrator or story');
select is_empty($$
    select name from own_columns where atttypid in ('timestamp'::regtype, 'time'::regtype) and attname !~ 'local'$$,
    'A5.2: moments have a zone; local times say so');

-- Walls that have been seen to fall: a view that is empty, and a fault that it shows.
create temp view two_policies as
select p.tablename, v.verb, r.rolname
from pg_policies p
cross join unnest(case p.cmd when 'ALL' then '{SELECT,INSERT,UPDATE,DELETE}' else array[p.cmd] end) v (verb)
join pg_roles r on r.rolname = any (p.roles) or 'public' = any (p.roles)
where p.schemaname = 'alongside' and p.permissive = 'PERMISSIVE' and r.rolname like 'alongside\_%' and r.rolname <> 'alongside_owner'
group by p.tablename, v.verb, r.rolname having count(*) > 1;
-- A key is looked up by its id, one at a time.
create temp view bare_actors as
select p.tablename, p.policyname from pg_policies p
where p.schemaname = 'alongside' and p.tablename <> 'sealed_keys' and regexp_replace(
    concat(p.qual, case p.cmd when 'INSERT' then '' else p.with_check end), 'SELECT (\w+\.)?actor_\w+\(\)', '', 'g') ~ 'actor_\w+\(\)';
-- I13: the program lead may be in the program, too. Accounts of peers are not the lead's at all.
create temp view open_files as
select p.tablename, p.policyname from pg_policies p
where p.schemaname = 'alongside' and p.tablename <> 'accounts' and concat(p.qual, p.with_check) ~ 'administrator'
    and concat(p.qual, p.with_check) !~ 'actor_(hidden|own|kept)_'
    and exists (
        select from own_columns c
        where c.name like p.tablename || '.%' and c.attname in ('participant_id', 'participant_ids', 'enrolment_id', 'intake_id'));
create temp view shared_names as
select proname from pg_proc where pronamespace = 'alongside'::regnamespace group by proname having count(*) > 1;
-- Some ask through another that does. Three are for everybody: who comes in, who knows an address, what is said to all.
create temp view careless_doors as
select name from own_functions
where prosecdef and has_function_privilege('alongside_api', oid, 'execute')
    and text !~ '(require_role|actor_|session_(role|lock|seat_in_window)\(|guest_page_enter\()'
    and name !~ '^(context_enter|calendars_read|plain_list)\(';
create temp view believing_doors as
select f.name
from own_functions f join pg_proc p on p.oid = f.oid join pg_type t on t.oid = any (p.proargtypes::oid[])
where f.prosecdef and has_function_privilege('alongside_api', f.oid, 'execute') and t.typtype = 'c';
create temp view writing_triggers as
select name from own_functions
where is_trigger and text ~* '\m(insert\s+into|update\s+(only\s+)?\w+(\s+\w+)?\s+set|delete\s+from)\M';
create temp view called_triggers as
select f.name, r.rolname
from own_functions f join pg_roles r on r.rolname like 'alongside\_%' and r.rolname not in ('alongside_owner', f.owner)
where f.is_trigger and has_function_privilege(r.oid, f.oid, 'execute');
create function tests.falls(in_wall text, in_fault text) returns boolean language plpgsql as $$
declare
    falls boolean;
begin
    begin
        execute in_fault;
        execute format('select exists (select from %I)', in_wall) into falls;
        raise exception using errcode = 'TT000';
    exception when sqlstate 'TT000' then
        return falls;
    end;
end
$$;
create temp table walls (place int generated always as identity, name text, title text, fault text);
insert into walls (name, title, fault) values
    ('two_policies', 'a role has one policy for a verb on a table', 'create policy careless on holidays to alongside_api using (false)'),
    ('bare_actors', 'who asks is looked up once for a statement, not for each row',
        'create policy careless on holidays for update to alongside_worker using (actor_account_id() is not null)'),
    ('open_files', 'I13: what the program lead reads of people keeps their own file out',
        'create policy careless on region_moves for update to alongside_worker using ((select actor_role()) = ''administrator'')'),
    ('shared_names', 'no two functions share a name',
        'create function alongside.utc(in_at date) returns text language sql return ''x'''),
    ('careless_doors', 'an open door asks who acts', 'grant execute on function conflict_raise to alongside_api'),
    ('believing_doors', 'an open door takes ids, no row that somebody has made up',
        'grant execute on function conflict_match_met_in to alongside_api'),
    ('writing_triggers', 'a trigger refuses or completes its own row',
        'create function alongside.careless() returns trigger language plpgsql as
        ''begin update holidays h set version = 2; return new; end'''),
    ('called_triggers', 'nobody calls a trigger''s function', 'grant execute on function enrolment_guard to alongside_api');
select is_empty('select * from ' || name, title) from walls order by place;
select ok(falls(name, fault), 'seen to fall: ' || title) from walls order by place;

-- What looks past row level security and is nobody's ends the migration.
\set doors `cat sql/policies/zz_doors.sql`
create function tests.stopped(in_fault text, in_doors text) returns text language plpgsql as $$
declare
    message text;
begin
    begin
        perform set_config('role', 'alongside_owner', true);
        execute in_fault;
        execute in_doors;
        raise exception using errcode = 'TT000';
    exception when others then
        get stacked diagnostics message = message_text;
        return message;
    end;
end
$$;
select matches(stopped(c.fault, :'doors'), c.message, c.title) from (values
    ('create function careless() returns int language plpgsql security definer as ''begin return 1; end''',
        '^careless\(\) looks past row level security and is nobody''s', 'a function that is nobody''s ends the migration'),
    ('alter function staff_alias security invoker', '^zz_doors.sql gives staff_alias to alongside_desk',
        'so does one that is named and looks past nothing'),
    ('drop function staff_alias', '^zz_doors.sql gives staff_alias to alongside_desk', 'or is not there')) c (fault, message, title);
select * from finish();
rollback;
