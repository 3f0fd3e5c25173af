-- SPDX-License-Identifier: MIT
-- The first page behind :after of those who wait, in fair order, with what they lack and the seats they have.
with a as (
    select * from accounts where issuer = :issuer and subject = :subject and role <> 'peer' and role = :role and is_active),
page as (
    select w.*
    from a
    cross join unnest(case when a.regions = '{}' then '{-,AB,BC,MB,NB,NL,NS,NT,NU,ON,PE,QC,SK,YT}' else '-'::text || a.regions end) r (region_key)
    cross join unnest(array['en', 'fr']) l (language)
    cross join lateral (
        select w.intake_id, w.participant_id, w.waiting_since, w.valid_until
        from waiting_people w
        where w.service = '' and w.state = 'ready' and w.language = l.language and w.region_key = r.region_key
            and (w.waiting_since, w.intake_id) > (((:query)::jsonb#>>'{after,at}')::timestamptz, ((:query)::jsonb#>>'{after,id}')::uuid)
            and w.valid_until > now()
            and not exists (select from exclusions x where x.account_id = a.id and x.participant_id = w.participant_id)
        order by w.waiting_since, w.intake_id
        limit 26) w
    order by w.waiting_since, w.intake_id
    limit 26),
needed as materialized (
    select d.id, t.kind from track_documents t join documents_current d on d.kind = t.kind
    where t.track = 'group' and t.needed_for = 'completion'),
noted as (
    insert into audit_events (at, account_id, role, operation, action, object_type, participant_ids, request_id)
    select now(), a.id, :role, :operation, 'list', 'waiting_person', (select array_agg(participant_id) from page), (:request_id)::uuid from a)
select json_agg(json_build_object(
    'participant_id', w.participant_id, 'intake_id', w.intake_id, 'alias', p.alias, 'language', p.preferred_language, 'region', p.region,
    'timezone', p.timezone, 'intake_state', i.state, 'waiting_since', w.waiting_since, 'valid_until', w.valid_until,
    'services_wanted', f.services_wanted, 'availability', f.availability, 'composition_preference', f.composition_preference,
    'wrapped', k.wrapped,
    'missing', (
        select array_agg(d.kind)
        from needed d
        where not exists (
            select from acceptances c where c.participant_id = w.participant_id and c.document_id = d.id and c.withdrawn_at is null)),
    'enrolments', (
        select json_agg(json_build_object('id', e.id, 'group_id', e.cohort_id, 'state', e.state) order by e.created_at desc, e.id desc)
        from enrolments e where e.participant_id = w.participant_id and e.is_live)) order by w.waiting_since, w.intake_id)
from page w
join participants p on p.id = w.participant_id
join intakes i on i.id = w.intake_id
left join intake_forms f on f.intake_id = w.intake_id
left join sealed_keys k on k.id = split_part(f.composition_preference, '.', 1)::uuid;
