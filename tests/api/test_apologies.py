# SPDX-License-Identifier: MIT
"""Somebody cannot come to one part, and says so: the place and the other part stay theirs, hosts know, and nobody blames them
(S1.33, S2.31, R14)."""

import pytest
from steps.groups import INFORMAL, Host, a_track, clock, in_days, instant, ready, registered


@pytest.fixture
def evening(client):
    """A track of two parts, a host of it, and somebody who is registered."""
    track = a_track(client, series={"local_start": in_days(21), "count": 2})
    host = Host(client, client("administrator"))
    track.led_by(host)
    person = ready(client)
    seat = registered(track, person)
    return track, host, person, seat


def path(session):
    return f"/v1/sessions/{session['id']}/apology"


def coming(host, session):
    clock(instant(session["local_start"], minutes=-30), host.client)
    return [entry["is_coming"] for entry in host.client.get(f"/v1/sessions/{session['id']}/roster").ok()["data"]]


def test_who_cannot_come_to_part_two_keeps_the_rest(evening):
    track, host, person, seat = evening
    first, second = track.sessions()
    said = person.peer.put(path(second)).ok()
    assert said.json == {"session_id": second["id"], "starts_at": second["starts_at"], "created_at": said["created_at"]}
    assert person.peer.get(path(second)).ok().json == said.json
    person.peer.get(path(first)).problem(404)
    assert seat.state == "confirmed" and len(seat.read(person.peer)["group"]["sessions"]) == 2
    assert coming(host, first) == [True]
    assert coming(host, second) == [False]


def test_it_is_taken_back_at_any_time_before_the_start(evening):
    track, host, person, _ = evening
    first, _ = track.sessions()
    for _ in range(2):
        person.peer.put(path(first)).ok()
    for _ in range(2):
        person.peer.delete(path(first)).no_content()
    person.peer.get(path(first)).problem(404)
    assert coming(host, first) == [True]
    person.at(instant(first["local_start"]))
    assert person.peer.put(path(first)).problem(409, "conflict-state")["state"] == "scheduled"
    person.at(instant(first["local_start"], seconds=-1))
    person.peer.put(path(first)).ok()
    person.at(instant(first["local_start"]))
    person.peer.delete(path(first)).problem(409, "conflict-state")


def test_a_session_that_has_moved_is_a_new_question(evening):
    track, host, person, _ = evening
    _, second = track.sessions()
    person.peer.put(path(second)).ok()
    moved = {"local_start": in_days(29)}
    track.coordinator.patch(f"/v1/sessions/{second['id']}", moved, if_match="*").ok()
    assert coming(host, track.sessions()[1]) == [True]


def test_only_who_has_a_place_there_says_so(client, evening):
    """404 hides: whoever waits, has only asked, has left, or has nothing to do with it."""
    track, _, person, seat = evening
    first, _ = track.sessions()
    asked = ready(client)
    registered(track, asked, "accepted")
    for other in (asked, ready(client)):
        other.peer.put(path(first)).problem(404)
        other.peer.delete(path(first)).problem(404)
    person.peer.put(path(first)).ok()
    seat.withdraw().ok()
    person.peer.put(path(first)).problem(404)


def test_what_is_cancelled_needs_no_apology(evening):
    track, _, person, _ = evening
    first, _ = track.sessions()
    track.coordinator.post(f"/v1/sessions/{first['id']}/cancel", if_match="*").ok()
    assert person.peer.put(path(first)).problem(409, "conflict-state")["state"] == "cancelled"


def test_a_place_in_a_chat_is_freed_instead(client):
    """S2.11: somebody may wait for it."""
    chat = a_track(client, INFORMAL | {"session_capacity": 10})
    person = ready(client)
    registered(chat, person)
    for answer in (person.peer.put(path(chat.sessions()[0])), person.peer.delete(path(chat.sessions()[0]))):
        assert answer.problem(409, "conflict")["reason"] == "free-your-place"


def test_part_two_is_given_to_nobody_new(client):
    """The seat is theirs: who waits goes on waiting."""
    track = a_track(client, capacity=1)
    person, waiting = ready(client), ready(client)
    seat = registered(track, person)
    person.peer.put(path(track.sessions()[1])).ok()
    other = registered(track, waiting, "waitlisted")
    track.advance()
    assert (seat.state, other.state) == ("confirmed", "waitlisted")
