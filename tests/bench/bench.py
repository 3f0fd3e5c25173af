# SPDX-License-Identifier: MIT
"""Ratios against `pgbench -M prepared` that runs the same statements in the same pipeline, in one run on one machine.

Reads, lists and writes go through everything a real request goes through: token, contract, row level security, audit.
pgbench's scripts are made from the very statement files that the server carries."""

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "sql")]

import httpx  # noqa: E402
import page  # noqa: E402
from harness.cluster import POSTGRES_BIN, Cluster, as_postgres  # noqa: E402
from harness.contract import Contract  # noqa: E402
from harness.server import Server  # noqa: E402
from harness.tokens import ISSUER, Key, claims  # noqa: E402

COORDINATOR = "00000000-0000-4000-8000-000000000004"
PARTICIPANTS, ACCOUNTS, SEATS = (f"{kind}-0000-4000-8000-" for kind in ("0000000b", "0000000a", "00000010"))
BASE = 100000000000  # the last part of an id is this and a number
PEERS = 1000  # fewer than tokens are remembered
SEATS_A_SECOND = 5000  # more than anybody fills
STATEMENTS = ROOT / "sql" / "statements"
CONNECTIONS = 32
DEEP = 50_000  # of the 100,000 who wait
POPULATE = Path(__file__).with_name("populate.sql")
OFFER_SEATS = Path(__file__).with_name("seats.sql")
MERGE_PATCH = "application/merge-patch+json"


def statement(operation):
    """What PostgreSQL is given, and the keyset before a list's first row."""
    file = next(f for f in STATEMENTS.glob("*/*.sql") if operation in (f"{f.parent.name}_{f.stem}", f"{f.parent.name}/{f.stem}"))
    text, after = page.statement(file)
    return re.sub(r"--[^\n]*", "", text).strip().rstrip(";"), after


class Case:
    """One operation, asked for objects drawn at random (or each once, in turn), by a coordinator or by the peers it is about."""

    def __init__(self, name, operation, method, path, target, body=None, query=None, ids="", draw="random", role="coordinator"):
        self.name, self.operation, self.method, self.path, self.target = name, operation, method, path, target
        self.body, self.query, self.ids, self.draw, self.role = body, query or {}, ids, draw, role

    def path_to(self, n):
        # Not in a cursor, which may spell anything.
        return self.path.replace("ID", f"{self.ids}{BASE + n}") if self.ids else self.path

    def script(self, count):
        """The pipeline of one request, as pgbench runs it."""
        context, _ = statement("kernel/context")
        subject = f"('{ACCOUNTS}' || :n)" if self.role == "peer" else ":subject"
        for number, value in enumerate((":issuer", subject, ":role", ":language", ":request_id", "null", ":operation"), 1):
            context = re.sub(rf"\${number}\b", value, context)
        main, _ = statement(self.operation)
        drawn = f"({BASE} + nextval('bench.turn'))" if self.draw == "turn" else ":n"
        path_id = f"('{self.ids}' || {drawn})" if self.ids else "null::text"
        body = "null::jsonb" if self.body is None else "(:body)::jsonb"
        values = (path_id, "null::text", "(:query)::jsonb", body, "null::int[]", "null::jsonb")
        for number, value in enumerate(values, 1):
            main = re.sub(rf"\${number}\b", lambda _, value=value: value, main)
        highest, step = (PEERS, count // PEERS) if self.role == "peer" else (count, 1)
        return f"\\set n {BASE} + {step} * random(1, {highest})\n\\startpipeline\n{context};\n{main};\n\\endpipeline\n"

    def variables(self):
        """What the server sends as parameters is a parameter here too."""
        return {
            "issuer": ISSUER,
            "subject": COORDINATOR,
            "role": self.role,
            "language": "both",
            "request_id": COORDINATOR,
            "operation": self.operation,
            "query": json.dumps({"limit": 25, "after": statement(self.operation)[1]} | self.query),
            "body": json.dumps(self.body),
        }

    def settings(self):
        """The lane's: reads do not wait for the disk that takes their audit row."""
        return "-c jit=off -c synchronous_commit=" + ("off" if self.method == "GET" else "on")


EVERYDAY = [
    Case("read", "participants_read", "GET", "/v1/participants/ID", 0.5, ids=PARTICIPANTS),
    Case("list", "referrals_list", "GET", "/v1/referrals", 0.6),
    Case("write", "participants_update", "PATCH", "/v1/participants/ID", 0.5, body={"preferred_language": "fr"}, ids=PARTICIPANTS),
    Case("home of a peer", "homes_read", "GET", "/v1/participants/ID/home", 0.5, ids=PARTICIPANTS, role="peer"),
]
WAITING = Case("waiting list", "waiting_people_list", "GET", "/v1/waiting-people", 0.6)
ACCEPT = Case("accept", "enrolments_accept", "POST", "/v1/enrolments/ID/accept", 0.5, ids=SEATS, draw="turn")


def run_pgbench(cluster, database, case, script, seconds):
    with tempfile.NamedTemporaryFile("w", suffix=".sql", dir="/tmp") as file:
        file.write(script)
        file.flush()
        os.chmod(file.name, 0o644)
        result = subprocess.run(
            [POSTGRES_BIN / "pgbench", "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "2", "-T", str(seconds)]
            + [f"-D{name}={value}" for name, value in case.variables().items()]
            + ["-h", cluster.root, "-U", "alongside_api", "-f", file.name, database],
            capture_output=True,
            text=True,
            cwd="/",
            env=os.environ | {"PGOPTIONS": case.settings()},
            timeout=seconds + 60,
            **as_postgres(),
        )
    found = re.search(r"tps = ([\d.]+)", result.stdout)
    if result.returncode != 0 or not found:
        raise RuntimeError(f"pgbench {case.name}: {result.stdout}{result.stderr}")
    return float(found[1])


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run_wrk(server, case, count, tokens, seconds):
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(tokens[case.role]))
        file.flush()
        arguments = [case.method, case.path, case.ids, case.draw, str(count), file.name]
        if case.body is not None:
            arguments.append(json.dumps(case.body))
        before = cpu_seconds(server.process.pid)
        result = subprocess.run(
            ["wrk", "-t", "2", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "--timeout", "10s"]
            + ["-s", Path(__file__).with_name("request.lua"), server.url, "--", *arguments],
            capture_output=True,
            text=True,
            timeout=seconds + 60,
        )
    used = cpu_seconds(server.process.pid) - before
    found = re.search(r"^JSON (.*)$", result.stdout, re.M)
    if not found:
        raise RuntimeError(f"wrk {case.name}: {result.stdout}{result.stderr}")
    numbers = json.loads(found[1])
    if numbers["bad"]:
        raise RuntimeError(f"wrk {case.name}: {numbers['bad']} of {numbers['requests']} answers were not 200")
    return numbers | {"rate": numbers["requests"] / numbers["seconds"], "cpu_us": used * 1e6 / max(1, numbers["requests"])}


def make_models(server, token, contract):
    """One referral and one participant through the API, with sealed values that SQL can then copy."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "bench", "If-Match": "*"}
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
        inquiry = contract.example("referrals_create")
        inquiry.pop("received_at", None)
        referral = client.post("/v1/referrals", json=inquiry).raise_for_status().json()["id"]
        person = contract.example("participants_create") | {"alias": "Bench model"}
        participant = client.post("/v1/participants", json=person).raise_for_status().json()["id"]
        needs = {"accessibility_needs": "Captions, and a pause after half an hour"}
        client.patch(f"/v1/participants/{participant}", json=needs).raise_for_status()
    return ("-v", f"prefix={PARTICIPANTS}", "-v", f"referral={referral}", "-v", f"participant={participant}")


def check_case(server, case, count, tokens):
    """One by hand first: a benchmark of errors is none."""
    headers = {"Authorization": f"Bearer {tokens[case.role][-1]}"}
    if case.method != "GET":
        headers |= {"If-Match": "*", "Content-Type": MERGE_PATCH}
    content = None if case.body is None else json.dumps(case.body)
    response = httpx.request(case.method, server.url + case.path_to(count), headers=headers, content=content, trust_env=False)
    if response.status_code != 200:
        raise RuntimeError(f"{case.name}: {response.status_code} {response.text[:500]}")
    if not case.ids and len(response.json()["data"]) != 25:
        raise RuntimeError(f"{case.name} has fewer than 25 entries")
    if case.role == "peer" and len(response.json()["next_sessions"]) != 7:
        raise RuntimeError(f"{case.name} does not show the seven sessions to come")


def deep_page(server, token, cluster, database):
    """A page far down the waiting list, asked for by the cursor that leads there."""
    with httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}, trust_env=False) as client:
        parameters = {"limit": 100}
        for _ in range(DEEP // 100):
            page = client.get(WAITING.path, params=parameters).raise_for_status().json()
            parameters = {"limit": 100, "cursor": page["page"]["next_cursor"]}
    keyset = cluster.psql(
        database,
        f"select json_build_object('at', waiting_since, 'id', intake_id) from alongside.waiting_people"
        f" where service = '' and intake_id = '{page['data'][-1]['intake_id']}'",
    )
    query = {"after": json.loads(keyset)}
    return Case(f"waiting list, {DEEP:,} down", WAITING.operation, "GET", f"{WAITING.path}?cursor={parameters['cursor']}", 0.6, query=query)


def measure_start(server, token):
    """Milliseconds from exec to the first answer that went through the database."""
    server.process.terminate()
    server.process.wait()
    started = time.monotonic()
    server.start(wait=False)
    request = f"GET /v1/referrals?limit=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n".encode()
    while True:
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
                connection.sendall(request)
                if connection.recv(65536).startswith(b"HTTP/1.1 200"):
                    return (time.monotonic() - started) * 1000
        except OSError:
            pass
        if server.process.poll() is not None or time.monotonic() - started > 30:
            raise RuntimeError(f"the server does not start:\n{server.log_text()[-2000:]}")
        time.sleep(0.002)


def measure_idle(server):
    """MiB resident with 1,000 connections that each have asked once and now wait."""
    crowd = []
    try:
        for _ in range(1000):
            connection = socket.create_connection(("127.0.0.1", server.port), timeout=10)
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            connection.recv(65536)
            crowd.append(connection)
        return server.resident_kib() / 1024
    finally:
        for connection in crowd:
            connection.close()


def row(name, value, target, good):
    print(f"  {name:<54} {value:>10}   {target:<14} {('reached' if good else 'NOT reached') if target else ''}", flush=True)


def measure(server, cluster, database, case, count, tokens, seconds):
    """Against the same statements in the same pipeline."""
    check_case(server, case, count, tokens)
    run_wrk(server, case, count, tokens, 1)  # warm
    run_pgbench(cluster, database, case, case.script(count), 1)
    ours = run_wrk(server, case, count, tokens, seconds)
    theirs = run_pgbench(cluster, database, case, case.script(count), seconds)
    return report(case, ours, theirs)


def report(case, ours, theirs):
    ratio, spread = ours["rate"] / theirs, ours["p99_ms"] / max(ours["p50_ms"], 0.001)
    row(f"{case.name}: {ours['rate']:.0f}/s, pgbench {theirs:.0f}/s", f"{ratio:.2f}", f">= {case.target}", ratio >= case.target)
    is_read = case.name == "read"
    row(f"{case.name}: server CPU a request", f"{ours['cpu_us']:.0f} us", "<= 45" if is_read else "", not is_read or ours["cpu_us"] <= 45)
    row(f"{case.name}: p50 {ours['p50_ms']:.2f} ms, p99 {ours['p99_ms']:.2f} ms", f"{spread:.1f} x", "<= 6 x", spread <= 6)
    return ours["rate"]


def await_quiet(cluster, database):
    """What wrk has asked for and no longer waits for ends first."""
    busy = "select count(*) from pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()"
    deadline = time.monotonic() + 30
    while cluster.psql(database, busy) != "0\n":
        if time.monotonic() > deadline:
            raise RuntimeError("the database does not come to rest")
        time.sleep(0.05)


def measure_seats(server, cluster, database, models, tokens, seconds):
    """All connections on four groups of eight seats at a time, so that most wait for a lock. Each run begins with the same offers."""
    seats = SEATS_A_SECOND * seconds
    again = ("-v", f"seats={seats}", *models)
    cluster.psql(database, OFFER_SEATS.read_text(), *again)
    ours = run_wrk(server, ACCEPT, seats, tokens, seconds)
    await_quiet(cluster, database)
    taken = int(cluster.psql(database, f"select count(*) from alongside.enrolments where state = 'confirmed' and id::text like '{SEATS}%'"))
    if not ours["requests"] <= taken <= ours["requests"] + CONNECTIONS:
        raise RuntimeError(f"{ours['requests']} accepted, {taken} seats taken")
    cluster.psql(database, OFFER_SEATS.read_text(), *again)
    theirs = run_pgbench(cluster, database, ACCEPT, ACCEPT.script(seats), seconds)
    cluster.psql(database, OFFER_SEATS.read_text(), *again)
    by_hand = f"select bench.accept(nextval('bench.turn'), '{COORDINATOR}');\n"
    by_hand = run_pgbench(cluster, database, ACCEPT, by_hand, seconds)
    rate = report(ACCEPT, ours, theirs)
    row(f"{ACCEPT.name}: by hand {by_hand:.0f} seats/s", f"{rate / by_hand:.2f}", "", True)
    return rate


def run_scale(cluster, binary, count, parts, seconds, key, directory):
    database = cluster.create_database()
    print(f"\n{count:,} participants, {count * 4 // 5:,} of them wait for a seat", flush=True)
    started = time.monotonic()
    settings = {"clock_header": "", "connection_timeout_s": 60, "worker": False}
    server = Server(binary, cluster, database, key, directory / f"server-{count}.log", **settings)
    tokens = {
        "coordinator": [key.sign(claims(COORDINATOR, "coordinator"))],
        "peer": [key.sign(claims(f"{ACCOUNTS}{BASE + n}", "peer")) for n in range(count // PEERS, count + 1, count // PEERS)],
    }
    token = tokens["coordinator"][0]
    models = make_models(server, token, Contract(binary.parent / "openapi" / "openapi.json"))
    rates = {}
    try:
        cluster.psql(database, POPULATE.read_text(), "-v", f"count={count}", *models)
        cluster.psql(database, "vacuum analyze;")
        print(f"  (made in {time.monotonic() - started:.0f} s)", flush=True)
        if "everyday" in parts:
            starts = sorted(measure_start(server, token) for _ in range(5))
            row("start to first answer, median of 5", f"{starts[2]:.0f} ms", "<= 300 ms", starts[2] <= 300)
            for case in EVERYDAY:
                rates[case.name] = measure(server, cluster, database, case, count, tokens, seconds)
        if "placement" in parts:
            for case in (WAITING, deep_page(server, token, cluster, database)):
                rates[case.name] = measure(server, cluster, database, case, count, tokens, seconds)
            rates[ACCEPT.name] = measure_seats(server, cluster, database, models, tokens, seconds)
        if "everyday" in parts:
            idle = measure_idle(server)
            row("resident with 1,000 idle connections", f"{idle:.0f} MiB", "<= 64 MiB", idle <= 64)
        server.stop()
    finally:
        if server.process.poll() is None:
            server.kill()
    cluster.drop_database(database)
    return rates


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--seconds", type=int, default=6, help="of each measured run")
    parser.add_argument("--large", action="store_true", help="also with 1,000,000 participants")
    options = parser.parse_args()
    binary = (ROOT / options.build / "alongside").resolve()
    key = Key("ES256")
    print(f"{CONNECTIONS} connections, {os.cpu_count()} cores, {options.seconds} s a run")
    print("ratio = requests a second over pgbench's transactions a second; on a busy machine only ratios mean anything")
    cluster = Cluster(binary, fast=False, settings={"shared_buffers": "512MB", "max_wal_size": "4GB"})
    try:
        cluster.make_template()
        with tempfile.TemporaryDirectory() as directory:
            arguments = (options.seconds, key, Path(directory))
            small = run_scale(cluster, binary, 10_000, {"everyday"}, *arguments)
            small |= run_scale(cluster, binary, 125_000, {"placement"}, *arguments)
            if options.large:
                large = run_scale(cluster, binary, 1_000_000, {"everyday", "placement"}, *arguments)
                print("\n1,000,000 participants against fewer")
                for name, rate in large.items():
                    row(name, f"{rate / small[name]:.2f}", ">= 0.8", rate / small[name] >= 0.8)
    finally:
        cluster.destroy()


if __name__ == "__main__":
    main()
