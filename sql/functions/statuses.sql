-- SPDX-License-Identifier: MIT
-- Where a peer stands, in plain words.

-- What the person themself can do now: form, documents, safety plan, the meeting. An empty list = the next step is ours.
create or replace function status_to_do(in_intake intakes) returns json language plpgsql stable as $$
begin
    return (
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
            from document_kinds_missing(in_intake.participant_id, in_intake.track) d
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
        join plain_texts t on t.list = 'to_do' and t.code = todo.code);
end $$;

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
            'coordinator', coordinator_shown(i.coordinator_id, i.participant_id),
            'left_to_do', status_to_do(i),
            'meeting', j.body->'meeting',
            'last_told_at', utc(i.last_told_at),
            'valid_until', utc(i.valid_until)) order by i.created_at desc, i.id), '[]')
        from intakes i join intakes_json j on j.id = i.id left join plain_texts t on t.list = 'state' and t.code = i.state
        where i.participant_id = p.id and (i.is_open or i.valid_until > app_now() or not exists (
            select from intakes n
            where n.participant_id = p.id and n.track = i.track and (n.created_at, n.id) > (i.created_at, i.id)))),
    'help', help_json()) as body
from participants p;
