# SPDX-License-Identifier: MIT
"""A scene of contention: one group, two hundred people who would come, and what happens meanwhile."""

import collections
import json
import re
import threading
from datetime import UTC, datetime, timedelta

import psycopg
from harness.crowd import make_people
from harness.invariants import Invariants
from harness.server import PATIENCE
from harness.volley import call

from steps.journey import as_worker, unique, until

SEATS, PEOPLE = 8, 200


class Scene:
    """One round: a group, the people who want to be in it, and what they are told."""

    def __init__(self, group, volley, db, token, contract, people=None):
        self.group, self.volley, self.db, self.contract = group, volley, db, contract
        self.people = people or make_people(db, PEOPLE, datetime.now(UTC) - timedelta(days=1))
        self.tokens = {person.id: token("peer", person.account) for person in self.people}
        self.boss = token("coordinator")
        self.invariants = Invariants(db)
        self.seats = {}
        self.seated = set()

    # ---- what is asked ----

    def propose(self):
        """All are noted for the group; nothing is offered yet."""
        self.group.open()
        with self.db.transaction():
            self.db.execute(
                "select context_enter('urn:alongside:local', '00000000-0000-4000-8000-000000000004', 'coordinator', 'both',"
                " gen_random_uuid()::text, null, 'enrolments_create')"
            )
            self.db.execute(
                "select enrolments_create(%s, jsonb_build_object('participant_id', p, 'propose_only', true)) from unnest(%s::uuid[]) p",
                (self.group.id, [person.id for person in self.people]),
            )
        return self._find_seats()

    def place(self):
        """All are placed at once: eight are offered a seat, the others wait."""
        answers = self.fire([self.placing(person) for person in self.people])
        assert statuses(answers) == {201: len(self.people)}
        return self._find_seats()

    def placing(self, person):
        return call(self.boss, "POST", f"{self.group.path}/enrolments", json.dumps({"participant_id": person.id}).encode(), key=True)

    def _find_seats(self):
        found = self.db.execute("select participant_id, id from enrolments where cohort_id = %s", (self.group.id,))
        self.seats = {str(person): f"/v1/enrolments/{seat}" for person, seat in found}
        assert len(self.seats) == len(self.people)
        return self

    def fire(self, requests):
        answers = self.volley.fire(requests)
        lines = [request.split(b" ", 2)[:2] for request in requests]
        kinds = {
            (re.sub(rb"[0-9a-f-]{36}", b"", line[1]), a.status, a.body[:60]): (line, a) for line, a in zip(lines, answers, strict=True) if a
        }
        for (method, path), answer in kinds.values():
            if answer.status >= 400:
                self.contract.check_response(method.decode(), path.decode(), answer.status, answer.headers, answer.body)
        return answers

    def yes(self, person, if_match="*"):
        return call(self.tokens[person.id], "POST", f"{self.seats[person.id]}/accept", if_match=if_match)

    def yes_for(self, person):
        """The coordinator says it for them."""
        return self.step(person, "accept")

    def no_more(self, person):
        return call(self.tokens[person.id], "POST", f"{self.seats[person.id]}/withdraw")

    def confirm(self, person):
        return self.step(person, "confirm")

    def offer(self, person):
        return self.step(person, "offer", {})

    def step(self, person, name, body=None):
        """By the coordinator."""
        return call(self.boss, "POST", f"{self.seats[person.id]}/{name}", None if body is None else json.dumps(body).encode(), if_match="*")

    # ---- what is there ----

    def of(self, *states):
        """The people whose enrolment is in one of these states, in the fair order."""
        found = {
            str(row[0])
            for row in self.db.execute(
                "select participant_id from enrolments where cohort_id = %s and state = any (%s)", (self.group.id, list(states))
            )
        }
        return [person for person in self.people if person.id in found]

    def counted(self):
        return dict(
            self.db.execute("select state, count(*) from enrolments where cohort_id = %s group by state", (self.group.id,)).fetchall()
        )

    def decisions(self, state):
        """What was decided of those in this state, counted."""
        rows = self.db.execute(
            "select string_agg(concat_ws(' ', d.decision, d.reason), ', ' order by d.place)"
            " from enrolments e left join enrolment_decisions d on d.enrolment_id = e.id"
            " where e.cohort_id = %s and e.state = %s group by e.id",
            (self.group.id, state),
        )
        return collections.Counter(row[0] for row in rows)

    def holds(self, settled=False):
        broken = self.invariants.broken([self.group.id], settled)
        assert not broken, broken

    def end_offers(self, people, db=None):
        """The time of these offers is over; how many there were."""
        db = db or self.db
        with db.transaction():
            db.execute("select from cohorts where id = %s for update", (self.group.id,))
            ended = db.execute(
                "update enrolments set offer_expires_at = least(offer_expires_at, clock_timestamp()), version = version + 1"
                " where cohort_id = %s and state = 'offered' and participant_id = any (%s)",
                (self.group.id, [person.id for person in people]),
            )
            return ended.rowcount

    def say_yes(self, people):
        """All of these at once; who is told that the seat is kept for them is remembered."""
        answers = self.fire([self.yes(person) for person in people])
        self.seated |= {person.id for person, answer in zip(people, answers, strict=True) if answer and answer.status == 200}
        return answers

    def come(self, db=None):
        """The hour that was said to those who accepted has come: the worker tells them."""
        db = db or self.db
        with db.transaction():
            db.execute("select from cohorts where id = %s for update", (self.group.id,))
            db.execute("update enrolments set answer_at = clock_timestamp() where cohort_id = %s and state = 'accepted'", (self.group.id,))

    def move_list(self):
        """As the worker does at a fixed hour."""
        with self.db.transaction():
            as_worker(self.db, None, "select comparison_finish()")
            as_worker(
                self.db, None, "select seat_list_advance(g) from (select * from cohorts where id = %s for no key update) g", self.group.id
            )

    def hear(self):
        """A coordinator answers all who accepted, and the hour comes. Where two must not meet, one of them will not have this one."""
        accepted = self.of("accepted")
        refused = [p for p, answer in zip(accepted, self.fire([self.confirm(p) for p in accepted]), strict=True) if answer.status != 200]
        assert statuses(self.fire([self.step(person, "not-this-one") for person in refused[:1]])) in ({}, {200: 1})
        self.come()
        late = "select 1 from enrolments where cohort_id = %s and state = 'accepted' and answer_at <= now()"
        until(lambda: not self.db.execute(late, (self.group.id,)).fetchall(), 20 * PATIENCE)

    def settle(self, between=lambda: None):
        """Everybody goes on saying yes, the list moves and coordinators answer until the group is full; the jobs run meanwhile."""

        def is_full():
            assert is_ordinary(self.say_yes(self.of("offered")))
            between()
            self.hear()
            self.move_list()
            return len(self.of("confirmed")) == SEATS

        until(is_full, 20 * PATIENCE)
        until(lambda: not self.invariants.broken([self.group.id], settled=True), 20 * PATIENCE)
        self.holds(settled=True)
        return self


DECLARATIONS = "/v1/conflict-declarations"
# What stands between these two and was not ended.
STANDING = "select id::text, version from conflict_matches where for_person_id = %s and person_id = %s and is_blocking"


class Two(Scene):
    """Somebody who has a seat, somebody who is offered one beside them, and what the first says of the second, or has said."""

    def __init__(self, group, volley, db, token, contract, host):
        people = make_people(db, 2, datetime.now(UTC) - timedelta(days=1))
        super().__init__(group, volley, db, token, contract, people)
        (self.declarer, self.named), self.host, self.name = people, host, unique("Kim")
        db.execute("insert into contacts (participant_id) values (%s)", (self.named.id,))
        self.propose()
        self.done(self.offer(self.declarer), self.offer(self.named))
        self.done(self.yes(self.declarer))
        self.done(self.confirm(self.declarer))
        self.come()
        until(lambda: self.declarer in self.of("confirmed"), 20 * PATIENCE)
        self.said = None

    def done(self, *requests):
        answers = self.fire(requests)
        assert set(statuses(answers)) <= {200, 201}, [answer.data for answer in answers]
        return [json.loads(answer.body) for answer in answers]

    def ask(self, token, method, path, body=None, if_match=None):
        return call(token, method, path, None if body is None else json.dumps(body).encode(), if_match, key=method == "POST")

    # ---- what is there before ----

    def named_so(self):
        self.done(self.goes_by(self.name))

    def declared(self):
        self.named_so()
        self.said = self.done(self.declare())[0]["id"]

    def talked(self):
        self.declared()
        self.done(self.talk())

    def accepted(self):
        self.named_so()
        self.done(self.yes(self.named))

    def talked_and_accepted(self):
        self.talked()
        self.done(self.yes(self.named))

    def renamed(self):
        """What is declared is nobody's name yet, and whoever will bear it is only proposed."""
        self.said = self.done(self.declare())[0]["id"]
        self.done(self.talk())
        self.done(self.no_more(self.named))
        body = {"participant_id": self.named.id, "propose_only": True}
        (made,) = self.done(self.ask(self.boss, "POST", f"{self.group.path}/enrolments", body))
        self.seats[self.named.id] = f"/v1/enrolments/{made['id']}"

    # ---- what is asked ----

    def goes_by(self, name):
        return self.ask(self.boss, "PATCH", f"/v1/participants/{self.named.id}/contact", {"name_to_use": name}, "*")

    def declare(self):
        return self.ask(self.tokens[self.declarer.id], "POST", DECLARATIONS, {"kind": "no_contact", "name": self.name})

    def take_back(self):
        return self.ask(self.tokens[self.declarer.id], "POST", f"{DECLARATIONS}/{self.said}/withdraw")

    def talk(self):
        return self.ask(self.boss, "POST", f"{DECLARATIONS}/{self.said}/conversation")

    def block(self):
        ((match, _),) = self.db.execute(STANDING, (self.declarer.id, self.named.id)).fetchall()
        return self.ask(self.boss, "POST", f"/v1/conflict-matches/{match}/decide", {"decision": "block", "same_person": True}, "*")

    def decline(self):
        return self.ask(self.tokens[self.named.id], "POST", f"{self.seats[self.named.id]}/decline", if_match="*")

    def exclude(self):
        body = {"account_id": self.host.id, "reason": "asked_by_peer"}
        return self.ask(self.boss, "POST", f"/v1/participants/{self.declarer.id}/exclusions", body)

    def assign(self):
        body = {"account_id": self.host.id, "slot": self.host.role}
        return self.ask(self.boss, "POST", f"{self.group.path}/host-assignments", body)

    # ---- what must be there afterwards ----

    def stands(self):
        """Whether, once it was compared, the two must not meet."""
        until(lambda: self.db.execute("select not exists (select from comparisons)").fetchone()[0], 20 * PATIENCE)
        return bool(self.db.execute(STANDING, (self.declarer.id, self.named.id)).fetchall())

    def is_kept_from(self):
        """Whether a block stands, which then holds: whoever is named has no seat here, however often it is tried; what stands to their
        offer the coordinators know."""
        stands = self.stands()
        self.fire([self.yes(self.named)])
        (answer,) = self.fire([self.confirm(self.named)])
        assert not stands or answer.status == 409, answer.data
        self.come()
        late = "select 1 from enrolments where cohort_id = %s and state = 'accepted' and answer_at <= now()"
        until(lambda: not self.db.execute(late, (self.group.id,)).fetchall(), 20 * PATIENCE)
        assert not (stands and self.named in self.of("confirmed"))
        until(lambda: not self.invariants.broken([self.group.id], settled=True), 20 * PATIENCE)
        self.holds(settled=True)
        return stands


class Meanwhile:
    """Does something again and again in a thread of its own, with a connection of its own."""

    def __init__(self, url, work):
        self.url, self.work = url, work
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.error = None

    def __enter__(self):
        self.thread.start()
        return self

    def _run(self):
        try:
            with psycopg.connect(self.url, autocommit=True, options="-c search_path=alongside,pg_catalog") as db:
                while not self.over.is_set():
                    self.work(db)
                    self.over.wait(0.01)
        except Exception as error:  # raised where it is waited for
            self.error = error

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(60)
        if self.error:
            raise self.error


# ---- answers ----


def statuses(answers):
    return dict(collections.Counter(answer and answer.status for answer in answers))


def refusals(answers):
    """Why those who were refused were refused, counted."""
    return dict(collections.Counter(answer.problem().get("reason") for answer in answers if answer and answer.status == 409))


def is_ordinary(answers):
    return set(statuses(answers)) <= {200, 409} and set(refusals(answers)) <= {"another-group", None}
