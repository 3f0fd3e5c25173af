# SPDX-License-Identifier: MIT
"""PostgreSQL comes back with zone data from before the changes of 2026 (a replica, a restore on another machine): nothing is answered or
derived from it (decision 12)."""

import psycopg
import pytest
from harness.cluster import with_template
from steps.groups import FORMAL, Group, in_days, service
from steps.journey import until


@pytest.fixture(scope="module")
def cluster(binary):
    """In place of everybody's: its sessions are ended."""
    made = with_template(binary)
    yield made
    made.destroy()


@pytest.fixture
def stale(cluster):
    """stale(database, True): new sessions see all clocks wrong, as those of a PostgreSQL with old data do; old sessions are lost."""

    def change(database, is_stale):
        # Our schema stands first in the path of every session.
        clock = "alongside.to_char(timestamp, text)"
        made = f"create function {clock} returns text immutable language sql return '00:00'"
        with psycopg.connect(cluster.url(database), autocommit=True) as db:
            db.execute(made if is_stale else f"drop function {clock}")
            db.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename like 'alongside\\_%'")

    return change


def test_nothing_is_done_with_stale_zone_data(start_server, cluster, make_client, stale, inquiry):
    server = start_server(worker=True)
    coordinator = make_client(server, "coordinator")
    group = Group(coordinator, service(make_client(server, "administrator"), FORMAL), series={"local_start": in_days(30), "count": 1})
    (session,) = group.sessions()
    with psycopg.connect(cluster.url(server.database), autocommit=True) as db:
        stale(server.database, True)
        until(lambda: not server.is_ready())
        db.execute("update alongside.sessions set starts_at = starts_at + interval '1 hour' where id = %s", [session["id"]])
        coordinator.post("/v1/referrals", inquiry()).problem(503, "unavailable")
        coordinator.get("/v1/referrals").problem(503, "unavailable")
        refused = [line for line in server.log_lines() if line["msg"] == "PostgreSQL's time zone data is stale"]
        assert refused and refused[0]["level"] == "error"
        worker = "select count(*) from pg_stat_activity where usename = 'alongside_worker' and query like '%%rederive%%'"
        assert db.execute(worker).fetchone() == (0,) and "instants derived again" not in server.log_text()
        stale(server.database, False)
        until(server.is_ready)
        # The first session that sees the right time puts right what is wrong.
        until(lambda: group.sessions()[0]["starts_at"] == session["starts_at"])
