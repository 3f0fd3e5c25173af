# SPDX-License-Identifier: MIT
"""The last seat (I1, R18): two hundred people for eight seats, through three servers, and nobody is lost from the list.

An offer holds its seat, so no more than eight are ever open: what two hundred contend for is, first, to be offered one (a coordinator
offers to all of them at once, or places all of them at once), then to take it (all two hundred say yes at once, whether or not they
were offered anything; for those who were, their coordinator says it at the same moment). Who finds no seat hears the ordinary refusal, who
finds one that it is kept, and at the hour that was said that it is theirs.
The second half of the file does the same while offers end, seats free, the first session starts and conflicts are declared."""

import collections
import contextlib
import json
import random
import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from harness.client import Client
from harness.crowd import make_hosts, make_people
from harness.server import IS_SANITIZED, PATIENCE, Server
from harness.volley import Volley, call
from steps.groups import Group, in_days
from steps.journey import until
from steps.scene import PEOPLE, SEATS, Meanwhile, Scene, Two, is_ordinary, refusals, statuses

FORMAL = {"id": "00000000-0000-4000-8000-000000000302"}  # reference data: eight seats, closed
SERVERS = 3
ROUNDS = 2 if IS_SANITIZED else 20
DISTURBED_ROUNDS = 1 if IS_SANITIZED else 5


@pytest.fixture(scope="module")
def servers(cluster, database, db, local_key, tmp_path_factory, binary):
    """Three processes over one database; the last one also does the jobs. Locks are taken in one order: nobody ever has to be sent
    back because two waited for each other."""
    logs = tmp_path_factory.mktemp("servers")
    made = [
        # How long two hundred wait for their turn is not the question.
        Server(
            binary,
            cluster,
            database,
            local_key,
            logs / f"log{n}",
            worker=n == SERVERS,
            worker_interval_ms=20,
            pool_wait_ms=10000 * PATIENCE,
        )
        for n in range(1, SERVERS + 1)
    ]
    yield made
    for server in made:
        server.stop()
    until(lambda: db.execute("select count(*) from pg_stat_activity where datname = current_database()").fetchone() == (1,))
    assert db.execute("select deadlocks from pg_stat_database where datname = current_database()").fetchone() == (0,)


@pytest.fixture(scope="module")
def volley(servers):
    made = Volley(*servers)
    yield made
    made.close()


@pytest.fixture
def coordinator(servers, contract, token):
    return Client(servers[0].url, contract, token("coordinator"))


@pytest.fixture
def scene(coordinator, volley, db, token, contract):
    """scene(**of the group): a group that takes people, and two hundred who would come."""

    def make(**changes):
        return Scene(Group(coordinator, FORMAL, **changes), volley, db, token, contract)

    return make


# ---- nothing else happens ----


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, ROUNDS + 1))
def test_eight_of_two_hundred_take_the_eight_seats(scene, number):
    """I1, R18. Two hundred offers at once, then two hundred acceptances at once: in every other round by what each has read (and
    nobody is told that it changed meanwhile), in the others while the coordinator accepts as well for those who were offered."""
    round_ = scene().propose()
    order = random.Random(number).sample(round_.people, PEOPLE)

    assert statuses(round_.fire([round_.offer(person) for person in order])) == {200: PEOPLE}
    assert round_.counted() == {"offered": SEATS, "waitlisted": PEOPLE - SEATS}
    round_.holds(settled=True)

    if number % 2:
        read = dict(round_.db.execute("select participant_id::text, version from enrolments where cohort_id = %s", (round_.group.id,)))
        requests = [round_.yes(person, f'"{read[person.id]}.both"') for person in order]
    else:
        requests = [round_.yes(person) for person in order] + [round_.yes_for(person) for person in round_.of("offered")]
        random.Random(-number).shuffle(requests)
    answers = round_.fire(requests)
    assert statuses(answers) == {200: SEATS, 409: len(requests) - SEATS}
    assert refusals(answers) == {"another-group": PEOPLE - SEATS} | ({} if number % 2 else {None: SEATS})  # None: whose seat it is already
    assert round_.counted() == {"accepted": SEATS, "waitlisted": PEOPLE - SEATS}
    assert round_.decisions("waitlisted") == {"passed_over full": PEOPLE - SEATS}
    round_.holds(settled=True)
    round_.hear()
    assert round_.counted() == {"confirmed": SEATS, "waitlisted": PEOPLE - SEATS}
    round_.holds(settled=True)


def test_two_hundred_are_placed_at_once(scene):
    """S1.33: whoever is placed while a seat is free is offered it; the others wait, and it is written down why."""
    round_ = scene()
    round_.group.open()
    round_.place()
    assert round_.counted() == {"offered": SEATS, "waitlisted": PEOPLE - SEATS}
    assert round_.decisions("offered") == {"offered in_turn": SEATS}
    assert round_.decisions("waitlisted") == {"passed_over full": PEOPLE - SEATS}
    round_.holds(settled=True)


# ---- the same while other things happen ----


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, DISTURBED_ROUNDS + 1))
def test_while_offers_expire(scene, cluster, database, number):
    """Whose offer ends as they say yes has either the seat or the refusal; what they lose, the next in the list is offered."""
    round_ = scene().propose()
    round_.fire([round_.offer(person) for person in round_.people])
    rng = random.Random(number)
    assert round_.end_offers(rng.sample(round_.of("offered"), 3)) == 3
    with Meanwhile(cluster.url(database), lambda db: round_.end_offers(rng.sample(round_.people, 40), db)):
        for _ in range(3):
            assert is_ordinary(round_.say_yes(rng.sample(round_.people, PEOPLE)))
    round_.settle()
    counted = round_.counted()
    assert counted["confirmed"] == SEATS and counted["expired"] >= 3
    assert counted["confirmed"] + counted["expired"] + counted["waitlisted"] == PEOPLE
    assert {person.id for person in round_.of("confirmed")} == round_.seated


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, DISTURBED_ROUNDS + 1))
def test_while_seats_free(scene, number):
    """I8. People leave in the moment in which they and everybody else say yes: their seats go to the next, and never to two."""
    round_ = scene().propose()
    round_.fire([round_.offer(person) for person in round_.people])
    rng = random.Random(number)
    left = rng.sample(round_.of("offered"), 4) + rng.sample(round_.of("waitlisted"), 20)
    requests = [round_.yes(person) for person in round_.people] + [round_.no_more(person) for person in left]
    rng.shuffle(requests)
    assert is_ordinary(round_.fire(requests))
    assert {person.id for person in left} == {person.id for person in round_.of("withdrawn")}
    round_.settle()
    assert round_.counted() == {"confirmed": SEATS, "withdrawn": 24, "waitlisted": PEOPLE - SEATS - 24}

    # Once more with seats that had been taken.
    left = round_.of("confirmed")
    requests = [round_.no_more(person) for person in left] + [round_.yes(person) for person in round_.of("waitlisted")]
    rng.shuffle(requests)
    assert is_ordinary(round_.fire(requests))
    round_.settle()
    assert round_.counted() == {"confirmed": SEATS, "withdrawn": 24 + SEATS, "waitlisted": PEOPLE - 2 * SEATS - 24}


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, DISTURBED_ROUNDS + 1))
def test_while_the_first_session_starts(scene, db, number):
    """I3, R19. Whoever heard before the session began that the seat is theirs is in, and those who hear together hear the same; nobody is
    afterwards, and what is free stays empty."""
    far = {"local_starts": [in_days(21)], "timezone": "America/Regina"}  # a zone whose clocks never change
    round_ = scene(**far)
    hosts = make_hosts(db, "peer_supporter", "mental_health_professional")
    round_.group.prepare().led_by(*hosts)
    round_.propose()
    round_.group.step("confirm").ok()
    round_.fire([round_.offer(person) for person in round_.people])
    accepted = round_.of("offered")
    assert statuses(round_.say_yes(accepted)) == {200: SEATS}
    assert statuses(round_.fire([round_.confirm(person) for person in accepted])) == {200: SEATS}
    # Their offers had long ended: what they were told stays, when the session comes nearer.
    db.execute(
        "update enrolments set offer_expires_at = now() - interval '14 days' where cohort_id = %s and state = 'accepted'",
        (round_.group.id,),
    )
    (session,) = round_.group.sessions()
    soon = f"{datetime.now(ZoneInfo('America/Regina')) + timedelta(minutes=11):%Y-%m-%dT%H:%M}"
    round_.group.coordinator.patch(f"/v1/sessions/{session['id']}", {"local_start": soon}, if_match="*").ok()
    begin = call(
        round_.boss, "POST", f"/v1/sessions/{session['id']}/start", json.dumps({"hosts_present": [host.id for host in hosts]}).encode()
    )
    rng = random.Random(number)
    requests = [round_.yes(person) for person in rng.sample(round_.people, PEOPLE)]
    requests.insert(rng.randrange(40, 160), begin)
    hour = threading.Timer(rng.random() / 5, round_.come)
    hour.start()
    answers = round_.fire(requests)
    hour.join()
    assert is_ordinary(answers)
    begun = answers.pop(requests.index(begin))
    assert begun.status == 200, begun.data
    assert statuses(answers) == {409: PEOPLE}
    until(lambda: not round_.of("accepted"))
    counted = round_.counted()
    assert counted in ({state: SEATS, "waitlisted": PEOPLE - SEATS} for state in ("active", "not_placed"))
    round_.holds()

    assert statuses(round_.say_yes(round_.people)) == {409: PEOPLE}
    round_.move_list()
    assert round_.counted().get("not_placed", 0) + counted.get("active", 0) == PEOPLE
    round_.holds(settled=True)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, DISTURBED_ROUNDS + 1))
def test_while_conflicts_are_declared(scene, number):
    """A6.5, R1. Between two who have an offer, between one who has and one who waits for it, between two who wait, while all say yes and
    are answered: one of them stays out; they themselves hear what everybody hears."""
    round_ = scene().propose()
    round_.fire([round_.offer(person) for person in round_.people])
    offered, waiting = round_.of("offered"), round_.of("waitlisted")
    pairs = [offered[:2], offered[2:4], [offered[4], waiting[0]], [waiting[1], offered[5]], waiting[2:4], waiting[4:6]]
    rng = random.Random(number)
    requests = [round_.yes(person) for person in round_.people] + [round_.no_more(person) for person in offered[6:]]
    requests += [round_.confirm(person) for person in offered]
    requests += [
        call(
            round_.boss, "POST", "/v1/conflict-declarations", key=True,
            body=json.dumps({"kind": "no_contact", "for_participant_id": one.id, "participant_id": other.id}).encode())
        for one, other in pairs
    ]  # fmt: skip
    rng.shuffle(requests)
    counted = statuses(answers := round_.fire(requests))
    assert counted.pop(201) == len(pairs) and set(counted) <= {200, 409}
    assert set(refusals(answers)) <= {"another-group", "accepted-first", "conflict", None}
    round_.holds()
    # Who must not take a seat keeps it from others until they are answered, as anybody else would.
    round_.settle(lambda: round_.end_offers(round_.people))
    assert round_.counted()["confirmed"] == SEATS and len(round_.of("withdrawn")) == 2
    confirmed = round_.of("confirmed")
    assert not [pair for pair in pairs if all(person in confirmed for person in pair)]
    listed = round_.group.coordinator.get("/v1/groups", params={"limit": 100}).ok().data
    (is_blocked,) = (group["is_blocked"] for group in listed if group["id"] == round_.group.id)
    assert not is_blocked


def test_who_leaves_the_program_as_they_are_placed_is_not_placed(scene):
    """I8. People take back their intake in the moment in which a coordinator places them: none of them keeps a seat or waits for one."""
    round_ = scene()
    round_.group.open()
    leaving = round_.people[:100]
    requests = [round_.placing(person) for person in leaving]
    requests += [call(round_.tokens[person.id], "POST", f"/v1/intakes/{person.intake}/withdraw") for person in leaving]
    random.Random(1).shuffle(requests)
    assert set(statuses(round_.volley.fire(requests))) <= {200, 201, 409}
    round_.holds()
    assert set(round_.counted()) <= {"withdrawn"}


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, DISTURBED_ROUNDS + 1))
def test_everything_at_once_in_three_groups(coordinator, volley, db, token, contract, number):
    """The same people in three groups: they say yes and no, leave one group or all, are placed, offered, removed; who must not meet is
    declared and taken back; sessions move, a group grows, another is cancelled. Nobody waits for somebody who waits for them."""
    rng = random.Random(number)
    people = make_people(db, 60, datetime.now(UTC) - timedelta(days=1))
    scenes = [Scene(Group(coordinator, FORMAL, capacity=5), volley, db, token, contract, people) for _ in range(3)]
    hosts = make_hosts(db, *["peer_supporter"] * len(scenes))
    for scene, host in zip(scenes, hosts, strict=True):
        scene.group.led_by(host)
        scene.propose()
    boss = scenes[0].boss

    def declare(one, other):
        body = {"kind": "no_contact", "for_participant_id": one.id, "participant_id": other.id}
        return call(boss, "POST", "/v1/conflict-declarations", json.dumps(body).encode(), key=True)

    def exclude(person):
        body = {"account_id": rng.choice(hosts).id, "reason": "asked_by_peer"}
        return call(boss, "POST", f"/v1/participants/{person.id}/exclusions", json.dumps(body).encode(), key=True)

    def move(scene):
        session = scene.group.sessions()[0]["id"]
        body = {"local_start": in_days(21 + rng.randrange(5)), "cascade": True}
        return call(boss, "PATCH", f"/v1/sessions/{session}", json.dumps(body).encode(), if_match="*")

    def grow(scene):
        return call(boss, "PATCH", scene.group.path, json.dumps({"capacity": rng.randrange(5, 9)}).encode(), if_match="*")

    for wave in range(3):
        requests = []
        for scene in scenes:
            requests += [scene.offer(person) for person in rng.sample(people, 30)] if wave == 0 else []
            requests += [scene.yes(person) for person in rng.sample(people, 30)]
            requests += [scene.no_more(person) for person in rng.sample(people, 4)]
            requests += [scene.step(person, rng.choice(("confirm", "confirm", "not-this-one"))) for person in rng.sample(people, 20)]
            requests += [scene.step(person, "decline") for person in rng.sample(people, 4)]
            requests += [scene.step(person, "remove", {"reason": "safety"}) for person in rng.sample(people, 2)]
            requests += [grow(scene), move(scene)]
        requests += [declare(*rng.sample(people, 2)) for _ in range(8)] + [exclude(person) for person in rng.sample(people, 4)]
        requests += [call(boss, "POST", f"/v1/intakes/{person.intake}/withdraw") for person in rng.sample(people, 3)]
        if wave == 2:
            requests.append(call(boss, "POST", f"{scenes[2].group.path}/cancel", if_match="*"))
        rng.shuffle(requests)
        told = statuses(volley.fire(requests))
        assert set(told) <= {200, 201, 409}, told
        for scene in scenes:
            scene.come()
            scene.move_list()
    for scene in scenes:
        until(lambda scene=scene: not scene.invariants.broken([scene.group.id], settled=True))
        scene.holds(settled=True)


# ---- two at the same moment, of whom one protects somebody ----

# What was before, the two requests, and whether a block stands afterwards; None = by who was first.
RACES = {
    "declare x conversation": (Two.declared, Two.declare, Two.talk, True),
    "conversation x withdraw": (Two.declared, Two.talk, Two.take_back, False),
    "decide x withdraw": (Two.talked, Two.block, Two.take_back, True),  # until the next fixed hour
    "confirm x withdraw": (Two.talked_and_accepted, lambda two: two.confirm(two.named), Two.take_back, False),
    "confirm x declare": (Two.accepted, lambda two: two.confirm(two.named), Two.declare, True),
    "not this one x decline": (Two.talked, lambda two: two.step(two.named, "not-this-one"), Two.decline, True),
    "name x offer": (Two.renamed, lambda two: two.goes_by(two.name), lambda two: two.offer(two.named), True),
}


@pytest.fixture
def two(coordinator, volley, db, token, contract):
    (host,) = make_hosts(db, "peer_supporter")
    return lambda: Two(Group(coordinator, FORMAL), volley, db, token, contract, host)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, DISTURBED_ROUNDS + 1))
@pytest.mark.parametrize("race", RACES)
def test_what_protects_and_what_brings_together_at_the_same_moment(two, race, number):
    """A6.5, R1: whichever comes second sees the first, and a block that stands holds."""
    before, one, other, stands = RACES[race]
    scene = two()
    before(scene)
    requests = [one(scene), other(scene)]
    assert set(statuses(scene.fire(requests if number % 2 else requests[::-1]))) <= {200, 201, 409}
    assert scene.is_kept_from() == stands


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, DISTURBED_ROUNDS + 1))
def test_an_exclusion_and_an_assignment_at_the_same_moment(two, number):
    """R14, 5b.7: either the host does not lead, or no evening begins before a coordinator has replaced them, who are told."""
    scene = two()
    requests = [scene.exclude(), scene.assign()]
    answers = scene.fire(requests if number % 2 else requests[::-1])
    assigned = answers[1 if number % 2 else 0]
    assert set(statuses(answers)) <= {200, 201, 409}
    listed = scene.group.coordinator.get("/v1/groups", params={"limit": 100}).ok().data
    (is_blocked,) = (group["is_blocked"] for group in listed if group["id"] == scene.group.id)
    assert is_blocked == (assigned.status == 201)
    if assigned.status == 409:
        assert assigned.problem()["reason"] == "conflict" and scene.fire([scene.assign()])[0].status == 409
    scene.holds()


# ---- the machinery fails in the middle of it ----


def end_a_backend(db):
    db.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and usename like 'alongside_%' order by random() limit 1"
    )


@pytest.mark.slow
def test_nothing_is_half_done_when_connections_and_processes_die(start_server, cluster, contract, token):
    """Backends are ended and one process is killed while two hundred are offered seats, say yes and leave. Whoever was told that it
    went well finds it so; of everything else all is there, or nothing; and then it goes on."""
    first = start_server(worker=True, worker_interval_ms=20, pool_wait_ms=10000 * PATIENCE)
    doomed, third = (start_server(database=first.database, pool_wait_ms=10000 * PATIENCE) for _ in range(2))
    url = cluster.url(first.database)
    with (
        contextlib.closing(Volley(first, doomed, third)) as volley,
        psycopg.connect(url, autocommit=True, options="-c search_path=alongside,pg_catalog") as db,
    ):
        round_ = Scene(Group(Client(third.url, contract, token("coordinator")), FORMAL), volley, db, token, contract).propose()
        rng = random.Random(1)
        leaving = rng.sample(round_.people, 20)
        waves = (
            [("offer", person, round_.offer(person)) for person in round_.people],
            [("yes", person, round_.yes(person)) for person in round_.people]
            + [("no", person, round_.no_more(person)) for person in leaving],
            [("yes", person, round_.yes(person)) for person in round_.people],
        )
        told = collections.Counter()
        seated, gone = set(), set()
        with Meanwhile(url, end_a_backend):
            for number, wave in enumerate(waves):
                rng.shuffle(wave)
                if number == 1:
                    threading.Timer(0.03, doomed.kill).start()
                answers = round_.fire([request for _, _, request in wave])
                assert set(statuses(answers)) <= {200, 409, 503, None}, statuses(answers)
                told.update(statuses(answers))
                for (what, person, _), answer in zip(wave, answers, strict=True):
                    if answer and answer.status == 200:
                        {"offer": set(), "yes": seated, "no": gone}[what].add(person.id)
        assert told[200] and told[503] and told[None], told
        working = "select 1 from pg_stat_activity where datname = current_database() and usename = 'alongside_api' and state <> 'idle'"
        until(lambda: not db.execute(working).fetchall())
        round_.holds()
        withdrawn = {person.id for person in round_.of("withdrawn")}
        assert gone <= withdrawn <= {person.id for person in leaving}
        assert seated - withdrawn <= {person.id for person in round_.of("accepted")}

        volley.servers = (first, start_server(database=first.database), third)
        volley.close()
        until(lambda: all(server.is_ready() for server in volley.servers))
        until(lambda: statuses(round_.fire([round_.no_more(person) for person in leaving])) == {200: len(leaving)})
        until(lambda: not (left := round_.of("requested")) or round_.fire([round_.offer(person) for person in left]) and False)
        round_.settle()
        assert round_.counted() == {"confirmed": SEATS, "withdrawn": len(leaving), "waitlisted": PEOPLE - SEATS - len(leaving)}
