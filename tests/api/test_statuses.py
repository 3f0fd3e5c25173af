# SPDX-License-Identifier: MIT
"""Where somebody stands, in plain words (S1.35, S2.49, R11, R20), and who has not been told for ten business days (I12)."""

import pytest
from steps.journey import MEETING, QUEBEC_COORDINATOR, STATES, Intake, is_hidden, open_intake, open_person

NOW = "2026-11-23T15:00:00Z"  # a Monday, 10:00 in Toronto
HARSH = ("reject", "refus", "fail", "échou", "denied", "ineligib", "inadmiss", "invalid", "erreur", "error")


@pytest.fixture
def person(client):
    return open_person(client, now=NOW)


def overdue(who, intake, now):
    params = {"update_overdue": "true", "limit": 100}
    found = {entry["id"]: entry for entry in who.get("/v1/intakes", params=params, headers={"X-Test-Now": now}).ok().data}
    return found.get(intake.id)


def test_nothing_yet(person):
    status = person.status()
    assert status.json == {
        "participant_id": person.id,
        "intakes": [],
        "help": {"line": "1-844-750-1648", "crisis": "9-8-8", "emergency": "911"},
    }


@pytest.mark.parametrize(("track", "state"), [(t, s) for t in STATES for s in STATES[t] if s != "placed"])
def test_every_state_has_plain_words_in_both_languages(client, track, state):
    """S1.35, R11, R20: never a verdict, never a technical word, and always whom to call."""
    intake = open_intake(client, track, state)
    (shown,) = intake.person.status()["intakes"]
    assert (shown["intake_id"], shown["track"], shown["state"]) == (intake.id, track, state)
    for language in ("en", "fr"):
        (one,) = intake.person.status(language=language)["intakes"]
        assert one["text"] == {language: shown["text"][language]} and len(one["text"][language]) > 20
        words = str([one["text"], one["left_to_do"]]).lower()
        assert not [word for word in HARSH if word in words.replace(f"'state': '{state}'", "")]
    assert intake.person.status(who=intake.person.coordinator).json == intake.person.status().json


def test_what_is_left_to_do_follows_the_way(person):
    """S1.36: what the person can do now; an empty list = the next step is ours."""
    intake = Intake(person)
    assert person.to_do() == []
    intake.send_form().ok()
    documents = [f"accept_{kind}" for kind in ("code_of_conduct", "consent", "confidentiality", "safety_protocol")]
    confirm = ["confirm_emergency_contact", "confirm_safety_plan"]
    assert person.to_do() == ["fill_form", "accept_privacy_notice", *documents, *confirm]
    intake.return_form()
    assert person.to_do() == [*documents, "confirm_safety_plan"]
    intake.acknowledge().ok()
    intake.schedule().ok()
    assert person.to_do()[-1] == "come_to_meeting"
    (shown,) = person.status()["intakes"]
    assert shown["meeting"]["local_start"] == MEETING["local_start"] and shown["meeting"]["utc_offset"] == "-04:00"
    intake.hold("ready").ok()
    intake.accept("code_of_conduct", "consent", "confidentiality")
    assert person.to_do() == ["accept_safety_protocol", "confirm_safety_plan"]
    (asked,) = [e for e in person.status()["intakes"][0]["left_to_do"] if e["code"] == "accept_safety_protocol"]
    assert asked["document_id"] and set(asked["text"]) == {"en", "fr"}
    intake.accept("safety_protocol")
    person.peer.put(f"{person.path}/safety-plan", {"current_place_method": None, "consent_to_checkin": True}, if_match="*").ok()
    assert person.to_do() == []


def test_an_activity_asks_for_less(person):
    Intake(person, "activity").walk("forms_sent")
    assert person.to_do() == [
        "fill_form", "accept_privacy_notice", "accept_consent", "confirm_emergency_contact", "confirm_safety_plan"]  # fmt: skip


def test_both_tracks_stand_side_by_side(person):
    """Decision 13: several at once; of what is over, the last of each track."""
    for _ in range(2):
        Intake(person).withdraw().ok()
    group, activity = Intake(person.at("2026-11-24T15:00:00Z")), Intake(person, "activity")
    shown = person.status()["intakes"]
    assert {entry["intake_id"] for entry in shown} == {group.id, activity.id}


def test_when_they_were_last_told(person):
    """S1.35: a voice tells at once; a message only when it has gone out."""
    intake = Intake(person).walk("form_returned")
    assert person.status()["intakes"][0]["last_told_at"] is None, "queued mail has told nobody"
    person.at("2026-11-24T15:00:00Z")
    intake.acknowledge().ok()
    assert person.status()["intakes"][0]["last_told_at"] == "2026-11-24T15:00:00Z"
    person.at("2026-11-25T15:00:00Z")
    intake.tell("email").created()
    assert person.status()["intakes"][0]["last_told_at"] == "2026-11-24T15:00:00Z"
    intake.tell("in_person").created()
    assert person.status()["intakes"][0]["last_told_at"] == "2026-11-25T15:00:00Z"
    (listed,) = person.coordinator.get("/v1/intakes", params={"participant_id": person.id}).ok().data
    assert listed["last_told_at"] == "2026-11-25T15:00:00Z"
    person.at("2026-12-08T15:00:00Z")
    intake.schedule().ok()
    intake.hold("not_yet").ok()
    assert person.status()["intakes"][0]["last_told_at"] == "2026-12-08T15:00:00Z", "a meeting tells"


def test_ten_business_days_without_a_word(person):
    """I12, S1.35: the clock runs from the returned form, in Toronto's business days, and stops at the end of waiting."""
    intake = Intake(person)
    intake.walk("form_sent")
    assert overdue(person.coordinator, intake, "2027-06-01T15:00:00Z") is None, "the form is with the person"
    intake.walk("form_returned")
    assert overdue(person.coordinator, intake, "2026-12-07T22:00:00Z") is None
    late = overdue(person.coordinator, intake, "2026-12-07T22:00:01Z")
    assert (late["update_due_at"], late["update_overdue"]) == ("2026-12-07T22:00:00Z", True)
    person.at("2026-12-14T15:00:00Z")
    intake.tell().created()
    # Christmas and Boxing Day, the latter on the Monday, are no business days.
    assert overdue(person.coordinator, intake, "2026-12-30T22:00:00Z") is None
    assert overdue(person.coordinator, intake, "2026-12-30T22:00:01Z")["update_due_at"] == "2026-12-30T22:00:00Z"


@pytest.mark.parametrize("state", ["acknowledged", "meeting_scheduled", "meeting_done", "not_ready", "ready"])
def test_every_state_of_waiting_counts(person, state):
    intake = Intake(person).walk(state)
    assert overdue(person.coordinator, intake, "2027-01-15T15:00:00Z")["state"] == state
    intake.close("completed" if state == "ready" else "other_service").ok()
    assert overdue(person.coordinator, intake, "2027-01-15T15:00:00Z") is None


def test_a_registration_ends_the_waiting(person):
    intake = Intake(person, "activity").walk("forms_returned")
    assert overdue(person.coordinator, intake, "2027-01-15T15:00:00Z")
    intake.register().ok()
    assert overdue(person.coordinator, intake, "2027-01-15T15:00:00Z") is None


def test_who_may_see_it(client):
    person = open_person(client, region="BC")
    for stranger in (open_person(client).peer, client("coordinator", QUEBEC_COORDINATOR)):
        is_hidden(stranger, "GET", f"{person.path}/status")
    for role in ("peer_supporter", "mental_health_professional", "line", "administrator"):
        client(role).get(f"{person.path}/status").problem(403, "forbidden")
