-- SPDX-License-Identifier: MIT
-- The way into a session ends with what gave it: who had it and has left knows it still, so that it is replaced.

create or replace function join_link_follow() returns trigger language plpgsql as $$
begin
    if new.join_link is distinct from old.join_link then
        new.link_changed_at := case when new.join_link is not null then app_now() end;
    end if;
    return new;
end $$;
create or replace trigger link_changed before insert or update of join_link on sessions
for each row execute function join_link_follow();

-- R17: when its room closed to somebody who had been shown the way in and has no part in it any more. One branch for each way to leave.
-- Who frees a place has not left: they may take another up to the start, and are registered as before.
create or replace function join_link_closings(in_session sessions) returns setof timestamptz stable language plpgsql as $$
begin
    return query
    select e.left_at from enrolments e
    where e.cohort_id = in_session.cohort_id and e.state in ('withdrawn', 'removed') and e.decided_at is not null
        and e.left_at >= session_link_from(in_session)
    union all
    select h.released_at from host_assignments h
    where h.cohort_id = in_session.cohort_id and coalesce(h.session_id, in_session.id) = in_session.id and h.released_at is not null
        and not exists (select from session_leads l where l.session_id = in_session.id and l.host_id = h.host_id);
end $$;

create or replace function join_link_is_stale(in_session sessions) returns boolean stable language plpgsql as $$
begin
    return in_session.state in ('scheduled', 'in_progress') and app_now() >= session_link_from(in_session) and exists (
        select from join_link_closings(in_session) c (at) where c.at >= in_session.link_changed_at);
end $$;

-- Never of whom, since when or why. To those who may replace it, and nobody else.
create or replace function join_link_needs_replacing(in_session_id uuid) returns boolean language plpgsql stable security definer as $$
begin
    return coalesce((
        select join_link_is_stale(s) from sessions s where s.id = in_session_id and session_role(s.id) is not null), false);
end $$;

-- Writes: sessions, sealed_keys, outbox. Locks: the cohort, the session.
create or replace function join_link_replace(in_session_id uuid, in_link text, in_key jsonb) returns void
language plpgsql security definer as $$
declare
    session sessions;
begin
    perform session_require_host(in_session_id);
    session := session_lock(in_session_id);
    if session.state not in ('scheduled', 'in_progress') then
        perform problem_state(session.state);
    end if;
    update sessions s set join_link = in_link, changed_at = app_now(), version = s.version + 1 where s.id = in_session_id;
    perform session_key_keep(in_key, in_session_id);
    perform guest_tell_link(in_session_id);
end $$;

create or replace function join_links_replace(in_session_id uuid, in_body jsonb, in_key jsonb) returns response language plpgsql as $$
begin
    perform join_link_replace(in_session_id, in_body->>'join_link', in_key);
    perform audit('update', 'session', in_session_id, in_fields => body_fields(in_body));
    return (
        select respond(200, json_build_object(
            'session_id', s.id, 'join_link', unseal('session.join_link', s.join_link), 'link_changed_at', utc(s.link_changed_at)))
        from sessions s where s.id = in_session_id);
end $$;

-- Worker, each round: those who lead such a session, and whoever has its group in their care, are told once of each link.
create or replace function join_link_watch() returns bigint language plpgsql security definer as $$
declare
    session sessions;
    told bigint := 0;
begin
    perform require_role('worker');
    for session in
        select s.* from sessions s
        where s.state in ('scheduled', 'in_progress') and s.starts_at <= app_now() + interval '24 hours'
            and join_link_is_stale(s) and not exists (
                select from notices n
                where n.kind = 'link_to_replace' and n.object_id = s.id and n.created_at >= s.link_changed_at)
        order by s.starts_at, s.id limit 200
    loop
        perform notice_tell(array(
            select l.account_id from session_leads l where l.session_id = session.id
            union
            select coordinator_stand_in(g.coordinator_id, app_now()) from cohorts g where g.id = session.cohort_id),
            'link_to_replace', session.id, in_cohort_id => session.cohort_id);
        told := told + 1;
    end loop;
    return told;
end $$;
