# SPDX-License-Identifier: MIT
"""Whether somebody of the staff is a participant as well: for the lead alone, audited, and never whose file it is (I13, R2, R14)."""

import pytest
from steps import ABSENT, ADMINISTRATOR, COORDINATOR
from steps.groups import Host
from steps.journey import open_person

PATH = "/v1/staff-links"
PEER = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def host(client, administrator):
    return Host(client, administrator, is_trained=False)


@pytest.fixture
def joined(client, db, host):
    """The person behind that account takes part as well, with the same sign-in."""
    person = open_person(client)
    db.execute("update accounts set subject = %s where participant_id = %s", (host.id, person.id))
    return person


def read(administrator, account):
    return administrator.get(f"{PATH}/{account}").ok()


def test_there_is_none(administrator, host):
    assert read(administrator, host.id).json == {"account_id": host.id, "is_participant": False, "since": None}


def test_there_is_one_and_the_lead_learns_no_more(administrator, host, joined, db):
    """I13: since both sign-ins exist; neither alias nor id of the file."""
    answer = read(administrator, host.id)
    (since,) = db.execute(
        "select utc(max(created_at)) from accounts where subject = %s", (host.id,)
    ).fetchone()  # fmt: skip
    assert answer.json == {"account_id": host.id, "is_participant": True, "since": since}
    alias = db.execute("select alias from participants where id = %s", (joined.id,)).fetchone()[0]
    assert joined.id not in answer.content.decode() and alias not in answer.content.decode()


def test_one_that_a_coordinator_has_said(administrator, client, coordinator, host):
    """R14: an exclusion because it is their own case; one that a peer asked for says nothing."""
    person = open_person(client)
    exclude = f"/v1/participants/{person.id}/exclusions"
    made = coordinator.post(exclude, {"account_id": host.id, "reason": "asked_by_peer"}).created()
    assert read(administrator, host.id)["is_participant"] is False
    coordinator.delete(made.path).no_content()
    made = coordinator.post(exclude, {"account_id": host.id, "reason": "own_case"}).created()
    assert read(administrator, host.id)["is_participant"] is False, "said, and not confirmed"
    administrator.post(f"/v1/own-cases/{made['id']}/confirm").ok()
    assert read(administrator, host.id)["since"] == made["created_at"]


def test_everybody_else_gets_404_whatever_is_true(client, administrator, host, joined, nobody):
    """R2: coordinators too, and whoever it is about."""
    other = Host(client, administrator, is_trained=False)
    nobody.get(f"{PATH}/{host.id}").problem(401, "unauthenticated")
    for role in ("peer", "peer_supporter", "mental_health_professional", "coordinator", "line"):
        answers = [client(role).get(f"{PATH}/{account}").problem(404, "not-found") for account in (host.id, other.id, ABSENT)]
        assert len({len(answer.content) for answer in answers}) == 1
    host.client.get(f"{PATH}/{host.id}").problem(404, "not-found")


def test_only_of_staff(administrator):
    for account in (PEER, ABSENT):
        administrator.get(f"{PATH}/{account}").problem(404, "not-found")
    assert read(administrator, COORDINATOR)["account_id"] == COORDINATOR


def test_every_look_is_in_the_audit_and_the_same_for_yes_and_no(client, administrator, host, joined, db):
    """R14: who looked at which account; the audit does not become a list of who takes part."""
    other = Host(client, administrator, is_trained=False)
    for account in (host.id, other.id):
        read(administrator, account)
    kept = db.execute(
        "select object_id::text, account_id::text, action, participant_ids, fields from audit_events"
        " where object_type = 'staff_link' and object_id = any (%s) order by id",
        ([host.id, other.id],),
    ).fetchall()
    assert kept == [(account, ADMINISTRATOR, "read", [], []) for account in (host.id, other.id)]
