# SPDX-License-Identifier: MIT
"""The months of the audit: made ahead, closed when they are past, taken out and brought back, and what the chain says to it."""

import re
import subprocess
import time

import psycopg
import pytest
from harness.cluster import POSTGRES_BIN
from steps import inquire
from steps.audit import command, link, quiet_hand

PAST, TABLE = "2025-12", "alongside_audit.events_2025_12"
EVENT = "insert into audit_events (at, role, operation, action, object_type) values (%s, 'x', 'x', 'x', 'x')"
PRESENT = "(select part from audit_month_parts() where month = to_char(now() at time zone 'UTC', 'YYYY-MM'))"


@pytest.fixture
def operator(binary, cluster, database, server):
    """operator("audit", "detach", ...): what the binary says to it."""
    urls = {
        "worker_database_url": cluster.url(database, "alongside_worker"),
        "migrate_database_url": cluster.url(database, "alongside_owner"),
    }
    return lambda *words: command(binary, server, *words, **urls)


@pytest.fixture
def owner(cluster, database):
    with psycopg.connect(cluster.url(database, "alongside_owner"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def past(db, owner, coordinator):
    """A month that is over, linked together with what is going on: it shares a link's range with the present."""
    if db.execute("select to_regclass(%s) is null", (TABLE,)).fetchone()[0]:
        owner.execute("select audit_month_make(%s), audit_month_prepare()", (PAST,))
        for day in (3, 17, 29):
            with quiet_hand(db):
                db.execute(EVENT, (f"{PAST}-{day:02} 12:00Z",))
                db.execute(EVENT, (f"{PAST}-{day:02} 13:00Z",))
            inquire(coordinator)
            link(db)
    return PAST


def count(db, table):
    return db.execute(f"select count(*) from {table}").fetchone()[0]


def kept_months(db):
    return [month for (month,) in db.execute("select month from audit_month_parts() where month is not null order by month")]


# ---- months ----


def test_a_year_of_months_is_there(db):
    """Without a gap, and what happens now lies in the first of them."""
    expected = (
        "select to_char(date_trunc('month', now() at time zone 'UTC') + n * interval '1 month', 'YYYY-MM') from generate_series(0, 12) n"
    )
    assert kept_months(db)[-13:] == [month for (month,) in db.execute(expected)]
    assert count(db, "alongside_audit.events_rest") == 0


def test_what_happens_lies_in_its_month(db, coordinator):
    made = inquire(coordinator)
    where = db.execute("select distinct tableoid::regclass::text from audit_events where object_id = %s", (made["id"],)).fetchall()
    assert where == db.execute(f"select {PRESENT}::text").fetchall()


@pytest.mark.parametrize("who", ["superuser", "owner"])
@pytest.mark.parametrize(
    "tried",
    [
        "insert into audit_events (at, role, operation, action, object_type) values ('2025-12-05 12:00Z', 'x', 'x', 'x', 'x')",
        "insert into {table} select * from {table} limit 1",
        "update {table} set role = 'y'",
        "delete from {table}",
        "truncate {table}",
        "update audit_events set role = 'y' where at < '2026-01-01'",
        "update audit_events set at = '2025-12-05' where at > '2026-01-01'",
        "delete from audit_events where at < '2026-01-01'",
        "truncate audit_events",
    ],
)
def test_a_past_month_is_read_only(past, db, owner, who, tried):
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="is past|append-only"):
        {"superuser": db, "owner": owner}[who].execute(tried.format(table=TABLE))


def test_who_began_before_the_end_of_a_month_may_end_after_it(cluster, database, db, owner):
    """Its time of closing moved to a moment from now: whoever has begun by then commits what they did, whoever begins later does not."""
    trigger, end = owner.execute(
        f"select pg_get_triggerdef(t.oid), date_trunc('month', now(), 'UTC') + interval '1 month' from pg_trigger t"
        f" where t.tgrelid = {PRESENT} and t.tgname = 'past'"
    ).fetchone()
    assert "transaction_timestamp()" in trigger and f"{end:%Y-%m-%d} 00:00:00+00" in trigger
    with psycopg.connect(cluster.url(database), options="-c search_path=alongside,pg_catalog") as slow:
        try:
            closing = db.execute("select clock_timestamp() + interval '1 second'").fetchone()[0]
            moved = re.sub(r"'[^']+'::timestamp with time zone", f"'{closing}'::timestamptz", trigger)
            assert moved != trigger
            owner.execute(moved.replace("CREATE TRIGGER", "create or replace trigger"))
            assert slow.execute("select transaction_timestamp() < %s", (closing,)).fetchone()[0]
            time.sleep(1.1)
            slow.execute(EVENT, (closing,))
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="is past"):
                db.execute(EVENT, (closing,))
            slow.commit()
        finally:
            owner.execute(trigger.replace("CREATE TRIGGER", "create or replace trigger"))
    assert db.execute("select count(*) from audit_events where at = %s", (closing,)).fetchone() == (1,)


# ---- check and migrate ----


def checked(operator):
    """What check says, but for the names of the demonstration that no worker has made digests of here."""
    code, said, told = operator("check")
    return code, said, "\n".join(line for line in told.splitlines() if "names are still to be made anew" not in line)


def test_an_operator_is_told_when_few_months_are_left(operator, db, owner):
    assert checked(operator) == (0, "all is well", "")
    for month in kept_months(db)[-10:]:
        owner.execute(f"drop table {'alongside_audit.events_' + month.replace('-', '_')}")
    code, said, told = operator("check")
    assert (code, said) == (0, "all is well") and "the audit has 2 months ahead: run `alongside migrate`" in told
    assert operator("migrate")[0] == 0
    assert checked(operator) == (0, "all is well", "")
    test_a_year_of_months_is_there(db)


def test_what_lies_in_no_month_is_told_and_moves_into_the_next_that_is_made(operator, db, owner):
    """A month that nobody made in time: what happens goes on, and is linked."""
    last = kept_months(db)[-1]
    table = "alongside_audit.events_" + last.replace("-", "_")
    owner.execute(f"drop table {table}")
    db.execute(EVENT, (f"{last}-15 12:00Z",))
    link(db)
    code, said, told = operator("check")
    assert (code, said) == (0, "all is well") and "audit events lie outside of all months" in told
    assert operator("migrate")[0] == 0
    assert count(db, table) == 1 and count(db, "alongside_audit.events_rest") == 0
    assert checked(operator) == (0, "all is well", "") and operator("audit", "verify")[0] == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        owner.execute("delete from alongside_audit.events_rest")


# ---- out and back ----


@pytest.mark.parametrize("verb", ["detach", "attach"])
def test_what_is_no_past_month(operator, db, verb):
    present = db.execute("select to_char(now() at time zone 'UTC', 'YYYY-MM')").fetchone()[0]
    for month in (present, "1999-01", "2025-13", "december", "2025-12'; drop"):
        code, said, told = operator("audit", verb, month)
        assert code == 1 and said == "" and re.search("is not past|no such month|was not detached", told), told
    assert operator("audit", verb)[0] == 2 and operator("audit", verb, "2025-12", "2026-01")[0] == 2


def test_a_month_is_detached_kept_elsewhere_and_brought_back(operator, past, cluster, database, db, coordinator, tmp_path):
    """The chain over the rest verifies all the while; that the month is away stands in it and in the audit."""
    before, head = operator("audit", "verify"), operator("audit", "head")
    assert before[0] == 0
    assert operator("audit", "detach", past) == (0, "", "")
    assert count(db, "audit_events where at < '2026-01-01'") == 0 and count(db, TABLE) == 6
    code, said, _ = operator("audit", "verify")
    assert code == 0 and said.endswith(f"; detached: {past}") and operator("audit", "head") != head
    kept = "select role, action, object_type, fields from audit_events order by id desc limit 1"
    assert db.execute(kept).fetchone() == ("owner", "detached", "audit", [past])
    inquire(coordinator)
    link(db)
    assert operator("audit", "verify")[0] == 0
    assert "was not detached" in operator("audit", "attach", "2025-11")[2] and "no such month" in operator("audit", "detach", past)[2]

    archive = tmp_path / "archive"
    where = ["-h", cluster.root, "-U", "postgres", "-d", database]
    subprocess.run([POSTGRES_BIN / "pg_dump", *where, "-Fc", "-t", TABLE, "-f", archive], check=True)
    with quiet_hand(db):
        db.execute(f"drop table {TABLE}")
    assert operator("migrate")[0] == 0 and operator("audit", "verify")[0] == 0
    assert "there is no table" in operator("audit", "attach", past)[2]
    subprocess.run([POSTGRES_BIN / "pg_restore", *where, archive], check=True)
    assert operator("audit", "attach", past) == (0, "", "")
    link(db)
    events = count(db, "audit_events")
    assert operator("audit", "verify") == (0, f"the audit chain is whole: {events} events", "")
    assert db.execute(kept).fetchone() == ("owner", "attached", "audit", [past])
    test_a_past_month_is_read_only(past, db, db, "superuser", "insert into {table} select * from {table} limit 1")


def test_what_comes_late_for_a_month_that_is_away_comes_in_with_it(operator, past, db, coordinator):
    """A clock that was set back, at the turn of a month: the event lies in the rest and is linked, and the month still fits."""
    assert operator("audit", "detach", past) == (0, "", "")
    db.execute(EVENT, (f"{past}-30 12:00Z",))
    inquire(coordinator)
    link(db)
    before = count(db, "audit_events")
    assert count(db, "alongside_audit.events_rest") == 1 and operator("audit", "verify")[0] == 0
    assert operator("audit", "attach", past) == (0, "", "")
    assert count(db, TABLE) == 7 and count(db, "alongside_audit.events_rest") == 0
    link(db)
    assert count(db, "audit_events") == before + 7 and operator("audit", "verify")[0] == 0


NUMBERED = (
    "(id, at, role, operation, action, object_type) overriding system value values (1, now(), 'x', 'x', 'x', 'x')",
    "(xid, at, role, operation, action, object_type) values ('7', now(), 'x', 'x', 'x', 'x')",
    "(at, role, operation, action, object_type) values ('infinity', 'nobody', 'x', 'x', 'x')",
)


@pytest.mark.parametrize("user", ["alongside_api", "alongside_worker"])
@pytest.mark.parametrize("values", NUMBERED)
def test_nobody_numbers_their_own_events(cluster, database, user, values):
    """The chain goes by id and xid: whoever could choose them could end it."""
    with psycopg.connect(cluster.url(database, user), autocommit=True) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"insert into alongside.audit_events {values}")


@pytest.mark.parametrize("kind", ["epoch", "detached", "attached"])
def test_jobs_link_events_and_nothing_else(cluster, database, kind):
    link_of = "select seq + 1, %s, month, upto_xid, upto_xid, after_id, upto_id, 0, '', '', system_id, now() from alongside.audit_links"
    with psycopg.connect(cluster.url(database, "alongside_worker"), autocommit=True) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"insert into alongside.audit_links {link_of} order by seq desc limit 1", (kind,))


FORGED = "update {table} set action = 'forged' where at = (select max(at) from {table})"
REMOVED = "delete from {table} where at = (select max(at) from {table})"


@pytest.mark.parametrize("change", [FORGED, REMOVED])
def test_what_was_changed_while_it_was_away_does_not_come_back(operator, past, db, change):
    assert operator("audit", "detach", past) == (0, "", "")
    db.execute(f"create temporary table kept as table {TABLE}")
    with quiet_hand(db):
        db.execute(change.format(table=TABLE))
        assert "this is not what was detached" in operator("audit", "attach", past)[2]
        # By hand, past the command: the chain says so.
        db.execute("begin")
        db.execute("insert into audit_links select l.seq + 1, 'attached', %s, l.upto_xid, l.upto_xid, l.after_id, l.upto_id, 0, '', 'x',"
                   " l.system_id, now() from audit_links l order by l.seq desc limit 1", (past,))  # fmt: skip
        db.execute("update audit_links l set hash = audit_link_hash(l, (select p.hash from audit_links p where p.seq = l.seq - 1))"
                   " where l.hash = 'x'")  # fmt: skip
        db.execute("set local role alongside_owner")
        db.execute("select audit_month_place(%s)", (past,))
        assert db.execute("select ok from audit_link_verify()").fetchone() == (False,)
        db.execute("rollback")
        db.execute(f"delete from {TABLE}; insert into {TABLE} table kept; drop table kept")
    assert operator("audit", "attach", past) == (0, "", "") and operator("audit", "verify")[0] == 0


@pytest.mark.parametrize("change", [FORGED, REMOVED, "insert into {table} select * from {table} limit 0"])
def test_only_what_is_whole_is_detached(operator, past, db, change):
    """Otherwise a detachment would hide what was changed before it, or take what is not linked yet."""
    db.execute(f"create temporary table kept as table {TABLE}")
    with quiet_hand(db):
        db.execute(change.format(table=TABLE))
        if "limit 0" in change:
            db.execute(EVENT, (f"{PAST}-31 12:00Z",))
        assert "not all of this month is linked yet" in operator("audit", "detach", past)[2]
        db.execute(f"delete from {TABLE}; insert into {TABLE} table kept; drop table kept")
    assert operator("audit", "verify")[0] == 0


@pytest.mark.parametrize("doing", ["drop table {table}", "alter table audit_events detach partition {table}"])
def test_a_month_that_is_gone_by_hand_breaks_the_chain(past, db, doing):
    db.execute("begin")
    db.execute(doing.format(table=TABLE))
    assert db.execute("select ok from audit_link_verify()").fetchone() == (False,)
    db.execute("rollback")


@pytest.mark.parametrize(
    "doing",
    [
        "delete from audit_links where kind = 'detached'",
        "update audit_links set month = '2025-11' where kind = 'detached'",
        "update audit_links set events = events + 1 where kind = 'events' and month = '2025-12'",
        "update audit_links set digest = sha256('x') where kind = 'events' and month = '2025-12'",
        "delete from audit_links where kind = 'events' and month = '2025-12'",
        "delete from audit_events where action = 'detached' and '2025-12' = any (fields)",
        "insert into audit_events (xid, at, role, operation, action, object_type)"
        " select from_xid, '2025-12-07', 'x', 'x', 'x', 'x' from audit_links where kind = 'events' and month = '2025-12' limit 1",
    ],
)
def test_a_detachment_cannot_be_hidden_nor_hide(operator, past, db, doing):
    assert operator("audit", "detach", past) == (0, "", "")
    link(db)
    assert operator("audit", "verify")[0] == 0
    with quiet_hand(db):
        db.execute("begin")
        db.execute(doing)
        assert db.execute("select ok from audit_link_verify()").fetchone() == (False,)
        db.execute("rollback")
    assert operator("audit", "attach", past) == (0, "", "")


def test_a_detachment_waits_for_nobody_for_long(operator, past, cluster, database, db, coordinator):
    """Somebody reads for a long time: the command gives up soon, requests are not held up, nothing has changed."""
    with psycopg.connect(cluster.url(database), options="-c search_path=alongside,pg_catalog") as reader:
        reader.execute("select count(*) from audit_events")
        started = time.monotonic()
        assert "try again" in operator("audit", "detach", past)[2]
        assert time.monotonic() - started < 5
    inquire(coordinator)
    link(db)
    assert operator("audit", "verify")[0] == 0 and count(db, "audit_events where at < '2026-01-01'") >= 6
