# SPDX-License-Identifier: MIT
"""A synchronous standby that nobody serves: every commit waits. Nothing is called safe before it is, and what nobody waits for ends."""

import threading
import time
import uuid

import psycopg
import pytest
from harness.cluster import with_template
from harness.server import PATIENCE
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


def test_a_server_whose_commits_wait_is_not_ready_until_they_do_not(server, standby):
    standby(False)
    until(lambda: not server.is_ready(), 10 * PATIENCE)
    assert "commits wait for a standby" in server.log_text()
    time.sleep(3)
    assert not server.is_ready(), "also when nobody writes"
    standby(True)
    until(server.is_ready, 10 * PATIENCE)
