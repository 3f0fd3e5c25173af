-- SPDX-License-Identifier: MIT
-- The database roles, made once by a superuser: alongside roles | psql. Passwords and pg_hba are the operator's.
set search_path = pg_catalog; -- a superuser's: nobody else's function is called
do $$
declare
    wanted text;
begin
    foreach wanted in array array[
        'alongside_owner', 'alongside_api', 'alongside_worker',
        'alongside_seats', 'alongside_conflicts', 'alongside_sessions', 'alongside_desk', 'alongside_duty'] loop
        if not exists (select from pg_roles where rolname = wanted) then
            execute format('create role %I nosuperuser nobypassrls nocreatedb nocreaterole', wanted);
        end if;
    end loop;
end
$$;
-- Migrations own tables; requests and jobs own nothing; five more, without login, own the functions that look past row level security,
-- each with what its own functions need.
alter role alongside_owner login;
alter role alongside_api login;
alter role alongside_worker login;
alter role alongside_seats nologin;
alter role alongside_conflicts nologin;
alter role alongside_sessions nologin;
alter role alongside_desk nologin;
alter role alongside_duty nologin;
grant alongside_seats to alongside_owner;
grant alongside_conflicts to alongside_owner;
grant alongside_sessions to alongside_owner;
grant alongside_desk to alongside_owner;
grant alongside_duty to alongside_owner;
-- The path of definers' functions, too: a plan is made for one path.
alter role alongside_owner set search_path = alongside, pg_catalog, pg_temp;
alter role alongside_api set search_path = alongside, pg_catalog, pg_temp;
alter role alongside_worker set search_path = alongside, pg_catalog, pg_temp;
-- Bound values never reach the server log.
alter role alongside_api set log_parameter_max_length = 0;
alter role alongside_api set log_parameter_max_length_on_error = 0;
alter role alongside_worker set log_parameter_max_length = 0;
alter role alongside_worker set log_parameter_max_length_on_error = 0;
-- Nor does the detail of an error, which may name records.
alter role alongside_api set log_error_verbosity = terse;
alter role alongside_worker set log_error_verbosity = terse;
alter role alongside_api set idle_in_transaction_session_timeout = '10s';
alter role alongside_worker set idle_in_transaction_session_timeout = '30s';
alter role alongside_api set client_connection_check_interval = '10s';
alter role alongside_api set timezone = 'UTC';
alter role alongside_worker set timezone = 'UTC';
alter role alongside_owner set timezone = 'UTC';
