# SPDX-License-Identifier: MIT
"""What groups do, once more and as small as possible: people, groups, sessions and seats in memory, and what each request must answer.

A request that is refused raises Refused and changes nothing. The rules are those of the program (I1-I4, I8, I10, A6.5, decision 2),
written from it and not from the server's code."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

DOCUMENTS = ("code_of_conduct", "consent", "confidentiality", "safety_protocol")
LIVE = ("requested", "waitlisted", "offered", "confirmed", "active")
HELD = ("offered", "confirmed", "active")
LENGTH = timedelta(minutes=90)
EARLY = timedelta(minutes=15)
OFFER = timedelta(hours=72)


class Refused(Exception):
    """The problem that the request must be answered with."""

    def __init__(self, slug, reason=None, status=409):
        super().__init__(f"{status} {slug} {reason or ''}".strip())
        self.status, self.slug, self.reason = status, slug, reason


def require(condition, slug, reason=None, status=409):
    if not condition:
        raise Refused(slug, reason, status)


def require_state(state, *allowed):
    require(state in allowed, "conflict-state")


@dataclass(eq=False)
class Person:
    id: str
    waiting_since: int  # their place in the fair order
    intake: str
    has_intake: bool = True
    accepted: set = field(default_factory=lambda: set(DOCUMENTS))
    named_at: datetime | None = None

    def lacks(self):
        return not self.has_intake or set(DOCUMENTS) - self.accepted


@dataclass(eq=False)
class Session:
    id: str
    local: datetime
    zone: str
    state: str = "scheduled"
    started_at: datetime | None = None

    @property
    def starts_at(self):
        return self.local.replace(tzinfo=ZoneInfo(self.zone)).astimezone(ZoneInfo("UTC"))


@dataclass(eq=False)
class Seat:
    person: Person
    group: "Group"
    state: str
    id: str = ""
    has_sat: bool = False
    offered_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(eq=False)
class Group:
    model: "Model"
    id: str
    is_closed: bool
    capacity: int
    deadline_days: int | None
    sessions: list
    hosts: list
    state: str = "draft"
    seats: list = field(default_factory=list)

    # ---- when it takes people ----

    def standing(self):
        return sorted((s for s in self.sessions if s.state != "cancelled"), key=lambda s: s.starts_at)

    def locks_at(self):
        """I3, I10: the first session or its start, and the end of the last day of registration; None = never."""
        if not self.standing():
            return None
        first = self.standing()[0]
        moments = []
        if self.is_closed:
            moments.append(first.starts_at if first.state == "scheduled" else min(first.starts_at, first.started_at))
        if self.deadline_days is not None:
            day = first.local.date() - timedelta(days=self.deadline_days - 1)
            moments.append(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(first.zone)).astimezone(ZoneInfo("UTC")))
        return min(moments, default=None)

    def is_locked(self):
        return self.locks_at() is not None and self.locks_at() <= self.model.now

    def takes_people(self):
        is_alive = self.state in ("recruiting", "confirmed") or self.state == "in_progress" and not self.is_closed
        return is_alive and not self.is_locked()

    def require_open(self):
        if not self.takes_people():
            raise Refused("conflict", "locked") if self.is_locked() else Refused("conflict-state")

    # ---- who is in it ----

    def of(self, *states):
        return [seat for seat in self.seats if seat.state in states]

    def free(self):
        return self.capacity - len(self.of(*HELD))

    def may_not_join(self, person):
        """A6.5: somebody who has a seat, or leads, must not meet them."""
        others = {seat.person.id for seat in self.of(*HELD)} | set(self.hosts)
        return any(self.model.must_not_meet(person.id, other) for other in others - {person.id})

    def has_conflict(self):
        """Of those who would meet today."""
        there = {seat.person.id for seat in self.of("confirmed", "active")} | set(self.hosts)
        return any(self.model.must_not_meet(*pair) for pair in combinations(there, 2))

    def require_seatable(self, person):
        self.require_open()
        require(not person.lacks(), "conflict", "not-ready")
        require(not self.may_not_join(person), "conflict", "conflict")

    def offer_to(self, seat):
        seat.state = "offered"
        seat.offered_at = self.model.now
        seat.expires_at = min(filter(None, (self.model.now + OFFER, self.locks_at())))

    def advance(self):
        """A freed seat goes to who has waited longest and may have it."""
        lock = self.locks_at()
        for seat in self.of("offered"):
            seat.expires_at = min(filter(None, (seat.expires_at, lock)))
        if self.takes_people():
            for seat in sorted(self.of("waitlisted"), key=lambda seat: seat.person.waiting_since):
                if self.free() > 0 and not seat.person.lacks() and not self.may_not_join(seat.person):
                    self.offer_to(seat)


class Model:
    def __init__(self, now):
        self.now = now
        self.people, self.groups = [], []
        self.declared = {}
        self.own_cases = {}  # host -> participant: one person with two logins

    def selves(self, person):
        return {person, self.own_cases.get(person, person)} | {host for host, own in self.own_cases.items() if own == person}

    def must_not_meet(self, one, other):
        """A6.5. Nobody leads a group in which they are a peer (I13), and nobody leads a group for somebody with whom they sat."""
        if other in self.selves(one):
            return True
        declared = set(self.declared.values())
        return (frozenset((one, other)) in self.sat_together() or any(
            frozenset((a, b)) in declared for a in self.selves(one) for b in self.selves(other)))  # fmt: skip

    def sat_together(self):
        """Of a host, as a peer, with others: they may sit together again, but the host leads no group of theirs."""
        pairs = set()
        for host, own in self.own_cases.items():
            for group in self.groups:
                sat = {seat.person.id for seat in group.seats if seat.has_sat}
                pairs |= {frozenset((host, person)) for person in sat - {own} if own in sat}
        return pairs

    def seats(self):
        return [seat for group in self.groups for seat in group.seats]

    # ---- groups ----

    def open(self, group):
        require_state(group.state, "draft")
        require(any(s.state == "scheduled" and s.starts_at > self.now for s in group.sessions), "conflict", "no-sessions")
        group.state = "recruiting"

    def confirm(self, group):
        require_state(group.state, "recruiting")
        group.state = "confirmed"

    def resize(self, group, capacity):
        require(group.state not in ("completed", "cancelled"), "conflict-state")
        require(capacity >= len(group.of(*HELD)), "conflict", "seats-taken")
        group.capacity = capacity
        group.advance()

    def cancel(self, group):
        require(group.state not in ("completed", "cancelled"), "conflict-state")
        require(all(s.state != "in_progress" for s in group.sessions), "conflict", "session-in-progress")
        group.state = "cancelled"
        for session in group.sessions:
            session.state = "cancelled" if session.state == "scheduled" else session.state
        for seat in group.of(*LIVE):
            seat.state = "removed"

    def complete(self, group):
        require_state(group.state, "in_progress")
        require(all(s.state in ("completed", "cancelled") for s in group.sessions), "conflict", "sessions-left")
        group.state = "completed"
        for seat in group.of(*LIVE):
            seat.state = "completed" if seat.state in ("confirmed", "active") else "expired"

    # ---- sessions ----

    def move(self, group, session, local, cascade):
        require_state(session.state, "scheduled")
        shift = local - session.local
        if not shift:
            return
        later = [s for s in group.sessions if cascade and s.state == "scheduled" and s.starts_at > session.starts_at]
        moved = {s: s.local + shift for s in [session, *later]}
        planned = sorted(Session("", moved.get(s, s.local), s.zone).starts_at for s in group.sessions if s.state != "cancelled")
        fits = all(after - before >= LENGTH for before, after in zip(planned, planned[1:], strict=False))
        future = all(Session("", local, s.zone).starts_at > self.now for s, local in moved.items())
        require(fits and future, "validation-failed", status=422)
        for each, at in moved.items():
            each.local = at
        group.advance()

    def drop(self, group, session):
        require_state(session.state, "scheduled")
        session.state = "cancelled"
        group.advance()

    def start(self, group, session, everybody):
        require_state(session.state, "scheduled")
        require(group.state in ("confirmed", "in_progress") or group.state == "recruiting" and not group.is_closed, "conflict-state")
        require(self.now >= session.starts_at - EARLY, "conflict", "too-early")
        require(self.now <= session.starts_at + LENGTH, "conflict", "too-late")
        require(everybody, "conflict", "hosts-missing")
        require(not group.has_conflict(), "conflict", "call-your-coordinator")
        session.state, session.started_at, group.state = "in_progress", self.now, "in_progress"
        if group.is_closed:
            for seat in group.of("confirmed"):
                seat.state = "active"

    def end(self, session):
        require_state(session.state, "in_progress")
        session.state = "completed"

    def attend(self, session, seat, status):
        require(session.state in ("in_progress", "completed"), "conflict-state")
        require(seat.state in ("confirmed", "active"), "conflict-state")
        if status != "absent":
            seat.state = "active"

    # ---- seats ----

    def place(self, group, person, propose):
        require(all(seat.person is not person for seat in group.of(*LIVE)), "conflict")
        if propose:
            require(group.state not in ("completed", "cancelled"), "conflict-state")
        else:
            group.require_seatable(person)
        seat = Seat(person, group, "requested" if propose else "waitlisted")
        group.seats.append(seat)
        if not propose:
            group.advance()
        return seat

    def offer(self, seat):
        require_state(seat.state, "requested", "waitlisted")
        seat.group.require_seatable(seat.person)
        if seat.group.free() > 0:
            seat.group.offer_to(seat)
        else:
            require(seat.state == "requested", "conflict", "full")
            seat.state = "waitlisted"

    def accept(self, seat, by_peer):
        group, person = seat.group, seat.person
        require(seat.state not in ("confirmed", "active", "completed", "declined", "withdrawn", "removed"), "conflict-state")
        in_time = seat.state == "offered" and seat.expires_at > self.now
        has_named = seat.offered_at and person.named_at and person.named_at >= seat.offered_at
        is_blocked = group.may_not_join(person)
        if by_peer:
            require(group.takes_people() and in_time and not is_blocked and not has_named, "conflict", "another-group")
        require(seat.state == "offered", "conflict-state")
        require(in_time, "conflict", "offer-expired")
        require(not is_blocked, "conflict", "conflict")
        require(not person.lacks(), "conflict", "not-ready")
        group.require_open()
        seat.state, seat.has_sat = "confirmed", True

    def decline(self, seat):
        require_state(seat.state, "offered")
        seat.state = "declined"
        seat.group.advance()

    def withdraw(self, seat):
        if seat.state in LIVE:
            seat.state = "withdrawn"
            seat.group.advance()

    def remove(self, seat):
        require_state(seat.state, *LIVE)
        seat.state = "removed"
        seat.group.advance()

    def leave(self, person):
        """Out of the program: out of every group."""
        if person.has_intake:
            for seat in self.seats():
                if seat.person is person:
                    self.withdraw(seat)
        person.has_intake = False

    def jobs(self):
        for group in self.groups:
            late = [seat for seat in group.of("offered") if seat.expires_at <= self.now]
            for seat in late:
                seat.state = "expired"
            if late or group.of("waitlisted") and group.takes_people() and group.free() > 0:
                group.advance()
