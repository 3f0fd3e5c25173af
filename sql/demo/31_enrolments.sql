-- SPDX-License-Identifier: MIT
-- People who are ready, and where they have a place: in each group at its own stage. Maple, the peer of the demonstration, is on the
-- way there (20_participants.sql) and has no part in it yet.
insert into accounts (id, subject, role, participant_id)
select format('00000000-0000-4000-8000-%s', lpad((2100 + n)::text, 12, '0'))::uuid,
    format('00000000-0000-4000-8000-%s', lpad((2100 + n)::text, 12, '0')), 'peer',
    format('00000000-0000-4000-8000-%s', lpad((3100 + n)::text, 12, '0'))::uuid
from generate_series(1, 26) n
on conflict do nothing;
insert into participants (
    id, account_id, alias, preferred_language, region, timezone, affiliation_kind, age_attested_at, eligibility_attested_at, created_by,
    created_at)
select a.participant_id, a.id, v.alias, v.language, v.region, v.zone, v.affiliation, t.at, t.at, '00000000-0000-4000-8000-000000000004', t.at
from (values
    (1, 'Birch', 'en', 'ON', 'America/Toronto', 'caf_former'), (2, 'Finch', 'en', 'ON', 'America/Toronto', 'dnd_former'),
    (3, 'Lichen', 'en', 'AB', 'America/Edmonton', 'caf_current'), (4, 'Harbour', 'en', 'NS', 'America/Halifax', 'caf_former'),
    (5, 'Pebble', 'en', 'MB', 'America/Winnipeg', 'dnd_current'), (6, 'Robin Hill', 'en', 'SK', 'America/Regina', 'cadet'),
    (7, 'Sparrow', 'en', 'BC', 'America/Vancouver', 'caf_former'), (8, 'Tamarack', 'en', 'BC', 'America/Vancouver', 'caf_current'),
    (9, 'Violet', 'en', 'BC', 'America/Vancouver', 'dnd_current'), (10, 'Wren', 'en', 'NL', 'America/St_Johns', 'caf_former'),
    (11, 'Alder', 'en', 'NS', 'America/Halifax', 'caf_former'), (12, 'Bramble', 'en', 'NB', 'America/Moncton', 'caf_current'),
    (13, 'Clover', 'en', 'ON', 'America/Toronto', 'dnd_former'), (14, 'Dune', 'en', 'PE', 'America/Halifax', 'caf_former'),
    (15, 'Ember', 'en', 'YT', 'America/Whitehorse', 'jcr'), (16, 'Azur', 'fr', 'QC', 'America/Toronto', 'caf_current'),
    (17, 'Brume', 'fr', 'QC', 'America/Toronto', 'caf_former'), (18, 'Colibri', 'fr', 'NB', 'America/Moncton', 'dnd_current'),
    (19, 'Dune blanche', 'fr', 'QC', 'America/Toronto', 'cadet'), (20, 'Écorce', 'fr', 'ON', 'America/Toronto', 'caf_former'),
    (21, 'Fougère', 'fr', 'QC', 'America/Toronto', 'dnd_former'), (22, 'Grive', 'fr', 'MB', 'America/Winnipeg', 'caf_current'),
    (23, 'Hirondelle', 'fr', 'QC', 'America/Toronto', 'caf_former'), (24, 'Île', 'fr', 'QC', 'America/Toronto', 'caf_former'),
    (25, 'Jonquille', 'fr', 'NB', 'America/Moncton', 'caf_former'), (26, 'Lac', 'fr', null, null, 'dnd_current')
) v (n, alias, language, region, zone, affiliation)
join accounts a on a.id = format('00000000-0000-4000-8000-%s', lpad((2100 + v.n)::text, 12, '0'))::uuid
cross join lateral (select date_trunc('second', transaction_timestamp()) - (90 - v.n) * interval '1 day' as at) t
on conflict do nothing;
insert into contacts (participant_id)
select id from participants where id::text like '00000000-0000-4000-8000-0000000031%' on conflict do nothing;
insert into safety_plans (participant_id, consent_to_checkin, confirmed_at)
select id, true, created_at + interval '2 days' from participants where id::text like '00000000-0000-4000-8000-0000000031%' on conflict do nothing;
insert into emergency_contacts (participant_id, declined, confirmed_at)
select id, true, created_at + interval '2 days' from participants where id::text like '00000000-0000-4000-8000-0000000031%' on conflict do nothing;

-- Where each stands: the last number is the group (401 to 408), as 30_groups.sql names them; 0 = ready, and waits for a first place.
create temp table demo_places on commit drop as
select format('00000000-0000-4000-8000-%s', lpad((3100 + v.n)::text, 12, '0'))::uuid as participant_id,
    format('00000000-0000-4000-8000-%s', lpad(v.group_number::text, 12, '0'))::uuid as group_id, v.n, v.state
from (values
    (1, 'active', 401), (2, 'active', 401), (3, 'confirmed', 401), (4, 'offered', 401), (5, 'withdrawn', 401),
    (6, 'confirmed', 402), (7, 'confirmed', 402), (8, 'offered', 402), (9, 'declined', 402),
    (10, 'confirmed', 405), (11, 'offered', 405), (12, 'expired', 405), (4, 'requested', 405),
    (13, 'active', 406), (14, 'active', 406), (2, 'active', 406), (15, 'ready', 0),
    (16, 'confirmed', 403), (17, 'confirmed', 403), (18, 'offered', 403),
    (19, 'completed', 404), (20, 'completed', 404), (16, 'completed', 404),
    (21, 'confirmed', 407), (22, 'confirmed', 407), (23, 'offered', 407), (17, 'removed', 407),
    (24, 'requested', 408), (25, 'ready', 0), (26, 'ready', 0)
) v (n, state, group_number);
insert into intakes (
    id, participant_id, track, state, coordinator_account_id, created_at, form_sent_at, form_returned_at, acknowledged_at,
    meeting_local_start, meeting_timezone, meeting_starts_at, meeting_language, meeting_duration_minutes, meeting_held_at, readiness,
    ready_at, valid_until, last_told_at, update_due_at)
select
    md5('intake ' || p.id)::uuid, p.id, 'group', s.state, '00000000-0000-4000-8000-000000000004', p.created_at,
    p.created_at + interval '1 day', p.created_at + interval '2 days', p.created_at + interval '2 days 1 hour',
    m.local, m.zone, m.local at time zone m.zone, p.preferred_language, 45, m.local at time zone m.zone, 'ready',
    p.created_at + interval '10 days', p.created_at + interval '10 days 12 months', p.created_at + interval '10 days',
    case when s.state = 'ready' then business_days_after(p.created_at + interval '10 days', 10) end
from participants p
cross join lateral (
    select case when exists (
        select from demo_places d where d.participant_id = p.id and d.state in ('confirmed', 'active', 'completed', 'withdrawn', 'removed'))
        then 'placed' else 'ready' end as state) s
cross join lateral (select p.created_at::date + 9 + time '18:30' as local, coalesce(p.timezone, 'America/Toronto') as zone) m
where p.id::text like '00000000-0000-4000-8000-0000000031%'
on conflict do nothing;
insert into intake_forms (
    intake_id, participant_id, device_ok, meeting_willing, services_wanted, availability, must_not_meet_exists, filled_by, submitted_at,
    submitted_by)
select
    i.id, i.participant_id, true, true,
    case when right(i.participant_id::text, 1) in ('0', '3', '6', '9') then '{formal_group}'::text[] else '{informal_group,formal_group}' end,
    '[{"weekday": "tuesday", "part": "evening"}, {"weekday": "thursday", "part": "evening"}]', false, 'peer', i.form_returned_at, 'peer'
from intakes i where i.participant_id::text like '00000000-0000-4000-8000-0000000031%'
on conflict do nothing;
insert into acceptances (id, participant_id, document_id, language_read, accepted_at)
select md5(i.participant_id::text || d.id)::uuid, i.participant_id, d.id, p.preferred_language, i.form_returned_at
from intakes i
join participants p on p.id = i.participant_id
join track_documents t on t.track = i.track
join documents d on d.kind = t.kind and d.number = 1
where i.participant_id::text like '00000000-0000-4000-8000-0000000031%'
on conflict do nothing;

insert into enrolments (
    id, group_id, participant_id, state, waiting_since, created_at, offered_at, offer_expires_at, decided_at, decided_by_role, left_at,
    removal_reason)
select
    md5(format('enrolment %s %s', d.group_id, d.participant_id))::uuid, d.group_id, d.participant_id, d.state, i.ready_at, t.at,
    case when d.state <> 'requested' then t.at end,
    case d.state
        when 'requested' then null
        when 'offered' then least(now.at + interval '60 hours', group_locks_at(g))
        else t.at + interval '72 hours' end,
    case when d.state not in ('requested', 'offered', 'expired') then t.at + interval '20 hours' end,
    case when d.state not in ('requested', 'offered', 'expired') then 'peer' end,
    case when d.state in ('withdrawn', 'removed', 'completed') then t.at + interval '3 days' end,
    case d.state when 'removed' then 'other_group' end
from demo_places d
join groups g on g.id = d.group_id
join intakes i on i.participant_id = d.participant_id
cross join lateral (select date_trunc('second', transaction_timestamp()) as at) now
cross join lateral (select case d.state when 'offered' then now.at - interval '6 hours' else g.created_at + interval '1 day' end as at) t
where not exists (
    select from enrolments e where e.id = md5(format('enrolment %s %s', d.group_id, d.participant_id))::uuid)
order by d.n
on conflict do nothing;
insert into enrolment_decisions (enrolment_id, at, decision, reason, by_role, account_id)
select e.id, s.at, s.decision, s.reason, s.by_role, s.account_id
from enrolments e
join demo_places d on d.group_id = e.group_id and d.participant_id = e.participant_id
join participants p on p.id = e.participant_id
cross join lateral (values
    (1, e.offered_at, 'offered', 'in_turn', 'system', null::uuid),
    (2, e.decided_at, case e.state when 'declined' then 'declined' else 'accepted' end, null, 'peer', p.account_id),
    (3, case e.state when 'expired' then e.offer_expires_at end, 'expired', null, 'system', null),
    (4, case e.state when 'withdrawn' then e.left_at end, 'withdrawn', null, 'peer', p.account_id),
    (5, case e.state when 'removed' then e.left_at end, 'removed', e.removal_reason, 'coordinator', '00000000-0000-4000-8000-000000000004')
) s (place, at, decision, reason, by_role, account_id)
where s.at is not null and e.state <> 'requested' and not exists (select from enrolment_decisions k where k.enrolment_id = e.id)
order by e.id, s.place;
