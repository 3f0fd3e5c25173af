-- SPDX-License-Identifier: MIT
-- What the person is told and what they have accepted: updates, acceptances, where they stand and what is left to do.

-- S1.35, I12. Mail tells the person when it has gone out; a voice tells at once, and nothing queued repeats it.
create or replace function updates_create(in_intake_id uuid, in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    intake intakes := intake_lock(in_intake_id);
    new_id uuid := gen_random_uuid();
    is_mail boolean := in_body->>'method' = 'email';
    mail uuid;
begin
    if not intake.is_open then
        perform problem_state(intake.state);
    end if;
    if is_mail then
        mail := outbox_put('status_update', intake.participant_id, in_intake_id => in_intake_id);
    else
        perform outbox_told(in_intake_id);
        perform intake_told(in_intake_id, app_now());
    end if;
    insert into status_updates (id, intake_id, participant_id, method, outbox_id, recorded_by, recorded_at, told_at)
    values (
        new_id, in_intake_id, intake.participant_id, in_body->>'method', mail, actor_account_id(), app_now(),
        case when not is_mail then app_now() end);
    perform audit('tell', 'intake', in_intake_id, array[intake.participant_id], body_fields(in_body));
    return (
        select respond(201, u.body, '/v1/intakes/' || u.intake_id || '/updates', 1) from status_updates_json u where u.id = new_id);
end
$$;

-- Only the peer, only the version in force, in the language it was read in.
create or replace function acceptances_create(in_participant_id uuid, in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    new_id uuid := gen_random_uuid();
    document uuid := (in_body->>'document_id')::uuid;
begin
    perform participant_lock(in_participant_id);
    if not exists (select from documents d where d.id = document) then
        perform problem_field('document_id', 'does-not-exist');
    elsif not exists (select from current_documents d where d.id = document) then
        perform problem_field('document_id', 'not-current');
    end if;
    insert into acceptances (id, participant_id, document_id, language_read, accepted_at)
    values (new_id, in_participant_id, document, in_body->>'language_read', app_now());
    perform audit('accept', 'document', document, array[in_participant_id], body_fields(in_body));
    perform intakes_advance(in_participant_id);
    return (select respond(201, a.body, '/v1/acceptances/' || a.id, a.version) from acceptances_json a where a.id = new_id);
end
$$;
create or replace function acceptances_withdraw(in_id uuid) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    acceptance acceptances;
begin
    select * into acceptance from acceptances a where a.id = in_id for update;
    if not found then
        perform problem('not-found');
    end if;
    if acceptance.withdrawn_at is null then
        update acceptances a set withdrawn_at = app_now() where a.id = in_id;
        perform audit('withdraw', 'acceptance', in_id, array[acceptance.participant_id]);
    end if;
    return (select respond(200, a.body, null, a.version) from acceptances_json a where a.id = in_id);
end
$$;

-- What the person themself can do now: form, documents, safety plan, the meeting. An empty list = the next step is ours.
create or replace function intake_to_do(in_intake intakes) returns json stable language sql
begin atomic
    select coalesce(json_agg(json_build_object(
        'code', todo.code,
        'text', localized(t.text_en, t.text_fr),
        'document_id', todo.document_id) order by t.position), '[]')
    from (
        select 'fill_form' as code, null::uuid as document_id
        from intake_forms f
        where f.intake_id = in_intake.id and f.submitted_at is null and in_intake.state in ('form_sent', 'forms_sent')
        union all
        select 'accept_' || d.kind, d.document_id
        from documents_missing(in_intake.participant_id, in_intake.track) d
        where in_intake.is_open and in_intake.state <> 'received' and d.document_id is not null
        union all
        select 'confirm_safety_plan', null
        from safety_plans s
        where s.participant_id = in_intake.participant_id and in_intake.is_open and in_intake.state <> 'received'
            and needs_confirmation(s.participant_id, s.confirmed_at)
        union all
        select 'confirm_emergency_contact', null
        from emergency_contacts e
        where e.participant_id = in_intake.participant_id and in_intake.is_open and in_intake.state <> 'received'
            and needs_confirmation(e.participant_id, e.confirmed_at)
        union all
        select 'come_to_meeting', null where in_intake.state = 'meeting_scheduled') todo
    join plain_texts t on t.list = 'to_do' and t.code = todo.code;
end;

-- S1.35, S2.49: the state in plain words, what is left, when the person was last told. What is over is shown while it still serves,
-- and until another one on the same track follows: who reads that there is news finds it.
create or replace view statuses_json with (security_invoker = true) as
select p.id as participant_id, json_build_object(
    'participant_id', p.id,
    'intakes', (
        select coalesce(json_agg(json_build_object(
            'intake_id', i.id,
            'track', i.track,
            'state', i.state,
            'text', localized(t.text_en, t.text_fr),
            'left_to_do', intake_to_do(i),
            'meeting', j.body->'meeting',
            'last_told_at', utc(i.last_told_at),
            'valid_until', utc(i.valid_until)) order by i.created_at desc, i.id), '[]')
        from intakes i join intakes_json j on j.id = i.id left join plain_texts t on t.list = 'state' and t.code = i.state
        where i.participant_id = p.id and (i.is_open or i.valid_until > app_now() or not exists (
            select from intakes n
            where n.participant_id = p.id and n.track = i.track and (n.created_at, n.id) > (i.created_at, i.id)))),
    'help', help_json()) as body
from participants p;
