-- SPDX-License-Identifier: MIT
-- What a request stored is compared after it (DESIGN 5b, decision 18): by the worker within its round, or first of all by whoever
-- places somebody. What a request answers, and how long it takes, depends on nothing that is compared.

-- One row each; what does not exist costs as much.
create or replace function comparison_ask(in_subject text, in_ids uuid[]) returns void language plpgsql as $$
begin
    insert into comparisons (subject, owner_id, created_at) select in_subject, i, app_now() from unnest(in_ids) i where i is not null;
    perform pg_notify('outbox', '');
end $$;

-- Held alone while something is compared, and together by those who place: so of a match and a seat whichever is later sees the other.
create or replace function comparison_key() returns bigint immutable language sql return 5411960712;

create or replace function comparison_one(in_subject text, in_id uuid) returns void language plpgsql as $$
begin
    case in_subject
        when 'declaration' then perform conflict_compare_declaration(in_id);
        when 'request' then perform exclusion_request_match(in_id);
        when 'participant' then perform conflict_compare_participant(in_id);
        when 'account' then perform conflict_compare_account(in_id);
        when 'cohort' then perform conflict_raise(array(select h.account_id from host_assignments h where h.cohort_id = in_id));
    end case;
end $$;

-- What is asked for again while it is compared has a row of its own, and its turn.
create or replace function comparison_all() returns bigint language plpgsql as $$
declare
    pending record;
    compared bigint := 0;
begin
    perform pg_advisory_xact_lock(comparison_key());
    for pending in
        select c.subject, c.owner_id, min(c.id) as first_id from comparisons c
        where not job_is_aside('comparisons', c.owner_id)
        group by c.subject, c.owner_id order by first_id limit 1000
    loop
        exit when job_is_long();
        begin
            delete from comparisons c where c.owner_id = pending.owner_id and c.subject = pending.subject;
            perform comparison_one(pending.subject, pending.owner_id);
            compared := compared + 1;
            perform job_take_back('comparisons', pending.owner_id);
        exception when others then
            perform job_set_aside('comparisons', pending.owner_id, sqlstate);
        end;
    end loop;
    return compared;
end $$;

-- Worker, each round. Returns how many were compared.
create or replace function comparison_run() returns bigint language plpgsql security definer as $$
begin
    perform require_role('worker');
    return comparison_all();
end $$;

-- Before somebody is placed, assigned or confirmed: nobody is, of whom something is not compared yet. What is found then is found by the
-- program, not by who places. Locks: comparisons, before any cohort.
create or replace function comparison_finish() returns void language plpgsql security definer as $$
declare
    own_role text := actor_role();
    own_account text := current_setting('app.account_id', true);
    pending bigint[] := array(select c.id from comparisons c);
begin
    perform require_role('coordinator', 'worker');
    if pending = '{}' then
        perform pg_advisory_xact_lock_shared(comparison_key());
        return;
    end if;
    perform set_config('app.role', 'worker', true), set_config('app.account_id', '', true);
    perform comparison_all();
    perform set_config('app.role', own_role, true), set_config('app.account_id', coalesce(own_account, ''), true);
    -- What others say meanwhile is later than this.
    if exists (select from comparisons c where c.id = any (pending)) then
        if own_role = 'worker' then
            raise exception using errcode = '55P03', message = 'not compared yet: the next round';
        end if;
        perform conflict('not-compared-yet');
    end if;
end $$;
