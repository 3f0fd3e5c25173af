# SPDX-License-Identifier: MIT
"""Steps of the stories of who is on call. Every story has an empty roster of its own, and people of its own."""

import uuid

from steps.journey import unique

SHIFTS, TURNS, SWAPS, GAPS, RUNGS = (f"/v1/duty-{word}" for word in ("shifts", "turns", "swaps", "gaps", "rungs"))
NOW = "2027-01-04T15:00:00Z"  # a Monday, 10:00 in Toronto
REGIONS = "NL PE NS NB QC ON MB SK AB BC YT NT NU outside_canada".split()


class OnCall:
    """Somebody who may be on call, at a moment that the story says."""

    def __init__(self, client, administrator, role="coordinator", regions=(), alias="Alder"):
        body = {"role": role, "name": unique("Duty"), "alias": alias, "email": f"{uuid.uuid4().hex}@example.org", "languages": ["en"]}
        body |= {"employer": "smsrc"} if role == "mental_health_professional" else {"regions": list(regions)}
        self.made = administrator.post("/v1/staff", body).created()
        self.id, self.path = self.made["id"], self.made.path
        self.client = client(role, self.id)
        self.client.headers["X-Test-Now"] = NOW


def shift(who, account, start, end, *, step="duty", regions=(), **more):
    """What comes of asking for one; times of Toronto, "2027-01-04T17:00"."""
    body = {"account_id": account, "step": step, "regions": list(regions), "local_start": start, "local_end": end}
    return who.post(SHIFTS, body | more)


def turns(who, **params):
    return who.get(TURNS, params={"limit": 100} | params).ok().data


def times(entries):
    return [(entry["local_start"], entry["local_end"], entry["account_id"]) for entry in entries]
