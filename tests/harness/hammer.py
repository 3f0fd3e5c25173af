# SPDX-License-Identifier: MIT
"""Requests of several kinds, one after the other, until it is stopped; what was answered, by kind, and how long the slowest took."""

import threading
import time
import uuid

from .client import Client


class Hammer:
    READS = (
        *(("coordinator", path) for path in ("/v1/referrals", "/v1/groups", "/v1/waiting-people", "/v1/conflict-matches")),
        *(("peer", "/v1/me"), ("administrator", "/v1/audit-events"), (None, "/v1/services"), (None, "/v1/holidays")),
    )

    def __init__(self, server, contract, token, inquiry, pause_s=0):
        self.clients = {role: Client(server.url, contract, role and token(role)) for role in ("coordinator", "peer", "administrator", None)}
        self.inquiry, self.pause_s = inquiry, pause_s
        self.reads, self.writes, self.slowest = [], {}, (0, None)
        self.is_over = False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.is_over:
            for role, path in self.READS:
                self.reads.append(self.ask(role, "GET", path).status)
            made = self.write("/v1/referrals", self.inquiry(external_ref=str(uuid.uuid4())))
            if made.status == 201:
                self.write(f"{made.path}/attempts", {"channel": "phone", "outcome": "replied"})

    def write(self, path, body):
        key = str(uuid.uuid4())
        answer = self.ask("coordinator", "POST", path, body, idempotency_key=key)
        self.writes[key] = answer.status
        return answer

    def ask(self, role, method, *arguments, **named):
        time.sleep(self.pause_s)
        began = time.monotonic()
        answer = self.clients[role].request(method, *arguments, **named)
        self.slowest = max(self.slowest, (time.monotonic() - began, f"{method} {arguments[0]} {answer.status}"))
        return answer

    def warm_up(self):
        """The first requests open connections and plan; they do not count among the slowest."""
        while len(self.reads) < 3 * len(self.READS):
            assert self.thread.is_alive()
            time.sleep(0.05)
        self.slowest = (0, None)

    @property
    def statuses(self):
        return [*self.reads, *self.writes.values()]

    def stop(self):
        self.is_over = True
        self.thread.join(60)
