-- SPDX-License-Identifier: MIT
-- S0.31: what was completed and until when it counts.

create or replace view trainings_json with (security_invoker = true) as
select t.id, t.account_id, t.completed_on, row_to_json(members) as body
from trainings t
left join code_lists l on l.list = 'training_' || t.kind and l.code = t.module
left join training_courses c on c.id = t.course_id
left join training_offerings o on o.id = t.offering_id
cross join lateral (select
    t.id,
    t.account_id,
    t.kind,
    t.module,
    localized(coalesce(l.label_en, c.title_en), coalesce(l.label_fr, c.title_fr)) as label,
    t.course_id,
    t.offering_id,
    coalesce(t.modules, array[t.module]) as modules,
    coalesce(o.delivered_by, '{}') as delivered_by,
    coalesce(o.experts, '{}') as experts,
    t.vouched_by,
    t.completed_on,
    t.expires_on,
    utc(t.created_at) as created_at) members;

-- A completion says an offering, a course that was taken elsewhere, or one module.
create or replace function training_faults(in_body jsonb, in_offering training_offerings, in_course training_courses, in_on date)
returns jsonb language plpgsql as $$
declare
    is_course boolean := in_body ?| array['offering_id', 'course_id'];
begin
    return (
        select jsonb_agg(jsonb_build_object('pointer', '#/' || f.name, 'code', f.code))
        from (values
            ('offering_id', 'does-not-exist', in_body ? 'offering_id' and in_offering.id is null),
            ('course_id', 'invalid', in_body ?& array['offering_id', 'course_id']),
            ('course_id', 'does-not-exist', in_body ? 'course_id' and in_course.id is null),
            ('vouched_by', 'required', in_body ? 'course_id' and in_body->>'vouched_by' is null),
            ('kind', 'required', not is_course and not in_body ? 'kind'),
            ('module', 'required', not is_course and not in_body ? 'module'),
            ('kind', 'invalid', is_course and in_body ? 'kind'),
            ('module', 'invalid', is_course and in_body ? 'module'),
            ('module', 'not-allowed', in_body ?& array['kind', 'module'] and not exists (
                select from code_lists l where l.list = 'training_' || (in_body->>'kind') and l.code = in_body->>'module'
                    and not l.is_retired)),
            ('completed_on', 'required', in_on is null and not in_body ? 'offering_id'),
            ('completed_on', 'invalid', in_on < in_offering.starts_on),
            ('completed_on', 'in-the-future', in_on > office_date())
        ) f (name, code, is_wrong)
        where f.is_wrong);
end $$;

-- Writes: trainings, qualifications.
create or replace function trainings_create(in_account_id uuid, in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    training_offering training_offerings;
    training_course training_courses;
    completed_on date;
begin
    perform from accounts a where a.id = in_account_id and a.role <> 'peer';
    if not found then
        perform problem('not-found');
    end if;
    select * into training_offering from training_offerings o where o.id = (in_body->>'offering_id')::uuid;
    select * into training_course from training_courses c
    where c.id = coalesce(training_offering.course_id, (in_body->>'course_id')::uuid);
    completed_on := coalesce((in_body->>'completed_on')::date, training_offering.ends_on);
    perform require_no_faults(training_faults(in_body, training_offering, training_course, completed_on));
    insert into trainings (
        id, account_id, kind, module, offering_id, course_id, modules, vouched_by, completed_on, expires_on, recorded_by, created_at)
    values (
        new_id, in_account_id, coalesce(training_course.kind, in_body->>'kind'), in_body->>'module', training_offering.id,
        training_course.id, training_course.modules, in_body->>'vouched_by', completed_on,
        case when in_body ? 'expires_on' then (in_body->>'expires_on')::date
            else (completed_on + make_interval(months => training_course.valid_months))::date end,
        actor_account_id(), app_now());
    perform qualification_touch(in_account_id);
    perform audit('create', 'training', new_id, in_fields => body_fields(in_body));
    return (select respond(201, t.body, '/v1/trainings/' || t.id, 1) from trainings_json t where t.id = new_id);
end $$;

-- Writes: trainings, qualifications.
create or replace function trainings_delete(in_id uuid) returns response language plpgsql as $$
declare
    account uuid;
begin
    delete from trainings t where t.id = in_id returning t.account_id into account;
    if not found then
        perform problem('not-found');
    end if;
    perform qualification_touch(account);
    perform audit('delete', 'training', in_id);
    return respond(204, null);
end $$;
