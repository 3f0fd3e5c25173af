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
sys.path.insert(0, str(ROOT / "tests"))

import httpx  # noqa: E402
from harness.cluster import POSTGRES_BIN, Cluster, as_postgres  # noqa: E402
from harness.contract import Contract  # noqa: E402
from harness.server import Server  # noqa: E402
from harness.tokens import ISSUER, Key, claims  # noqa: E402

COORDINATOR = "00000000-0000-4000-8000-000000000004"
PREFIX = "0000000b-0000-4000-8000-"
STATEMENTS = ROOT / "sql" / "statements"
CONNECTIONS = 32
POPULATE = Path(__file__).with_name("populate.sql")
TARGETS = {"read": 0.5, "list": 0.6, "write": 0.5}


def statement(operation, domain):
    text = (STATEMENTS / domain / f"{operation.removeprefix(domain + '_')}.sql").read_text()
    return re.sub(r"--[^\n]*", "", text).strip().rstrip(";")


class Case:
    def __init__(self, name, operation, domain, method, path, body=None, query=None, has_id=False):
        self.name, self.operation, self.domain, self.method, self.path = name, operation, domain, method, path
        self.body, self.query, self.has_id = body, query, has_id

    def script(self, count):
        """The pipeline of one request, as pgbench runs it."""
        context = (STATEMENTS / "kernel" / "context.sql").read_text()
        context = re.sub(r"--[^\n]*", "", context).strip().rstrip(";")
        for number, value in enumerate((":issuer", ":subject", ":role", ":language", ":request_id", "null", ":operation"), 1):
            context = re.sub(rf"\${number}\b", value, context)
        main = statement(self.operation, self.domain)
        path_id = f"('{PREFIX}' || :n)" if self.has_id else "null::text"
        body = "null::jsonb" if self.body is None else "(:body)::jsonb"
        values = (path_id, "null::text", "(:query)::jsonb", body, "null::int[]", "null::jsonb")
        for number, value in enumerate(values, 1):
            main = re.sub(rf"\${number}\b", lambda _, value=value: value, main)
        low, high = 100000000001, 100000000000 + count
        return f"\\set n random({low}, {high})\n\\startpipeline\n{context};\n{main};\n\\endpipeline\n"

    def variables(self):
        """What the server sends as parameters is a parameter here too."""
        return {
            "issuer": ISSUER,
            "subject": COORDINATOR,
            "role": "coordinator",
            "language": "both",
            "request_id": COORDINATOR,
            "operation": self.operation,
            "query": json.dumps(self.query or {}),
            "body": json.dumps(self.body),
        }

    def settings(self):
        """The lane's: reads do not wait for the disk that takes their audit row."""
        return "-c synchronous_commit=" + ("off" if self.method == "GET" else "on")


CASES = [
    Case("read", "participants_read", "participants", "GET", "/v1/participants/ID", has_id=True),
    Case("list", "referrals_list", "referrals", "GET", "/v1/referrals", query={"limit": 25}),
    Case(
        "write",
        "participants_update",
        "participants",
        "PATCH",
        "/v1/participants/ID",
        body={"preferred_language": "fr"},
        has_id=True,
    ),
]


def run_pgbench(cluster, database, case, count, seconds):
    with tempfile.NamedTemporaryFile("w", suffix=".sql", dir="/tmp") as script:
        script.write(case.script(count))
        script.flush()
        os.chmod(script.name, 0o644)
        result = subprocess.run(
            [POSTGRES_BIN / "pgbench", "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "2", "-T", str(seconds)]
            + [f"-D{name}={value}" for name, value in case.variables().items()]
            + ["-h", cluster.root, "-U", "alongside_api", "-f", script.name, database],
            capture_output=True,
            text=True,
            cwd="/",
            env=os.environ | {"PGOPTIONS": case.settings()},
            **as_postgres(),
        )
    found = re.search(r"tps = ([\d.]+)", result.stdout)
    if result.returncode != 0 or not found:
        raise RuntimeError(f"pgbench {case.name}: {result.stdout}{result.stderr}")
    return float(found[1])


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run_wrk(server, case, count, token, seconds):
    arguments = [case.method, case.path, PREFIX if case.has_id else "", str(count), token]
    if case.body is not None:
        arguments.append(json.dumps(case.body))
    before = cpu_seconds(server.process.pid)
    result = subprocess.run(
        ["wrk", "-t", "2", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "--timeout", "10s"]
        + ["-s", Path(__file__).with_name("request.lua"), server.url, "--", *arguments],
        capture_output=True,
        text=True,
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
    return ("-v", f"referral={referral}", "-v", f"participant={participant}")


def check_cases(server, token, count):
    """One of each by hand first: a benchmark of errors is none."""
    headers = {"Authorization": f"Bearer {token}"}
    for case in CASES:
        path = case.path.replace("ID", f"{PREFIX}{100000000000 + count // 2}")
        more = {"If-Match": "*", "Content-Type": "application/merge-patch+json"} if case.method != "GET" else {}
        content = None if case.body is None else json.dumps(case.body)
        response = httpx.request(case.method, server.url + path, headers=headers | more, content=content, trust_env=False)
        if response.status_code != 200:
            raise RuntimeError(f"{case.name}: {response.status_code} {response.text[:500]}")
        if case.name == "list" and len(response.json()["data"]) != 25:
            raise RuntimeError("the list has fewer than 25 entries")


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
    print(f"  {name:<46} {value:>14}   {target:<14} {'reached' if good else 'NOT reached'}", flush=True)


def run_scale(cluster, binary, template, count, seconds, key, directory):
    database = cluster.create_database(template)
    print(f"\n{count:,} participants", flush=True)
    started = time.monotonic()
    settings = {"clock_header": "", "connection_timeout_s": 60, "worker": False}
    server = Server(binary, cluster, database, key, directory / f"server-{count}.log", **settings)
    token = key.sign(claims(COORDINATOR, "coordinator"))
    contract = Contract(binary.parent / "openapi" / "openapi.json")
    models = make_models(server, token, contract)
    cluster.psql(database, POPULATE.read_text(), "-v", f"count={count}", "-v", f"prefix={PREFIX}", *models)
    cluster.psql(database, "vacuum analyze;")
    print(f"  (made in {time.monotonic() - started:.0f} s)", flush=True)
    rates = {}
    try:
        check_cases(server, token, count)
        starts = sorted(measure_start(server, token) for _ in range(5))
        row("start to first answer, median of 5", f"{starts[2]:.0f} ms", "<= 300 ms", starts[2] <= 300)
        for case in CASES:
            run_wrk(server, case, count, token, 1)  # warm
            run_pgbench(cluster, database, case, count, 1)
            ours = run_wrk(server, case, count, token, seconds)
            theirs = run_pgbench(cluster, database, case, count, seconds)
            ratio, spread = ours["rate"] / theirs, ours["p99_ms"] / max(ours["p50_ms"], 0.001)
            rates[case.name] = ours["rate"]
            row(
                f"{case.name}: {ours['rate']:.0f}/s, pgbench {theirs:.0f}/s",
                f"{ratio:.2f}",
                f">= {TARGETS[case.name]}",
                ratio >= TARGETS[case.name],
            )
            cpu_target = "<= 45" if case.name == "read" else ""
            row(
                f"{case.name}: server CPU a request",
                f"{ours['cpu_us']:.0f} us",
                cpu_target,
                case.name != "read" or ours["cpu_us"] <= 45,
            )
            row(f"{case.name}: p50 {ours['p50_ms']:.2f} ms, p99 {ours['p99_ms']:.2f} ms", f"{spread:.1f} x", "<= 6 x", spread <= 6)
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
    print("ratio = requests a second over pgbench's transactions a second")
    cluster = Cluster(binary, fast=False, settings={"shared_buffers": "512MB", "max_wal_size": "4GB"})
    try:
        cluster.make_template()
        with tempfile.TemporaryDirectory() as directory:
            arguments = (options.seconds, key, Path(directory))
            small = run_scale(cluster, binary, "alongside_template", 10_000, *arguments)
            if options.large:
                large = run_scale(cluster, binary, "alongside_template", 1_000_000, *arguments)
                print("\n1,000,000 against 10,000 participants")
                for name, rate in large.items():
                    row(name, f"{rate / small[name]:.2f}", ">= 0.8", rate / small[name] >= 0.8)
    finally:
        cluster.destroy()


if __name__ == "__main__":
    main()
