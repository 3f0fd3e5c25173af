-- SPDX-License-Identifier: MIT
-- Decision 5: who came; participation and safety, never a penalty.

create or replace view attendances_json with (security_invoker = true) as
select a.id, a.session_id, a.enrolment_id, a.participant_id, a.version, row_to_json(members) as body
from attendances a
cross join lateral (select
    a.session_id,
    a.enrolment_id,
    a.status,
    utc(a.recorded_at) as recorded_at,
    case when (select actor_role()) <> 'peer' then a.recorded_by end as recorded_by) members;

-- I7: of whoever is confirmed or active, by the hosts of this session or a coordinator, once it has started. Somebody who left
-- unexpectedly may be in danger: an incident opens, with a call to make at once where they agreed to be called.
-- Writes: attendances, enrolments, incidents. Locks: the cohort, the session, the enrolment.
create or replace function attendance_record(in_session_id uuid, in_enrolment_id uuid, in_status text) returns void
language plpgsql security definer as $$
declare
    session sessions;
    as_coordinator boolean := actor_role() = 'coordinator';
    enrolment enrolments;
begin
    perform session_require_host(in_session_id);
    session := session_lock(in_session_id);
    select * into enrolment from enrolments e where e.id = in_enrolment_id and e.cohort_id = session.cohort_id for no key update;
    if enrolment.id is null or not as_coordinator and not enrolment.is_seated
        or as_coordinator and not actor_serves(enrolment.participant_id) and not actor_meets_session(in_session_id, session.cohort_id)
    then
        perform problem('not-found');
    elsif session.state not in ('in_progress', 'completed') then
        perform problem_state(session.state);
    elsif not enrolment.is_seated then
        perform problem_state(enrolment.state);
    elsif not as_coordinator and not session_is_near(session) then
        perform conflict('too-late');
    end if;
    if not place_is_held(session, in_enrolment_id) then
        if in_status = 'absent' then
            perform problem('not-found');
        end if;
        perform place_let_in(in_session_id, in_enrolment_id, (
            select count(*) from attendances a where a.session_id = in_session_id and a.status <> 'absent'));
    end if;
    insert into attendances as a (session_id, enrolment_id, participant_id, status, recorded_by, recorded_at)
    values (in_session_id, in_enrolment_id, enrolment.participant_id, in_status, actor_account_id(), app_now())
    on conflict (session_id, participant_id) do update set
        enrolment_id = excluded.enrolment_id, status = excluded.status, recorded_by = excluded.recorded_by,
        recorded_at = excluded.recorded_at, version = a.version + 1;
    if in_status <> 'absent' then
        update enrolments e set state = 'active', version = e.version + 1 where e.id = in_enrolment_id and e.state = 'confirmed';
    end if;
    if in_status = 'left_unexpectedly' then
        insert into incidents (kind, severity, session_id, enrolment_id, created_by, created_by_role, created_at)
        select 'left_unexpectedly', 4, in_session_id, in_enrolment_id, actor_account_id(), actor_role(), app_now()
        where not exists (
            select from incidents i
            where i.session_id = in_session_id and i.enrolment_id = in_enrolment_id and i.kind = 'left_unexpectedly');
        perform pg_notify('outbox', '');
    end if;
    perform audit('record', 'attendance', in_session_id, array[enrolment.participant_id], array['status']);
end $$;

create or replace function attendances_replace(in_session_id uuid, in_enrolment_id uuid, in_body jsonb) returns response
language plpgsql as $$
begin
    perform attendance_record(in_session_id, in_enrolment_id, in_body->>'status');
    return (
        select respond(200, a.body, null, a.version)
        from attendances_json a where a.session_id = in_session_id and a.enrolment_id = in_enrolment_id);
end $$;
