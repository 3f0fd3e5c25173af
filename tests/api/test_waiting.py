# SPDX-License-Identifier: MIT
"""Waiting for news at an address of its own: whoever waits hears at once, and takes nobody else's place."""

import threading
import time

import httpx
import pytest
from harness.server import free_port
from steps import OTHER_COORDINATOR, at_once

PATH = "/v1/notices"
HOST = "00000000-0000-4000-8000-000000000004"


@pytest.fixture(scope="module")
def server_settings():
    return {"waiting_port": free_port(), "waiting_limit": 40}


@pytest.fixture
def ask(server_settings, token):
    """ask(seconds, tag, role, account): at the address for waiting; the answer, and how long it took."""

    def of(seconds, tag=None, role="coordinator", account=HOST, path=PATH):
        headers = {"Authorization": f"Bearer {token(role, account)}"} | ({"If-None-Match": tag} if tag else {})
        url = f"http://127.0.0.1:{server_settings['waiting_port']}{path}"
        began = time.monotonic()
        answer = httpx.get(url, params={"wait": seconds}, headers=headers, timeout=40, trust_env=False)
        return answer, time.monotonic() - began

    return of


def tell(db, account=HOST):
    with db.transaction():
        db.execute("set local role alongside_api")
        db.execute("select set_config('app.role', 'coordinator', true), set_config('app.account_id', %s, true)", (OTHER_COORDINATOR,))
        db.execute("select notice_tell(array[%s::uuid], 'work_handed_over', gen_random_uuid())", (account,))


def test_news_come_when_there_are_some(server, ask, db):
    first, _ = ask(20)
    assert first.status_code == 200
    later = threading.Timer(1.5, tell, (db,))
    later.start()
    answer, took = ask(20, first.headers["ETag"])
    later.join()
    assert answer.status_code == 200 and answer.headers["ETag"] != first.headers["ETag"]
    assert 1.4 < took < 5, took


def test_without_news_it_ends_unmodified(server, ask):
    first, took = ask(20)
    assert took < 2, "without a tag there is nothing to wait for"
    answer, took = ask(2, first.headers["ETag"])
    assert answer.status_code == 304 and 1.9 < took < 4, took
    assert ask(31)[0].status_code == 400 and ask(-1)[0].status_code == 400


def test_news_of_others_are_none(server, ask, db):
    first, _ = ask(20)
    later = threading.Timer(0.7, tell, (db, OTHER_COORDINATOR))
    later.start()
    answer, took = ask(3, first.headers["ETag"])
    later.join()
    assert answer.status_code == 304 and took > 2.9


def test_elsewhere_it_is_answered_at_once(server, client, ask):
    who = client("coordinator")
    first = who.get(PATH).ok()
    began = time.monotonic()
    who.get(PATH, params={"wait": 20}, if_none_match=first).not_modified()
    assert time.monotonic() - began < 2
    for path in ("/v1/me", "/v1/alarms", "/v1/help-lines", "/livez"):
        assert ask(0, path=path)[0].status_code == 404


def test_who_waits_is_in_nobodys_way(server, client, ask):
    """Forty wait; the API answers as ever, and the forty-first has no place until one is free."""
    tag = ask(0)[0].headers["ETag"]
    crowd = threading.Thread(target=at_once, args=(40, lambda _: ask(4, tag)))
    crowd.start()
    time.sleep(1)
    took = []
    for _ in range(20):
        began = time.monotonic()
        client("coordinator").get("/v1/me").ok()
        took.append(time.monotonic() - began)
    crowd.join()
    assert sorted(took)[10] < 0.25, took


def test_who_is_switched_off_does_not_wait_on(server, ask, administrator, client):
    made = administrator.post(
        "/v1/staff",
        {"role": "peer_supporter", "name": "Robin", "alias": "Robin", "email": "robin.waits@example.org", "languages": ["en"]},
    ).created()
    tag = ask(0, role="peer_supporter", account=made["id"])[0].headers["ETag"]
    administrator.patch(made.path, {"is_active": False}, if_match="*").ok()
    answer, took = ask(5, tag, "peer_supporter", made["id"])
    assert answer.status_code == 401 and took < 2


def test_a_stop_does_not_wait_for_them(start_server, token):
    port = free_port()
    server = start_server(waiting_port=port)
    headers = {"Authorization": f"Bearer {token('coordinator', HOST)}"}
    url = f"http://127.0.0.1:{port}{PATH}"
    tag = httpx.get(url, headers=headers, trust_env=False).headers["ETag"]
    waiter = threading.Thread(
        target=lambda: httpx.get(url, params={"wait": 30}, headers=headers | {"If-None-Match": tag}, timeout=40, trust_env=False)
    )
    waiter.start()
    time.sleep(0.5)
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 5
    waiter.join(10)
    assert not waiter.is_alive()
