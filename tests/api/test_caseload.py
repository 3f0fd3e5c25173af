# SPDX-License-Identifier: MIT
"""Whose work what is (decision 22, S0.24): everything that is open has a coordinator, and each list finds theirs."""

import pytest
from steps import COORDINATOR, OTHER_COORDINATOR, inquire, walk
from steps.groups import FORMAL, Group, service
from steps.journey import QUEBEC_COORDINATOR, Intake, open_person


def ids(client, path, **params):
    return [entry["id"] for entry in walk(client, path, params={"limit": 100} | params)]


def test_whoever_opens_a_file_is_there_for_the_person(client):
    """S0.24, decision 22."""
    person = open_person(client, region="YT")
    assert person.made["coordinator_account_id"] == COORDINATOR
    assert Intake(person).read()["coordinator_account_id"] == COORDINATOR
    assert person.peer.get(person.path).ok()["coordinator_account_id"] is None


def test_participants_of_one_coordinator(client, coordinator):
    colleague, quebec = client("coordinator", "other"), client("coordinator", QUEBEC_COORDINATOR)
    mine = [open_person(client, region=region, preferred_language="fr") for region in ("YT", "NU")]
    theirs = open_person(client, coordinator=colleague, region="YT")
    ours = [person.id for person in (*mine, theirs)]

    def found(who=coordinator, **params):
        return [i for i in ids(who, "/v1/participants", **params) if i in ours]

    assert found(coordinator=COORDINATOR) == [mine[1].id, mine[0].id], "newest first"
    assert found(coordinator=COORDINATOR, region="YT") == [mine[0].id]
    assert found(coordinator=COORDINATOR, preferred_language="fr", status="active") == [mine[1].id, mine[0].id]
    assert found(coordinator=OTHER_COORDINATOR) == [theirs.id]
    assert found(quebec, coordinator=COORDINATOR) == [], "whose they are shows nobody more"


def test_intakes_of_one_coordinator_by_state(client, coordinator):
    received, sent = (Intake(open_person(client, region="YT")).walk(state) for state in ("received", "form_sent"))
    ours = [received.id, sent.id]

    def found(**params):
        return [i for i in ids(coordinator, "/v1/intakes", **params) if i in ours]

    assert found(coordinator=COORDINATOR) == [sent.id, received.id]
    assert found(coordinator=COORDINATOR, state="received") == [received.id]
    assert found(coordinator=COORDINATOR, state=["received", "form_sent"]) == [sent.id, received.id]
    assert found(coordinator=COORDINATOR, track="activity") == []
    assert found(coordinator=OTHER_COORDINATOR, participant_id=sent.person.id) == []


def test_groups_of_one_coordinator(client, administrator, coordinator):
    made = service(administrator, FORMAL)
    mine, theirs = Group(coordinator, made), Group(client("coordinator", "other"), made)

    def found(**params):
        return ids(coordinator, "/v1/groups", service_id=made["id"], **params)

    assert found(coordinator=COORDINATOR) == [mine.id] == found(coordinator=COORDINATOR, state="draft")
    assert found(coordinator=OTHER_COORDINATOR) == [theirs.id]
    assert found(coordinator=OTHER_COORDINATOR, state=["completed", "cancelled"]) == []


def test_an_inquiry_is_everybodys_until_somebody_takes_it(coordinator):
    """R5: none waits for one person."""
    made = inquire(coordinator)
    assert made["assigned_to"] is None
    coordinator.patch(made.path, {"assigned_to": COORDINATOR}, if_match="*").ok()
    assert made["id"] in ids(coordinator, "/v1/referrals", coordinator=COORDINATOR)


@pytest.mark.parametrize("path", ["/v1/participants", "/v1/intakes", "/v1/groups", "/v1/referrals"])
def test_a_coordinator_is_named_by_account(coordinator, path):
    coordinator.get(path, params={"coordinator": "me"}).problem(400, "bad-parameter").fault("coordinator", "format")
