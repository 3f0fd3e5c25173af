-- SPDX-License-Identifier: MIT
-- When a course is given, in which language, and by whom.

create or replace view training_offerings_json with (security_invoker = true) as
select o.id, o.version, o.course_id, o.starts_on, row_to_json(members) as body
from training_offerings o
join training_courses c on c.id = o.course_id
cross join lateral (select
    o.id,
    o.course_id,
    localized(c.title_en, c.title_fr) as title,
    o.starts_on,
    o.ends_on,
    o.timezone,
    o.language,
    o.delivered_by,
    o.experts,
    utc(o.created_at) as created_at) members;

create or replace function training_offering_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, o.body, case when in_status = 201 then '/v1/training-offerings/' || o.id end, o.version)
        from training_offerings_json o where o.id = in_id);
end $$;

-- S0.30: who delivers is a professional or a coordinator.
create or replace function training_offering_require_fitting(in_body jsonb) returns void language plpgsql as $$
begin
    perform require_timezone('timezone', in_body->>'timezone');
    perform require_no_faults((
        select jsonb_agg(jsonb_build_object('pointer', '#/delivered_by/' || d.place - 1, 'code', case
            when a.id is null then 'does-not-exist' else 'wrong-role' end) order by d.place)
        from jsonb_array_elements_text(coalesce(in_body->'delivered_by', '[]')) with ordinality d (account_id, place)
        left join accounts a on a.id = d.account_id::uuid and a.role <> 'peer'
        where a.role is null or a.role not in ('mental_health_professional', 'coordinator')));
end $$;

create or replace function training_offerings_create(in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    training_course training_courses;
begin
    select * into training_course from training_courses c where c.id = (in_body->>'course_id')::uuid;
    if not found then
        perform problem_field('course_id', 'does-not-exist');
    elsif not training_course.is_offered then
        perform problem_field('course_id', 'not-current');
    end if;
    perform training_offering_require_fitting(in_body);
    insert into training_offerings (id, course_id, starts_on, ends_on, timezone, language, delivered_by, experts, created_at)
    values (
        new_id, training_course.id, (in_body->>'starts_on')::date, (in_body->>'ends_on')::date,
        coalesce(in_body->>'timezone', office_zone()), in_body->>'language',
        text_array(coalesce(in_body->'delivered_by', '[]'))::uuid[], text_array(coalesce(in_body->'experts', '[]')), app_now());
    perform audit('create', 'training_offering', new_id, in_fields => body_fields(in_body));
    return training_offering_respond(201, new_id);
end $$;

create or replace function training_offerings_update(in_id uuid, in_if_match int[], in_body jsonb) returns response language plpgsql as $$
declare
    training_offering training_offerings;
begin
    select * into training_offering from training_offerings o where o.id = in_id for no key update;
    perform require_version(in_if_match, training_offering.version);
    perform training_offering_require_fitting(in_body);
    update training_offerings o set
        starts_on = coalesce((in_body->>'starts_on')::date, o.starts_on),
        ends_on = coalesce((in_body->>'ends_on')::date, o.ends_on),
        timezone = coalesce(in_body->>'timezone', o.timezone),
        language = coalesce(in_body->>'language', o.language),
        delivered_by = case when in_body ? 'delivered_by' then text_array(in_body->'delivered_by')::uuid[] else o.delivered_by end,
        experts = case when in_body ? 'experts' then text_array(in_body->'experts') else o.experts end,
        version = o.version + 1
    where o.id = in_id;
    perform audit('update', 'training_offering', in_id, in_fields => body_fields(in_body));
    return training_offering_respond(200, in_id);
end $$;
