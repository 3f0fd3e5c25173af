-- SPDX-License-Identifier: MIT
-- Hosts with their trainings, and two informal and two formal groups in each language, at different stages, around today.
insert into accounts (id, subject, role)
select h.id::uuid, h.id, h.role
from (values
    ('00000000-0000-4000-8000-000000000022', 'peer_supporter'),
    ('00000000-0000-4000-8000-000000000023', 'peer_supporter'),
    ('00000000-0000-4000-8000-000000000024', 'peer_supporter'),
    ('00000000-0000-4000-8000-000000000025', 'peer_supporter'),
    ('00000000-0000-4000-8000-000000000026', 'peer_supporter'),
    ('00000000-0000-4000-8000-000000000032', 'mental_health_professional'),
    ('00000000-0000-4000-8000-000000000033', 'mental_health_professional')) h (id, role)
on conflict do nothing;
insert into staff (id, alias, languages, employer, serving_caf) values
    ('00000000-0000-4000-8000-000000000022', 'Sacha', '{en,fr}', null, false),
    ('00000000-0000-4000-8000-000000000023', 'Alex', '{en}', null, false),
    ('00000000-0000-4000-8000-000000000024', 'Camille', '{fr}', null, false),
    ('00000000-0000-4000-8000-000000000025', 'Noor', '{en}', null, true),
    ('00000000-0000-4000-8000-000000000026', 'Lou', '{fr}', null, false),
    ('00000000-0000-4000-8000-000000000032', 'Andrea', '{en,fr}', 'smsrc', false),
    ('00000000-0000-4000-8000-000000000033', 'Denise', '{fr}', 'vac', false)
on conflict do nothing;

-- Denise's clearance ends while her group is still meeting; Noor has not finished the orientation. Both show up as shortfalls would.
insert into qualifications (account_id, designation, cleared_on, clearance_expires_on)
select
    a.id, case a.role when 'mental_health_professional' then 'social_worker' end, transaction_timestamp()::date - 300,
    transaction_timestamp()::date + case a.id when '00000000-0000-4000-8000-000000000033' then 30 else 800 end
from accounts a
where a.id::text like '00000000-0000-4000-8000-0000000000__' and a.role in ('peer_supporter', 'mental_health_professional')
on conflict do nothing;
insert into trainings (id, account_id, kind, module, completed_on, expires_on, recorded_by, created_at)
select
    md5(a.id::text || l.list || l.code)::uuid, a.id, substr(l.list, 10), l.code, transaction_timestamp()::date - 280 + l.position,
    case l.code when 'crisis_management' then transaction_timestamp()::date + 450 end, '00000000-0000-4000-8000-000000000006',
    transaction_timestamp()
from accounts a
join code_lists l on l.list = 'training_orientation'
    or l.list in ('training_facilitator', 'training_continuing') and l.code <> 'scenario_practice'
    and a.role = 'mental_health_professional'
where a.id::text like '00000000-0000-4000-8000-0000000000__' and a.role in ('peer_supporter', 'mental_health_professional')
    and not (a.id = '00000000-0000-4000-8000-000000000025' and l.code in ('crisis_management', 'leading_discussions'))
on conflict do nothing;

insert into groups (
    id, service_id, language, composition, timezone, state, coordinator_account_id, capacity, max_sessions, duration_minutes,
    peer_supporters, mental_health_professionals, on_call_professional, joining, topics, registration_deadline_days, offer_hours,
    created_at)
select
    v.id::uuid, s.id, v.language, v.composition, v.zone, v.state, '00000000-0000-4000-8000-000000000004', s.capacity, s.max_sessions,
    s.duration_minutes, s.peer_supporters, s.mental_health_professionals, s.on_call_professional, s.joining, s.topics,
    s.registration_deadline_days, s.offer_hours, date_trunc('second', transaction_timestamp()) - v.age
from (values
    ('00000000-0000-4000-8000-000000000401', 'informal_group', 'en', 'mixed', 'America/Toronto', 'in_progress', interval '60 days'),
    ('00000000-0000-4000-8000-000000000402', 'informal_group', 'en', 'women', 'America/Vancouver', 'recruiting', interval '20 days'),
    ('00000000-0000-4000-8000-000000000403', 'informal_group', 'fr', 'mixed', 'America/Toronto', 'confirmed', interval '30 days'),
    ('00000000-0000-4000-8000-000000000404', 'informal_group', 'fr', 'mixed', 'America/Moncton', 'completed', interval '130 days'),
    ('00000000-0000-4000-8000-000000000405', 'formal_group', 'en', 'men', 'America/Halifax', 'recruiting', interval '15 days'),
    ('00000000-0000-4000-8000-000000000406', 'formal_group', 'en', 'mixed', 'America/Toronto', 'in_progress', interval '75 days'),
    ('00000000-0000-4000-8000-000000000407', 'formal_group', 'fr', 'women', 'America/Toronto', 'confirmed', interval '45 days'),
    ('00000000-0000-4000-8000-000000000408', 'formal_group', 'fr', 'mixed', 'America/Toronto', 'draft', interval '2 days')
) v (id, service, language, composition, zone, state, age)
join services s on s.code = v.service
on conflict do nothing;

-- Weekly, each group on a day of the week of its own. One evening of the first group was cancelled; the last one makes up for it.
insert into sessions (
    id, group_id, seq, local_start, timezone, starts_at, duration_minutes, state, makes_up_for, started_at, ended_at, calendar_sequence,
    changed_at)
select
    md5(d.group_id::text || d.seq)::uuid, d.group_id, d.seq, d.local_start, d.zone, d.instant, d.minutes, d.state,
    case when d.seq = 9 and d.state = 'scheduled' then md5(d.group_id::text || 2)::uuid end,
    case when d.state = 'completed' then d.instant end,
    case when d.state = 'completed' then d.instant + make_interval(mins => d.minutes) end,
    (d.state = 'cancelled')::int, transaction_timestamp()
from (
    select
        g.id as group_id, n as seq, g.timezone as zone, g.duration_minutes as minutes, t.local_start, t.instant,
        case
            when g.id = '00000000-0000-4000-8000-000000000401' and n = 2 then 'cancelled'
            when t.instant < transaction_timestamp() then 'completed'
            else 'scheduled'
        end as state
    from (values
        ('00000000-0000-4000-8000-000000000401', -20, time '18:30', 9),
        ('00000000-0000-4000-8000-000000000402', 10, time '18:00', 8),
        ('00000000-0000-4000-8000-000000000403', 5, time '18:30', 8),
        ('00000000-0000-4000-8000-000000000404', -90, time '19:00', 8),
        ('00000000-0000-4000-8000-000000000405', 20, time '19:00', 10),
        ('00000000-0000-4000-8000-000000000406', -26, time '18:00', 10),
        ('00000000-0000-4000-8000-000000000407', 7, time '18:30', 10),
        ('00000000-0000-4000-8000-000000000408', 39, time '17:30', 10)
    ) v (id, first_day, at, sessions)
    join groups g on g.id = v.id::uuid
    cross join lateral generate_series(1, v.sessions) n
    cross join lateral (
        select transaction_timestamp()::date + v.first_day + 7 * (n - 1) + v.at as local_start) l
    cross join lateral (select l.local_start, wall_instant(l.local_start, g.timezone) as instant) t) d
on conflict do nothing;
update sessions s set
    topic_en = t.topic_en,
    topic_fr = t.topic_fr,
    material_en = 'A short reading on the subject; a few questions to think about, for those who like to.',
    material_fr = 'Une courte lecture sur le sujet; quelques questions pour y réfléchir, si on le souhaite.'
from (values
    (1, 'Getting to know the group', 'Faire connaissance'),
    (2, 'Impacts of trauma', 'Effets des traumatismes'),
    (3, 'Moral injury', 'Blessure morale'),
    (4, 'Boundaries', 'Limites'),
    (5, 'Coping from day to day', 'Adaptation au quotidien'),
    (6, 'Self-care', 'Soin de soi'),
    (7, 'Sleep and rest', 'Sommeil et repos'),
    (8, 'Trust and connection', 'Confiance et liens'),
    (9, 'Looking ahead', 'Regarder devant soi'),
    (10, 'Taking leave', 'Se dire au revoir')) t (seq, topic_en, topic_fr)
where s.seq = t.seq and s.topic_en is null and s.group_id in (
    '00000000-0000-4000-8000-000000000405', '00000000-0000-4000-8000-000000000406', '00000000-0000-4000-8000-000000000407');

-- The second peer supporter of 402 and the professional on call of 403 are still to be found.
insert into host_assignments (id, group_id, account_id, slot, assigned_by, assigned_at)
select
    md5(v.group_id || v.account_id)::uuid, v.group_id::uuid, v.account_id::uuid, v.slot, g.coordinator_account_id,
    g.created_at + interval '1 hour'
from (values
    ('00000000-0000-4000-8000-000000000401', '00000000-0000-4000-8000-000000000002', 'peer_supporter'),
    ('00000000-0000-4000-8000-000000000401', '00000000-0000-4000-8000-000000000022', 'peer_supporter'),
    ('00000000-0000-4000-8000-000000000401', '00000000-0000-4000-8000-000000000003', 'on_call_professional'),
    ('00000000-0000-4000-8000-000000000402', '00000000-0000-4000-8000-000000000023', 'peer_supporter'),
    ('00000000-0000-4000-8000-000000000402', '00000000-0000-4000-8000-000000000032', 'on_call_professional'),
    ('00000000-0000-4000-8000-000000000403', '00000000-0000-4000-8000-000000000022', 'peer_supporter'),
    ('00000000-0000-4000-8000-000000000403', '00000000-0000-4000-8000-000000000024', 'peer_supporter'),
    ('00000000-0000-4000-8000-000000000404', '00000000-0000-4000-8000-000000000002', 'peer_supporter'),
    ('00000000-0000-4000-8000-000000000404', '00000000-0000-4000-8000-000000000026', 'peer_supporter'),
    ('00000000-0000-4000-8000-000000000404', '00000000-0000-4000-8000-000000000033', 'on_call_professional'),
    ('00000000-0000-4000-8000-000000000405', '00000000-0000-4000-8000-000000000002', 'peer_supporter'),
    ('00000000-0000-4000-8000-000000000405', '00000000-0000-4000-8000-000000000003', 'mental_health_professional'),
    ('00000000-0000-4000-8000-000000000406', '00000000-0000-4000-8000-000000000023', 'peer_supporter'),
    ('00000000-0000-4000-8000-000000000406', '00000000-0000-4000-8000-000000000032', 'mental_health_professional'),
    ('00000000-0000-4000-8000-000000000407', '00000000-0000-4000-8000-000000000026', 'peer_supporter'),
    ('00000000-0000-4000-8000-000000000407', '00000000-0000-4000-8000-000000000033', 'mental_health_professional')
) v (group_id, account_id, slot)
join groups g on g.id = v.group_id::uuid
on conflict do nothing;
