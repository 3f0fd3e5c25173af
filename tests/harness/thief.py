# SPDX-License-Identifier: MIT
"""A thief between the server and PostgreSQL: it can lose one message of PostgreSQL's, as libpq does when memory is short."""

import contextlib
import select
import shutil
import socket
import struct
import tempfile
import threading
import time


class Thief:
    def __init__(self, cluster):
        self.cluster = cluster
        self.root = tempfile.mkdtemp(prefix="alongside-thief-", dir="/tmp")
        self.wanted = None
        self.stolen = 0
        self.lock = threading.Lock()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(f"{self.root}/.s.PGSQL.5432")
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, database, user):
        return f"host={self.root} dbname={database} user={user}"

    def steal(self, kind, timeout_s=10):
        """The next message of this kind (a byte of the protocol: b"Z" is ReadyForQuery) never arrives."""
        before = self.stolen
        self.wanted = kind
        deadline = time.monotonic() + timeout_s
        while self.stolen == before and time.monotonic() < deadline:
            time.sleep(0.005)
        assert self.stolen > before, f"no {kind!r} came by"

    def stop(self):
        self.listener.close()
        shutil.rmtree(self.root, ignore_errors=True)

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client):
        messages = _Messages(self)
        with client, socket.socket(socket.AF_UNIX) as server, contextlib.suppress(OSError):
            server.connect(f"{self.cluster.root}/.s.PGSQL.5432")
            while True:
                for source in select.select([client, server], [], [])[0]:
                    data = source.recv(65536)
                    if not data:
                        return
                    if source is client:
                        server.sendall(data)
                    else:
                        client.sendall(messages(data))


class _Messages:
    """One connection's messages, whole: a byte that names the kind, four of length, the rest. Nothing is stolen while it is being
    opened and prepared (two ReadyForQuery): nobody asks anything there yet, and libpq loses the memory of a result it cannot end."""

    def __init__(self, thief):
        self.thief = thief
        self.rest = b""
        self.ready = 0

    def __call__(self, data):
        self.rest += data
        out = b""
        while len(self.rest) >= 5:
            size = 1 + struct.unpack("!I", self.rest[1:5])[0]
            if len(self.rest) < size:
                break
            message, self.rest = self.rest[:size], self.rest[size:]
            if self.ready < 2 or not self._is_stolen(message[:1]):
                out += message
                self.ready += message[:1] == b"Z"
        return out

    def _is_stolen(self, kind):
        with self.thief.lock:
            if self.thief.wanted != kind:
                return False
            self.thief.wanted = None
            self.thief.stolen += 1
            return True
