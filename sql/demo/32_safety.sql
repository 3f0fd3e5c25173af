-- SPDX-License-Identifier: MIT
-- What happened around the demo sessions that are over: who was there, one difficult evening that was followed up to its end, somebody who
-- left and whose follow-up is late, something small that waits; debriefs, two of which ask for supervision; and declarations about
-- people, with what a coordinator has to decide. Notes are sealed, therefore empty here.
insert into session_presences (session_id, account_id, slot, at)
select l.session_id, l.account_id, l.slot, s.started_at
from session_leads l
join sessions s on s.id = l.session_id and s.state = 'completed'
join demo_groups d on d.id = l.cohort_id
where l.slot <> 'on_call_professional';

insert into attendances (id, session_id, enrolment_id, participant_id, status, recorded_by, recorded_at)
select
    md5(s.id::text || p.enrolment_id)::uuid, s.id, p.enrolment_id, p.participant_id,
    case
        when p.n = 2 and p.group_number = 401 and s.seq = 1 then 'left_early'
        when p.n = 22 and p.group_number = 407 and s.seq = 3 then 'left_unexpectedly'
        when (s.seq + p.n) % 5 = 0 then 'absent'
        else 'present' end,
    h.account_id, t.recorded_at
from demo_places p
join sessions s on s.cohort_id = p.cohort_id and s.state = 'completed' and s.started_at >= p.decided_at
join lateral (select s.started_at + interval '20 minutes' recorded_at) t on t.recorded_at <= coalesce(p.left_at, 'infinity')
cross join lateral (select h.account_id from session_presences h where h.session_id = s.id order by h.account_id limit 1) h
where p.state in ('active', 'completed', 'withdrawn');

-- 501 was worked on to its end; 502 is small and waits; after 503 the call went out at once, and the follow-up has not been made.
insert into incidents (id, kind, severity, session_id, enrolment_id, created_by, created_by_role, created_at)
select
    v.id::uuid, v.kind, v.severity, s.id, p.enrolment_id, v.author::uuid, 'peer_supporter', s.started_at + interval '40 minutes'
from (values
    ('00000000-0000-4000-8000-000000000501', 401, 1, 2, 'distress', 2, '00000000-0000-4000-8000-000000000002'),
    ('00000000-0000-4000-8000-000000000502', 401, 3, null, 'technical', 1, '00000000-0000-4000-8000-000000000022'),
    ('00000000-0000-4000-8000-000000000503', 407, 3, 22, 'left_unexpectedly', 4, '00000000-0000-4000-8000-000000000026')
) v (id, group_number, seq, n, kind, severity, author)
join demo_groups d on d.id = format('00000000-0000-4000-8000-%s', lpad(v.group_number::text, 12, '0'))::uuid
join sessions s on s.cohort_id = d.id and s.seq = v.seq
left join demo_places p on p.cohort_id = d.id and p.n = v.n;
insert into incident_actions (id, incident_id, code, at, recorded_by, recorded_at)
select md5(i.id::text || v.code)::uuid, i.id, v.code, i.created_at + v.after, v.actor::uuid, i.created_at + v.after
from (values
    ('00000000-0000-4000-8000-000000000501', 'supported_in_session', interval '2 minutes', '00000000-0000-4000-8000-000000000003'),
    ('00000000-0000-4000-8000-000000000501', 'coordinator_told', interval '50 minutes', '00000000-0000-4000-8000-000000000003'),
    ('00000000-0000-4000-8000-000000000501', 'follow_up', interval '16 hours', '00000000-0000-4000-8000-000000000004'),
    ('00000000-0000-4000-8000-000000000503', 'check_in_attempted', interval '6 minutes', '00000000-0000-4000-8000-000000000033'),
    ('00000000-0000-4000-8000-000000000503', 'check_in_reached', interval '11 minutes', '00000000-0000-4000-8000-000000000033')
) v (incident, code, after, actor)
join incidents i on i.id = v.incident::uuid
join demo_groups d on d.id = i.cohort_id;
select incident_check_in(i.id) from set_config('app.role', 'coordinator', true), incidents i;
select set_config('app.role', '', true);
-- One step after the other, as the table wants it.
update incidents i set
    state = 'acknowledged', acknowledged_at = i.created_at + v.after, acknowledged_by = v.actor::uuid, version = i.version + 1
from demo_groups d
cross join (values
    ('00000000-0000-4000-8000-000000000501', interval '1 hour', '00000000-0000-4000-8000-000000000003'),
    ('00000000-0000-4000-8000-000000000503', interval '8 minutes', '00000000-0000-4000-8000-000000000033')) v (id, after, actor)
where d.id = i.cohort_id and i.id = v.id::uuid;
update incidents i set state = 'actioned', version = i.version + 1 from demo_groups d where d.id = i.cohort_id and i.state = 'acknowledged';
update incidents i set state = 'followed_up', followed_up_at = i.created_at + interval '16 hours', version = i.version + 1
from demo_groups d where d.id = i.cohort_id and i.id = '00000000-0000-4000-8000-000000000501';
update incidents i set
    state = 'closed', closed_at = i.created_at + interval '17 hours', closed_by = '00000000-0000-4000-8000-000000000004',
    version = i.version + 1
from demo_groups d where d.id = i.cohort_id and i.id = '00000000-0000-4000-8000-000000000501';

-- After each evening each host wrote a few words. Robin's first one was heavy, and somebody has talked with them. So was the one of Lou's
-- when somebody left: a coordinator has asked Morgan, who does not lead that group, to talk about it.
insert into debriefs (
    id, session_id, cohort_id, account_id, delivered, climate, wellbeing, wants_supervision, supervision_due, supervisor_account_id,
    supervised_at, supervised_by, created_at)
select
    md5(w.session_id::text || w.account_id || 'debrief')::uuid, w.session_id, w.cohort_id, w.account_id, true, 4,
    case when w.is_heavy then 2 else 4 end, w.is_heavy, case when w.is_heavy then business_days_after(w.at, 1) end,
    case when w.host = 26 and w.is_heavy then '00000000-0000-4000-8000-000000000003'::uuid end,
    case when w.host = 2 and w.is_heavy then w.at + interval '20 hours' end,
    case when w.host = 2 and w.is_heavy then '00000000-0000-4000-8000-000000000004'::uuid end, w.at
from (
    select h.session_id, s.cohort_id, h.account_id, s.ended_at + interval '15 minutes' as at, right(h.account_id::text, 2)::int as host,
        (s.cohort_id, s.seq, right(h.account_id::text, 2)::int) in (
            ('00000000-0000-4000-8000-000000000401', 1, 2), ('00000000-0000-4000-8000-000000000407', 3, 26)) as is_heavy
    from session_presences h
    join sessions s on s.id = h.session_id
    join demo_groups d on d.id = s.cohort_id) w;

-- Known by id, by a name that somebody has (asked by voice before it is decided), or by a name that nobody has so far.
insert into name_digests (participant_id, kind, whole, tokens, created_at)
select p.id, 'name', repeat('3d', 16), array[repeat('3a', 16), repeat('3b', 16)], p.created_at
from participants p where p.id = '00000000-0000-4000-8000-000000003115'
on conflict do nothing;
insert into conflict_declarations (
    id, kind, period, for_participant_id, for_account_id, participant_id, name_digest, declared_by, created_at)
select
    v.id::uuid, v.kind, v.period, v.for_participant::uuid, v.for_account::uuid, v.participant::uuid, v.digest, v.declarer::uuid,
    date_trunc('second', transaction_timestamp()) - v.age
from (values
    ('00000000-0000-4000-8000-000000000511', 'no_contact', null, '00000000-0000-4000-8000-000000000101', null, null, repeat('0d', 32),
        '00000000-0000-4000-8000-000000000001', interval '19 days'),
    ('00000000-0000-4000-8000-000000000512', 'recusal', null, null, '00000000-0000-4000-8000-000000000002', null, repeat('1d', 32),
        '00000000-0000-4000-8000-000000000002', interval '8 days'),
    ('00000000-0000-4000-8000-000000000513', 'chain_of_command', 'former', '00000000-0000-4000-8000-000000003001', null, null,
        repeat('2d', 32), '00000000-0000-4000-8000-000000000004', interval '3 days'),
    ('00000000-0000-4000-8000-000000000514', 'no_contact', null, '00000000-0000-4000-8000-000000003109', null, null, repeat('3d', 32),
        '00000000-0000-4000-8000-000000002109', interval '20 days'),
    ('00000000-0000-4000-8000-000000000515', 'chain_of_command', 'former', '00000000-0000-4000-8000-000000003108', null,
        '00000000-0000-4000-8000-000000003112', null, '00000000-0000-4000-8000-000000000004', interval '21 days'),
    ('00000000-0000-4000-8000-000000000516', 'dual_relationship', null, '00000000-0000-4000-8000-000000003110', null, null,
        repeat('5d', 32), '00000000-0000-4000-8000-000000002110', interval '1 hour')
) v (id, kind, period, for_participant, for_account, participant, digest, declarer, age)
where not exists (select from conflict_declarations d where d.id = v.id::uuid);
insert into name_digests (declaration_id, kind, whole, tokens, created_at)
select d.id, 'name', left(d.name_digest, 32), array[repeat(v.a, 16), repeat(v.b, 16)], d.created_at
from conflict_declarations d
join (values ('0d', '0a', '0b'), ('1d', '1a', '1b'), ('2d', '2a', '2b'), ('3d', '3a', '3b'), ('5d', '5a', '5b')) v (d, a, b) on d.name_digest = repeat(v.d, 32)
on conflict do nothing;
-- Talked about, but for the last one: somebody is to call.
update conflict_declarations d set conversation_at = d.created_at + interval '4 hours', conversation_by = '00000000-0000-4000-8000-000000000004'
where d.conversation_at is null and d.id in (
    '00000000-0000-4000-8000-000000000511', '00000000-0000-4000-8000-000000000512', '00000000-0000-4000-8000-000000000514');
select conflict_compare_declaration(d.id) from conflict_declarations d
where not exists (select from conflict_matches m where m.declaration_id = d.id);
-- R14: Brume has asked that somebody, whom a coordinator has yet to find out, not see their file.
insert into exclusion_requests (id, participant_id, name_digest, created_at, call_due)
select v.id::uuid, v.participant::uuid, repeat('4d', 32), m.at - interval '2 days', business_day_end(m.at - interval '2 days', 1)
from (values ('00000000-0000-4000-8000-000000000521', '00000000-0000-4000-8000-000000003117')) v (id, participant)
cross join (select date_trunc('second', transaction_timestamp()) as at) m
where not exists (select from exclusion_requests r where r.id = v.id::uuid);
insert into name_digests (exclusion_request_id, kind, whole, tokens, created_at)
select r.id, 'name', left(r.name_digest, 32), array[repeat('4a', 16), repeat('4b', 16)], r.created_at
from exclusion_requests r where r.name_digest = repeat('4d', 32)
on conflict do nothing;
