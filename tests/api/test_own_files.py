# SPDX-License-Identifier: MIT
"""Whatever is done about somebody stands in their own file, whoever did it: somebody who serves them or not, the list, the worker (R14,
A4). Not what would answer a question by standing there."""

import pytest
from steps.alarms import later
from steps.evenings import OPENING, Evening, glass_path, informal, plan_path, with_plan
from steps.groups import FORMAL, INFORMAL, Activity, Group, a_track, ready, registered, service
from steps.journey import QUEBEC_COORDINATOR, Intake, as_worker, open_person, unique
from steps.touched import Touched

# Table -> why what is written there is not told to whom it is about.
NOT_TOLD = {
    "exclusions": "that one was made tells who asked that such a person is of the staff",
    "exclusion_requests": "asking is told; that it was closed or matched tells that such a person is of the staff",
    "conflict_declarations": "one's own is told; that of somebody else tells that one was named",
    "conflict_matches": "that there is one tells that somebody named them",
    "name_digests": "made of a contact, whose change is told, or of what was said about others",
    "comparisons": "what the worker has to look at next",
    "step_backs": "follows from one's own declaration, which is told",
    "alarms": "whom duty calls, and when; what they do then is told",
    "outbox": "a letter that waits; that it was sent is told",
    "interests": "that it was left and taken back is told; that it has done its work is a letter",
    "waiting_people": "made of the intake and the seat, whose changes are told",
    "name_words": "made of names",
}
# What was answered is told at its hour and not before: that somebody was answered, and is not confirmed, would say why.
TOLD_LATER = {("enrolments_confirm", "enrolments"), ("enrolments_not_this_one", "enrolments")}
# The others write of nobody in the program, or only what is not told; or what they do to a seat is what is walked here.
OF_NOBODY = {
    "absences", "back_ups", "codes", "debriefs", "documents", "duty_shifts", "duty_swaps", "groups", "guest_pages", "guests", "holidays",
    "host_assignments",
    "join_links", "line_referrals", "notice_preferences", "qualifications", "referrals", "services", "activities", "session_topics", "sessions", "staff",
    "training_courses", "training_offerings", "trainings"}  # fmt: skip
LOOKED_FOR_ELSEWHERE = {
    "sign_in_codes": "test_sign_in_codes.py", "exclusions": "test_exclusions.py", "own_cases": "test_own_cases.py", "exclusion_requests": "test_exclusion_requests.py",
    "conflict_declarations": "test_conflict_declarations.py", "conflict_matches": "test_conflict_matches.py", "alarms": "test_alarms.py",
    "notices": "test_alarms.py", "step_backs": "test_step_backs.py"}  # fmt: skip
# Every operation that writes about somebody; a new one joins, or one of the two above.
WALKED = {
    "participants_create", "participants_update", "contacts_update", "emergency_contacts_replace", "safety_plans_replace",
    "acceptances_create", "acceptances_withdraw", "intakes_create", "intakes_send_form", "intake_forms_update", "intake_forms_submit",
    "intakes_acknowledge", "intakes_schedule", "intakes_hold", "intakes_register", "intakes_close", "intakes_withdraw", "updates_create",
    "apologies_replace", "apologies_delete", "interests_replace", "interests_delete", "registrations_create", "registrations_conversation", "region_moves_create", "calendar_feeds_create", "calendar_feeds_delete", "enrolments_create", "enrolments_offer", "enrolments_accept",
    "enrolments_update",
    "enrolments_decline", "enrolments_withdraw", "enrolments_remove", "groups_cancel", "enrolments_confirm",
    "enrolments_not_this_one", "places_replace", "places_delete", "sessions_start", "attendances_replace",
    "session_contacts_open", "incidents_create", "incidents_actions_create", "incidents_acknowledge", "incidents_close", "hand_overs_create", "worker",
}  # fmt: skip


@pytest.fixture
def touched(db):
    seen = Touched(db)
    yield seen
    db.execute("drop schema watch cascade")


def intakes(client):
    """Both tracks to their end, and each way out."""
    group = Intake(open_person(client)).walk("ready")
    group.tell().created()
    Intake(open_person(client), "activity").walk("registered")
    for ending in ("closed", "withdrawn"):
        Intake(open_person(client)).walk(ending)
    person = group.person
    person.peer.patch(person.path, {"pronouns": "they/them"}, if_match="*").ok()
    person.coordinator.post(f"{person.path}/region-moves", {"region": "ON", "agreed": True}).ok()
    feed = person.peer.post(f"{person.path}/calendar-feeds", {"language": "en"}).created()
    person.peer.delete(f"/v1/calendar-feeds/{feed['id']}").no_content()
    consent = person.peer.get(f"{person.path}/acceptances", params={"limit": 100}).ok().data[0]
    person.peer.post(f"/v1/acceptances/{consent['id']}/withdraw").ok()
    handed = Intake(open_person(client)).person
    work = {"kind": "participant", "id": handed.id}
    body = {"to_account_id": QUEBEC_COORDINATOR, "reason": "absence", "work": work}
    handed.coordinator.post(f"/v1/colleagues/{handed.made['coordinator_id']}/hand-over", body).ok()


def evenings(client):
    """A closed group that begins, one that is dropped into, what happens there, and who leaves."""
    evening = with_plan(Evening(client, people=2))
    first, second = evening.seats
    evening.start().ok()
    evening.attend(first).ok()
    evening.attend(second, "left_unexpectedly").ok()
    body = {"kind": "distress", "severity": 3, "session_id": evening.session["id"], "enrolment_id": first.id}
    incident = evening.supporter.client.post("/v1/incidents", body).created()
    who = evening.professional.client
    who.get(plan_path(evening)).ok()
    who.post(glass_path(evening), OPENING).ok()
    who.post(f"{incident.path}/acknowledge", if_match="*").ok()
    for code in ("line_handoff", "follow_up"):
        who.post(f"{incident.path}/actions", {"code": code}).created()
    evening.coordinator.post(f"{incident.path}/close", if_match="*").ok()
    evening.at(minutes=90).end().ok()
    second.remove().ok()
    dropped = informal(client, people=1)
    dropped.started().attend(dropped.seats[0]).ok()
    chats(client)
    return evening


def chats(client):
    """A place is taken, waited for, given, offered, accepted, freed, and taken late."""
    evening = Evening(client, INFORMAL | {"session_capacity": 1}, people=3)
    first, second, third = evening.seats
    place = f"{evening.path}/place"
    for minutes, seat in enumerate(evening.seats):
        evening.at(days=-7, minutes=minutes)
        seat.person.peer.put(place, {"is_only_one": False}).ok()
    first.person.peer.delete(place).no_content()
    work = "select place_list_advance(s) from (select * from sessions where id = %s for no key update) s"
    as_worker(client.db, evening.now, work, evening.session["id"])
    evening.at(hours=-20)
    second.person.peer.delete(place).no_content()
    as_worker(client.db, evening.now, work, evening.session["id"])
    third.person.peer.put(place).ok()
    first.person.peer.put(place).ok()
    third.withdraw().ok()
    evening.at(hours=-1)
    as_worker(client.db, evening.now, work, evening.session["id"])
    evening.started().at(minutes=10).attend(first).ok()


def asking(client):
    """A peer wishes an activity, asks for another and has somebody to name."""
    person, track, later = ready(client), a_track(client), Activity(client)
    person.peer.put(f"{later.path}/interest", {"languages": ["en"]}).ok()
    person.peer.delete(f"{later.path}/interest").no_content()
    seat = registered(track, person, "accepted", nobody_to_avoid=False)
    person.peer.patch(seat.path, {"is_only_one": True}, if_match="*").ok()
    track.coordinator.post(f"{seat.path}/conversation").ok()
    apology = f"/v1/sessions/{track.sessions()[0]['id']}/apology"
    registered(track, person := ready(client))
    person.peer.put(apology).ok()
    person.peer.delete(apology).no_content()


def seats(client, touched):
    """The list, the worker, and a coordinator who does not serve the person."""
    coordinator, administrator = client("coordinator"), client("administrator")
    group = Group(coordinator, service(administrator, FORMAL, capacity=1)).open()
    people = [ready(client) for _ in range(4)]
    takes = group.seat(people[0])
    waits = [group.seat(person, "waitlisted") for person in people[1:]]
    takes.withdraw().ok()
    group.advance()
    offered = next(seat for seat in waits if seat.state == "offered")
    touched.work(later(offered.read()["offer_expires_at"], hours=1), "seat_expire_offers")
    assert offered.state == "expired"
    group.advance()
    of_another = next(seat for seat in waits if seat.state == "offered")
    of_another.decline().ok()
    group.advance()
    refused = next(seat for seat in waits if seat.state == "offered")
    refused.accept().ok()
    refused.confirm("not-this-one").ok()
    refused.hear()
    proposal = Group(coordinator, service(administrator)).open()
    seat = proposal.place(people[1], propose_only=True).created()
    coordinator.post(f"{seat.path}/offer", if_match="*").ok()
    elsewhere = ready(client, region="ON")
    beyond = Group(coordinator, service(administrator)).open()
    beyond.seat(elsewhere)
    client("coordinator", QUEBEC_COORDINATOR).get(elsewhere.path).problem(404, "not-found")
    client("coordinator", QUEBEC_COORDINATOR).post(f"{beyond.path}/cancel", if_match="*").ok()


def test_what_is_done_about_somebody_is_in_their_own_file(client, touched):
    intakes(client)
    evenings(client)
    seats(client, touched)
    asking(client)
    named = ready(client, coordinator=client("coordinator"))
    named.peer.post("/v1/conflict-declarations", {"kind": "no_contact", "name": unique("Nobody")}).created()
    untold = {each for each in touched.untold() if each[1] not in NOT_TOLD} - TOLD_LATER
    assert untold == set()
    assert touched.operations() >= WALKED, WALKED - touched.operations()


def test_no_operation_is_forgotten(contract):
    writes = {operation.id for operation in contract.operations if operation.method != "GET"}
    words = (*OF_NOBODY, *LOOKED_FOR_ELSEWHERE)
    assert {name for name in writes - WALKED if not name.startswith(tuple(f"{word}_" for word in words))} == set()


def test_the_look_finds_a_write_that_is_not_told(client, touched, db):
    """It can fail: an operation whose row is taken out of its audit."""
    db.execute(
        "create or replace function alongside.participants_quietly(in_id uuid) returns void language sql as"
        " $$ update alongside.participants set version = version + 1 where id = in_id $$"
    )
    person = open_person(client)
    with db.transaction():
        db.execute("set local role alongside_worker")
        db.execute("select set_config('app.role', 'worker', true)")
        db.execute("reset role")
        db.execute("select alongside.participants_quietly(%s)", (person.id,))
    db.execute("drop function alongside.participants_quietly")
    assert touched.untold() == {("worker", "participants")}
