# SPDX-License-Identifier: MIT
"""The contacts that were opened, for review (A6.8, R14)."""

import pytest
from steps import walk
from steps.evenings import OPENING, Evening, glass_path, with_plan
from steps.journey import QUEBEC_COORDINATOR, own_case


@pytest.fixture
def evening(client):
    return with_plan(Evening(client))


def test_the_list_that_is_reviewed(evening):
    """R14: newest first, page by page; it names nobody. I13: of a group of one's own there is nothing. Nobody else has it."""
    for minutes in range(3):
        evening.at(minutes=minutes).professional.client.post(glass_path(evening), OPENING).ok()
    mine = [o for o in walk(evening.coordinator, "/v1/contact-openings", params={"limit": 2}) if o["session_id"] == evening.session["id"]]
    assert [o["at"] for o in mine] == [f"2090-01-10T23:3{minute}:00Z" for minute in (2, 1, 0)]
    for role in ("peer", "peer_supporter", "mental_health_professional", "line"):
        evening.client(role).get("/v1/contact-openings").problem(403, "forbidden")
    own_case(evening.client, evening.seats[0].person, QUEBEC_COORDINATOR)
    theirs = evening.client("coordinator", QUEBEC_COORDINATOR).get("/v1/contact-openings", params={"limit": 100}).ok().data
    assert evening.session["id"] not in {o["session_id"] for o in theirs}
