# SPDX-License-Identifier: MIT
"""Whoever reads the log may stop reading: the service goes on, ends when it is told to, and says what was lost."""

import json
import os
import re
import signal
import subprocess
import time

import httpx
import pytest
from harness.client import TLS
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
