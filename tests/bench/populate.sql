-- SPDX-License-Identifier: MIT
-- :count participants with an account, an intake and a referral each; of the referrals one in fifty is still in the queue; the groups
-- in which some of them meet.
-- What is sealed comes from bench_sealed, under a key for each row: n counts from 100000000001, for sessions too.
set search_path = alongside, pg_catalog;
begin;
set local session_replication_role = replica; -- triggers and foreign keys would only slow the copying down

insert into accounts (id, issuer, subject, role, participant_id)
select
    ('0000000a-0000-4000-8000-' || n)::uuid, 'urn:alongside:local', '0000000a-0000-4000-8000-' || n, 'peer', (:'prefix' || n)::uuid
from generate_series(100000000001, 100000000000 + :count) n;

insert into participants (
    id, account_id, alias, alias_key, preferred_language, region, timezone, affiliation_kind, age_attested_at, eligibility_attested_at,
    accessibility_needs, created_by, coordinator_id, created_at)
select
    (:'prefix' || n)::uuid, ('0000000a-0000-4000-8000-' || n)::uuid, 'Bench ' || n, 'bench ' || n, case n % 3 when 0 then 'fr' else 'en' end,
    (array['ON', 'QC', 'BC', 'AB', 'NS'])[1 + n % 7], 'America/Toronto', 'caf_former', now(), now(),
    b.texts[1], model.created_by, model.created_by, now() - n % 1000000 * interval '1 second'
from generate_series(100000000001, 100000000000 + :count) n
join bench_sealed b using (n)
cross join (select * from participants where id = :'participant') model
where b.kind = 'participant';
insert into sealed_keys (id, owner_type, owner_id, wrapped)
select
    b.id, case b.kind when 'referral' then 'referral' else 'participant' end,
    case b.kind when 'referral' then ('0000000d-0000-4000-8000-' || n)::uuid else (:'prefix' || n)::uuid end, b.wrapped
from bench_sealed b where b.kind <> 'session';

-- One in five has a place in a group of eight, the others are ready and wait.
insert into intakes (
    id, participant_id, region_key, track, state, coordinator_id, form_returned_at, readiness, ready_at, valid_until, created_at)
select
    ('0000000c-0000-4000-8000-' || n)::uuid, (:'prefix' || n)::uuid,
    coalesce((array['ON', 'QC', 'BC', 'AB', 'NS'])[1 + n % 7], '-'), 'group',
    case when n % 5 = 0 then 'placed' else 'ready' end, model.created_by, at, 'ready', at, at + interval '12 months', at
from generate_series(100000000001, 100000000000 + :count) n
cross join (select * from participants where id = :'participant') model
cross join lateral (select now() - n % 1000000 * interval '25 seconds' as at) t;
insert into intake_forms (
    intake_id, participant_id, device_ok, meeting_willing, services_wanted, availability, must_not_meet_exists, composition_preference,
    accommodation_needs)
select
    ('0000000c-0000-4000-8000-' || n)::uuid, (:'prefix' || n)::uuid, true, true, '{formal_group}',
    '[{"weekday": "tuesday", "part": "evening"}]', false, b.texts[1], b.texts[2]
from bench_sealed b where b.kind = 'form';
insert into acceptances (participant_id, document_id, language_read, accepted_at)
select (:'prefix' || n)::uuid, d.id, 'en', now() - interval '300 days'
from generate_series(100000000001, 100000000000 + :count) n
join track_documents t on t.track = 'group'
join documents_current d on d.kind = t.kind;
insert into waiting_people (intake_id, service, participant_id, state, language, region_key, waiting_since, valid_until)
select i.id, s.service, i.participant_id, i.state, p.preferred_language, p.region_key, i.ready_at, i.valid_until
from intakes i join participants p on p.id = i.participant_id cross join (values (''), ('formal_group')) s (service)
where i.id between '0000000c-0000-4000-8000-000000000000' and '0000000c-0000-4000-8000-ffffffffffff';

insert into referrals (
    id, recorded_by, channel, language, name, callback_method, callback_handle, safe_hours, ok_to_leave_message,
    caller_consented_at, received_at, reply_due, reply_breach, attempts, state, closed_at, closed_by, created_at, updated_at)
select
    ('0000000d-0000-4000-8000-' || n)::uuid, model.recorded_by, model.channel, model.language, b.texts[1],
    model.callback_method, b.texts[2], b.texts[3], false, at, at, at + interval '1 day', at + interval '2 days', 0, fate.state,
    case when fate.state <> 'received' then at end, case when fate.state <> 'received' then model.recorded_by end, at, at
from bench_sealed b
cross join (select * from referrals where id = :'referral') model
cross join lateral (
    select case when n % 50 = 0 then 'received' else 'unreachable' end as state, now() - n % 1000000 * interval '1 second' as at) fate
where b.kind = 'referral';

-- Colleagues of the demo's coordinator, who serve the same regions.
insert into accounts (id, issuer, subject, role, regions)
select h.id::uuid, a.issuer, h.id, a.role, a.regions
from accounts a
cross join generate_series(1, 127) n
cross join lateral (select '00000017-0000-4000-8000-' || 100000000000 + n as id) h
where a.id = '00000000-0000-4000-8000-000000000004';

-- Formal groups of ten weekly sessions, of which three are over; each led by a peer supporter and a professional, who lead two groups.
insert into accounts (id, issuer, subject, role)
select h.id::uuid, 'urn:alongside:local', h.id, h.role
from generate_series(1, greatest(1, :count / 80)) n
cross join lateral (values
    ('00000002-0000-4000-8000-' || 100000000000 + n, 'peer_supporter'),
    ('00000003-0000-4000-8000-' || 100000000000 + n, 'mental_health_professional')) h (id, role);
insert into staff (id, alias, languages)
select a.id, right(a.subject, 6), '{en}' from accounts a where a.subject ~ '^0000000[23]-';
insert into qualifications (account_id, designation, cleared_on)
select a.id, case a.role when 'mental_health_professional' then 'social_worker' end, now()::date - 300 from accounts a where a.subject ~ '^0000000[23]-';
insert into trainings (account_id, kind, module, completed_on, recorded_by, created_at)
select a.id, substr(l.list, 10), l.code, now()::date - 200, model.created_by, now()
from accounts a
cross join (select * from participants where id = :'participant') model
join code_lists l on l.list in ('training_orientation', 'training_facilitator')
where a.subject ~ '^0000000[23]-';
insert into cohorts (
    id, service_id, language, state, coordinator_id, capacity, max_sessions, parts, joining, topics,
    offer_hours, created_at)
select
    ('0000000e-0000-4000-8000-' || 100000000000 + n)::uuid, v.id, 'en', 'in_progress', model.created_by, v.capacity, v.max_sessions,
    v.parts, v.joining, v.topics, v.offer_hours,
    now() - n * interval '1 second'
from generate_series(1, :count / 40) n
cross join (select * from participants where id = :'participant') model
join services v on v.code = 'formal_group';
insert into sessions (
    id, cohort_id, seq, part, local_start, timezone, starts_at, duration_minutes, hosts, state, topic_en, topic_fr, started_at, ended_at,
    changed_at, join_link)
select
    md5(g.id::text || s.seq)::uuid, g.id, s.seq, 1, s.starts_at at time zone g.timezone, g.timezone, s.starts_at, part_minutes(g.parts, 1),
    part_of(g.parts, 1)->'hosts',
    case when s.seq <= 3 then 'completed' else 'scheduled' end, 'Boundaries', 'Limites',
    case when s.seq <= 3 then s.starts_at end, case when s.seq <= 3 then s.starts_at end, now(), b.texts[1]
from cohorts g
cross join lateral (
    select seq, date_trunc('minute', now()) + (seq - 4) * interval '7 days' + hashtext(g.id::text) % 3000 * interval '1 minute'
        + interval '3 days' as starts_at
    from generate_series(1, 10) seq) s
join bench_sealed b on b.kind = 'session' and b.n = 100000000000 + (right(g.id::text, 12)::bigint - 100000000001) * 10 + s.seq
where g.id::text like '0000000e-%';
insert into sealed_keys (id, owner_type, owner_id, wrapped)
select b.id, 'session', s.id, b.wrapped
from bench_sealed b join sessions s on split_part(s.join_link, '.', 1)::uuid = b.id where b.kind = 'session';
insert into host_assignments (cohort_id, account_id, slot, assigned_by, assigned_at)
select
    ('0000000e-0000-4000-8000-' || 100000000000 + n)::uuid,
    (h.prefix || 100000000000 + 1 + n % greatest(1, :count / 80))::uuid, h.slot, model.created_by, now()
from generate_series(1, :count / 40) n
cross join (select * from participants where id = :'participant') model
cross join (values
    ('00000002-0000-4000-8000-', 'peer_supporter'), ('00000003-0000-4000-8000-', 'mental_health_professional')) h (prefix, slot);
insert into enrolments (
    id, cohort_id, participant_id, track, state, waiting_since, created_at, offered_at, offer_expires_at, decided_at, decided_by_role)
select
    ('0000000f-0000-4000-8000-' || n)::uuid, ('0000000e-0000-4000-8000-' || 100000000000 + (n - 100000000000 + 39) / 40)::uuid,
    (:'prefix' || n)::uuid, 'group', 'active', t.at, t.at, t.at, t.at + interval '3 days', t.at, 'peer'
from generate_series(100000000005, 100000000000 + :count / 40 * 40, 5) n
cross join (select now() - interval '60 days' as at) t;
-- What the coordinator was told: ten of it they have not acknowledged, and of those three are alarms that somebody else has.
insert into alarms (
    id, kind, object_id, region_key, due_at, state, clock, round_at, round_length, next_at, holder_account_id, acknowledged_at, created_at)
select md5('bench alarm ' || n)::uuid, 'incident', gen_random_uuid(), '-', now(), 'acknowledged', '1 hour', now(), '1 hour', 'infinity',
    model.created_by, now(), now()
from generate_series(1, 3) n cross join (select * from participants where id = :'participant') model;
insert into notices (account_id, kind, urgency, object_id, alarm_id, step, created_at, acknowledged_at)
select model.created_by, 'incident', 'today', gen_random_uuid(), case when n <= 3 then md5('bench alarm ' || n)::uuid end,
    case when n <= 3 then 1 end, now() - n * interval '1 minute', case when n > 10 then now() end
from generate_series(1, 200) n cross join (select * from participants where id = :'participant') model;
drop table bench_sealed;
commit;
