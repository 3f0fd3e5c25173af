# SPDX-License-Identifier: MIT
"""Steps of the stories around a session: a confirmed group with its hosts and those who have a seat, on one evening.

The evening is far ahead, so that no job of the real clock meddles; everybody lives by the clock of the evening."""

import uuid

from steps.groups import FORMAL, INFORMAL, Group, Host, attend, clock, instant, ready, service, start

FIRST = "2090-01-10T18:30"  # a Tuesday; in Toronto, 23:30 UTC
PLANNED = instant(FIRST, days=-8)
DEBRIEF = {"delivered": True, "climate": 4, "wellbeing": 4, "wants_supervision": False}


class Evening:
    """Two weekly sessions. `hosts` are whoever must be there, `on_call` the professional on call of an informal group."""

    def __init__(self, client, kind=FORMAL, people=1, language="en", is_confirmed=True):
        self.client, self.administrator, self.coordinator = client, client("administrator"), client("coordinator")
        self.is_formal = kind["joining"] == "closed"
        self.group = Group(
            self.coordinator, service(self.administrator, kind), now=PLANNED, language=language,
            series={"local_start": FIRST, "count": 2})  # fmt: skip
        self.everybody = [self.coordinator]
        self.at(days=-8)
        supporters = [self.host() for _ in range(kind["parts"][0]["hosts"]["peer_supporter"]["count"])]
        self.professional = self.host("mental_health_professional")
        self.supporter = supporters[0]
        self.hosts = supporters + [self.professional] * self.is_formal
        self.on_call = None if self.is_formal else self.professional
        self.group.led_by(*self.hosts)
        if self.on_call:
            self.group.assign(self.on_call, "on_call_professional").created()
        self.session, self.next_session = self.group.sessions()
        self.path = f"/v1/sessions/{self.session['id']}"
        self.link = f"https://teams.example/join/{uuid.uuid4().hex}"
        for number, session in enumerate((self.session, self.next_session)):
            self.change(
                session, **({"topic": {"en": f"Part {number}", "fr": f"Partie {number}"}} if self.is_formal else {}), join_link=self.link
            )
        self.group.open()
        self.seats = [self.seat() for _ in range(people)]
        if is_confirmed:
            self.group.step("confirm").ok()

    def at(self, **shift):
        """From here on it is so long after the beginning of the first session, for everybody."""
        self.now = instant(FIRST, **shift)
        clock(self.now, *self.everybody)
        return self

    def host(self, role="peer_supporter", **more):
        made = Host(self.client, self.administrator, role, **more)
        return self.joined(made)

    def joined(self, who):
        self.everybody.append(who.peer if hasattr(who, "peer") else who.client)
        clock(self.now, self.everybody[-1])
        return who

    def person(self, **changes):
        return self.joined(ready(self.client, coordinator=self.coordinator, now=self.now, **changes))

    def seat(self, person=None, state="confirmed"):
        return self.group.seat(person or self.person(), state)

    def change(self, session, **body):
        return self.coordinator.patch(f"/v1/sessions/{session['id']}", body, if_match="*").ok()

    def cancel(self):
        return self.coordinator.post(f"{self.path}/cancel", if_match="*").ok()

    def start(self, who=None, hosts=None):
        return start(who or self.supporter.client, self.session, *(self.hosts if hosts is None else hosts))

    def started(self):
        self.at().start().ok()
        return self

    def end(self, who=None):
        return (who or self.supporter.client).post(f"{self.path}/end")

    def ended(self):
        self.started().at(minutes=90).end().ok()
        return self

    def attend(self, seat, status="present", who=None):
        return attend(who or self.supporter.client, self.session, seat, status)

    def assignment(self, host):
        entries = self.coordinator.get(f"{self.group.path}/host-assignments").ok().data
        return next(entry for entry in entries if entry["account_id"] == host.id)

    def stand_in(self, substitute, host, session=None):
        """Somebody leads one session in place of a host."""
        session = session or self.session
        return self.group.assign(substitute, session_id=session["id"], replaces=self.assignment(host)["id"]).created()

    def release(self, assignment):
        return self.coordinator.post(f"/v1/host-assignments/{assignment['id']}/release", if_match="*").ok()

    def stranger(self, role="peer_supporter"):
        """Somebody who may lead, and has nothing to do with this group."""
        return self.host(role).client


def informal(client, people=1, **more):
    return Evening(client, INFORMAL, people, **more)


def chats(client, people=1, places=2, **more):
    """In each of its sessions so many have a place."""
    return Evening(client, INFORMAL | {"capacity": 20, "session_capacity": places} | more, people)


def audited(db, object_type, **where):
    """The audit of one kind of object, newest first: [(action, account, participants)]."""
    rows = db.execute(
        "select action, account_id::text, participant_ids::text[] from audit_events where object_type = %s"
        " and (%s::uuid is null or object_id = %s::uuid) order by id desc limit 20",
        (object_type, where.get("object_id"), where.get("object_id")),
    )
    return [(action, account, sorted(people or [])) for action, account, people in rows.fetchall()]


# ---- a plan, and a contact behind glass ----

PLAN = {"current_place_method": "Asked when we begin, and not kept", "consent_to_checkin": True}
KIN = {"name": "Lou Nearby", "phone": "+1 613 555 0177", "relation": "sister", "may_know_program": False}
OPENING = {"reason": "check_in"}


def with_plan(evening):
    """The evening, its first person with a plan, a contact and an emergency contact."""
    person = evening.seats[0].person
    person.reachable(name_to_use="Robin Reachable", phone="+1 613 555 0198", safe_hours="Evenings")
    person.peer.put(f"{person.path}/safety-plan", PLAN, if_match="*").ok()
    person.peer.put(f"{person.path}/emergency-contact", KIN | {"declined": False}, if_match="*").ok()
    return evening.at()


def plan_path(evening, seat=None):
    return f"{evening.path}/safety-plans/{(seat or evening.seats[0]).id}"


def glass_path(evening, seat=None):
    return f"{evening.path}/contacts/{(seat or evening.seats[0]).id}/open"
