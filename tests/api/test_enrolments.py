# SPDX-License-Identifier: MIT
"""A place in a group: who may have one, the gate, the last seat, the lock, and what the peer and the coordinator see of it
(decisions 2, 3, 13; A6.2, I1, I3, I4, I10; S1.33-34, S2.31, S2.36, S2.41-42, S2.45)."""

import functools
import uuid

import pytest
from steps import ABSENT, OTHER_COORDINATOR, walk
from steps.groups import FORMAL, INFORMAL, Group, Seat, ago, clock, in_days, instant, ready, service, taking_people
from steps.journey import DOCUMENTS, QUEBEC_COORDINATOR, bare, open_intake, open_person, own_case, publish

ALL_MISSING = ["intake", *DOCUMENTS["group"]]
# Its offers last as long as an offer can, so that only the lock ends them.
PATIENT = FORMAL | {"offer_hours": 720}


@pytest.fixture
def a_group(client):
    """a_group(kind, now, **changes)"""
    return functools.partial(taking_people, client)


@pytest.fixture
def person(client):
    return ready(client)


def refused(answer, reason, **members):
    """Why a coordinator cannot place somebody."""
    body = answer.problem(409, "conflict").json
    assert {name: body.get(name) for name in ("reason", *members)} == {"reason": reason, **members}


def sent_elsewhere(answer):
    """What every peer hears who finds no seat."""
    body = answer.problem(409, "conflict").json
    assert body["reason"] == "another-group" and body["text"]["en"].startswith("Another group will suit you better.")
    assert body["detail"] == body["text"]["en"] and body["localized"]["fr"]["detail"] == body["text"]["fr"]
    assert body["help"]


# ---- placing ----


def test_a_free_seat_is_offered_at_once(client, a_group, person):
    """S1.33: the coordinator sees whose it is; the group itself is elsewhere."""
    group = a_group()
    made = group.place(person)
    assert made.created().path == f"/v1/enrolments/{made['id']}"
    assert made.json == {
        "id": made["id"], "group_id": group.id, "participant_id": person.id, "alias": person.made["alias"], "state": "offered",
        "text": made["text"], "waiting_since": made["waiting_since"], "created_at": made["created_at"],
        "offered_at": made["created_at"], "offer_expires_at": made["offer_expires_at"],
        "offer_expires_local": made["offer_expires_local"], "accepted_at": None, "answer_at": made["answer_at"],
        "answer_local": made["answer_local"], "answer": None, "nobody_to_avoid": None, "is_only_one": False, "call": None, "conversation_at": None,
            "instead": None, "decided_at": None, "decided_by_role": None, "left_at": None,
        "removal_reason": None, "removes_at": None, "group": None}  # fmt: skip
    assert made["text"]["en"].startswith("There is a place for you") and made["text"]["fr"].startswith("Il y a une place pour vous")
    read = group.coordinator.get(made.path).ok()
    assert read.json == made.json
    group.coordinator.get(made.path, if_none_match=read).not_modified()


def test_what_the_peer_sees_of_an_offer(a_group, client):
    """A6.8, R8, decision 15: what it is, on which day and hour it meets, what to prepare, and when they will be answered; no name, no
    number, no reason. The dates, on both clocks, come with the confirmation (S1.33)."""
    now = "2026-06-15T12:00:00Z"
    person = ready(client, now=now, timezone="America/St_Johns")
    group = a_group(now=now, series={"local_start": "2026-07-07T18:30", "count": 2}, timezone="America/Vancouver", language="fr")
    seat = group.seat(person, "offered")
    seen = seat.read(person.peer)
    assert (seen["alias"], seen["decided_by_role"], seen["removal_reason"]) == (None, None, None)
    offered = seen["group"]
    assert set(offered) == {"title", "description", "language", "timezone", "joining", "meets", "sessions", "prepare"}
    assert offered["title"] == {"en": "Evening circle", "fr": "Cercle du soir"}
    assert (offered["language"], offered["joining"]) == ("fr", "closed")
    assert offered["meets"] == [{"weekday": 2, "local_time": "18:30", "duration_minutes": 90}] and offered["sessions"] == []
    # Three days of the service later, and then at the next fixed hour, 9:00, noon or 15:00 in Toronto.
    assert (seen["offer_expires_at"], seen["answer_at"]) == ("2026-06-18T12:00:00Z", "2026-06-18T13:00:00Z")
    assert seen["answer_local"] == {"local": "2026-06-18T10:30", "timezone": "America/St_Johns", "utc_offset": "-02:30"}
    seat.accept().ok()
    waits = seat.read(person.peer)
    assert (waits["state"], waits["group"]["sessions"], waits["answer"]) == ("accepted", [], None)
    assert waits["text"]["en"].startswith("You said yes, and the place is kept for you. At the time given here you will hear from us")
    clock(now, group.coordinator)
    assert seat.confirm().ok()["answer"] == "confirmed"
    assert bare(seat.read(person.peer)) == bare(waits), "nobody hears it before its hour"
    seat.hear()
    confirmed = seat.read(person.peer)["group"]
    assert [s["local_start"] for s in confirmed["sessions"]] == ["2026-07-07T18:30", "2026-07-14T18:30"]
    first = confirmed["sessions"][0]
    assert (first["timezone"], first["utc_offset"], first["starts_at"]) == ("America/Vancouver", "-07:00", "2026-07-08T01:30:00Z")
    assert first["yours"] == {"local": "2026-07-07T23:00", "timezone": "America/St_Johns", "utc_offset": "-02:30"}
    assert seen["offer_expires_local"]["timezone"] == "America/St_Johns"
    assert len(offered["prepare"]) == 4 and all(item["en"] and item["fr"] for item in offered["prepare"])
    french = person.peer.get(seat.path, language="fr").ok()
    assert french["text"] == {"fr": "Votre place est confirmée."}
    assert french["group"]["title"] == {"fr": "Cercle du soir"}


def test_the_material_comes_with_the_place(a_group, person):
    """S1.14, S1.33: what is prepared is for those who come, and who said yes waits for it as everybody does."""
    group = a_group()
    session = group.sessions()[0]
    told = {"topic": {"en": "Boundaries", "fr": "Les limites"}, "material": {"en": "Page 3", "fr": "Page 3"}}
    group.coordinator.patch(f"/v1/sessions/{session['id']}", told, if_match="*").ok()
    seat = group.seat(person, "offered")
    seat.accept().ok()
    assert "Boundaries" not in str(seat.read(person.peer).json)
    seat.confirm().ok()
    seat.hear()
    assert seat.read(person.peer)["group"]["sessions"][0]["material"] == told["material"]
    at_home = person.peer.get(f"{person.path}/home", language="fr").ok()
    for shown in (at_home["next_sessions"][0]["session"], at_home["groups"][0]["group"]["sessions"][0]):
        assert shown["material"] == {"fr": "Page 3"}


def test_a_repeated_request_places_once(a_group, person):
    group, key = a_group(), str(uuid.uuid4())
    body = {"participant_id": person.id}
    first = group.coordinator.post(f"{group.path}/enrolments", body, idempotency_key=key).created()
    again = group.coordinator.post(f"{group.path}/enrolments", body, idempotency_key=key).created()
    assert again.json == first.json and again.headers["Idempotent-Replayed"] == "true"
    group.place(person).problem(409, "conflict").fault("#/participant_id", "taken")
    assert len(walk(group.coordinator, f"{group.path}/enrolments")) == 1


def test_who_and_where_must_exist(client, a_group, person):
    """A6.8, R14, I13: as far as the coordinator is concerned."""
    group = a_group()
    group.coordinator.post(f"{group.path}/enrolments", {"participant_id": ABSENT}).problem(422).fault("#/participant_id", "does-not-exist")
    group.coordinator.post(f"/v1/groups/{ABSENT}/enrolments", {"participant_id": person.id}).problem(404, "not-found")
    quebec = client("coordinator", QUEBEC_COORDINATOR)
    elsewhere = ready(client, region="BC")
    quebec.post(f"{group.path}/enrolments", {"participant_id": elsewhere.id}).problem(422).fault("#/participant_id", "does-not-exist")
    for body in (
        {},
        {"participant_id": "somebody"},
        {"participant_id": person.id, "seat": 3},
        {"participant_id": person.id, "propose_only": 1},
    ):
        group.coordinator.post(f"{group.path}/enrolments", body).problem(422)


def test_a_draft_and_a_group_that_ended_take_nobody(client, a_group, person):
    """A6.2: the refusal names where it stands."""
    draft = Group(client("coordinator"), service(client("administrator")))
    assert draft.place(person).problem(409, "conflict-state")["state"] == "draft"
    gone = a_group()
    gone.step("cancel").ok()
    assert gone.place(person).problem(409, "conflict-state")["state"] == "cancelled"
    assert gone.place(person, propose_only=True).problem(409, "conflict-state")["state"] == "cancelled"


def test_several_places_at_once_are_normal(a_group, person):
    """Decision 13, S2.31."""
    one, other, third = a_group(), a_group(INFORMAL), a_group()
    one.seat(person)
    other.seat(person)
    third.seat(person, "offered")
    assert sorted(e["state"] for e in walk(person.peer, f"{person.path}/enrolments")) == ["confirmed", "confirmed", "offered"]


def test_a_wish_is_never_a_filter(client, a_group):
    """S2.45: neither composition nor language nor service asked for keeps anybody out."""
    person = ready(client, preferred_language="fr")
    assert a_group(composition="men", language="en").seat(person).state == "confirmed"


# ---- the gate ----


def test_nobody_has_a_seat_without_a_finished_intake(client, a_group):
    """I4, S1.34, S2.46: from no intake at all to a meeting that left the question open."""
    group = a_group()
    refused(group.place(open_person(client)), "not-ready", missing=ALL_MISSING)
    refused(group.place(open_intake(client, state="acknowledged").person), "not-ready", missing=ALL_MISSING)
    intake = open_intake(client, state="meeting_done")
    intake.accept(*DOCUMENTS["group"])
    if intake.state == "meeting_done":
        refused(group.place(intake.person), "not-ready", missing=["intake"])
        intake.hold("ready").ok()
    group.place(intake.person).created()
    refused(group.place(open_intake(client, state="not_ready").person), "not-ready", missing=ALL_MISSING)


def test_an_activity_intake_opens_no_group(client, a_group):
    """T4, S2.48: there was no meeting."""
    missing = ["intake", "code_of_conduct", "confidentiality", "safety_protocol"]
    refused(a_group().place(open_intake(client, "activity", "registered").person), "not-ready", missing=missing)


def test_an_intake_opens_the_gate_for_twelve_months(client, a_group):
    """Decision 3, R10: every group until then, none afterwards; an offer made in time does not carry over."""
    now = ago(days=364)
    person = ready(client, now=now).at(None)
    group, later = a_group(), ago(days=-2)
    seat = group.seat(person, "offered")
    other = a_group()
    clock(later, other.coordinator)
    refused(other.place(person), "not-ready", missing=["intake"])
    person.at(later)
    assert seat.accept().problem(409)["missing"] == ["intake"]


def test_a_new_version_asks_for_that_acceptance_again(client, a_group, administrator):
    """Decision 3, I4: nothing else. The peer hears what they can mend; so does the coordinator."""
    group, person = a_group(), ready(client)
    seat = group.seat(person, "offered")
    publish(administrator, "safety_protocol")
    refused(seat.accept(), "not-ready", missing=["safety_protocol"])
    refused(seat.accept(who=group.coordinator), "not-ready", missing=["safety_protocol"])
    refused(a_group().place(person), "not-ready", missing=["safety_protocol"])
    person.accept("safety_protocol").created()
    seat.accept().ok()


def test_an_acceptance_taken_back_closes_the_gate(client, a_group):
    """I4: accepted, and not withdrawn."""
    person, group = ready(client), a_group()
    seat = group.seat(person, "offered")
    (consent,) = [a for a in walk(person.peer, f"{person.path}/acceptances") if a["kind"] == "consent"]
    person.peer.post(f"/v1/acceptances/{consent['id']}/withdraw").ok()
    refused(seat.accept(), "not-ready", missing=["consent"])
    assert seat.state == "offered", "a refusal changes nothing"


def test_a_proposal_asks_for_nothing_and_opens_nothing(client, a_group):
    """A6.2 `requested`: noted for later; the peer sees that somebody thought of them, and no seat is kept."""
    intake, group = open_intake(client, state="acknowledged"), a_group(capacity=1)
    person = intake.person
    seat = Seat(group, person, group.place(person, propose_only=True).created())
    assert seat.read(person.peer)["text"]["en"] == "Your coordinator has this group in mind for you. Nothing is decided yet."
    assert seat.decisions() == []
    sent_elsewhere(seat.accept())
    assert seat.accept(who=group.coordinator).problem(409, "conflict-state")["state"] == "requested"
    refused(seat.offer(), "not-ready", missing=ALL_MISSING)
    group.seat(ready(client))
    intake.walk("ready")
    assert seat.offer().ok()["state"] == "waitlisted", "without a free seat it joins the list"
    assert [(d["decision"], d["reason"]) for d in seat.decisions()] == [("passed_over", "full")]


# ---- the last seat ----


def test_never_a_ninth_in_a_formal_group(client, a_group):
    """I1, S2.41, R18: offered, confirmed or active, eight seats are eight; the ninth waits, whoever asks."""
    group = a_group(FORMAL)
    for number in range(8):
        group.seat(ready(client), "confirmed" if number % 2 else "offered")
    ninth = ready(client)
    seat = group.seat(ninth, "waitlisted")
    refused(seat.offer(), "full")
    sent_elsewhere(seat.accept())
    assert seat.accept(who=group.coordinator).problem(409, "conflict-state")["state"] == "waitlisted"
    assert seat.state == "waitlisted"
    (listed,) = [g for g in walk(group.coordinator, "/v1/groups", params={"limit": 100}) if g["id"] == group.id]
    assert (listed["capacity"], listed["seats_taken"]) == (8, 8)
    group.coordinator.patch(group.path, {"capacity": 9}, if_match="*").problem(422).fault("#/capacity", "too-large")
    group.coordinator.patch(group.path, {"capacity": 7}, if_match="*").problem(409, "conflict")


def test_a_smaller_group_grows_and_the_list_moves(client, a_group):
    """Decision 1: up to what its service allows; who waits is offered the new seat."""
    group = a_group(capacity=1)
    group.seat(ready(client))
    waiting = group.seat(ready(client), "waitlisted")
    group.coordinator.patch(group.path, {"capacity": 2}, if_match="*").ok()
    assert waiting.state == "waitlisted", "at the next fixed hour, as always"
    group.advance()
    assert waiting.state == "offered"


# ---- the lock ----


def test_nobody_joins_a_formal_group_once_its_hour_has_come(client, a_group):
    """I3, S2.42, R19, decision 15: to the second, by whichever door; a seat that frees stays empty, and nobody is left waiting."""
    start = in_days(21)
    group = a_group(PATIENT, local_starts=[start, in_days(28)], capacity=4)
    late, in_time, leaving, unanswered, waiting = (ready(client) for _ in range(5))
    offered, last, leaver, unheard = (group.seat(one, "offered") for one in (late, in_time, leaving, unanswered))
    for seat in (leaver, last, unheard):
        assert seat.accept().ok()["state"] == "accepted"
    for seat in (leaver, last):
        seat.confirm().ok()
        seat.hear()
    behind = group.seat(ready(client), "waitlisted")
    begun = instant(start)
    clock(begun, late.peer, leaving.peer, group.coordinator)
    sent_elsewhere(offered.accept())
    refused(unheard.confirm(), "locked")
    unheard.hear()
    group.advance()
    for seat in (unheard, behind):
        told = seat.read(seat.person.peer)
        assert (told["state"], len(told["instead"])) == ("not_placed", 3) and told["text"]["en"].startswith("It will not be this group.")
    refused(group.place(waiting), "locked")
    proposal = Seat(group, waiting, group.place(waiting, propose_only=True).created())
    refused(proposal.offer(), "locked")
    leaver.withdraw().ok()
    assert proposal.state == "requested"
    assert last.state == "confirmed"


def test_an_offer_does_not_outlive_the_lock(client, a_group, person):
    """I3, decision 15: it ends a business day before the first session when that comes before its hours do, also when the session moves
    nearer; after that moment nobody is offered a seat."""
    now = "2026-06-18T16:00:00Z"
    person, late = ready(client, now=now), ready(client, now=now)
    group = a_group(now=now, local_starts=["2026-06-22T18:30", "2026-06-29T18:30"])
    seat = group.seat(person, "offered")
    # A Monday: Friday at the same hour, and the next fixed hour is in the morning of the Monday.
    assert (seat.made["offer_expires_at"], seat.made["answer_at"]) == ("2026-06-19T22:30:00Z", "2026-06-22T13:00:00Z")
    first = f"/v1/sessions/{group.sessions()[0]['id']}"
    group.coordinator.patch(first, {"local_start": "2026-06-22T11:30"}, if_match="*").ok()
    assert (seat.read()["offer_expires_at"], seat.read()["answer_at"]) == ("2026-06-19T15:30:00Z", "2026-06-19T16:00:00Z")
    clock("2026-06-19T15:30:00Z", group.coordinator)
    proposal = Seat(group, late, group.place(late, propose_only=True).created())
    refused(proposal.offer(), "offers-closed")
    assert Seat(group, late, group.place(ready(client, now=now)).created()).state == "waitlisted"


def test_the_lock_moves_with_the_first_session(client, a_group):
    """I3: cancelled or moved, it is the next one that counts."""
    first, second = in_days(21), in_days(28)
    group = a_group(PATIENT, local_starts=[first, second, in_days(35)])
    person = ready(client)
    group.coordinator.post(f"/v1/sessions/{group.sessions()[0]['id']}/cancel", if_match="*").ok()
    clock(instant(first, hours=1), group.coordinator)
    seat = group.seat(person, "offered")
    clock(instant(second), person.peer)
    sent_elsewhere(seat.accept())
    clock(instant(second, seconds=-1), group.coordinator)
    group.coordinator.patch(f"/v1/sessions/{group.sessions()[1]['id']}", {"local_start": in_days(34)}, if_match="*").ok()
    clock(instant(second), group.coordinator)
    assert group.place(ready(client)).created()["state"] == "offered"


def test_a_drop_in_group_takes_people_while_seats_remain(client, a_group, person):
    """Decision 2, S2.36: also after the series has begun."""
    group = a_group(INFORMAL, local_starts=[in_days(7), in_days(14)])
    clock(instant(in_days(8)), group.coordinator, person.peer)
    seat = group.seat(person)
    assert [s["local_start"] for s in seat.read(person.peer)["group"]["sessions"]] == [in_days(14)]


def test_a_deadline_is_the_end_of_its_day(client, a_group):
    """I10, S2.24: inclusive, to 23:59:59 in the group's zone."""
    zone = "America/St_Johns"
    first = in_days(30, zone=zone)
    group = a_group(INFORMAL, local_starts=[first], timezone=zone, registration_deadline_days=10)
    midnight = instant(in_days(21, zone=zone, at="00:00"), zone=zone)
    person, late = ready(client), ready(client)
    clock(instant(in_days(21, zone=zone, at="00:00"), zone=zone, seconds=-1), group.coordinator, person.peer)
    seat = group.seat(person, "waitlisted")
    refused(seat.offer(), "offers-closed")
    clock(midnight, group.coordinator)
    refused(group.place(late), "locked")


# ---- lists ----


def test_the_list_of_a_group(client, a_group):
    """Newest first, in the states asked for; as many as the coordinator serves."""
    group = a_group(capacity=2)
    elsewhere = group.seat(ready(client, region="BC"))
    unsaid = group.seat(ready(client), "offered")
    third = group.seat(ready(client), "waitlisted")
    path = f"{group.path}/enrolments"
    for limit in (1, 100):
        assert [e["id"] for e in walk(group.coordinator, path, params={"limit": limit})] == [third.id, unsaid.id, elsewhere.id]
    assert [e["id"] for e in walk(group.coordinator, path, params={"state": ["waitlisted", "confirmed"]})] == [third.id, elsewhere.id]
    quebec = client("coordinator", QUEBEC_COORDINATOR)
    assert [e["id"] for e in walk(quebec, path)] == [third.id, unsaid.id]
    quebec.get(elsewhere.path).problem(404, "not-found")
    quebec.get(f"{elsewhere.path}/decisions").problem(404, "not-found")
    group.coordinator.get(path, params={"state": "asleep"}).problem(400).fault("state")
    group.coordinator.get(f"/v1/groups/{ABSENT}/enrolments").problem(404, "not-found")


def test_the_list_of_a_person(client, a_group, person):
    """A6.8: one's own, newest first; for others they do not exist."""
    seats = [a_group().seat(person, "offered") for _ in range(3)]
    newest_first = [seat.id for seat in reversed(seats)]
    for who in (person.peer, person.coordinator):
        for limit in (1, 2, 100):
            assert [e["id"] for e in walk(who, f"{person.path}/enrolments", params={"limit": limit})] == newest_first
    assert [e["alias"] for e in walk(person.peer, f"{person.path}/enrolments")] == [None] * 3
    ready(client).peer.get(f"{person.path}/enrolments").problem(404, "not-found")
    client("coordinator").get(f"/v1/participants/{ABSENT}/enrolments").problem(404, "not-found")


def test_nobody_handles_the_group_in_which_they_are_a_peer(client, a_group):
    """I13: a coordinator with a place under their other login does not find who else has one."""
    group, own = a_group(), ready(client)
    group.seat(own)
    other, theirs = client("coordinator", "other"), group.seat(ready(client), "offered")
    assert other.get(theirs.path).ok()
    own_case(client, own, OTHER_COORDINATOR)
    other.get(theirs.path).problem(404, "not-found")
    other.get(f"{group.path}/enrolments").problem(404, "not-found")
    other.post(f"{group.path}/enrolments", {"participant_id": ready(client).id}).problem(404, "not-found")
    for step, body in (
        ("accept", None),
        ("confirm", None),
        ("not-this-one", None),
        ("decline", None),
        ("remove", {"reason": "safety"}),
        ("offer", {}),
    ):
        kwargs = {} if body is None else {"json": body}
        other.post(f"{theirs.path}/{step}", if_match="*", **kwargs).problem(404, "not-found")
    other.post(f"{theirs.path}/withdraw").problem(404, "not-found")


def test_the_tag_follows_the_dates(client, a_group, person):
    """Caching: when a session moves, what the peer holds is stale; the version to change it by is the same."""
    group = a_group()
    seat = group.seat(person, "offered")
    held = seat.read(person.peer)
    person.peer.get(seat.path, if_none_match=held).not_modified()
    group.coordinator.patch(f"/v1/sessions/{group.sessions()[0]['id']}", {"local_start": in_days(20)}, if_match="*").ok()
    fresh = person.peer.get(seat.path, if_none_match=held).ok()
    assert fresh.etag != held.etag
    person.peer.post(f"{seat.path}/accept", if_match=fresh).ok()
    person.peer.post(f"{seat.path}/decline", if_match=fresh).problem(412, "precondition-failed")
    person.peer.post(f"{seat.path}/decline").problem(428)
