# SPDX-License-Identifier: MIT
"""What each operation may cost, in budgets.json, and how that is measured: on a small database, one request after another.

    buffers, wal_bytes   of PostgreSQL, a request
    plans                statements planned a request, on connections that have seen the operation before
    statements           that the server sends for a request
    postgres_us          CPU of the server's backends; server_us: of the server itself

The first four are counted and hardly vary. CPU is compared with that of one fixed statement (by_hand/read.sql), run in turn with the
requests, and written in the µs of a machine on which that takes reference_us, about what it takes on two quiet cores: a machine that is
slow, or busy with something else, is slow for both."""

import http.client
import json
import os
import re
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path

import psycopg
from cases import (
    ACCEPT,  # fmt: skip
    ACCOUNTS,
    BASE,
    BY_HAND,
    COORDINATOR,
    HOME,
    HOME_OF_FIVE,
    LIST,
    NOTICES,
    OFFERED,
    OFFERED_AGAIN,
    READ,
    TAKE,
    WAITING,
    WRITE,
)
from harness.cluster import Cluster
from harness.contract import Contract
from harness.server import Server
from harness.tokens import Key, claims
from meter import cpu_seconds
from world import make_models, populate

FILE = Path(__file__).with_name("budgets.json")
OFFER_SEATS, FREE_PLACES = (Path(__file__).with_name(f"{name}.sql") for name in ("seats", "places"))
CASES = (READ, LIST, WRITE, HOME, WAITING, NOTICES, ACCEPT, HOME_OF_FIVE, OFFERED, OFFERED_AGAIN, TAKE)
TOLERANCE = 1.3
COUNTED = ("buffers", "wal_bytes", "plans", "statements")
CPU = ("postgres_us", "server_us")
COUNT, WARM, ROUNDS, REQUESTS = 2000, 60, 8, 50
PEERS = 50
SEATS = 50 + ROUNDS * REQUESTS + WARM
SETTINGS = {
    "shared_preload_libraries": "'pg_stat_statements'",
    "pg_stat_statements.track": "all",
    "pg_stat_statements.track_planning": "on",
    "autovacuum": "off",
}
# Of everybody but those who arrange and compare; what is nested is already in the buffers of what encloses it.
USED = """
select
    sum(s.shared_blks_hit + s.shared_blks_read) filter (where s.toplevel) as buffers,
    sum(s.wal_bytes) filter (where s.toplevel) as wal_bytes,
    sum(s.plans) as plans,
    sum(s.calls) filter (where s.toplevel) as statements
from pg_stat_statements s
join pg_database d on d.oid = s.dbid and d.datname = current_database()
join pg_roles r on r.oid = s.userid
where r.rolname not in ('postgres', 'peer_app') and s.queryid <> all (%s)"""


class Bench:
    """A server, a database with people, somebody who looks at it and somebody who runs the reference."""

    def __init__(self, cluster, binary, directory):
        self.cluster, self.key, self.turns = cluster, Key("ES256"), Counter()
        database = cluster.create_database()
        log = Path(directory) / "log"
        # One connection a lane: what is planned once is planned in the first requests.
        lanes = {"read_connections": 1, "write_connections": 1}
        self.server = Server(binary, cluster, database, self.key, log, clock_header="", **lanes)
        self.tokens = {None: self.key.sign(claims(COORDINATOR, "coordinator"))}
        models = make_models(self.server, self.tokens[None], Contract(binary.parent / "openapi" / "openapi.json"))
        populate(cluster, database, COUNT, models)
        cluster.psql(database, OFFER_SEATS.read_text(), "-v", f"seats={SEATS}", *models)
        chats = ("-v", f"places={SEATS}", "-v", f"peers={PEERS}", "-v", f"step={COUNT // PEERS}")
        cluster.psql(database, FREE_PLACES.read_text(), *chats, *models)
        cluster.psql(database, "create extension pg_stat_statements schema public; vacuum analyze;")
        self.looking = psycopg.connect(cluster.url(database), autocommit=True)
        settings = "-c plan_cache_mode=force_generic_plan -c synchronous_commit=off -c jit=off"
        self.reference = psycopg.connect(cluster.url(database, "peer_app"), autocommit=True, options=settings)
        self.statement = re.sub(r"(?<!:):(\w+)", r"%(\1)s", re.sub(r"--[^\n]*\n", "", (BY_HAND / "read.sql").read_text()))
        self.at_rest = self.asked_at_rest()
        self.http = http.client.HTTPConnection("127.0.0.1", self.server.port)

    def close(self):
        for open_one in (self.http, self.looking, self.reference):
            open_one.close()
        self.server.stop()

    def asked_at_rest(self):
        """What the server asks by itself, by the clock: no request's."""
        self.looking.execute("select pg_stat_statements_reset()")
        time.sleep(1)
        return [queryid for (queryid,) in self.looking.execute("select distinct queryid from pg_stat_statements")]

    def request(self, case, n):
        if case.draw == "turn":
            self.turns[case.name] += 1
            n = self.turns[case.name]
        account = None
        if case.role == "peer":
            number = COUNT // PEERS * (1 + n % PEERS)
            account = f"{ACCOUNTS}{case.base + number}"
            n = n if case.draw == "turn" else number
            if account not in self.tokens:
                self.tokens[account] = self.key.sign(claims(account, "peer"))
        body = None if case.body is None else json.dumps(case.body)
        self.http.request(case.method, case.path_to(n), body, case.headers(self.tokens[account]))
        response = self.http.getresponse()
        text = response.read()
        if response.status != case.status:
            raise RuntimeError(f"{case.name}: {response.status} {text[:300]}")
        case.answered(response.headers)

    def backends(self):
        pids = self.looking.execute("select pid from pg_stat_activity where usename = 'alongside_api'")
        return sum(cpu_seconds(pid) for (pid,) in pids)

    def refer(self, n):
        self.reference.execute(self.statement, READ.variables() | {"n": str(BASE + 1 + n)}, prepare=True)

    def cpu(self):
        return cpu_seconds(self.reference.info.backend_pid), self.backends(), cpu_seconds(self.server.process.pid)

    def measure_round(self, case):
        """CPU in µs a request of (reference, backends, server), a request and a reference in turn."""
        before = self.cpu()
        for n in range(REQUESTS):
            self.request(case, 1 + n)
            self.refer(n)
        return [(b - a) * 1e6 / REQUESTS for a, b in zip(before, self.cpu(), strict=True)]

    def measure(self, case):
        for n in range(WARM):
            self.request(case, 1 + n)
            self.refer(n)
        self.looking.execute("select pg_stat_statements_reset()")
        rounds = [self.measure_round(case) for _ in range(ROUNDS)]
        used = self.looking.execute(USED, (self.at_rest,)).fetchone()
        counted = {name: round(float(value) / ROUNDS / REQUESTS, 2) for name, value in zip(COUNTED, used, strict=True)}
        return {"counted": counted, "rounds": rounds}


def measure_all(binary):
    """By name of the operation: what was counted, and the rounds of measure_round()."""
    seed = os.environ.get("TEST_CLUSTER_SEED")
    cluster = Cluster(binary, settings=SETTINGS, seed=seed)
    try:
        if not seed:
            cluster.make_template()
        with tempfile.TemporaryDirectory() as directory:
            bench = Bench(cluster, binary, directory)
            try:
                return {case.name: bench.measure(case) for case in CASES}
            finally:
                bench.close()
    finally:
        cluster.destroy()


def scaled(measured, reference_us):
    """CPU in µs of a machine on which the reference costs reference_us, by the median round."""
    ratios = zip(*((backends / reference, server / reference) for reference, backends, server in measured["rounds"]), strict=True)
    return {name: statistics.median(ratio) * reference_us for name, ratio in zip(CPU, ratios, strict=True)}


def exceeded(measured, budget, names, reference_us):
    """A sentence for each thing that costs more than it may."""
    costs = measured["counted"] | scaled(measured, reference_us)
    return [
        f"{name}: {costs[name]:,.2f} is {'more than' if not budget[name] else f'{costs[name] / budget[name]:.2f} times'} {budget[name]:,}"
        for name in names
        if costs[name] > TOLERANCE * budget[name]
    ]


def load():
    return json.loads(FILE.read_text())


def refresh(binary):
    """Measures and writes the file; prints what it was and what it is."""
    kept = load()
    reference_us, old = kept["reference_us"], kept["operations"]
    measured = measure_all(binary)
    new = {}
    for name, costs in measured.items():
        cpu = {field: round(value) for field, value in scaled(costs, reference_us).items()}
        new[name] = cpu | costs["counted"]
        print(f"  {name}: " + ", ".join(f"{field} {old.get(name, {}).get(field, '-')} -> {value}" for field, value in new[name].items()))
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(costs)}" for name, costs in new.items())
    FILE.write_text(f'{{\n  "reference_us": {reference_us},\n  "operations": {{\n{lines}\n  }}\n}}\n')
