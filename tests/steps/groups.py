# SPDX-License-Identifier: MIT
"""Steps of the stories of groups: people who are ready, services, hosts, groups and seats. It goes on where steps.journey ends.

A step returns the answer as it is; whoever takes it says what it must be. What makes something insists on 201."""

import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from harness.crowd import LONG_AGO, make_qualified, make_ready, make_trained

from steps.journey import as_worker, open_person, unique

# One day for a whole run, so that no story sees midnight pass between two of its steps.
TODAY = datetime.now(ZoneInfo("UTC"))


def part(minutes=90, gap_days=7, **hosts):
    """What a session of a service is, led by so many of each slot: part(60, peer_supporter=2). Who is on call is not needed to start."""
    figures = {slot: {"count": count, "is_needed": slot != "on_call_professional"} for slot, count in hosts.items()}
    return {"duration_minutes": minutes, "gap_days": gap_days, "hosts": figures}


FORMAL = {
    "capacity": 8, "max_sessions": 6, "parts": [part(peer_supporter=1, mental_health_professional=1)],
    "joining": "closed", "topics": "predetermined", "registration_deadline_days": None}  # fmt: skip
INFORMAL = {
    "capacity": 10, "max_sessions": 8, "parts": [part(peer_supporter=2, on_call_professional=1)],
    "joining": "drop_in", "topics": "participants"}  # fmt: skip
# A formal group that a coordinator leads as well.
COORDINATED = FORMAL | {"parts": [part(peer_supporter=1, mental_health_professional=1, coordinator=1)]}

# An evening in two parts, all of them or none, asked for a week before at the latest.
EVENT = FORMAL | {"topics": "participants", "registration_deadline_days": 7}


def clock(now, *clients):
    """From here on it is this moment for them; None = the present."""
    for who in clients:
        who.headers.pop("X-Test-Now", None)
        if now:
            who.headers["X-Test-Now"] = now


def in_days(days, now=None, zone="America/Toronto", at="18:30"):
    """A wall time so many days from now on, as series and sessions take it."""
    moment = datetime.fromisoformat(now) if now else TODAY
    return f"{(moment.astimezone(ZoneInfo(zone)) + timedelta(days=days)).date()}T{at}"


def ago(**span):
    """The moment so long before now, as X-Test-Now takes it: ago(days=30)."""
    return (datetime.now(ZoneInfo("UTC")) - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(local_start, zone="America/Toronto", **shift):
    """The moment of a wall time, shifted, as X-Test-Now and the API write moments: instant(start, minutes=-10)."""
    moment = datetime.fromisoformat(local_start).replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC")) + timedelta(**shift)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def service(administrator, kind=FORMAL, **changes):
    """A service that is available."""
    body = {
        "code": f"s{uuid.uuid4().hex[:12]}",
        "title": {"en": "Evening circle", "fr": "Cercle du soir"},
        "description": {"en": "We meet.", "fr": "On se rencontre."},
    }
    made = administrator.post("/v1/services", body | kind | changes).created()
    administrator.patch(made.path, {"state": "available"}, if_match=made).ok()
    return made


class Host:
    """Somebody who may lead: an account with a qualification and every training of their role, unless told otherwise."""

    def __init__(self, client, administrator, role="peer_supporter", *, is_trained=True, is_cleared=True, languages=("en", "fr")):
        body = {
            "role": role,
            "name": unique("Host"),
            "alias": unique("Cedar"),
            "email": f"host.{uuid.uuid4().hex}@example.org",
            "languages": list(languages),
        }
        employer = {"employer": "smsrc"} if role == "mental_health_professional" else {}
        self.made = administrator.post("/v1/staff", body | employer).created()
        self.id, self.path, self.role, self.administrator = self.made["id"], self.made.path, role, administrator
        self.client = client(role, self.id)
        make_qualified(client.db, [self.id], LONG_AGO if is_cleared else None)
        if is_trained:
            make_trained(client.db, [self.id])

    def qualify(self, **body):
        return self.administrator.put(f"{self.path}/qualification", body, if_match="*")

    def train(self, kind, completed_on=LONG_AGO, **more):
        """Every module of a kind."""
        (modules,) = (of["codes"] for of in self.administrator.get("/v1/code-lists").ok().data if of["list"] == f"training_{kind}")
        for module in modules:
            body = {"kind": kind, "module": module["code"], "completed_on": completed_on} | more
            self.administrator.post(f"{self.path}/trainings", body).created()


class Group:
    """A group and the coordinator who made it. Three weekly sessions from three weeks ahead unless told otherwise."""

    def __init__(self, coordinator, of_service, *, now=None, **changes):
        self.coordinator = coordinator
        body = {"service_id": of_service["id"], "language": "en"}
        if "local_starts" not in changes:
            body["series"] = {"local_start": in_days(21, now), "count": 3}
        headers = {"X-Test-Now": now} if now else None
        self.made = coordinator.post("/v1/groups", body | changes, headers=headers).created()
        self.id, self.path = self.made["id"], self.made.path

    def step(self, name, *body):
        return self.coordinator.post(f"{self.path}/{name}", *body, if_match="*")

    def read(self, who=None):
        return (who or self.coordinator).get(self.path).ok()

    def sessions(self, who=None):
        return (who or self.coordinator).get(f"{self.path}/sessions", params={"limit": 100}).ok().data

    def open(self):
        """People may be placed from here on."""
        self.step("open").ok()
        return self

    def prepare(self):
        """Every session gets its topic, as a formal group needs."""
        for number, session in enumerate(self.sessions(), 1):
            topic = {"en": f"Topic {number}", "fr": f"Sujet {number}"}
            self.coordinator.patch(f"/v1/sessions/{session['id']}", {"topic": topic}, if_match="*").ok()
        return self

    def led_by(self, *hosts, **more):
        """Each in the slot of their role."""
        for host in hosts:
            self.assign(host, **more).created()
        return self

    def assign(self, host, slot=None, **more):
        return self.coordinator.post(f"{self.path}/host-assignments", {"account_id": host.id, "slot": slot or host.role} | more)

    def place(self, person, **more):
        return self.coordinator.post(f"{self.path}/enrolments", {"participant_id": person.id} | more)

    def seat(self, person, state="confirmed"):
        """On to this state: waitlisted (somebody who does not get a seat), offered, accepted or confirmed."""
        seat = Seat(self, person, self.place(person).created())
        if state == "accepted":
            seat.accept().ok()
        elif state == "confirmed":
            seat.take()
        assert seat.state == state, seat.state
        return seat

    @property
    def now(self):
        return self.coordinator.headers.get("X-Test-Now")

    def advance(self, hour="infinity"):
        """Its list moves, as after a fixed hour."""
        as_worker(
            self.coordinator.db,
            self.now,
            "select comparison_run(), seat_list_advance(g, %s) from (select * from cohorts where id = %s for no key update) g",
            hour,
            self.id,
        )


def taking_people(client, kind=FORMAL, now=None, **changes):
    """A group of a service of its own that takes people; for its coordinator it is now."""
    coordinator = client("coordinator")
    clock(now, coordinator)
    return Group(coordinator, service(client("administrator"), kind), now=now, **changes).open()


class Seat:
    """The enrolment of a person in a group."""

    def __init__(self, group, person, made):
        self.group, self.person, self.made = group, person, made
        self.id, self.path = made["id"], made.path

    def step(self, name, *body, who=None):
        return (who or self.person.peer).post(f"{self.path}/{name}", *body, if_match="*")

    def accept(self, who=None):
        return self.step("accept", who=who)

    def confirm(self, step="confirm"):
        return self.step(step, who=self.group.coordinator)

    def take(self):
        """From an offer to a place: the person says yes, a coordinator confirms, and the hour comes."""
        self.accept().ok()
        self.confirm().ok()
        self.hear()
        return self

    def hear(self):
        """The hour that was said with the offer has come, for this seat alone."""
        as_worker(
            self.group.coordinator.db,
            self.group.now,
            "select comparison_run(), seat_answer(e, g) from enrolments e join cohorts g on g.id = e.cohort_id where e.id = %s",
            self.id,
        )

    def run_out(self):
        """The time of the offer is over."""
        db = self.group.coordinator.db
        db.execute("update enrolments set offer_expires_at = now() where id = %s", (self.id,))
        as_worker(db, None, "select seat_expire_offers()")

    def decline(self, who=None):
        return self.step("decline", who=who)

    def withdraw(self, who=None):
        return (who or self.person.peer).post(f"{self.path}/withdraw")

    def offer(self, **body):
        return self.step("offer", body, who=self.group.coordinator)

    def remove(self, reason="conduct"):
        """What does not take effect at once does at the next fixed hour, which comes here."""
        said = self.step("remove", {"reason": reason}, who=self.group.coordinator)
        if said.status != 200 or said["state"] == "removed":
            return said
        db = self.group.coordinator.db
        db.execute("update enrolments set removes_at = now() where id = %s", (self.id,))
        as_worker(db, None, "select seat_answer_all()")
        return self.group.coordinator.get(self.path)

    def read(self, who=None):
        return (who or self.group.coordinator).get(self.path).ok()

    @property
    def state(self):
        return self.read()["state"]

    def decisions(self):
        return self.group.coordinator.get(f"{self.path}/decisions", params={"limit": 100}).ok().data


def ready(client, **changes):
    """Somebody whose intake for groups is finished and valid, and who has accepted what there is to accept."""
    person = open_person(client, **changes).reachable()
    make_ready(client.db, [person.id])
    return person


def placed(client, intake):
    """A6.2: the first seat that is taken is what the intake was for."""
    Group(client("coordinator"), service(client("administrator"))).open().seat(intake.person)
    return intake


def start(who, session, *hosts):
    """A session begins, with these hosts there."""
    return who.post(f"/v1/sessions/{session['id']}/start", {"hosts_present": [host.id for host in hosts]})


def attend(who, session, seat, status="present"):
    return who.put(f"/v1/sessions/{session['id']}/attendance/{seat.id}", {"status": status})


class Activity:
    """An activity of a service of its own, up to this state: planned, announced, open, ended or cancelled."""

    def __init__(self, client, kind=EVENT, now=None, state="announced"):
        self.coordinator, self.now = client("coordinator"), now
        clock(now, self.coordinator)
        self.service = service(client("administrator"), kind)
        texts = {"title": {"en": "Yoga", "fr": "Yoga"}, "description": {"en": "We stretch.", "fr": "On s'étire."}}
        self.made = self.coordinator.post("/v1/activities", {"service_id": self.service["id"], "kind": "event"} | texts).created()
        self.id, self.path = self.made["id"], self.made.path
        for step in {"planned": (), "announced": ("announced",), "open": ("open",), "ended": ("open", "ended")}[state]:
            self.becomes(step)

    def becomes(self, state):
        step = {"announced": "announce", "open": "open", "ended": "end", "cancelled": "cancel"}[state]
        self.coordinator.post(f"{self.path}/{step}", if_match="*").ok()
        return self

    def track(self, *, is_open=True, **changes):
        made = Group(self.coordinator, self.service, now=self.now, activity_id=self.id, **changes)
        return made.open() if is_open else made


def a_track(client, kind=EVENT, now=None, **changes):
    """A language track of an activity that is open: people may ask for it."""
    activity = Activity(client, kind, now)
    track = activity.track(**changes)
    activity.becomes("open")
    track.activity = activity
    return track


def ask(track, person, **body):
    """A peer asks for a track themselves."""
    return person.peer.post(f"{track.path}/register", {"nobody_to_avoid": True} | body)


def registered(track, person, state="confirmed", **body):
    """A person who asked for a track: waitlisted or accepted, or confirmed by a coordinator at its hour."""
    seat = Seat(track, person, ask(track, person, **body).created())
    if state == "confirmed":
        seat.confirm().ok()
        seat.hear()
    assert seat.state == state, seat.state
    return seat
