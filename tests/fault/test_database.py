# SPDX-License-Identifier: MIT
"""PostgreSQL is killed, restarted, slow: requests get 503 or 504, nothing is half done, and the server recovers by itself."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import uuid
from pathlib import Path

import psycopg
import pytest
from harness.client import Client
from harness.cluster import with_template
from harness.server import PATIENCE
from steps.journey import until


@pytest.fixture(scope="module")
def own_cluster(binary):
    """A cluster that may be killed; the other tests' cluster is left alone."""
    made = with_template(binary)
    yield made
    made.destroy()


@pytest.fixture
def stage(own_cluster, local_key, tmp_path, token, contract):
    from harness.server import Server

    own_cluster.ensure_running()
    database = own_cluster.create_database()
    server = Server(own_cluster.binary, own_cluster, database, local_key, tmp_path / "log", worker=True)
    yield server, Client(server.url, contract, token("coordinator"))
    own_cluster.ensure_running()
    server.stop()
    own_cluster.drop_database(database)


def wait_until_ready(server, wanted=True, timeout_s=20):
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if server.is_ready() == wanted:
            return
        time.sleep(0.1)
    raise AssertionError(f"readiness did not become {wanted}:\n{server.log_text()[-2000:]}")


def test_killed_in_the_middle_and_coming_back(stage, own_cluster, contract, inquiry):
    server, coordinator = stage
    body = inquiry()
    coordinator.get("/v1/referrals").ok()
    stop = threading.Event()
    seen = []

    def hammer():
        client = Client(server.url, contract, coordinator.token)
        while not stop.is_set():
            key = str(uuid.uuid4())
            fresh = body | ({"external_ref": key} if "external_ref" in body else {})
            seen.append((key, client.post("/v1/referrals", fresh, idempotency_key=key).status))
            seen.append((None, client.get("/v1/referrals").status))

    threads = [threading.Thread(target=hammer) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.7)
    os.kill(own_cluster.postmaster_pid(), signal.SIGQUIT)  # immediate: every backend dies in the middle
    time.sleep(0.7)
    coordinator.get("/v1/referrals").problem(503, "unavailable")
    anybody = Client(server.url, contract)
    refused = until(lambda: (answer := anybody.get("/readyz")).status == 503 and answer)
    help_there = refused.problem(503, "unavailable")["help"]
    assert help_there["line"] and help_there["crisis"] == "9-8-8", "whom to call is said also while the database is away"
    wait_for_end(own_cluster)
    own_cluster.start()
    wait_until_ready(server)
    time.sleep(0.5)
    stop.set()
    for thread in threads:
        thread.join(30)
    assert {status for _, status in seen} <= {200, 201, 503}, {status for _, status in seen}
    wait_for_reads(coordinator)
    # What was answered 201 is there, once; what was answered 503 is there once or not at all.
    with psycopg.connect(own_cluster.url(server.database)) as db:
        kept = {k for (k,) in db.execute("select key from alongside.idempotency_keys where status = 201")}
    assert {key for key, status in seen if status == 201} <= kept


def wait_for_reads(client, timeout_s=3):
    """Readiness is the database's; each lane then comes back by itself, at the latest after its longest pause of 1.6 s."""
    deadline = time.monotonic() + timeout_s
    while client.get("/v1/referrals").status == 503 and time.monotonic() < deadline:
        time.sleep(0.1)
    client.get("/v1/referrals").ok()


def wait_for_end(cluster):
    deadline = time.monotonic() + 20
    while (cluster.data / "postmaster.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.05)


def test_a_killed_backend_is_replaced_in_silence_or_with_503(stage, own_cluster):
    server, coordinator = stage
    for _ in range(3):
        with psycopg.connect(own_cluster.url(server.database), autocommit=True) as db:
            killed = db.execute(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename like 'alongside_%'"
            ).fetchone()[0]
        assert killed > 0
        statuses = [coordinator.get("/v1/referrals").status for _ in range(10)]
        assert set(statuses) <= {200, 503}
        assert statuses[-1] == 200, statuses


def test_reads_survive_a_lost_connection_silently(stage, own_cluster):
    server, coordinator = stage
    coordinator.get("/v1/referrals").ok()
    with psycopg.connect(own_cluster.url(server.database), autocommit=True) as db:
        db.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'alongside_api'")
    coordinator.get("/v1/referrals").ok()


def test_a_restart_of_postgresql_needs_none_of_the_server(stage, own_cluster, contract):
    server, coordinator = stage
    pid = server.process.pid
    for mode in ("fast", "immediate"):
        own_cluster.stop(mode)
        coordinator.get("/v1/referrals").problem(503, "unavailable")
        Client(server.url, contract).get("/livez").ok()
        own_cluster.start()
        wait_until_ready(server)
        wait_for_reads(coordinator)
    assert server.process.pid == pid


def test_a_lock_that_is_held_ends_in_504_or_503_and_leaves_the_pool_whole(start_server, cluster, make_client, inquiry):
    server = start_server(statement_timeout_ms=700, pool_wait_ms=500, write_connections=2)
    coordinator = make_client(server, "coordinator")
    body = inquiry()
    with psycopg.connect(cluster.url(server.database)) as db:
        db.execute("lock table alongside.referrals in access exclusive mode")
        statuses = []

        def post():
            statuses.append(make_client(server, "coordinator").post("/v1/referrals", body).status)

        threads = [threading.Thread(target=post) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert set(statuses) <= {503, 504}, statuses
        assert 503 in statuses, "the pool's wait is bounded"
        db.rollback()
    coordinator.post("/v1/referrals", body).created()


def test_a_statement_that_takes_too_long_says_when_to_try_again(start_server, cluster, make_client, inquiry):
    server = start_server(statement_timeout_ms=300)
    coordinator, body = make_client(server, "coordinator"), inquiry()
    with psycopg.connect(cluster.url(server.database)) as db:
        db.execute("lock table alongside.referrals in access exclusive mode")
        assert coordinator.post("/v1/referrals", body).problem(504, "timeout").headers["Retry-After"] == "1"
        db.rollback()


def test_a_database_that_takes_no_writes_is_not_ready(start_server, make_client, cluster, inquiry):
    server = start_server()
    coordinator = make_client(server, "coordinator")
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as db:
        try:
            db.execute(f"alter database {server.database} set default_transaction_read_only = on")
            db.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [server.database])
            until(lambda: "the database is read-only" in server.log_text(), 10 * PATIENCE)
            assert not server.is_ready()
            coordinator.post("/v1/referrals", inquiry()).problem(503, "unavailable")
            assert make_client(server).get("/v1/help-lines").ok()
        finally:
            db.execute(f"alter database {server.database} reset default_transaction_read_only")
    until(server.is_ready, 10 * PATIENCE)
    coordinator.post("/v1/referrals", inquiry()).created()


def test_a_write_lane_that_cannot_connect_is_not_ready(stage, own_cluster, inquiry):
    """Reads go on; it is asked again each time that its pause is over, and is ready when it has a connection."""
    server, coordinator = stage
    with psycopg.connect(own_cluster.url("postgres"), autocommit=True) as db:
        serving = "from pg_stat_activity where usename = 'alongside_api'"
        (writer, others), *_ = db.execute(f"select pid, count(*) over () - 1 {serving} order by backend_start").fetchall()
        try:
            db.execute(f"alter role alongside_api connection limit {others}")
            db.execute("select pg_terminate_backend(%s)", [writer])
            for _ in range(4):
                until(lambda: coordinator.post("/v1/referrals", inquiry(), check=False).status == 503 and not server.is_ready())
                until(server.is_ready, 3 * PATIENCE)
            coordinator.get("/v1/referrals").ok()
        finally:
            db.execute("alter role alongside_api connection limit -1")
    until(lambda: coordinator.post("/v1/referrals", inquiry(), check=False).status == 201)
    wait_until_ready(server)


def test_a_month_of_the_audit_that_is_made_meanwhile_is_no_fault_of_the_request(stage, own_cluster, inquiry):
    """Its event was for the table of what lies in no month, which waits, and then is for others: it is told to come again."""
    server, coordinator = stage
    body, key, now = inquiry(), str(uuid.uuid4()), "2031-05-06T12:00:00Z"
    answers = []
    request = threading.Thread(
        target=lambda: answers.append(coordinator.post("/v1/referrals", body, idempotency_key=key, now=now, check=False))
    )
    with psycopg.connect(own_cluster.url(server.database), options="-c search_path=alongside,pg_catalog") as db:
        coordinator.post("/v1/referrals", inquiry()).created()
        db.execute("select audit_month_make('2031-05')")
        db.execute("select audit_month_guard('alongside_audit.events_2031_05', '2031-05')")
        request.start()
        with psycopg.connect(own_cluster.url(server.database), autocommit=True) as other:
            until(lambda: other.execute("select true from pg_locks where not granted and mode = 'RowExclusiveLock'").fetchone())
        db.commit()
    request.join(30)
    assert int(answers[0].problem(503, "unavailable").headers["Retry-After"]) > 0
    coordinator.post("/v1/referrals", body, idempotency_key=key, now=now).created()


@pytest.fixture
def small_disk():
    """A directory of PostgreSQL's with room for 24 MiB."""
    place = Path(tempfile.mkdtemp(prefix="alongside-disk-", dir="/tmp"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", place], check=True)
    shutil.chown(place, "postgres", "postgres")
    yield place
    subprocess.run(["umount", "-l", place], check=True)
    place.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a disk that is small")
def test_a_full_disk_is_told_until_there_is_room(start_server, make_client, cluster, inquiry, small_disk):
    """What is written lies on it, and what is sorted; reading about people leaves a row, so it ends, too."""
    server = start_server()
    coordinator = make_client(server, "coordinator")
    made = coordinator.post("/v1/referrals", inquiry()).created()
    with psycopg.connect(cluster.url(server.database), autocommit=True) as db:
        db.execute(f"create tablespace small location '{small_disk}'")
        try:
            partitions = "select inhrelid::regclass from pg_inherits where inhparent = 'alongside.audit_events'::regclass"
            for (partition,) in db.execute(partitions).fetchall():
                db.execute(f"alter table {partition} set tablespace small")
            db.execute(f"alter database {server.database} set temp_tablespaces = small")
            db.execute("grant create on tablespace small to public")
            db.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'alongside_api'")
            until(lambda: coordinator.get(made.path, check=False).status == 200, 10 * PATIENCE)
            ballast = small_disk / "ballast"
            with contextlib.suppress(OSError), ballast.open("wb") as file:
                while True:
                    file.write(bytes(65536))
                    file.flush()
            until(lambda: coordinator.get("/v1/referrals", check=False).status == 503, 30 * PATIENCE)
            until(lambda: "the database's disk is full" in server.log_text(), 10 * PATIENCE)
            time.sleep(2)
            assert not server.is_ready(), "also when nobody asks for anything"
            ballast.unlink()
            until(server.is_ready, 10 * PATIENCE)
            assert coordinator.get("/v1/referrals").ok()
        finally:
            for (partition,) in db.execute(partitions).fetchall():
                db.execute(f"alter table {partition} set tablespace pg_default")
            db.execute(f"alter database {server.database} reset temp_tablespaces")
            db.execute("drop tablespace small")


def test_no_start_with_another_schema(start_server):
    started = time.monotonic()
    with pytest.raises(AssertionError, match="ended at start"):
        start_server(database="template1")
    assert time.monotonic() - started < 10


def test_check_and_unknown_settings(binary):
    result = subprocess.run([binary, "serve"], env={"ALONGSIDE_NONSENSE": "1"}, capture_output=True, text=True, timeout=20)
    assert result.returncode != 0
    assert "nonsense" in (result.stderr + result.stdout).lower()
    assert "database_url" in (result.stderr + result.stdout).lower(), "every fault at once"
