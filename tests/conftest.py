# SPDX-License-Identifier: MIT
"""Fixtures of the rings api, contract, fault and clients. One cluster a worker, one database and one server a test module."""

import os
import time
from pathlib import Path

import psycopg
import pytest
from harness.client import Client
from harness.cluster import with_template
from harness.contract import Contract
from harness.jwks import JwksServer
from harness.mailbox import Mailbox
from harness.server import Server
from harness.tokens import ISSUER, Key, claims
from steps import duty

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / os.environ.get("TEST_BUILD", "build/release")
BINARY = BUILD / "alongside"
ROLES = ("peer", "peer_supporter", "mental_health_professional", "coordinator", "line", "administrator")
# The demo data's account of each role, and a second one of each staff role made by the `database` fixture.
DEMO_ACCOUNTS = {role: f"00000000-0000-4000-8000-{number:012d}" for number, role in enumerate(ROLES, 1)}
OTHER_ACCOUNTS = {role: f"00000000-0000-4000-8000-{100 + number:012d}" for number, role in enumerate(ROLES, 1)}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A failing test shows what its servers said."""
    report = yield
    if report.failed:
        for server in getattr(item, "_servers", []):
            report.sections.append((f"server log {server.url}", server.log_text()[-6000:]))
    return report


@pytest.fixture(autouse=True)
def _remember_servers(request):
    servers = [value for name, value in request.node.funcargs.items() if isinstance(value, Server)]
    request.node._servers = servers
    yield
    for server in servers:
        if not getattr(server, "may_die", False):
            server.assert_alive()


@pytest.fixture(scope="session")
def cluster():
    made = with_template(BINARY)
    try:
        add_accounts(made)
        yield made
    finally:
        made.destroy()


def add_accounts(cluster):
    rows = ", ".join(f"('{OTHER_ACCOUNTS[role]}', '{ISSUER}', '{OTHER_ACCOUNTS[role]}', '{role}')" for role in ROLES if role != "peer")
    cluster.psql(
        "alongside_template",
        f"insert into alongside.accounts (id, issuer, subject, role) values {rows} on conflict do nothing;",
    )


@pytest.fixture(scope="session")
def contract():
    return Contract(BUILD / "openapi" / "openapi.json", os.environ.get("TEST_SEEN"))


@pytest.fixture(scope="session")
def inquiry(contract):
    """inquiry(**changes): the body of an inquiry that a coordinator records now."""

    def make(**changes):
        body = contract.example("referrals_create") | changes
        body.pop("received_at", None)
        return body

    return make


@pytest.fixture(scope="session")
def local_key():
    return Key("ES256")


@pytest.fixture(scope="module")
def database(cluster):
    name = cluster.create_database()
    yield name
    cluster.drop_database(name)


@pytest.fixture(scope="module")
def mailbox():
    sink = Mailbox()
    yield sink
    sink.stop()


@pytest.fixture(scope="module")
def server_settings():
    """A module overrides this to start its server with other settings."""
    return {}


@pytest.fixture(scope="module")
def server(cluster, database, local_key, server_settings, tmp_path_factory):
    made = Server(BINARY, cluster, database, local_key, tmp_path_factory.mktemp("server") / "log", **server_settings)
    yield made
    made.stop()


@pytest.fixture
def start_server(cluster, local_key, tmp_path, request):
    """start_server(**settings): a server (and database, unless given) of the test's own."""
    servers, databases = [], []

    def start(database=None, **settings):
        if database is None:
            database = cluster.create_database()
            databases.append(database)
        key = settings.pop("local_key", local_key)
        made = Server(BINARY, cluster, database, key, tmp_path / f"log{len(servers)}", **settings)
        servers.append(made)
        request.node._servers = servers
        return made

    yield start
    try:
        for server in servers:
            if server.process.poll() is None:
                server.stop()
            server.assert_clean()
    finally:
        for server in servers:
            if server.process.poll() is None:
                server.kill()
        for name in databases:
            cluster.drop_database(name)


@pytest.fixture
def deliver(start_server, server, database, mailbox, db):
    """deliver(): between queueing and sending time has passed; now a worker runs until nothing that is due is left."""
    left = "select count(*) from outbox where state = 'sending' or state = 'queued' and due_at <= now()"

    def run():
        mailbox.clear()
        worker = start_server(database=database, worker=True, smtp_url=mailbox.url, public_url=server.url)
        deadline = time.monotonic() + 20
        while db.execute(left).fetchone() != (0,):
            assert time.monotonic() < deadline, "mail that never left"
            time.sleep(0.02)
        worker.stop()
        return mailbox

    return run


@pytest.fixture(scope="module")
def db(cluster, database):
    """A superuser's connection, each statement committed: for arranging and for looking behind the walls."""
    with psycopg.connect(cluster.url(database), autocommit=True, options="-c search_path=alongside,pg_catalog") as connection:
        yield connection


@pytest.fixture(scope="session")
def token(local_key):
    """token(role, account): signed with the local key."""

    def mint(role, account=None, **changes):
        return local_key.sign(claims(account or DEMO_ACCOUNTS[role], role, **changes))

    return mint


@pytest.fixture
def make_client(contract, token):
    """make_client(server, role, account): role None = without a token."""
    made = []

    def make(server, role=None, account=None, **kwargs):
        if role is not None and "token" not in kwargs:
            kwargs["token"] = token(role, account)
        made.append(Client(server.url, contract, account=account or DEMO_ACCOUNTS.get(role), **kwargs))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client, server, db):
    """client(role, account): a client of the module's server. account "other" is a second account of a staff role; its db, and
    client.db, look behind the walls of the same program."""

    def of_role(role=None, account=None, **kwargs):
        if account == "other":
            account = OTHER_ACCOUNTS[role]
        made = make_client(server, role, account, **kwargs)
        made.db = db
        return made

    of_role.db = db
    return of_role


@pytest.fixture
def coordinator(client):
    return client("coordinator")


@pytest.fixture
def line(client):
    return client("line")


@pytest.fixture
def administrator(client):
    return client("administrator")


@pytest.fixture
def lead(client, db):
    """The program lead, at the moment of the stories of who is on call; nobody is yet."""
    db.execute("delete from duty_shifts")
    made = client("administrator")
    made.headers["X-Test-Now"] = duty.NOW
    return made


@pytest.fixture
def anna(client, administrator):
    """Somebody who may be on call everywhere."""
    return duty.OnCall(client, administrator, alias="Anna")


@pytest.fixture
def peer(client):
    return client("peer")


@pytest.fixture
def nobody(client):
    return client()


@pytest.fixture(scope="module")
def rsa_key():
    return Key("RS256", "rsa-1")


@pytest.fixture
def jwks_server(rsa_key):
    made = JwksServer(rsa_key)
    yield made
    made.stop()


@pytest.fixture(scope="session")
def binary():
    return BINARY


@pytest.fixture(scope="session")
def root():
    return ROOT
