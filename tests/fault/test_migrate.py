# SPDX-License-Identifier: MIT
"""What stands round `alongside migrate`: what only a superuser gives, copies of a database, its own death and PostgreSQL's."""

import os
import signal
import subprocess
import threading
import time

import psycopg
import pytest
from harness.cluster import SEAL_KEYS, Cluster, server_environment
from harness.server import PATIENCE

TEMPORARY = "select has_database_privilege('alongside_api', current_database(), 'temporary')"
FORGET = "delete from alongside.schema_state where key = 'code'"
LAST_MONTH = """do $$ begin execute format('drop table alongside_audit.%I',
    (select max(tablename) from pg_tables where schemaname = 'alongside_audit' and tablename ~ 'events_[0-9]')); end $$"""


@pytest.fixture(scope="module")
def own_cluster(binary):
    """Roles are of the whole cluster."""
    made = Cluster(binary, settings={"autovacuum_naptime": "1s"})
    try:
        made.make_template(demo=False)
        yield made
    finally:
        made.destroy()


def awaken(cluster):
    """Whatever was done to it before."""
    deadline = time.monotonic() + 60
    while True:
        try:
            cluster.ensure_running()
            return cluster.psql("postgres", "select")
        except RuntimeError:
            assert time.monotonic() < deadline
            time.sleep(0.2)


@pytest.fixture
def own_database(own_cluster):
    awaken(own_cluster)
    name = own_cluster.create_database()
    yield name
    awaken(own_cluster)
    own_cluster.drop_database(name)


@pytest.fixture
def migrating(own_cluster, binary):
    """migrating(database, user, **settings): the process."""

    def start(database, user="alongside_owner", **settings):
        environment = server_environment(migrate_database_url=own_cluster.url(database, user), seal_keys=SEAL_KEYS, **settings)
        return subprocess.Popen([binary, "migrate"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    return start


@pytest.fixture
def migrate(migrating):
    """migrate(database, user) → exit code, what it says."""

    def run(database, user="alongside_owner"):
        process = migrating(database, user)
        said, _ = process.communicate(timeout=120)
        return process.returncode, said

    return run


def test_what_a_superuser_has_to_give_is_said_and_nothing_begun(own_cluster, migrate):
    """Each role of `alongside roles` away in turn, each membership, another login, somebody else's database."""

    def refused(sentence, advice, user="alongside_owner"):
        code, said = migrate("empty", user)
        assert code == 1 and sentence in said and advice in said, said
        assert own_cluster.psql("empty", "select count(*) from pg_namespace where nspname = 'alongside'") == "0\n"

    own_cluster.psql("postgres", "create database empty owner alongside_owner")
    anew = "as a superuser: alongside roles | psql -d postgres"
    roles = own_cluster.psql("empty", "select rolname from pg_roles where rolname ~ '^alongside_' and rolname <> 'alongside_owner'").split()
    members = own_cluster.psql("empty", "select roleid::regrole from pg_auth_members where member = 'alongside_owner'::regrole").split()
    assert len(roles) == 7 and len(members) == 5
    for role in roles:
        own_cluster.psql("empty", f"alter role {role} rename to away")
        refused(f"alongside_owner lacks {role} (", anew)
        own_cluster.psql("empty", f"alter role away rename to {role}")
    for role in members:
        own_cluster.psql("empty", f"revoke {role} from alongside_owner")
        refused(f"alongside_owner lacks {role} (", anew)
        own_cluster.psql("empty", f"grant {role} to alongside_owner")
    refused("logged in as postgres, not as alongside_owner", "migrate_database_url", "postgres")
    own_cluster.psql("postgres", "alter database empty owner to postgres; grant create on database empty to alongside_owner")
    refused("the database empty belongs to somebody else", "alter database empty owner to alongside_owner")
    own_cluster.psql("postgres", "alter database empty owner to alongside_owner")
    assert migrate("empty")[0] == 0
    own_cluster.drop_database("empty")


def test_a_copy_of_a_database_is_closed_to_temporary_tables(own_cluster, own_database, migrate):
    """A copy, and what a dump is restored into, begin with what every database grants."""
    own_cluster.psql(own_database, f"grant temporary on database {own_database} to public")
    assert own_cluster.psql(own_database, TEMPORARY) == "t\n"
    assert migrate(own_database) == (0, "nothing to apply\n")
    assert own_cluster.psql(own_database, TEMPORARY) == "f\n"


@pytest.mark.parametrize("given", ["temporary on database {database}", "create on schema public"])
def test_a_login_that_may_make_objects_is_not_served(own_cluster, own_database, migrate, binary, local_key, given):
    """Of its own, in front of ours: migrate takes from everybody what the login alone may not be given either."""
    own_cluster.psql(own_database, f"grant {given.format(database=own_database)} to public")
    settings = {
        "database_url": own_cluster.url(own_database, "alongside_api"),
        "seal_keys": SEAL_KEYS,
        "token_local_key": local_key.private_pem(),
    }
    environment = server_environment(public_url="http://127.0.0.1", **settings)

    def check():
        return subprocess.run([binary, "check"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    refused = check()
    assert refused.returncode == 1 and "the database login may make objects of its own" in refused.stdout
    assert migrate(own_database)[0] == 0
    allowed = check()
    assert allowed.returncode == 0, allowed.stdout
    own_cluster.psql(own_database, f"grant {given.format(database=own_database)} to alongside_api")
    assert check().returncode == 1


def test_whoever_makes_the_roles_calls_no_function_of_somebody_else(own_cluster, binary):
    """A superuser does, in a database in which others may have put a function that fits better than PostgreSQL's."""
    roles = subprocess.run([binary, "roles"], capture_output=True, text=True, check=True).stdout
    trap = "create function {}(text, text) returns text language plpgsql as $$ begin raise exception 'caught'; end $$"
    own_cluster.psql("postgres", "create database trapped; alter role alongside_desk rename to away")
    try:
        own_cluster.psql("trapped", f"create schema postgres; {trap.format('postgres.format')}; {trap.format('public.format')}")
        with pytest.raises(RuntimeError, match="caught"):
            own_cluster.psql("trapped", "do $$ declare word text = 'x'; begin execute format('select %L', word); end $$")
        own_cluster.psql("trapped", roles)
        own_cluster.psql("trapped", "drop role alongside_desk")
    finally:
        own_cluster.psql("postgres", "alter role away rename to alongside_desk")
        own_cluster.drop_database("trapped")


@pytest.mark.slow
def test_an_autovacuum_gives_way(own_cluster, own_database, migrate):
    """Also one that lasts for hours: of these pages it takes one in a tenth of a second."""
    busy = "select count(*) from pg_stat_progress_vacuum where relid = 'alongside.holidays'::regclass"
    own_cluster.psql(
        own_database,
        f"""{FORGET};
        alter table alongside.holidays set (autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1);
        insert into alongside.holidays (date, name_en, name_fr) select date '2100-01-01' + n, repeat('x', 60), 'x'
        from generate_series(1, 20000) n;
        update alongside.holidays set name_fr = 'y' where date > '2100-01-01'""",
    )
    deadline = time.monotonic() + 30 * PATIENCE
    while own_cluster.psql(own_database, busy) == "0\n":
        assert time.monotonic() < deadline, "no vacuum began"
        time.sleep(0.1)
    began = time.monotonic()
    code, said = migrate(own_database)
    assert code == 0, said
    assert time.monotonic() - began < 20 * PATIENCE


@pytest.mark.slow
@pytest.mark.parametrize(
    "forget", [FORGET + "; drop view alongside.documents_json", LAST_MONTH], ids=["what differs", "a month of the audit"]
)
def test_whoever_holds_a_table_is_named_and_waited_for_in_turns(own_cluster, own_database, migrating, forget):
    """Longer than any lock is waited for; others pass meanwhile. The operator says for how long."""

    def connect():
        return psycopg.connect(own_cluster.url(own_database), application_name="long report")

    own_cluster.psql(own_database, forget)

    def named(holder):
        return f"migrate: waiting: process {holder.info.backend_pid} (postgres, long report) holds "

    with connect() as holder, psycopg.connect(own_cluster.url(own_database), autocommit=True) as other:
        holder.execute("select count(*) from alongside.audit_events")
        slowest, began = 0, time.monotonic()
        process = migrating(own_database)
        while time.monotonic() < began + 7:
            asked = time.monotonic()
            other.execute("select count(*) from alongside.audit_events")
            slowest = max(slowest, time.monotonic() - asked)
            time.sleep(0.01)
        holder.rollback()
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0 and said.count(named(holder)) == 1, said
        assert slowest < 0.5 * PATIENCE, slowest
    own_cluster.psql(own_database, forget)
    with connect() as holder:
        holder.execute("select count(*) from alongside.audit_events")
        process = migrating(own_database, migrate_wait_s=2)
        said, _ = process.communicate(timeout=20 * PATIENCE)
        assert process.returncode == 1 and named(holder) in said and "whoever holds a table has to end first" in said, said


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["migrate", "backend", "postgresql"])
def test_a_death_in_the_middle_leaves_what_was(own_cluster, own_database, migrating, migrate, victim):
    """At four moments; the next run is at work at once, and the same database comes of it."""
    before = own_cluster.structure(own_database)
    died = 0
    for moment in (0.05, 0.15, 0.3, 0.5):
        own_cluster.psql(own_database, FORGET)
        process = migrating(own_database)
        time.sleep(moment * PATIENCE)
        if victim == "migrate":
            process.kill()
        elif victim == "postgresql":
            os.kill(own_cluster.postmaster_pid(), signal.SIGQUIT)
        else:
            pid = own_cluster.psql(own_database, "select max(pid) from pg_stat_activity where usename = 'alongside_owner'").strip()
            if pid:
                os.kill(int(pid), signal.SIGKILL)
        said, _ = process.communicate(timeout=60)
        died += process.returncode != 0
        told = ("connection lost", "57P", "the database system is shutting down", "no connection")  # the last two: it had not connected yet
        assert process.returncode in (-signal.SIGKILL, 0) or any(words in said for words in told), said
        awaken(own_cluster)
        assert own_cluster.structure(own_database) == before
        code, said = migrate(own_database)
        assert code == 0, said
        assert own_cluster.structure(own_database) == before
    assert died > 0


@pytest.mark.parametrize(
    ("statement", "function", "arguments"),
    [
        ("audit_link", "audit_link_append", ""),
        ("mail_release", "outbox_release_leases", ""),
        ("instants_rederive", "jobs_rederive", ""),
        ("outbox_take", "outbox_take", "(1)"),
        ("outbox_done", "outbox_done", "(gen_random_uuid(), 'sent', 250)"),
    ],
)
def test_a_job_waits_for_an_upgrade_before_it_looks_for_its_function(own_cluster, own_database, root, statement, function, arguments):
    """It is prepared from before, not planned since an upgrade, and asked while another one makes its function anew."""
    text = (root / f"sql/statements/jobs/{statement}.sql").read_text()
    options = {"autocommit": True, "options": "-c search_path=alongside,pg_catalog"}
    with (
        psycopg.connect(own_cluster.url(own_database, "alongside_worker"), **options) as worker,
        psycopg.connect(own_cluster.url(own_database), **options) as upgrade,
    ):
        worker.execute(f"prepare job as {text}")
        upgrade.execute("alter table schema_state set (fillfactor = 90)")
        failed = []

        def ask():
            try:
                worker.execute(f"execute job {arguments}")
            except psycopg.Error as error:
                failed.append(error)

        with upgrade.transaction():
            made = upgrade.execute(f"select pg_get_functiondef('{function}'::regproc)").fetchone()[0]
            upgrade.execute("lock table schema_state in access exclusive mode")
            asking = threading.Thread(target=ask)
            asking.start()
            while upgrade.execute("select from pg_locks where not granted and relation = 'schema_state'::regclass").fetchone() is None:
                assert asking.is_alive(), "it did not wait"
                time.sleep(0.01)
            upgrade.execute(f"drop function {function}")
            upgrade.execute(made)
            upgrade.execute(f"grant execute on function {function} to alongside_worker")
        asking.join(30)
        assert not failed and not asking.is_alive()
