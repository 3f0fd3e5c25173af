-- SPDX-License-Identifier: MIT
-- What a peer may know of a group they have a part in: what it is, when it meets, what to bring. Nobody else, no numbers, no reasons.

create or replace function enrolment_group_session_json(in_session sessions, in_zone text, in_material json, in_place json) returns json
stable language sql
return json_build_object(
    'id', in_session.id,
    'seq', in_session.seq,
    'state', in_session.state,
    'local_start', wall_text(in_session.local_start),
    'timezone', in_session.timezone,
    'utc_offset', utc_offset(in_session.local_start, in_session.starts_at),
    'starts_at', utc(in_session.starts_at),
    'ends_at', utc(session_ends_at(in_session)),
    'yours', local_moment_json(in_session.starts_at, in_zone),
    'topic', case when in_session.topic_en is not null then localized(in_session.topic_en, in_session.topic_fr) end,
    'material', in_material,
    'place', in_place,
    -- A6.5: whatever keeps it from starting, a peer reads the same.
    'notice', case when in_session.state = 'scheduled' and in_session.starts_at <= app_now() then plain_list('session_notice')->0 end);

create or replace function enrolment_group_json(in_id uuid) returns json language plpgsql stable security definer as $$
declare
    enrolment enrolments;
    own_zone text;
begin
    select * into enrolment from enrolments e where e.id = in_id and e.participant_id = actor_participant_id();
    if not found or actor_role() <> 'peer' then
        return null;
    end if;
    select p.timezone into own_zone from participants p where p.id = enrolment.participant_id;
    return (
        select json_build_object(
            'title', localized(coalesce(a.title_en, v.title_en), coalesce(a.title_fr, v.title_fr)),
            'description', localized(coalesce(a.description_en, v.description_en), coalesce(a.description_fr, v.description_fr)),
            'language', g.language,
            'timezone', g.timezone,
            'joining', g.joining,
            -- What there is to decide upon; the dates come with the confirmation (S1.33).
            'meets', (
                select coalesce(json_agg(m.at order by t.weekday, t.local_time, t.duration_minutes), '[]')
                from (
                    select distinct extract(isodow from s.local_start) as weekday, s.local_start::time as local_time, s.duration_minutes
                    from sessions s where s.cohort_id = g.id and s.state <> 'cancelled') t
                cross join lateral jsonb_build_object(
                    'weekday', t.weekday, 'local_time', to_char(t.local_time, 'HH24:MI'), 'duration_minutes', t.duration_minutes) m (at)
                where enrolment.is_live),
            'sessions', (
                select coalesce(json_agg(
                    enrolment_group_session_json(s, own_zone, case when s.material_en is not null then (
                        select session_material(s, k.wrapped) from sealed_keys k
                        where k.id = (select sealed_key_id(s.material_en))) end,
                    case when s.capacity is not null then place_json(s, enrolment.id, own_zone) end) order by s.starts_at, s.seq), '[]')
                from sessions s
                where s.cohort_id = g.id and enrolment.is_seated
                    and s.state <> 'completed' and session_ends_at(s) > app_now()),
            'prepare', plain_list('prepare'))
        from cohorts g join services v on v.id = g.service_id left join activities a on a.id = g.activity_id
        where g.id = enrolment.cohort_id);
end $$;
