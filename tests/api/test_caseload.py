# SPDX-License-Identifier: MIT
"""Whose work what is (decision 22, S0.24): everything that is open has a coordinator, and each list finds theirs."""

import pytest
from steps import COORDINATOR, OTHER_COORDINATOR, inquire, walk
from steps.duty import NOW, OnCall, shift
from steps.evenings import DEBRIEF, Evening
from steps.groups import FORMAL, Group, ready, service
from steps.journey import QUEBEC_COORDINATOR, Intake, open_person


def ids(client, path, **params):
    return [entry["id"] for entry in walk(client, path, params={"limit": 100} | params)]


def test_whoever_opens_a_file_is_there_for_the_person(client):
    """S0.24, decision 22."""
    person = open_person(client, region="YT")
    assert person.made["coordinator_id"] == COORDINATOR
    assert Intake(person).read()["coordinator_id"] == COORDINATOR
    assert person.peer.get(person.path).ok()["coordinator_id"] is None


def test_participants_of_one_coordinator(client, coordinator):
    colleague, quebec = client("coordinator", "other"), client("coordinator", QUEBEC_COORDINATOR)
    mine = [open_person(client, region=region, preferred_language="fr") for region in ("YT", "NU")]
    theirs = open_person(client, coordinator=colleague, region="YT")
    ours = [person.id for person in (*mine, theirs)]

    def found(who=coordinator, **params):
        return [i for i in ids(who, "/v1/participants", **params) if i in ours]

    assert found(coordinator_id=COORDINATOR) == [mine[1].id, mine[0].id], "newest first"
    assert found(coordinator_id=COORDINATOR, region="YT") == [mine[0].id]
    assert found(coordinator_id=COORDINATOR, preferred_language="fr", status="active") == [mine[1].id, mine[0].id]
    assert found(coordinator_id=OTHER_COORDINATOR) == [theirs.id]
    assert found(quebec, coordinator_id=COORDINATOR) == [], "whose they are shows nobody more"


def test_intakes_of_one_coordinator_by_state(client, coordinator):
    received, sent = (Intake(open_person(client, region="YT")).walk(state) for state in ("received", "form_sent"))
    ours = [received.id, sent.id]

    def found(**params):
        return [i for i in ids(coordinator, "/v1/intakes", **params) if i in ours]

    assert found(coordinator_id=COORDINATOR) == [sent.id, received.id]
    assert found(coordinator_id=COORDINATOR, state="received") == [received.id]
    assert found(coordinator_id=COORDINATOR, state=["received", "form_sent"]) == [sent.id, received.id]
    assert found(coordinator_id=COORDINATOR, track="activity") == []
    assert found(coordinator_id=OTHER_COORDINATOR, participant_id=sent.person.id) == []


def test_groups_of_one_coordinator(client, administrator, coordinator):
    made = service(administrator, FORMAL)
    mine, theirs = Group(coordinator, made), Group(client("coordinator", "other"), made)

    def found(**params):
        return ids(coordinator, "/v1/groups", service_id=made["id"], **params)

    assert found(coordinator_id=COORDINATOR) == [mine.id] == found(coordinator_id=COORDINATOR, state="draft")
    assert found(coordinator_id=OTHER_COORDINATOR) == [theirs.id]
    assert found(coordinator_id=OTHER_COORDINATOR, state=["completed", "cancelled"]) == []


def test_an_inquiry_is_everybodys_until_somebody_takes_it(coordinator):
    """R5: none waits for one person."""
    made = inquire(coordinator)
    assert made["coordinator_id"] is None
    coordinator.post(f"{made.path}/take", if_match="*").ok()
    assert made["id"] in ids(coordinator, "/v1/referrals", coordinator_id=COORDINATOR)


def test_what_nobody_took_is_whoevers_on_duty(client, administrator, lead):
    """R5, decision 22: the one on duty finds it among their own, and the back-up what they took."""
    first, second = (OnCall(client, administrator) for _ in range(2))
    shift(lead, first.id, "2027-01-04T09:00", "2027-01-04T17:00", regions=["NU"]).created()
    shift(lead, second.id, "2027-01-04T09:00", "2027-01-04T17:00", step="back_up").created()
    made = inquire(first.client, now=NOW)

    def found(who, **more):
        return made["id"] in ids(who.client, "/v1/referrals", coordinator_id=who.id, **more)

    assert found(first) and not found(second)
    first.client.headers["X-Test-Now"] = "2027-01-04T22:00:00Z"
    assert not found(first), "the turn is over"
    second.client.post(f"{made.path}/take", if_match="*").ok()
    first.client.headers["X-Test-Now"] = NOW
    assert found(second) and not found(first)


def test_waiting_people_of_one_coordinator(client, coordinator):
    colleague = client("coordinator", "other")
    mine = [ready(client, region="YT", preferred_language=language).at(None) for language in ("en", "fr")]
    theirs = ready(client, coordinator=colleague, region="YT").at(None)
    ours = [person.id for person in (*mine, theirs)]

    def found(who=coordinator, **params):
        listed = walk(who, "/v1/waiting-people", params={"limit": 1} | params)
        return [row["participant_id"] for row in listed if row["participant_id"] in ours]

    everybody = found(region="YT")
    assert set(everybody) == set(ours)
    assert found(coordinator_id=COORDINATOR, region="YT") == [i for i in everybody if i != theirs.id], "in the same order"
    assert found(coordinator_id=COORDINATOR, language="fr") == [mine[1].id]
    assert found(coordinator_id=COORDINATOR, region="NS") == []
    assert found(coordinator_id=OTHER_COORDINATOR) == [theirs.id]
    assert found(client("coordinator", QUEBEC_COORDINATOR), coordinator_id=COORDINATOR) == []


def test_what_happens_in_the_groups_of_one_coordinator(client):
    """Incidents and debriefs are the work of whose group it is; so are the hosts that a session lacks."""
    evening = Evening(client).ended()
    body = {"kind": "technical", "severity": 1, "session_id": evening.session["id"]}
    incident = evening.supporter.client.post("/v1/incidents", body).created()["id"]
    debrief = evening.supporter.client.post(f"{evening.path}/debriefs", DEBRIEF | {"wellbeing": 2}).created()["id"]
    for more in ({}, {"session_id": evening.session["id"]}, {"state": "open"}, {"overdue": "true"}):
        for account, is_found in ((COORDINATOR, "overdue" not in more), (OTHER_COORDINATOR, False)):
            assert (incident in ids(evening.coordinator, "/v1/incidents", coordinator_id=account, **more)) is is_found, (account, more)
    for more in ({}, {"session_id": evening.session["id"]}, {"needs_supervision": "true"}):
        for account, is_found in ((COORDINATOR, True), (OTHER_COORDINATOR, False)):
            assert (debrief in ids(evening.coordinator, "/v1/debriefs", coordinator_id=account, **more)) is is_found, (account, more)
    late = evening.at(days=20).coordinator
    assert incident in ids(late, "/v1/incidents", coordinator_id=COORDINATOR, overdue="true")
    assert incident not in ids(late, "/v1/incidents", coordinator_id=OTHER_COORDINATOR, overdue="true")
    assert incident in ids(evening.supporter.client, "/v1/incidents", coordinator_id=COORDINATOR)
    assert ids(evening.supporter.client, "/v1/incidents", coordinator_id=OTHER_COORDINATOR) == []


def test_sessions_that_lack_a_host_by_coordinator(client, administrator, coordinator):
    group = Group(coordinator, service(administrator, FORMAL)).open()

    def found(account):
        params = {"limit": 100, "days": 60, "coordinator_id": account}
        return group.id in {row["group_id"] for row in walk(coordinator, "/v1/shortfalls", params=params)}

    assert found(COORDINATOR) and not found(OTHER_COORDINATOR)


def test_people_to_call_by_coordinator(client, coordinator, deliver):
    """What is held is the work of whoever is there for the person."""
    intake = Intake(open_person(client, coordinator=client("coordinator", "other"), region="YT")).walk("form_sent")
    deliver()

    def found(account):
        params = {"limit": 100, "coordinator_id": account}
        return intake.person.id in {row["participant_id"] for row in walk(coordinator, "/v1/held-messages", params=params)}

    assert found(OTHER_COORDINATOR) and not found(COORDINATOR)


LISTS = "participants intakes groups referrals waiting-people incidents debriefs shortfalls held-messages".split()


@pytest.mark.parametrize("path", [f"/v1/{word}" for word in LISTS])
def test_a_coordinator_is_named_by_account(coordinator, path):
    coordinator.get(path, params={"coordinator_id": "me"}).problem(400, "bad-parameter").fault("coordinator_id", "format")
