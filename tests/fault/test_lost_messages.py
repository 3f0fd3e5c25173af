# SPDX-License-Identifier: MIT
"""Many requests share one pipelined connection. When something on it is lost, whatever follows seems to be one request
early: an answer must then be missing, never another person's."""

import threading
import time

import httpx
import pytest
from harness.client import Client
from harness.server import PATIENCE
from harness.thief import Thief
from steps.journey import until

PEOPLE = [f"00000000-0000-4000-8000-{3000 + n:012d}" for n in range(1, 14)]
READERS = 6


@pytest.fixture(scope="module")
def thief(cluster):
    made = Thief(cluster)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def server_settings(thief, database):
    # A connection that waits for what was stolen is given up soon.
    return {"database_url": thief.url(database, "alongside_api"), "statement_timeout_ms": 500, "read_connections": 1}


class Crowd:
    """People read and change different records at once; every answer is kept with the record it was asked for."""

    def __init__(self, server, token, ask):
        self.server, self.token, self.ask = server, token, ask
        self.answers = []
        self.is_over = False

    def __enter__(self):
        self.threads = [threading.Thread(target=self._run, args=(i,)) for i in range(READERS)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        # It ends well: a new connection has been made, on which people get their answers again.
        wanted = self.good() + 50
        deadline = time.monotonic() + 10 * PATIENCE
        while self.good() < wanted and time.monotonic() < deadline:
            time.sleep(0.02)
        self.has_recovered = self.good() >= wanted
        self.is_over = True
        for thread in self.threads:
            thread.join()

    def _run(self, number):
        client = Client(self.server.url, token=self.token("coordinator"))
        while not self.is_over:
            number += 1
            participant = PEOPLE[number % len(PEOPLE)]
            answer = self.ask(client, f"/v1/participants/{participant}")
            self.answers.append((participant, answer.status, answer.json.get("id")))
        client.close()

    def good(self):
        return sum(status == 200 for _, status, _ in list(self.answers))

    def assert_nobody_got_anothers(self):
        assert {status for _, status, _ in self.answers} <= {200, 503}
        strangers = [(asked, got) for asked, status, got in self.answers if status == 200 and got != asked]
        assert not strangers, f"{len(strangers)} of {len(self.answers)} answers were another person's: {strangers[:3]}"
        assert self.has_recovered


# ReadyForQuery, DataRow, CommandComplete, RowDescription, BindComplete
@pytest.mark.parametrize("kind", [b"Z", b"D", b"C", b"T", b"2"])
def test_a_read_never_gets_anothers_answer(server, token, thief, kind):
    with Crowd(server, token, lambda client, path: client.get(path)) as crowd:
        for _ in range(4):
            thief.steal(kind)
            time.sleep(0.1)
    crowd.assert_nobody_got_anothers()


def test_a_change_never_gets_anothers_answer(server, token, thief):
    def change(client, path):
        return client.patch(path, {"pronouns": "they"}, if_match="*")

    with Crowd(server, token, change) as crowd:
        for kind in (b"Z", b"C", b"D"):
            thief.steal(kind)
            time.sleep(0.1)
    crowd.assert_nobody_got_anothers()
    # And no connection that lost something is used again.
    client = Client(server.url, token=token("coordinator"))
    for participant in PEOPLE * 2:
        assert change(client, f"/v1/participants/{participant}").ok()["id"] == participant


@pytest.mark.parametrize("kind", [b"Z", b"D", b"C", b"T"])
def test_the_watch_outlives_what_it_loses(server, thief, kind):
    """Nobody asks anything: it is the watch alone that something is stolen from."""
    for _ in range(2):
        thief.steal(kind)
    until(lambda: httpx.get(f"{server.url}/readyz", trust_env=False).status_code == 200, 10 * PATIENCE)
    server.assert_alive()
