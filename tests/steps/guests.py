# SPDX-License-Identifier: MIT
"""Guests, as a coordinator invites them."""

import uuid

from steps.journey import unique

PATH, SIGNED = "/v1/guests", "2026-02-03"


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
