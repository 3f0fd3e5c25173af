# SPDX-License-Identifier: MIT
"""Slow and idle clients cost a connection, bounded in time and number, and nobody else notices."""

import time

import pytest
from harness.raw import connect, read_all, read_response, request


@pytest.fixture(scope="module")
def server_settings():
    return {"connection_timeout_s": 2, "connection_limit": 120}


def test_idle_connections_are_closed(server):
    started = time.monotonic()
    with connect(server) as connection:
        assert read_all(connection) == b""
    assert 1 <= time.monotonic() - started < 12


def test_a_started_request_is_not_waited_for(server):
    started = time.monotonic()
    with connect(server) as connection:
        connection.sendall(b"POST /v1/referrals HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
        read_all(connection)
    assert time.monotonic() - started < 12


def test_drips_do_not_slow_down_others(server, client):
    drips = [connect(server) for _ in range(40)]
    try:
        data = request("GET", "/livez")
        for position in range(12):
            for connection in drips:
                connection.sendall(data[position : position + 1])
            started = time.monotonic()
            client("coordinator").get("/v1/referrals").ok()
            assert time.monotonic() - started < 1.5
            time.sleep(0.1)
        for connection in drips:
            connection.sendall(data[12:])
        assert all(read_response(connection).status == 200 for connection in drips)
    finally:
        for connection in drips:
            connection.close()


def test_more_connections_than_allowed_wait_or_are_closed_and_come_in_later(server):
    crowd = []
    try:
        for _ in range(160):
            crowd.append(connect(server))
        time.sleep(0.3)
        server.assert_alive()
    finally:
        for connection in crowd:
            connection.close()
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and not server.is_ready():
        time.sleep(0.1)
    assert server.is_ready()


def test_a_client_that_does_not_read_its_answers(server):
    with connect(server) as connection:
        connection.setblocking(False)
        sent = 0
        try:
            for _ in range(3000):
                sent += connection.send(request("GET", "/v1/openapi.json"))
        except BlockingIOError:
            pass
        assert sent > 0
        assert server.is_ready()
    server.assert_alive()
