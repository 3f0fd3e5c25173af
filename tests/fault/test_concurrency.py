# SPDX-License-Identifier: MIT
"""Many at once: one creation, one winner, no answer lost."""

import collections
import signal
import threading
import time
import uuid

import httpx
import psycopg
from harness.client import Client
from steps import at_once


def test_fifty_times_the_same_request_create_once(server, contract, inquiry, token, db):
    body = inquiry()
    key = str(uuid.uuid4())
    before = db.execute("select count(*) from alongside.referrals").fetchone()[0]

    def post(_):
        client = Client(server.url, contract, token("coordinator"))
        while True:
            response = client.post("/v1/referrals", body, idempotency_key=key)
            if response.status not in (409, 503):
                return response
            assert response.headers["Retry-After"]
            time.sleep(0.2)

    results = at_once(50, post)
    assert collections.Counter(getattr(r, "status", r) for r in results) == {201: 50}
    assert len({r.path for r in results}) == 1
    assert len({r.content for r in results}) == 1
    assert sum(r.headers.get("Idempotent-Replayed") == "true" for r in results) == 49
    assert db.execute("select count(*) from alongside.referrals").fetchone()[0] == before + 1


def test_two_people_changing_one_record(server, contract, token, client):
    administrator = client("administrator")
    holiday = administrator.post("/v1/holidays", contract.example("holidays_create") | {"date": "2031-07-02"}).created()
    change_to = contract.example("holidays_update")

    def change(number):
        mine = Client(server.url, contract, token("administrator"))
        return mine.patch(holiday.path, change_to, if_match=holiday.etag).status

    counted = collections.Counter(at_once(8, change))
    assert counted == {200: 1, 412: 7}, counted


def test_sigterm_under_load_loses_no_answer(start_server, contract, token):
    server = start_server()
    stop = threading.Event()
    answered, broken, refused = [], [], []

    def hammer():
        client = Client(server.url, None, token("coordinator"))
        while not stop.is_set():
            try:
                answered.append(client.get("/v1/referrals").status)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                refused.append(1)
                return
            except httpx.HTTPError as error:
                broken.append(repr(error))
                return

    threads = [threading.Thread(target=hammer) for _ in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    server.process.send_signal(signal.SIGTERM)
    code = server.process.wait(40)
    stop.set()
    for thread in threads:
        thread.join(20)
    assert code == 0
    assert set(answered) <= {200, 503} and answered.count(200) > 50
    # A kept connection that is closed between two requests looks like a lost answer to its client: once for each, no more.
    assert len(broken) <= len(threads), broken
    server.assert_clean()


def test_sigterm_lets_the_requests_under_way_finish(start_server, cluster, contract, inquiry, token):
    server = start_server()
    results = []
    with psycopg.connect(cluster.url(server.database)) as db:
        db.execute("lock table alongside.referrals in access exclusive mode")

        def post():
            client = Client(server.url, contract, token("coordinator"))
            results.append(client.post("/v1/referrals", inquiry()).status)

        threads = [threading.Thread(target=post) for _ in range(6)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert server.process.poll() is None, "it did not wait for the requests under way"
        db.rollback()
    for thread in threads:
        thread.join(30)
    assert results == [201] * 6
    assert server.process.wait(40) == 0
