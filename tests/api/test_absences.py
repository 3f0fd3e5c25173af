# SPDX-License-Identifier: MIT
"""When coordinators are away: whole days of a calendar, and somebody is there instead (decision 22)."""

import pytest
from steps import ABSENT, COORDINATOR, NUMBERS, walk
from steps.alarms import notices
from steps.journey import QUEBEC_COORDINATOR

AWAY = {"starts_on": "2099-12-21", "ends_on": "2099-12-31"}


@pytest.fixture
def colleague(client, administrator):
    """A coordinator of their own for each test."""
    body = {"role": "coordinator", "name": "Sam Roy", "email": f"away.{next(NUMBERS)}@example.org", "languages": ["en"]}
    who = client("coordinator", administrator.post("/v1/staff", body).created()["id"])
    who.id = who.get("/v1/me").ok()["id"]
    who.path = f"/v1/colleagues/{who.id}"
    return who


def test_one_says_so_oneself_or_somebody_else_does(colleague, coordinator, administrator):
    own = colleague.post(f"{colleague.path}/absences", AWAY).created()
    assert own.path == f"/v1/absences/{own['id']}" and own["timezone"] == "America/Toronto" and own["stand_in_account_id"] is None
    sick = coordinator.post(f"{colleague.path}/absences", AWAY | {"starts_on": "2099-01-05", "stand_in_account_id": COORDINATOR}).created()
    assert [a["id"] for a in walk(administrator, f"{colleague.path}/absences")] == [own["id"], sick["id"]], "the latest first"
    assert colleague.get(sick.path).ok().json == sick.json
    colleague.delete(sick.path).no_content()
    colleague.get(sick.path).problem(404)
    colleague.delete(sick.path).problem(404)


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"ends_on": "2099-12-20"}, "#/ends_on", "invalid"),
        ({"starts_on": "2020-01-01", "ends_on": "2020-01-02"}, "#/ends_on", "in-the-past"),
        ({"timezone": "America/Nowhere"}, "#/timezone", "unknown-zone"),
        ({"stand_in_account_id": ABSENT}, "#/stand_in_account_id", "does-not-exist"),
        ({"stand_in_account_id": "00000000-0000-4000-8000-000000000002"}, "#/stand_in_account_id", "does-not-exist"),
        ({"starts_on": "soon"}, "#/starts_on", "format"),
        ({"why": "ill"}, "#/why", "unknown"),
    ],
)
def test_what_cannot_be_said(colleague, change, pointer, code):
    """Why somebody is away is nobody's business here."""
    colleague.post(f"{colleague.path}/absences", AWAY | change).problem(422).fault(pointer, code)
    themself = AWAY | {"stand_in_account_id": colleague.id}
    colleague.post(f"{colleague.path}/absences", themself).problem(422).fault("#/stand_in_account_id", "does-not-exist")


def test_days_begin_on_the_clock_that_was_said(colleague):
    """From midnight in St. John's to midnight after the last day."""
    days = {"starts_on": "2099-12-21", "ends_on": "2099-12-22", "timezone": "America/St_Johns"}
    colleague.put(f"{colleague.path}/back-up", {"back_up_account_id": QUEBEC_COORDINATOR}).ok()
    colleague.post(f"{colleague.path}/absences", days).created()

    def stands_in(now):
        seen = colleague.get(f"{colleague.path}/back-up", now=now).ok()
        assert seen["is_away"] == (seen["stand_in_account_id"] is not None)
        return seen["stand_in_account_id"]

    assert stands_in("2099-12-21T03:29:59Z") is None
    assert stands_in("2099-12-21T03:30:00Z") == QUEBEC_COORDINATOR
    assert stands_in("2099-12-23T03:29:59Z") == QUEBEC_COORDINATOR
    assert stands_in("2099-12-23T03:30:00Z") is None


def test_of_other_regions_it_is_for_others_to_say(client, colleague, administrator):
    """Whoever writes somebody's absence takes them off the roster: that is for who serves all their regions, and the lead."""
    elsewhere = client("coordinator", QUEBEC_COORDINATOR)
    path = f"{colleague.path}/absences"
    assert elsewhere.post(path, AWAY).problem(409, "conflict")["reason"] == "other-regions"
    made = administrator.post(path, AWAY).created()
    assert elsewhere.delete(made.path).problem(409, "conflict")["reason"] == "other-regions"
    assert elsewhere.get(made.path).ok()["id"] == made["id"]
    assert [entry["about"]["id"] for entry in notices(colleague, "absence_recorded")] == [made["id"]]
    colleague.delete(made.path).no_content()
