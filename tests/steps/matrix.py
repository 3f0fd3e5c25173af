# SPDX-License-Identifier: MIT
"""Objects that an account must not see, and objects that it may, for the role matrix and the checks of every operation.

HIDDEN: path parameters -> (roles that are kept from some, maker of [(role, account, {parameter: id})]).
VISIBLE: path parameters -> maker of {role: {parameter: id}}. A maker gets the superuser's connection; account None is the
role's own demo account. steps.matrix_world says who they are, and makes what is around groups."""

from steps.matrix_world import (
    ADMINISTRATOR,
    COORDINATOR,
    HOSTS,
    MAPLE,
    OTHER_LINE,
    OTHER_PROFESSIONAL,
    PEER,
    PEER_2,
    QUEBEC_COORDINATOR,
    ROLES,
    SUPPORTER,
    activity,
    named,
    of_coordinators,
    of_participants,
    of_world,
    one,
    world,
)

# ---- on the way to a group ----


def acceptance(db, participant):
    return one(
        db,
        "insert into acceptances (participant_id, document_id, language_read, accepted_at, withdrawn_at)"
        " select %s, id, 'en', now(), now() from documents order by id limit 1 returning id",
        participant,
    )


def exclusion(db, participant):
    return one(
        db,
        "insert into exclusions (participant_id, account_id, reason, created_by, created_at)"
        " values (%s, %s, 'own_case', %s, now())"
        " on conflict (account_id, participant_id) do update set reason = excluded.reason returning id",
        participant,
        SUPPORTER,
        COORDINATOR,
    )


def said(db, participant, account):
    return one(
        db,
        "insert into exclusions (participant_id, account_id, reason, created_by, created_at)"
        " values (%s, %s, 'own_case_said', %s, now())"
        " on conflict (account_id, participant_id) do update set reason = excluded.reason returning id",
        participant,
        account,
        COORDINATOR,
    )


def own_cases(db):
    """What is said of the lead themself is for another."""
    return named("own_case_id", [("administrator", None, said(db, PEER_2, ADMINISTRATOR))])


def intake(db, participant):
    return one(db, "select id from intakes where participant_id = %s order by created_at limit 1", participant)


def referrals(_db):
    """The line sees its own referrals only; coordinators share one queue."""
    recorded_by_a_coordinator, of_the_first_line = (f"00000000-0000-4000-8000-000000000{n}" for n in (203, 201))
    return named("referral_id", [("line", None, recorded_by_a_coordinator), ("line", OTHER_LINE, of_the_first_line)])


def absence(db):
    return one(
        db,
        "insert into absences (account_id, starts_on, ends_on, timezone, recorded_by, created_at)"
        " values (%s, '2020-01-01', '2020-01-02', 'America/Toronto', %s, now()) returning id",
        COORDINATOR,
        COORDINATOR,
    )


def not_coordinators(_db):
    """Work is handed over between coordinators; nobody else's account is there."""
    return named("account_id", [(role, None, account) for role in ("coordinator", "administrator") for account in (SUPPORTER, PEER)])


NOBODY = ((), lambda _db: [])
HIDDEN = {
    ("participant_id",): (
        ("peer", "coordinator"),
        lambda db: named("participant_id", of_participants(db, lambda person: person)),
    ),
    ("intake_id",): (("peer", "coordinator"), lambda db: named("intake_id", of_participants(db, lambda p: intake(db, p)))),
    ("acceptance_id",): (("peer", "coordinator"), lambda db: named("acceptance_id", of_participants(db, lambda p: acceptance(db, p)))),
    ("exclusion_id",): (("coordinator",), lambda db: named("exclusion_id", of_coordinators(db, lambda p: exclusion(db, p)))),
    ("own_case_id",): (("administrator",), own_cases),
    ("referral_id",): (("line",), referrals),
    ("account_id",): (("coordinator", "administrator"), not_coordinators),
    ("group_id",): (("peer", *HOSTS, "coordinator"), of_world("hidden_groups")),
    ("session_id",): (("peer", *HOSTS, "coordinator"), of_world("hidden_sessions")),
    ("assignment_id",): ((*HOSTS, "coordinator"), of_world("hidden_assignments")),
    ("enrolment_id",): (("peer", "coordinator"), of_world("hidden_enrolments")),
    ("session_id", "enrolment_id"): ((*HOSTS, "coordinator"), of_world("hidden_seats")),
    ("incident_id",): ((*HOSTS, "coordinator"), of_world("hidden_incidents")),
    ("debrief_id",): ((*HOSTS, "coordinator"), of_world("hidden_debriefs")),
    ("declaration_id",): (("peer", *HOSTS, "coordinator"), of_world("hidden_declarations")),
    ("match_id",): (("coordinator",), of_world("hidden_matches")),
    ("request_id",): (("coordinator", "administrator"), of_world("hidden_requests")),
    ("feed_id",): (("peer",), of_world("hidden_feeds")),
    ("swap_id",): (("mental_health_professional", "coordinator"), of_world("hidden_swaps")),
    ("notice_id",): ((*HOSTS, "coordinator", "administrator"), of_world("hidden_notices")),
    ("alarm_id",): (("mental_health_professional", "coordinator", "administrator"), of_world("hidden_alarms")),
    # Open to whoever may ask for such a thing at all.
    ("guest_id",): NOBODY,
    ("staff_id",): NOBODY,
    ("code_id",): NOBODY,
    ("course_id",): NOBODY,
    ("offering_id",): NOBODY,
    ("shift_id",): NOBODY,
    ("training_id",): NOBODY,
    ("absence_id",): NOBODY,
    ("holiday_id",): NOBODY,
    ("document_id",): NOBODY,
    ("service_id",): NOBODY,
    # What is planned, to everybody but coordinators.
    ("activity_id",): (
        ("public", "peer"),
        lambda db: named("activity_id", [(role, None, activity(db, "planned")) for role in ("public", "peer")]),
    ),
}


def kept_from_some(operation):
    """The roles that may call it and are kept from some object: referrals are open to every coordinator (R5)."""
    return [role for role in HIDDEN[tuple(operation.ids)][0] if role in operation.roles]


def to_all(**ids):
    return dict.fromkeys((*ROLES, "public"), ids)


def first_of(parameter, table):
    return lambda db: to_all(**{parameter: one(db, f"select id from {table} order by id limit 1")})


VISIBLE = {
    ("participant_id",): lambda _db: to_all(participant_id=MAPLE),
    ("intake_id",): lambda _db: to_all(intake_id="00000000-0000-4000-8000-000000004000"),
    ("acceptance_id",): lambda db: to_all(acceptance_id=acceptance(db, MAPLE)),
    ("exclusion_id",): lambda db: to_all(exclusion_id=exclusion(db, "00000000-0000-4000-8000-000000003005")),
    ("own_case_id",): lambda db: to_all(own_case_id=said(db, MAPLE, OTHER_PROFESSIONAL)),
    ("referral_id",): lambda _db: to_all(referral_id="00000000-0000-4000-8000-000000000201"),
    ("staff_id",): lambda _db: to_all(staff_id=SUPPORTER),
    ("guest_id",): first_of("guest_id", "guests"),
    ("code_id",): first_of("code_id", "code_lists where list = 'training_method'"),
    ("course_id",): first_of("course_id", "training_courses"),
    ("offering_id",): first_of("offering_id", "training_offerings"),
    ("account_id",): lambda _db: to_all(account_id=QUEBEC_COORDINATOR),
    ("absence_id",): lambda db: to_all(absence_id=absence(db)),
    ("training_id",): first_of("training_id", "trainings"),
    ("holiday_id",): first_of("holiday_id", "holidays"),
    ("document_id",): first_of("document_id", "documents"),
    ("service_id",): first_of("service_id", "services"),
    ("activity_id",): lambda db: to_all(activity_id=activity(db, "announced")),
    ("group_id",): lambda db: to_all(group_id=world(db).group) | {"peer": {"group_id": world(db).track}},
    ("session_id",): lambda db: to_all(session_id=world(db).session),
    ("assignment_id",): lambda db: to_all(assignment_id=world(db).hosts["peer_supporter"]),
    ("enrolment_id",): lambda db: to_all(enrolment_id=world(db).seats[MAPLE]),
    ("session_id", "enrolment_id"): lambda db: to_all(session_id=world(db).session, enrolment_id=world(db).seats[MAPLE]),
    ("incident_id",): of_world("visible_incidents"),
    ("debrief_id",): of_world("visible_debriefs"),
    ("notice_id",): of_world("visible_notices"),
    ("alarm_id",): of_world("visible_alarms"),
    ("declaration_id",): of_world("visible_declarations"),
    ("match_id",): lambda db: to_all(match_id=world(db).match(MAPLE, PEER_2)),
    ("request_id",): lambda db: (
        to_all(request_id=world(db).request(MAPLE)) | {"administrator": {"request_id": world(db).request(MAPLE, for_lead=True)}}
    ),
    ("feed_id",): lambda db: to_all(feed_id=world(db).feed(MAPLE)[0]),
    ("shift_id",): first_of("shift_id", "duty_shifts"),
    ("swap_id",): lambda _db: to_all(swap_id="00000000-0000-4000-8000-000000000911"),
    ("page_id", "secret_id"): lambda db: to_all(**world(db).guest_page()),
    ("calendar_id", "secret_id"): lambda db: to_all(**world(db).feed(MAPLE)[1]),
}
