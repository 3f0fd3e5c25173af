# SPDX-License-Identifier: MIT
"""Behind glass: how to reach somebody who is in danger (A6.8, R14)."""

import pytest
from steps.evenings import Evening, audited

PLAN = {"current_place_method": "Asked when we begin, and not kept", "consent_to_checkin": True}
KIN = {"name": "Lou Nearby", "phone": "+1 613 555 0177", "relation": "sister", "may_know_program": False}
OPENING = {"reason": "check_in"}


@pytest.fixture
def evening(client):
    return with_plan(Evening(client))


def with_plan(evening):
    person = evening.seats[0].person
    person.reachable(name_to_use="Robin Reachable", phone="+1 613 555 0198", safe_hours="Evenings")
    person.peer.put(f"{person.path}/safety-plan", PLAN, if_match="*").ok()
    person.peer.put(f"{person.path}/emergency-contact", KIN | {"declined": False}, if_match="*").ok()
    return evening.at()


def path(evening, seat=None):
    return f"{evening.path}/safety-plans/{(seat or evening.seats[0]).id}"


def glass(evening, seat=None):
    return f"{evening.path}/contacts/{(seat or evening.seats[0]).id}/open"


def test_how_to_reach_somebody_in_an_emergency(evening, db):
    """A6.8, R14: with a reason, each time in the person's file and on the list that coordinators and administrators review."""
    person = evening.seats[0].person
    contact = evening.professional.client.post(glass(evening), {"reason": "danger_to_self"}).ok()
    assert contact.json == {
        "session_id": evening.session["id"], "enrolment_id": evening.seats[0].id, "name_to_use": "Robin Reachable",
        "phone": "+1 613 555 0198", "email": person.email, "ok_to_leave_message": False, "safe_hours": "Evenings"}  # fmt: skip
    evening.at(minutes=5).professional.client.post(glass(evening), OPENING).ok()
    assert audited(db, "contact", object_id=person.id)[:2] == [("break_glass", evening.professional.id, [person.id])] * 2
    for who in (evening.coordinator, evening.administrator):
        openings = who.get("/v1/contact-openings", params={"limit": 100}).ok().data
        ours = [o for o in openings if o["session_id"] == evening.session["id"]]
        assert [(o["reason"], o["account_id"], o["enrolment_id"]) for o in ours] == [
            (reason, evening.professional.id, evening.seats[0].id) for reason in ("check_in", "danger_to_self")
        ]
        assert ours[0]["at"] == evening.now


def test_it_needs_a_reason(evening):
    post = evening.professional.client.post
    post(glass(evening), {}).problem(422).fault("#/reason", "required")
    post(glass(evening), {"reason": "curiosity"}).problem(422).fault("#/reason", "not-allowed")
    post(glass(evening), {"reason": "check_in", "note": "why"}).problem(422).fault("#/note", "unknown")
