-- SPDX-License-Identifier: MIT
-- People who are ready, and where they have a place: in each group at its own stage. Maple, the peer of the demonstration, comes to one
-- group and is offered a seat in another. `ready`: so many days ago the intake was finished.
insert into accounts (id, issuer, subject, role, participant_id)
select format('00000000-0000-4000-8000-%s', lpad((2100 + n)::text, 12, '0'))::uuid, current_setting('app.issuer'),
    format('00000000-0000-4000-8000-%s', lpad((2100 + n)::text, 12, '0')), 'peer',
    format('00000000-0000-4000-8000-%s', lpad((3100 + n)::text, 12, '0'))::uuid
from generate_series(1, 28) n
on conflict do nothing;
insert into participants (
    id, account_id, alias, preferred_language, region, timezone, affiliation_kind, age_attested_at, eligibility_attested_at, created_by,
    created_at)
select a.participant_id, a.id, v.alias, v.language, v.region, v.zone, v.affiliation, t.at, t.at, '00000000-0000-4000-8000-000000000004', t.at
from (values
    (1, 'Birch', 'en', 'ON', 'America/Toronto', 'caf_former', 50), (2, 'Finch', 'en', 'ON', 'America/Toronto', 'dnd_former', 48),
    (3, 'Lichen', 'en', 'AB', 'America/Edmonton', 'caf_current', 30), (4, 'Harbour', 'en', 'NS', 'America/Halifax', 'caf_former', 44),
    (5, 'Pebble', 'en', 'MB', 'America/Winnipeg', 'dnd_current', 47), (6, 'Saltmarsh', 'en', 'SK', 'America/Regina', 'cadet', 26),
    (7, 'Sparrow', 'en', 'BC', 'America/Vancouver', 'caf_former', 24), (8, 'Tamarack', 'en', 'BC', 'America/Vancouver', 'caf_current', 23),
    (9, 'Violet', 'en', 'BC', 'America/Vancouver', 'dnd_current', 22), (10, 'Wren', 'en', 'NL', 'America/St_Johns', 'caf_former', 40),
    (11, 'Alder', 'en', 'NS', 'America/Halifax', 'caf_former', 38), (12, 'Bramble', 'en', 'NB', 'America/Moncton', 'caf_current', 37),
    (13, 'Clover', 'en', 'ON', 'America/Toronto', 'dnd_former', 46), (14, 'Dune', 'en', 'PE', 'America/Halifax', 'caf_former', 36),
    (15, 'Ember', 'en', 'YT', 'America/Whitehorse', 'jcr', 33), (16, 'Azur', 'fr', 'QC', 'America/Toronto', 'caf_current', 125),
    (17, 'Brume', 'fr', 'QC', 'America/Toronto', 'caf_former', 34), (18, 'Colibri', 'fr', 'NB', 'America/Moncton', 'dnd_current', 31),
    (19, 'Dune blanche', 'fr', 'QC', 'America/Toronto', 'cadet', 122), (20, 'Écorce', 'fr', 'ON', 'America/Toronto', 'caf_former', 118),
    (21, 'Fougère', 'fr', 'QC', 'America/Toronto', 'dnd_former', 66), (22, 'Grive', 'fr', 'MB', 'America/Winnipeg', 'caf_current', 64),
    (23, 'Hirondelle', 'fr', 'QC', 'America/Toronto', 'caf_former', 62), (24, 'Île', 'fr', 'QC', 'America/Toronto', 'caf_former', 21),
    (25, 'Jonquille', 'fr', 'NB', 'America/Moncton', 'caf_former', 60), (26, 'Lac', 'fr', null, null, 'dnd_current', 18),
    (27, 'Fjord', 'en', 'ON', 'America/Toronto', 'caf_former', 43), (28, 'Gale', 'en', 'NB', 'America/Moncton', 'dnd_former', 41)
) v (n, alias, language, region, zone, affiliation, ready)
join accounts a on a.id = format('00000000-0000-4000-8000-%s', lpad((2100 + v.n)::text, 12, '0'))::uuid
cross join lateral (select date_trunc('second', transaction_timestamp()) - (v.ready + 10) * interval '1 day' as at) t
on conflict do nothing;
insert into contacts (participant_id)
select id from participants where id::text like '00000000-0000-4000-8000-0000000031%' on conflict do nothing;
insert into safety_plans (participant_id, consent_to_checkin, confirmed_at)
select id, true, created_at + interval '2 days' from participants where id::text like '00000000-0000-4000-8000-0000000031%' on conflict do nothing;
insert into emergency_contacts (participant_id, declined, confirmed_at)
select id, true, created_at + interval '2 days' from participants where id::text like '00000000-0000-4000-8000-0000000031%' on conflict do nothing;

-- Who has a place where: the number of the group (401 to 408), the state, so many days ago the seat was offered (null: it never was), and
-- how many days after that the person left again. Offers that are open were made six hours ago.
create temp table demo_places on commit drop as
select v.*, p.id as participant_id, p.account_id, d.id as cohort_id, md5(format('enrolment %s %s', d.id, p.id))::uuid as enrolment_id,
    case v.state when 'offered' then now.at - interval '6 hours' else now.at - v.offered * interval '1 day' end as offered_at,
    case when v.state not in ('requested', 'waitlisted', 'offered', 'expired') then
        now.at - v.offered * interval '1 day' + interval '20 hours' end as decided_at,
    case when v.left_after is not null then now.at - (v.offered - v.left_after) * interval '1 day' end as left_at
from (values
    (0, 401, 'active', 17, null), (1, 401, 'active', 30, null), (2, 401, 'active', 29, null), (3, 401, 'confirmed', 5, null),
    (27, 401, 'offered', null, null), (5, 401, 'withdrawn', 28, 18),
    (6, 402, 'confirmed', 8, null), (7, 402, 'confirmed', 7, null), (9, 402, 'offered', null, null), (8, 402, 'declined', 6, null),
    (17, 403, 'confirmed', 12, null), (18, 403, 'confirmed', 11, null), (16, 403, 'offered', null, null), (23, 403, 'expired', 9, null),
    (19, 404, 'completed', 100, null), (20, 404, 'completed', 99, null), (16, 404, 'completed', 98, null), (21, 404, 'withdrawn', 60, 5),
    (10, 405, 'confirmed', 15, null), (11, 405, 'confirmed', 14, null), (14, 405, 'confirmed', 13, null), (0, 405, 'offered', null, null),
    (4, 405, 'waitlisted', null, null), (12, 405, 'waitlisted', null, null), (13, 405, 'expired', 18, null), (15, 405, 'requested', null, null),
    (4, 406, 'removed', 20, 17), (28, 406, 'removed', 19, 16), (13, 406, 'declined', 17, null),
    (21, 407, 'active', 40, null), (22, 407, 'active', 39, null), (23, 407, 'active', 38, null), (25, 407, 'active', 37, null),
    (17, 407, 'removed', 33, 3),
    (24, 408, 'requested', null, null), (26, 408, 'requested', null, null)
) v (n, group_number, state, offered, left_after)
cross join lateral (select date_trunc('second', transaction_timestamp()) as at) now
join participants p on p.id = format(
    '00000000-0000-4000-8000-%s', lpad((case v.n when 0 then 101 else 3100 + v.n end)::text, 12, '0'))::uuid
join demo_groups d on d.id = format('00000000-0000-4000-8000-%s', lpad(v.group_number::text, 12, '0'))::uuid;
insert into intakes (
    id, participant_id, track, state, coordinator_id, created_at, form_sent_at, form_returned_at, acknowledged_at,
    meeting_local_start, meeting_timezone, meeting_starts_at, meeting_language, meeting_duration_minutes, meeting_held_at, readiness,
    ready_at, valid_until, last_told_at, update_due_at)
select
    md5('intake ' || p.id)::uuid, p.id, 'group', s.state, '00000000-0000-4000-8000-000000000004', p.created_at,
    p.created_at + interval '1 day', p.created_at + interval '2 days', p.created_at + interval '2 days 1 hour',
    m.local, m.zone, m.local at time zone m.zone, p.preferred_language, 45, m.local at time zone m.zone, 'ready',
    p.created_at + interval '10 days', p.created_at + interval '10 days 12 months',
    -- Told every week since; one of them is due again.
    greatest(p.created_at + interval '10 days', t.told),
    case when s.state = 'ready' then business_days_after(greatest(p.created_at + interval '10 days', t.told), 10) end
from participants p
cross join lateral (
    select case when exists (select from demo_places d where d.participant_id = p.id and d.decided_at is not null and d.state <> 'declined')
        then 'placed' else 'ready' end as state) s
cross join lateral (select p.created_at::date + 9 + time '15:30' as local, coalesce(p.timezone, 'America/Toronto') as zone) m
cross join lateral (
    select date_trunc('second', transaction_timestamp()) - case p.alias when 'Ember' then 25 else 3 end * interval '1 day' as told) t
where p.id::text like '00000000-0000-4000-8000-0000000031__' and not exists (select from intakes i where i.participant_id = p.id);
insert into intake_forms (
    intake_id, participant_id, device_ok, meeting_willing, services_wanted, availability, must_not_meet_exists, filled_by, submitted_at,
    submitted_by)
select
    i.id, i.participant_id, true, true,
    case when right(i.participant_id::text, 1) in ('0', '3', '6', '9') then '{formal_group}'::text[] else '{informal_group,formal_group}' end,
    '[{"weekday": "tuesday", "part": "evening"}, {"weekday": "thursday", "part": "evening"}]', false, 'peer', i.form_returned_at, 'peer'
from intakes i where i.participant_id::text like '00000000-0000-4000-8000-0000000031__'
on conflict do nothing;
insert into acceptances (id, participant_id, document_id, language_read, accepted_at)
select md5(i.participant_id::text || d.id)::uuid, i.participant_id, d.id, p.preferred_language, i.form_returned_at
from intakes i
join participants p on p.id = i.participant_id
join track_documents t on t.track = i.track
join documents d on d.kind = t.kind and d.number = 1
where i.participant_id::text like '00000000-0000-4000-8000-0000000031__'
on conflict do nothing;

insert into enrolments (
    id, cohort_id, participant_id, state, waiting_since, created_at, offered_at, offer_expires_at, answer_at, accepted_at, decided_at,
    decided_by_role, left_at, removal_reason)
select
    d.enrolment_id, d.cohort_id, d.participant_id, d.state, i.ready_at,
    coalesce(d.offered_at - interval '1 minute', greatest(g.created_at + interval '1 day', i.ready_at, now.at - interval '12 days')),
    d.offered_at, d.offered_at + make_interval(hours => g.offer_hours),
    fixed_hour_after(d.offered_at + make_interval(hours => g.offer_hours)),
    case when d.state <> 'declined' then d.decided_at end, d.decided_at, case when d.decided_at is not null then 'peer' end, d.left_at,
    case when d.state = 'removed' then case g.state when 'cancelled' then 'group_cancelled' else 'other_group' end end
from demo_places d
join cohorts g on g.id = d.cohort_id
join intakes i on i.participant_id = d.participant_id and i.ready_at is not null
cross join lateral (select date_trunc('second', transaction_timestamp()) as at) now
order by d.group_number, i.ready_at;
-- Why each was offered or passed over, and what became of it.
insert into enrolment_decisions (enrolment_id, at, decision, reason, by_role, account_id)
select d.enrolment_id, s.at, s.decision, s.reason, s.by_role, s.account_id
from demo_places d
join enrolments e on e.id = d.enrolment_id
cross join lateral (values
    (1, case d.state when 'waitlisted' then e.created_at end, 'passed_over', 'full', 'system', null::uuid),
    (2, d.offered_at, 'offered', 'in_turn', 'coordinator', '00000000-0000-4000-8000-000000000004'),
    (3, d.decided_at, case d.state when 'declined' then 'declined' else 'accepted' end, null, 'peer', d.account_id),
    (4, case when d.state <> 'declined' then d.decided_at end, 'confirmed', null, 'system', null),
    (4, case d.state when 'expired' then e.offer_expires_at end, 'expired', null, 'system', null),
    (5, case d.state when 'withdrawn' then d.left_at end, 'withdrawn', null, 'peer', d.account_id),
    (6, case d.state when 'removed' then d.left_at end, 'removed', e.removal_reason, 'coordinator', '00000000-0000-4000-8000-000000000004')
) s (place, at, decision, reason, by_role, account_id)
where s.at is not null
order by e.id, s.place;
-- Their lists have moved since.
update cohorts g set list_moved_at = date_trunc('second', transaction_timestamp())
where exists (select from enrolments e where e.cohort_id = g.id and e.state = 'waitlisted') and g.list_moved_at is null;
-- Whose group was cancelled waits again.
select set_config('app.role', 'worker', true);
select waiting_person_refresh(d.participant_id) from demo_places d where d.state = 'removed';
select waiting_person_refresh(i.participant_id) from intakes i where i.state in ('ready', 'placed') and i.track = 'group';
select set_config('app.role', '', true);
