-- SPDX-License-Identifier: MIT
-- What a request stored is compared after it (DESIGN 5b, decision 18): by the worker within its round, or first of all by whoever
-- places somebody. What a request answers, and how long it takes, depends on nothing that is compared.

-- One row each; what does not exist costs as much. Nobody is woken: the worker comes in its own time, so that what it then does is not
-- read from how long the next request takes.
create or replace function comparison_ask(in_subject text, in_ids uuid[], in_is_first boolean default false) returns void
language plpgsql as $$
begin
    insert into comparisons (subject, owner_id, is_first, created_at)
    select in_subject, i, in_is_first, app_now() from unnest(in_ids) i where i is not null;
end $$;

-- Whom it may mean is not known yet. Kept beside what was said, whose row whoever said it may change at any moment: the worker holds none.
create or replace function comparison_is_due(in_owner_id uuid) returns boolean language plpgsql stable security definer as $$
begin
    return actor_role() in ('coordinator', 'worker')
        and exists (select from comparisons c where c.owner_id = in_owner_id and c.is_first);
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
        when 'guest' then perform conflict_compare_guest(in_id);
        when 'cohort' then perform conflict_raise(array(select h.host_id from host_assignments h where h.cohort_id = in_id));
    end case;
end $$;

-- Of these owners, or of all. What is asked for again while it is compared has a row of its own, and its turn; one round is short, so that
-- nobody who places waits for long.
create or replace function comparison_all(in_owner_ids uuid[] default null) returns bigint language plpgsql as $$
declare
    pending record;
    compared bigint := 0;
    began timestamptz;
begin
    perform pg_advisory_xact_lock(comparison_key());
    began := clock_timestamp();
    for pending in
        select c.subject, c.owner_id, min(c.id) as first_id from comparisons c
        where not job_is_aside('comparisons', c.owner_id) and (in_owner_ids is null or c.owner_id = any (in_owner_ids))
        group by c.subject, c.owner_id order by first_id limit 100
    loop
        exit when clock_timestamp() > began + interval '2 seconds';
        begin
            delete from comparisons c where c.owner_id = pending.owner_id and c.subject = pending.subject;
            perform comparison_one(pending.subject, pending.owner_id);
            compared := compared + 1;
            perform job_take_back('comparisons', pending.owner_id);
        exception
            when query_canceled then
                -- What takes longer than there is waits alone; who is called off before that is not at fault.
                if clock_timestamp() < began + interval '2 seconds' then
                    raise;
                end if;
                perform job_set_aside('comparisons', pending.owner_id, sqlstate);
            when others then
                perform job_set_aside('comparisons', pending.owner_id, sqlstate);
        end;
    end loop;
    return compared;
end $$;

-- Worker, each round; and ends what was taken back and has stood long enough. Returns how many were compared.
create or replace function comparison_run() returns bigint language plpgsql security definer as $$
begin
    perform require_role('worker');
    perform conflict_compare_declaration(d.id)
    from conflict_declarations d
    where d.stands_until <= app_now() and exists (
        select from conflict_matches m where d.id in (m.declaration_id, m.other_declaration_id) and m.ended_at is null);
    return comparison_all();
end $$;

-- Before somebody is placed, assigned or confirmed: what concerns them, and whom they would meet, is compared first; all that was declared
-- may mean them. What others say meanwhile is later than this, and what cannot be compared is told to the operator and stands in nobody's
-- way but its own: who said it is placed nowhere. What is found is found by the program, not by who places. Locks: comparisons, before any
-- cohort.
create or replace function comparison_finish(in_person_id uuid default null, in_cohort_id uuid default null) returns void
language plpgsql security definer as $$
declare
    own_role text := actor_role();
    own_account text := current_setting('app.account_id', true);
    persons uuid[];
    pending bigint[];
begin
    perform require_role('coordinator', 'worker');
    if not exists (select from comparisons) then
        perform pg_advisory_xact_lock_shared(comparison_key());
        return;
    end if;
    if exists (
        select from conflict_selves(array[in_person_id]) s join comparisons c on c.owner_id = s.id
        where job_is_aside('comparisons', s.id))
    then
        perform conflict('not-compared-yet');
    end if;
    persons := array(
        select s.id from conflict_selves(array(select conflict_persons(in_cohort_id)) || in_person_id) s where s.id is not null);
    pending := array(
        select c.id from comparisons c
        where (c.subject in ('declaration', 'request') or c.owner_id = any (persons)) and not job_is_aside('comparisons', c.owner_id));
    if pending = '{}' then
        perform pg_advisory_xact_lock_shared(comparison_key());
        return;
    end if;
    perform set_config('app.role', 'worker', true), set_config('app.account_id', '', true);
    perform comparison_all(array(select c.owner_id from comparisons c where c.id = any (pending)));
    perform set_config('app.role', own_role, true), set_config('app.account_id', coalesce(own_account, ''), true);
    if exists (select from comparisons c where c.id = any (pending) and not job_is_aside('comparisons', c.owner_id)) then
        if own_role = 'worker' then
            raise exception using errcode = '55P03', message = 'not compared yet: the next round';
        end if;
        perform conflict('not-compared-yet');
    end if;
end $$;
