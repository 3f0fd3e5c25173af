# SPDX-License-Identifier: MIT
"""That a file is a colleague's own is said by somebody, and counts when the program lead has seen it (I13, R14)."""

import pytest
from steps import ABSENT, ADMINISTRATOR
from steps.alarms import notices
from steps.evenings import Evening
from steps.groups import ready
from steps.journey import QUEBEC_COORDINATOR, is_hidden

PATH = "/v1/own-cases"


@pytest.fixture
def evening(client):
    return Evening(client)


@pytest.fixture
def colleague(client):
    return client("coordinator", QUEBEC_COORDINATOR)


def say(evening, account):
    person = evening.seats[0].person
    return evening.coordinator.post(f"{person.path}/exclusions", {"account_id": account, "reason": "own_case"}).created()


def waiting(administrator):
    return {entry["id"]: entry for entry in administrator.get(PATH, params={"limit": 100}).ok().data}


def test_until_the_lead_has_seen_it_the_file_is_closed_and_nothing_else(evening, administrator, colleague):
    """No group vanishes, for a coordinator or for a host who leads it."""
    person = evening.seats[0].person
    made = say(evening, QUEBEC_COORDINATOR)
    assert made["reason"] == "own_case_said"
    is_hidden(colleague, "GET", person.path)
    say(evening, evening.supporter.id)
    for who in (colleague, evening.supporter.client):
        assert who.get(evening.group.path).ok() and who.get(evening.path).ok()
    assert evening.session["id"] in [entry["id"] for entry in evening.supporter.client.get("/v1/my-sessions").ok().data]
    administrator.post(f"{PATH}/{made['id']}/confirm").ok()
    is_hidden(colleague, "GET", evening.group.path)
    evening.supporter.client.get(evening.group.path).ok()
    administrator.post(f"{PATH}/{made['id']}/confirm").problem(404, "not-found")


def test_the_lead_reads_who_said_it_of_whom_and_not_whose_file_it_is(evening, administrator):
    made = say(evening, QUEBEC_COORDINATOR)
    listed = administrator.get(PATH, params={"limit": 100}).ok()
    expected = {
        "id": made["id"], "account_id": QUEBEC_COORDINATOR, "said_by": evening.coordinator.account, "said_at": made["created_at"]
    }  # fmt: skip
    assert waiting(administrator)[made["id"]] == expected
    assert evening.seats[0].person.id.encode() not in listed.content
    told = [entry for entry in notices(administrator, "own_case_said") if entry["about"] == {"type": "own_case", "id": made["id"]}]
    assert len(told) == 1
    assert administrator.post(f"{PATH}/{made['id']}/confirm").ok().json == expected
    assert made["id"] not in waiting(administrator)


def test_what_the_lead_refuses_opens_the_file_again(evening, administrator, colleague):
    person = evening.seats[0].person
    made = say(evening, QUEBEC_COORDINATOR)
    administrator.post(f"{PATH}/{made['id']}/refuse").ok()
    assert made["id"] not in waiting(administrator)
    colleague.get(person.path).ok()
    evening.coordinator.get(made.path).problem(404, "not-found")


def test_of_oneself_it_counts_at_once(evening, administrator, colleague):
    own = {"account_id": QUEBEC_COORDINATOR, "reason": "own_case"}
    made = colleague.post(f"{evening.seats[0].person.path}/exclusions", own).created()
    assert made["reason"] == "own_case" and made["id"] not in waiting(administrator)
    is_hidden(colleague, "GET", evening.group.path)


def test_what_is_said_of_the_lead_is_for_another(evening, administrator):
    """I13."""
    made = say(evening, ADMINISTRATOR)
    another = evening.client("administrator", "other")
    assert made["id"] not in waiting(administrator) and made["id"] in waiting(another)
    for step in ("confirm", "refuse"):
        is_hidden(administrator, "POST", f"{PATH}/{made['id']}/{step}")
    assert notices(administrator, "own_case_said") == [] or made["id"] not in str(notices(administrator, "own_case_said"))
    assert made["id"] in str(notices(another, "own_case_said"))


def test_nobody_else(evening, client):
    made = say(evening, QUEBEC_COORDINATOR)
    for role in ("peer", "peer_supporter", "mental_health_professional", "coordinator", "line"):
        client(role).get(PATH).problem(403, "forbidden")
        client(role).post(f"{PATH}/{made['id']}/confirm").problem(403, "forbidden")
    client("administrator").post(f"{PATH}/{ABSENT}/confirm").problem(404, "not-found")
    mere = ready(client)
    asked = mere.coordinator.post(f"{mere.path}/exclusions", {"account_id": QUEBEC_COORDINATOR, "reason": "asked_by_peer"}).created()
    for step in ("confirm", "refuse"):
        is_hidden(client("administrator"), "POST", f"{PATH}/{asked['id']}/{step}")


def test_nobody_writes_past_it(db, evening):
    """The second wall: a coordinator's own insert says of nobody else that it is so."""
    with pytest.raises(Exception, match="row-level security"), db.transaction():
        db.execute("set local role alongside_api")
        db.execute(
            "select set_config('app.role', 'coordinator', true), set_config('app.account_id', %s, true),"
            " set_config('app.region_keys', '{-,ON,QC}', true)",
            (evening.coordinator.account,),
        )
        db.execute(
            "insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (%s, %s, 'own_case', %s, now())",
            (evening.seats[0].person.id, QUEBEC_COORDINATOR, evening.coordinator.account),
        )
