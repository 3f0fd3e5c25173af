-- SPDX-License-Identifier: MIT
-- Apologies: somebody cannot come to a session, and says so; their seat and the other sessions stay theirs.

create or replace view apologies_json with (security_invoker = true) as
select a.session_id, a.participant_id, row_to_json(members) as body
from apologies a
cross join lateral (select
    a.session_id,
    utc(a.starts_at) as starts_at,
    utc(a.created_at) as created_at) members;

-- The actor's seat in a session that has not begun.
create or replace function apology_seat(in_session sessions) returns enrolments language plpgsql stable as $$
declare
    enrolment enrolments;
begin
    select * into enrolment from enrolments e
    where e.cohort_id = in_session.cohort_id and e.participant_id = actor_participant_id() and e.is_seated;
    if not found then
        perform problem('not-found');
    elsif in_session.capacity is not null then
        -- Somebody may wait for it.
        perform conflict('free-your-place');
    elsif in_session.state <> 'scheduled' or in_session.starts_at <= app_now() then
        perform problem_state(in_session.state);
    end if;
    return enrolment;
end $$;

-- Writes: apologies.
create or replace function apologies_replace(in_session_id uuid) returns response language plpgsql security definer as $$
declare
    session sessions := (select s from sessions s where s.id = in_session_id);
    enrolment enrolments;
begin
    perform require_role('peer');
    enrolment := apology_seat(session);
    insert into apologies (session_id, enrolment_id, participant_id, starts_at, created_at)
    values (in_session_id, enrolment.id, enrolment.participant_id, session.starts_at, app_now())
    on conflict (session_id, enrolment_id) do update set starts_at = excluded.starts_at, created_at = excluded.created_at;
    perform audit('update', 'apology', in_session_id, array[enrolment.participant_id]);
    return (select respond(200, a.body) from apologies_json a
        where a.session_id = in_session_id and a.participant_id = enrolment.participant_id);
end $$;

-- Again is the same. Writes: apologies.
create or replace function apologies_delete(in_session_id uuid) returns response language plpgsql security definer as $$
declare
    session sessions := (select s from sessions s where s.id = in_session_id);
    enrolment enrolments;
begin
    perform require_role('peer');
    enrolment := apology_seat(session);
    delete from apologies a where a.session_id = in_session_id and a.enrolment_id = enrolment.id;
    if found then
        perform audit('delete', 'apology', in_session_id, array[enrolment.participant_id]);
    end if;
    return respond(204, null);
end $$;
