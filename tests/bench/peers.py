# SPDX-License-Identifier: MIT
"""What a user would pick instead, in the same run on the same database: programs below peers/, and pgbench without any program."""

import os
import socket
import statistics
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
from cases import BASE, OF_PEERS, ROOT
from harness.cluster import SEAL_KEYS
from harness.server import free_port
from meter import run_pgbench, run_wrk

SOURCES = Path(__file__).with_name("peers")
MADE = ROOT / "build" / "peers"
ROUNDS = 4
RUST, GO, GO_PLAIN = "Rust, pipelined", "Go, pipelined", "Go, plain"
BY_HAND, OWN = "one statement by hand", "the product's statements"


def build():
    """Both programs, with the versions of Cargo.lock and go.sum."""
    MADE.mkdir(parents=True, exist_ok=True)
    print("building the peers in build/peers", flush=True)
    manifest = SOURCES / "rust" / "Cargo.toml"
    cargo = ["cargo", "build", "--quiet", "--release", "--locked", "--manifest-path", manifest, "--target-dir", MADE / "rust"]
    subprocess.run(cargo, check=True)
    subprocess.run(["go", "build", "-mod=readonly", "-o", MADE / "go", "."], cwd=SOURCES / "go", check=True)
    go = MADE / "go"
    return {RUST: ([MADE / "rust" / "release" / "peer"], {}), GO: ([go], {}), GO_PLAIN: ([go], {"PLAIN": "1"})}


def start(stack, cluster, database, key, command, settings):
    """One program, listening: its address and its process."""
    directory = stack.enter_context(tempfile.TemporaryDirectory())
    public = Path(directory) / "key.pem"
    public.write_text(key.public_pem())
    port = free_port()
    environment = {
        "PORT": str(port),
        "DATABASE": cluster.url(database, "peer_app"),
        "PUBKEY": str(public),
        "MASTER": SEAL_KEYS.split(":")[1],
    }
    log = stack.enter_context(open(Path(directory) / "log", "wb"))
    process = subprocess.Popen(command, stdout=log, env=os.environ | environment | settings)
    stack.callback(process.wait)
    stack.callback(process.kill)
    deadline = time.monotonic() + 15
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return f"http://127.0.0.1:{port}", process
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} does not start") from None
            time.sleep(0.05)


def answer(url, case, token):
    headers = {"Authorization": f"Bearer {token}", "If-Match": "*", "Content-Type": "application/merge-patch+json"}
    response = httpx.request(case.method, url + case.path_to(7), headers=headers, json=case.body, trust_env=False)
    if response.status_code != 200:
        raise RuntimeError(f"{url} {case.name}: {response.status_code} {response.text[:500]}")
    body = response.json()
    return body["data"] if "data" in body else body


def check_same(programs, tokens):
    """Who answers something else does other work."""
    token = tokens["coordinator", BASE][0]
    for case in OF_PEERS:
        expected = answer(programs["product"][0], case, token)
        for name, (url, _) in programs.items():
            if answer(url, case, token) != expected:
                raise RuntimeError(f"{name} answers a {case.name} otherwise than the product:\n{answer(url, case, token)}\n{expected}")


def run_round(programs, cluster, database, case, count, tokens, seconds):
    measured = {name: run_wrk(url, process.pid, cluster, case, count, tokens, seconds) for name, (url, process) in programs.items()}
    measured[BY_HAND] = run_pgbench(cluster, database, case, case.hand_script(count), seconds, user="peer_app")
    measured[OWN] = run_pgbench(cluster, database, case, case.own_script(count), seconds)
    return measured


def print_table(case, rounds):
    """Medians; the ratio is taken within each round, so that what slows the machine for a while slows both."""
    head = f"{'req/s (min-max)':>24} {'p50 / p99 ms':>14} {'server us':>9} {'PG us':>7}   product / it (min-max)"
    print(f"  {case.name:<26}{head}")
    for name in rounds[0]:
        runs = [measured[name] for measured in rounds]
        rates = [run["rate"] for run in runs]
        ratios = sorted(measured["product"]["rate"] / measured[name]["rate"] for measured in rounds)

        def middle(field, runs=runs):
            return statistics.median(run[field] for run in runs)

        waits, server = "", ""
        if "p50_ms" in runs[0]:
            waits, server = f"{middle('p50_ms'):.1f} / {middle('p99_ms'):.1f}", f"{middle('server_us'):.0f}"
        rate = f"{statistics.median(rates):,.0f} ({min(rates):,.0f}-{max(rates):,.0f})"
        ratio = "1" if name == "product" else f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})"
        print(f"  {name:<26}{rate:>24} {waits:>14} {server:>9} {middle('pg_us'):>7.0f}   {ratio}", flush=True)


def compare(commands, server, cluster, database, key, count, tokens, seconds):
    print(f"\nproduct and peers, medians of {ROUNDS} rounds", flush=True)
    with ExitStack() as stack:
        programs = {"product": (server.url, server.process)}
        for name, (command, settings) in commands.items():
            programs[name] = start(stack, cluster, database, key, command, settings)
        check_same(programs, tokens)
        for case in OF_PEERS:
            for url, process in programs.values():
                run_wrk(url, process.pid, cluster, case, count, tokens, 1)  # warm
            print_table(case, [run_round(programs, cluster, database, case, count, tokens, seconds) for _ in range(ROUNDS)])
