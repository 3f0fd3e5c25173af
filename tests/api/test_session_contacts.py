# SPDX-License-Identifier: MIT
"""Behind glass: how to reach somebody who is in danger (A6.8, R14)."""

import pytest
from steps.evenings import OPENING, Evening, audited, glass_path, with_plan


@pytest.fixture
def evening(client):
    return with_plan(Evening(client))


def test_how_to_reach_somebody_in_an_emergency(evening, db):
    """A6.8, R14: with a reason, each time in the person's file and on the list that coordinators and administrators review."""
    person = evening.seats[0].person
    contact = evening.professional.client.post(glass_path(evening), {"reason": "danger_to_self"}).ok()
    assert contact.json == {
        "session_id": evening.session["id"], "enrolment_id": evening.seats[0].id, "name_to_use": "Robin Reachable",
        "phone": "+1 613 555 0198", "email": person.email, "ok_to_leave_message": False, "safe_hours": "Evenings"}  # fmt: skip
    evening.at(minutes=5).professional.client.post(glass_path(evening), OPENING).ok()
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
    post(glass_path(evening), {}).problem(422).fault("#/reason", "required")
    post(glass_path(evening), {"reason": "curiosity"}).problem(422).fault("#/reason", "not-allowed")
    post(glass_path(evening), {"reason": "check_in", "note": "why"}).problem(422).fault("#/note", "unknown")
