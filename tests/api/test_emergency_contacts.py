# SPDX-License-Identifier: MIT
"""The emergency contact: somebody or nobody, and knowing nothing of the program unless the person says so (R7, A6.1)."""

import pytest
from steps.journey import QUEBEC_COORDINATOR, Intake, is_hidden, open_person, tables_with

NOW = "2026-11-23T15:00:00Z"
ANA = {
    "declined": False,
    "name": "Ana « O'Brien » 🌿 needle",
    "phone": "+1 418 555 0199",
    "relation": "sœur",
    "may_know_program": True,
}


@pytest.fixture
def person(client):
    return open_person(client, now=NOW)


@pytest.fixture
def path(person):
    return f"{person.path}/emergency-contact"


def test_it_begins_with_nobody_and_no_answer(person, path):
    assert person.peer.get(path).ok().json == {
        "participant_id": person.id, "name": None, "phone": None, "relation": None, "may_know_program": False,
        "declined": False, "confirmed_at": None, "needs_confirmation": True}  # fmt: skip


def test_somebody_is_named(person, path):
    named = person.peer.put(path, ANA, if_match=person.peer.get(path)).ok()
    assert {name: named[name] for name in ANA} == ANA
    assert (named["confirmed_at"], named["needs_confirmation"]) == (NOW, False)
    assert person.coordinator.get(path).ok().json == named.json


def test_the_contact_knows_nothing_unless_said(person, path):
    """R7: the contact may be the person to be protected from; no is the default, each time."""
    person.peer.put(path, ANA, if_match="*").ok()
    quiet = person.peer.put(path, {"declined": False, "name": "Ana", "phone": "418 555 0199"}, if_match="*").ok()
    assert (quiet["may_know_program"], quiet["relation"]) == (False, None)


def test_nobody_may_be_named_instead(person, path):
    """All or nothing: whoever declines leaves the rest empty; whoever names somebody gives a number."""
    refused = person.peer.put(path, ANA | {"declined": True}, if_match="*").problem(422)
    for name in ("name", "phone", "relation"):
        refused.fault(f"#/{name}", "invalid")
    person.peer.put(path, ANA, if_match="*").ok()
    declined = person.peer.put(path, {"declined": True}, if_match="*").ok()
    assert (declined["name"], declined["phone"], declined["relation"], declined["declined"]) == (None, None, None, True)
    assert declined["needs_confirmation"] is False
    person.peer.put(path, {"declined": False}, if_match="*").problem(422).fault("#/name", "required").fault("#/phone", "required")
    person.peer.put(path, {"declined": False, "name": "Ana"}, if_match="*").problem(422).fault("#/phone", "required")
    assert person.peer.get(path).ok().json == declined.json


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"name": ""}, "#/name", "too-short"),
        ({"name": "x" * 101}, "#/name", "too-long"),
        ({"phone": "none"}, "#/phone", "format"),
        ({"relation": "x" * 61}, "#/relation", "too-long"),
        ({"declined": None}, "#/declined", "type"),
        ({"may_know_program": "yes"}, "#/may_know_program", "type"),
        ({"address": "12 Elm"}, "#/address", "unknown"),
    ],
)
def test_what_cannot_be_recorded(person, path, change, pointer, code):
    person.peer.put(path, ANA | change, if_match="*").problem(422, "validation-failed").fault(pointer, code)


def test_it_is_asked_for_again(person, path):
    """R7: after 90 days, and by every intake."""
    person.peer.put(path, ANA, if_match="*").ok()
    assert person.at("2027-02-21T15:00:00Z").peer.get(path).ok()["needs_confirmation"] is False
    assert person.at("2027-02-21T15:00:01Z").peer.get(path).ok()["needs_confirmation"] is True
    intake = Intake(person.at("2026-12-01T15:00:00Z"))
    assert person.peer.get(path).ok()["needs_confirmation"] is True
    intake.send_form().ok()
    assert "confirm_emergency_contact" in person.to_do()
    person.peer.put(path, {"declined": True}, if_match="*").ok()
    assert "confirm_emergency_contact" not in person.to_do()


def test_two_who_change_one_record(person, path):
    mine, theirs = person.peer.get(path).ok(), person.coordinator.get(path).ok()
    person.coordinator.put(path, ANA, if_match=theirs).ok()
    person.peer.put(path, {"declined": True}, if_match=mine).problem(412, "precondition-failed")
    assert person.peer.get(path).ok()["name"] == ANA["name"]


def test_who_may_see_it(person, path, client):
    person.coordinator.patch(person.path, {"region": "BC"}, if_match="*").ok()
    for stranger in (open_person(client).peer, client("coordinator", QUEBEC_COORDINATOR)):
        is_hidden(stranger, "GET", path)
        is_hidden(stranger, "PUT", path, ANA)
    for role in ("peer_supporter", "mental_health_professional", "line", "administrator"):
        client(role).get(path).problem(403, "forbidden")


def test_nothing_of_it_stands_in_the_open(person, path, db):
    person.peer.put(path, ANA | {"relation": "needle sister"}, if_match="*").ok()
    assert [tables_with(db, text) for text in ("needle", "418 555 0199")] == [[], []]
