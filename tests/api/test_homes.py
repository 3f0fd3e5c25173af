# SPDX-License-Identifier: MIT
"""A peer's own page: offers, groups, the next sessions on their own clock, how to join, what to prepare, whom to call (S1.11, S1.33,
A6.8, R8, R20, I8)."""

import uuid

import pytest
from steps import walk
from steps.groups import FORMAL, INFORMAL, instant, ready, taking_people
from steps.journey import Intake, is_hidden, open_person, unique

LINK = "https://teams.example.org/meet/7f3a"
# The present of these stories, and the one session of most of them.
NOW, START = "2026-01-15T12:00:00Z", "2026-03-03T18:30"
GROUP_WORDS = {"title", "description", "language", "timezone", "joining", "meets", "sessions", "prepare"}
SESSION_WORDS = {
    "id", "seq", "state", "local_start", "timezone", "utc_offset", "starts_at", "ends_at", "yours", "topic", "material",
    "place", "notice"}  # fmt: skip


@pytest.fixture
def a_group(client):
    return lambda kind=FORMAL, **changes: taking_people(client, kind, NOW, **{"local_starts": [START]} | changes)


@pytest.fixture
def linked(client, a_group):
    """A confirmed place in a group whose only session has a link, and when that session begins."""
    group = a_group()
    seat = group.seat(ready(client, now=NOW, timezone="America/Halifax"))
    (session,) = group.sessions()
    group.coordinator.patch(f"/v1/sessions/{session['id']}", {"join_link": LINK}, if_match="*").ok()
    return seat


def home(person, now=None, **kwargs):
    return person.peer.get(f"{person.path}/home", now=now, **kwargs).ok()


def test_a_page_with_nothing_on_it_yet(client):
    """R20, S1.11, S2.13: never an empty screen, and what to prepare is told: whom to call at any hour stands there from the first day."""
    person = open_person(client)
    page = home(person)
    assert page["help"] == {"line": "1-844-750-1648", "crisis": "9-8-8", "emergency": "911"}
    assert (page["participant_id"], page["timezone"]) == (person.id, None)
    assert (page["offers"], page["groups"], page["next_sessions"]) == ([], [], [])
    assert len(page["prepare"]) == 4 and all(item["en"] and item["fr"] for item in page["prepare"])


def test_offers_and_groups_stand_apart(client, a_group):
    """S1.33: what wants an answer first; what is over is no longer on the page."""
    person = ready(client, now=NOW)
    offered, confirmed, left = a_group().seat(person, "offered"), a_group().seat(person), a_group().seat(person)
    left.withdraw().ok()
    full = a_group(capacity=1)
    full.seat(ready(client, now=NOW))
    waiting = full.seat(person, "waitlisted")
    proposed = a_group().place(person, propose_only=True).created()
    page = home(person)
    assert [e["id"] for e in page["offers"]] == [offered.id]
    assert {e["id"]: e["state"] for e in page["groups"]} == {
        confirmed.id: "confirmed", waiting.id: "waitlisted", proposed["id"]: "requested"}  # fmt: skip
    assert {s["enrolment_id"] for s in page["next_sessions"]} == {confirmed.id}, "with a place, and only then"
    offered.accept().ok()
    assert home(person)["offers"] == []


def test_decision_15_not_this_one_stays_on_the_page_with_what_comes_instead(client, a_group):
    """For a month; whatever the cause."""
    group = a_group()
    seat = group.seat(ready(client, now=NOW), "accepted")
    group.coordinator.post(f"{seat.path}/not-this-one", if_match="*").ok()
    seat.hear()
    (shown,) = home(seat.person)["groups"]
    assert (shown["id"], shown["state"], len(shown["instead"])) == (seat.id, "not_placed", 3)
    seat.person.peer.db.execute("update enrolments set decided_at = decided_at - interval '31 days' where id = %s", (seat.id,))
    assert home(seat.person)["groups"] == []


def test_nothing_on_the_page_is_about_anybody_else(client, a_group):
    """A6.8, decision 5: no name, no number of people, no capacity, not even one's own alias."""
    person, others = ready(client, now=NOW), [ready(client, now=NOW) for _ in range(2)]
    group = a_group()
    for one in (person, *others):
        group.seat(one)
    page = home(person)
    (entry,) = page["groups"]
    assert set(entry["group"]) == GROUP_WORDS and entry["alias"] is None
    assert all(set(session) == SESSION_WORDS for session in entry["group"]["sessions"])
    text = page.content.decode()
    for one in others:
        for secret in (one.id, one.made["alias"], one.email, one.account):
            assert secret not in text
    for word in ("capacity", "seats", "coordinator_id", "host"):
        assert f'"{word}' not in text


def test_the_next_sessions_are_on_the_peers_own_clock(client, a_group):
    """R8, A5.2: the group's wall time and theirs, each with its zone and offset, over the change of the clocks of one of them."""
    person = ready(client, now=NOW, timezone="America/Regina")
    group = a_group(INFORMAL, local_starts=["2026-03-03T18:30", "2026-03-10T18:30"], timezone="America/St_Johns")
    group.seat(person)
    sessions = [entry["session"] for entry in home(person)["next_sessions"]]
    assert [(s["local_start"], s["timezone"], s["utc_offset"], s["starts_at"], s["ends_at"]) for s in sessions] == [
        ("2026-03-03T18:30", "America/St_Johns", "-03:30", "2026-03-03T22:00:00Z", "2026-03-03T23:30:00Z"),
        ("2026-03-10T18:30", "America/St_Johns", "-02:30", "2026-03-10T21:00:00Z", "2026-03-10T22:30:00Z"),
    ]
    assert [s["yours"] for s in sessions] == [
        {"local": "2026-03-03T16:00", "timezone": "America/Regina", "utc_offset": "-06:00"},
        {"local": "2026-03-10T15:00", "timezone": "America/Regina", "utc_offset": "-06:00"},
    ]
    assert home(person)["timezone"] == "America/Regina"


def test_without_a_zone_of_their_own_the_groups_stands_there(client, a_group):
    """A5.2: none is guessed; every time names its zone all the same."""
    person = ready(client, now=NOW)
    a_group().seat(person)
    (entry,) = home(person)["next_sessions"]
    assert (entry["session"]["yours"], entry["session"]["timezone"]) == (None, "America/Toronto")
    seat = a_group().seat(person, "offered")
    assert home(person)["offers"][0]["offer_expires_local"]["timezone"] == "America/Toronto"
    person.coordinator.patch(person.path, {"timezone": "America/Vancouver"}, if_match="*").ok()
    (offer,) = home(person)["offers"]
    assert (offer["id"], offer["offer_expires_local"]["timezone"]) == (seat.id, "America/Vancouver")


def test_the_next_ones_first_and_ten_at_most(client, a_group):
    """Of every group, in the order in which they come; what has ended is gone, what runs is still there."""
    person = ready(client, now=NOW)
    one = a_group(INFORMAL, local_starts=[f"2026-04-{day:02d}T18:30" for day in (2, 9, 16, 23, 30)])
    other = a_group(INFORMAL, local_starts=[f"2026-04-{day:02d}T12:00" for day in (1, 8, 15, 22, 29)] + ["2026-05-06T12:00"])
    for group in (one, other):
        group.seat(person)
    days = [entry["session"]["local_start"][5:10] for entry in home(person)["next_sessions"]]
    assert days == ["04-01", "04-02", "04-08", "04-09", "04-15", "04-16", "04-22", "04-23", "04-29", "04-30"]
    first, last = ("2026-04-01T12:00", 89), ("2026-04-01T12:00", 90)
    for (local, minutes), shown in ((first, "04-01"), (last, "04-02")):
        page = home(person, now=instant(local, minutes=minutes))
        assert page["next_sessions"][0]["session"]["local_start"][5:10] == shown
        assert page["next_sessions"][-1]["session"]["local_start"][5:10] == ("04-30" if shown == "04-01" else "05-06")


def test_a_cancelled_session_is_shown_as_cancelled(client, a_group):
    """Point 7: not silently gone; its link is."""
    person = ready(client, now=NOW)
    group = a_group(local_starts=[START, "2026-03-10T18:30"])
    group.seat(person)
    session = group.sessions()[0]
    group.coordinator.patch(f"/v1/sessions/{session['id']}", {"join_link": LINK}, if_match="*").ok()
    group.coordinator.post(f"/v1/sessions/{session['id']}/cancel", if_match="*").ok()
    cancelled, planned = home(person, now=instant(START, hours=-1))["next_sessions"]
    assert (cancelled["session"]["state"], cancelled["join_link_from"], cancelled["join_link"]) == ("cancelled", None, None)
    assert planned["session"]["state"] == "scheduled"
    group.step("cancel").ok()
    assert home(person)["next_sessions"] == []


def test_the_link_is_there_from_a_day_before_until_the_end(linked):
    """A6.8: to the second; then it is gone."""
    person = linked.person
    opens = instant(START, hours=-24)
    (early,) = home(person)["next_sessions"]
    assert (early["join_link"], early["join_link_from"]) == (None, opens)
    for now, link in ((instant(START, hours=-24, seconds=-1), None), (opens, LINK), (instant(START, minutes=89), LINK)):
        assert home(person, now=now)["next_sessions"][0]["join_link"] == link
    assert home(person, now=instant(START, minutes=90))["next_sessions"] == []


@pytest.mark.parametrize("ending", ["withdraw", "remove"])
def test_the_link_dies_with_the_place(linked, ending):
    """I8, R17: at once, whoever ended it."""
    now = instant(START, hours=-1)
    assert LINK in home(linked.person, now=now).content.decode()
    getattr(linked, ending)().ok()
    for path in ("home", "enrolments"):
        assert LINK not in linked.person.peer.get(f"{linked.person.path}/{path}", now=now).ok().content.decode()


@pytest.mark.parametrize("state", ["offered", "waitlisted"])
def test_no_link_without_a_confirmed_place(client, linked, state):
    """A6.8: an offer is not yet a place."""
    group, person = linked.group, ready(client, now=NOW)
    if state == "waitlisted":
        for _ in range(7):
            group.seat(ready(client, now=NOW), "offered")
    group.seat(person, state)
    page = home(person, now=instant(START, hours=-1))
    assert page["next_sessions"] == [] and LINK not in page.content.decode()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_is_in_one_language_or_in_both(client, a_group, language):
    """S1.16: equal in both; the group's own language is another matter."""
    person = ready(client, now=NOW)
    group = a_group(language="fr")
    group.seat(person)
    a_group().seat(person, "offered")
    page = home(person, language=language)
    assert page.headers["Content-Language"] == language

    def languages(value):
        if isinstance(value, dict):
            if value and set(value) <= {"en", "fr"}:
                yield set(value)
            else:
                for inner in value.values():
                    yield from languages(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from languages(inner)

    found = list(languages(page.json))
    assert len(found) > 10 and all(keys == {language} for keys in found)
    assert page["next_sessions"][0]["title"][language] == {"en": "Evening circle", "fr": "Cercle du soir"}[language]
    assert page["next_sessions"][0]["language"] == "fr"
    assert all(keys == {"en", "fr"} for keys in languages(home(person).json))


def test_a_page_is_ones_own(client):
    """A6.8: another's does not exist, and for staff there is none."""
    person = ready(client, now=NOW)
    is_hidden(open_person(client).peer, "GET", f"{person.path}/home")
    for role in ("coordinator", "peer_supporter", "mental_health_professional", "line", "administrator"):
        client(role).get(f"{person.path}/home").problem(403, "forbidden")
    home(person)
    events = walk(person.peer, f"{person.path}/audit-events", params={"limit": 100})
    assert [e["role"] for e in events if e["object_type"] == "home"] == ["peer"]


def test_what_is_sealed_in_the_database_stays_sealed(linked, db):
    """Sealed fields: a copy of the database joins nobody's session."""
    (stored,) = db.execute("select join_link from sessions where cohort_id = %s", (linked.group.id,)).fetchone()
    assert stored and "teams" not in stored


# ---- who is there ----


def test_a_peer_knows_their_coordinator_by_the_name_used_with_peers(client, administrator):
    """Decision 22: that name, who stands in, and nothing else of the staff."""
    names = [unique("Coord") for _ in range(2)]
    staff = []
    for name in names:
        body = {"role": "coordinator", "name": unique("Real"), "email": f"{uuid.uuid4().hex}@example.org", "alias": name}
        staff.append(administrator.post("/v1/staff", body | {"languages": ["en"]}).created())
    mine, other = staff
    who = client("coordinator", mine["id"])
    person = open_person(client, coordinator=who)
    intake = Intake(person)
    away = {"starts_on": "2099-12-21", "ends_on": "2099-12-31", "stand_in_account_id": other["id"]}
    who.post(f"/v1/colleagues/{mine['id']}/absences", away).created()
    for now, shown in (("2099-12-20T12:00:00Z", None), ("2099-12-25T12:00:00Z", names[1])):
        page = home(person, now=now)
        (status,) = person.status(now=now)["intakes"]
        assert status["intake_id"] == intake.id
        assert page["coordinator"] == status["coordinator"] == {"alias": names[0], "stand_in_alias": shown}
        for answer in (page, person.status(now=now)):
            for secret in (each[word] for each in staff for word in ("id", "name", "email")):
                assert secret not in answer.content.decode()
    # For whom the person does not exist, they do not stand in.
    client("coordinator").post(f"{person.path}/exclusions", {"account_id": other["id"], "reason": "asked_by_peer"}).created()
    assert home(person, now="2099-12-25T12:00:00Z")["coordinator"] == {"alias": names[0], "stand_in_alias": None}
