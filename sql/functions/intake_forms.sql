-- SPDX-License-Identifier: MIT
-- The form, part by part, and what is still wrong with it.

-- What still stands between a form and its submission, each with the place where it is given. S2.6, S2.7: a device, and on the
-- group track the willingness to meet, are conditions; everything else only wants an answer.
create or replace function intake_form_faults(in_form intake_forms, in_track text) returns table (pointer text, code text)
stable language sql
begin atomic
    select '#/form/' || f.name, case when f.is_missing then 'required' else 'needed-for-service' end
    from (values
        ('device_ok', in_form.device_ok is null, in_form.device_ok is false),
        ('meeting_willing', in_track = 'group' and in_form.meeting_willing is null,
            in_track = 'group' and in_form.meeting_willing is false),
        ('services_wanted', coalesce(cardinality(in_form.services_wanted), 0) = 0, false),
        ('availability', coalesce(jsonb_array_length(in_form.availability), 0) = 0, false),
        ('must_not_meet_exists', in_form.must_not_meet_exists is null, false)) f (name, is_missing, is_refused)
    where f.is_missing or f.is_refused
    union all
    select c.pointer, 'required'
    from contacts t cross join lateral (values
        ('#/contact/name_to_use', t.name_to_use is null),
        ('#/contact/email', t.email is null and t.phone is null),
        ('#/contact/ok_to_email', t.rules_answered_at is null)) c (pointer, is_missing)
    where t.participant_id = in_form.participant_id and c.is_missing
    union all
    select '#/emergency_contact', 'required'
    from emergency_contacts e
    where e.participant_id = in_form.participant_id and e.name is null and not e.declined
    union all
    select '#/acceptances/' || d.kind, 'required'
    from document_kinds_missing(in_form.participant_id, in_track, 'form') d;
end;

create or replace view intake_forms_json with (security_invoker = true) as
select f.intake_id, f.participant_id, f.version, row_to_json(members) as body
from intake_forms f
cross join lateral (select
    f.intake_id,
    f.participant_id,
    f.device_ok,
    f.meeting_willing,
    f.services_wanted,
    f.availability,
    sealed_mark('intake.composition_preference', f.composition_preference, (
        select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(f.composition_preference)))) as composition_preference,
    sealed_mark('intake.accommodation_needs', f.accommodation_needs, (
        select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(f.accommodation_needs)))) as accommodation_needs,
    f.must_not_meet_exists,
    f.filled_by,
    utc(f.submitted_at) as submitted_at,
    f.submitted_by) members;

-- Locked after its intake.
create or replace function intake_form_lock(in_intake_id uuid, in_if_match int[]) returns intake_forms language plpgsql as $$
declare
    form intake_forms;
begin
    select * into form from intake_forms f where f.intake_id = in_intake_id for no key update;
    perform require_version(in_if_match, form.version);
    return form;
end $$;

create or replace function intake_form_respond(in_status int, in_intake_id uuid) returns response language plpgsql as $$
begin
    return (select respond(in_status, f.body, null, f.version) from intake_forms_json f where f.intake_id = in_intake_id);
end $$;

-- S1.29: a part at a time, alone or with help. R12: wishes stay open to change afterwards; what submission needs stays answered.
-- Writes: intake_forms, waiting_people. Locks: the person, the intake, the form.
create or replace function intake_forms_update(in_intake_id uuid, in_if_match int[], in_body jsonb, in_key jsonb) returns response
language plpgsql as $$
declare
    intake intakes := intake_lock(in_intake_id);
    form intake_forms := intake_form_lock(in_intake_id, in_if_match);
begin
    if not intake.is_open then
        perform problem_state(intake.state);
    end if;
    if in_body ? 'services_wanted' then
        form.services_wanted := case
            when jsonb_typeof(in_body->'services_wanted') = 'array' then text_array(in_body->'services_wanted') end;
        perform require_no_faults(code_faults('services_wanted', form.services_wanted, 'service_wanted'));
    end if;
    update intake_forms f set
        device_ok = case when in_body ? 'device_ok' then (in_body->>'device_ok')::boolean else f.device_ok end,
        meeting_willing = case when in_body ? 'meeting_willing' then (in_body->>'meeting_willing')::boolean else f.meeting_willing end,
        services_wanted = form.services_wanted,
        availability = case when in_body ? 'availability' then nullif(in_body->'availability', 'null') else f.availability end,
        composition_preference = case
            when in_body ? 'composition_preference' then in_body->>'composition_preference' else f.composition_preference end,
        accommodation_needs = case
            when in_body ? 'accommodation_needs' then in_body->>'accommodation_needs' else f.accommodation_needs end,
        must_not_meet_exists = case
            when in_body ? 'must_not_meet_exists' then (in_body->>'must_not_meet_exists')::boolean else f.must_not_meet_exists end,
        filled_by = case when f.filled_by is null or f.filled_by = actor_role() then actor_role() else 'both' end,
        version = f.version + 1
    where f.intake_id = in_intake_id
    returning * into form;
    if in_body ? 'services_wanted' then
        perform waiting_person_refresh(intake.participant_id);
    end if;
    if form.submitted_at is not null then
        perform require_no_faults((
            select jsonb_agg(jsonb_build_object('pointer', replace(m.pointer, '#/form/', '#/'), 'code', m.code))
            from intake_form_faults(form, intake.track) m where m.pointer like '#/form/%'));
    end if;
    if in_body ?| array['composition_preference', 'accommodation_needs'] then
        perform participant_keep_key(in_key, intake.participant_id);
    end if;
    perform audit('update', 'intake_form', in_intake_id, array[intake.participant_id], body_fields(in_body));
    return intake_form_respond(200, in_intake_id);
end $$;

-- The whole is checked now, and everything that is missing is named at once. The receipt goes out (S1.30).
-- Writes: intake_forms, intakes, outbox. Locks: the person, the intake, the form.
create or replace function intake_forms_submit(in_intake_id uuid, in_if_match int[]) returns response language plpgsql as $$
declare
    intake intakes := intake_lock(in_intake_id);
    form intake_forms := intake_form_lock(in_intake_id, in_if_match);
begin
    perform intake_require_step(intake, case intake.track when 'group' then 'form_returned' else 'forms_returned' end);
    if form.submitted_at is not null then
        perform problem_state(intake.state);
    end if;
    perform require_no_faults((
        select jsonb_agg(jsonb_build_object('pointer', m.pointer, 'code', m.code)) from intake_form_faults(form, intake.track) m));
    update intake_forms f set
        submitted_at = app_now(),
        submitted_by = actor_role(),
        filled_by = coalesce(f.filled_by, actor_role()),
        version = f.version + 1
    where f.intake_id = in_intake_id;
    perform audit('submit', 'intake_form', in_intake_id, array[intake.participant_id]);
    if intake.track = 'group' then
        perform intake_returned(intake.id, 'form_returned');
    else
        perform intake_advance(intake.participant_id);
    end if;
    return intake_form_respond(200, in_intake_id);
end $$;
