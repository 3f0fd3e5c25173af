-- SPDX-License-Identifier: MIT
-- What staff are told of, how pressing that is, and who may act on it.
create table notice_kinds (
    kind text primary key,
    -- now: mailed whatever somebody prefers.
    urgency text not null constraint notice_kinds__urgency__known check (urgency in ('now', 'today', 'later')),
    object_type text not null constraint notice_kinds__object_type__known check (object_type in (
        'incident', 'referral', 'intake', 'debrief', 'session', 'group', 'held_message', 'hand_over', 'duty_swap',
        'absence', 'staff', 'own_case', 'conflict_declaration', 'conflict_match', 'enrolment',
        'exclusion_request', 'guest')),
    roles text[] not null,
    -- Of an alarm whose object has no clock of its own.
    clock interval,
    -- R13: what a host writes of an evening is not for those who led with them.
    is_kept_from_hosts boolean not null default false
);

-- The ladder of an alarm: whom it calls, and after which part of its clock. 'kept': who must not see the person, told by alias.
create table notice_rungs (
    kind text not null references notice_kinds (kind),
    place int not null,
    rung text not null constraint notice_rungs__rung__known check (rung in ('coordinator', 'duty', 'back_up', 'lead', 'kept')),
    share numeric not null constraint notice_rungs__share__range check (share >= 0 and share < 1),
    primary key (kind, place)
);
