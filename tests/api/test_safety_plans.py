# SPDX-License-Identifier: MIT
"""The safety plan: one per person, sealed, replaced as a whole, and asked for again when it is old (R7, A6.1)."""

import pytest
from steps.journey import QUEBEC_COORDINATOR, Intake, is_hidden, open_person, tables_with

NOW = "2026-11-23T15:00:00Z"
PLAN = {"current_place_method": "Je dis « où » :\n\t1) \"ici\" 2) 'là' — 🏠 needle", "consent_to_checkin": True}


@pytest.fixture
def person(client):
    return open_person(client, now=NOW)


@pytest.fixture
def path(person):
    return f"{person.path}/safety-plan"


def test_it_begins_unconfirmed(person, path):
    assert person.peer.get(path).ok().json == {
        "participant_id": person.id, "current_place_method": None, "consent_to_checkin": None, "confirmed_at": None,
        "needs_confirmation": True}  # fmt: skip


def test_it_is_replaced_as_a_whole(person, path):
    first = person.peer.put(path, PLAN, if_match=person.peer.get(path)).ok()
    assert first["current_place_method"] == PLAN["current_place_method"] and first["consent_to_checkin"] is True
    assert first["confirmed_at"] == NOW and first["needs_confirmation"] is False
    second = person.coordinator.put(path, {"current_place_method": None, "consent_to_checkin": False}, if_match=first).ok()
    assert (second["current_place_method"], second["consent_to_checkin"]) == (None, False)
    assert person.peer.get(path).ok().json == second.json
    for missing in PLAN:
        rest = {name: value for name, value in PLAN.items() if name != missing}
        person.peer.put(path, rest, if_match="*").problem(422).fault(f"#/{missing}", "required")


def test_it_is_asked_for_again_after_90_days(person, path):
    """R7: stale when older than 90 days."""
    person.peer.put(path, PLAN, if_match="*").ok()
    assert person.at("2027-02-21T15:00:00Z").peer.get(path).ok()["needs_confirmation"] is False
    assert person.at("2027-02-21T15:00:01Z").peer.get(path).ok()["needs_confirmation"] is True
    again = person.peer.put(path, PLAN, if_match="*").ok()
    assert (again["confirmed_at"], again["needs_confirmation"]) == ("2027-02-21T15:00:01Z", False)


def test_it_is_asked_for_again_by_every_intake(person, path):
    """R7: reconfirmed at each intake, also when it is young."""
    person.peer.put(path, PLAN, if_match="*").ok()
    intake = Intake(person.at("2026-11-24T15:00:00Z"))
    assert person.peer.get(path).ok()["needs_confirmation"] is True
    intake.send_form().ok()
    assert "confirm_safety_plan" in person.to_do()
    person.peer.put(path, PLAN, if_match="*").ok()
    assert "confirm_safety_plan" not in person.to_do()


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"current_place_method": ""}, "#/current_place_method", "too-short"),
        ({"current_place_method": "é" * 501}, "#/current_place_method", "too-long"),
        ({"consent_to_checkin": None}, "#/consent_to_checkin", "type"),
        ({"address": "12 Elm"}, "#/address", "unknown"),
        ({"confirmed_at": NOW}, "#/confirmed_at", "unknown"),
    ],
)
def test_what_cannot_be_recorded(person, path, change, pointer, code):
    person.peer.put(path, PLAN | change, if_match="*").problem(422, "validation-failed").fault(pointer, code)


def test_two_who_change_one_record(person, path):
    mine, theirs = person.peer.get(path).ok(), person.coordinator.get(path).ok()
    person.peer.put(path, PLAN, if_match=mine).ok()
    person.coordinator.put(path, PLAN, if_match=theirs).problem(412, "precondition-failed")


def test_who_may_see_it(person, path, client):
    """A6.8: no peer supporter, no other peer, no coordinator of another region; every look is in the file."""
    person.coordinator.patch(person.path, {"region": "BC"}, if_match="*").ok()
    for stranger in (open_person(client).peer, client("coordinator", QUEBEC_COORDINATOR)):
        is_hidden(stranger, "GET", path)
        is_hidden(stranger, "PUT", path, PLAN)
    for role in ("peer_supporter", "mental_health_professional", "line", "administrator"):
        client(role).get(path).problem(403, "forbidden")
    person.coordinator.get(path).ok()
    newest = person.peer.get(f"{person.path}/audit-events").ok().data[0]
    assert (newest["action"], newest["object_type"], newest["staff_alias"]) == ("read", "safety_plan", "Dominique")


def test_nothing_of_it_stands_in_the_open(person, path, db):
    person.peer.put(path, PLAN, if_match="*").ok()
    assert tables_with(db, "needle") == []
