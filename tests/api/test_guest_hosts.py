# SPDX-License-Identifier: MIT
"""A guest leads like any host, without an account: only what they signed is asked of them, they are in one place at a time, nobody meets
them who must not, and what needs a guest does not start without one (S2.17, S2.18, I5, A6.5)."""

import pytest
from steps import ABSENT, walk
from steps.groups import FORMAL, Group, Host, clock, in_days, instant, ready, service
from steps.guests import EVENT, assign, invite
from steps.journey import compared, talked

FIRST = "2090-01-10T18:30"


@pytest.fixture
def event(administrator):
    return service(administrator, EVENT)


@pytest.fixture
def track(coordinator, event):
    return Group(coordinator, event).open()


def short(coordinator, session):
    listed = walk(coordinator, "/v1/shortfalls", params={"limit": 100, "days": 60})
    return next(entry for entry in listed if entry["session_id"] == session["id"])


def test_a_guest_is_assigned(coordinator, client, administrator, track):
    """S2.17: shown to those who lead with them under the name that is announced, and nothing else of them."""
    guest = invite(coordinator)
    made = assign(track, guest).created()
    assert (made["guest_id"], made["account_id"], made["slot"], made["alias"]) == (guest["id"], None, "guest", guest["name"])
    assert coordinator.get(made.path).ok().json == made.json
    again = assign(track, guest).problem(409, "conflict")
    assert again["errors"][0]["code"] == "taken"
    released = coordinator.post(f"{made.path}/release", if_match=made).ok()
    assert released["released_at"]
    assign(track, guest).created()


def test_without_the_agreement_in_force_nobody_leads(coordinator, track):
    """S2.17: like all that is missing, named at once; a guest who leads nothing any more as well."""
    guest = invite(coordinator, agreement_signed_on=None)
    assign(track, guest).problem(422, "validation-failed").fault("#/guest_id", "agreement-missing")
    coordinator.patch(guest.path, {"state": "ended"}, if_match="*").ok()
    refused = assign(track, guest).problem(422, "validation-failed")
    assert [error["code"] for error in refused["errors"]] == ["not-active", "agreement-missing"]


def test_what_no_assignment_of_a_guest_is(coordinator, client, administrator, track):
    guest, host = invite(coordinator), Host(client, administrator, "coordinator")
    for body, pointer, code in (
        ({"slot": "guest"}, "#/guest_id", "required"),
        ({"slot": "guest", "account_id": host.id}, "#/guest_id", "required"),
        ({"slot": "guest", "guest_id": guest["id"], "account_id": host.id}, "#/account_id", "invalid"),
        ({"slot": "team_member", "guest_id": guest["id"]}, "#/account_id", "required"),
        ({"slot": "team_member", "guest_id": guest["id"], "account_id": host.id}, "#/guest_id", "invalid"),
        ({"slot": "team_member", "account_id": guest["id"]}, "#/account_id", "does-not-exist"),
        ({"slot": "guest", "guest_id": host.id}, "#/guest_id", "does-not-exist"),
        ({"slot": "guest", "guest_id": ABSENT}, "#/guest_id", "does-not-exist"),
    ):
        coordinator.post(f"{track.path}/host-assignments", body).problem(422, "validation-failed").fault(pointer, code)
    other = Group(coordinator, service(administrator, FORMAL))
    assign(other, guest).problem(422, "validation-failed").fault("#/slot", "not-allowed")


def test_a_guest_is_in_one_place_at_a_time(coordinator, event, track):
    """I5: the refusal names whom and when; one may follow the other."""
    guest = invite(coordinator)
    assign(track, guest).created()
    near = Group(coordinator, event, local_starts=[in_days(21, at="19:59")])
    refused = assign(near, guest).problem(409, "conflict")
    assert (refused["reason"], refused["guest_ids"]) == ("double-booked", [guest["id"]])
    first = near.sessions()[0]
    coordinator.patch(f"/v1/sessions/{first['id']}", {"local_start": in_days(21, at="20:00")}, if_match="*").ok()
    assign(near, guest).created()
    moved = coordinator.patch(f"/v1/sessions/{first['id']}", {"local_start": in_days(21, at="19:00")}, if_match="*")
    assert moved.problem(409)["reason"] == "double-booked"


def test_a_session_without_its_guest_is_short_of_one(coordinator, track):
    """S2.12, I5: until one is assigned who has signed what is in force."""
    first = track.sessions()[0]
    assert (short(coordinator, first)["missing"], short(coordinator, first)["stops_session"]) == (["team_member", "guest"], True)
    guest = invite(coordinator)
    assign(track, guest).created()
    assert short(coordinator, first)["missing"] == ["team_member"]
    coordinator.patch(guest.path, {"agreement_signed_on": None}, if_match="*").ok()
    (unfit,) = short(coordinator, first)["unfit"]
    assert unfit == {
        "account_id": None, "guest_id": guest["id"], "alias": guest["name"], "slot": "guest", "missing": ["agreement-missing"]
    }  # fmt: skip


def test_what_needs_a_guest_starts_with_one(client, administrator, coordinator, event):
    """S2.18, I5: who was there is kept, the guest as well."""
    begins = instant(FIRST)
    clock(instant(FIRST, days=-8), coordinator)
    track, guest = Group(coordinator, event, local_starts=[FIRST]), invite(coordinator)
    team = Host(client, administrator, "coordinator")
    track.assign(team, "team_member").created()
    assign(track, guest).created()
    session = track.sessions()[0]
    track.open()
    track.step("confirm").ok()
    clock(begins, coordinator)
    start = f"/v1/sessions/{session['id']}/start"
    refused = coordinator.post(start, {"hosts_present": [team.id]}).problem(409, "conflict")
    assert (refused["reason"], refused["missing"]) == ("hosts-missing", ["guest"])
    coordinator.post(start, {"hosts_present": [team.id, ABSENT]}).problem(422).fault("#/hosts_present/1", "does-not-exist")
    run = coordinator.post(start, {"hosts_present": [team.id, guest["id"]]}).ok()
    assert {(h["account_id"], h["guest_id"], h["slot"]) for h in run["hosts_present"]} == {
        (team.id, None, "team_member"), (None, guest["id"], "guest")}  # fmt: skip


def test_whom_a_peer_must_not_meet_includes_the_guest(client, coordinator, track):
    """A6.5: a guest who leads what the peer has a seat in is refused, and a peer is not placed where that guest leads."""
    guest, person = invite(coordinator), ready(client)
    said = person.peer.post("/v1/conflict-declarations", {"kind": "no_contact", "name": guest["name"]}).created()
    compared(client.db)
    talked(coordinator, said)
    other = Group(coordinator, {"id": track.made["service_id"]}).open()
    other.seat(person)
    assert assign(other, guest).problem(409, "conflict")["reason"] == "conflict"
    assign(track, guest).created()
    placed = track.place(person)
    assert placed.problem(409, "conflict")["reason"] == "conflict"


def test_a_guest_s_own_word_keeps_them_apart(client, coordinator, track):
    """A6.5, ANCHORS 1.2.6: said by voice, recorded for them."""
    guest, person = invite(coordinator), ready(client)
    coordinator.post(
        "/v1/conflict-declarations", {"kind": "no_contact", "for_guest_id": guest["id"], "participant_id": person.id}
    ).created()
    compared(client.db)
    track.seat(person)
    assert assign(track, guest).problem(409, "conflict")["reason"] == "conflict"
