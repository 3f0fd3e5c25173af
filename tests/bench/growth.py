# SPDX-License-Identifier: MIT
"""What growth costs: 10,000 people beside 1,000,000 with ten million audit events, in one cluster and one run. The two are asked in turn,
and a ratio is that of two runs beside each other: what else the machine does meets both."""

import statistics
import time
from pathlib import Path

import psycopg
from cases import ACCEPT, BASE, EVERYDAY, WAITING, tokens_of
from harness.contract import Contract
from harness.server import Server
from meter import await_quiet, run_wrk
from world import make_models, populate

HERE = Path(__file__).parent
SMALL, LARGE = 10_000, 1_000_000
EVENTS, MONTHS = 10_000_000, 20
ROUNDS = 5
WANTED = 0.85
SEATS = 8000  # all of the few who wait; more than a run fills


class Scale:
    """A server over a database of so many people."""

    def __init__(self, cluster, binary, count, key, directory):
        self.cluster, self.count = cluster, count
        self.database = cluster.create_database()
        settings = {"clock_header": "", "account_limits": "", "connection_timeout_s": 60, "worker": False}
        self.server = Server(binary, cluster, self.database, key, directory / f"server-{count}.log", **settings)
        self.key = key
        self.sign()
        self.models = make_models(self.server, self.tokens["coordinator", BASE][0], Contract(binary.parent / "openapi" / "openapi.json"))

    def sign(self):
        """Filling takes longer than tokens last."""
        self.tokens = tokens_of(self.key, self.count)

    def fill(self, events):
        started = time.monotonic()
        populate(self.cluster, self.database, self.count, self.models, by_hand=False)
        people_s = time.monotonic() - started
        if events:
            script = (HERE / "audit.sql").read_text()
            given = {"rows": events, "months": MONTHS, "people": self.count}
            self.cluster.psql(self.database, script, *(f"-v{name}={value}" for name, value in given.items()))
        size = self.cluster.psql(self.database, "select pg_size_pretty(pg_database_size(current_database()))").strip()
        print(
            f"{self.count:,} people in {people_s:.0f} s, {events:,} events in {time.monotonic() - started - people_s:.0f} s, {size}",
            flush=True,
        )

    def rate(self, case, seconds):
        await_quiet(self.cluster, self.database)
        count = self.count
        if case is ACCEPT:
            count = SEATS
            offers, commit, _ = (HERE / "seats.sql").read_text().partition("commit;\n")  # the rest is for what is written by hand
            self.cluster.psql(self.database, offers + commit, "-v", f"seats={count}", *self.models)
        return run_wrk(self.server.url, self.server.process.pid, self.cluster, case, count, self.tokens, seconds)["rate"]

    def link_seconds(self):
        """One round of the worker over a thousand new events, when everything before them is linked."""
        with psycopg.connect(self.cluster.url(self.database), autocommit=True, options="-c search_path=alongside,pg_catalog") as db:
            event = "insert into audit_events (at, role, operation, action, object_type) select now(), 'x', 'x', 'x', 'x' from generate_series(1, 1000)"
            times = []
            for _ in range(12):  # the first plans are for the values at hand
                while db.execute("select audit_link_append()").fetchone()[0]:
                    pass
                db.execute(event)
                started = time.monotonic()
                db.execute("select audit_link_append()")
                times.append(time.monotonic() - started)
            return statistics.median(times[6:])

    def verify_seconds(self):
        with psycopg.connect(self.cluster.url(self.database), autocommit=True, options="-c search_path=alongside,pg_catalog") as db:
            started = time.monotonic()
            ok, checked = db.execute("select ok, checked from audit_link_verify()").fetchone()
            if not ok:
                raise RuntimeError("the chain is broken")
            return time.monotonic() - started, checked


def beside(small, large, case, seconds, turn):
    """The rates of one run each; who is first changes."""
    rates = {scale: scale.rate(case, seconds) for scale in ((small, large) if turn % 2 else (large, small))}
    return rates[small], rates[large]


def compare(cluster, binary, key, directory, seconds, row):
    small, large = (Scale(cluster, binary, count, key, directory) for count in (SMALL, LARGE))
    try:
        small.fill(0)
        large.fill(EVENTS)
        print(f"\nrequests a second of {LARGE:,} people over those of {SMALL:,}: median of {ROUNDS} pairs (lowest to highest)", flush=True)
        for case in (*EVERYDAY, WAITING, ACCEPT):
            for scale in (small, large):
                scale.sign()
            beside(small, large, case, 2, 0)  # warm
            pairs = [beside(small, large, case, seconds, turn) for turn in range(ROUNDS)]
            ratios = sorted(b / a for a, b in pairs)
            rates = [statistics.median(pair[i] for pair in pairs) for i in range(2)]
            ratio = statistics.median(ratios)
            spread = f"{case.name}: {rates[0]:.0f}/s, {rates[1]:.0f}/s ({ratios[0]:.2f} to {ratios[-1]:.2f})"
            row(spread, f"{ratio:.2f}", f">= {WANTED}", ratio >= WANTED)
        few, many = (scale.link_seconds() * 1000 for scale in (small, large))
        row(f"audit: 1,000 events linked in {few:.1f} ms, {many:.1f} ms", f"{few / many:.2f}", "", True)
        seconds, checked = large.verify_seconds()
        row(f"audit: {checked:,} events verified, s", f"{seconds:.0f}", "", True)
    finally:
        for scale in (small, large):
            if scale.server.process.poll() is None:
                scale.server.stop()
