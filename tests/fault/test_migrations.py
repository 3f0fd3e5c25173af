# SPDX-License-Identifier: MIT
"""A database is carried to the next release: nothing is lost, nothing is left over, it fails whole, and there is no way back.

The releases are thrown away: a copy of sql/ with the changes below, and the binary with that one object exchanged.
"""

import subprocess
import threading
import time

import psycopg
import pytest
from harness.cluster import SEAL_KEYS, server_environment
from harness.hammer import Hammer
from harness.rebuilt import ROOT, build

# What the first version has and the second has no more: a guard that would refuse what 0002 does to the data, a view on a column whose
# type it changes.
FIRST = {
    "functions/carried.sql": """
create or replace function carried_left() returns int stable language sql return 1;
create or replace function carried_kind() returns text stable language sql return 'first';
create or replace function carried_guard() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
create trigger carried_guard before update on holidays for each row execute function carried_guard();
create view carried_days with (security_invoker) as select h.date, h.name_fr from holidays h;
""",
    "policies/carried.sql": """
create policy carried_reads on sealed_keys for select to alongside_api using (carried_left() = 0);
grant select on carried_days to alongside_api;
""",
}
SECOND = {
    "functions/carried.sql": "create or replace function carried_kind() returns int stable language sql return 2;\n",
    "migrations/0002/holidays.sql": """
alter table holidays add column carried_name text not null default '';
update holidays set carried_name = name_en;
alter table holidays alter column name_fr type varchar(500);
""",
    "migrations/0002/carried_notes.sql": """
create table carried_notes (holiday_id uuid primary key references holidays, note text not null);
insert into carried_notes select h.id, h.name_fr from holidays h;
""",
}
FAULTY = SECOND | {"migrations/0003/carried_notes.sql": "drop table carried_notes;\n-- é\nselect nothing from holidays;\n"}
EDITED = {"migrations/0001/holidays.sql": (ROOT / "sql/migrations/0001/holidays.sql").read_text() + "-- An afterthought.\n"}


@pytest.fixture(scope="module")
def binaries(tmp_path_factory):
    trees = {"first": FIRST, "second": SECOND, "faulty": FAULTY, "edited": EDITED}
    return {name: build(tmp_path_factory.mktemp(name), changes) for name, changes in trees.items()}


@pytest.fixture
def alongside(cluster, binaries, local_key):
    """alongside(version, database, argument, ...) → exit code, what it says."""

    def run(version, database, *arguments):
        environment = server_environment(
            database_url=cluster.url(database, "alongside_api"),
            migrate_database_url=cluster.url(database, "alongside_owner"),
            seal_keys=SEAL_KEYS,
            token_local_key=local_key.private_pem(),
        )
        binary = binaries.get(version, version)
        result = subprocess.run([binary, *arguments], env=environment, capture_output=True, text=True, timeout=120)
        return result.returncode, result.stdout + result.stderr

    return run


@pytest.fixture
def carried(cluster, alongside):
    """A database with the demo data, at the first version."""
    name = cluster.create_database()
    code, said = alongside("first", name, "migrate", "--demo")
    assert code == 0 and "added routine carried_left()" in said and "migrations" not in said
    yield name
    cluster.drop_database(name)


def columns(db):
    rows = db.execute("""
        select table_name, string_agg(quote_ident(column_name), ', ' order by ordinal_position) from information_schema.columns
        join information_schema.tables t using (table_schema, table_name) where table_schema = 'alongside' and t.table_type = 'BASE TABLE'
        and table_name not in ('schema_migrations', 'schema_state') group by table_name""")
    return dict(rows.fetchall())


def contents(db, of):
    """Of each table, in the columns named, the number of rows and a digest of them all."""
    query = "select count(*), md5(string_agg(t::text, '|' order by t::text)) from (select {} from {}) t"
    return {table: db.execute(query.format(names, table)).fetchone() for table, names in of.items()}


@pytest.fixture
def look(cluster):
    def connect(database):
        return psycopg.connect(cluster.url(database), autocommit=True, options="-c search_path=alongside,pg_catalog -c timezone=UTC")

    return connect


@pytest.mark.slow
def test_a_database_is_carried_to_the_next_release(cluster, alongside, carried, look):
    with look(carried) as db:
        known = columns(db)
        before = contents(db, known)
        assert len(before) > 40 and sum(count for count, _ in before.values()) > 300
        code, said = alongside("second", carried, "migrate", "--demo")
        assert code == 0, said
        assert "applied migrations/0002\n" in said and "migrations/0001" not in said
        assert contents(db, known) == before
        assert db.execute("select count(*) from carried_notes join holidays h on h.id = holiday_id and note = name_fr").fetchone() == (
            before["holidays"][0],
        )
        assert db.execute("select carried_kind() + 1").fetchone() == (3,)

    dump = cluster.structure(carried)
    gone = ("carried_left", "carried_guard", "carried_days", "carried_reads")
    assert not [line for line in dump.splitlines() if any(name in line for name in gone)]
    anew = cluster.create_database("template0")
    assert alongside("second", anew, "migrate", "--demo")[0] == 0
    assert cluster.structure(anew) == dump
    cluster.drop_database(anew)

    assert alongside("second", carried, "migrate", "--demo") == (0, "nothing to apply\n")
    assert cluster.structure(carried) == dump
    code, said = alongside("second", carried, "check")
    assert code == 0, said


@pytest.mark.slow
def test_there_is_no_way_back_and_nothing_applied_is_edited(cluster, alongside, carried):
    for version, sentence in (("second", "a migration is missing"), ("edited", "a migration was changed after it was applied")):
        code, said = alongside(version, carried, "check")
        assert code != 0 and sentence in said
    assert alongside("second", carried, "migrate", "--demo")[0] == 0
    dump = cluster.structure(carried)
    code, said = alongside("first", carried, "check")
    assert code != 0 and "the database is newer than this binary" in said and "0002" in said
    for version, sentence in (
        ("first", "migrate: the database is newer than this binary (0002)\n"),
        ("edited", "sql/migrations/0001: was changed after it was applied"),
    ):
        code, said = alongside(version, carried, "migrate", "--demo")
        assert code != 0 and sentence in said
    assert cluster.structure(carried) == dump


@pytest.mark.slow
def test_an_upgrade_that_fails_leaves_the_version_before(cluster, alongside, carried):
    """And the error names the file and the line in it."""
    dump = cluster.structure(carried)
    code, said = alongside("faulty", carried, "migrate", "--demo")
    assert code != 0 and 'sql/migrations/0003/carried_notes.sql:3: column "nothing" does not exist (42703)' in said
    assert cluster.structure(carried) == dump
    code, said = alongside("first", carried, "check")
    assert code == 0, said


@pytest.mark.slow
def test_requests_during_an_upgrade(cluster, alongside, start_server, look, contract, token, inquiry, binary):
    """An old process serves on: 503 at worst (with Retry-After, which the client asks of each), nothing that was answered is lost."""
    server = start_server(worker=True, seal_keys=SEAL_KEYS)
    hammers = [Hammer(server, contract, token, inquiry) for _ in range(4)]
    try:
        for version in ("first", binary):
            code, said = alongside(version, server.database, "migrate")
            assert code == 0, said
            time.sleep(0.3)

        with look(server.database) as db, db.transaction():
            db.execute("select from holidays")  # somebody at psql, a dump
            waiting = threading.Thread(target=alongside, args=("first", server.database, "migrate"))
            waiting.start()
            answered = sum(len(hammer.writes) for hammer in hammers)
            time.sleep(2)
            assert waiting.is_alive()
            assert sum(len(hammer.writes) for hammer in hammers) > answered + 10, "a migration that waits lets requests pass"
        waiting.join(60)
    finally:
        for hammer in hammers:
            hammer.stop()

    writes = {key: status for hammer in hammers for key, status in hammer.writes.items()}
    assert {status for hammer in hammers for status in hammer.reads} <= {200, 503} and set(writes.values()) <= {201, 503}
    refused = {line["sqlstate"] for line in server.log_lines() if line["level"] == "error" and "sqlstate" in line}
    assert refused <= {"55P03"}, refused
    with look(server.database) as db:
        kept = {key for (key,) in db.execute("select key from idempotency_keys where status = 201")}
        assert db.execute("select carried_kind()").fetchone() == ("first",), "the one that waited had its moment"
    assert {key for key, status in writes.items() if status == 201} == kept
    for role, path in Hammer.READS:
        hammers[0].clients[role].get(path).ok()
