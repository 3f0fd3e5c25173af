# SPDX-License-Identifier: MIT
"""What groups, and the tracks of activities, do, once more and as small as possible: people, groups, sessions and seats in memory, and what each request must answer.

A track of an activity is a group for which people ask themselves. A request that is refused raises Refused and changes nothing. The rules
are those of the program (I1-I4, I8, I10, S2.31, S2.48, A6.5, decisions 2, 3 and 15 to 18), written from it and not from the server's
code. Where the lot decides, whoever it fell to is judged, not foreseen."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

DOCUMENTS = ("code_of_conduct", "consent", "confidentiality", "safety_protocol")
LIVE = ("requested", "waitlisted", "offered", "accepted", "confirmed", "active")
HELD = ("offered", "accepted", "confirmed", "active")
OFFICE, FIXED_HOURS = ZoneInfo("America/Toronto"), (9, 12, 15)
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


# ---- the office's days; none of those of the model is a holiday ----


def fixed_hours(at, days):
    """Those of the business days from one on that is so many days from this moment, for three weeks."""
    first = at.astimezone(OFFICE).date() + timedelta(days=days)
    ahead = (first + timedelta(days=n) for n in range(21))
    return [datetime.combine(day, time(hour), OFFICE).astimezone(at.tzinfo) for day in ahead if day.weekday() < 5 for hour in FIXED_HOURS]


def fixed_hour_after(at):
    return next(hour for hour in fixed_hours(at, 0) if hour > at)


def fixed_hour_before(at):
    return [hour for hour in fixed_hours(at, -14) if hour <= at][-1]


def business_day_before(at):
    """The same hour of the business day before; what falls on no business day has come, for the office, at the close before it."""
    local = at.astimezone(OFFICE)
    while local.weekday() >= 5:
        local = datetime.combine(local.date() - timedelta(days=1), time(17), OFFICE)
    day = next(day for n in range(1, 14) if (day := local.date() - timedelta(days=n)).weekday() < 5)
    return datetime.combine(day, local.time(), OFFICE).astimezone(at.tzinfo)


def week_of(at):
    day = at.astimezone(OFFICE).date()
    return day - timedelta(days=day.weekday())


@dataclass(eq=False)
class Person:
    id: str
    week: date  # since which they wait: their place in the fair order
    intake: str
    intake_track: str = "group"
    has_intake: bool = True
    accepted: set = field(default_factory=lambda: set(DOCUMENTS))
    said: list = field(default_factory=list)  # what nobody has talked about with them

    def lacks(self, group):
        """S2.48: an activity asks for less, and one intake for groups opens it too."""
        opens = self.has_intake and (group.is_track or self.intake_track == "group")
        return not opens or ({"consent"} if group.is_track else set(DOCUMENTS)) - self.accepted


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
    created_at: datetime | None = None
    expires_at: datetime | None = None
    answer: str | None = None
    answer_at: datetime | None = None
    removes_at: datetime | None = None
    since: date | None = None  # the week since which they wait for an activity
    nobody_to_avoid: bool | None = None
    is_talked: bool = False
    is_heard: bool = False  # in a declaration that was talked about since

    @property
    def week(self):
        return self.since if self.group.is_track else self.person.week

    def is_unheard(self):
        return self.nobody_to_avoid is False and not (self.is_talked or self.is_heard)

    def must_talk(self):
        """A6.5: said here, or in a declaration, and nobody has talked about it with them."""
        return bool(self.person.said) or self.is_unheard()


@dataclass(eq=False)
class Group:
    model: "Model"
    id: str
    is_closed: bool
    capacity: int
    deadline_days: int | None
    sessions: list
    hosts: list
    is_track: bool = False
    state: str = "draft"
    seats: list = field(default_factory=list)
    list_moved_at: datetime | None = None

    # ---- when it takes people ----

    def standing(self):
        return sorted((s for s in self.sessions if s.state != "cancelled"), key=lambda s: s.starts_at)

    def locks_at(self):
        """I3, I10: the first session or its start, and the end of the last day of registration; None = never."""
        if not self.standing():
            return None
        first = self.standing()[0]
        moments = [self.closes_at()] if self.is_closed else []
        if self.deadline_days is not None:
            day = first.local.date() - timedelta(days=self.deadline_days - 1)
            moments.append(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(first.zone)).astimezone(ZoneInfo("UTC")))
        return min(moments, default=None)

    def closes_at(self):
        if not self.is_closed or not self.standing():
            return None
        first = self.standing()[0]
        return first.starts_at if first.state == "scheduled" else min(first.starts_at, first.started_at)

    def answers_until(self):
        """I10: of an activity the deadline is one for asking."""
        return self.closes_at() if self.is_track else self.locks_at()

    def is_locked(self):
        return self.locks_at() is not None and self.locks_at() <= self.model.now

    def offers_until(self):
        """Decision 15: whoever accepts is answered in time."""
        return self.answers_until() and business_day_before(self.answers_until())

    def offers_seats(self):
        return self.answers_people() and (self.offers_until() is None or self.offers_until() > self.model.now)

    def answers_people(self):
        is_alive = self.state in ("recruiting", "confirmed") or self.state == "in_progress" and not self.is_closed
        return is_alive and (self.answers_until() is None or self.answers_until() > self.model.now)

    def takes_people(self):
        return self.answers_people() and not self.is_locked()

    def require_open(self, is_asked=False):
        if not (self.answers_people() if is_asked else self.takes_people()):
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
        """Of those who would meet today; only what is decided counts."""
        there = {seat.person.id for seat in self.of("confirmed", "active")} | set(self.hosts)
        return any(self.model.is_decided(*pair) for pair in combinations(there, 2))

    def require_seatable(self, seat, is_asked=False):
        self.require_open(is_asked)
        require(not seat.person.lacks(self), "conflict", "not-ready")
        require(not seat.must_talk(), "conflict", "conversation-first")
        require(not self.may_not_join(seat.person), "conflict", "conflict")

    def may_have(self, seat):
        return not (seat.person.lacks(self) or seat.must_talk() or self.may_not_join(seat.person))

    def offer_to(self, seat):
        if seat.state == "requested":
            seat.since = week_of(self.model.now)
        seat.state = "offered"
        seat.expires_at = min(filter(None, (self.model.now + OFFER, self.offers_until())))
        seat.answer_at = fixed_hour_after(seat.expires_at)

    def shorten_offers(self):
        """The lock came nearer."""
        last, until = self.offers_until(), self.answers_until()
        for seat in self.of("offered", "accepted"):
            if last and seat.expires_at > last:
                seat.expires_at, seat.answer_at = last, min(seat.answer_at, fixed_hour_after(last))
            elif until and seat.answer_at > until:
                seat.answer_at = until

    def tell(self, seat):
        """The hour has come of somebody who accepted."""
        if seat.answer == "not_placed" or not self.answers_people():
            seat.state = "not_placed"
        elif seat.answer == "confirmed" and self.may_have(seat):
            seat.state, seat.has_sat = "confirmed", True
        else:
            hour, lock = fixed_hour_after(self.model.now), self.answers_until()
            seat.answer, seat.answer_at = None, min(hour, lock) if lock else hour

    def advance(self, offered):
        """At a fixed hour, once; offered: the ids of those to whom the lot fell, of each week those who may have a seat."""
        hour = fixed_hour_before(self.model.now)
        has_moved = self.list_moved_at and self.list_moved_at >= hour
        if has_moved or not any(seat.created_at < hour for seat in self.of("waitlisted")):
            return
        self.list_moved_at = self.model.now
        is_over = self.answers_until() is not None and self.answers_until() <= self.model.now
        for seat in self.of("waitlisted") if is_over else []:
            seat.state = "not_placed"
        for week in sorted({seat.week for seat in self.of("waitlisted")}) if self.offers_seats() else []:
            turn = [seat for seat in self.of("waitlisted") if seat.week == week and seat.created_at < hour]
            for seat in turn:
                if seat.id in offered:
                    assert self.free() > 0 and self.may_have(seat), f"{seat.id} was offered a seat that was not theirs to have"
                    self.offer_to(seat)
            passed = [seat.id for seat in turn if seat.state == "waitlisted" and self.may_have(seat)]
            assert self.free() <= 0 or not passed, f"a seat is free, and none of {passed} was offered it"


class Model:
    def __init__(self, now):
        self.now = now
        self.people, self.groups = [], []
        self.declared = {}
        self.own_cases = {}  # host -> participant: one person with two logins
        self.compared = (set(), set())  # what was declared, and who sat together, when it was last compared

    def compare(self):
        self.compared = (set(self.declared.values()), self.sat_together())

    def selves(self, person):
        return {person, self.own_cases.get(person, person)} | {host for host, own in self.own_cases.items() if own == person}

    def is_decided(self, one, other):
        """A6.5, decision 17. Nobody leads a group in which they are a peer (I13), nor meets whom a coordinator declared."""
        pairs = {frozenset((a, b)) for a in self.selves(one) for b in self.selves(other)}
        return other in self.selves(one) or bool(pairs & self.compared[0])

    def must_not_meet(self, one, other):
        """And nobody leads a group for somebody with whom they sat."""
        return self.is_decided(one, other) or frozenset((one, other)) in self.compared[1]

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
            seat.state = "completed" if seat.state in ("confirmed", "active") else "not_placed"

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
        group.shorten_offers()

    def drop(self, group, session):
        require_state(session.state, "scheduled")
        session.state = "cancelled"
        group.shorten_offers()

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
        self.compare()
        require(all(seat.person is not person for seat in group.of(*LIVE)), "conflict")
        if propose:
            require(group.state not in ("completed", "cancelled"), "conflict-state")
        seat = Seat(person, group, "requested" if propose else "waitlisted", created_at=self.now, since=week_of(self.now))
        if not propose:
            group.require_seatable(seat)
        if not propose and group.free() > 0 and group.offers_seats() and not group.of("waitlisted"):
            group.offer_to(seat)
        group.seats.append(seat)
        return seat

    def offer(self, seat):
        self.compare()
        require_state(seat.state, "requested", "waitlisted")
        seat.group.require_seatable(seat, is_asked=seat.state == "waitlisted")
        require(seat.group.offers_seats(), "conflict", "offers-closed")
        if seat.group.free() > 0:
            seat.group.offer_to(seat)
        else:
            require(seat.state == "requested", "conflict", "full")
            seat.state, seat.since = "waitlisted", week_of(self.now)

    def register(self, group, person, nobody_to_avoid):
        """S1.33, S2.48: asking is the yes; whom they must not meet is looked for when it is answered. Asked once."""
        require(group.is_track and group.state != "draft", "not-found", status=404)
        said = [seat for seat in group.seats if seat.person is person and seat.nobody_to_avoid is not None]
        require(nobody_to_avoid is not None or said, "validation-failed", status=422)
        present = next((seat for seat in group.of(*LIVE) if seat.person is person), None)
        require(present is None or present.state != "offered", "conflict", "offered-already")
        require(present is None or present.state == "requested", "conflict-state")
        until, hour = group.answers_until(), fixed_hour_after(self.now)
        ahead = any(session.state == "scheduled" and session.starts_at > self.now for session in group.sessions)
        require(group.takes_people() and ahead and (until is None or hour < until), "conflict", "another-activity")
        asked = [seat for seat in group.seats if seat.person is person and seat.created_at > self.now - timedelta(days=1)]
        require(len(asked) < 5, "conflict", "too-many-today")
        require(not person.lacks(group), "conflict", "not-ready")
        stands = bool(said) and said[-1].is_unheard()
        seat = present or Seat(person, group, "waitlisted", created_at=self.now)
        seat.state, seat.since, seat.nobody_to_avoid, seat.is_heard = "waitlisted", week_of(self.now), nobody_to_avoid, False
        if stands:
            seat.nobody_to_avoid = False
        elif nobody_to_avoid is None:
            seat.nobody_to_avoid, seat.is_talked = said[-1].nobody_to_avoid, said[-1].is_talked
        if group.free() > 0 and not [other for other in group.of("waitlisted") if other is not seat]:
            seat.state, seat.expires_at, seat.answer_at = "accepted", self.now, hour
        if present is None:
            group.seats.append(seat)
        return seat

    def heard(self, person):
        """A coordinator has talked with them about what they declared."""
        for seat in self.seats():
            seat.is_heard |= seat.person.id == person

    def talk(self, seat):
        require(seat.nobody_to_avoid is False, "conflict-state")
        seat.is_talked = True

    def accept(self, seat, by_peer):
        """Whom they must not meet is asked when it is answered, not here."""
        require_state(seat.state, "requested", "waitlisted", "offered", "expired")
        in_time = seat.state == "offered" and seat.expires_at > self.now
        if by_peer:
            require(seat.group.answers_people() and in_time, "conflict", "another-activity" if seat.group.is_track else "another-group")
        require_state(seat.state, "offered")
        require(in_time, "conflict", "offer-expired")
        require(not seat.person.lacks(seat.group), "conflict", "not-ready")
        seat.group.require_open(is_asked=True)
        seat.state = "accepted"

    def answer(self, seat, answer):
        self.compare()
        require(answer != "confirmed" or seat.state not in ("requested", "waitlisted", "offered"), "conflict", "accepted-first")
        require_state(seat.state, "accepted")
        if answer == "confirmed":
            seat.group.require_seatable(seat, is_asked=True)
        seat.answer = answer

    def decline(self, seat):
        require_state(seat.state, "offered")
        seat.state = "declined"

    def withdraw(self, seat):
        if seat.state in LIVE:
            seat.state = "withdrawn"

    def remove(self, seat, reason):
        """Where nobody is in danger it takes effect at the next fixed hour."""
        require_state(seat.state, *LIVE)
        if reason in ("conduct", "safety"):
            seat.state = "removed"
        else:
            seat.removes_at = fixed_hour_after(self.now)

    def leave(self, person):
        """Out of the program: out of every group."""
        if person.has_intake:
            for seat in self.seats():
                if seat.person is person and (person.intake_track == "group" or seat.group.is_track):
                    self.withdraw(seat)
        person.has_intake = False

    def jobs(self, offered):
        """offered: the ids of those whom the lists offered a seat."""
        self.compare()
        for seat in self.seats():
            if seat.state == "offered" and seat.expires_at <= self.now:
                seat.state = "expired"
        # One who is not placed no longer stands in another's way: those first, then in the order of their ids.
        for seat in sorted(self.seats(), key=lambda seat: (seat.answer == "confirmed" and not seat.removes_at, seat.id)):
            if seat.state in LIVE and seat.removes_at and seat.removes_at <= self.now:
                seat.state = "removed"
            elif seat.state == "accepted" and seat.answer_at <= self.now:
                seat.group.tell(seat)
        self.compare()
        for group in self.groups:
            group.advance(offered)

    def waits_for_ever(self, has_worked):
        """Decision 15: the seats of those who would hear nothing in time, which is at the latest when the group locks. has_worked: the
        jobs are done."""
        late = []
        for group in self.groups:
            lock = group.answers_until()
            for seat in group.of("offered", "accepted"):
                is_promised = lock is None or seat.answer_at <= max(lock, self.now)
                is_told = seat.state == "offered" or not has_worked or seat.answer_at > self.now
                late += [] if is_promised and is_told else [seat.id]
        return late
