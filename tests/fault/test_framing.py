# SPDX-License-Identifier: MIT
"""Bytes that no good client sends: answered with the right problem, nothing executed, the server alive."""

import json
import time
import uuid

import pytest
from harness.raw import RawResponse, connect, exchange, read_all, read_response, request

TARGET = "/v1/referrals"


@pytest.fixture(scope="module")
def server_settings():
    return {"connection_timeout_s": 3}


@pytest.fixture
def bearer(token):
    return f"Authorization: Bearer {token('coordinator')}"


@pytest.fixture
def creation(inquiry, bearer):
    """Headers and body of a good creating request."""
    body = json.dumps(inquiry()).encode()
    return [bearer, "Content-Type: application/json", f"Idempotency-Key: {uuid.uuid4()}"], body


def count_referrals(db):
    return db.execute("select count(*) from alongside.referrals").fetchone()[0]


def test_length_and_transfer_encoding_together_are_refused(server, db, creation):
    headers, body = creation
    before = count_referrals(db)
    smuggled = b"0\r\n\r\n" + request("POST", TARGET, *headers, body=body)
    data = request("POST", TARGET, *headers, "Transfer-Encoding: chunked", body=smuggled)
    with connect(server) as connection:
        connection.sendall(data)
        answer = read_all(connection)
    assert answer.count(b"HTTP/1.1 ") == 1, "the bytes behind the first request were answered too"
    response = RawResponse(answer)
    assert response.status == 400
    assert response.headers["connection"].lower() == "close"
    assert response.problem()["type"].endswith("/bad-request")
    assert count_referrals(db) == before


@pytest.mark.parametrize("coding", ["gzip, chunked", "xchunked", "identity", "chunked, chunked"])
def test_other_transfer_codings_are_refused(server, creation, coding):
    headers, body = creation
    data = request("POST", TARGET, *headers, f"Transfer-Encoding: {coding}", body=body, length=False)
    with connect(server) as connection:
        connection.sendall(data)
        connection.shutdown(1)  # such a body lasts until the end of the connection
        response = RawResponse(read_all(connection))
    assert response.status in (400, 413, 501, None), response.data[:200]
    assert response.status is None or response.headers.get("connection", "").lower() == "close"


def test_two_lengths_are_refused(server, db, creation):
    headers, body = creation
    before = count_referrals(db)
    data = request("POST", TARGET, *headers, f"Content-Length: {len(body) + 5}", body=body)
    with connect(server) as connection:
        connection.sendall(data + b"12345")
        response = read_response(connection)
    assert response.status == 400
    assert count_referrals(db) == before


@pytest.mark.parametrize("length", ["5x", "+5", "-1", "99999999999999999999999"])
def test_odd_lengths_are_refused(server, bearer, length):
    data = request("POST", TARGET, bearer, f"Content-Length: {length}", length=False)
    with connect(server) as connection:
        connection.sendall(data)
        response = RawResponse(read_all(connection))
    assert response.status in (400, 413)


def test_chunked_body_is_read_like_any_other(server, creation):
    headers, body = creation
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:10], body[10:])) + b"0\r\n\r\n"
    response = exchange(server, request("POST", TARGET, *headers, "Transfer-Encoding: chunked", body=chunks, length=False))
    assert response.status == 201, response.data[:500]


def test_truncated_body_creates_nothing(server, db, creation):
    headers, body = creation
    before = count_referrals(db)
    with connect(server) as connection:
        connection.sendall(request("POST", TARGET, *headers, body=body)[:-10])
    time.sleep(0.3)
    assert count_referrals(db) == before
    server.assert_alive()


@pytest.mark.parametrize("size", [65537, 200_000, 3_000_000])
def test_too_large_bodies_are_413(server, bearer, size):
    body = b'{"a": "' + b"x" * (size - 9) + b'"}'
    with connect(server) as connection:
        try:
            connection.sendall(request("POST", TARGET, bearer, "Content-Type: application/json", body=body))
        except (BrokenPipeError, ConnectionResetError):
            pass  # it may close before everything is sent
        response = RawResponse(read_all(connection))
    assert response.status == 413, response.data[:300]
    assert response.headers["connection"].lower() == "close"
    assert response.problem()["type"].endswith("/too-large")


def test_too_large_chunked_body_is_413(server, bearer):
    chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    data = request("POST", TARGET, bearer, "Content-Type: application/json", "Transfer-Encoding: chunked", length=False)
    with connect(server) as connection:
        try:
            connection.sendall(data + chunk * 8 + b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        response = RawResponse(read_all(connection))
    assert response.status == 413, response.data[:300]


@pytest.mark.parametrize(
    "target",
    [
        "/v1/referrals/%00",
        "/v1/referrals/00000000-0000-4000-8000-00000000000%00",
        "/v1/referrals/%ff%fe",
        "/v1/referrals/%c0%af",
        "/v1/referrals/%",
        "/v1/referrals/%2",
        "/v1/referrals/..%2f..%2fetc",
        "/v1//referrals",
        "/v1/referrals/",
        "/v1/./referrals",
        "/v1/x/../referrals",
        "/V1/referrals",
        "/v1/referrals;a=b",
    ],
)
def test_path_tricks_find_nothing(server, bearer, target):
    response = exchange(server, request("GET", target, bearer))
    assert response.status in (400, 404), (target, response.data[:200])
    assert response.problem()["type"].rsplit("/")[-1] in ("bad-request", "not-found")
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=1&limit=2", "limit"),
        ("referral_id=x", "referral_id"),
        ("nonsense=1", "nonsense"),
        ("limit=%ff", None),
        ("limit=1%00", None),
        ("limit=%zz", None),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=x", "limit"),
        ("limit=", "limit"),
        ("limit=1e2", "limit"),
        ("limit=99999999999999999999", None),
        ("cursor=AAAA", "cursor"),
    ],
)
def test_query_tricks_are_400(server, bearer, query, parameter):
    response = exchange(server, request("GET", f"{TARGET}?{query}", bearer))
    if query.startswith("limit=9999"):
        assert response.status in (200, 400)
        return
    assert response.status == 400, (query, response.data[:300])
    if parameter:
        assert parameter in [error.get("parameter") for error in response.problem()["errors"]]


@pytest.mark.parametrize("method", ["get", "Get", "TRACE", "CONNECT", "QUERY", "BREW", "PROPFIND"])
def test_unknown_methods(server, bearer, method):
    response = exchange(server, request(method, TARGET, bearer))
    assert response.status in (400, 405, 501), (method, response.data[:200])


def test_two_authorizations_are_refused(server, bearer, token):
    response = exchange(server, request("GET", TARGET, bearer, f"Authorization: Bearer {token('administrator')}"))
    assert response.status in (400, 401)


def test_headers_out_of_all_proportion(server, bearer):
    response = exchange(server, request("GET", TARGET, bearer, "X-Long: " + "x" * 60_000))
    assert response.status in (None, 400, 413, 431)
    response = exchange(server, request("GET", TARGET + "?q=" + "x" * 60_000, bearer))
    assert response.status in (None, 400, 413, 414, 431)


def test_more_parameters_than_a_head_holds_do_not_leave_the_connection_hanging(server, bearer):
    started = time.monotonic()
    response = exchange(server, request("GET", TARGET + "?" + "&".join(f"a{i}=1" for i in range(2000)), bearer))
    assert response.status in (None, 400, 413, 414, 431)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("count", [60, 64, 65, 66, 300, 500, 1000])
def test_many_parameters_are_answered_and_logged(server, bearer, count):
    """Also the last of them is read: nothing is cut off in silence."""
    started, logged = time.monotonic(), len(server.log_lines())
    response = exchange(server, request("GET", TARGET + "?" + "&".join(f"a{i}=1" for i in range(count)), bearer))
    assert response.status == 400 and time.monotonic() - started < 10
    (line,) = server.log_lines()[logged:]
    assert (line["route"], line["status"], line["problem"]) == (TARGET, 400, "bad-parameter")
    limits = "&".join(["limit=1"] * (count - 1))
    response = exchange(server, request("GET", f"{TARGET}?{limits}&a=1", bearer))
    assert response.status == 400


@pytest.mark.parametrize("line", ["GET /v1/referrals HTTP/2.0", "GET /v1/referrals", "GET", "\x00\x01\x02", "GET / HTTP/1.1 x"])
def test_request_lines_that_are_none(server, line):
    with connect(server) as connection:
        connection.sendall(line.encode("latin-1") + b"\r\n\r\n")
        connection.shutdown(1)
        response = RawResponse(read_all(connection))
    assert response.status != 200
    server.assert_alive()


def test_format_strings_in_everything_do_no_harm(server, bearer):
    evil = "%25n%25s%25p%n%s%x"
    exchange(server, request("GET", f"/{evil}", bearer, f"X-Request-Id: {evil}", f"X-{'%n' * 20}: {evil}"))
    exchange(server, b"GET /%n%n%n%s HTTP/1.1\r\nHost: %n%n\r\nContent-Length: %n\r\n\r\n")
    server.assert_alive()


def test_pipelined_requests_are_answered_in_order(server, bearer):
    last = request("GET", "/livez", "Connection: close")
    with connect(server) as connection:
        connection.sendall(request("GET", "/livez") + request("GET", "/nothing", bearer) + last)
        answer = read_all(connection)
    assert [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]] == [b"200", b"404", b"200"]
