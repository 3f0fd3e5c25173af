# SPDX-License-Identifier: MIT
"""Who is ready and waits: a coordinator sees language, availability, wishes and the time waited, whoever waits longest first (S2.45)."""

import functools

import pytest
from steps import OTHER_COORDINATOR, walk
from steps.groups import Host, ago, in_days, ready, taking_people
from steps.journey import QUEBEC_COORDINATOR, STATES, Intake, open_intake, open_person, publish

PATH = "/v1/waiting-people"
LONG_AGO, LATER, LATEST = (ago(days=days) for days in (90, 60, 30))
# Regions in which the demonstration has nobody.
NUNAVUT, TERRITORIES = "NU", "NT"


@pytest.fixture
def a_group(client):
    """a_group(kind, now, **changes)"""
    return functools.partial(taking_people, client)


def waiting(who, *people, now=None, **asked):
    """These people's rows of the list, in its order."""
    ids = {person.id for person in people}
    return [row for row in walk(who, PATH, params={"limit": 100} | asked, now=now) if row["participant_id"] in ids]


def is_waiting(person, **asked):
    return len(waiting(person.coordinator, person, **asked)) == 1


def wait_since(client, now, **changes):
    """Somebody who has been ready since then."""
    return ready(client, now=now, **changes).at(None)


def test_what_a_coordinator_sees_of_somebody_who_waits(client):
    """S2.45, decision 3: language, availability, wishes, the time waited, until when the intake serves, and nothing that is sealed away."""
    since = "2026-03-02T15:00:00Z"
    person = open_person(client, now=since, preferred_language="fr", region=NUNAVUT, timezone="America/Iqaluit")
    intake = Intake(person).walk("form_sent")
    intake.fill(
        device_ok=True, meeting_willing=True, services_wanted=["formal_group", "yoga"], composition_preference="women",
        availability=[{"weekday": "monday", "part": "morning"}, {"weekday": "sunday", "part": "evening"}],
        must_not_meet_exists=False).ok()  # fmt: skip
    person.reachable()
    person.names_nobody()
    person.accept("privacy_notice").created()
    intake.submit().ok()
    intake.walk("ready")
    (row,) = waiting(person.coordinator, person, region=NUNAVUT, now="2026-03-12T14:59:00Z")
    assert row == {
        "participant_id": person.id,
        "intake_id": intake.id,
        "alias": person.made["alias"],
        "language": "fr",
        "region": NUNAVUT,
        "timezone": "America/Iqaluit",
        "intake_state": "ready",
        "waiting_since": since,
        "waiting_days": 9,
        "valid_until": "2027-03-02T15:00:00Z",
        "services_wanted": ["formal_group", "yoga"],
        "availability": [{"weekday": "monday", "part": "morning"}, {"weekday": "sunday", "part": "evening"}],
        "composition_preference": "women",
        "missing": [],
        "enrolments": [],
    }
    assert person.email not in str(row) and "Sam" not in str(row)


def test_whoever_has_waited_longest_comes_first(client):
    """The order is that of readiness, not of arrival; pages follow it."""
    middle = wait_since(client, LATER, region=NUNAVUT)
    last = wait_since(client, LATEST, region=NUNAVUT, preferred_language="fr")
    first = wait_since(client, LONG_AGO, region=NUNAVUT)
    for limit in (1, 2, 100):
        rows = waiting(first.coordinator, first, middle, last, region=NUNAVUT, limit=limit)
        assert [row["participant_id"] for row in rows] == [first.id, middle.id, last.id]
    days = [row["waiting_days"] for row in rows]
    assert days == sorted(days, reverse=True)


def test_what_is_asked_for_narrows_and_nothing_else_does(client):
    """S2.45: language, region and service when they are asked for. A wish leaves nobody out, and cannot be asked for."""
    english = wait_since(client, LONG_AGO, region=TERRITORIES)
    french = wait_since(client, LATER, region=TERRITORIES, preferred_language="fr")
    coordinator = english.coordinator

    def found(**asked):
        return [row["participant_id"] for row in waiting(coordinator, english, french, **asked)]

    assert found() == [english.id, french.id]
    assert found(language="en") == [english.id] and found(language="fr") == [french.id]
    assert found(region=TERRITORIES) == [english.id, french.id] and found(region="ON") == []
    assert found(service_wanted="formal_group") == [english.id, french.id] and found(service_wanted="yoga") == []
    assert found(service_wanted="informal_group", language="fr", region=TERRITORIES) == [french.id]
    for asked in ({"language": "de"}, {"region": "Nunavut"}, {"service_wanted": "a_group"}, {"include_placed": "often"}):
        (name,) = asked
        coordinator.get(PATH, params=asked).problem(400).fault(name)
    coordinator.get(PATH, params={"composition_preference": "women"}).problem(400).fault("composition_preference", "unknown")
    coordinator.get(PATH, params={"cursor": "AAAA"}).problem(400).fault("cursor")


@pytest.mark.parametrize("state", [state for state in STATES["group"] if state not in ("ready", "placed")])
def test_nobody_waits_before_their_intake_is_done_or_after_it_ended(client, state):
    """I4, I8: the list holds who may be placed."""
    assert not is_waiting(open_intake(client, state=state).person, include_placed="true")


def test_an_activity_asks_for_no_group(client):
    """T4, S2.48."""
    assert not is_waiting(open_intake(client, "activity", "registered").person, include_placed="true")


def test_an_intake_serves_for_twelve_months(client):
    """Decision 3: and not a moment longer; the list follows the clock by itself."""
    person = wait_since(client, "2026-03-02T15:00:00Z", region=NUNAVUT)
    assert is_waiting(person, region=NUNAVUT, now="2027-03-02T14:59:59Z")
    assert not is_waiting(person, region=NUNAVUT, now="2027-03-02T15:00:00Z")


def test_who_leaves_the_program_leaves_the_list(client):
    """I8: at once."""
    intake = open_intake(client, state="ready")
    assert is_waiting(intake.person)
    intake.withdraw().ok()
    assert not is_waiting(intake.person, include_placed="true")


def test_the_list_follows_wishes_and_file(client):
    """R12: what the person changes is there the next time somebody looks."""
    person = wait_since(client, LATER)
    assert not is_waiting(person, language="fr", region=TERRITORIES)
    person.coordinator.patch(person.path, {"region": TERRITORIES, "preferred_language": "fr"}, if_match="*").ok()
    assert is_waiting(person, language="fr", region=TERRITORIES)


def test_what_is_still_missing_is_named(client, administrator):
    """Decision 3: a new version of a document asks for that acceptance again, nothing else; the person keeps their turn."""
    person = wait_since(client, LATER)
    publish(administrator, "consent")
    (row,) = waiting(person.coordinator, person)
    assert (row["missing"], row["waiting_since"]) == (["consent"], LATER)
    person.accept("consent").created()
    assert waiting(person.coordinator, person)[0]["missing"] == []


def test_with_a_seat_the_waiting_ends(client, a_group):
    """A6.2, decision 13: an offer does not end it; a place does. Who has one may want another."""
    person, group = wait_since(client, LATER), a_group()
    seat = group.seat(person, "offered")
    (row,) = waiting(person.coordinator, person)
    assert row["enrolments"] == [{"id": seat.id, "group_id": group.id, "state": "offered"}]
    seat.accept().ok()
    assert is_waiting(person), "until it is confirmed"
    seat.confirm().ok()
    seat.hear()
    assert not is_waiting(person)
    (row,) = waiting(person.coordinator, person, include_placed="true")
    assert (row["intake_state"], row["enrolments"][0]["state"], row["waiting_since"]) == ("placed", "confirmed", LATER)
    another = a_group().seat(person, "offered")
    (row,) = waiting(person.coordinator, person, include_placed="true")
    assert [entry["id"] for entry in row["enrolments"]] == [another.id, seat.id]


def test_whose_place_the_program_ended_waits_again(client, a_group):
    """R5, R11: with a cancelled group nobody is forgotten. They are where they were in the order; their intake goes nowhere."""
    person, gone = wait_since(client, LATER), a_group()
    gone.seat(person)
    gone.step("cancel").ok()
    (row,) = waiting(person.coordinator, person)
    assert (row["waiting_since"], row["intake_state"], row["enrolments"]) == (LATER, "placed", [])
    elsewhere = a_group().seat(person)
    assert not is_waiting(person), "until they have another place"
    elsewhere.remove("other_group").ok()
    assert is_waiting(person)
    one, other = a_group().seat(person), a_group()
    other.seat(person)
    other.step("cancel").ok()
    assert not is_waiting(person), "who still has a place has one"
    one.group.step("cancel").ok()
    assert is_waiting(person)


@pytest.mark.parametrize("ending", ["withdraw", "conduct", "safety", "not_eligible"])
def test_who_left_or_had_to_leave_is_not_called_back(client, a_group, ending):
    """I8, R11: they can come back to us; the list does not push them."""
    person = wait_since(client, LATER)
    seat = a_group().seat(person)
    (seat.withdraw() if ending == "withdraw" else seat.remove(ending)).ok()
    assert not is_waiting(person) and is_waiting(person, include_placed="true")


def test_a_region_sees_its_own_and_those_who_gave_none(client):
    """R14: nobody is on the list of a coordinator who does not serve them, whatever is asked for."""
    quebec = client("coordinator", QUEBEC_COORDINATOR)
    theirs, unsaid = wait_since(client, LATER, region="QC"), wait_since(client, LATER)
    elsewhere = wait_since(client, LATER, region=TERRITORIES)
    rows = waiting(quebec, theirs, unsaid, elsewhere)
    assert {row["participant_id"] for row in rows} == {theirs.id, unsaid.id}
    assert waiting(quebec, elsewhere, region=TERRITORIES) == []


def test_nobody_finds_who_must_not_be_seen_by_them(client, db):
    """I13, R14: neither one's own case nor somebody who asked for it."""
    person, other = wait_since(client, LATER), client("coordinator", "other")
    assert len(waiting(other, person)) == 1
    person.coordinator.post(f"{person.path}/exclusions", {"account_id": OTHER_COORDINATOR, "reason": "asked_by_peer"}).created()
    assert waiting(other, person) == [] and is_waiting(person)


def test_looking_at_the_list_is_in_the_file_of_whoever_was_shown(client):
    """R14: a read each time, with who was on the page and nobody else."""
    person, unseen = wait_since(client, LONG_AGO, region=NUNAVUT), wait_since(client, LONG_AGO, region=TERRITORIES)
    person.coordinator.get(PATH, params={"region": NUNAVUT}).ok()

    def looks(of):
        events = walk(of.peer, f"{of.path}/audit-events", params={"limit": 100})
        return [e for e in events if (e["action"], e["object_type"]) == ("list", "waiting_person")]

    assert looks(person) and not looks(unseen)


def test_the_list_is_the_coordinators(client, a_group):
    """A6.8: no host, no peer."""
    host = Host(client, client("administrator"))
    a_group(series={"local_start": in_days(30), "count": 2}).led_by(host)
    for who in (host.client, client("peer"), client("mental_health_professional"), client("line"), client("administrator")):
        who.get(PATH).problem(403, "forbidden")
