-- SPDX-License-Identifier: MIT
-- The plan of somebody in the room, for the professional there.

-- A6.1, R7: each look is in the person's audit.
create or replace function session_safety_plans_read(in_session_id uuid, in_enrolment_id uuid) returns json
language plpgsql security definer as $$
declare
    enrolment enrolments := session_seat_in_window(in_session_id, in_enrolment_id);
begin
    if enrolment.id is null then
        return null;
    end if;
    perform audit('read', 'safety_plan', enrolment.participant_id, array[enrolment.participant_id]);
    return (
        select json_build_object(
            'session_id', in_session_id,
            'enrolment_id', in_enrolment_id,
            'alias', roster_alias(enrolment),
            'pronouns', unseal('participant.pronouns', p.pronouns),
            'current_place_method', unseal('safety_plan.current_place_method', s.current_place_method),
            'consent_to_checkin', s.consent_to_checkin,
            'confirmed_at', utc(s.confirmed_at),
            'needs_confirmation', needs_confirmation(p.id, s.confirmed_at),
            'emergency_contact', case when e.name is not null then json_build_object(
                'name', unseal('emergency_contact.name', e.name),
                'phone', unseal('emergency_contact.phone', e.phone),
                'relation', unseal('emergency_contact.relation', e.relation),
                'may_know_program', e.may_know_program) end)
        from participants p
        left join safety_plans s on s.participant_id = p.id
        left join emergency_contacts e on e.participant_id = p.id
        where p.id = enrolment.participant_id);
end $$;
