# SPDX-License-Identifier: MIT
"""The server under test: one process, one port, one log, and the claim that it ends well."""

import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

from .cluster import SEAL_KEYS, server_environment

SANITIZER_REPORT = re.compile(r"ERROR: \w+Sanitizer|WARNING: \w+Sanitizer|SUMMARY: \w+Sanitizer|: runtime error: ")
# Where the fault is in a job, not in the moment: a database that is away, a lock.
JOB_REFUSED = re.compile(r"a job's statement .*\"sqlstate\":\"(?:2[23]|42|AP|P0|XX).*")
# Instrumented code is several times slower: waits are stretched.
IS_SANITIZED = os.environ.get("TEST_SANITIZE") == "1"
PATIENCE = 4 if IS_SANITIZED else 1


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


ROLES = ("public", "peer", "peer_supporter", "mental_health_professional", "coordinator", "line", "administrator")


class Server:
    def __init__(self, binary, cluster, database, local_key, log, port=None, worker=False, wait=True, **settings):
        self.binary = Path(binary)
        self.cluster = cluster
        self.database = database
        self.local_key = local_key
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = Path(log)
        defaults = {
            "listen_port": self.port,
            "public_url": self.url,
            "database_url": cluster.url(database, "alongside_api"),
            "worker_database_url": cluster.url(database, "alongside_worker") if worker else "",
            "worker_interval_ms": 100,
            "seal_keys": SEAL_KEYS,
            "token_local_key": local_key.private_pem() if local_key else "",
            "clock_header": "X-Test-Now",
            # A test's crowd is often one account; tests/fault/test_bounds.py has the program's own figures.
            "account_limits": ",".join(f"{role}=2000/2000/2000" for role in ROLES),
            "statement_timeout_ms": 5000 * PATIENCE,
            "pool_wait_ms": 1500 * PATIENCE,
        }
        self.settings = defaults | settings
        self.process = None
        self.start(wait)

    def start(self, wait=True):
        environment = server_environment(**self.settings)
        environment["ASAN_OPTIONS"] = "detect_leaks=1:abort_on_error=0:exitcode=97"
        environment["UBSAN_OPTIONS"] = "print_stacktrace=1:halt_on_error=1:exitcode=97"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.binary, "serve"], stdout=log, stderr=log, env=environment)
        if wait:
            self.wait_ready()

    def wait_ready(self, timeout_s=15):
        deadline = time.monotonic() + timeout_s * PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended at start with {self.process.returncode}:\n{self.log_text()[-3000:]}")
            if self.is_ready():
                return
            time.sleep(0.02)
        raise AssertionError(f"the server did not become ready:\n{self.log_text()[-3000:]}")

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as response:
                return response.status == 200
        except OSError:
            return False

    def log_text(self):
        time.sleep(0.05 * PATIENCE)  # lines are written that soon
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def log_lines(self):
        """The log as objects: every line of it must be one."""
        return [json.loads(line) for line in self.log_text().splitlines() if line]

    def resident_kib(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def descriptors(self):
        """Room for descriptors, which grows with them: the list itself is closed even to the user who runs the server."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"FDSize:\s+(\d+)", status)[1])

    def assert_alive(self):
        assert self.process.poll() is None, f"the server died with {self.process.returncode}:\n{self.log_text()[-3000:]}"

    def stop(self, timeout_s=30):
        """SIGTERM; the server must have been alive, end by itself with 0, and have pleased sanitizers and privileges."""
        self.assert_alive()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout_s * PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server did not end after SIGTERM:\n{self.log_text()[-3000:]}") from None
        self.assert_clean()
        assert code == 0, f"the server ended with {code}:\n{self.log_text()[-3000:]}"

    def assert_clean(self):
        text = self.log_text()
        found = SANITIZER_REPORT.search(text)
        assert not found, f"sanitizer report in the server's log:\n{text[max(0, found.start() - 200) :][:4000]}"
        assert not JOB_REFUSED.findall(text)
        assert not self.cluster.lacking()

    def kill(self):
        self.process.kill()
        self.process.wait()
