-- SPDX-License-Identifier: MIT
-- What must hold for everything in the schema, also for what is added later.
begin;
\ir helpers.psql
select plan(20);

create temp view own_tables as
select c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity from pg_class c
where c.relnamespace = 'alongside'::regnamespace and c.relkind in ('r', 'p') and c.relname not in ('schema_migrations', 'schema_state');
create temp view own_functions as
select p.oid, p.oid::regprocedure::text as name, p.prosecdef, p.proconfig, p.proowner::regrole::text as owner, p.proacl, l.lanname,
    pg_get_functiondef(p.oid) as text
from pg_proc p join pg_language l on l.oid = p.prolang
where p.pronamespace = 'alongside'::regnamespace and p.prokind in ('f', 'p');

select is_empty('select relname from own_tables where not (relrowsecurity and relforcerowsecurity)',
    'row level security is forced on every table');
select is_empty($$
    select relname from own_tables t where not exists (
        select from pg_policies p
        where p.schemaname = 'alongside' and p.tablename = t.relname and p.policyname = 'owner_all' and p.roles = '{alongside_owner}')$$,
    'the owner''s policy is on every table');
select is_empty($$select relname from pg_class where relnamespace = 'alongside'::regnamespace and relkind = 'v'
    and not coalesce(reloptions @> '{security_invoker=true}', false)$$, 'every view asks with the rights of its caller');
select is_empty($$select relname from pg_class where relnamespace = 'alongside'::regnamespace and relkind = 'm'$$,
    'no materialized view: row level security does not reach it');
-- Unnamed, pg_temp would come first: a caller's table in place of ours, its triggers with the definer's rights, also in what a
-- definer's function calls.
select is_empty($$select name from own_functions where lanname = 'plpgsql' and not coalesce(
    proconfig @> array['search_path=alongside, pg_catalog, pg_temp'], false)$$, 'every plpgsql function has its search path fixed');
select is_empty($$select name from own_functions where prosecdef and lanname <> 'plpgsql'$$, 'and no other looks past row level security');
select set_eq($$select rolname::text from pg_roles where rolname in ('alongside_api', 'alongside_worker')
    and rolconfig @> array['log_error_verbosity=terse', 'log_parameter_max_length=0', 'log_parameter_max_length_on_error=0']$$,
    array['alongside_api', 'alongside_worker'],
    'what they bind, and the detail of their errors, stays out of PostgreSQL''s log, however it is set');
select is_empty($$select name from own_functions where lanname not in ('plpgsql', 'sql')$$, 'no other language');
-- Each of these is a hole in the second wall; a new one is a decision.
select set_eq('select name from own_functions where prosecdef', array[
    'context_enter(text,text,text,text,text,text,text)',
    'idempotency_key_forget(text,json)',
    'audit_events_find(jsonb)',
    'document_announce(uuid)',
    'actor_cohort_ids()',
    'actor_own_cohort_ids()',
    'cohort_is_locked(cohorts)',
    'cohort_seats_taken(uuid)',
    'cohort_seats_shown(uuid)',
    'cohort_seats_complete(uuid)',
    'session_hosts(uuid)',
    'shortfall_missing(uuid)',
    'host_is_barred(uuid,uuid)',
    'host_facts(uuid,text,text,date)', 'colleagues_find(jsonb)',
    'host_clashes(uuid)',
    'host_assignment_alias(uuid)',
    'shortfall_candidates(uuid,text)',
    'shortfall_unfit(uuid)',
    'conflict_selves(uuid[])',
    'conflict_persons(uuid)',
    'conflict_stands(uuid[],uuid)',
    'conflict_blocks_participant(uuid,uuid)',
    'conflict_blocks_host(uuid,uuid)',
    'conflict_blocks_cohort(uuid)',
    'conflict_blocks_session(uuid)',
    'conflict_cohort_ids(uuid[])',
    'conflict_raise(uuid[])',
    'conflict_recheck(uuid[],uuid[])',
    'conflict_record(uuid[])',
    'conflict_located()',
    'conflict_follow_contact(uuid)',
    'conflict_follow_decision(uuid)',
    'conflict_follow_declaration(uuid)',
    'conflict_follow_end(uuid,uuid)',
    'conflict_follow_exclusions(uuid[],uuid[],uuid[],boolean)',
    'conflict_follow_host(uuid)',
    'conflict_follow_login(uuid)',
    'conflict_follow_region(uuid)',
    'conflict_follow_staff(uuid)',
    'conflict_follow_withdrawal(uuid)',
    'exclusion_request_follow(uuid)',
    'cohort_list_advance(uuid)',
    'incident_check_in(uuid)',
    'actor_hidden_conflict_ids()',
    'conflict_match_shared_cohort_ids(conflict_matches)',
    'conflict_match_met_in(conflict_matches)',
    'account_is_staff(uuid)',
    'exclusion_request_today()',
    'session_role(uuid)',
    'actor_session_ids()',
    'session_link_is_stale(sessions)',
    'rosters_read(uuid)',
    'session_seat_in_window(uuid,uuid)',
    'session_safety_plans_read(uuid,uuid)',
    'session_contact_open(uuid,uuid,text)',
    'session_run_json(uuid)',
    'session_missing(sessions,uuid[])',
    'session_begin(uuid,uuid[])',
    'session_finish(uuid)',
    'session_topics_set(uuid,text[])',
    'attendance_record(uuid,uuid,text)',
    'incident_begin()',
    'debrief_note(uuid)',
    'debrief_cohort_id(uuid)',
    'debrief_may_supervise(debriefs,uuid)',
    'home_help_arranged()',
    'enrolment_guard()',
    'enrolments_create(uuid,jsonb)',
    'enrolments_offer(uuid,integer[],jsonb)',
    'enrolments_accept(uuid,integer[])',
    'enrolments_decline(uuid,integer[])',
    'enrolments_withdraw(uuid)',
    'seat_withdraw_all(uuid)',
    'enrolments_remove(uuid,integer[],jsonb)',
    'seat_release_all(uuid,text)',
    'seat_expire_offers(integer)',
    'seat_list_advance(uuid)',
    'waiting_person_refresh(uuid)',
    'waiting_person_missing(uuid)',
    'cohort_notify(uuid,text,jsonb)',
    'seat_mail_verdict(outbox)',
    'seat_mail_when(outbox,text,text)',
    'enrolment_group_json(enrolments)',
    'home_next_sessions(integer)',
    'calendars_read(uuid,uuid)',
    'staff_alias(uuid)'], 'the functions that look past row level security are these');
select is_empty($$select name from own_functions where prosecdef and owner <> 'alongside_definer'$$, 'and belong to the definer');
select is_empty($$select name from own_functions where not prosecdef and owner <> 'alongside_owner'$$, 'all others belong to the owner');
select is_empty($$select name from own_functions where has_function_privilege('public', oid, 'execute')$$,
    'nothing may be called by everybody');
select is_empty($$
    select name from own_functions
    where text ~* '\m(now\(\)|current_timestamp|clock_timestamp|statement_timestamp|current_date|localtimestamp)'
        and name !~ '(audit_link|conflict_answer_evenly)\(\)$'$$, 'no rule reads the clock but through app_now()');
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
select * from finish();
rollback;
