# SPDX-License-Identifier: MIT
"""Places of two tracks of an activity, once more and as small as possible (S2.11, ANCHORS 1.2): who has one, who waits, to whom the lists
give. Written from the rules of the program and not from the server's code; beside it the program itself, past HTTP, asked the same at
hours that are drawn around the edges of the windows."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg

from steps.group_model import Refused, require
from steps.seats import COORDINATOR, OFFICE, Desk

LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(eq=False)
class Date:
    track: int
    local: datetime
    capacity: int
    deadline_days: int | None
    id: str = ""
    state: str = "scheduled"

    @property
    def starts_at(self):
        return self.local.replace(tzinfo=OFFICE).astimezone(UTC)

    @property
    def closes_at(self):
        """I10: the end of the last day on which one asks."""
        if self.deadline_days is None:
            return LAST
        midnight = datetime.combine(self.local.date() - timedelta(days=self.deadline_days - 1), datetime.min.time(), OFFICE)
        return midnight.astimezone(UTC)


@dataclass(eq=False)
class Place:
    person: object
    date: Date
    id: str = ""
    state: str = "freed"
    is_only_one: bool = False
    since: datetime | None = None
    until: datetime | None = None
    told: datetime | None = None
    last: tuple = (None, None)  # the decision, and why

    def seen(self):
        return (self.state, self.is_only_one, self.since, self.until, self.told, *self.last)


class Model:
    def __init__(self, now, windows, people, dates):
        self.now, self.windows, self.people, self.dates = now, windows, people, dates
        self.places = {}
        self.seated = {(person, track) for person in people for track in (0, 1)}
        self.said, self.unreachable, self.away, self.apart = set(), set(), set(), set()

    # ---- what is true at this moment ----

    def window(self, date):
        left = date.starts_at - self.now
        if date.state != "scheduled" or left <= timedelta(0):
            return "over"
        given, offered = (timedelta(hours=hours) for hours in self.windows)
        return "given" if left > given else "offered" if left > offered else "open"

    def of(self, date, *states):
        return [place for place in self.places.values() if place.date is date and place.state in states]

    def is_offered(self, place):
        return place.state == "offered" and place.until > self.now

    def waits(self, place):
        return place.state in ("waiting", "offered") and not self.is_offered(place)

    def taken(self, date):
        return sum(place.state == "held" or self.is_offered(place) for place in self.of(date, "held", "offered"))

    def is_open(self, date, person):
        others = any(self.waits(place) for place in self.of(date, "waiting", "offered") if place.person is not person)
        return self.window(date) != "over" and self.taken(date) < date.capacity and (self.window(date) == "open" or not others)

    def standing(self, date, person):
        place = self.places.get((person, date), Place(person, date))
        if place.state == "held" or self.is_offered(place):
            return place.state
        if place.state == "freed" and self.now >= date.closes_at:
            return "closed"
        return "open" if self.is_open(date, person) else "waiting" if self.waits(place) else "full"

    def hindrance(self, place):
        return (
            "conversation" if place.person in self.said
            else "stepped_back" if place.person in self.away
            else "unreachable" if place.person in self.unreachable else None)  # fmt: skip

    # ---- what is asked ----

    def offer_ends(self, date):
        return min(date.starts_at, self.now + max((date.starts_at - self.now) / 2, timedelta(minutes=30)))

    def move(self, place, state, decision, reason=None):
        place.since = place.until if decision == "expired" else self.now if decision == "waiting" else place.since
        place.until = self.offer_ends(place.date) if state == "offered" else None
        place.told = place.told if state == "waiting" else None
        place.state, place.last = state, (decision, reason)
        if state == "held" and place.is_only_one:
            for other in self.places.values():
                is_asked = other.state in ("waiting", "offered") and other.date.state == "scheduled"
                if other.person is place.person and other is not place and is_asked:
                    self.move(other, "freed", "ended", "only_one")

    def require_takes(self, date, person):
        require((person, date.track) in self.seated, "not-found", status=404)
        require(self.window(date) != "over", "conflict", "too-late")

    def take(self, date, person, is_only_one=None):
        self.require_takes(date, person)
        place = self.places.get((person, date), Place(person, date, since=self.now))
        if place.state == "held":
            return
        require(place.state != "freed" or self.now < date.closes_at, "conflict", "too-late")
        require(person not in self.away, "conflict", "stepped-back")
        self.places[person, date] = place
        place.is_only_one = place.is_only_one if is_only_one is None else is_only_one
        if self.is_offered(place):
            self.move(place, "held", "accepted")
        elif self.is_open(date, person):
            self.move(place, "held", "taken")
        elif place.state == "freed":
            self.move(place, "waiting", "waiting")

    def free(self, date, person):
        self.require_takes(date, person)
        place = self.places.get((person, date))
        if place and place.state != "freed":
            self.move(place, "freed", "freed")

    def leave(self, person, track):
        self.seated.discard((person, track))
        for place in self.places.values():
            if place.person is person and place.date.track == track and place.date.state == "scheduled" and place.state != "freed":
                self.move(place, "freed", "ended", "seat_ended")

    def resize(self, date, capacity):
        require(date.state in ("scheduled", "in_progress"), "conflict-state")
        require(capacity <= 3, "validation-failed")
        require(capacity >= self.taken(date), "conflict", "seats-taken")
        date.capacity = capacity

    def cancel(self, date):
        require(date.state == "scheduled", "conflict-state")
        date.state = "cancelled"

    def shift(self, dates, by):
        for date in dates:
            date.local += by
            for place in self.of(date, "waiting", "offered"):
                place.told = None
                ends = self.now if self.window(date) == "open" else self.offer_ends(date)
                place.until = place.until and min(place.until, ends)

    def work(self):
        """The lists, in the order of their ids."""
        due = [
            date for date in self.dates
            if self.window(date) != "over" and self.taken(date) < date.capacity and any(self.waits(p) for p in self.of(date, "waiting", "offered"))
        ]  # fmt: skip
        for date in sorted(due, key=lambda date: date.id):
            for place in sorted(self.of(date, "offered"), key=lambda place: (place.until, place.id)):
                if not self.is_offered(place):
                    self.move(place, "waiting", "expired")
            for place in sorted(self.of(date, "waiting"), key=lambda place: (place.since, place.id)):
                if self.taken(date) >= date.capacity:
                    break
                self.turn(place, self.window(date))

    def turn(self, place, window):
        if window == "open" and place.told:
            return
        if reason := self.hindrance(place):
            place.last = ("passed", reason)
        elif window == "open":
            place.told, place.last = self.now, ("told", None)
        else:
            self.move(place, *{"given": ("held", "given"), "offered": ("offered", "offered")}[window])


# ---- the program beside it ----

ACTIVITY = """
with made as (
    insert into activities (service_id, kind, state, title_en, title_fr, description_en, description_fr, announced_at, created_at)
    select id, 'coffee_chat', 'open', 'Chat', 'Causerie', 'We talk', 'On cause', %(at)s, %(at)s from services order by code limit 1
    returning id, service_id)
insert into cohorts (
    service_id, activity_id, language, state, coordinator_id, capacity, session_capacity, places_given_hours, places_offered_hours,
    max_sessions, parts, joining, topics, offer_hours, created_at)
select m.service_id, m.id, l, 'confirmed', %(coordinator)s, 50, 3, %(given)s, %(offered)s, 20, v.parts, 'drop_in', 'participants', 72, %(at)s
from made m join services v on v.id = m.service_id cross join unnest('{en,fr}'::text[]) l
returning id::text
"""
DATE = """
insert into sessions (
    cohort_id, seq, part, capacity, registration_deadline_days, local_start, timezone, starts_at, duration_minutes, hosts, changed_at)
values (%s, %s, 1, %s, %s, %s, 'America/Toronto', %s, (select part_minutes(g.parts, 1) from cohorts g where g.id = %s), '{}', %s)
returning id::text
"""
# Of which nothing but that it opens is asked here.
ADDRESS = """
with key as (
    insert into sealed_keys (id, owner_type, owner_id, wrapped) values (gen_random_uuid(), 'participant', %(id)s, 'x') returning id)
insert into contacts (participant_id, email, email_is_government, ok_to_email) select %(id)s, id || '.x', false, true from key
"""
APART = """
with said as (
    insert into conflict_declarations (kind, for_participant_id, participant_id, declared_by, created_at, conversation_at, conversation_by)
    values ('no_contact', %(one)s, %(other)s, %(coordinator)s, %(at)s, %(at)s, %(coordinator)s) returning id)
insert into conflict_matches (declaration_id, basis, for_participant_id, participant_id, needs_agreement, state, created_at)
select id, 'known', %(one)s, %(other)s, false, 'blocked', %(at)s from said
"""
SAYS = """
insert into conflict_declarations (kind, for_participant_id, name_digest, declared_by, created_at)
values ('no_contact', %s, 'nobody', %s, %s)
"""
SEEN = """
select l.session_id::text, l.participant_id::text, l.id::text, l.state, l.is_only_one, l.waiting_since, l.offered_until, l.told_at,
    d.decision, d.reason
from places l join sessions s on s.id = l.session_id and s.cohort_id = any (%s::uuid[])
cross join lateral (select * from place_decisions d where d.place_id = l.id order by d.seq desc limit 1) d
"""
# How often each is drawn.
ACTS = {
    "take": 30, "free": 12, "work": 18, "wait": 16, "leave": 0.4, "resize": 1, "cancel": 0.3, "shift": 2, "begin": 0.5, "says": 1.5, "apart": 3,
    "unreach": 2, "away": 1.5}  # fmt: skip
EDGES = (timedelta(seconds=-1), timedelta(0), timedelta(seconds=1))


class Died(Exception):
    """The process did, before it was done."""


class Story:
    """Two tracks, their dates and people, and what happens to them; the transaction is undone."""

    def __init__(self, db, people, dice):
        self.db, self.desk, self.dice = db, Desk(db), dice
        windows = dice.choice(((24, 2), (24, 2), (48, 6), (24, 0), (2, 2)))
        first = datetime(2031, 3, 4 + dice.randrange(6), 18, 30)  # the clocks change in between
        apart = dice.choice((1, 2, 7))
        dates = [
            Date(track, first + timedelta(days=apart * number, hours=track), dice.choice((1, 1, 2)), dice.choice((None, None, 0, 1)))
            for track, count in ((0, 8), (1, 2)) for number in range(count)]  # fmt: skip
        self.model = Model(dates[0].starts_at - timedelta(days=dice.choice((1, 3))), windows, people, dates)
        values = {"coordinator": COORDINATOR, "at": self.model.now, "given": windows[0], "offered": windows[1]}
        self.cohorts = [cohort for (cohort,) in db.execute(ACTIVITY, values).fetchall()]
        for number, date in enumerate(dates):
            cohort = self.cohorts[date.track]
            (date.id,) = db.execute(
                DATE, (cohort, number + 1, date.capacity, date.deadline_days, date.local, date.starts_at, cohort, self.model.now)
            ).fetchone()
        self.seats = {
            (person, track): seat for track in (0, 1)
            for person, seat in zip(people, self.desk.enrol(self.cohorts[track], people, "confirmed", self.model.now), strict=True)}  # fmt: skip
        self.log, self.decided = [], Counter()

    # ---- asking both ----

    def both(self, foresee, role, statement, values, person=None):
        """The model says what is answered, then the program is asked; now and then it dies before it has written."""
        dies = self.dice.random() < 0.05
        expected = None
        try:
            if not dies:
                foresee()
        except Refused as refused:
            expected = (refused.slug, refused.reason)
        more = (
            {"account": person.account, "participant": person.id} if person else {"account": COORDINATOR if role == "coordinator" else None}
        )
        told, answer = None, None
        try:
            with self.db.transaction():
                answer = self.desk.act(role, self.model.now, statement, values, **more)
                if dies:
                    raise Died
        except Died:
            self.log[-1] += " and died"
        except psycopg.Error as error:
            assert error.sqlstate == "AP000", error
            told = (error.diag.message_primary, json.loads(error.diag.message_detail or "{}").get("reason"))
        assert dies or told == expected, f"told {told}, foreseen {expected or 'it goes through'}"
        return None if dies or told else answer

    def compare(self):
        model, seen = self.model, self.db.execute(SEEN, (self.cohorts,)).fetchall()
        places = {(place.date.id, place.person.id): place for place in model.places.values()}
        for session, person, id, *row in seen:
            place = places.pop((session, person))
            place.id = id
            assert tuple(row) == place.seen(), f"{self.name(place.person)} {self.day(place.date)}: {row}, foreseen {place.seen()}"
            self.decided[place.last] += 1
        assert not places, "places that are not there"

    def step(self):
        act = self.dice.choices(list(ACTS), ACTS.values())[0]
        self.log.append(f"{self.model.now:%d %H:%M:%S} {act}")
        getattr(self, act)()
        self.compare()

    # ---- drawing ----

    def name(self, person):
        return f"person {self.model.people.index(person)}"

    def day(self, date):
        return f"date {self.model.dates.index(date)}"

    def note(self, *things):
        self.log[-1] += " " + " ".join(str(thing) for thing in things)

    def date(self):
        """Mostly one of the next two to come."""
        coming = sorted((d for d in self.model.dates if self.model.window(d) != "over"), key=lambda d: d.starts_at)
        return self.dice.choice(coming[:2] if coming and self.dice.random() < 0.85 else self.model.dates)

    def one(self):
        date, person = self.date(), self.dice.choice(self.model.people)
        self.note(self.name(person), self.day(date))
        return date, person

    # ---- what happens ----

    def take(self):
        """Now and then what is offered to somebody."""
        date, person = self.one()
        offered = self.model.of(date, "offered")
        if offered and self.dice.random() < 0.3:
            person = offered[0].person
            self.note("rather", self.name(person))
        wish = self.dice.choice((None, None, None, True, False))
        self.note(wish)
        body = None if wish is None else json.dumps({"is_only_one": wish})
        answer = self.both(
            lambda: self.model.take(date, person, wish),
            "peer",
            "select body->>'standing' from places_replace(%s, %s)",
            (date.id, body),
            person,
        )
        assert answer is None or answer[0] == self.model.standing(date, person), answer

    def free(self):
        """Mostly one of those who have something to free."""
        date, person = self.one()
        held = self.model.of(date, "held", "offered", "waiting")
        if held and self.dice.random() < 0.8:
            person = self.dice.choice(held).person
            self.note("rather", self.name(person))
        self.both(lambda: self.model.free(date, person), "peer", "select status from places_delete(%s)", (date.id,), person)

    def work(self):
        self.both(self.model.work, "worker", "select place_list_advance_all()", ())

    def wait(self):
        """To a second before, at or after an edge: of a window, a start, a last day, an offer; or for some hours."""
        now = self.model.now
        moments = [place.until for place in self.model.places.values() if place.state == "offered"] * 2
        for date in self.model.dates:
            moments += [date.starts_at, date.closes_at, *(date.starts_at - timedelta(hours=hours) for hours in self.model.windows)]
        edges = sorted({moment + edge for moment in moments if moment < LAST for edge in EDGES} - {now})
        ahead = [edge for edge in edges if edge > now][:6]
        self.model.now = (
            self.dice.choice(ahead) if ahead and self.dice.random() < 0.8 else now + timedelta(minutes=self.dice.randrange(1, 300))
        )

    def leave(self):
        _, person = self.one()
        track = self.dice.randrange(2)
        seat = self.seats[person, track]
        self.both(lambda: self.model.leave(person, track), "peer", "select status from enrolments_withdraw(%s)", (seat,), person)

    def resize(self):
        date, capacity = self.date(), self.dice.randint(1, 4)
        self.note(self.day(date), capacity)
        self.change(date, lambda: self.model.resize(date, capacity), capacity=capacity)

    def change(self, date, foresee, **body):
        self.both(foresee, "coordinator", "select status from sessions_update(%s, null, %s, null)", (date.id, json.dumps(body)))

    def cancel(self):
        date = self.date()
        self.note(self.day(date))
        self.both(lambda: self.model.cancel(date), "coordinator", "select status from sessions_cancel(%s, null)", (date.id,))

    def shift(self):
        """Some hours on the same day, alone or with those that follow; now and then while a place in it is offered."""
        offered = [place.date for place in self.model.places.values() if self.model.is_offered(place)]
        date = self.dice.choice(offered) if offered and self.dice.random() < 0.7 else self.date()
        by = timedelta(hours=self.dice.choice((-6, -3, -1, 1, 2)))
        cascade = self.dice.random() < 0.3
        later = [d for d in self.model.dates if d.track == date.track and d.state == "scheduled" and d.starts_at > date.starts_at]
        moved = [date, *(later if cascade else [])]
        new = [(d.local + by).replace(tzinfo=OFFICE).astimezone(UTC) for d in moved]
        fits = all(12 <= (d.local + by).hour < 23 and (d.local + by).date() == d.local.date() for d in moved)
        if date.state != "scheduled" or min(new) <= self.model.now or not fits:
            return
        self.note(self.day(date), by, len(moved))
        local = f"{date.local + by:%Y-%m-%dT%H:%M}"
        self.change(date, lambda: self.model.shift(moved, by), local_start=local, cascade=cascade)

    def begin(self):
        """The next one starts."""
        date = min((d for d in self.model.dates if d.state == "scheduled"), key=lambda d: d.starts_at, default=None)
        if date and date.starts_at - self.model.now <= timedelta(minutes=15):
            self.db.execute("update sessions set state = 'in_progress', started_at = %s where id = %s", (self.model.now, date.id))
            date.state = "in_progress"

    def says(self):
        """What nobody has talked about with them yet."""
        _, person = self.one()
        self.model.said.add(person)
        self.db.execute(SAYS, (person.id, person.account, self.model.now))

    def apart(self):
        one, other = self.dice.sample(self.model.people, 2)
        if frozenset((one, other)) not in self.model.apart:
            self.note(self.name(one), self.name(other))
            self.model.apart.add(frozenset((one, other)))
            self.db.execute(APART, {"one": one.id, "other": other.id, "coordinator": COORDINATOR, "at": self.model.now})

    def unreach(self):
        """Of one person nothing may be sent, or may be again."""
        _, person = self.one()
        self.model.unreachable ^= {person}
        self.db.execute("update contacts set ok_to_email = not ok_to_email where participant_id = %s", (person.id,))

    def away(self):
        _, person = self.one()
        self.model.away ^= {person}
        if person in self.model.away:
            self.db.execute("insert into step_backs (account_id, since) values (%s, %s)", (person.account, self.model.now))
        else:
            self.db.execute("delete from step_backs where account_id = %s", (person.account,))
