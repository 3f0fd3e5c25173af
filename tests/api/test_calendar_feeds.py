# SPDX-License-Identifier: MIT
"""A private calendar: opened by the peer, told once, read by any calendar program, ended at once. What it holds is read here with a
library that the server does not share (RFC 5545, R2, R3, R8, I8)."""

import re
import uuid

import pytest
from steps import ABSENT, walk
from steps.groups import ready
from steps.journey import bare, is_hidden, open_person, tables_with

# The present of these stories.
NOW = "2026-01-15T12:00:00Z"
EVENT_WORDS = {
    "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "STATUS", "TRANSP", "CLASS"}  # fmt: skip


@pytest.fixture
def person(client):
    return ready(client, now=NOW)


def feeds(person):
    return f"{person.path}/calendar-feeds"


def open_feed(person, language="en", **kwargs):
    return person.peer.post(feeds(person), {"language": language}, **kwargs).created()


def events(calendar):
    """(start, status, sequence), in the order in which they come."""
    return [(e["DTSTART"].dt.strftime("%Y-%m-%dT%H:%M"), str(e["STATUS"]), int(e["SEQUENCE"])) for e in calendar.events]


# ---- opening, listing, ending ----


def test_the_address_is_told_once(person):
    """A repeated request, the list and the database have no address any more."""
    key = str(uuid.uuid4())
    opened = open_feed(person, "fr", idempotency_key=key)
    path = opened["path"]
    assert re.fullmatch(r"/v1/calendar/[0-9a-f-]{36}/[0-9a-f-]{36}", path)
    assert opened.path == feeds(person) and (opened["language"], opened["participant_id"]) == ("fr", person.id)
    assert opened["id"] not in path and person.id not in path
    again = open_feed(person, "fr", idempotency_key=key)
    assert again["id"] == opened["id"] and again["path"] is None and again.headers["Idempotent-Replayed"] == "true"
    assert [(feed["id"], feed["path"]) for feed in walk(person.peer, feeds(person))] == [(opened["id"], None)]


def test_the_secret_is_nowhere(person, nobody, db, server):
    """R2: what the database, its copies and the log hold opens no calendar."""
    path = open_feed(person)["path"]
    nobody.get(path).ok()
    for half in path.rsplit("/", 2)[1:]:
        assert tables_with(db, half) == []
        assert half not in server.log_text()
    assert "/v1/calendar/{calendar_id}/{secret_id}" in server.log_text()


def test_several_calendars_one_by_one(person, nobody):
    """One for each device; ended one by one, the others go on. Newest first, ten at most."""
    person.at(None)
    opened = [open_feed(person) for _ in range(3)]
    newest_first = [feed["id"] for feed in reversed(opened)]
    for limit in (1, 2, 100):
        assert [feed["id"] for feed in walk(person.peer, feeds(person), params={"limit": limit})] == newest_first
    gone = opened[1]
    person.peer.delete(f"/v1/calendar-feeds/{gone['id']}").no_content()
    nobody.get(gone["path"]).problem(404, "not-found")
    nobody.get(opened[0]["path"]).ok()
    person.peer.delete(f"/v1/calendar-feeds/{gone['id']}").problem(404, "not-found")
    for _ in range(8):
        open_feed(person)
    refused = person.peer.post(feeds(person), {"language": "en"}).problem(409, "conflict")
    assert refused["reason"] == "too-many" and refused["help"]


def test_a_calendar_is_ones_own(client, person):
    """A6.8: nobody else opens, sees or ends it, staff neither."""
    feed, other = open_feed(person), open_person(client)
    is_hidden(other.peer, "DELETE", f"/v1/calendar-feeds/{feed['id']}")
    is_hidden(other.peer, "GET", feeds(person))
    is_hidden(other.peer, "POST", feeds(person), {"language": "en"})
    for role in ("coordinator", "peer_supporter", "mental_health_professional", "line", "administrator"):
        client(role).get(feeds(person)).problem(403, "forbidden")
        client(role).delete(f"/v1/calendar-feeds/{feed['id']}").problem(403, "forbidden")
    assert walk(person.peer, feeds(person))


def test_a_language_has_to_be_said(person):
    for body in ({}, {"language": "de"}, {"language": "both"}, {"language": "en", "name": "Mine"}):
        person.peer.post(feeds(person), body).problem(422)
    person.peer.get(feeds(person), params={"limit": "many"}).problem(400).fault("limit")
    person.peer.delete("/v1/calendar-feeds/mine").problem(404, "not-found")


def test_opening_and_ending_are_in_the_file(person, nobody):
    """What a calendar program reads every hour is not: it is the person."""
    feed = open_feed(person)
    nobody.get(feed["path"]).ok()
    person.peer.delete(f"/v1/calendar-feeds/{feed['id']}").no_content()
    done = walk(person.peer, f"{person.path}/audit-events", params={"limit": 100})
    assert sorted(e["action"] for e in done if e["object_type"] == "calendar_feed") == ["create", "delete"]


# ---- as a program reads it ----


def test_wrong_ended_or_never_there_is_one_answer(person, nobody):
    """R2: nobody learns that there is, or was, a calendar."""
    feed, ended = open_feed(person), open_feed(person)
    person.peer.delete(f"/v1/calendar-feeds/{ended['id']}").no_content()
    first, second = feed["path"].rsplit("/", 2)[1:]
    wrong = [ended["path"], *(f"/v1/calendar/{a}/{b}" for a, b in (
        (second, first), (first, ABSENT), (ABSENT, second), (ABSENT, ABSENT), (feed["id"], second), (person.id, ABSENT)))]  # fmt: skip
    answers = {repr(bare(nobody.get(path).problem(404, "not-found"))) for path in wrong}
    assert len(answers) == 1
    nobody.get(f"/v1/calendar/{first}/secret").problem(404, "not-found")
