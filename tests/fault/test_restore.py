# SPDX-License-Identifier: MIT
"""A dump that is restored into another cluster (F10): it is noticed, the chain goes on when an operator says so, and not before."""

import subprocess
import time

import psycopg
import pytest
from harness.cluster import POSTGRES_BIN, Cluster
from harness.server import PATIENCE, Server
from steps import inquire
from steps.audit import command, link, quiet_hand

FOREIGN = "the audit chain is another cluster's"
NAME = "restored"


def behind(cluster, database):
    return psycopg.connect(cluster.url(database), autocommit=True, options="-c search_path=alongside,pg_catalog")


@pytest.fixture
def restore(binary, tmp_path):
    """restore(cluster, database): a new cluster into which a dump of it was put, as OPERATING.md says."""
    made = []

    def run(cluster, database):
        new = Cluster(binary)
        made.append(new)
        archive = tmp_path / f"archive{len(made)}"
        subprocess.run([POSTGRES_BIN / "pg_dump", "-h", cluster.root, "-U", "postgres", "-Fc", "-f", archive, database], check=True)
        new.psql("postgres", subprocess.run([binary, "roles"], capture_output=True, text=True, check=True).stdout)
        new.psql("postgres", f"create database {NAME} owner alongside_owner")
        into = [POSTGRES_BIN / "pg_restore", "--exit-on-error", "-h", new.root, "-U", "postgres", "-d", NAME]
        subprocess.run([*into, archive], check=True)
        new.migrate(NAME, demo=False)
        return new

    yield run
    for cluster in made:
        cluster.destroy()


def burn(cluster, database, transactions):
    """The cluster has counted that many more."""
    cluster.psql(database, "select pg_current_xact_id();\n" * transactions)


def linked(db, event):
    """Whether the worker has come to it."""
    deadline = time.monotonic() + 15 * PATIENCE
    sql = "select exists (select from audit_events e join audit_links l on e.xid >= l.from_xid and e.xid < l.upto_xid and l.kind = 'events'"
    while not db.execute(f"{sql} and e.id > l.after_id where e.object_id = %s)", (event,)).fetchone()[0]:
        assert time.monotonic() < deadline, "the worker links nothing"
        time.sleep(0.05)


class Restored:
    """A restored database with its server and an operator beside it."""

    def __init__(self, cluster, binary, key, log):
        self.cluster, self.binary = cluster, binary
        self.db = behind(cluster, NAME)
        self.server = Server(binary, cluster, NAME, key, log, worker=True)

    def __call__(self, *words):
        urls = {
            f"{name}_database_url": self.cluster.url(NAME, f"alongside_{role}")
            for name, role in (("worker", "worker"), ("migrate", "owner"))
        }
        return command(self.binary, self.server, *words, **urls)

    def close(self):
        self.db.close()
        self.server.stop()

    def told(self):
        return self.server.log_text().count(FOREIGN)

    def links(self):
        return self.db.execute("select count(*) from audit_links").fetchone()[0]

    def events(self):
        return self.db.execute("select count(*) from audit_events").fetchone()[0]


def goes_on(here, coordinator):
    """Noticed at once and told once; from the anchor on what happened meanwhile, and what happens, is linked."""
    before = here.links()
    inquire(coordinator)
    time.sleep(1.5 * PATIENCE)
    assert here.told() == 1 and here.links() == before
    code, said, told = here("check")
    assert code == 1 and said == "" and FOREIGN in told and "`alongside audit anchor`" in told
    code, said, _ = here("audit", "verify")
    assert code == 0 and FOREIGN in said, "all that was linked is there; what is new does not pass for it"
    assert here("audit", "detach", "2020-01")[0] == 1

    assert here("audit", "anchor") == (0, "", "")
    made = inquire(coordinator)
    linked(here.db, made["id"])
    link(here.db)
    assert here("audit", "verify") == (0, f"the audit chain is whole: {here.events()} events", "")
    assert here("check")[:2] == (0, "all is well") and here.told() == 1
    code, _, told = here("audit", "anchor")
    assert code == 1 and "goes on here by itself" in told


def touched(db, sql):
    """Whether the chain shows it; undone."""
    with quiet_hand(db):
        db.execute("begin")
        assert db.execute(sql).rowcount > 0
        found = not db.execute("select ok from audit_link_verify()").fetchone()[0]
        db.execute("rollback")
    return found


@pytest.mark.parametrize("counts", ["below", "above"])
def test_a_chain_goes_on_in_another_cluster(
    cluster, database, server, coordinator, binary, local_key, make_client, restore, tmp_path, counts
):
    """Twice, since whoever has restored once may have to again. The new cluster counts transactions from below, or is already above."""
    with behind(cluster, database) as db:
        burn(cluster, database, 3000)
        inquire(coordinator)
        link(db)
        inquire(coordinator)  # not linked when the dump is made
    source, name = cluster, database
    for hop in range(2):
        new = restore(source, name)
        if counts == "above":
            burn(new, NAME, 9000)
        here = Restored(new, binary, local_key, tmp_path / f"log{hop}")
        try:
            goes_on(here, make_client(here.server, "coordinator"))
            source, name = new, NAME
            if hop == 1:
                ends = here.db.execute("select after_id from audit_links where kind = 'epoch' order by seq").fetchall()
                assert len(ends) == 2
                for what in [
                    *(f"update audit_events set action = 'forged' where id = {end}" for (end,) in ends),
                    "update audit_events set action = 'forged' where id = (select min(id) from audit_events)",
                    *(f"delete from audit_events where id = {end}" for (end,) in ends),
                    "delete from audit_links where kind = 'epoch' and seq = (select max(seq) from audit_links where kind = 'epoch')",
                    "update audit_links set after_id = after_id - 1 where kind = 'epoch'",
                    "insert into audit_events (xid, at, role, operation, action, object_type)"
                    " select upto_xid, now(), 'x', 'x', 'x', 'x' from audit_links where kind = 'epoch' order by seq desc limit 1",
                ]:  # fmt: skip
                    assert touched(here.db, what), what
        finally:
            here.close()
