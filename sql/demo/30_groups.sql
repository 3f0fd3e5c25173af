-- SPDX-License-Identifier: MIT
-- Hosts with their trainings, and two informal and two formal groups in each language, each at a stage of its own, around the day on
-- which this is loaded. What people have done with a group since is left alone: all that follows is for groups that are new.
insert into accounts (id, issuer, subject, role)
select h.id::uuid, current_setting('app.issuer'), h.id, h.role
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

-- Denise's clearance ends while her group is still meeting; Noor has not finished the orientation.
insert into qualifications (account_id, designation, designated_on, education, educated_on, cleared_on, clearance_expires_on)
select
    a.id, case a.role when 'mental_health_professional' then 'social_worker' end,
    case a.role when 'mental_health_professional' then date '2018-09-01' end,
    case a.role when 'coordinator' then 'social_work' end, case a.role when 'coordinator' then date '2015-06-01' end, transaction_timestamp()::date - 300,
    transaction_timestamp()::date + case a.id when '00000000-0000-4000-8000-000000000033' then 12 else 800 end
from accounts a
where a.id::text like '00000000-0000-4000-8000-0000000000__' and a.role in ('peer_supporter', 'mental_health_professional', 'coordinator')
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
where a.id::text like '00000000-0000-4000-8000-0000000000__' and a.role in ('peer_supporter', 'mental_health_professional', 'coordinator')
    and not (a.id = '00000000-0000-4000-8000-000000000025' and l.code in ('crisis_management', 'leading_discussions'))
on conflict do nothing;
-- Continuing education a month ago, given by Morgan; Sacha was there.
insert into training_offerings (id, course_id, starts_on, ends_on, timezone, language, delivered_by, experts, created_at)
select
    '00000000-0000-4000-8000-000000000511', c.id, d.day, d.day + 1, 'America/Toronto', 'en', '{00000000-0000-4000-8000-000000000003}',
    '{A subject matter expert}', transaction_timestamp()
from training_courses c cross join (select transaction_timestamp()::date - 30 as day) d
where c.code = 'continuing_education'
on conflict do nothing;
insert into trainings (
    id, account_id, kind, offering_id, course_id, modules, completed_on, expires_on, recorded_by, created_at)
select
    '00000000-0000-4000-8000-000000000512', '00000000-0000-4000-8000-000000000022', c.kind, o.id, c.id, c.modules, o.ends_on,
    (o.ends_on + interval '12 months')::date, '00000000-0000-4000-8000-000000000006', transaction_timestamp()
from training_offerings o join training_courses c on c.id = o.course_id
where o.id = '00000000-0000-4000-8000-000000000511'
on conflict do nothing;

create temp table demo_groups on commit drop as
select v.id::uuid as id, v.service, v.language, v.composition, v.zone, v.state, v.seats, v.age, v.first_day, v.at, v.sessions
from (values
    -- Under way: two evenings held, one cancelled and made up for at the end; tomorrow is the next.
    ('00000000-0000-4000-8000-000000000401', 'informal_group', 'en', 'mixed', 'America/Toronto', 'in_progress', null, 60, -20, time '18:30', 9),
    -- Places are being offered; a second peer supporter is still to be found.
    ('00000000-0000-4000-8000-000000000402', 'informal_group', 'en', 'women', 'America/Vancouver', 'recruiting', null, 20, 10, '18:00', 8),
    -- Will take place; a professional on call is still to be found.
    ('00000000-0000-4000-8000-000000000403', 'informal_group', 'fr', 'mixed', 'America/Toronto', 'confirmed', null, 30, 5, '18:30', 8),
    ('00000000-0000-4000-8000-000000000404', 'informal_group', 'fr', 'mixed', 'America/Moncton', 'completed', null, 130, -90, '19:00', 8),
    -- Full, with a waiting list.
    ('00000000-0000-4000-8000-000000000405', 'formal_group', 'en', 'mixed', 'America/Halifax', 'recruiting', 4, 35, 20, '19:00', 10),
    ('00000000-0000-4000-8000-000000000406', 'formal_group', 'en', 'mixed', 'America/Toronto', 'cancelled', null, 40, 12, '18:00', 10),
    -- Under way; the clearance of its professional ends before its last evenings.
    ('00000000-0000-4000-8000-000000000407', 'formal_group', 'fr', 'women', 'America/Toronto', 'in_progress', null, 70, -25, '18:30', 10),
    ('00000000-0000-4000-8000-000000000408', 'formal_group', 'fr', 'mixed', 'America/Toronto', 'draft', null, 2, 39, '17:30', 10)
) v (id, service, language, composition, zone, state, seats, age, first_day, at, sessions)
where not exists (select from cohorts g where g.id = v.id::uuid);
insert into cohorts (
    id, service_id, language, composition, timezone, state, coordinator_id, capacity, max_sessions, parts, joining, topics,
    registration_deadline_days, offer_hours, created_at)
select
    d.id, s.id, d.language, d.composition, d.zone, d.state, '00000000-0000-4000-8000-000000000004', coalesce(d.seats, s.capacity),
    s.max_sessions, s.parts, s.joining, s.topics,
    s.registration_deadline_days, s.offer_hours, date_trunc('second', transaction_timestamp()) - d.age * interval '1 day'
from demo_groups d join services s on s.code = d.service;

-- Weekly, each group on a day of the week of its own.
insert into sessions (
    id, cohort_id, seq, part, local_start, timezone, starts_at, duration_minutes, hosts, state, makes_up_for, started_at, ended_at,
    calendar_sequence, changed_at)
select
    md5(d.id::text || d.seq)::uuid, d.id, d.seq, 1, d.local_start, d.zone, d.instant, part_minutes(g.parts, 1),
    part_of(g.parts, 1)->'hosts', d.state,
    case when d.seq = 9 and d.makes_up then md5(d.id::text || 2)::uuid end,
    case when d.state = 'completed' then d.instant end,
    case when d.state = 'completed' then d.instant + make_interval(mins => part_minutes(g.parts, 1)) end,
    (d.state = 'cancelled')::int,
    case when d.state = 'cancelled' then least(d.instant, transaction_timestamp()) - interval '3 days' else g.created_at end
from (
    select d.id, d.zone, n as seq, t.local_start, t.instant, d.sessions = 9 as makes_up, case
        when d.state = 'cancelled' or d.sessions = 9 and n = 2 then 'cancelled'
        when t.instant < transaction_timestamp() then 'completed'
        else 'scheduled' end as state
    from demo_groups d
    cross join lateral generate_series(1, d.sessions) n
    cross join lateral (select transaction_timestamp()::date + d.first_day + 7 * (n - 1) + d.at as local_start) l
    cross join lateral (select l.local_start, wall_instant(l.local_start, d.zone) as instant) t) d
join cohorts g on g.id = d.id
order by d.id, d.seq;
-- Formal groups: what each evening is about, set in advance; the one that is being planned has none yet.
update sessions s set topic_en = t.topic_en, topic_fr = t.topic_fr
from demo_groups d
cross join (values
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
where s.cohort_id = d.id and s.seq = t.seq and d.service = 'formal_group' and d.state <> 'draft';
-- Informal groups: what those who came have chosen.
update sessions s set topic_codes = c.codes, topic_en = c.topic_en, topic_fr = c.topic_fr
from (
    select n.id, array_agg(l.code order by l.position) as codes, string_agg(l.label_en, ', ' order by l.position) as topic_en,
        string_agg(l.label_fr, ', ' order by l.position) as topic_fr
    from sessions n
    join demo_groups d on d.id = n.cohort_id and d.service = 'informal_group'
    join code_lists l on l.list = 'session_topic' and l.position in (1 + n.seq % 8, 1 + (n.seq + 3) % 8)
    where n.state = 'completed'
    group by n.id) c
where s.id = c.id;

insert into host_assignments (id, cohort_id, account_id, slot, assigned_by, assigned_at)
select
    md5(g.id::text || v.host)::uuid, g.id, format('00000000-0000-4000-8000-%s', lpad(v.host::text, 12, '0'))::uuid, v.slot,
    g.coordinator_id, g.created_at + interval '1 hour'
from (values
    (401, 2, 'peer_supporter'), (401, 22, 'peer_supporter'), (401, 3, 'on_call_professional'),
    (402, 23, 'peer_supporter'), (402, 32, 'on_call_professional'),
    (403, 22, 'peer_supporter'), (403, 24, 'peer_supporter'),
    (404, 2, 'peer_supporter'), (404, 26, 'peer_supporter'), (404, 33, 'on_call_professional'),
    (405, 2, 'peer_supporter'), (405, 3, 'mental_health_professional'),
    (406, 23, 'peer_supporter'), (406, 32, 'mental_health_professional'),
    (407, 26, 'peer_supporter'), (407, 33, 'mental_health_professional')) v (group_number, host, slot)
join demo_groups d on d.id = format('00000000-0000-4000-8000-%s', lpad(v.group_number::text, 12, '0'))::uuid
join cohorts g on g.id = d.id;
