# SPDX-License-Identifier: MIT
"""Two accounts that do whatever they like, at random, in two worlds that differ in one hidden fact, read the same in both: every answer,
header, version, order and count, mail, calendar, notice and audit row (DESIGN 5b, decisions 15 to 19). Coordinators decide alike in both.

`./dev soak` tries more and longer stories; of these, TEST_SOAK=1 and -k 'nowhere and -3]' are those of one seed."""

import os
import uuid
from collections import Counter

import psycopg
import pytest
from harness.client import Client
from harness.server import Server
from steps import ADMINISTRATOR, COORDINATOR
from steps.world_acts import NAMED, STEPS
from steps.worlds import Chance, Differs, Pair, Story, World

FACTS = (
    "somebody_seated_is_named", "somebody_outside_is_named", "the_other_host_is_named", "somebody_seated_declares_the_peer",
    "somebody_seated_declares_the_host", "the_other_host_declares_the_peer", "somebody_seated_excludes_the_host",
    "another_coordinator_is_named", "somebody_seated_was_in_the_unit")  # fmt: skip
OFFICE = {"coordinator": COORDINATOR, "administrator": ADMINISTRATOR}
IS_LONG = os.environ.get("TEST_SOAK") == "1"
SEEDS, LENGTH = (10, 50) if IS_LONG else (1, 8)
# What every step reads of all there is; at the end everything is.
SHARE = 0.25
# Ids in the order in which they are given: what was made at the same moment is listed by them.
IN_ORDER = """
create sequence ordinal;
create function gen_random_uuid() returns uuid language sql security definer set search_path = alongside, pg_catalog as
    $$ select ('0000f000-0000-4000-8000-' || lpad(to_hex(nextval('ordinal')), 12, '0'))::uuid $$;
grant execute on function gen_random_uuid() to public;
"""


@pytest.fixture(scope="module")
def begun(cluster, contract, token, local_key, binary, tmp_path_factory):
    """How the two worlds begin: the story, its clients, and the database that both are copies of."""
    name, clients = cluster.create_database(), []
    server = Server(binary, cluster, name, local_key, tmp_path_factory.mktemp("begun") / "log")
    with open_database(cluster, name) as db:

        def client(role=None, account=None):
            made = Client(server.url, contract, token(role, account), account or OFFICE[role])
            made.db, made.renew = db, lambda: token(role, account)
            clients.append(made)
            return made

        client.db = db
        story = Story(client)
    server.stop()
    yield story, clients, name
    cluster.drop_database(name)


def open_database(cluster, name):
    return psycopg.connect(cluster.url(name), autocommit=True, options="-c search_path=alongside,pg_catalog")


@pytest.fixture
def pair(begun, start_server, cluster, contract, monkeypatch):
    """pair(fact, seed, is_seated, planted): the two worlds; is_seated = the peer has a seat from the beginning; planted = SQL in both."""
    story, clients, template = begun
    opened, chance = [], Chance()
    monkeypatch.setattr(uuid, "uuid4", chance)

    def build(fact, seed, is_seated=False, planted=""):
        def world(fact, holds, is_seated):
            name = cluster.create_database(template)
            opened.append(open_database(cluster, name))
            opened[-1].execute(IN_ORDER + planted)
            server = start_server(database=name, public_url="http://127.0.0.1:1")
            return World(story, clients, server, opened[-1], contract, fact, holds, is_seated)

        for who in clients:
            who.token = who.renew()
        return Pair(world, chance, fact, seed, is_seated)

    yield build
    for db in opened:
        db.close()


@pytest.fixture(scope="module")
def counted():
    """Of all stories: how often a step got through, was refused, or had nothing to do."""
    return Counter()


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("fact", FACTS)
def test_the_hidden_fact_shows_nowhere(pair, fact, seed, counted):
    both = pair(fact, seed, is_seated=(seed + FACTS.index(fact)) % 2 == 1)
    for _ in range(LENGTH):
        both.step(share=SHARE)
    both.read()
    counted.update(both.counted)


# One after the other, each gets through.
TOUR = """
    subscribe ask_for_track leave_track place decline place accept confirm rename name_kin change_language move unsubscribe reschedule
    choose_topic replace_link acknowledge take_place free_place start attend report end debrief next_session wait withdraw place accept
    not_this_one place remove ask_not_to_be_seen
    step_back talk come_back take_back declare relent insist host_step_back host_come_back host_declare host_take_back revoke agree
    leave_intake readmit""".split()


def test_every_step_gets_through(pair):
    """A step that is always refused proves nothing: each is tried until it is let through, in both worlds."""
    assert set(TOUR) == set(STEPS)
    both = pair("somebody_seated_declares_the_host", 0)
    for name in TOUR:
        assert any(both.step(name, share=0.05) for _ in range(8)), f"{name}: never let through\n" + "\n".join(both.log)
    both.read()


@pytest.mark.soak
def test_no_step_was_hardly_ever_let_through(counted):
    """Of the stories above, as many as ran."""
    tried = sum(counted.values())
    through = {name: counted[name, "through"] for name in STEPS}
    for name in STEPS:
        print(f"{name:20}", *(f"{counted[name, came]:5} {came}" for came in ("through", "refused", "idle")))
    assert not {name: count for name, count in through.items() if count < tried // 500}
    assert sum(through.values()) >= tried * 0.6


# What a match could do to be noticed: a version moves, a row stands in the file, the call comes sooner.
LEAKS = {
    "nothing": "",
    "enrolments_read": "update enrolments set version = version + 1 where state = 'offered'",
    "participants_audit_events": "insert into audit_events (at, role, operation, action, object_type, object_id, participant_ids)"
    " select app_now(), 'worker', '', 'read', 'participant', p.id, array[p.id] from participants p",
    "conflict_declarations_read": "update conflict_declarations set call_due = call_due - interval '1 minute' where conversation_at is null",
}
PLANTED = """
create function planted() returns trigger language plpgsql security definer set search_path = alongside, pg_catalog as
    $$ begin {}; return new; end $$;
create trigger planted after insert on conflict_matches for each row execute function planted()"""


@pytest.mark.parametrize("leak", LEAKS)
def test_what_a_match_does_is_found(pair, leak):
    """The same story with and without a leak: the comparison can fail, and at the place where it leaks."""
    both = pair("somebody_seated_is_named", 0, planted=PLANTED.format(LEAKS[leak] or "null"))
    both.step("place")
    assert all(str(world.seats[0].id).startswith("0000f000") for world in both.worlds)
    body = {"kind": "no_contact", "name": NAMED, "counts_from": "before_my_next_placement"}
    both.each(lambda world, _: world.peer.peer.post("/v1/conflict-declarations", body).created())
    both.each(lambda world, _: world.work())
    assert [world.db.execute("select count(*) > 0 from conflict_matches m where m.created_at > '2090-01-01'").fetchone()[0]
            for world in both.worlds] == [True, False]  # fmt: skip
    if leak == "nothing":
        both.read()
    else:
        with pytest.raises(Differs, match=leak):
            both.read()
