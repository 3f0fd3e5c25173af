# SPDX-License-Identifier: MIT
"""Ratios against `pgbench -M prepared`, in one run on one machine: with the very statement files that the server carries, in the same
pipeline, which shows what C adds; and with one statement written by hand (by_hand/), which shows what the statements cost.

Reads, lists and writes go through everything a real request goes through: token, contract, row level security, audit."""

import argparse
import json
import os
import socket
import tempfile
import time
from pathlib import Path

import budgets
import growth
import httpx
import names
import peers
from cases import ACCEPT, BASE, CHATS, EVERYDAY, OF_FIVE, OFFERED, PEERS, ROOT, SEATS, TAKE, WAITING, Case, tokens_of
from harness.cluster import Cluster
from harness.contract import Contract
from harness.server import Server
from harness.tokens import Key
from meter import CONNECTIONS, WARM, await_quiet, run_pgbench, run_wrk
from world import make_models, populate

SEATS_A_SECOND = 5000  # more than anybody fills
DEEP = 50_000  # of the 100,000 who wait
OFFER_SEATS, FREE_PLACES = (Path(__file__).with_name(f"{name}.sql") for name in ("seats", "places"))


def check_case(server, case, count, tokens):
    """One by hand first: a benchmark of errors is none."""
    content = None if case.body is None else json.dumps(case.body)
    response = httpx.request(
        case.method, server.url + case.path_to(count), headers=case.headers(tokens[case.who][-1]), content=content, trust_env=False)  # fmt: skip
    if response.status_code != 200:
        raise RuntimeError(f"{case.name}: {response.status_code} {response.text[:500]}")
    if not case.ids and len(response.json()["data"]) != 25:
        raise RuntimeError(f"{case.name} has fewer than 25 entries")
    if case.role == "peer" and len(response.json()["next_sessions"]) != (10 if case.base == OF_FIVE else 7):
        raise RuntimeError(f"{case.name} does not show the sessions to come")


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
    path = f"{WAITING.path}?cursor={parameters['cursor']}"
    return Case(f"waiting list, {DEEP:,} down", WAITING.operation, "GET", path, WAITING.aims, WAITING.by_hand, query=query)


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
    print(f"  {name:<66} {value:>8}   {target:<14} {('reached' if good else 'NOT reached') if target else ''}", flush=True)


def aim(name, value, wanted):
    """A ratio that should be high, or a negative cost."""
    text = f"{value:.2f}" if value >= 0 else f"{-value:.0f}"
    target = "" if wanted is None else f">= {wanted}" if wanted >= 0 else f"<= {-wanted}"
    row(name, text, target, wanted is None or value >= wanted)


def measure(server, cluster, database, case, count, tokens, seconds):
    """Against the same statements in the same pipeline, and against one by hand."""
    check_case(server, case, count, tokens)
    run_wrk(server.url, server.process.pid, cluster, case, count, tokens, 1)  # warm
    ours = run_wrk(server.url, server.process.pid, cluster, case, count, tokens, seconds)
    own = run_pgbench(cluster, database, case, case.own_script(count), seconds)
    by_hand = run_pgbench(cluster, database, case, case.hand_script(count), seconds, user="peer_app")
    report(case, ours, own, by_hand)


def report(case, ours, own, by_hand):
    to_own, to_hand, server_us, pg_us = case.aims
    aim(f"{case.name}: {ours['rate']:.0f}/s, its own statements {own['rate']:.0f}/s", ours["rate"] / own["rate"], to_own)
    aim(f"{case.name}: one statement by hand {by_hand['rate']:.0f}/s", ours["rate"] / by_hand["rate"], to_hand)
    aim(f"{case.name}: server CPU a request, us", -ours["server_us"], server_us and -server_us)
    theirs = f"own statements {own['pg_us']:.0f}, by hand {by_hand['pg_us']:.0f}"
    aim(f"{case.name}: PostgreSQL CPU, us ({theirs})", -ours["pg_us"], pg_us and -pg_us)
    spread = ours["p99_ms"] / max(ours["p50_ms"], 0.001)
    row(f"{case.name}: p50 {ours['p50_ms']:.2f} ms, p99 {ours['p99_ms']:.2f} ms", f"{spread:.1f} x", "<= 6 x", spread <= 6)


def measure_again(server, requests=400):
    """What nothing has changed of beside the whole, one after another on one connection. (wrk does not read a 304.)"""
    taken = {200: 0.0, 304: 0.0}
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        tag = client.get(OFFERED.path).headers["ETag"]
        for number in range(requests):
            begun = time.monotonic()
            answer = client.get(OFFERED.path, headers={"If-None-Match": tag} if number % 2 else {})
            taken[answer.status_code] += time.monotonic() - begun
    ratio = taken[304] / taken[200]
    row("public list, unchanged: time over that of the whole", f"{ratio:.2f}", "<= 1.1", ratio <= 1.1)


def measure_contended(server, cluster, database, case, taken, begin, count, tokens, seconds):
    """All connections on four groups, or chats, of eight at a time, so that most wait for a lock. `begin`: what makes each run begin alike;
    `taken`: a query that counts what was taken."""

    def run(script, **options):
        begin()
        return run_pgbench(cluster, database, case, script, seconds, **options)

    begin()
    run_wrk(server.url, server.process.pid, cluster, case, count, tokens, 1)  # warm
    await_quiet(cluster, database)
    begin()
    ours = run_wrk(server.url, server.process.pid, cluster, case, count, tokens, seconds)
    await_quiet(cluster, database)
    found = int(cluster.psql(database, taken))
    if not ours["requests"] <= found <= ours["requests"] + CONNECTIONS:
        raise RuntimeError(f"{case.name}: {ours['requests']} went well, {found} are taken")
    report(case, ours, run(case.own_script(count)), run(case.hand_script(count)))


def measure_seats(server, cluster, database, models, count, tokens, seconds):
    """The last seats of groups, the last places of chats."""
    most = SEATS_A_SECOND * (WARM + seconds + 1)
    chats = ("-v", f"places={most}", "-v", f"peers={PEERS}", "-v", f"step={count // PEERS}")
    measure_contended(
        server, cluster, database, ACCEPT, f"select count(*) from alongside.enrolments where state = 'accepted' and id::text like '{SEATS}%'",
        lambda: cluster.psql(database, OFFER_SEATS.read_text(), "-v", f"seats={most}", *models), most, tokens, seconds)  # fmt: skip
    measure_contended(
        server, cluster, database, TAKE, f"select count(*) from alongside.places where state = 'held' and session_id::text like '{CHATS}%'",
        lambda: cluster.psql(database, FREE_PLACES.read_text(), *chats, *models), count, tokens, seconds)  # fmt: skip


def run_scale(cluster, binary, count, parts, seconds, key, directory, commands=None):
    database = cluster.create_database()
    print(f"\n{count:,} participants, {count * 4 // 5:,} of them wait for a seat", flush=True)
    started = time.monotonic()
    settings = {"clock_header": "", "account_limits": "", "connection_timeout_s": 60, "worker": False}
    server = Server(binary, cluster, database, key, directory / f"server-{count}.log", **settings)
    tokens = tokens_of(key, count)
    token = tokens["coordinator", BASE][0]
    models = make_models(server, token, Contract(binary.parent / "openapi" / "openapi.json"))
    try:
        populate(cluster, database, count, models)
        print(f"  (made in {time.monotonic() - started:.0f} s)", flush=True)
        if "peers" in parts:
            peers.compare(commands, server, cluster, database, key, count, tokens, seconds)
        if "everyday" in parts:
            starts = sorted(measure_start(server, token) for _ in range(5))
            row("start to first answer, median of 5", f"{starts[2]:.0f} ms", "<= 300 ms", starts[2] <= 300)
            for case in EVERYDAY:
                measure(server, cluster, database, case, count, tokens, seconds)
            measure_again(server)
        if "placement" in parts:
            for case in (WAITING, deep_page(server, token, cluster, database)):
                measure(server, cluster, database, case, count, tokens, seconds)
            measure_seats(server, cluster, database, models, count, tokens, seconds)
        if "everyday" in parts:
            idle = measure_idle(server)
            row("resident with 1,000 idle connections", f"{idle:.0f} MiB", "<= 64 MiB", idle <= 64)
        server.stop()
    finally:
        if server.process.poll() is None:
            server.kill()
    cluster.drop_database(database)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--seconds", type=int, default=6, help="of each measured run")
    parser.add_argument("--large", action="store_true", help="instead: what growth costs, 10,000 people beside 1,000,000")
    parser.add_argument("--peers", action="store_true", help="instead: beside programs in Rust and Go")
    parser.add_argument("--names", action="store_true", help="instead: 10,000 declared names against those of 100,000 people")
    parser.add_argument("--budgets", action="store_true", help="instead: measure what each operation costs, and write budgets.json")
    options = parser.parse_args()
    binary = (ROOT / options.build / "alongside").resolve()
    if options.budgets:
        return budgets.refresh(binary)
    commands = peers.build() if options.peers else None
    key = Key("ES256")
    print(f"{CONNECTIONS} connections, {os.cpu_count()} cores, {options.seconds} s a run")
    print("ratio = requests a second over pgbench's transactions a second; on a busy machine only ratios mean anything")
    cluster = Cluster(binary, fast=False, settings={"shared_buffers": "512MB", "max_wal_size": "4GB"})
    try:
        cluster.make_template()
        with tempfile.TemporaryDirectory() as directory:
            arguments = (options.seconds, key, Path(directory))
            if options.peers:
                run_scale(cluster, binary, 10_000, {"peers"}, *arguments, commands)
                return
            if options.names:
                names.compare(cluster, row)
                return
            if options.large:
                growth.compare(cluster, binary, key, Path(directory), options.seconds, row)
                return
            run_scale(cluster, binary, 10_000, {"everyday"}, *arguments)
            run_scale(cluster, binary, 125_000, {"placement"}, *arguments)
    finally:
        cluster.destroy()


if __name__ == "__main__":
    main()
