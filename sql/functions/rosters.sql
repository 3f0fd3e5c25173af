-- SPDX-License-Identifier: MIT
-- Who is expected, by alias.

-- A6.1: what somebody is called where people meet by alias: where somebody who was there before looks the same, with a number, which no
-- alias can hold itself. It stays theirs when the other leaves.
create or replace function roster_alias(in_enrolment enrolments) returns text language plpgsql stable as $$
declare
    own record;
    earlier bigint;
begin
    select p.alias, p.alias_key into own from participants p where p.id = in_enrolment.participant_id;
    select count(distinct o.participant_id) into earlier
    from participants p join enrolments o on o.participant_id = p.id
    where p.alias_key = own.alias_key and p.id <> in_enrolment.participant_id and o.cohort_id = in_enrolment.cohort_id
        and (o.is_seated or o.state = 'completed' or o.decided_at is not null and o.left_at is not null)
        and (coalesce(o.decided_at, o.created_at), o.id)
            < (coalesce(in_enrolment.decided_at, in_enrolment.created_at), in_enrolment.id);
    return own.alias || case when earlier > 0 then ' #' || earlier + 1 else '' end;
end $$;

-- Decision 5, A6.8: aliases, pronouns, what is needed to take part; for professionals and coordinators whether the intake is done. Hosts,
-- and whoever has the group in their care, see everybody who comes: whom somebody is kept from is told by no gap in it, and by nobody
-- until another host leads. Other coordinators see those they serve; who it is, coordinators of those they serve. Null when there is
-- nothing to see.
create or replace function rosters_read(in_session_id uuid) returns json language plpgsql security definer as $$
declare
    as_role text := session_role(in_session_id);
    session sessions;
    entries json;
    shown uuid[];
    is_whole boolean;
begin
    select * into session from sessions s where s.id = in_session_id;
    if as_role is null or as_role <> 'coordinator' and not session_is_near(session) then
        return null;
    end if;
    is_whole := as_role <> 'coordinator' or actor_meets_session(in_session_id, session.cohort_id);
    select
        coalesce(json_agg(json_build_object(
            'enrolment_id', e.id,
            'state', e.state,
            'place', case when session.capacity is not null then case when place_is_held(session, e.id) then 'held' else 'waiting' end end,
            'alias', roster_alias(e),
            'pronouns', unseal('participant.pronouns', p.pronouns),
            'accessibility_needs', unseal('participant.accessibility_needs', p.accessibility_needs),
            'is_ready', case when as_role <> 'peer_supporter' then exists (
                select from intakes i
                where i.participant_id = p.id and i.valid_until > app_now() and i.track in ('group', e.track)) end,
            'is_coming', not exists (
                select from apologies a
                where a.session_id = in_session_id and a.enrolment_id = e.id and a.starts_at = session.starts_at),
            'participant_id', case when as_role = 'coordinator' and actor_serves(p.id) then p.id end)
            order by case when reads_french() then p.alias else '' end collate "fr-CA-x-icu", p.alias collate "en-x-icu"), '[]'),
        array_agg(p.id order by p.id)
    into entries, shown
    from enrolments e join participants p on p.id = e.participant_id
    where e.cohort_id = session.cohort_id and e.is_seated
        -- Late, who waits may be let in.
        and (place_is_held(session, e.id) or place_may_be_let_in(session, e.id)) and (is_whole or actor_serves(p.id));
    perform audit('list', 'roster', in_session_id, shown);
    return json_build_object(
        'session_id', in_session_id, 'link_needs_replacing', join_link_is_stale(session),
        'link_changed_at', utc(session.link_changed_at), 'data', entries);
end $$;
