# SPDX-License-Identifier: MIT
"""A private calendar as any calendar program reads it, with a library that the server does not share (RFC 5545, R2, R3, R8, I8)."""

import functools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from steps.groups import INFORMAL, ready, taking_people

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
    group.seat(person)
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
    assert read(feed).events == [], "until it is confirmed (S1.33)"
    offered.confirm().ok()
    offered.hear()
    assert events(read(feed)) == events(read(others))
    assert read(feed).events[0]["UID"] != read(others).events[0]["UID"]
    group.step("cancel").ok()
    assert read(open_feed(waiting)).events == [], "who never had a place had no dates"
