# SPDX-License-Identifier: MIT
"""Guests, as a coordinator invites them."""

import re
import uuid

from steps.groups import INFORMAL, part
from steps.journey import unique

PATH, SIGNED = "/v1/guests", "2026-02-03"
# S2.18: ninety minutes with somebody of the team and a guest, dropped into.
EVENT = INFORMAL | {"parts": [part(90, 7, team_member=1, guest=1)]}


def guest(**changes):
    return {
        "name": unique("Rita"),
        "credentials": {"en": "Visual artist", "fr": "Artiste visuelle"},
        "link": {"en": "https://artist.example/en", "fr": "https://artist.example/fr"},
        "email": f"{uuid.uuid4().hex}@example.org",
        "language": "en",
        "agreement_signed_on": SIGNED,
    } | changes


def invite(coordinator, **changes):
    return coordinator.post(PATH, guest(**changes)).created()


def assign(group, guest, **more):
    return group.coordinator.post(f"{group.path}/host-assignments", {"guest_id": guest["id"], "slot": "guest"} | more)


def opened(db, guest_id, at=None):
    """The path of a page of theirs, as if its address had left by mail at that moment."""
    halves = str(uuid.uuid4()), str(uuid.uuid4())
    db.execute(
        "insert into guest_pages (guest_id, secret_sha256, created_at) values (%s, secret_digest(%s, %s), coalesce(%s, now()))",
        (guest_id, *halves, at),
    )
    return "/v1/guest-pages/{}/{}".format(*halves)


def address(mail, server):
    """The path of the one address that a mail to a guest has."""
    (found,) = re.findall(r"https?://\S+", mail.text)
    assert re.fullmatch(re.escape(server.url) + r"/v1/guest-pages/[0-9a-f-]{36}/[0-9a-f-]{36}", found)
    return found.removeprefix(server.url)
