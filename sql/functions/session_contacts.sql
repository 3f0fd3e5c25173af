-- SPDX-License-Identifier: MIT
-- Behind glass: how to reach somebody who is in danger.

-- A6.8, R14: behind glass. Who must reach somebody in that window says why; it is in the person's audit and on the list that is reviewed.
create or replace function session_contact_open(in_session_id uuid, in_enrolment_id uuid, in_reason text) returns json
language plpgsql security definer as $$
declare
    enrolment enrolments := session_seat_in_window(in_session_id, in_enrolment_id);
begin
    if enrolment.id is null then
        perform problem('not-found');
    end if;
    insert into contact_openings (session_id, enrolment_id, account_id, reason, at)
    values (in_session_id, in_enrolment_id, actor_account_id(), in_reason, app_now());
    perform audit('break_glass', 'contact', enrolment.participant_id, array[enrolment.participant_id], array['reason']);
    return (
        select json_build_object(
            'session_id', in_session_id,
            'enrolment_id', in_enrolment_id,
            'name_to_use', unseal('contact.name_to_use', c.name_to_use),
            'phone', unseal('contact.handle', c.phone),
            'email', unseal('contact.handle', c.email),
            'ok_to_leave_message', c.ok_to_leave_message,
            'safe_hours', unseal('contact.safe_hours', c.safe_hours))
        from contacts c where c.participant_id = enrolment.participant_id);
end $$;

create or replace function session_contacts_open(in_session_id uuid, in_enrolment_id uuid, in_body jsonb) returns response
language plpgsql as $$
begin
    return respond(200, session_contact_open(in_session_id, in_enrolment_id, in_body->>'reason'));
end $$;
