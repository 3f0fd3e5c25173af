-- SPDX-License-Identifier: MIT
-- What is offered besides groups: chats that go on, a two-part event that was (S2.21 to S2.24) and one to come, yoga, one that is planned.
create temp table demo_activities on commit drop as
select v.key::uuid as id, v.* from (values
    ('00000000-0000-4000-8000-000000000a01', 'coffee_chat', 'coffee_chat', 'open', 40),
    ('00000000-0000-4000-8000-000000000a02', 'creative_event', 'event', 'ended', 300),
    ('00000000-0000-4000-8000-000000000a03', 'creative_event', 'event', 'open', 10),
    ('00000000-0000-4000-8000-000000000a04', 'yoga_series', 'weekly_practice', 'announced', 5),
    ('00000000-0000-4000-8000-000000000a05', 'creative_event', 'guest_speaker', 'planned', 1)) v (key, service, kind, state, age)
where not exists (select from activities a where a.id = v.key::uuid);
insert into activities (
    id, service_id, kind, state, title_en, title_fr, description_en, description_fr, bring_en, bring_fr, credit_en, credit_fr, links,
    meant_for_en, meant_for_fr, season_en, season_fr, planned_on, answers_to_en, answers_to_fr, expertise, announced_at, created_at)
select
    d.id, s.id, d.kind, d.state, t.title_en, t.title_fr, t.description_en, t.description_fr, t.bring_en, t.bring_fr, t.credit_en,
    t.credit_fr, t.links::jsonb, t.meant_for_en, t.meant_for_fr, t.season_en, t.season_fr, null, t.answers_to_en, t.answers_to_fr,
    t.expertise::text[], case when d.state <> 'planned' then date_trunc('second', transaction_timestamp()) - d.age * interval '1 day' end,
    date_trunc('second', transaction_timestamp()) - d.age * interval '1 day' - interval '1 day'
from demo_activities d
join services s on s.code = d.service
join (values
    ('coffee_chat',
        'Men''s Virtual Coffee Chat', 'Café-causerie virtuel pour hommes',
        'A place for men from diverse backgrounds to talk, free of judgment: trauma, masculinity, healing, wellbeing after trauma and '
            'more, guided by those who come. Once registered you take part when you like, in as many chats as you like.',
        'Un endroit où des hommes d''horizons divers peuvent parler, sans jugement : traumatismes, masculinité, guérison, bien-être après '
            'un traumatisme et plus encore, au gré des personnes présentes. Une fois inscrit, vous participez quand vous le souhaitez, à '
            'autant de causeries que vous le souhaitez.',
        'You are welcome to drink coffee, water, juice or nothing at all.',
        'Vous pouvez boire un café, de l''eau, du jus ou rien du tout.',
        null, null, '[]',
        'Men from diverse backgrounds', 'Hommes d''horizons divers', 'In the fall', 'À l''automne',
        'Community members asked for a place of their own to talk.', 'Des membres de la communauté ont demandé un endroit pour parler.',
        '{supporting_men,facilitating_mens_groups}'),
    ('event',
        'Discover Creative Coping', 'Découvrir l''adaptation créative',
        'A free virtual event in two parts. First an introduction to managing strong emotions, thoughts and reactions after trauma, a '
            'presentation and projects of your own; two weeks later we meet again and explore further, with a mental health professional '
            'for individual support if needed.',
        'Un événement virtuel gratuit en deux parties. D''abord une introduction à la gestion des émotions, des pensées et des réactions '
            'fortes après un traumatisme, une présentation et vos propres créations; deux semaines plus tard, nous nous retrouvons pour '
            'aller plus loin, avec un professionnel de la santé mentale pour du soutien individuel au besoin.',
        'Writing materials for both parts: pen, pencil, paper; colored pencils optional.',
        'De quoi écrire pour les deux parties : stylo, crayon, papier; crayons de couleur au choix.',
        'The Zentangle Method, shown by a visual artist and registered instructor.',
        'La méthode Zentangle, présentée par une artiste visuelle et formatrice agréée.',
        '[{"url": "https://zentangle.com", "label": {"en": "About the Zentangle Method", "fr": "À propos de la méthode Zentangle"}}]',
        null, null, null, null,
        'Community members asked for ways to cope that need no words.', 'Des membres de la communauté ont demandé des façons de s''adapter '
            'qui se passent de mots.',
        '{}'),
    ('weekly_practice',
        'Trauma-informed yoga', 'Yoga tenant compte des traumatismes',
        'A weekly series led by a certified instructor. Every posture is an invitation; your camera is on or off as you wish.',
        'Une série hebdomadaire donnée par une personne certifiée. Chaque posture est une invitation; votre caméra est ouverte ou fermée '
            'à votre choix.',
        'A mat or a chair, and water.', 'Un tapis ou une chaise, et de l''eau.',
        null, null, '[]', null, null, 'In the fall', 'À l''automne', null, null, '{}'),
    ('guest_speaker',
        'An evening with a guest', 'Une soirée avec une personne invitée',
        'A guest speaks about finding words again.', 'Une personne invitée parle de retrouver les mots.',
        null, null, null, null, '[]', null, null, 'In the winter', 'À l''hiver', null, null, '{}')
) t (kind, title_en, title_fr, description_en, description_fr, bring_en, bring_fr, credit_en, credit_fr, links, meant_for_en, meant_for_fr,
    season_en, season_fr, answers_to_en, answers_to_fr, expertise) on t.kind = d.kind;

-- The tracks: separate cohorts with dates of their own.
create temp table demo_tracks on commit drop as
select v.id::uuid as id, v.activity::uuid as activity_id, v.language, v.state, v.composition, v.first::timestamp as first, v.count, v.days
from (values
    ('00000000-0000-4000-8000-000000000421', '00000000-0000-4000-8000-000000000a01', 'en', 'confirmed', 'men',
        transaction_timestamp()::date + 9 + time '18:00', 6, null),
    ('00000000-0000-4000-8000-000000000422', '00000000-0000-4000-8000-000000000a01', 'fr', 'recruiting', 'men',
        transaction_timestamp()::date + 16 + time '18:00', 6, null),
    ('00000000-0000-4000-8000-000000000423', '00000000-0000-4000-8000-000000000a02', 'en', 'completed', 'mixed',
        timestamp '2025-07-10 17:00', 2, 13),
    ('00000000-0000-4000-8000-000000000424', '00000000-0000-4000-8000-000000000a02', 'fr', 'completed', 'mixed',
        timestamp '2025-07-17 17:00', 2, 20),
    ('00000000-0000-4000-8000-000000000425', '00000000-0000-4000-8000-000000000a03', 'en', 'recruiting', 'mixed',
        transaction_timestamp()::date + 40 + time '17:00', 2, 13),
    ('00000000-0000-4000-8000-000000000426', '00000000-0000-4000-8000-000000000a03', 'fr', 'recruiting', 'mixed',
        transaction_timestamp()::date + 47 + time '17:00', 2, 20),
    ('00000000-0000-4000-8000-000000000427', '00000000-0000-4000-8000-000000000a04', 'en', 'recruiting', 'mixed',
        transaction_timestamp()::date + 30 + time '12:00', 3, null),
    ('00000000-0000-4000-8000-000000000428', '00000000-0000-4000-8000-000000000a04', 'fr', 'recruiting', 'mixed',
        transaction_timestamp()::date + 30 + time '09:00', 3, null)) v (id, activity, language, state, composition, first, count, days)
where v.activity::uuid in (select d.id from demo_activities d);
insert into cohorts (
    id, service_id, activity_id, language, composition, state, coordinator_id, capacity, session_capacity, max_sessions, parts, joining, topics,
    registration_deadline_days, offer_hours, opened_at, created_at)
select
    d.id, s.id, a.id, d.language, d.composition, d.state, '00000000-0000-4000-8000-000000000004', s.capacity, s.session_capacity, s.max_sessions, s.parts,
    s.joining, s.topics, d.days, s.offer_hours, o.at, o.at
from demo_tracks d
join activities a on a.id = d.activity_id
join services s on s.id = a.service_id
cross join lateral (select least(a.created_at, d.first - interval '30 days') as at) o;
insert into sessions (
    id, cohort_id, seq, part, capacity, registration_deadline_days, local_start, timezone, starts_at, duration_minutes, hosts, state,
    started_at, ended_at, changed_at)
select
    md5(g.id::text || n)::uuid, g.id, n, p.part, g.session_capacity, place_deadline_days(g), t.local_start, g.timezone, i.instant, part_minutes(g.parts, p.part),
    part_of(g.parts, p.part)->'hosts', case d.state when 'completed' then 'completed' else 'scheduled' end,
    case d.state when 'completed' then i.instant end,
    case d.state when 'completed' then i.instant + make_interval(mins => part_minutes(g.parts, p.part)) end, g.created_at
from demo_tracks d
join cohorts g on g.id = d.id
cross join lateral generate_series(1, d.count) n
cross join lateral (select part_at(g.parts, n) as part) p
cross join lateral (select d.first + part_days_after_first(g.parts, n) * interval '1 day' as local_start) t
cross join lateral (select wall_instant(t.local_start, g.timezone) as instant) i;
-- Robin leads the chats; the evenings were led by somebody of the team.
insert into host_assignments (id, cohort_id, account_id, slot, assigned_by, assigned_at)
select md5(g.id::text || 'host')::uuid, g.id, g.coordinator_id, case when g.parts->0->'hosts' ? 'coordinator' then 'coordinator' else 'team_member' end,
    g.coordinator_id, g.created_at
from demo_tracks d join cohorts g on g.id = d.id where d.state in ('confirmed', 'completed');
insert into session_presences (session_id, account_id, slot, at)
select s.id, g.coordinator_id, 'team_member', s.started_at
from demo_tracks d join cohorts g on g.id = d.id join sessions s on s.cohort_id = g.id
where s.state = 'completed';
