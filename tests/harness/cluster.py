# SPDX-License-Identifier: MIT
"""A throw-away PostgreSQL 15 cluster on a Unix socket, and databases copied from a migrated template."""

import contextlib
import itertools
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

POSTGRES_BIN = Path("/usr/lib/postgresql/15/bin")
TEMPLATE = "alongside_template"
# Throw-away data need not survive a crash of the machine; a crash of PostgreSQL alone loses nothing.
FAST = {"fsync": "off", "full_page_writes": "off"}
SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "'UTC'",
    "log_error_verbosity": "terse",
    "log_line_prefix": "'%m [%p] %a@%d '",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
LACKING = re.compile(r" alongside@\S+ ERROR:  ((?:permission denied for|must be) .*)")
SEAL_KEYS = "test1:" + "5e" * 32


def with_template(binary):
    """A cluster that has the template: made, or a copy of the one that tests/run.py has made once for all."""
    seed = os.environ.get("TEST_CLUSTER_SEED")
    cluster = Cluster(binary, seed=seed)
    if seed:
        return cluster
    try:
        cluster.make_template()
    except BaseException:
        cluster.destroy()
        raise
    return cluster


def as_postgres():
    """PostgreSQL refuses to run as root: then as the user that Debian made for it."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def server_environment(**settings):
    """The environment without settings of another server, with these instead."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ALONGSIDE_")}
    environment.update({f"ALONGSIDE_{k.upper()}": str(v) for k, v in settings.items() if v is not None})
    return environment


class Cluster:
    def __init__(self, binary, fast=True, settings=None, seed=None):
        """`seed`: the data directory of a stopped cluster to begin with."""
        self.binary = Path(binary)
        self.root = Path(tempfile.mkdtemp(prefix="alongside-pg-", dir="/tmp"))
        self.data = self.root / "data"
        self.log = self.root / "log"
        self.log_seen = 0
        self.numbers = itertools.count(1)
        if os.geteuid() == 0:
            shutil.chown(self.root, "postgres", "postgres")
        initdb = [POSTGRES_BIN / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        self._run(["cp", "-a", seed, self.data] if seed else initdb)
        lines = SETTINGS | {"unix_socket_directories": f"'{self.root}'"} | (FAST if fast else {})
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as conf:
            for name, value in (lines | (settings or {})).items():
                conf.write(f"{name} = {value}\n")
        self.start()

    def _run(self, command, **kwargs):
        result = subprocess.run(
            [str(part) for part in command],
            cwd="/",
            capture_output=True,
            text=True,
            **(as_postgres() | kwargs),
        )
        if result.returncode != 0:
            raise RuntimeError(f"{command[0]}: {result.stdout}{result.stderr}")
        return result.stdout

    def start(self):
        # pg_ctl hands its output on to the server: a pipe would stay open for ever.
        result = subprocess.run(
            [POSTGRES_BIN / "pg_ctl", "-D", self.data, "-l", self.log, "-w", "-t", "60", "start"],
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **as_postgres(),
        )
        if result.returncode != 0:
            raise RuntimeError(f"PostgreSQL does not start: {self.log.read_text()[-2000:]}")

    def stop(self, mode="fast"):
        self._run([POSTGRES_BIN / "pg_ctl", "-D", self.data, "-m", mode, "-w", "stop"])

    @contextlib.contextmanager
    def standby_copy(self):
        """A cluster with the same data that only reads."""
        base = Path(tempfile.mkdtemp(prefix="alongside-base-", dir="/tmp"))
        if os.geteuid() == 0:
            shutil.chown(base, "postgres", "postgres")
        try:
            self._run([POSTGRES_BIN / "pg_basebackup", "-h", self.root, "-U", "postgres", "-D", base / "data", "-c", "fast"])
            (base / "data" / "standby.signal").touch()
            (base / "data" / "postmaster.pid").unlink(missing_ok=True)
            copy = Cluster(self.binary, seed=base / "data")
        finally:
            shutil.rmtree(base, ignore_errors=True)
        try:
            yield copy
        finally:
            copy.destroy()

    @contextlib.contextmanager
    def promoted_copy(self):
        """A cluster that followed this one until now and was promoted: the next timeline."""
        with self.standby_copy() as copy:
            copy._run([POSTGRES_BIN / "pg_ctl", "-D", copy.data, "-w", "promote"])
            yield copy

    def ensure_running(self):
        if not (self.data / "postmaster.pid").exists():
            self.start()

    def postmaster_pid(self):
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def destroy(self):
        try:
            self.stop("immediate")
        except RuntimeError:
            pass
        shutil.rmtree(self.root, ignore_errors=True)

    def lacking(self):
        """What the program lacked a privilege for since this was asked last. Its clients see a 403 like any other, its own log a job's
        SQLSTATE at most."""
        with open(self.log, encoding="utf-8", errors="replace") as log:
            log.seek(self.log_seen)
            text = log.read()
            self.log_seen = log.tell()
        return LACKING.findall(text)

    def url(self, database, user="postgres"):
        return f"host={self.root} dbname={database} user={user}"

    def psql(self, database, sql, *arguments):
        return self._run(
            [POSTGRES_BIN / "psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h", self.root, "-U", "postgres"]
            + ["-d", database, *arguments, "-f", "-"],
            input=sql,
            env=dict(os.environ, PGOPTIONS="-c client_min_messages=warning"),
        )

    def make_template(self, demo=True, name=TEMPLATE):
        """Roles, an empty database, everything the binary carries; copied for each test module afterwards."""
        roles = subprocess.run([self.binary, "roles"], capture_output=True, text=True, check=True, env=server_environment())
        self.psql("postgres", roles.stdout)
        self.psql("postgres", f"create database {name} owner alongside_owner")
        self.migrate(name, demo)

    def migrate(self, database, demo=True):
        return self._run(
            [self.binary, "migrate"] + (["--demo"] if demo else []),
            env=server_environment(
                database_url=self.url(database, "alongside_api"),
                migrate_database_url=self.url(database, "alongside_owner"),
                seal_keys=SEAL_KEYS,
            ),
            user=None,
            group=None,
            extra_groups=None,
        )

    def create_database(self, template=TEMPLATE):
        name = f"test_{next(self.numbers)}"
        # A copy begins with the rights of every database; a server refuses one that `migrate` has not closed.
        made = f"create database {name} template {template} owner alongside_owner"
        self.psql("postgres", f"{made};\nrevoke temporary on database {name} from public")
        return name

    def structure(self, database):
        """All but the rows, as text. Newer minor versions draw a key for each dump."""
        dump = self._run([POSTGRES_BIN / "pg_dump", "-s", "-h", self.root, "-U", "postgres", database])
        return re.sub(r"(?m)^\\(un)?restrict .*", "", dump)

    def drop_database(self, name):
        self.psql("postgres", f"drop database if exists {name} with (force)")
