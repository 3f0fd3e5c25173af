# SPDX-License-Identifier: MIT
"""What one account may have under way at a time: nobody's requests keep anybody from help, nor others from theirs."""

import contextlib
import threading
import time
from types import SimpleNamespace

import psycopg
import pytest
from harness.flood import Flood
from harness.raw import RawResponse, connect, exchange, read_response, request
from harness.server import IS_SANITIZED, free_port
from harness.tokens import claims

PEER, PARTICIPANT = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000101"
OTHER_PEER, OTHER_PARTICIPANT = "00000000-0000-4000-8000-000000002001", "00000000-0000-4000-8000-000000003001"
HELP = ("/livez", "/v1/help-lines")
FLOOD_S = 2
PATIENCE = 4 if IS_SANITIZED else 1
AT_ONCE, SOON = 0.05 * PATIENCE, 0.25 * PATIENCE  # help; what others ask


@pytest.fixture
def server(start_server):
    """With the figures of the program."""
    made = start_server(account_limits="", health_port=free_port(), waiting_port=free_port())
    made.health, made.waiting = (SimpleNamespace(port=made.settings[name]) for name in ("health_port", "waiting_port"))
    return made


@pytest.fixture
def bytes_of(local_key):
    """bytes_of(role, account, method, path, …): a request as somebody sends it."""

    def make(role, account, method, path, *headers, body=b""):
        token = local_key.sign(claims(account, role))
        return request(method, path, f"Authorization: Bearer {token}", *headers, body=body)

    return make


def patch(bytes_of, account, participant, word="they/them"):
    return bytes_of(
        "peer", account, "PATCH", f"/v1/participants/{participant}", "Content-Type: application/merge-patch+json", "If-Match: *",
        body=b'{"pronouns": "%s"}' % word.encode(),
    )  # fmt: skip


# ---- exactly so many ----


@contextlib.contextmanager
def held(cluster, server, participant):
    """Somebody's row, so that writes to it are under way until it is free."""
    with psycopg.connect(cluster.url(server.database)) as db:
        db.execute("select from alongside.participants where id = %s for update", (participant,))
        yield
        db.rollback()


def send_at_once(server, data, count):
    """[(status, seconds)] of so many at the same moment; each on a connection and a thread of its own."""
    answers, gate = [], threading.Barrier(count)

    def one():
        gate.wait()
        began = time.monotonic()
        answer = exchange(server, data)
        answers.append((answer, time.monotonic() - began))

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads, answers


def test_two_writes_of_a_peer_and_not_three(server, cluster, bytes_of):
    """20 at once while the row is held: two wait for it, 18 are refused after a quarter of a second, and then two are answered."""
    with held(cluster, server, PARTICIPANT):
        threads, answers = send_at_once(server, patch(bytes_of, PEER, PARTICIPANT), 20)
        time.sleep(1)
        refused = list(answers)
        assert [answer.status for answer, _ in refused] == [429] * 18
        assert exchange(server, bytes_of("peer", PEER, "GET", "/v1/me")).status == 200, "reads are counted apart"
        assert exchange(server, patch(bytes_of, OTHER_PEER, OTHER_PARTICIPANT)).status == 200, "and others"
    for thread in threads:
        thread.join(30)
    assert sorted(answer.status for answer, _ in answers) == [200] * 2 + [429] * 18
    assert all(0.24 < took < 0.9 * PATIENCE for _, took in refused), refused
    assert exchange(server, patch(bytes_of, PEER, PARTICIPANT)).status == 200, "and every place is free again"
    check_refusal(refused[0][0], "write", 2)


def check_refusal(answer, kind, most):
    problem = answer.problem()
    assert (problem["status"], problem["type"].rsplit("/", 1)[1]) == (429, "too-many-requests")
    assert problem["help"]["line"] == "1-844-750-1648"
    headers = {name: answer.headers[name] for name in ("Retry-After", "RateLimit", "RateLimit-Policy")}
    assert headers == {
        "Retry-After": "1", "RateLimit": f'"{kind}";r=0;t=1', "RateLimit-Policy": f'"{kind}";q={most};qu="concurrent-requests"'
    }  # fmt: skip


def test_each_process_counts_for_itself(start_server, cluster, server, bytes_of):
    """So that over two processes it is twice as many: the README says so."""
    second = start_server(database=server.database, account_limits="")
    with held(cluster, server, PARTICIPANT):
        sent = [send_at_once(one, patch(bytes_of, PEER, PARTICIPANT), 8) for one in (server, second)]
        time.sleep(1)
        assert [[answer.status for answer, _ in answers] for _, answers in sent] == [[429] * 6] * 2
    for threads, answers in sent:
        for thread in threads:
            thread.join(30)
        assert sorted(answer.status for answer, _ in answers) == [200] * 2 + [429] * 6


def test_what_is_configured_counts(start_server, cluster, bytes_of):
    server = start_server(account_limits="peer=6/5/2")
    with held(cluster, server, PARTICIPANT):
        threads, answers = send_at_once(server, patch(bytes_of, PEER, PARTICIPANT), 8)
        time.sleep(1)
        assert [answer.status for answer, _ in answers] == [429] * 3
    for thread in threads:
        thread.join(30)


# ---- a flood ----


def flood_of(kind, server, bytes_of):
    """Where to, and what one account asks for 200 times at once; the kind and number that its refusal names."""
    coordinator = "00000000-0000-4000-8000-000000000004"
    if kind == "read":
        return server.port, bytes_of("peer", PEER, "GET", f"/v1/participants/{PARTICIPANT}/home"), ("read", 6)
    if kind == "write":
        return server.port, patch(bytes_of, PEER, PARTICIPANT), ("write", 2)
    if kind == "list":
        return server.port, bytes_of("coordinator", coordinator, "GET", "/v1/waiting-people?limit=100"), ("read", 12)
    if kind == "list that asks much":
        return server.port, bytes_of("peer", PEER, "GET", f"/v1/participants/{PARTICIPANT}/audit-events"), ("write", 2)
    if kind == "no account":
        return server.port, request("GET", "/v1/services"), None
    path = "/v1/notices?wait=20"
    with connect(server.waiting) as connection:
        connection.sendall(bytes_of("coordinator", coordinator, "GET", path))
        tag = read_response(connection).headers["ETag"]
    return server.waiting.port, bytes_of("coordinator", coordinator, "GET", path, f"If-None-Match: {tag}"), ("wait", 16)


def wait_of(server, data):
    began = time.monotonic()
    answer = exchange(server, data)
    assert answer.status in (200, 204), answer.data[:200]
    return time.monotonic() - began


def probe(server, bytes_of, until):
    """How long help and others wait meanwhile; nine of ten of each, since the machine is not ours alone."""
    asked = {
        f"{path} on {name}": (where, request("GET", path)) for path in HELP for name, where in (("api", server), ("own", server.health))
    }
    asked["a read of another"] = (server, bytes_of("peer", OTHER_PEER, "GET", f"/v1/participants/{OTHER_PARTICIPANT}/home"))
    asked["a write of another"] = (server, patch(bytes_of, OTHER_PEER, OTHER_PARTICIPANT))
    waits = {name: [] for name in asked}
    while time.monotonic() < until:
        for name, (where, data) in asked.items():
            waits[name].append(wait_of(where, data))
        time.sleep(0.01)
    return {name: sorted(seen)[len(seen) * 9 // 10] for name, seen in waits.items()}


@pytest.mark.parametrize("kind", ["read", "write", "list", "list that asks much", "waiting", "no account"])
def test_while_one_account_floods_help_is_there_at_once(server, bytes_of, kind):
    """200 connections; a miss is repeated once, with fresh data."""
    port, data, refusal = flood_of(kind, server, bytes_of)
    for _ in range(2):
        with Flood(port, data) as flood:
            waits = probe(server, bytes_of, time.monotonic() + FLOOD_S)
        assert set(flood.statuses) <= {200, 304, 429}, flood.statuses
        if refusal:
            assert flood.statuses[429] > 100
            check_refusal_of_kind(flood, *refusal)
        late = {name: round(wait * 1000) for name, wait in waits.items() if wait > (SOON if "another" in name else AT_ONCE)}
        if not late:
            return
    assert not late, f"milliseconds, twice: {late}"


def check_refusal_of_kind(flood, kind, most):
    assert RawResponse(flood.refusal).headers["RateLimit-Policy"] == f'"{kind}";q={most};qu="concurrent-requests"'


@pytest.mark.parametrize(("limits", "is_kept_waiting"), [("", False), ("peer=999/999/999", True)])
def test_the_figures_are_what_others_owe_it_to(start_server, cluster, bytes_of, limits, is_kept_waiting):
    """200 writes of one account that wait for a row of theirs: with room for all of them, somebody else's stands behind them."""
    server = start_server(account_limits=limits)
    theirs = patch(bytes_of, OTHER_PEER, OTHER_PARTICIPANT)
    assert exchange(server, theirs).status == 200
    with held(cluster, server, PARTICIPANT), Flood(server.port, patch(bytes_of, PEER, PARTICIPANT)):
        time.sleep(0.5)
        began = time.monotonic()
        exchange(server, theirs)
        took = time.monotonic() - began
    assert (took > SOON) is is_kept_waiting, took
