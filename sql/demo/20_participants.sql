-- SPDX-License-Identifier: MIT
-- People at every stage, in both languages. What identifies or locates somebody is sealed by the program and therefore empty here.
insert into accounts (id, issuer, subject, role, participant_id)
select account_id::uuid, current_setting('app.issuer'), account_id, 'peer', participant_id::uuid
from (
    select format('00000000-0000-4000-8000-%s', lpad((case n when 0 then 1 else 2000 + n end)::text, 12, '0')) as account_id,
        format('00000000-0000-4000-8000-%s', lpad((case n when 0 then 101 else 3000 + n end)::text, 12, '0')) as participant_id
    from generate_series(0, 14) n) demo
on conflict do nothing;

insert into participants (
    id, account_id, alias, preferred_language, region, timezone, affiliation_kind, age_attested_at,
    eligibility_attested_at, created_by, created_at)
select p.id::uuid, a.id, p.alias, p.language, p.region, p.timezone, p.affiliation,
    p.at, p.at, '00000000-0000-4000-8000-000000000004', p.at
from (
    select format('00000000-0000-4000-8000-%s', lpad((case n when 0 then 101 else 3000 + n end)::text, 12, '0')) as id,
        v.*, date_trunc('second', transaction_timestamp()) - (30 - n) * interval '1 day' as at
    from (values
        (0, 'Maple', 'en', 'ON', 'America/Toronto', 'caf_former'),
        (1, 'Rivière', 'fr', 'QC', 'America/Toronto', 'caf_current'),
        (2, 'Cedar', 'en', 'BC', 'America/Vancouver', 'dnd_current'),
        (3, 'Érable', 'fr', 'QC', 'America/Toronto', 'dnd_former'),
        (4, 'Heron', 'en', 'NS', 'America/Halifax', 'caf_former'),
        (5, 'Lumière', 'fr', 'NB', 'America/Moncton', 'caf_former'),
        (6, 'Juniper', 'en', 'AB', 'America/Edmonton', 'caf_current'),
        (7, 'Aurore', 'fr', null, null, 'cadet'),
        (8, 'Otter', 'en', 'NL', 'America/St_Johns', 'caf_former'),
        (9, 'Boréale', 'fr', 'QC', 'America/Toronto', 'jcr'),
        (10, 'Willow', 'en', 'SK', 'America/Regina', 'dnd_current'),
        (11, 'Sillage', 'fr', 'ON', 'America/Toronto', 'caf_current'),
        (12, 'Granite', 'en', 'outside_canada', 'Europe/Riga', 'caf_current'),
        (13, 'Fern', 'en', 'MB', 'America/Winnipeg', 'caf_former'),
        (14, 'Brook', 'en', 'ON', 'America/Toronto', 'caf_current')
    ) v (n, alias, language, region, timezone, affiliation)) p
join accounts a on a.participant_id = p.id::uuid
on conflict do nothing;

insert into contacts (participant_id)
select id from participants where id::text like '00000000-0000-4000-8000-%' on conflict do nothing;
insert into safety_plans (participant_id)
select id from participants where id::text like '00000000-0000-4000-8000-%' on conflict do nothing;
insert into emergency_contacts (participant_id)
select id from participants where id::text like '00000000-0000-4000-8000-%' on conflict do nothing;

insert into intakes (
    id, participant_id, track, state, coordinator_id, created_at, form_sent_at, form_returned_at, acknowledged_at,
    meeting_local_start, meeting_timezone, meeting_starts_at, meeting_language, meeting_duration_minutes, meeting_held_at,
    readiness, ready_at, registered_at, valid_until, outcome, closed_at, withdrawn_at, last_told_at, update_due_at)
select
    format('00000000-0000-4000-8000-%s', lpad((4000 + v.n)::text, 12, '0'))::uuid, p.id, v.track, v.state,
    '00000000-0000-4000-8000-000000000004', p.created_at,
    case when v.step >= 1 then p.created_at + interval '1 day' end,
    case when v.step >= 2 then p.created_at + interval '2 days' end,
    case when v.step >= 3 and v.track = 'group' then p.created_at + interval '2 days 1 hour' end,
    meeting.local, meeting.zone, meeting.local at time zone meeting.zone, meeting.language, meeting.minutes,
    case when v.step >= 5 and v.track = 'group' then meeting.local at time zone meeting.zone end,
    case v.state when 'not_ready' then 'not_yet' when 'meeting_done' then 'not_discussed' when 'ready' then 'ready' when 'placed' then 'ready' when 'closed' then 'ready' end,
    case when v.state in ('ready', 'placed', 'closed') then p.created_at + interval '10 days' end,
    case when v.state = 'registered' then p.created_at + interval '10 days' end,
    case when v.state in ('ready', 'placed', 'closed', 'registered') then p.created_at + interval '10 days 12 months' end,
    case v.state when 'closed' then 'completed' when 'ineligible' then 'ineligible' end,
    case when v.state in ('closed', 'ineligible') then p.created_at + interval '12 days' end,
    case when v.state = 'withdrawn' then p.created_at + interval '3 days' end,
    case when v.step >= 2 then p.created_at + interval '2 days 1 hour' end,
    case when v.step between 2 and 6 then business_days_after(p.created_at + interval '2 days 1 hour', 10) end
from (values
    (0, 'group', 'placed', 7), (1, 'group', 'received', 0), (2, 'activity', 'forms_sent', 1), (3, 'group', 'form_returned', 2),
    (4, 'group', 'acknowledged', 3), (5, 'group', 'meeting_scheduled', 4), (6, 'group', 'meeting_done', 5),
    (7, 'group', 'not_ready', 5), (8, 'group', 'ready', 6), (9, 'activity', 'forms_returned', 2),
    (10, 'activity', 'registered', 7), (11, 'group', 'withdrawn', 1), (12, 'group', 'closed', 7), (13, 'group', 'ineligible', 1),
    (14, 'group', 'form_sent', 1)
) v (n, track, state, step)
join participants p on p.id = format('00000000-0000-4000-8000-%s', lpad((case v.n when 0 then 101 else 3000 + v.n end)::text, 12, '0'))::uuid
cross join lateral (
    select p.created_at::date + case when v.step = 4 then 40 else 9 end + time '18:30' as local,
        coalesce(p.timezone, 'America/Toronto') as zone, p.preferred_language as language, 45 as minutes
    where v.track = 'group' and v.step >= 4
    union all
    select null, null, null, null where not (v.track = 'group' and v.step >= 4)) meeting
on conflict do nothing;

insert into intake_forms (
    intake_id, participant_id, device_ok, meeting_willing, services_wanted, availability, must_not_meet_exists, filled_by,
    submitted_at, submitted_by)
select i.id, i.participant_id,
    case when done then true end, case when done and i.track = 'group' then true end,
    case when done then case i.track when 'group' then array['informal_group', 'formal_group'] else array['creative_coping'] end end,
    case when done then '[{"weekday": "tuesday", "part": "evening"}, {"weekday": "thursday", "part": "evening"}]'::jsonb end,
    case when done then false end, case when done then 'peer' end, i.form_returned_at, case when done then 'peer' end
from (select i.*, i.form_returned_at is not null as done from intakes i where i.id::text like '00000000-0000-4000-8000-%') i
on conflict do nothing;

insert into acceptances (id, participant_id, document_id, language_read, accepted_at)
select md5(i.participant_id::text || d.id)::uuid, i.participant_id, d.id, p.preferred_language, i.form_returned_at
from intakes i
join participants p on p.id = i.participant_id
join track_documents t on t.track = i.track
join documents d on d.kind = t.kind and d.number = 1
where i.id::text like '00000000-0000-4000-8000-%' and i.form_returned_at is not null
    and (t.needed_for = 'form' or i.track = 'activity' or i.state in ('ready', 'placed', 'closed'))
on conflict do nothing;
select set_config('app.role', 'worker', true);
select waiting_person_refresh(i.participant_id) from intakes i where i.state in ('ready', 'placed') and i.track = 'group';
select set_config('app.role', '', true);
