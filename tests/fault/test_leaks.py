# SPDX-License-Identifier: MIT
"""Nothing is left behind by a request: memory, descriptors and threads stay where they were."""

import threading
import time

import httpx
import pytest
from harness.server import IS_SANITIZED

REQUESTS = 2_000 if IS_SANITIZED else 20_000


def run_many(server, count, headers, requests):
    def work(share):
        with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as client:
            for number in range(share):
                method, path, extra, content = requests[number % len(requests)]
                client.request(method, path, headers=headers | extra, content=content)

    threads = [threading.Thread(target=work, args=(count // 4,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def threads_at_rest(server):
    """A connection's thread ends a moment after it."""
    time.sleep(0.5)
    return server.threads()


@pytest.mark.slow
def test_memory_after_twenty_thousand_requests(server, token):
    headers = {"Authorization": f"Bearer {token('coordinator')}"}
    json = {"Content-Type": "application/json", "Idempotency-Key": "k"}
    requests = [
        ("GET", "/v1/referrals", {}, None),
        ("GET", "/v1/referrals?nonsense=1", {}, None),
        ("POST", "/v1/referrals", json, b'{"a": [1, {"b": "' + b"x" * 3000 + b'"}]}'),
        ("POST", "/v1/referrals", json, b'{"a": '),
        ("GET", "/nothing", {}, None),
        ("GET", "/v1/referrals", {"Authorization": "Bearer a.b.c"}, None),
    ]
    for _ in range(12):  # many connections, so that every thread has filled its caches and its arena of malloc first
        run_many(server, REQUESTS // 16, headers, requests)
    before = server.resident_kib(), server.descriptors(), threads_at_rest(server)
    run_many(server, REQUESTS, headers, requests)
    after = server.resident_kib(), server.descriptors(), threads_at_rest(server)
    assert after[1] <= before[1] + 8 and after[2] == before[2]
    if not IS_SANITIZED:  # there LeakSanitizer judges at the end
        grown = (after[0] - before[0]) * 1024
        assert grown / REQUESTS < 24, f"{grown} bytes more after {REQUESTS} requests"
