-- SPDX-License-Identifier: MIT
-- Forty activities that are open, of two tracks with two dates each; one in ten of :count people has a seat in four of the tracks,
-- beside the one in a group.
set search_path = alongside, pg_catalog;
begin;
set local session_replication_role = replica;
insert into activities (
    id, service_id, kind, state, title_en, title_fr, description_en, description_fr, bring_en, bring_fr, announced_at, created_at)
select
    md5('bench activity ' || n)::uuid, v.id, 'event', 'open', 'An evening of drawing', 'Une soirée de dessin',
    'We draw together, and talk about what comes of it.', 'On dessine ensemble, et on parle de ce qui en sort.', 'Pen, paper',
    'Crayon, papier', now() - n * interval '1 hour', now() - n * interval '1 hour'
from generate_series(1, 40) n
join services v on v.code = 'creative_event';
insert into cohorts (
    id, service_id, activity_id, language, state, coordinator_id, capacity, max_sessions, parts, joining, topics, offer_hours, opened_at, created_at)
select
    md5('bench track ' || n)::uuid, v.id, md5('bench activity ' || (n + 1) / 2)::uuid, case n % 2 when 0 then 'fr' else 'en' end,
    'recruiting', model.created_by, 500, v.max_sessions, v.parts, v.joining, v.topics, v.offer_hours, now(), now()
from generate_series(1, 80) n
cross join (select * from participants where id = :'participant') model
join services v on v.code = 'creative_event';
insert into sessions (cohort_id, seq, part, local_start, timezone, starts_at, duration_minutes, hosts, changed_at)
select
    g.id, seq, seq, t.starts_at at time zone g.timezone, g.timezone, t.starts_at, part_minutes(g.parts, seq),
    part_of(g.parts, seq)->'hosts', now()
from cohorts g
join activities a on a.id = g.activity_id and a.title_en = 'An evening of drawing'
cross join generate_series(1, 2) seq
cross join lateral (
    select date_trunc('hour', now()) + hashtext(g.id::text) % 100 * interval '1 hour' + (seq * 14 + 10) * interval '1 day' as starts_at) t;
insert into enrolments (
    id, cohort_id, participant_id, track, state, waiting_since, created_at, offered_at, offer_expires_at, decided_at, decided_by_role)
select
    md5('bench seat ' || n || ' ' || k)::uuid, md5('bench track ' || 1 + (n / 10 + 20 * k) % 80)::uuid, (:'prefix' || n)::uuid,
    'activity', 'confirmed', now(), now(), now(), now(), now(), 'peer'
from generate_series(100000000005, 100000000000 + :count, 10) n
cross join generate_series(1, 4) k;
commit;
