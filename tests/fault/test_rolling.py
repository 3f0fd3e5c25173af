# SPDX-License-Identifier: MIT
"""Two processes behind a proxy that asks /readyz are restarted in turn, and no request fails."""

import threading
import time

import httpx
from harness.client import TLS

RESTARTS, ANNOUNCE_MS, CHECK_S = 10, 600, 0.1


class Proxy:
    """Sends each request, on a connection of its own, to a process that was ready when last asked."""

    def __init__(self, servers, headers):
        self.servers, self.headers = servers, headers
        self.ready, self.seen, self.failed = set(servers), 0, []
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=run) for run in (self._check, *[self._ask] * 4)]
        for thread in self.threads:
            thread.start()

    def _check(self):
        while not self.is_over.is_set():
            self.ready = {server for server in self.servers if server.is_ready()}
            time.sleep(CHECK_S)

    def _ask(self):
        number = 0
        while not self.is_over.is_set():
            number += 1
            ready = sorted(self.ready, key=id)
            try:
                url = ready[number % len(ready)].url
                answer = httpx.get(f"{url}/v1/me", headers=self.headers, trust_env=False, verify=TLS, timeout=20)
                if answer.status_code != 200:
                    self.failed.append(answer.status_code)
            except (httpx.HTTPError, ZeroDivisionError) as error:
                self.failed.append(repr(error))
            self.seen += 1

    def stop(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join(30)


def test_ten_rolling_restarts_fail_no_request(start_server, database, token):
    servers = [start_server(database=database, drain_announce_ms=ANNOUNCE_MS) for _ in range(2)]
    proxy = Proxy(servers, {"Authorization": f"Bearer {token('coordinator')}"})
    try:
        for number in range(RESTARTS):
            server = servers[number % 2]
            server.stop()
            server.start()
            time.sleep(4 * CHECK_S)
    finally:
        proxy.stop()
    assert proxy.seen > 100 and not proxy.failed, f"{len(proxy.failed)} of {proxy.seen}: {proxy.failed[:5]}"
