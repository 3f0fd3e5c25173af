# SPDX-License-Identifier: MIT
"""Activities, from the plan to the tracks that take people."""

import uuid

from .groups import FORMAL, Group, in_days, part, service

PATH, PUBLIC = "/v1/activities", "/v1/public-activities"


def two_parts(administrator):
    """A service of two parts, two weeks apart; registration ends thirteen days before (S2.24)."""
    return service(
        administrator, FORMAL, topics="participants", capacity=2, max_sessions=2, registration_deadline_days=13,
        parts=[part(90, 0, team_member=1), part(60, 14, team_member=1)])  # fmt: skip


def new(of, **changes):
    return {
        "service_id": of["id"],
        "kind": "event",
        "title": {"en": f"Drawing {uuid.uuid4().hex[:8]}", "fr": "Dessin"},
        "description": {"en": "We draw.", "fr": "On dessine."},
    } | changes


def step(who, made, name, **headers):
    return who.post(f"{made.path}/{name}", if_match="*", **headers)


def in_state(who, made, state):
    for name in {"planned": (), "announced": ("announce",), "open": ("open",), "ended": ("open", "end"), "cancelled": ("cancel",)}[state]:
        step(who, made, name).ok()
    return made


def track(coordinator, made, of, **more):
    """A language track that takes people."""
    more = {"series": {"local_start": in_days(40, at="17:00"), "count": 2}} | more
    return Group(coordinator, of, activity_id=made["id"], **more).open()


def page(who, made, **more):
    return who.get(f"{PUBLIC}/{made['id']}", **more)
