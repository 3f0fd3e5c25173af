# SPDX-License-Identifier: MIT
"""Something in the database stands still: a locked table, all of PostgreSQL. Whoever does not need it notices nothing."""

import contextlib
import json
import threading
import time

import httpx
import psycopg
import pytest
from harness.client import Client
from harness.raw import connect, read_response, request
from harness.server import IS_SANITIZED, PATIENCE, free_port

SCENE_S = 6
WRITERS, READERS = 24, 30
HELP = ("/livez", "/readyz", "/v1/help-lines")


class Asker:
    """Asks one thing again and again on one connection that is kept; every status with how long it took."""

    def __init__(self, url, path, headers=None, method="GET", content=None, pause_s=0.0):
        self.seen, self.lost = [], 0
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(url, path, headers, method, content, pause_s))
        self.thread.start()

    def _run(self, url, path, headers, method, content, pause_s):
        with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
            number = 0
            while not self.is_over.is_set():
                number += 1
                key = {"Idempotency-Key": f"{id(self)}-{number}"} if method == "POST" else {}
                started = time.monotonic()
                try:
                    status = client.request(method, path, headers=(headers or {}) | key, content=content).status_code
                    self.seen.append((started, status, time.monotonic() - started))
                except httpx.HTTPError:
                    self.lost += 1
                time.sleep(pause_s)

    def statuses(self, since=0):
        return {status for started, status, _ in self.seen if started >= since}

    def p99_ms(self, since=0):
        times = sorted(took for started, _, took in self.seen if started >= since)
        return times[int(len(times) * 0.99)] * 1000


@contextlib.contextmanager
def asking(askers):
    try:
        yield askers
    finally:
        for asker in askers:
            asker.is_over.set()
        for asker in askers:
            asker.thread.join(90)


@pytest.fixture
def server(start_server):
    made = start_server(health_port=free_port())
    made.health_url = f"http://127.0.0.1:{made.settings['health_port']}"
    return made


@pytest.fixture
def headers(token):
    return {"Authorization": f"Bearer {token('coordinator')}", "Content-Type": "application/json"}


@contextlib.contextmanager
def locked(cluster, server, table):
    with psycopg.connect(cluster.url(server.database)) as db:
        db.execute(f"lock table alongside.{table} in access exclusive mode")
        yield
        db.rollback()


def crowd(server, headers, inquiry_bytes):
    writers = [Asker(server.url, "/v1/referrals", headers, "POST", inquiry_bytes, 0.01) for _ in range(WRITERS)]
    return writers + [Asker(server.url, "/v1/referrals", headers, pause_s=0.01) for _ in range(READERS)]


def test_a_locked_table_keeps_nobody_from_the_help_lines(server, cluster, headers, inquiry):
    with locked(cluster, server, "referrals"), asking(crowd(server, headers, json.dumps(inquiry()).encode())):
        with asking([Asker(url, path, pause_s=0.05) for path in HELP for url in (server.url, server.health_url)]) as askers:
            time.sleep(SCENE_S)
    for asker in askers:
        assert len(asker.seen) > 10 and asker.lost == 0
        assert asker.statuses() == {200}
        assert asker.p99_ms() < 250 * PATIENCE, asker.p99_ms()


def test_the_help_lines_are_said_whatever_the_database_is_at(server, cluster, contract):
    nobody, health = Client(server.url, contract), Client(server.health_url, contract)
    with locked(cluster, server, "help_lines"):
        for client in (nobody, health):
            for language, names in ((None, {"en", "fr"}), ("fr", {"fr"}), ("en", {"en"})):
                lines = client.get("/v1/help-lines", language=language).ok()
                assert len(lines.data) == 4 and all(set(line["name"]) == names for line in lines.data)
                assert lines.json["page"] == {"next_cursor": None, "has_more": False}
            client.get("/v1/help-lines", headers={"Accept": "text/html"}).problem(406)
    health.get("/v1/holidays", check=False).problem(404)
    health.post("/v1/referrals", {}, check=False).problem(404)


@pytest.mark.skipif(IS_SANITIZED, reason="instrumented memory says nothing")
def test_a_thousand_idle_connections_cost_little(server):
    idle = [connect(server) for _ in range(1000)]
    try:
        for connection in idle:
            connection.sendall(request("GET", "/v1/help-lines"))
        assert all(read_response(connection).status == 200 for connection in idle)
        assert server.resident_kib() < 64 * 1024, server.resident_kib()
    finally:
        for connection in idle:
            connection.close()
