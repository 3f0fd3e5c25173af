# SPDX-License-Identifier: MIT
"""The worker among things that hang, break or lie: none of them stops the rest of its work, nor SIGTERM."""

import contextlib
import re
import threading
import time
import urllib.request
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from harness.cluster import with_template
from harness.relay import Relay
from harness.server import PATIENCE, free_port
from steps.audit import command, link
from steps.groups import FORMAL, ago, clock, ready, taking_people
from steps.journey import Intake, open_person, until

# What a hanging PostgreSQL may cost: the statement (5 s), its answer (2 s), and the next connection (3 s for each host).
LOST_S = 15 * PATIENCE


@pytest.fixture
def stage(start_server, make_client, cluster, mailbox):
    """stage(**settings): a server with a worker, a maker of its clients, and its database."""
    opened = []
    mailbox.clear()

    def make(**settings):
        server = start_server(**({"worker": True, "smtp_url": mailbox.url} | settings))
        db = psycopg.connect(cluster.url(server.database), autocommit=True, options="-c search_path=alongside,pg_catalog")
        opened.append(db)

        def client(role=None, account=None, **more):
            return make_client(server, role, account, **more)

        client.db = db
        return server, client, db

    yield make
    for db in opened:
        db.close()
    mailbox.clear()


def is_linked(db):
    """All that has happened so far is in the chain."""
    newest = "select coalesce(max(xid), '0') from audit_events"
    return lambda: db.execute(f"select coalesce(max(upto_xid), '0') > ({newest}) from audit_links").fetchone()[0]


def mail_of(db, person):
    return db.execute("select state, attempts from outbox where participant_id = %s", [person.id]).fetchone()


def test_the_worker_needs_nothing_that_its_rounds_do_not_use(stage, cluster):
    """What only an operator asks for may be gone."""
    server, client, db = stage()
    db.execute("alter function audit_link_verify rename to away")
    db.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'alongside_worker'")
    client("coordinator").get("/v1/participants").ok()
    until(is_linked(db), timeout_s=LOST_S)


def test_links_that_several_make_at_once_are_one_chain(stage, binary):
    """Whoever has the lock looks for the last link only then."""
    server, client, db = stage(worker=False)
    stop = threading.Event()

    def make_links():
        with psycopg.connect(db.info.dsn, autocommit=True, options="-c search_path=alongside,pg_catalog") as own:
            while not stop.is_set():
                own.execute("select audit_link_append()")

    makers = [threading.Thread(target=make_links) for _ in range(4)]
    for maker in makers:
        maker.start()
    for _ in range(150):
        client("coordinator").get("/v1/participants").ok()
    stop.set()
    for maker in makers:
        maker.join(30)
    link(db)
    assert db.execute("select count(*) > 20, sum(events) = (select count(*) from audit_events) from audit_links").fetchone() == (True, True)
    code, said, _ = command(binary, server, "audit", "verify", worker_database_url=server.cluster.url(server.database, "alongside_worker"))
    assert code == 0 and "is whole" in said, said


# ---- PostgreSQL hangs ----


@pytest.fixture
def relays(cluster):
    made = Relay(cluster), Relay(cluster)
    yield made
    for relay in made:
        relay.stop()


def through(relays, database):
    return f"host={relays[0].root},{relays[1].root} dbname={database} user=alongside_worker"


def test_a_database_that_hangs_is_left_for_another(stage, cluster, relays):
    """What a primary does whose machine stands still while another one has been promoted."""
    database = cluster.create_database()
    _, client, db = stage(database=database, worker_database_url=through(relays, database))
    client("coordinator").get("/v1/participants").ok()
    until(is_linked(db))
    relays[0].freeze()
    client("coordinator").get("/v1/participants/00000000-0000-4000-8000-000000003001").ok()
    until(is_linked(db), timeout_s=LOST_S)


def test_sigterm_ends_a_worker_whose_database_hangs(stage, cluster, relays):
    database = cluster.create_database()
    server, _, _ = stage(database=database, worker_database_url=through(relays[:1] * 2, database))
    until(lambda: relays[0].carried)
    relays[0].freeze()
    time.sleep(1)
    server.stop(timeout_s=9)


def test_an_old_primary_that_thaws_is_left(binary, start_server, make_client, mailbox, inquiry):
    """The one that was promoted is known by its timeline. Where it was before, nobody is answered and nobody sent mail again, though the
    connection string names it first."""
    old = with_template(binary)
    database = old.create_database()
    mailbox.clear()
    with contextlib.ExitStack() as stack:
        stack.callback(old.destroy)

        def serve(**settings):
            return start_server(database=database, smtp_url=mailbox.url, statement_timeout_ms=1000, **settings)

        def client_of(server):
            return lambda role=None, account=None, **more: make_client(server, role, account, **more)

        first = serve(database_url=old.url(database, "alongside_api"))
        person = open_person(client_of(first)).reachable()
        Intake(person).send_form().ok()
        first.stop()
        new = stack.enter_context(old.promoted_copy())
        relay = Relay(old)
        stack.callback(relay.stop)
        here, there = (
            stack.enter_context(psycopg.connect(at.url(database), autocommit=True, options="-c search_path=alongside,pg_catalog"))
            for at in (old, new)
        )

        def seen():
            tables = ("referrals", "audit_events", "audit_links")
            return mail_of(here, person), [here.execute(f"select count(*) from {table}").fetchone() for table in tables]

        before = seen()
        assert before[0] == mail_of(there, person) == ("queued", 0)
        relay.freeze()
        hosts = f"host={relay.root},{new.root} dbname={database} target_session_attrs=read-write user="
        server = serve(database_url=hosts + "alongside_api", worker_database_url=hosts + "alongside_worker", worker=True)
        coordinator = make_client(server, "coordinator")
        mailbox.wait_for(person.email, timeout_s=LOST_S)
        coordinator.post("/v1/referrals", inquiry()).created()
        relay.thaw()
        end = "select pg_terminate_backend(pid) from pg_stat_activity where usename ~ 'alongside_(api|worker)'"
        for _ in range(3):
            there.execute(end)
            until(lambda: coordinator.post("/v1/referrals", inquiry(), check=False).status == 201, timeout_s=LOST_S)
        another = open_person(client_of(server)).reachable()
        Intake(another).send_form().ok()
        mailbox.wait_for(another.email, timeout_s=LOST_S)
        assert len(mailbox.messages) == 2
        assert seen() == before
        server.stop()


def test_a_connection_string_that_comes_to_an_old_primary_goes_on(binary, start_server, make_client, inquiry):
    """The other host is asked next, and the old one said to be so."""
    old = with_template(binary)
    database = old.create_database()
    with contextlib.ExitStack() as stack:
        stack.callback(old.destroy)
        relay = Relay(old)
        stack.callback(relay.stop)
        new = stack.enter_context(old.promoted_copy())
        hosts = f"host={new.root},{relay.root} dbname={database} user=alongside_api"
        server = start_server(database=database, database_url=hosts, statement_timeout_ms=1000)
        coordinator = make_client(server, "coordinator")
        coordinator.post("/v1/referrals", inquiry()).created()
        new.stop("immediate")
        until(lambda: "behind one that was promoted" in server.log_text(), timeout_s=LOST_S)
        assert coordinator.post("/v1/referrals", inquiry(), check=False).status == 503
        new.start()
        until(lambda: coordinator.post("/v1/referrals", inquiry(), check=False).status == 201, timeout_s=LOST_S)
        with psycopg.connect(old.url(database)) as here:
            assert here.execute("select count(*) from alongside.audit_events where operation = 'referrals_create'").fetchone() == (0,)
        server.stop()


# ---- one bad row ----


def poison(db, table, row_id):
    """Nothing that is done to this row ends well."""
    db.execute(
        f"create function tests_poison() returns trigger language plpgsql as $$ begin raise division_by_zero; end $$;"
        f"create trigger aa_poison before update on {table} for each row when (old.id = '{row_id}') execute function tests_poison()"
    )


def set_aside(server):
    return [(line["job"], line["id"], line["sqlstate"]) for line in server.log_lines() if line["msg"] == "a job has set a row aside"]


def metrics(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    return dict(re.findall(r"^(worker_\S+) (\S+)$", text, re.MULTILINE))


def test_a_message_that_cannot_be_taken_is_set_aside(stage, mailbox):
    port = free_port()
    server, client, db = stage(metrics_port=port)
    bad, good = open_person(client).reachable(), open_person(client).reachable()
    with mailbox.held() as handed_over:
        first = open_person(client).reachable()
        Intake(first).send_form().ok()
        handed_over()
        Intake(bad).send_form().ok()
        Intake(good).send_form().ok()
        (bad_id,) = db.execute("select id::text from outbox where participant_id = %s", [bad.id]).fetchone()
        poison(db, "outbox", bad_id)
    assert mailbox.wait_for(good.email)
    until(lambda: set_aside(server))
    time.sleep(1)
    assert set_aside(server) == [("mail", bad_id, "22012")], "told once, not each round"
    assert mail_of(db, bad) == ("queued", 0)
    until(is_linked(db))
    seen = metrics(port)
    assert seen["worker_rows_set_aside"] == "1"
    jobs = ("instants", "clock", "leases", "audit", "offers", "lists", "keys", "faults", "names", "mail")
    ages = {job: float(seen[f'worker_job_age_seconds{{job="{job}"}}']) for job in jobs}
    assert all(age < 10 * PATIENCE for job, age in ages.items() if job != "instants"), ages
    # Mended, and its time has come.
    db.execute("drop trigger aa_poison on outbox; update job_faults set retry_at = now()")
    assert mailbox.wait_for(bad.email)
    until(lambda: metrics(port)["worker_rows_set_aside"] == "0")


def test_a_group_whose_offers_cannot_end_holds_up_no_other(stage):
    server, client, db = stage()
    seats = []
    for _ in range(2):
        person = ready(client, now=ago(days=30)).at(None)
        group = taking_people(client, FORMAL | {"capacity": 1})
        clock(ago(hours=71), group.coordinator)
        seats.append(group.seat(person, "offered"))
        clock(None, group.coordinator)
    poison(db, "enrolments", seats[0].id)
    changed = "update enrolments set offer_expires_at = now() - interval '1 second' where id = %s"
    db.execute("set session_replication_role = replica")
    for seat in seats:
        db.execute(changed, [seat.id])
    db.execute("set session_replication_role = origin")
    until(lambda: seats[1].state == "expired")
    until(lambda: set_aside(server))
    (cohort,) = db.execute("select cohort_id::text from enrolments where id = %s", [seats[0].id]).fetchone()
    assert set_aside(server) == [("offers", cohort, "22012")] and seats[0].state == "offered"
    until(is_linked(db))


# ---- the mail server hangs ----


def test_slow_mail_holds_up_no_other_job(stage, mailbox):
    _, client, db = stage()
    people = [open_person(client).reachable() for _ in range(8)]
    mailbox.seconds = 1.2
    for person in people:
        Intake(person).send_form().ok()
    mailbox.wait_for(count=1)
    client("coordinator").get(people[0].path).ok()
    until(is_linked(db))
    assert db.execute("select count(*) from outbox where state = 'queued'").fetchone()[0] > 2, "while mail still waits"
    mailbox.seconds = 0
    for person in people:
        mailbox.wait_for(person.email)


def test_sigterm_ends_a_message_that_hangs_and_costs_it_nothing(stage, mailbox):
    server, client, db = stage()
    person = open_person(client).reachable()
    with mailbox.held() as handed_over:
        Intake(person).send_form().ok()
        handed_over()
        server.stop(timeout_s=10)
        assert mail_of(db, person) == ("queued", 0)


# ---- clocks ----


def test_a_clock_set_back_an_hour_delays_no_mail(stage, mailbox):
    _, client, _ = stage()
    person = open_person(client).reachable()
    person.at((datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    Intake(person).send_form().ok()
    assert mailbox.wait_for(person.email)
