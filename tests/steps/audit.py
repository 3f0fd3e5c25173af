# SPDX-License-Identifier: MIT
"""The audit as its owner and an operator handle it."""

import subprocess
import time

from harness.cluster import server_environment


def command(binary, server, *words, **settings):
    """What the binary says as an operator calls it beside a server: exit status, stdout, stderr."""
    kept = {name: server.settings[name] for name in ("database_url", "seal_keys", "token_local_key", "public_url")}
    result = subprocess.run([binary, *words], capture_output=True, text=True, env=server_environment(**kept | settings))
    assert "password" not in result.stderr and "dbname" not in result.stdout
    return result.returncode, result.stdout.strip(), result.stderr.strip()


def link(db):
    """What the worker does every round; another database's transaction under way can put it off."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        db.execute("select audit_link_append()")
        if db.execute("select not exists (select from audit_events where xid >= (select max(upto_xid) from audit_links))").fetchone()[0]:
            return
        time.sleep(0.02)
    raise AssertionError("not everything was linked")


class quiet_hand:
    """Somebody who owns the database and switches its triggers off."""

    def __init__(self, db):
        self.db = db

    def __enter__(self):
        self.db.execute("set session_replication_role = replica")

    def __exit__(self, *_):
        self.db.execute("set session_replication_role = origin")
