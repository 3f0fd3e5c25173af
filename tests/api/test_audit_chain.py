# SPDX-License-Identifier: MIT
"""The hash chain over the audit, with the binary as an operator uses it: whole, it says so; touched anywhere, it says where."""

import re
import time

import psycopg
import pytest
from harness.server import PATIENCE
from steps import COORDINATOR, at_once, inquire
from steps.audit import command, link, quiet_hand


@pytest.fixture
def audit(binary, cluster, database, server):
    """audit("verify"): what the binary prints, and whether it ended well."""
    worker = cluster.url(database, "alongside_worker")
    return lambda *words, url=worker: command(binary, server, "audit", *words, worker_database_url=url)


@pytest.fixture
def chain(db, coordinator):
    """Three links over what a coordinator did; each of several events."""
    for _ in range(3):
        made = inquire(coordinator)
        coordinator.get(made.path).ok()
        coordinator.patch(made.path, {"urgent": True}, if_match=made).ok()
        link(db)
    return db.execute("select max(seq) from audit_links").fetchone()[0]


def test_a_chain_begins_with_nothing(audit):
    """First of this file: nobody has linked anything yet."""
    assert audit("verify") == (0, "the audit chain is whole: 0 events", "")
    assert audit("head") == (0, "the audit chain has no link yet", "")


def test_a_whole_chain(audit, chain, db):
    events = db.execute("select count(*) from audit_events").fetchone()[0]
    assert audit("verify") == (0, f"the audit chain is whole: {events} events", "")
    code, head, _ = audit("head")
    digest = db.execute("select encode(hash, 'hex') from audit_links where seq = %s", (chain,)).fetchone()[0]
    assert code == 0 and re.fullmatch(rf"{chain} {digest} \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ", head)


def test_what_is_not_linked_yet_breaks_nothing(audit, chain, coordinator, db):
    before = audit("head")
    inquire(coordinator)
    assert audit("verify")[0] == 0 and audit("head") == before
    link(db)
    assert audit("verify")[0] == 0 and audit("head") != before


def middle(db, chain):
    """An event in the middle of the chain."""
    return db.execute(
        "select e.id from audit_events e join audit_links l on e.xid >= l.from_xid and e.xid < l.upto_xid where l.seq = %s"
        " order by e.id offset 1 limit 1",
        (chain - 1,),
    ).fetchone()[0]


TOUCHED = {
    "at": "at + interval '1 microsecond'",
    "account_id": "null",
    "role": "'administrator'",
    "operation": "'referrals_list'",
    "action": "'create'",
    "object_type": "'staff'",
    "object_id": "gen_random_uuid()",
    "participant_ids": f"array['{COORDINATOR}'::uuid]",
    "fields": "array['name']",
    "request_id": "null",
}


@pytest.mark.parametrize("column", TOUCHED)
def test_a_changed_event_is_found(audit, chain, db, column):
    """Every column counts."""
    identifier = middle(db, chain)
    kept = db.execute(f"select {column} from audit_events where id = %s", (identifier,)).fetchone()[0]
    with quiet_hand(db):
        db.execute(f"update audit_events set {column} = {TOUCHED[column]} where id = %s", (identifier,))
        code, said, _ = audit("verify")
        assert code == 1 and re.match(rf"the audit chain is BROKEN at link {chain - 1} \(\d+ events before it are whole\)", said)
        db.execute(f"update audit_events set {column} = %s where id = %s", (kept, identifier))
    assert audit("verify")[0] == 0


def keep_copy(db, table):
    """For put_back()."""
    db.execute(f"drop table if exists kept; create temporary table kept as table {table}")


def put_back(db, table):
    overriding = "overriding system value" if table == "audit_events" else ""
    db.execute(f"delete from {table}; insert into {table} {overriding} table kept")


@pytest.mark.parametrize(
    ("table", "doing"),
    [
        ("audit_events", "delete from audit_events where id = {event}"),
        ("audit_events", "delete from audit_events"),
        ("audit_events", "insert into audit_events (xid, at, role, operation, action, object_type)"
                         " select xid, at, role, operation, action, object_type from audit_events where id = {event}"),
        ("audit_events", "update audit_events set xid = (select max(xid) from audit_events) where id = {event}"),
        ("audit_links", "delete from audit_links where seq = {link}"),
        ("audit_links", "delete from audit_links where seq = 1"),
        ("audit_links", "update audit_links set hash = sha256('x') where seq = {link}"),
        ("audit_links", "update audit_links set events = events + 1 where seq = {link}"),
        ("audit_links", "update audit_links set upto_xid = from_xid where seq = {link}"),
    ],
)  # fmt: skip
def test_what_is_taken_out_put_in_or_moved_is_found(audit, chain, db, table, doing):
    keep_copy(db, table)
    with quiet_hand(db):
        db.execute(doing.format(event=middle(db, chain), link=chain - 1))
        code, said, _ = audit("verify")
        put_back(db, table)
    assert code == 1 and said.startswith("the audit chain is BROKEN at link ")
    assert audit("verify")[0] == 0


def test_a_chain_that_ends_early_is_found_by_a_head_that_was_kept(audit, chain, db):
    """Of everything that was taken away nothing remains to be compared; what was written down elsewhere does."""
    _, head, _ = audit("head")
    assert audit("verify", head)[0] == 0
    for doing in ("delete from audit_links; delete from audit_events", "delete from audit_links where seq = {chain}; delete from audit_events"
                  " where xid >= (select max(upto_xid) from audit_links)"):  # fmt: skip
        keep_copy(db, "audit_links")
        db.execute("drop table if exists kept_events; create temporary table kept_events as table audit_events")
        with quiet_hand(db):
            db.execute(doing.format(chain=chain))
            assert audit("verify")[0] == 0, "what is left is whole"
            code, said, _ = audit("verify", head)
            put_back(db, "audit_links")
            db.execute("delete from audit_events; insert into audit_events overriding system value table kept_events")
        assert code == 1 and said.startswith(f"the audit chain is BROKEN at link {chain} ")
    for forged in (f"{chain} {'0' * 64}", f"{chain + 1} {head.split()[1]}", "9"):
        assert audit("verify", forged)[0] == 1
    assert audit("verify", head)[0] == 0


@pytest.mark.parametrize(
    ("kept", "forged"),
    [
        ("array['a', 'b']", "array['a,b']"),
        ("array['a', 'b']", "array['a', null, 'b']"),
        ("array['a']", "array['a', null]"),
        ("array['null']", "array[null]"),
    ],
)
def test_no_two_events_read_the_same(db, kept, forged):
    """A list is hashed with its bounds, and nothing is as good as a word."""
    digest = "select encode(audit_event_digest(jsonb_populate_record(e, jsonb_build_object('fields', {}::text[]))), 'hex')"
    event = " from audit_events e order by id limit 1"
    assert db.execute(digest.format(kept) + event).fetchone() != db.execute(digest.format(forged) + event).fetchone()


def test_a_chain_forged_anew_is_whole_but_has_another_head(audit, chain, db):
    """Whoever can rewrite events can rewrite links: therefore the head is kept outside the database."""
    _, head, _ = audit("head")
    keep_copy(db, "audit_links")
    with quiet_hand(db):
        identifier = middle(db, chain)
        db.execute("update audit_events set action = 'forged' where id = %s", (identifier,))
        db.execute("delete from audit_links")
        link(db)
        assert audit("verify")[0] == 0
        assert audit("head")[1].split()[:2] != head.split()[:2]
        db.execute("update audit_events set action = 'read' where id = %s", (identifier,))
        put_back(db, "audit_links")
    assert audit("verify")[0] == 0


def test_nobody_touches_it_by_mistake(db, chain):
    """Append-only for its owner too, as long as the triggers stand."""
    for table in ("audit_events", "audit_links"):
        for statement in (f"update {table} set at = now()", f"delete from {table}", f"truncate {table}"):
            with pytest.raises(psycopg.Error, match="append-only"):
                db.execute(statement)


def test_events_that_commit_late_are_linked_late(audit, cluster, database, coordinator, db):
    """A transaction that wrote early and ends late belongs to a later link: a closed one never gets anything more."""
    with psycopg.connect(cluster.url(database), options="-c search_path=alongside,pg_catalog") as slow:
        slow.execute("insert into audit_events (at, role, operation, action, object_type) values (now(), 'x', 'x', 'late', 'x')")
        at_once(4, lambda _: db and inquire(coordinator).status)
        db.execute("select audit_link_append()")
        assert audit("verify")[0] == 0
        slow.commit()
    link(db)
    code, said, _ = audit("verify")
    events = db.execute("select count(*) from audit_events").fetchone()[0]
    assert (code, said) == (0, f"the audit chain is whole: {events} events")


def test_the_worker_links_by_itself(start_server, make_client, cluster):
    server = start_server(worker=True)
    made = inquire(make_client(server, "coordinator"))
    with psycopg.connect(cluster.url(server.database), autocommit=True, options="-c search_path=alongside,pg_catalog") as db:
        deadline = time.monotonic() + 15 * PATIENCE
        found = "select exists (select from audit_events e join audit_links l on e.xid >= l.from_xid and e.xid < l.upto_xid where e.object_id = %s)"
        while not db.execute(found, (made["id"],)).fetchone()[0]:
            assert time.monotonic() < deadline, "the worker links nothing"
            time.sleep(0.05)
        assert db.execute("select ok from audit_link_verify()").fetchone()[0]


def test_what_an_operator_may_mistype(audit):
    assert audit()[0] == 2 and audit("verfy")[0] == 2 and audit("verify", "head")[0] == 2
    code, _, said = audit("verify", url="")
    assert code == 1 and "worker_database_url" in said
    code, _, said = audit("verify", url="host=/nowhere dbname=none user=alongside_worker password=sesame")
    assert code == 1 and "sesame" not in said
