-- SPDX-License-Identifier: MIT
-- What happens in a session: it begins with those who must be there, and ends.

create or replace function session_run_json(in_session_id uuid) returns json language plpgsql stable security definer as $$
begin
    return (
        select json_build_object(
            'session_id', s.id,
            'state', s.state,
            'started_at', utc(s.started_at),
            'ended_at', utc(s.ended_at),
            'hosts_present', (
                select coalesce(json_agg(json_build_object(
                    'account_id', p.account_id, 'guest_id', p.guest_id, 'slot', p.slot) order by p.slot, p.host_id), '[]')
                from session_presences p where p.session_id = s.id))
        from sessions s where s.id = in_session_id and session_role(s.id) is not null);
end $$;

-- I3, I5, A6.5. A host who is told to call learns nothing else.
-- Writes: sessions, session_presences, cohorts, enrolments. Locks: the cohort, the session.
-- Returns who takes part from now on.
create or replace function session_run_begin(in_session_id uuid, in_present uuid[]) returns uuid[] language plpgsql security definer as $$
declare
    session sessions;
    cohort cohorts;
    missing text[];
    begun uuid[];
begin
    perform session_require_host(in_session_id);
    session := session_lock(in_session_id);
    select * into cohort from cohorts g where g.id = session.cohort_id;
    if session.state <> 'scheduled' then
        perform problem_state(session.state);
    elsif cohort.state not in ('confirmed', 'in_progress') and not (cohort.state = 'recruiting' and cohort.joining = 'drop_in') then
        perform problem_state(cohort.state);
    elsif app_now() < session.starts_at - interval '15 minutes' then
        perform conflict('too-early', jsonb_build_object('starts_at', utc(session.starts_at)));
    elsif app_now() > session_ends_at(session) then
        perform conflict('too-late');
    end if;
    perform require_no_faults((
        select jsonb_agg(jsonb_build_object('pointer', '#/hosts_present/' || place - 1, 'code', 'does-not-exist'))
        from unnest(in_present) with ordinality p (host_id, place)
        where not exists (select from session_hosts(in_session_id) h where h.host_id = p.host_id)));
    missing := host_slots_unfilled(session, in_present);
    if missing <> '{}' then
        perform conflict('hosts-missing', jsonb_build_object('missing', missing));
    elsif conflict_blocks_session(in_session_id) then
        perform conflict('call-your-coordinator');
    end if;
    update sessions s set state = 'in_progress', started_at = app_now(), version = s.version + 1 where s.id = in_session_id;
    insert into session_presences (session_id, account_id, guest_id, slot, at)
    select in_session_id, h.account_id, h.guest_id, h.slot, app_now()
    from session_hosts(in_session_id) h where h.host_id = any (in_present);
    update cohorts g set state = 'in_progress', version = g.version + 1 where g.id = cohort.id and g.state <> 'in_progress';
    if cohort.joining = 'closed' then
        with moved as (
            update enrolments e set state = 'active', version = e.version + 1 where e.cohort_id = cohort.id and e.state = 'confirmed'
            returning e.participant_id)
        select array_agg(m.participant_id order by m.participant_id) into begun from moved m;
    end if;
    return begun;
end $$;

-- Writes: sessions, comparisons. Locks: the cohort, the session.
create or replace function session_run_finish(in_session_id uuid) returns void language plpgsql security definer as $$
declare
    session sessions;
begin
    perform session_require_host(in_session_id);
    session := session_lock(in_session_id);
    if session.state <> 'in_progress' then
        perform problem_state(session.state);
    end if;
    update sessions s set state = 'completed', ended_at = app_now(), version = s.version + 1 where s.id = in_session_id;
    perform comparison_ask('cohort', array[session.cohort_id]);
end $$;
