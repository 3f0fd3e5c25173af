# SPDX-License-Identifier: MIT
"""Whoever speaks may step back alone, and come back at will (decision 16, DESIGN 5b.2): their own room closes, everything that others
see stays as it is."""

import pytest
from steps.alarms import later
from steps.evenings import Evening
from steps.groups import FORMAL, INFORMAL, Host, clock, ready, taking_people
from steps.journey import bare, compared, open_person, unique

PATH, DECLARATIONS = "/v1/step-back", "/v1/conflict-declarations"
LINK = "https://teams.example.org/meet/7f3a"
NOW, START = "2026-03-03T12:00:00Z", "2026-03-03T18:30"
HELP = {"line": "1-844-750-1648", "crisis": "9-8-8", "emergency": "911"}


def declare(who, counts_from="now", name=None, **more):
    return who.post(DECLARATIONS, {"kind": "no_contact", "name": name or unique("Kim"), "counts_from": counts_from} | more)


@pytest.fixture
def room(client):
    """Two who have a place in a group that meets this evening, with a link; the first one's page."""
    before = later(NOW, days=-7)
    group = taking_people(client, now=before, local_starts=[START])
    people = [ready(client, now=before), ready(client, now=before)]
    for person in people:
        group.seat(person)
        person.at(NOW)
    clock(NOW, group.coordinator)
    (session,) = group.sessions()
    group.coordinator.patch(f"/v1/sessions/{session['id']}", {"join_link": LINK}, if_match="*").ok()
    return group, people, session


def home(person):
    return person.peer.get(f"{person.path}/home").ok()


def test_whoever_did_not_step_back_is_in(client, administrator):
    for who in (open_person(client).peer, Host(client, administrator).client):
        assert who.get(PATH).ok().json == {"state": "in", "since": None, "call": None, "help": HELP}
        who.delete(PATH).no_content()
    for role in ("coordinator", "administrator", "line"):
        client(role).get(PATH).problem(403, "forbidden")
        client(role).delete(PATH).problem(403, "forbidden")


def test_decision_16_a_peers_own_room_closes_and_nothing_else_changes(client, room):
    """Their page hides how to join and says why; all else on it, and all that others see, is byte for byte what it was."""
    group, (person, other), session = room
    coordinator = group.coordinator
    (before,) = home(person)["next_sessions"]
    assert (before["room"], before["join_link"]) == ("open", LINK) and before["join_link_from"]
    seen = [coordinator.get(path).ok().content for path in (
        group.path, f"{group.path}/enrolments", f"/v1/sessions/{session['id']}", f"/v1/sessions/{session['id']}/roster", person.path)]  # fmt: skip
    others = bare(home(other))
    made = declare(person.peer).created()
    compared(client.db, NOW)
    page = home(person)
    assert page["next_sessions"] == [before | {"room": "closed_by_you", "join_link": None, "join_link_from": None}]
    assert [coordinator.get(path).ok().content for path in (
        group.path, f"{group.path}/enrolments", f"/v1/sessions/{session['id']}", f"/v1/sessions/{session['id']}/roster", person.path)] == seen  # fmt: skip
    assert bare(home(other)) == others
    state = person.peer.get(PATH).ok()
    assert (state["state"], state["since"], state["call"], state["help"]) == ("stepped_back", NOW, made["call"], HELP)
    assert other.peer.get(PATH).ok()["state"] == "in"
    # They come back alone, at any moment; what they said goes on counting.
    person.peer.delete(PATH).no_content()
    person.peer.delete(PATH).no_content()
    assert home(person)["next_sessions"] == [before]
    assert person.peer.get(PATH).ok().json | {"call": None} == {"state": "in", "since": None, "call": None, "help": HELP}
    assert person.peer.get(made.path).ok()["state"] == "standing" and made["id"] in str(coordinator.get(DECLARATIONS, params={"state": "waiting", "limit": 100}).ok().data)  # fmt: skip
    seen = [(e["action"], e["object_type"]) for e in person.peer.get(f"{person.path}/audit-events").ok().data]
    assert seen.count(("delete", "step_back")) == 1


def test_before_my_next_placement_nothing_visible_changes(room):
    _, (person, _), _ = room
    before = bare(home(person))
    assert declare(person.peer, "before_my_next_placement").created()["counts_from"] == "before_my_next_placement"
    assert bare(home(person)) == before and person.peer.get(PATH).ok()["state"] == "in"


def test_stepping_back_again_is_one_step(room):
    """And again after coming back: the first one is over."""
    _, (person, _), _ = room
    for _ in range(2):
        declare(person.peer).created()
    assert person.peer.get(PATH).ok()["since"] == NOW
    person.peer.delete(PATH).no_content()
    person = person.at(later(NOW, minutes=5))
    declare(person.peer).created()
    assert person.peer.get(PATH).ok()["since"] == later(NOW, minutes=5)


@pytest.mark.parametrize("kind", [INFORMAL, FORMAL], ids=["informal", "formal"])
def test_a_host_who_stepped_back_is_a_shortfall_like_any_other(client, kind):
    """DESIGN 5b.2: their own hosting is paused; coordinators see that somebody is missing, and nothing of why."""
    evening = Evening(client, kind)
    host, session, coordinator = evening.supporter, evening.session, evening.coordinator
    roster = f"/v1/sessions/{session['id']}/roster"

    def short():
        return [
            s["missing"] for s in coordinator.get("/v1/shortfalls", params={"limit": 100}).ok().data if s["session_id"] == session["id"]
        ]

    assert session["id"] in [s["id"] for s in host.client.get("/v1/my-sessions").ok().data] and short() == []
    host.client.get(roster).ok()
    declare(host.client).created()
    assert host.client.get("/v1/my-sessions").ok().data == []
    host.client.get(roster).problem(404, "not-found")
    assert host.client.get(PATH).ok()["state"] == "stepped_back"
    assert short() == [["peer_supporter"]]
    (entry,) = [s for s in coordinator.get("/v1/shortfalls", params={"limit": 100}).ok().data if s["session_id"] == session["id"]]
    assert entry["unfit"] == [] and "step" not in str(entry)
    host.client.delete(PATH).no_content()
    assert short() == [] and session["id"] in [s["id"] for s in host.client.get("/v1/my-sessions").ok().data]
    host.client.get(roster).ok()


def test_nobody_steps_back_for_somebody_else(client, coordinator):
    person = open_person(client)
    refused = declare(coordinator, for_participant_id=person.id).problem(422, "validation-failed")
    refused.fault("#/counts_from", "not-allowed")
    assert person.peer.get(PATH).ok()["state"] == "in"


def test_what_a_step_back_answers_is_the_same_whomever_it_is_about(client, room):
    """The peer named sits in the same room; nothing shows it."""
    _, (person, other), _ = room
    twin, name = ready(client, now=NOW), unique("Kim")
    other.contact(who=other.coordinator, name_to_use=name).ok()
    declare(person.peer, name=name).created(), declare(twin.peer).created()
    met, unmet = (who.peer.get(PATH).ok().json for who in (person, twin))
    # Theirs is sooner alone because they meet this evening.
    assert met["call"].keys() == unmet["call"].keys() and met | {"call": None} == unmet | {"call": None}
