-- SPDX-License-Identifier: MIT
-- What a peer sees first: offers, groups and what is to come of them, what to bring, whom to call.
with p as (
    select p.*, a.id as actor
    from accounts a join participants p on p.id = a.participant_id
    where a.issuer = :issuer and a.subject = :peer || :n and a.role = 'peer' and a.is_active and p.id = (:ids || :n)::uuid),
noted as (
    insert into audit_events (at, account_id, role, operation, action, object_type, object_id, participant_ids, request_id)
    select now(), actor, :role, :operation, 'read', 'home', id, array[id], (:request_id)::uuid from p),
part as (
    select
        e.*, g.language, g.timezone, g.joining, v.title_en, v.title_fr, v.description_en, v.description_fr, t.text_en,
        t.text_fr
    from p
    join enrolments e on e.participant_id = p.id and e.state in ('offered', 'requested', 'waitlisted', 'confirmed', 'active')
    join cohorts g on g.id = e.cohort_id
    join services v on v.id = g.service_id
    left join plain_texts t on t.list = 'enrolment_state' and t.code = e.state),
coming as (
    select e.id as enrolment_id, e.cohort_id, e.is_seated, s.*, k.wrapped
    from part e
    join sessions s on s.cohort_id = e.cohort_id and s.state <> 'completed'
        and s.starts_at + s.duration_minutes * interval '1 minute' > now()
    left join sealed_keys k on k.id = split_part(s.join_link, '.', 1)::uuid and s.starts_at - interval '24 hours' <= now())
select json_build_object(
    'participant_id', p.id, 'timezone', p.timezone,
    'groups', (
        select json_agg(json_build_object(
            'enrolment', row_to_json(e),
            'sessions', (select json_agg(row_to_json(s) order by s.starts_at) from coming s where s.enrolment_id = e.id)))
        from part e),
    'next_sessions', (
        select json_agg(json_build_object('session', row_to_json(s), 'yours', s.starts_at at time zone p.timezone) order by s.starts_at)
        from (select * from coming s where s.is_seated order by s.starts_at, s.id limit 10) s),
    'prepare', (select json_agg(row_to_json(t) order by t.position) from plain_texts t where t.list = 'prepare'),
    'help_arranged', (
        select json_agg(json_build_object('session_id', i.session_id, 'at', h.at) order by h.at desc)
        from incidents i
        cross join lateral (select min(a.at) as at from incident_actions a where a.incident_id = i.id) h
        where i.participant_id = p.id and h.at > now() - interval '30 days'),
    'help', (select json_object_agg(l.code, l.number) from help_lines l)) as body
from p;
