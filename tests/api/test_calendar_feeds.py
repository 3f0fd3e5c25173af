# SPDX-License-Identifier: MIT
"""A private calendar: opened by the peer, told once, read by any calendar program, ended at once. What it holds is read here with a
library that the server does not share (RFC 5545, R2, R3, R8, I8)."""

import functools
import re
import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from steps import ABSENT, walk
from steps.groups import INFORMAL, ready, taking_people
from steps.journey import bare, is_hidden, open_person, tables_with

# The present of these stories.
NOW = "2026-01-15T12:00:00Z"
EVENT_WORDS = {
    "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "STATUS", "TRANSP", "CLASS"}  # fmt: skip


@pytest.fixture
def a_group(client):
    return functools.partial(taking_people, client, now=NOW)


@pytest.fixture
def person(client):
    return ready(client, now=NOW)


def feeds(person):
    return f"{person.path}/calendar-feeds"


def open_feed(person, language="en", **kwargs):
    return person.peer.post(feeds(person), {"language": language}, **kwargs).created()


@pytest.fixture
def read(nobody):
    """read(feed): the calendar as a program finds it that knows nothing but its address."""

    def fetch(feed):
        answer = nobody.get(feed["path"]).ok()
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        return parsed(answer.content)

    return fetch


def parsed(content):
    """The calendar, sound in its bytes (CRLF, 75 octets, UTF-8) and in every component."""
    assert content.endswith(b"\r\n") and b"\n" not in content.replace(b"\r\n", b"") and b"\r" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= 75 and line.decode() for line in content.split(b"\r\n")[:-1])
    calendar = icalendar.Calendar.from_ical(content)
    assert (calendar["VERSION"], calendar["METHOD"], calendar["CALSCALE"]) == ("2.0", "PUBLISH", "GREGORIAN") and calendar["PRODID"]
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=1)
    assert calendar.subcomponents, "RFC 5545, 3.6: at least one component"
    for component in calendar.walk():
        assert component.errors == [], component
    for event in calendar.events:
        assert set(event) == EVENT_WORDS
        for name in ("DTSTAMP", "DTSTART", "DTEND", "LAST-MODIFIED"):
            assert event[name].dt.utcoffset() == timedelta(0) and event[name].to_ical().endswith(b"Z")
        assert event["DTSTART"].dt < event["DTEND"].dt and event["CLASS"] == "PRIVATE"
        assert event["TRANSP"] == ("TRANSPARENT" if event["STATUS"] == "CANCELLED" else "OPAQUE")
    uids = [event["UID"] for event in calendar.events]
    assert len(set(uids)) == len(uids)
    assert icalendar.Calendar.from_ical(calendar.to_ical()) == calendar
    return calendar


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


def test_as_a_program_asks_for_it(person, nobody, a_group):
    """Every hour, and mostly in vain: a tag, HEAD, whatever Accept says that allows for a calendar."""
    path = open_feed(person)["path"]
    held = nobody.get(path, headers={"Accept": "text/calendar"}).ok()
    assert held.headers["Cache-Control"] == "no-store"
    nobody.get(path, if_none_match=held).not_modified()
    nobody.get(path, if_none_match=f'W/{held.etag}, "x"').not_modified()
    assert nobody.head(path).status == 200 and nobody.head(path).content == b""
    nobody.get(path, headers={"Accept": "application/json"}).problem(406, "not-acceptable")
    nobody.get(path, params={"token": "x"}).problem(400).fault("token", "unknown")
    a_group().seat(person)
    fresh = nobody.get(path, if_none_match=held).ok()
    assert fresh.etag != held.etag
    nobody.get(path, if_none_match=fresh).not_modified()


def test_a_calendar_without_events_is_one(person, read):
    """RFC 5545, 3.6: some programs refuse an empty one."""
    calendar = read(open_feed(person))
    assert calendar.events == [] and [zone["TZID"] for zone in calendar.timezones] == ["Etc/UTC"]


@pytest.mark.parametrize(("language", "word"), [("en", "Meeting"), ("fr", "Rencontre")])
def test_one_word_that_could_be_anything(person, read, a_group, nobody, language, word):
    """R3: whoever looks over a shoulder reads nothing: no name, no service, no topic, no link, no id of anything."""
    group = a_group(local_starts=["2026-07-07T18:30"])
    session = group.sessions()[0]
    told = {"topic": {"en": "Moral injury", "fr": "Blessure morale"}, "join_link": "https://teams.example.org/x"}
    group.coordinator.patch(f"/v1/sessions/{session['id']}", told, if_match="*").ok()
    seat, feed = group.seat(person), open_feed(person, language)
    calendar = read(feed)
    (event,) = calendar.events
    assert (str(event["SUMMARY"]), event["SUMMARY"].params["LANGUAGE"]) == (word, language)
    assert (str(calendar["NAME"]), str(calendar["X-WR-CALNAME"])) == (f"{word}s", f"{word}s")
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=90)
    text = nobody.get(feed["path"]).ok().content.decode().replace("\r\n ", "")
    hidden = (person.id, person.account, person.made["alias"], person.email, group.id, session["id"], seat.id, feed["id"])
    for secret in (*hidden, "Evening", "soir", "Moral", "morale", "teams", "America", "Sam", "ATTENDEE", "ORGANIZER", "LOCATION"):
        assert secret not in text


@pytest.mark.parametrize("zone", ["America/Vancouver", "America/Edmonton", "America/Winnipeg", "America/Toronto", "America/St_Johns",
                                  "America/Regina"])  # fmt: skip
@pytest.mark.parametrize("first", ["2026-10-13T18:30", "2027-02-23T18:30"])
def test_the_hours_are_right_over_both_changes_of_the_clocks(client, read, a_group, zone, first):
    """R8, decision 12: a weekly evening stays that evening; the instants are those that the zone itself gives."""
    person = ready(client, now=NOW)
    group = a_group(INFORMAL, timezone=zone, series={"local_start": first, "count": 8})
    seat = group.seat(person, "offered")
    seat.accept().ok()
    starts = [event["DTSTART"].dt for event in read(open_feed(person)).events]
    local = datetime.fromisoformat(first)
    wanted = [(local + timedelta(weeks=week)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for week in range(8)]
    assert starts == wanted
    assert {start.astimezone(ZoneInfo(zone)).strftime("%a %H:%M") for start in starts} == {"Tue 18:30"}


def test_a_moved_session_replaces_itself(person, read, a_group):
    """RFC 5545, 3.8.7.4: the same UID, a higher SEQUENCE; what did not move has neither."""
    group = a_group(local_starts=["2026-07-07T18:30", "2026-07-14T18:30", "2026-07-21T18:30"])
    group.seat(person)
    feed = open_feed(person)
    before = read(feed)
    second = group.sessions()[1]
    group.coordinator.patch(f"/v1/sessions/{second['id']}", {"local_start": "2026-07-15T19:00", "cascade": True}, if_match="*").ok()
    after = read(feed)
    assert events(before) == [
        ("2026-07-07T22:30", "CONFIRMED", 0),
        ("2026-07-14T22:30", "CONFIRMED", 0),
        ("2026-07-21T22:30", "CONFIRMED", 0),
    ]
    assert events(after) == [
        ("2026-07-07T22:30", "CONFIRMED", 0),
        ("2026-07-15T23:00", "CONFIRMED", 1),
        ("2026-07-22T23:00", "CONFIRMED", 1),
    ]
    assert [e["UID"] for e in after.events] == [e["UID"] for e in before.events]
    assert after.events[1]["LAST-MODIFIED"].dt >= before.events[1]["LAST-MODIFIED"].dt


def test_what_is_cancelled_is_shown_as_cancelled(person, read, a_group):
    """Point 7: one session, its make-up, then the group; each time the sequence rises, so that programs take it."""
    group = a_group(local_starts=["2026-07-07T18:30", "2026-07-14T18:30"])
    group.seat(person)
    feed = open_feed(person)
    uids = [event["UID"] for event in read(feed).events]
    first = group.sessions()[0]["id"]
    group.coordinator.post(f"/v1/sessions/{first}/cancel", if_match="*").ok()
    assert events(read(feed)) == [("2026-07-07T22:30", "CANCELLED", 1), ("2026-07-14T22:30", "CONFIRMED", 0)]
    group.coordinator.post(f"{group.path}/sessions", {"local_start": "2026-07-21T18:30", "makes_up_for": first}).created()
    group.step("cancel").ok()
    calendar = read(feed)
    assert events(calendar) == [
        ("2026-07-07T22:30", "CANCELLED", 1),
        ("2026-07-14T22:30", "CANCELLED", 1),
        ("2026-07-21T22:30", "CANCELLED", 1),
    ]
    assert [e["UID"] for e in calendar.events][:2] == uids


@pytest.mark.parametrize("ending", ["withdraw", "remove"])
def test_who_leaves_has_the_dates_no_longer(person, read, a_group, ending):
    """I8: at once; the calendar itself goes on, with the other groups."""
    leaving, staying = a_group(local_starts=["2026-07-07T18:30"]).seat(person), a_group(local_starts=["2026-08-04T18:30"]).seat(person)
    feed = open_feed(person)
    assert len(read(feed).events) == 2
    getattr(leaving, ending)().ok()
    assert events(read(feed)) == [("2026-08-04T22:30", "CONFIRMED", 0)]
    staying.withdraw().ok()
    assert read(feed).events == []


def test_only_what_is_ones_own_is_in_it(client, person, read, a_group):
    """A6.8: an offer or a wait is no date; two people of one group have nothing in common, not even a UID."""
    group, other = a_group(capacity=2, local_starts=["2026-07-07T18:30"]), ready(client, now=NOW)
    offered = group.seat(person, "offered")
    group.seat(other)
    waiting = ready(client, now=NOW)
    group.seat(waiting, "waitlisted")
    feed, others = open_feed(person), open_feed(other)
    assert read(feed).events == [] and read(open_feed(waiting)).events == []
    offered.accept().ok()
    assert events(read(feed)) == events(read(others))
    assert read(feed).events[0]["UID"] != read(others).events[0]["UID"]
    group.step("cancel").ok()
    assert read(open_feed(waiting)).events == [], "who never had a place had no dates"
