# SPDX-License-Identifier: MIT
"""The last place of a chat (S2.11): two hundred people for ten places, through three servers, and nobody is lost from those who wait.

Round by round they all come at once; then many free what they have, others leave the chats altogether, say of each other whom they must
not meet, and come again, while one of the processes is killed. At no moment are more than ten places taken; at the end of a round there are
ten, and whoever waits either finds none free or was told why it is not theirs."""

import contextlib
import json
import random
import threading

import psycopg
import pytest
from harness.client import Client
from harness.server import IS_SANITIZED, PATIENCE
from harness.volley import Volley, call
from steps.groups import INFORMAL, Group, in_days, service
from steps.journey import unique, until
from steps.scene import PEOPLE, Meanwhile, Scene, statuses

PLACES = 10
ROUNDS = 3 if IS_SANITIZED else 20
# The first date is in the last window, the second in that of offers, in the others places are given.
CHATS = INFORMAL | {
    "capacity": PEOPLE, "session_capacity": PLACES, "max_sessions": ROUNDS, "places_given_hours": 14 * 24,
    "places_offered_hours": 7 * 24}  # fmt: skip
TAKEN = """
select s.seq, count(*) from sessions s join places l on l.session_id = s.id
where s.cohort_id = %s and (l.state = 'held' or l.state = 'offered' and l.offered_until > clock_timestamp()) group by s.seq
"""
# Of these people, why they no longer wait.
ENDED = """
select l.state, (select d.reason from place_decisions d where d.place_id = l.id order by d.seq desc limit 1)
from places l where l.session_id = %s and l.participant_id = any (%s) and l.state not in ('held', 'waiting')
"""
STANDING = "select participant_id::text, state from places where session_id = %s"


class Chats(Scene):
    """Everybody has a seat; each round is about one date."""

    def begin(self):
        """All have a seat, and an address at which they can be told: whoever cannot be is given no place."""
        self.propose()
        self.db.execute("insert into contacts (participant_id) select unnest(%s::uuid[])", ([person.id for person in self.people],))
        body = {"email": "somebody@example.org", "ok_to_email": True}
        told = self.fire([
            call(self.boss, "PATCH", f"/v1/participants/{person.id}/contact", json.dumps(body).encode(), if_match="*")
            for person in self.people])  # fmt: skip
        assert statuses(told) == {200: PEOPLE}
        self.fire([self.offer(person) for person in self.people])
        assert statuses(self.say_yes(self.people)) == {200: PEOPLE}
        self.hear()
        assert len(self.of("confirmed")) == PEOPLE
        self.dates = [session["id"] for session in sorted(self.group.sessions(), key=lambda session: session["starts_at"])]
        return self

    def take(self, person, date, **wish):
        return call(self.tokens[person.id], "PUT", f"/v1/sessions/{date}/place", json.dumps(wish).encode() if wish else None)

    def free(self, person, date):
        return call(self.tokens[person.id], "DELETE", f"/v1/sessions/{date}/place")

    def names(self, person, other):
        """By the coordinator, of whom both know that they must not meet."""
        body = {"kind": "no_contact", "for_participant_id": person.id, "participant_id": other.id}
        return call(self.boss, "POST", "/v1/conflict-declarations", json.dumps(body).encode(), key=True)

    def says(self, person):
        """What nobody has talked about with them yet."""
        body = {"kind": "no_contact", "name": unique("Nobody")}
        return call(self.tokens[person.id], "POST", "/v1/conflict-declarations", json.dumps(body).encode(), key=True)

    def standing(self, date):
        """{person: state} of those who ever asked."""
        return dict(self.db.execute(STANDING, (date,)).fetchall())

    def held(self, date):
        return [person for person, state in self.standing(date).items() if state == "held"]

    def never_more(self, db):
        """Asked again and again."""
        too_many = [row for row in db.execute(TAKEN, (self.group.id,)) if row[1] > PLACES]
        assert not too_many, too_many

    def ask(self, requests):
        """Those of the requests that died with a process; all others went well."""
        answers = self.fire(requests)
        assert set(statuses(answers)) <= {200, 201, 204, None}, statuses(answers)
        return [request for request, answer in zip(requests, answers, strict=True) if answer is None]

    def settle(self, date, coming):
        """Whoever is offered a place, or told of one, takes it."""

        def is_full():
            standing = self.standing(date)
            assert not self.ask([self.take(person, date) for person in coming if standing[person.id] in ("waiting", "offered")])
            return len(self.held(date)) == PLACES

        until(is_full, 20 * PATIENCE)


@pytest.fixture
def servers(start_server):
    """servers(): three processes over one database, of which each may do the jobs."""
    settings = {"worker": True, "worker_interval_ms": 20, "pool_wait_ms": 10000 * PATIENCE}
    first = start_server(**settings)
    started = [first, *(start_server(database=first.database, **settings) for _ in range(2))]

    def replace(victim):
        """Another one in place of one that was killed."""
        started[started.index(victim)] = start_server(database=first.database, **settings)
        until(lambda: all(server.is_ready() for server in started))
        return started

    return started, replace


@pytest.mark.slow
def test_ten_of_two_hundred_take_the_ten_places(servers, cluster, contract, token):
    """S2.11: never an eleventh, and what is freed goes to who waits."""
    started, replace = servers
    url = cluster.url(started[0].database)
    with (
        contextlib.closing(Volley(*started)) as volley,
        psycopg.connect(url, autocommit=True, options="-c search_path=alongside,pg_catalog") as db,
    ):
        made = service(Client(started[0].url, contract, token("administrator")), CHATS)
        group = Group(
            Client(started[0].url, contract, token("coordinator")), made, series={"local_start": in_days(5), "count": ROUNDS},
            capacity=PEOPLE)  # fmt: skip
        chats = Chats(group, volley, db, token, contract).begin()
        with Meanwhile(url, chats.never_more):
            for number, date in enumerate(chats.dates):
                run(chats, number, date, started, replace)
        # Who left freed what they had on every date; in the first two whoever comes first has it.
        until(lambda: {len(chats.held(date)) for date in chats.dates[2:]} == {PLACES}, 20 * PATIENCE)
        until(lambda: not chats.invariants.broken([group.id], settled=True), 20 * PATIENCE)
        assert db.execute("select deadlocks from pg_stat_database where datname = current_database()").fetchone() == (0,)


def run(chats, number, date, started, replace):
    """One date."""
    rng = random.Random(number)
    here = chats.of("confirmed")
    assert not chats.ask([chats.take(person, date, is_only_one=rng.random() < 0.1) for person in rng.sample(here, len(here))])
    standing = chats.standing(date)
    assert set(standing) == {person.id for person in here}
    assert sorted(set(standing.values())) in (["held", "waiting"], ["held", "offered", "waiting"])

    left = rng.sample(here, 3)
    freeing = [person for person in rng.sample(here, 60) if person not in left]
    coming = [person for person in here if person not in left + freeing]
    requests = [chats.free(person, date) for person in freeing] + [chats.take(person, date) for person in coming]
    requests += [chats.no_more(person) for person in left] + [chats.names(*rng.sample(coming, 2)) for _ in range(2)]
    requests += [chats.says(person) for person in rng.sample(coming, 2)]
    rng.shuffle(requests)
    victim = started[number % len(started)] if number % 2 else None
    if victim:
        threading.Timer(rng.uniform(0.02, 0.2), victim.kill).start()
    unanswered = chats.ask(requests)
    if victim:
        until(lambda: victim.process.poll() is not None)
        chats.volley.servers = tuple(replace(victim))
        chats.volley.close()
    assert not chats.ask(unanswered)

    if number < 2:
        chats.settle(date, coming)
    until(lambda: len(chats.held(date)) == PLACES, 20 * PATIENCE)
    standing = chats.standing(date)
    freed = {person for person, state in standing.items() if state == "freed"}
    assert {person.id for person in freeing + left} <= freed
    assert {row for row in chats.db.execute(ENDED, (date, [person.id for person in coming]))} <= {("freed", "only_one")}
    until(lambda: not chats.invariants.broken([chats.group.id], settled=True), 20 * PATIENCE)
