# SPDX-License-Identifier: MIT
"""A synchronous standby that nobody serves: every commit waits. Nothing is called safe before it is, and what nobody waits for ends."""

import subprocess
import threading
import time
import uuid

import psycopg
import pytest
from harness.cluster import server_environment, with_template
from harness.server import PATIENCE, Server
from steps.journey import until

STATEMENT_MS = 300
WRITERS, READERS = 3, 1


@pytest.fixture(scope="module")
def cluster(binary):
    """In place of everybody's: here commits are made to wait."""
    made = with_template(binary)
    yield made
    made.destroy()


@pytest.fixture
def standby(cluster):
    """standby(False): the standby that commits wait for is away, True: they wait for none."""

    def is_there(there):
        with psycopg.connect(cluster.url("postgres"), autocommit=True) as db:
            db.execute("alter system set synchronous_standby_names = '" + ("" if there else "away") + "'")
            db.execute("select pg_reload_conf()")
        time.sleep(0.2)

    yield is_there
    is_there(True)


@pytest.fixture
def server(start_server):
    return start_server(statement_timeout_ms=STATEMENT_MS, write_connections=WRITERS, read_connections=READERS)


def waiting(cluster):
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as db:
        return [pid for (pid,) in db.execute("select pid from pg_stat_activity where wait_event = 'SyncRep'")]


def test_a_repeated_answer_waits_for_the_standby_like_the_first(server, cluster, standby, make_client, inquiry):
    coordinator = make_client(server, "coordinator")
    body, key = inquiry(), str(uuid.uuid4())
    standby(False)
    coordinator.post("/v1/referrals", body, idempotency_key=key).problem(503, "unavailable")
    # Now it is committed, here and nowhere else.
    with psycopg.connect(cluster.url(server.database), autocommit=True) as db:
        for pid in waiting(cluster):
            db.execute("select pg_cancel_backend(%s)", [pid])
        time.sleep(0.2)
        assert db.execute("select status from alongside.idempotency_keys where key = %s", [key]).fetchone() == (201,)
    coordinator.post("/v1/referrals", body, idempotency_key=key).problem(503, "unavailable")
    standby(True)
    assert coordinator.post("/v1/referrals", body, idempotency_key=key).created().headers["Idempotent-Replayed"] == "true"


def test_a_commit_that_was_told_not_to_wait_is_not_said_to_be_safe(start_server, cluster, standby, make_client, inquiry):
    """An operator cancels what waits: it is committed here, and nowhere else."""
    server = start_server(write_connections=WRITERS, read_connections=READERS)
    coordinator = make_client(server, "coordinator")
    body, key, answers = inquiry(), str(uuid.uuid4()), []
    standby(False)
    asking = threading.Thread(target=lambda: answers.append(coordinator.post("/v1/referrals", body, idempotency_key=key)))
    asking.start()
    until(lambda: waiting(cluster), 10 * PATIENCE)
    with psycopg.connect(cluster.url(server.database), autocommit=True) as db:
        for pid in waiting(cluster):
            db.execute("select pg_cancel_backend(%s)", [pid])
    asking.join(30)
    answers[0].problem(503, "unavailable")
    standby(True)
    assert coordinator.post("/v1/referrals", body, idempotency_key=key).created().headers["Idempotent-Replayed"] == "true"


def test_who_gives_up_leaves_nobody_behind_in_postgresql(server, cluster, standby, make_client, inquiry):
    standby(False)
    counts, statuses, is_over = [], [], threading.Event()

    def write():
        client = make_client(server, "coordinator")
        while not is_over.is_set():
            statuses.append(client.post("/v1/referrals", inquiry(), idempotency_key=str(uuid.uuid4())).status)

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as db:
        for _ in range(40):
            time.sleep(0.2)
            counts.append(db.execute("select count(*) from pg_stat_activity where usename = 'alongside_api'").fetchone()[0])
    is_over.set()
    for thread in threads:
        thread.join(30)
    assert set(statuses) == {503}
    # For a moment the old one ends while the new one is opened.
    assert max(counts) <= 2 * WRITERS + READERS, counts
    standby(True)
    make_client(server, "coordinator").post("/v1/referrals", inquiry()).created()


def command(server, *words):
    done = subprocess.run([server.binary, *words], env=server_environment(**server.settings), capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_check_sees_a_standby_that_nobody_serves(server, standby):
    standby(False)
    code, said = command(server, "check")
    assert code == 1 and "PostgreSQL does not commit" in said and "synchronous_standby_names" in said
    standby(True)
    assert command(server, "check") == (0, "all is well\n")


def test_check_says_of_a_host_that_only_reads_that_it_does(cluster, server):
    """No standby is missing there: it is one."""
    cluster.psql("postgres", "checkpoint")
    with cluster.standby_copy() as standby:
        server.settings["database_url"] = standby.url(server.database, "alongside_api")
        code, said = command(server, "check")
    assert code == 1 and "this host only reads" in said and "synchronous_standby_names" not in said, said


def test_two_primaries_the_one_whose_commits_wait_is_left(cluster, standby, binary, start_server, make_client, inquiry):
    """Nobody has stopped the old one: it goes on answering reads, whose audit no other has. That is said, with how many."""
    database = cluster.create_database()
    standby(False)
    with cluster.promoted_copy() as new, psycopg.connect(new.url("postgres"), autocommit=True) as there:
        there.execute("alter system set synchronous_standby_names = ''")
        there.execute("select pg_reload_conf()")
        hosts = f"host={cluster.root},{new.root} dbname={database} target_session_attrs=read-write user=alongside_api"
        server = start_server(database=database, database_url=hosts, statement_timeout_ms=STATEMENT_MS)
        coordinator = make_client(server, "coordinator")
        coordinator.get("/v1/participants").ok()
        until(lambda: coordinator.post("/v1/referrals", inquiry(), check=False).status == 201, 20 * PATIENCE)
        with psycopg.connect(new.url(database)) as db:
            assert db.execute("select count(*) from alongside.audit_events where operation = 'referrals_create'").fetchone() == (1,)
        lost = [line for line in server.log_lines() if "may be lost" in line["msg"]]
        assert len(lost) == 1 and int(lost[0]["reads"]) >= 1
        server.stop()


def test_a_start_without_a_database_waits_for_it(binary, local_key, tmp_path):
    own = with_template(binary)
    try:
        database = own.create_database()
        own.stop()
        server = Server(binary, own, database, local_key, tmp_path / "log", wait=False)
        until(lambda: "waiting for PostgreSQL" in server.log_text(), 10 * PATIENCE)
        server.stop(timeout_s=5)
        server.start(wait=False)
        time.sleep(0.5)
        own.start()
        server.wait_ready()
        server.stop()
    finally:
        own.destroy()


def test_a_server_whose_commits_wait_is_not_ready_until_they_do_not(server, standby):
    standby(False)
    until(lambda: not server.is_ready(), 10 * PATIENCE)
    assert "commits wait for a standby" in server.log_text()
    time.sleep(3)
    assert not server.is_ready(), "also when nobody writes"
    standby(True)
    until(server.is_ready, 10 * PATIENCE)
