-- SPDX-License-Identifier: MIT
-- What the jobs have in common. Each is a statement of sql/statements/jobs, and a transaction of its own.

-- Everything that has a wall time: the worker asks for it when its session begins, so after every start.
create or replace function jobs_rederive() returns int language plpgsql as $$
begin
    return session_rederive() + intake_meetings_rederive();
end $$;

-- A job stops after this long between two rows, and goes on next round: well before the end of what its statement may take.
create or replace function job_is_long() returns boolean volatile language sql
return clock_timestamp() > transaction_timestamp() + interval '2 seconds';

-- The row is not at fault: somebody holds it at this moment.
create or replace function job_is_met(in_sqlstate text) returns boolean immutable language sql
return left(in_sqlstate, 2) in ('40', '55');

-- Set aside, and its next try not come yet.
create or replace function job_is_aside(in_job text, in_subject_id uuid) returns boolean stable language sql return exists (
    select from job_faults f where f.job = in_job and f.subject_id = in_subject_id and f.retry_at > app_now());

-- In the handler of a row: leaves it alone for a while, longer each time. What is the machine's fault (no disk, no memory, shutting down)
-- ends the job, but not that a row took too long (57014), which `others` never is; what somebody holds has its turn next round.
create or replace function job_set_aside(in_job text, in_subject_id uuid, in_sqlstate text) returns void language plpgsql as $$
begin
    if job_is_met(in_sqlstate) then
        return;
    elsif left(in_sqlstate, 2) in ('53', '57', '58') and in_sqlstate <> '57014' then
        raise exception using errcode = in_sqlstate, message = 'not the fault of a row';
    end if;
    insert into job_faults as f (job, subject_id, sqlstate, since, retry_at)
    values (in_job, in_subject_id, in_sqlstate, app_now(), app_now() + outbox_pause(1))
    on conflict (job, subject_id) do update set
        sqlstate = excluded.sqlstate, tries = f.tries + 1, retry_at = app_now() + outbox_pause(f.tries + 1), is_told = false;
end $$;

-- It went well this time.
create or replace function job_take_back(in_job text, in_subject_id uuid) returns void language plpgsql as $$
begin
    delete from job_faults f where f.job = in_job and f.subject_id = in_subject_id;
end $$;
