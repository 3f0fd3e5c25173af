# SPDX-License-Identifier: MIT
"""Nobody waits for ever (decision 15): random groups, offers, answers and coordinators; whoever accepted has
an answer when the group locks, or the program lead has been told by then, and it is not this one."""

import random
from datetime import date, timedelta

import pytest
from harness.crowd import make_people
from steps.seats import Desk, office

FIRST = date(2031, 3, 3)
LEAD_TOLD = """
select exists (
    select from notices n join alarms a on a.id = n.alarm_id join accounts o on o.id = n.account_id
    where a.kind = 'answer_due' and a.object_id = %s and o.role = 'administrator' and n.created_at <= %s)
"""
NEXT = """
select min(at) from (
    select fixed_hour_after(%(now)s) as at
    union all select e.answer_at from enrolments e where e.cohort_id = %(cohort)s and e.state = 'accepted' and e.answer_at > %(now)s
    union all select a.next_at from alarms a where a.cohort_id = %(cohort)s and a.state = 'open' and a.next_at > %(now)s) t
"""
# The hour that was said, and when four hours of the office, from 8:00 to its close, are left until the lock.
SAID = """
with days as (
    select (d + time '08:00') at time zone office_zone() as opens_at, least(office_close(d), %(lock)s) as ends_at
    from business_days(office_date(%(lock)s) - 14, office_date(%(lock)s)) d),
spans as (
    select ends_at, ends_at - opens_at as length, sum(ends_at - opens_at) over (order by opens_at desc) as total
    from days where opens_at < ends_at)
select cohort_answers_at(e.offer_expires_at),
    (select max(s.ends_at - (interval '4 hours' - (s.total - s.length))) from spans s where s.total >= interval '4 hours')
from enrolments e where e.id = %(seat)s
"""


@pytest.fixture(scope="module")
def people(db):
    db.execute("update cohorts set list_moved_at = 'infinity'")
    # A story is one transaction, which is undone: jobs do not look at how long it has taken.
    db.execute("create or replace function job_is_long() returns boolean volatile language sql return false")
    return make_people(db, 12, office(date(2031, 1, 6), "09:00"))


class Story:
    """One group, from its first list to its lock."""

    def __init__(self, db, people, dice):
        self.desk, self.dice, self.db = Desk(db), dice, db
        self.begins = office(FIRST + timedelta(days=dice.randrange(7)), f"{dice.randrange(24):02}:00")
        lasts = dice.choice((2, 3, 4, 6, 10))
        day = self.begins.date() + timedelta(days=lasts)
        self.locks = office(day, dice.choice(("07:30", "10:00", "12:00", "15:00", "18:30", "22:00")))
        self.seated = dice.sample(people, dice.randint(1, 6))
        self.cohort = self.desk.cohort(self.begins, self.locks, capacity=4, offer_hours=dice.choice((1, 24, 72, 720)))
        self.seats = self.desk.enrol(self.cohort, self.seated, "waitlisted", self.begins)
        self.acts, self.accepted, self.said = dice.random(), set(), set()

    def coordinator(self, seat, at):
        """Answers one at some time, or never, and may answer otherwise; confirms nobody who waits to be talked with."""
        if self.desk.state(seat) == "accepted" and self.dice.random() < self.acts / 4:
            self.desk.answer(seat, self.dice.choice(("not_this_one",) if seat in self.said else ("confirm", "not_this_one")), at)

    def peer(self, seat, person, at):
        expires = self.db.execute("select offer_expires_at from enrolments where id = %s", (seat,)).fetchone()[0]
        if self.desk.state(seat) == "offered" and expires > at and self.dice.random() < 0.7:
            self.desk.accept(seat, person, at)
            said, four_hours = self.db.execute(SAID, {"lock": self.locks, "seat": seat}).fetchone()
            assert at < said <= four_hours < self.locks, (at, said, four_hours, self.locks)
            self.accepted.add(seat)

    def declares(self, seat, person, at):
        """Somebody who accepted says something that nobody has talked about yet: whatever was answered is asked again."""
        self.said.add(seat)
        self.db.execute(
            "insert into conflict_declarations (kind, for_participant_id, name_digest, declared_by, created_at)"
            " values ('no_contact', %s, 'nobody', %s, %s)",
            (person.id, person.account, at),
        )

    def run(self):
        at = self.begins
        while at < self.locks:
            self.desk.work(at, "comparison_run", "seat_expire_offers", "seat_advance_lists", "seat_answer_all", "watched_clock_follow")
            for seat, person in zip(self.seats, self.seated, strict=True):
                self.peer(seat, person, at)
                self.coordinator(seat, at)
                if self.desk.state(seat) == "accepted" and self.dice.random() < 0.02:
                    self.declares(seat, person, at)
            (at,) = self.db.execute(NEXT, {"now": at, "cohort": self.cohort}).fetchone()
        told = {seat for seat in self.accepted if self.db.execute(LEAD_TOLD, (seat, self.locks)).fetchone()[0]}
        before = {seat: self.desk.state(seat) for seat in self.accepted}
        unanswered = {
            seat for seat in self.accepted if before[seat] == "accepted"
            and self.db.execute("select answer is null from enrolments where id = %s", (seat,)).fetchone()[0]}  # fmt: skip
        self.desk.work(self.locks, "comparison_run", "seat_answer_all", "watched_clock_follow")
        after = {seat: self.desk.state(seat) for seat in self.accepted}
        return before, unanswered, told, after


def test_every_accepted_seat_is_answered_before_the_lock_or_the_lead_knows(db, people):
    ends, called = set(), 0
    for seed in range(30):
        with db.transaction(force_rollback=True):
            before, unanswered, told, after = Story(db, people, random.Random(seed)).run()
        assert unanswered <= told, (seed, "nobody told the lead")
        assert set(after.values()) <= {"confirmed", "not_placed"}, (seed, after)
        assert all(after[seat] == "not_placed" for seat in unanswered), seed
        assert all(before[seat] == after[seat] for seat in after if before[seat] != "accepted"), seed
        ends |= {(seat in unanswered, after[seat]) for seat in after}
        called += len(unanswered)
    assert {(True, "not_placed"), (False, "confirmed"), (False, "not_placed")} <= ends and called > 15
