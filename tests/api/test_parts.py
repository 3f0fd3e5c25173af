# SPDX-License-Identifier: MIT
"""What a service consists of is data: parts met once each, with their own minutes, days between them and hosts (S2.15, S2.18, S2.19, S2.23, S2.25)."""

from datetime import datetime, timedelta

import pytest
from steps import walk
from steps.groups import FORMAL, Group, Host, in_days, instant, part, service


@pytest.fixture
def two_part_event(administrator):
    """S2.15: ninety minutes with a guest, and two weeks later an hour with a professional at hand."""
    return service(
        administrator, FORMAL, topics="participants", max_sessions=2,
        parts=[part(90, 0, team_member=1), part(60, 14, team_member=1, mental_health_professional=1)])  # fmt: skip


@pytest.mark.parametrize("zone", ["America/Toronto", "America/St_Johns", "America/Vancouver", "America/Winnipeg"])
@pytest.mark.parametrize("first", ["2027-03-07T17:00", "2027-10-31T17:00"])
def test_part_two_is_part_one_plus_the_gap_on_the_same_clock(coordinator, two_part_event, zone, first):
    """S2.15, S2.23, S2.25: over both changes of the clocks; each part has its own length and its own hosts."""
    event = Group(coordinator, two_part_event, timezone=zone, series={"local_start": first, "count": 2})
    one, two = event.sessions()
    day = str(datetime.fromisoformat(first) + timedelta(days=14))[:16].replace(" ", "T")
    assert (one["local_start"], two["local_start"]) == (first, day)
    assert (one["part"], one["duration_minutes"], set(one["hosts"])) == (1, 90, {"team_member"})
    assert (two["part"], two["duration_minutes"], set(two["hosts"])) == (2, 60, {"team_member", "mental_health_professional"})
    assert two["starts_at"] == instant(day, zone) and two["ends_at"] == instant(day, zone, minutes=60)
    moved = coordinator.patch(f"/v1/sessions/{two['id']}", {"local_start": f"{day[:10]}T18:00"}, if_match="*").ok()
    assert moved["local_start"] == f"{day[:10]}T18:00" and event.sessions()[0]["local_start"] == first, "each can be moved alone"


def test_all_parts_are_planned_and_each_once(coordinator, two_part_event):
    """S2.25: not a part less, not one more; what makes up for a part is that part."""
    body = {"service_id": two_part_event["id"], "language": "fr"}
    for wrong, pointer, code in (
        ({"series": {"local_start": in_days(21), "count": 1}}, "#/series/count", "too-small"),
        ({"series": {"local_start": in_days(21), "count": 3}}, "#/series/count", "too-large"),
        ({"local_starts": [in_days(21)]}, "#/local_starts", "too-few"),
        ({"local_starts": [in_days(21), in_days(21, at="19:30")]}, "#/local_starts/1", "overlaps"),
        ({"series": {"local_start": in_days(21), "count": 2}, "max_sessions": 1}, "#/max_sessions", "too-small"),
    ):
        coordinator.post("/v1/groups", body | wrong).problem(422, "validation-failed").fault(pointer, code)
    # In the order of their dates, whatever the order they were written in; part two may follow on the hour that part one ends.
    event = Group(coordinator, two_part_event, local_starts=[in_days(30, at="20:00"), in_days(30)])
    one, two = event.sessions()
    assert [(s["part"], s["local_start"]) for s in (one, two)] == [(1, in_days(30)), (2, in_days(30, at="20:00"))]
    coordinator.patch(event.path, {"max_sessions": 1}, if_match="*").problem(422, "validation-failed").fault("#/max_sessions", "too-small")
    refused = coordinator.post(f"{event.path}/sessions", {"local_start": in_days(50)}).problem(409, "conflict")
    assert refused["reason"] == "max-sessions"
    coordinator.post(f"/v1/sessions/{one['id']}/cancel", if_match="*").ok()
    again = coordinator.post(f"{event.path}/sessions", {"local_start": in_days(28), "makes_up_for": one["id"]}).created()
    assert (again["part"], again["duration_minutes"]) == (1, 90)
    coordinator.post(f"/v1/sessions/{two['id']}/cancel", if_match="*").ok()
    assert coordinator.post(f"{event.path}/sessions", {"local_start": in_days(45)}).created()["part"] == 2, "the one that is missing"


def test_who_leads_the_series_leads_the_parts_that_ask_for_them(client, administrator, coordinator, two_part_event):
    """S2.18, S2.19, I5: the professional is there for part two; a date's own figures can be changed, not below who is assigned."""
    event = Group(coordinator, two_part_event, series={"local_start": in_days(21), "count": 2}).open()
    one, two = event.sessions()
    team, professional = Host(client, administrator, "coordinator"), Host(client, administrator, "mental_health_professional")
    event.assign(team, "team_member").created()
    event.assign(professional, "mental_health_professional").created()
    event.assign(Host(client, administrator), "peer_supporter").problem(422, "validation-failed").fault("#/slot", "not-allowed")
    assert [entry["id"] for entry in professional.client.get("/v1/my-sessions").ok().data] == [two["id"]]
    professional.client.get(f"/v1/sessions/{one['id']}/roster").problem(404, "not-found")
    missing = {entry["session_id"]: entry["missing"] for entry in walk(coordinator, "/v1/shortfalls", params={"limit": 100, "days": 60})}
    assert one["id"] not in missing and two["id"] not in missing
    # S2.12: this date asks for one more, and then for fewer.
    asked = two["hosts"] | part(peer_supporter=1)["hosts"]
    changed = coordinator.patch(f"/v1/sessions/{two['id']}", {"hosts": asked}, if_match="*").ok()
    assert changed["hosts"] == asked and event.sessions()[0]["hosts"] == one["hosts"], "and no other date"
    missing = {entry["session_id"]: entry["missing"] for entry in walk(coordinator, "/v1/shortfalls", params={"limit": 100, "days": 60})}
    assert missing[two["id"]] == ["peer_supporter"] and one["id"] not in missing
    supporter = Host(client, administrator)
    event.assign(supporter, "peer_supporter", session_id=two["id"]).created()
    refused = coordinator.patch(f"/v1/sessions/{two['id']}", {"hosts": two["hosts"]}, if_match="*").problem(409, "conflict")
    assert (refused["reason"], refused["session_ids"]) == ("slot-filled", [two["id"]])
    for bad, pointer, code in (
        ({}, "#/hosts", "too-few"),
        ({"guest": {"count": 1}}, "#/hosts/guest/is_needed", "required"),
        ({"president": {"count": 1, "is_needed": True}}, "#/hosts/president", "unknown"),
    ):
        coordinator.patch(f"/v1/sessions/{two['id']}", {"hosts": bad}, if_match="*").problem(422).fault(pointer, code)


def test_no_part_comes_before_one_that_it_follows(coordinator, two_part_event):
    """S2.23, S2.25: what was planned can be moved, and stays in its order."""
    event = Group(coordinator, two_part_event, series={"local_start": in_days(40), "count": 2})
    one, two = event.sessions()
    for moved, day in ((two, 39), (one, 55)):
        refused = coordinator.patch(f"/v1/sessions/{moved['id']}", {"local_start": in_days(day)}, if_match="*")
        refused.problem(422, "validation-failed").fault("#/local_start", "out-of-order")
    coordinator.patch(f"/v1/sessions/{one['id']}", {"local_start": in_days(60), "cascade": True}, if_match="*").ok()
    assert [s["part"] for s in event.sessions()] == [1, 2]
