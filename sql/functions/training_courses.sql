-- SPDX-License-Identifier: MIT
-- What the program teaches: modules, methods, and whose needs are part of it.

create or replace view training_courses_json with (security_invoker = true) as
select c.id, c.version, c.kind, c.is_offered, c.created_at, row_to_json(members) as body
from training_courses c
cross join lateral (select
    c.id,
    c.code,
    c.kind,
    localized(c.title_en, c.title_fr) as title,
    localized(c.description_en, c.description_fr) as description,
    c.modules,
    c.methods,
    c.populations,
    c.valid_months,
    c.is_offered,
    utc(c.created_at) as created_at) members;

create or replace function training_course_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, c.body, case when in_status = 201 then '/v1/training-courses/' || c.id end, c.version)
        from training_courses_json c where c.id = in_id);
end $$;

-- Of what was sent; modules are those of the kind.
create or replace function training_course_require_codes(in_course training_courses, in_body jsonb) returns void language plpgsql as $$
begin
    perform require_no_faults(code_faults(
        'modules', text_array(coalesce(in_body->'modules', '[]')), 'training_' || in_course.kind, coalesce(in_course.modules, '{}')));
    perform require_no_faults(code_faults(
        'methods', text_array(coalesce(in_body->'methods', '[]')), 'training_method', coalesce(in_course.methods, '{}')));
end $$;

create or replace function training_courses_create(in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    training_course training_courses;
begin
    training_course.kind := in_body->>'kind';
    perform training_course_require_codes(training_course, in_body);
    insert into training_courses (
        id, code, kind, title_en, title_fr, description_en, description_fr, modules, methods, populations, valid_months, created_at)
    values (
        new_id, in_body->>'code', in_body->>'kind', in_body#>>'{title,en}', in_body#>>'{title,fr}', in_body#>>'{description,en}',
        in_body#>>'{description,fr}', text_array(in_body->'modules'), text_array(coalesce(in_body->'methods', '[]')),
        text_array(coalesce(in_body->'populations', '[]')), (in_body->>'valid_months')::int, app_now());
    perform audit('create', 'training_course', new_id, in_fields => body_fields(in_body));
    return training_course_respond(201, new_id);
end $$;

-- What was completed before stays what it was.
create or replace function training_courses_update(in_id uuid, in_if_match int[], in_body jsonb) returns response language plpgsql as $$
declare
    training_course training_courses;
begin
    select * into training_course from training_courses c where c.id = in_id for no key update;
    perform require_version(in_if_match, training_course.version);
    perform training_course_require_codes(training_course, in_body);
    update training_courses c set
        title_en = coalesce(in_body#>>'{title,en}', c.title_en),
        title_fr = coalesce(in_body#>>'{title,fr}', c.title_fr),
        description_en = coalesce(in_body#>>'{description,en}', c.description_en),
        description_fr = coalesce(in_body#>>'{description,fr}', c.description_fr),
        modules = case when in_body ? 'modules' then text_array(in_body->'modules') else c.modules end,
        methods = case when in_body ? 'methods' then text_array(in_body->'methods') else c.methods end,
        populations = case when in_body ? 'populations' then text_array(in_body->'populations') else c.populations end,
        valid_months = case when in_body ? 'valid_months' then (in_body->>'valid_months')::int else c.valid_months end,
        is_offered = coalesce((in_body->>'is_offered')::boolean, c.is_offered),
        version = c.version + 1
    where c.id = in_id;
    perform audit('update', 'training_course', in_id, in_fields => body_fields(in_body));
    return training_course_respond(200, in_id);
end $$;
