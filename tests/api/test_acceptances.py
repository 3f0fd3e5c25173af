# SPDX-License-Identifier: MIT
"""Acceptances: the person's own, of the version in force, append-only; a new version asks for that one again (I4, decision 3)."""

import uuid

import pytest
from steps import ABSENT, walk
from steps.journey import (
    DOCUMENTS,
    QUEBEC_COORDINATOR,
    current_document,
    is_hidden,
    open_intake,
    open_person,
    publish,
)

NOW = "2026-11-23T15:00:00Z"


@pytest.fixture
def person(client):
    return open_person(client, now=NOW)


@pytest.fixture
def path(person):
    return f"{person.path}/acceptances"


def test_the_version_in_force_in_the_language_read(person, path):
    document = current_document(person.peer, "consent")
    made = person.peer.post(path, {"document_id": document["id"], "language_read": "fr"}).created()
    assert made.path == f"/v1/acceptances/{made['id']}" and made.etag == '"1.both"'
    assert made.json == {
        "id": made["id"], "participant_id": person.id, "document_id": document["id"], "kind": "consent",
        "number": document["number"], "language_read": "fr", "accepted_at": NOW, "withdrawn_at": None}  # fmt: skip
    for who in (person.peer, person.coordinator):
        assert who.get(made.path).ok().json == made.json
    person.peer.post(path, {"document_id": document["id"], "language_read": "en"}).problem(409, "conflict").fault(
        "#/document_id", "taken")  # fmt: skip


def test_it_is_given_by_nobody_else(person, path, client):
    body = {"document_id": current_document(person.peer, "consent")["id"], "language_read": "en"}
    for role in ("coordinator", "peer_supporter", "mental_health_professional", "administrator", "line"):
        client(role).post(path, body).problem(403, "forbidden")
    is_hidden(open_person(client).peer, "POST", path, body)
    assert person.coordinator.get(path).ok().data == []


def test_what_cannot_be_accepted(person, path, administrator):
    old = current_document(person.peer, "safety_protocol")
    publish(administrator, "safety_protocol")
    person.peer.post(path, {"document_id": old["id"], "language_read": "en"}).problem(422).fault("#/document_id", "not-current")
    person.peer.post(path, {"document_id": ABSENT, "language_read": "en"}).problem(422).fault("#/document_id", "does-not-exist")
    person.peer.post(path, {"document_id": old["id"], "language_read": "de"}).problem(422).fault("#/language_read", "not-allowed")
    person.peer.post(path, {"language_read": "en", "accepted_at": NOW}).problem(422).fault("#/document_id", "required").fault(
        "#/accepted_at", "unknown")  # fmt: skip


def test_the_same_key_accepts_once(person, path):
    body, key = {"document_id": current_document(person.peer, "consent")["id"], "language_read": "en"}, str(uuid.uuid4())
    first = person.peer.post(path, body, idempotency_key=key).created()
    again = person.peer.post(path, body, idempotency_key=key).created()
    assert again.content == first.content and len(person.peer.get(path).ok().data) == 1


def test_it_may_be_taken_back_at_any_moment(person, path):
    """I4: and given again; both stay on record."""
    made = person.accept("confidentiality").created()
    person.at("2026-11-24T15:00:00Z")
    back = person.peer.post(f"{made.path}/withdraw").ok()
    assert back["withdrawn_at"] == "2026-11-24T15:00:00Z" and back["accepted_at"] == NOW
    again = person.peer.post(f"{made.path}/withdraw").ok()
    assert again.json == back.json and again.etag == back.etag != made.etag
    person.accept("confidentiality").created()
    assert [entry["withdrawn_at"] for entry in person.peer.get(path).ok().data] == [None, "2026-11-24T15:00:00Z"]
    person.coordinator.post(f"{made.path}/withdraw").problem(403, "forbidden")


def test_what_was_accepted_cannot_be_changed_even_by_hand(person, db):
    """Append-only in the database as well."""
    made = person.accept("consent").created()
    for change in ("language_read = 'fr'", "accepted_at = now()", "withdrawn_at = null"):
        with pytest.raises(Exception, match="append-only"):
            db.execute(f"update acceptances set {change} where id = %s", (made["id"],))
    with pytest.raises(Exception, match="append-only"):
        db.execute("delete from acceptances where id = %s", (made["id"],))


@pytest.mark.parametrize("kind", DOCUMENTS["group"])
def test_a_new_version_asks_for_that_one_acceptance_again(client, administrator, db, kind):
    """Decision 3, S1.36: of everybody who accepted an earlier one and is under way or served; of nobody else, and nothing else."""
    under_way = open_intake(client, state="acknowledged")
    under_way.accept(*DOCUMENTS["group"])
    ready, gone = open_intake(client, state="ready"), open_intake(client, state="ready")
    gone.withdraw().ok()
    new_here = open_intake(client, state="form_sent")
    activity = open_intake(client, "activity", "registered")
    before = [intake.person.to_do() for intake in (ready, under_way)]
    assert not [code for codes in before for code in codes if code.startswith("accept_")]
    document = publish(administrator, kind)
    for person in (ready.person, under_way.person):
        left = person.status()["intakes"][0]["left_to_do"]
        asked = [entry for entry in left if entry["code"].startswith("accept_")]
        assert [(entry["code"], entry["document_id"]) for entry in asked] == [(f"accept_{kind}", document["id"])]
    assert ready.state == "ready", "decision 3: nothing else is asked again"
    told = db.execute("select participant_id::text from outbox where kind = 'document_changed' and state = 'queued'").fetchall()
    told = {participant for (participant,) in told}
    assert {ready.person.id, under_way.person.id} <= told
    assert not {gone.person.id, new_here.person.id} & told and (activity.person.id in told) == (kind == "consent")
    for intake in (ready, under_way):
        intake.person.accept(kind).created()
    assert [intake.person.to_do() for intake in (ready, under_way)] == before


def test_two_versions_in_a_row_tell_once(client, administrator, db):
    """R3: one neutral message is enough until it has gone."""
    intake = open_intake(client, state="ready")
    for kind in ("consent", "confidentiality"):
        publish(administrator, kind)
    count = "select count(*) from outbox where kind = 'document_changed' and participant_id = %s"
    assert db.execute(count, (intake.person.id,)).fetchone() == (1,)
    assert {"accept_consent", "accept_confidentiality"} <= set(intake.person.to_do())


def test_an_old_acceptance_does_not_make_ready(client, administrator):
    """I4: the current versions count, at the moment of the last step."""
    intake = open_intake(client, state="meeting_scheduled")
    intake.accept(*DOCUMENTS["group"])
    publish(administrator, "code_of_conduct")
    assert intake.hold("ready").ok()["state"] == "meeting_done"
    intake.person.accept("code_of_conduct").created()
    assert intake.state == "ready"


def test_the_list_is_newest_first_and_paged(person, path):
    kinds = [*DOCUMENTS["group"], "privacy_notice"]
    made = []
    for minute, kind in enumerate(kinds):
        person.at(f"2026-11-23T15:0{minute}:00Z")
        made.insert(0, person.accept(kind).created()["id"])
    for who in (person.coordinator, person.peer):
        assert [entry["id"] for entry in walk(who, path, params={"limit": 2})] == made


def test_who_may_see_it(client):
    person = open_person(client, region="BC")
    made = person.accept("consent").created()
    stranger, quebec = open_person(client).peer, client("coordinator", QUEBEC_COORDINATOR)
    for who in (stranger, quebec):
        is_hidden(who, "GET", made.path)
        is_hidden(who, "GET", f"{person.path}/acceptances")
    is_hidden(stranger, "POST", f"{made.path}/withdraw")
    assert person.peer.get(made.path).ok()["withdrawn_at"] is None
