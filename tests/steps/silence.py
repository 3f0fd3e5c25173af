# SPDX-License-Identifier: MIT
"""Whether an answer says by its time whom it concerns: two samples of seconds, taken in turns, and how likely one clock made both.

`with` and `without`: the same request, from the same state, where it concerns somebody and where it concerns nobody."""

import math
import random
import threading
import time
import uuid

from harness.raw import connect, read_response, request
from harness.server import PATIENCE

# Of all comparisons together (Bonferroni: each is asked at this divided by how many there are).
ALPHA = 0.001
# Alone; while the account reads something else; while a second account does the same.
WAYS = ("alone", "busy", "together")
# So many pairs, before the two sides change places.
TURN = 10
MILLISECOND = 0.001 * PATIENCE


def kolmogorov_smirnov(one, other):
    """How likely two samples of one clock differ by this much or more, whatever the clock is like (two-sided, asymptotic)."""
    both = sorted([(value, 1 / len(one)) for value in one] + [(value, -1 / len(other)) for value in other])
    distance = apart = 0
    for place, (value, step) in enumerate(both):
        apart += step
        if place + 1 == len(both) or both[place + 1][0] != value:
            distance = max(distance, abs(apart))
    root = math.sqrt(len(one) * len(other) / (len(one) + len(other)))
    reach = (root + 0.12 + 0.11 / root) * distance
    if reach < 0.3:  # the series does not converge there; the chance is 1 to many places
        return 1.0
    return min(1.0, 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * reach) ** 2) for k in range(1, 101)))


def ask(token, method, path, body=b"", now=None):
    """The bytes of a request, with every header that any operation wants."""
    kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
    headers = [f"Authorization: Bearer {token}", "If-Match: *", f"Idempotency-Key: {uuid.uuid4()}"]
    headers += [f"Content-Type: {kind}"] * bool(body) + [f"X-Test-Now: {now}"] * bool(now)
    if method == "GET":
        del headers[1:3]
    return request(method, path, *headers, body=body)


class Wire:
    """One kept connection."""

    def __init__(self, server):
        self.socket = connect(server)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        return read_response(self.socket)


class Load:
    """The account reads something else, one time after the other, on a connection of its own."""

    def __init__(self, server):
        self.server, self.data, self.is_over = server, None, False
        self.thread = threading.Thread(target=self.run)

    def read(self, data):
        self.data = data
        if not self.thread.ident:
            self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.is_over = True
        if self.thread.ident:
            self.thread.join(60)

    def run(self):
        with Wire(self.server) as wire:
            while not self.is_over:
                wire.send(self.data)
                answer = wire.receive()
                assert answer.status == 200, answer.data


class Measure:
    """Takes the two samples of one act. `alpha`: how unlikely it must be that one clock made both; `pairs`: at least, and at most; more
    than at least only within so many seconds."""

    def __init__(self, server, alpha, pairs, patience_s=math.inf):
        self.server, self.alpha, self.pairs, self.patience_s = server, alpha, pairs, patience_s

    def tells(self, act, way):
        """Whether somebody who has a clock can tell the sides apart: twice, the second time with fresh samples. In words, or None."""
        for _ in range(2):
            met, unmet = self.take(act, way)
            chance = kolmogorov_smirnov(met, unmet)
            if chance >= self.alpha:
                assert math.isfinite(self.patience_s) or self.is_sharp(unmet), f"{act.name} {way}: too busy a machine to tell"
                return None
        return f"{act.name} {way}: {middle(met):.2f} ms with, {middle(unmet):.2f} without, p = {chance:.0e} ({len(met)} pairs)"

    def take(self, act, way):
        """(seconds with, seconds without): each pair from the state that the act asks for, in an order of chance. As many
        as it takes to find a millisecond in them, which their spread alone decides."""
        samples = {True: [], False: []}
        act.begin()
        until = time.monotonic() + self.patience_s
        with Wire(self.server) as wire, Wire(self.server) as second, Load(self.server) as load:
            for number in range(self.pairs[1] // TURN):
                act.take_turn(number)
                for place in range(-1, TURN):
                    act.arrange()
                    for is_met in random.sample((True, False), 2):
                        took = self.once(act, way, is_met, (wire, second), load)
                        if place >= 0:  # the first one plans
                            samples[is_met].append(took)
                is_even = number % 2 == 1 and len(samples[False]) >= self.pairs[0]
                if is_even and (time.monotonic() > until or self.is_sharp(samples[False])):
                    break
        act.end()
        return samples[True], samples[False]

    def is_sharp(self, sample):
        """Whether a millisecond more would be found, with room to spare."""
        return kolmogorov_smirnov(sample, [took + MILLISECOND for took in sample]) < self.alpha / 100

    def once(self, act, way, is_met, wires, load):
        if way == "busy":
            load.read(act.other_read(is_met))
        data = [act.request(is_met)] + [act.request_beside(is_met)] * (way == "together")
        began = time.perf_counter()
        for wire, bytes_ in reversed(list(zip(wires, data, strict=False))):
            wire.send(bytes_)
        answers = [wires[0].receive()]
        took = time.perf_counter() - began
        answers += [wire.receive() for wire in wires[1 : len(data)]]
        for answer in answers:
            assert answer.status in act.statuses(way), (act.name, is_met, answer.data)
        return took


def middle(seconds):
    """The median, in milliseconds."""
    return 1000 * sorted(seconds)[len(seconds) // 2]
