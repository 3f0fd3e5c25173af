-- SPDX-License-Identifier: MIT
-- What is offered, as figures.

create or replace view services_json with (security_invoker = true) as
select s.id, s.version, s.state, s.created_at, row_to_json(members) as body
from services s
cross join lateral (select
    s.id,
    s.code,
    localized(s.title_en, s.title_fr) as title,
    localized(s.description_en, s.description_fr) as description,
    case when s.season_en is not null then localized(s.season_en, s.season_fr) end as season,
    s.state,
    s.planned_on,
    s.capacity,
    s.session_capacity,
    s.places_given_hours,
    s.places_offered_hours,
    s.places_late_minutes,
    s.max_sessions,
    s.parts,
    s.joining,
    s.topics,
    s.registration_deadline_days,
    s.offer_hours) members;

create or replace function service_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, s.body, case when in_status = 201 then '/v1/services/' || s.id end, s.version)
        from services_json s where s.id = in_id);
end $$;

create or replace function services_create(in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
begin
    insert into services (
        id, code, title_en, title_fr, description_en, description_fr, season_en, season_fr, planned_on, capacity,
        session_capacity, places_given_hours, places_offered_hours, places_late_minutes, max_sessions, parts, joining, topics,
        registration_deadline_days, offer_hours, created_at)
    values (
        new_id, in_body->>'code', in_body#>>'{title,en}', in_body#>>'{title,fr}', in_body#>>'{description,en}',
        in_body#>>'{description,fr}', in_body#>>'{season,en}', in_body#>>'{season,fr}', (in_body->>'planned_on')::date,
        (in_body->>'capacity')::int, (in_body->>'session_capacity')::int, coalesce((in_body->>'places_given_hours')::int, 24),
        coalesce((in_body->>'places_offered_hours')::int, 2), coalesce((in_body->>'places_late_minutes')::int, 10),
        (in_body->>'max_sessions')::int, in_body->'parts', in_body->>'joining', in_body->>'topics',
        (in_body->>'registration_deadline_days')::int, coalesce((in_body->>'offer_hours')::int, 72), app_now());
    perform audit('create', 'service', new_id, in_fields => body_fields(in_body));
    return service_respond(201, new_id);
end $$;

-- S0.5: planned, then available, paused and available again as often as needed; ended for good, and only after a pause.
create or replace function service_require_step(in_from text, in_to text) returns void language plpgsql as $$
begin
    if in_to <> in_from and (in_from, in_to) not in (
        ('planned', 'available'), ('available', 'paused'), ('paused', 'available'), ('paused', 'ended')) then
        perform problem_state(in_from);
    end if;
end $$;

create or replace function services_update(in_id uuid, in_if_match int[], in_body jsonb) returns response language plpgsql as $$
declare
    service services;
begin
    select * into service from services s where s.id = in_id for no key update;
    perform require_version(in_if_match, service.version);
    perform service_require_step(service.state, coalesce(in_body->>'state', service.state));
    if jsonb_typeof(in_body->'season') = 'null' then
        service.season_en := null;
        service.season_fr := null;
    end if;
    -- The figures and codes are plain members; texts change language by language.
    service := jsonb_populate_record(service, in_body - array['id', 'code', 'title', 'description', 'season']);
    update services s set
        title_en = coalesce(in_body#>>'{title,en}', s.title_en),
        title_fr = coalesce(in_body#>>'{title,fr}', s.title_fr),
        description_en = coalesce(in_body#>>'{description,en}', s.description_en),
        description_fr = coalesce(in_body#>>'{description,fr}', s.description_fr),
        season_en = coalesce(in_body#>>'{season,en}', service.season_en),
        season_fr = coalesce(in_body#>>'{season,fr}', service.season_fr),
        state = service.state,
        planned_on = service.planned_on,
        capacity = service.capacity,
        session_capacity = service.session_capacity,
        places_given_hours = service.places_given_hours,
        places_offered_hours = service.places_offered_hours,
        places_late_minutes = service.places_late_minutes,
        max_sessions = service.max_sessions,
        parts = service.parts,
        joining = service.joining,
        topics = service.topics,
        registration_deadline_days = service.registration_deadline_days,
        offer_hours = service.offer_hours,
        version = s.version + 1
    where s.id = in_id;
    perform audit('update', 'service', in_id, in_fields => body_fields(in_body));
    return service_respond(200, in_id);
end $$;
