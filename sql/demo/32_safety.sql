-- SPDX-License-Identifier: MIT
-- What happened around the demo sessions that are over: who was there, one difficult evening and what was done about it, a debrief that
-- asks for supervision; and two declarations about people who are not in the program. Notes are sealed, therefore empty here.
insert into session_presences (session_id, account_id, slot, at)
select l.session_id, l.account_id, l.slot, s.started_at
from session_leads l join sessions s on s.id = l.session_id
where s.state = 'completed' and l.slot <> 'on_call_professional' and s.group_id::text like '00000000-0000-4000-8000-0000000004__'
on conflict do nothing;

insert into attendances (id, session_id, enrolment_id, participant_id, status, recorded_by, recorded_at)
select
    md5(s.id::text || e.id)::uuid, s.id, e.id, e.participant_id,
    (array['present', 'present', 'present', 'absent', 'left_early'])[1 + (s.seq * 3 + ascii(right(e.participant_id::text, 1))) % 5],
    p.account_id, s.started_at + interval '20 minutes'
from sessions s
join enrolments e on e.group_id = s.group_id and e.state in ('active', 'completed') and e.created_at < s.started_at
cross join lateral (select p.account_id from session_presences p where p.session_id = s.id order by p.account_id limit 1) p
where s.state = 'completed' and s.group_id::text like '00000000-0000-4000-8000-0000000004__'
on conflict do nothing;

insert into incidents (id, kind, severity, session_id, enrolment_id, created_by, created_by_role, created_at)
select
    v.id::uuid, v.kind, v.severity, a.session_id, case when v.place = 1 then a.enrolment_id end, a.account_id, c.role,
    a.started_at + interval '40 minutes'
from (values
    (1, '00000000-0000-4000-8000-000000000501', 'distress', 2),
    (2, '00000000-0000-4000-8000-000000000502', 'technical', 1)) v (place, id, kind, severity)
join (
    select t.session_id, t.enrolment_id, s.started_at, p.account_id, row_number() over (order by s.started_at desc, t.id) as place
    from attendances t
    join sessions s on s.id = t.session_id
    cross join lateral (select p.account_id from session_presences p where p.session_id = s.id order by p.account_id limit 1) p
    where t.status = 'left_early' and s.group_id::text like '00000000-0000-4000-8000-0000000004__') a on a.place = v.place
join accounts c on c.id = a.account_id
on conflict do nothing;
-- The first one was worked on to its end; the second one waits.
insert into incident_actions (id, incident_id, code, at, recorded_by, recorded_at)
select md5(i.id::text || v.code)::uuid, i.id, v.code, i.created_at + v.after, v.actor::uuid, i.created_at + v.after
from incidents i
cross join (values
    ('supported_in_session', interval '2 minutes', '00000000-0000-4000-8000-000000000003'),
    ('coordinator_told', interval '50 minutes', '00000000-0000-4000-8000-000000000003'),
    ('follow_up', interval '16 hours', '00000000-0000-4000-8000-000000000004')) v (code, after, actor)
where i.id = '00000000-0000-4000-8000-000000000501'
on conflict do nothing;
update incidents i set
    state = 'acknowledged', acknowledged_at = i.created_at + interval '1 hour', acknowledged_by = '00000000-0000-4000-8000-000000000003'
where i.id = '00000000-0000-4000-8000-000000000501' and i.state = 'open';
update incidents i set state = 'actioned' where i.id = '00000000-0000-4000-8000-000000000501' and i.state = 'acknowledged';
update incidents i set state = 'followed_up', followed_up_at = i.created_at + interval '16 hours'
where i.id = '00000000-0000-4000-8000-000000000501' and i.state = 'actioned';
update incidents i set
    state = 'closed', closed_at = i.created_at + interval '17 hours', closed_by = '00000000-0000-4000-8000-000000000004'
where i.id = '00000000-0000-4000-8000-000000000501' and i.state = 'followed_up';

insert into debriefs (
    id, session_id, group_id, account_id, delivered, climate, wellbeing, wants_supervision, supervision_due, created_at)
select
    md5(p.session_id::text || p.account_id || 'debrief')::uuid, p.session_id, s.group_id, p.account_id, true, 4,
    case when p.place = 1 then 2 else 4 end, false,
    case when p.place = 1 then business_days_after(s.ended_at + interval '15 minutes', 1) end, s.ended_at + interval '15 minutes'
from (
    select p.*, row_number() over (order by p.at desc, p.account_id) as place
    from session_presences p join accounts a on a.id = p.account_id and a.role in ('peer_supporter', 'mental_health_professional')) p
join sessions s on s.id = p.session_id
where s.state = 'completed' and s.group_id::text like '00000000-0000-4000-8000-0000000004__'
on conflict do nothing;

insert into conflict_declarations (
    id, kind, period, for_participant_id, for_account_id, name_digest, declared_by, created_at)
select
    v.id::uuid, v.kind, v.period, v.participant::uuid, v.account::uuid, v.digest, v.declarer::uuid,
    date_trunc('second', transaction_timestamp()) - v.age
from (values
    ('00000000-0000-4000-8000-000000000511', 'no_contact', null, '00000000-0000-4000-8000-000000000101', null, repeat('0d', 32),
        '00000000-0000-4000-8000-000000000001', interval '12 days'),
    ('00000000-0000-4000-8000-000000000512', 'recusal', null, null, '00000000-0000-4000-8000-000000000002', repeat('1d', 32),
        '00000000-0000-4000-8000-000000000002', interval '8 days'),
    ('00000000-0000-4000-8000-000000000513', 'chain_of_command', 'former', '00000000-0000-4000-8000-000000003001', null,
        repeat('2d', 32), '00000000-0000-4000-8000-000000000004', interval '3 days')
) v (id, kind, period, participant, account, digest, declarer, age)
where not exists (select from conflict_declarations d where d.id = v.id::uuid);
