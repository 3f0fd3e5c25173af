# SPDX-License-Identifier: MIT
"""Whoever reads the log may stop reading: the service goes on, ends when it is told to, and says what was lost."""

import contextlib
import json
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import time

import httpx
import pytest
from harness.client import TLS
from harness.cluster import SEAL_KEYS, server_environment
from harness.server import PATIENCE, Server, free_port

REQUESTS = 12_000


class Piped(Server):
    """Its log goes into a pipe."""

    def start(self, wait=True):
        self.reader, writer = os.pipe()
        pipe = f"/proc/{os.getpid()}/fd/{writer}"
        self.log.symlink_to(pipe)
        super().start(wait)
        self.log.unlink()
        os.close(writer)


def farewell(listener):
    """A PostgreSQL whose sessions are told to go in the moment in which they have answered for the first time."""

    def message(kind, body):
        return kind + struct.pack("!i", len(body) + 4) + body

    fatal = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"
    with contextlib.suppress(OSError):
        while True:
            client, _ = listener.accept()
            with client:
                client.recv(4096)
                client.sendall(message(b"R", struct.pack("!i", 0)) + message(b"Z", b"I"))
                client.recv(4096)
                client.sendall(message(b"I", b"") + message(b"Z", b"I") + message(b"E", fatal))


def test_what_postgresql_says_unasked_is_no_line_of_the_log(binary, tmp_path, local_key):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / ".s.PGSQL.5432"))
        listener.listen()
        threading.Thread(target=farewell, args=(listener,), daemon=True).start()
        settings = {"database_url": f"host={tmp_path} user=alongside_api", "seal_keys": SEAL_KEYS}
        environment = server_environment(public_url="http://127.0.0.1", token_local_key=local_key.private_pem(), **settings)
        done = subprocess.run([binary, "check"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    assert done.returncode == 1
    assert all(json.loads(line)["msg"] for line in done.stdout.splitlines()), done.stdout


@pytest.fixture
def server(binary, cluster, database, local_key, tmp_path):
    made = Piped(binary, cluster, database, local_key, tmp_path / "log", metrics_port=free_port())
    yield made
    if made.process.poll() is None:
        made.kill()
    os.close(made.reader)


def metric(server, name):
    text = httpx.get(f"http://127.0.0.1:{server.settings['metrics_port']}/metrics", trust_env=False, verify=TLS).text
    return float(re.search(rf"^{name} (\S+)$", text, re.M)[1])


def test_a_reader_that_stops_stops_nobody(server):
    with httpx.Client(base_url=server.url, timeout=5, trust_env=False, verify=TLS) as client:
        for _ in range(REQUESTS):
            assert client.get("/livez").status_code == 200
    assert metric(server, "log_lines_dropped_total") > 0
    server.process.send_signal(signal.SIGTERM)
    try:
        assert server.process.wait(10 * PATIENCE) == 0
    except subprocess.TimeoutExpired:
        pytest.fail("it waits for its log to be read")


def test_a_reader_that_comes_back_learns_how_much_it_missed(server):
    with httpx.Client(base_url=server.url, timeout=5, trust_env=False, verify=TLS) as client:
        for _ in range(REQUESTS):
            client.get("/livez")
    lost = metric(server, "log_lines_dropped_total")
    os.set_blocking(server.reader, False)
    text, deadline = b"", time.monotonic() + 5
    while b"log lines were dropped" not in text and time.monotonic() < deadline:
        try:
            text += os.read(server.reader, 1 << 20)
        except BlockingIOError:
            time.sleep(0.01)
    lines = [json.loads(line) for line in text.splitlines()]
    said = [line for line in lines if line["msg"] == "log lines were dropped"]
    assert [int(line["count"]) for line in said] == [lost]
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(10 * PATIENCE) == 0


def test_a_line_is_written_at_once_enough(start_server):
    server = start_server()
    httpx.get(f"{server.url}/nowhere", trust_env=False, verify=TLS)
    time.sleep(0.1 * PATIENCE)
    assert '"status":404' in server.log_text()
