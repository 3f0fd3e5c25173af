-- GET /v1/waiting-people: $3 language, service_wanted, region, include_placed, coordinator_id, after {at, id}, limit →
-- [WaitingPerson], who has waited longest first. One index scan for each region, language and state there is, so that it is as fast
-- however many wait; of one coordinator's people there are few, and each is looked up.
-- audit: waiting_person
with wanted as (
    select r.region_key, l.language, s.state
    from unnest(case
            when $3->>'region' is not null then array[$3->>'region']
            else actor_region_keys() end)
        r (region_key)
    cross join unnest(case when $3->>'language' is null then array['en', 'fr'] else array[$3->>'language'] end) l (language)
    cross join unnest(case when ($3->>'include_placed')::boolean then array['ready', 'placed'] else array['ready'] end) s (state)),
theirs as (
    select o.intake_id, o.participant_id, o.waiting_since, o.valid_until
    from participants c
    cross join lateral (select * from waiting_people p where p.participant_id = c.id offset 0) o
    where c.coordinator_id = ($3->>'coordinator_id')::uuid and o.service = (select coalesce($3->>'service_wanted', ''))
        and (o.state, o.language, o.region_key) in (select w.state, w.language, w.region_key from wanted w)
        and (o.waiting_since, o.intake_id) > (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
        and o.valid_until > app_now()),
keys as (
    select f.*
    from (select * from wanted where $3->'coordinator_id' is null) w
    cross join lateral (
        select p.intake_id, p.participant_id, p.waiting_since, p.valid_until
        from waiting_people p
        where p.service = (select coalesce($3->>'service_wanted', '')) and p.state = w.state and p.language = w.language
            and p.region_key = w.region_key
            -- Decision 3: an intake serves for 12 months; what is older is not even looked at.
            and (p.waiting_since, p.intake_id) > (
                (select greatest(($3#>>'{after,at}')::timestamptz, app_now() - interval '12 months 2 days')), ($3#>>'{after,id}')::uuid)
            and p.valid_until > (select app_now())
        order by p.waiting_since, p.intake_id
        limit ($3->>'limit')::int + 1) f
    union all
    select t.* from theirs t
    order by waiting_since, intake_id
    limit ($3->>'limit')::int + 1)
select k.waiting_since as at, k.intake_id as id, k.participant_id, json_build_object(
    'participant_id', k.participant_id,
    'intake_id', k.intake_id,
    'alias', p.alias,
    'language', p.preferred_language,
    'region', p.region,
    'timezone', p.timezone,
    'intake_state', i.state,
    'waiting_since', utc(k.waiting_since),
    'waiting_days', floor(extract(epoch from app_now() - k.waiting_since) / 86400)::int,
    'valid_until', utc(k.valid_until),
    'services_wanted', coalesce(f.services_wanted, '{}'),
    'availability', coalesce(f.availability, '[]'),
    'composition_preference', f.composition_preference,
    'missing', m.missing,
    'enrolments', e.live) as body
from keys k
left join waiting_people_missing(array(select listed.participant_id from keys listed)) m on m.participant_id = k.participant_id
cross join lateral (
    select p.alias, p.preferred_language, p.region, p.timezone from participants p where p.id = k.participant_id limit 1) p
cross join lateral (select i.state from intakes i where i.id = k.intake_id limit 1) i
left join lateral (
    select
        f.services_wanted, f.availability,
        sealed_mark('intake.composition_preference', f.composition_preference, (
            select s.wrapped from sealed_keys s where s.id = (select sealed_key_id(f.composition_preference)))) as composition_preference
    from intake_forms f
    where f.intake_id = k.intake_id limit 1) f on true
cross join lateral (
    select coalesce(json_agg(json_build_object(
        'id', e.id, 'group_id', e.cohort_id, 'state', e.state) order by e.created_at desc, e.id desc), '[]') as live
    from enrolments e
    where e.participant_id = k.participant_id
        and e.is_live) e
order by k.waiting_since, k.intake_id;
