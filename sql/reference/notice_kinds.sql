-- SPDX-License-Identifier: MIT
insert into notice_kinds (kind, urgency, object_type, roles, clock, is_kept_from_hosts) values
    -- A6.6: severity 3 and 4, and what follows from them.
    ('severe_incident', 'now', 'incident', '{mental_health_professional,coordinator,administrator}', null, false),
    ('check_in', 'now', 'incident', '{mental_health_professional,coordinator,administrator}', null, false),
    ('urgent_referral', 'now', 'referral', '{coordinator,administrator}', '1 hour', false),
    -- Decision 16: somebody stepped back; somebody waits to be talked with; two who can hardly be others are in one group.
    ('declared_now', 'now', 'conflict_declaration', '{coordinator,administrator}', null, false),
    ('declaration_due', 'today', 'conflict_declaration', '{coordinator,administrator}', null, false),
    ('conflict_in_group', 'now', 'conflict_match', '{coordinator,administrator}', '1 hour', false),
    -- Somebody of the staff is not to see a file, and nobody has talked about it; or who works for it is to be found first (R6).
    ('exclusion_asked', 'today', 'exclusion_request', '{coordinator,administrator}', null, false),
    ('exclusion_for_lead', 'today', 'exclusion_request', '{administrator}', null, false),
    ('answer_due', 'today', 'enrolment', '{coordinator,administrator}', null, false),
    -- S1.33: somebody asked for a track; and, before they are answered, waits to be talked with.
    ('registration_asked', 'today', 'group', '{coordinator,administrator}', null, false),
    ('conversation_due', 'today', 'enrolment', '{coordinator,administrator}', null, true),
    ('host_missing', 'now', 'session', '{mental_health_professional,coordinator,administrator}', '20 minutes', false),
    ('incident', 'today', 'incident', '{mental_health_professional,coordinator,administrator}', null, false),
    ('reply_due', 'today', 'referral', '{coordinator,administrator}', null, false),
    ('follow_up_due', 'today', 'incident', '{mental_health_professional,coordinator,administrator}', null, false),
    ('low_wellbeing', 'today', 'debrief', '{coordinator,administrator}', null, true),
    ('update_due', 'later', 'intake', '{coordinator,administrator}', null, false),
    ('supervision_asked', 'today', 'debrief', '{mental_health_professional}', null, true),
    ('mail_held', 'today', 'held_message', '{coordinator,administrator}', null, false),
    ('work_handed_over', 'today', 'hand_over', '{coordinator}', null, false),
    ('hosting_assigned', 'later', 'group', '{peer_supporter,mental_health_professional,coordinator}', null, false),
    ('hosting_released', 'today', 'group', '{peer_supporter,mental_health_professional,coordinator}', null, false),
    -- ANCHORS 1.2.6: a guest does not come, or cannot be written to.
    ('hosting_declined', 'today', 'group', '{coordinator,administrator}', null, false),
    ('guest_unreachable', 'today', 'guest', '{coordinator,administrator}', null, false),
    ('session_moved', 'today', 'session', '{peer_supporter,mental_health_professional,coordinator}', null, false),
    ('session_cancelled', 'today', 'session', '{peer_supporter,mental_health_professional,coordinator}', null, false),
    ('group_cancelled', 'today', 'group', '{peer_supporter,mental_health_professional,coordinator}', null, false),
    ('swap_asked', 'today', 'duty_swap', '{mental_health_professional,coordinator}', null, false),
    ('swap_decided', 'today', 'duty_swap', '{mental_health_professional,coordinator}', null, false),
    ('absence_recorded', 'today', 'absence', '{coordinator,administrator}', null, false),
    ('staff_unreachable', 'today', 'staff', '{administrator}', null, false),
    ('own_case_said', 'today', 'own_case', '{administrator}', null, false),
    ('link_to_replace', 'today', 'session', '{peer_supporter,mental_health_professional,coordinator}', null, false)
on conflict (kind) do update set
    urgency = excluded.urgency, object_type = excluded.object_type, roles = excluded.roles, clock = excluded.clock,
    is_kept_from_hosts = excluded.is_kept_from_hosts;

insert into notice_rungs (kind, place, rung, share) values
    ('severe_incident', 1, 'duty', 0), ('severe_incident', 2, 'back_up', 0.15), ('severe_incident', 3, 'lead', 0.3),
    ('severe_incident', 4, 'kept', 0.5),
    ('check_in', 1, 'duty', 0), ('check_in', 2, 'back_up', 0.15), ('check_in', 3, 'lead', 0.3), ('check_in', 4, 'kept', 0.5),
    ('urgent_referral', 1, 'duty', 0), ('urgent_referral', 2, 'back_up', 0.25), ('urgent_referral', 3, 'lead', 0.5),
    ('declared_now', 1, 'duty', 0), ('declared_now', 2, 'back_up', 0.25), ('declared_now', 3, 'lead', 0.5), ('declared_now', 4, 'kept', 0.75),
    ('declaration_due', 1, 'coordinator', 0), ('declaration_due', 2, 'duty', 0.5), ('declaration_due', 3, 'lead', 0.75),
    ('conflict_in_group', 1, 'duty', 0), ('conflict_in_group', 2, 'back_up', 0.25), ('conflict_in_group', 3, 'lead', 0.5),
    ('exclusion_asked', 1, 'coordinator', 0), ('exclusion_asked', 2, 'duty', 0.5), ('exclusion_asked', 3, 'lead', 0.75),
    ('exclusion_for_lead', 1, 'lead', 0), ('exclusion_for_lead', 2, 'kept', 0.5),
    ('conversation_due', 1, 'coordinator', 0), ('conversation_due', 2, 'duty', 0.5), ('conversation_due', 3, 'lead', 0.75),
    ('answer_due', 1, 'coordinator', 0), ('answer_due', 2, 'duty', 0.25), ('answer_due', 3, 'lead', 0.5),
    ('host_missing', 1, 'coordinator', 0), ('host_missing', 2, 'duty', 0.15), ('host_missing', 3, 'back_up', 0.3),
    ('host_missing', 4, 'lead', 0.5),
    ('incident', 1, 'coordinator', 0), ('incident', 2, 'duty', 0.5), ('incident', 3, 'lead', 0.75),
    ('reply_due', 1, 'coordinator', 0), ('reply_due', 2, 'duty', 0.25), ('reply_due', 3, 'lead', 0.5),
    ('follow_up_due', 1, 'coordinator', 0), ('follow_up_due', 2, 'duty', 0.25), ('follow_up_due', 3, 'lead', 0.5),
    ('low_wellbeing', 1, 'coordinator', 0), ('low_wellbeing', 2, 'lead', 0.5),
    ('update_due', 1, 'coordinator', 0), ('update_due', 2, 'lead', 0.75)
on conflict (kind, place) do update set rung = excluded.rung, share = excluded.share;
