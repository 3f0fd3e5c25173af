# SPDX-License-Identifier: MIT
"""Exclusions: staff for whom a person does not exist - their own case, or because the person asked (I13, R14)."""

import uuid

import pytest
from steps import ABSENT, walk
from steps import COORDINATOR as ME
from steps import OTHER_COORDINATOR as COLLEAGUE
from steps.journey import QUEBEC_COORDINATOR, Intake, is_hidden, open_person


@pytest.fixture
def colleague(client):
    return client("coordinator", COLLEAGUE)


@pytest.fixture
def person(client):
    return open_person(client, region="QC")


def exclude(person, account, reason="asked_by_peer", who=None):
    return (who or person.coordinator).post(f"{person.path}/exclusions", {"account_id": account, "reason": reason})


def everything(person, intake):
    """(method, path, body) of every operation on this person that a coordinator has."""
    return [
        ("GET", person.path, None),
        ("PATCH", person.path, {"pronouns": "il"}),
        ("GET", f"{person.path}/contact", None),
        ("PATCH", f"{person.path}/contact", {"ok_to_email": True}),
        ("GET", f"{person.path}/safety-plan", None),
        ("PUT", f"{person.path}/safety-plan", {"current_place_method": None, "consent_to_checkin": True}),
        ("GET", f"{person.path}/emergency-contact", None),
        ("PUT", f"{person.path}/emergency-contact", {"declined": True}),
        ("GET", f"{person.path}/exclusions", None),
        ("POST", f"{person.path}/exclusions", {"account_id": ME, "reason": "own_case"}),
        ("GET", f"{person.path}/acceptances", None),
        ("GET", f"{person.path}/status", None),
        ("GET", intake.path, None),
        ("POST", f"{intake.path}/send-form", None),
        ("GET", f"{intake.path}/form", None),
        ("PATCH", f"{intake.path}/form", {"device_ok": True}),
        ("POST", f"{intake.path}/form/submit", None),
        ("POST", f"{intake.path}/acknowledge", {"method": "phone"}),
        ("POST", f"{intake.path}/meeting/hold", {"readiness": "ready"}),
        ("POST", f"{intake.path}/register", None),
        ("POST", f"{intake.path}/close", {"outcome": "unreachable"}),
        ("POST", f"{intake.path}/withdraw", None),
        ("GET", f"{intake.path}/updates", None),
        ("POST", f"{intake.path}/updates", {"method": "phone"}),
    ]


def test_from_then_on_nothing_is_found(person, colleague, client):
    """I13: not the file, not its parts, in no list - and the answers are those of an id that never was."""
    intake = Intake(person)
    colleague.get(person.path).ok()
    made = exclude(person, COLLEAGUE).created()
    assert made.path == f"/v1/exclusions/{made['id']}"
    assert (made["account_id"], made["reason"], made["created_by"]) == (COLLEAGUE, "asked_by_peer", ME)
    for method, path, body in everything(person, intake):
        is_hidden(colleague, method, path, body)
    is_hidden(colleague, "GET", made.path)
    is_hidden(colleague, "DELETE", made.path)
    for path in ("/v1/participants", "/v1/intakes", "/v1/held-messages"):
        assert person.id not in str(colleague.get(path, params={"limit": 100}).ok().json)
    colleague.post("/v1/intakes", {"participant_id": person.id, "track": "activity"}).problem(422).fault(
        "#/participant_id", "does-not-exist")  # fmt: skip
    # Everybody else sees them as before; lifted, so does the colleague.
    client("coordinator", QUEBEC_COORDINATOR).get(person.path).ok()
    person.coordinator.delete(made.path).no_content()
    colleague.get(person.path).ok()
    person.coordinator.get(made.path).problem(404)
    person.coordinator.delete(made.path).problem(404)


def test_ones_own_case_is_given_up_and_not_taken_back(person, colleague):
    """I13: nobody reads or changes their own case; whoever steps back cannot step in again by themself."""
    key = str(uuid.uuid4())
    body = {"account_id": ME, "reason": "own_case"}
    made = person.coordinator.post(f"{person.path}/exclusions", body, idempotency_key=key).created()
    is_hidden(person.coordinator, "GET", person.path)
    is_hidden(person.coordinator, "GET", made.path)
    is_hidden(person.coordinator, "DELETE", made.path)
    again = person.coordinator.post(f"{person.path}/exclusions", body, idempotency_key=key).created()
    assert again.content == made.content
    (listed,) = colleague.get(f"{person.path}/exclusions").ok().data
    assert listed == made.json
    colleague.delete(made.path).no_content()
    person.coordinator.get(person.path).ok()


def test_the_person_still_has_their_file(person):
    """An exclusion is about staff: for the peer nothing changes, not even with their own account named."""
    exclude(person, COLLEAGUE).created()
    person.peer.get(person.path).ok()
    for method, path in (("GET", "exclusions"), ("POST", "exclusions")):
        person.peer.request(method, f"{person.path}/{path}", {"account_id": ME, "reason": "own_case"}).problem(403, "forbidden")
    events = person.peer.get(f"{person.path}/audit-events").ok().data
    assert "'exclusion'" not in str(events), "that there is one would tell whom they named that somebody is of the staff"
    assert COLLEAGUE not in str(events)


def test_it_is_said_once(person):
    exclude(person, COLLEAGUE).created()
    exclude(person, COLLEAGUE, "own_case").problem(409, "conflict").fault("#/account_id", "taken")
    exclude(person, ABSENT).problem(409, "conflict").fault("#/account_id", "does-not-exist")
    for bad in ({"reason": "curious"}, {"account_id": "me"}, {"note": "x"}):
        person.coordinator.post(f"{person.path}/exclusions", {"account_id": QUEBEC_COORDINATOR, "reason": "own_case"} | bad).problem(
            422
        ).fault(f"#/{next(iter(bad))}")


def test_the_list_is_oldest_first_and_paged(person, client):
    accounts = [COLLEAGUE, QUEBEC_COORDINATOR, "00000000-0000-4000-8000-000000000002"]
    made = [exclude(person, account).created()["id"] for account in accounts]
    path = f"{person.path}/exclusions"
    assert [entry["id"] for entry in person.coordinator.get(path).ok().data] == made
    assert [entry["id"] for entry in walk(person.coordinator, path, params={"limit": 2})] == made
    assert person.coordinator.get(f"{open_person(client).path}/exclusions").ok().data == []


def test_a_coordinator_of_another_region_neither_sees_nor_lifts(client):
    quebec = client("coordinator", QUEBEC_COORDINATOR)
    elsewhere = open_person(client, region="BC")
    made = exclude(elsewhere, COLLEAGUE).created()
    is_hidden(quebec, "GET", made.path)
    is_hidden(quebec, "DELETE", made.path)
    is_hidden(quebec, "GET", f"{elsewhere.path}/exclusions")
    is_hidden(quebec, "POST", f"{elsewhere.path}/exclusions", {"account_id": ME, "reason": "own_case"})


def test_what_is_theirs_of_the_person_goes_to_somebody_else(client, coordinator, administrator):
    """Decision 22: nobody is left with a coordinator for whom they do not exist."""
    body = {"role": "coordinator", "name": "Kim Roy", "email": f"{uuid.uuid4().hex}@example.org", "languages": ["en"]}
    made = administrator.post("/v1/staff", body).created()
    person = open_person(client, coordinator=client("coordinator", made["id"]))
    intake = Intake(person)
    coordinator.post(f"{person.path}/exclusions", {"account_id": made["id"], "reason": "asked_by_peer"}).created()
    held = {coordinator.get(path).ok()["coordinator_id"] for path in (person.path, intake.path)}
    assert len(held) == 1 and not held & {made["id"], None}
    rows = coordinator.get("/v1/hand-overs", params={"subject_id": intake.id}).ok().data
    assert [(row["reason"], row["from_account_id"]) for row in rows] == [("conflict", made["id"])]
