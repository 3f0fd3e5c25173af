# SPDX-License-Identifier: MIT
"""Telling people how things stand (S1.35, S2.49, I12). Nothing here sends mail: what is queued stays queued."""

import uuid

import pytest
from steps import walk
from steps.journey import QUEBEC_COORDINATOR, Intake, is_hidden, open_intake, open_person

NOW = "2026-11-23T15:00:00Z"


@pytest.fixture
def person(client):
    return open_person(client, now=NOW)


@pytest.fixture
def intake(person):
    return Intake(person).walk("form_returned")


def queued(db, intake):
    rows = db.execute("select kind, state, reason from outbox where intake_id = %s order by created_at, kind", (intake.id,))
    return rows.fetchall()


@pytest.mark.parametrize("method", ["phone", "in_person"])
def test_a_voice_tells_at_once(person, intake, method):
    told = intake.tell(method).created()
    assert told.path == f"{intake.path}/updates"
    assert told.json == {"id": told["id"], "intake_id": intake.id, "method": method, "recorded_at": NOW, "told_at": NOW}
    assert person.peer.get(told.path).ok().data == [told.json]
    assert person.status()["intakes"][0]["last_told_at"] == NOW


def test_mail_tells_when_it_has_gone(person, intake, db):
    told = intake.tell("email").created()
    assert told["told_at"] is None
    assert ("status_update", "queued", None) in queued(db, intake)
    # Whoever has been told by voice needs no second word.
    intake.tell("phone").created()
    assert ("status_update", "cancelled", "told") in queued(db, intake)
    assert ("acknowledgement", "queued", None) in queued(db, intake), "a receipt is something else"


def test_the_same_key_tells_once(person, intake, db):
    key, body = str(uuid.uuid4()), {"method": "email"}
    path = f"{intake.path}/updates"
    first = person.coordinator.post(path, body, idempotency_key=key).created()
    again = person.coordinator.post(path, body, idempotency_key=key).created()
    assert again.content == first.content and [row[0] for row in queued(db, intake)].count("status_update") == 1


def test_the_list_is_newest_first_and_paged(person, intake):
    made = []
    for minute in range(5):
        person.at(f"2026-11-23T16:0{minute}:00Z")
        made.insert(0, intake.tell().created()["id"])
    path = f"{intake.path}/updates"
    assert [entry["id"] for entry in walk(person.peer, path, params={"limit": 3})] == made
    person.coordinator.get(path, params={"cursor": "x"}).problem(400, "bad-parameter")


def test_what_cannot_be_recorded(person, intake):
    path = f"{intake.path}/updates"
    for bad, code in (({"method": "pigeon"}, "not-allowed"), ({}, "required"), ({"method": None}, "type")):
        person.coordinator.post(path, bad).problem(422).fault("#/method", code)
    person.coordinator.post(path, {"method": "phone", "note": "x"}).problem(422).fault("#/note", "unknown")
    intake.withdraw().ok()
    assert intake.tell().problem(409, "conflict-state")["state"] == "withdrawn"


def test_who_may_see_and_tell(client):
    intake = open_intake(client, region="BC", state="form_sent")
    path = f"{intake.path}/updates"
    stranger, quebec = open_person(client).peer, client("coordinator", QUEBEC_COORDINATOR)
    for who in (stranger, quebec):
        is_hidden(who, "GET", path)
    is_hidden(quebec, "POST", path, {"method": "phone"})
    intake.person.peer.post(path, {"method": "phone"}).problem(403, "forbidden")
