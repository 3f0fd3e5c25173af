# SPDX-License-Identifier: MIT
"""The contacts that were opened, for review (A6.8, R14)."""

import pytest
from steps import walk
from steps.evenings import Evening
from steps.journey import QUEBEC_COORDINATOR

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


def test_the_list_that_is_reviewed(evening):
    """R14: newest first, page by page; it names nobody. I13: of a group of one's own there is nothing. Nobody else has it."""
    for minutes in range(3):
        evening.at(minutes=minutes).professional.client.post(glass(evening), OPENING).ok()
    mine = [o for o in walk(evening.coordinator, "/v1/contact-openings", params={"limit": 2}) if o["session_id"] == evening.session["id"]]
    assert [o["at"] for o in mine] == [f"2090-01-10T23:3{minute}:00Z" for minute in (2, 1, 0)]
    for role in ("peer", "peer_supporter", "mental_health_professional", "line"):
        evening.client(role).get("/v1/contact-openings").problem(403, "forbidden")
    own = {"account_id": QUEBEC_COORDINATOR, "reason": "own_case"}
    evening.coordinator.post(f"{evening.seats[0].person.path}/exclusions", own).created()
    theirs = evening.client("coordinator", QUEBEC_COORDINATOR).get("/v1/contact-openings", params={"limit": 100}).ok().data
    assert evening.session["id"] not in {o["session_id"] for o in theirs}
