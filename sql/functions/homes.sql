-- SPDX-License-Identifier: MIT
-- What a peer sees first.

-- The actor's next sessions. I8, A6.8: the join link only with a seat, from 24 hours before until the end, and never after leaving.
create or replace function home_next_sessions(in_limit int) returns json language plpgsql stable security definer as $$
declare
    own_zone text;
    -- Decision 16: whoever stepped back has closed their room to themself.
    is_open boolean := step_back_since(actor_account_id()) is null;
begin
    if actor_role() <> 'peer' then
        return '[]';
    end if;
    select p.timezone into own_zone from participants p where p.id = actor_participant_id();
    return (
        select coalesce(json_agg(json_build_object(
            'enrolment_id', n.enrolment_id,
            'group_id', n.cohort_id,
            'title', localized(n.title_en, n.title_fr),
            'language', n.language,
            'session', enrolment_group_session_json(n.session, own_zone, case when (n.session).material_en is not null then (
                select session_material(n.session, k.wrapped) from sealed_keys k
                where k.id = (select sealed_key_id((n.session).material_en))) end,
                case when (n.session).capacity is not null then place_json(n.session, n.enrolment_id, own_zone) end),
            'room', case when is_open then 'open' else 'closed_by_you' end,
            'join_link_from', case when (n.session).state <> 'cancelled' and is_open then utc(session_link_from(n.session)) end,
            'join_link', case when (n.session).state <> 'cancelled' and is_open and app_now() >= session_link_from(n.session) then
                unseal('session.join_link', (n.session).join_link) end,
            'link_changed_at', case when (n.session).link_changed_at > session_link_from(n.session) then
                utc((n.session).link_changed_at) end) order by (n.session).starts_at, (n.session).id), '[]')
        from (
            select e.id as enrolment_id, g.id as cohort_id, g.language, coalesce(a.title_en, v.title_en) as title_en,
                coalesce(a.title_fr, v.title_fr) as title_fr, s as session
            from enrolments e
            join cohorts g on g.id = e.cohort_id
            join services v on v.id = g.service_id
            left join activities a on a.id = g.activity_id
            join sessions s on s.cohort_id = e.cohort_id
            where e.participant_id = actor_participant_id() and e.is_seated and place_is_held(s, e.id)
                and s.state <> 'completed' and session_ends_at(s) > app_now()
            order by s.starts_at, s.id limit in_limit) n);
end $$;

-- A6.8: of what happened to them, that help was arranged, and when; nothing of what it was called. For thirty days.
create or replace function home_help_arranged() returns json language plpgsql stable security definer as $$
begin
    if actor_role() <> 'peer' then
        return '[]';
    end if;
    return (
        select coalesce(json_agg(json_build_object(
            'session_id', i.session_id, 'at', utc(h.at), 'text', plain_list('help_arranged')->0) order by h.at desc), '[]')
        from incidents i
        cross join lateral (
            select min(a.at) as at from incident_actions a
            where a.incident_id = i.id and a.code in (
                'line_handoff', 'eap', 'crisis_line', 'emergency_services', 'emergency_contact', 'coordinator_told',
                'supported_in_session', 'moved_to_private_talk', 'check_in_attempted', 'check_in_reached')) h
        where i.participant_id = actor_participant_id() and i.kind in ('distress', 'left_unexpectedly', 'suicide_risk')
            and h.at > app_now() - interval '30 days');
end $$;

create or replace view homes_json with (security_invoker = true) as
select p.id as participant_id, row_to_json(members) as body
from participants p
cross join lateral (select
    p.id as participant_id,
    p.timezone,
    coordinator_shown(p.coordinator_id, p.id) as coordinator,
    (
        select coalesce(json_agg(e.body order by e.created_at, e.id), '[]')
        from enrolments_json e where e.participant_id = p.id and e.state = 'offered') as offers,
    (
        select coalesce(json_agg(e.body order by e.created_at, e.id), '[]')
        from enrolments_json e
        where e.participant_id = p.id and (
            e.state in ('requested', 'waitlisted', 'accepted', 'confirmed', 'active')
            -- With what comes instead, for a month.
            or e.state = 'not_placed' and e.decided_at > app_now() - interval '30 days')) as groups,
    home_next_sessions(10) as next_sessions,
    plain_list('prepare') as prepare,
    home_help_arranged() as help_arranged,
    help_json() as help) members
where p.id = (select actor_participant_id());
