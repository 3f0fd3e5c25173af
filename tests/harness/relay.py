# SPDX-License-Identifier: MIT
"""A way to PostgreSQL that can stand still: whoever uses it sees a machine that keeps its connections and says nothing."""

import contextlib
import select
import shutil
import socket
import tempfile
import threading


class Relay:
    def __init__(self, cluster):
        self.cluster = cluster
        self.root = tempfile.mkdtemp(prefix="alongside-relay-", dir="/tmp")
        self.carried = 0
        self.moving = threading.Event()
        self.moving.set()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(f"{self.root}/.s.PGSQL.5432")
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self):
        self.moving.clear()

    def thaw(self):
        self.moving.set()

    def stop(self):
        self.listener.close()
        self.thaw()
        shutil.rmtree(self.root, ignore_errors=True)

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client):
        with client, socket.socket(socket.AF_UNIX) as server, contextlib.suppress(OSError):
            self.moving.wait()
            server.connect(f"{self.cluster.root}/.s.PGSQL.5432")
            while True:
                for source in select.select([client, server], [], [])[0]:
                    data = source.recv(65536)
                    self.moving.wait()
                    if not data:
                        return
                    (server if source is client else client).sendall(data)
                    self.carried += 1
