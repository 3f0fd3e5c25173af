# SPDX-License-Identifier: MIT
"""What an attacker would try over HTTP, beside what the role matrix and the framing tests already refuse."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import pytest
from harness import raw
from harness.cluster import server_environment
from harness.server import PATIENCE, free_port
from psycopg import sql
from steps import ABSENT, at_once
from steps.evenings import Evening
from steps.journey import QUEBEC_COORDINATOR, Intake, open_person, until
from steps.matrix import HIDDEN
from steps.matrix_world import DEMO_ACCOUNTS

STATEMENTS = Path(__file__).resolve().parent.parent.parent / "sql" / "statements"


# ---- a kept answer is not a way around the walls ----


def opened_with_a_key(client, key, **changes):
    body = {
        "alias": f"Maple {key[:12]}",
        "preferred_language": "en",
        "affiliation_kind": "caf_former",
        "age_attested": True,
        "eligibility_attested": True,
        "accessibility_needs": "captions for a hearing aid",
    } | changes
    return body, client.post("/v1/participants", body, idempotency_key=key).created()


def test_a_repeated_request_shows_nobody_who_is_hidden_by_now(coordinator, client):
    """I13, R14: what was opened for all coordinators is excluded for one of them; the key of then opens nothing."""
    key = str(uuid.uuid4())
    body, made = opened_with_a_key(coordinator, key, region="QC")
    intake_key = str(uuid.uuid4())
    intake = {"participant_id": made["id"], "track": "group"}
    coordinator.post("/v1/intakes", intake, idempotency_key=intake_key).created()
    assert coordinator.post("/v1/participants", body, idempotency_key=key).created()["accessibility_needs"] == "captions for a hearing aid"

    # The person asks that this coordinator shall not see them.
    other = client("coordinator", QUEBEC_COORDINATOR)
    other.post(f"{made.path}/exclusions", {"account_id": coordinator.account, "reason": "asked_by_peer"}).created()
    for path, sent, used in (("/v1/participants", body, key), ("/v1/intakes", intake, intake_key)):
        answer = coordinator.post(path, sent, idempotency_key=used).problem(409, "conflict")
        assert answer["reason"] == "no-longer-seen"
        assert made["id"] not in answer.content.decode() and "Idempotent-Replayed" not in answer.headers


def test_what_a_repeated_request_shows_again_is_a_look(coordinator, client, db):
    """R14: also what comes out of the kept answer, in the file of whom it shows."""
    key = str(uuid.uuid4())
    body, made = opened_with_a_key(coordinator, key)
    coordinator.post("/v1/participants", body, idempotency_key=key).created()
    rows = "select action, account_id::text, participant_ids::text[] from audit_events where object_id = %s order by id"
    assert db.execute(rows, (made["id"],)).fetchall() == [
        (action, coordinator.account, [made["id"]]) for action in ("create", "replay")]  # fmt: skip


def test_a_repeated_request_shows_nobody_who_moved_away(client, coordinator):
    """R14: a coordinator of one region keeps no copy of whoever left it."""
    regional = client("coordinator", QUEBEC_COORDINATOR)
    key = str(uuid.uuid4())
    body, made = opened_with_a_key(regional, key, region="QC")
    coordinator.patch(made.path, {"region": "BC"}, if_match="*").ok()
    regional.post("/v1/participants", body, idempotency_key=key).problem(409, "conflict")


# ---- whoever tries things out leaves a trace ----


def test_what_was_refused_has_the_same_digest_in_each_line_of_one_person(client, server):
    """R14: attempts can be found afterwards by who made them; what was answered says of nobody who it was, and no line says it openly."""
    one, other = open_person(client), open_person(client)
    for _ in range(2):
        one.peer.get(other.path).problem(404)
        one.peer.post("/v1/conflict-declarations", {"kind": "recusal", "name": "x"}).problem(422)
        one.peer.get("/v1/staff").problem(403)
    other.peer.get(one.path).problem(404)
    one.peer.get(one.path).ok()
    lines = [line for line in server.log_lines() if line.get("role") == "peer"][-8:]
    digests = [line.get("subject") for line in lines]
    assert len(set(digests[:6])) == 1 and len(digests[0]) == 16 and digests[6] not in (None, digests[0]) and digests[7] is None
    for who in (one, other):
        assert who.account not in server.log_text()


@pytest.mark.parametrize(
    ("role", "tries"),
    [
        ("peer_supporter", [("POST", "start", {"hosts_present": [ABSENT]}, 409), ("POST", "end", None, 409)]),
        (
            "mental_health_professional",
            [("POST", "contacts/SEAT/open", {"reason": "check_in"}, 404), ("GET", "safety-plans/SEAT", None, 404)],
        ),
    ],
)
def test_what_a_host_tried_in_vain_is_found_by_who_it_was(client, server, role, tries):
    """R14: a start and a look behind glass that were refused leave nobody's name, and one digest; in nobody's file."""
    evening = Evening(client)
    (seat,) = evening.seats
    evening.at(days=-3)
    host = next(host for host in evening.hosts if host.role == role)
    for method, path, body, status in tries:
        sent = {} if body is None else {"json": body}
        host.client.request(method, f"{evening.path}/{path.replace('SEAT', seat.id)}", **sent).problem(status)

    def refused():
        lines = [line for line in server.log_lines() if line.get("role") == role and line["status"] >= 400][-len(tries) :]
        return (
            lines if [(line["method"], line["status"]) for line in lines] == [(method, status) for method, _, _, status in tries] else None
        )

    lines = until(refused)
    assert len({line["subject"] for line in lines}) == 1
    events = seat.person.peer.get(f"{seat.person.path}/audit-events", params={"limit": 100}).ok().data
    assert host.id not in str(events)


# ---- who is in the program is nobody's to find out ----


def test_opening_a_staff_account_does_not_tell_who_is_a_peer(administrator, client, contract):
    """R2: the sign-in of a peer and one of nobody answer alike to the administrator."""
    identity = {"issuer": "urn:alongside:local", "subject": f"jane-{uuid.uuid4()}"}
    open_person(client, identity=identity)
    free = {"issuer": "urn:alongside:local", "subject": f"joan-{uuid.uuid4()}"}
    for number, subject in enumerate((identity, free)):
        staff = contract.example("staff_create") | {"identity": subject, "email": f"{uuid.uuid4().hex}@example.org"}
        made = administrator.post("/v1/staff", staff).created()
        assert made["identity"] == subject, number
    # One sign-in, two sides; the token's role says which.
    assert client("peer", identity["subject"]).get("/v1/me").ok()["role"] == "peer"
    assert client(made["role"], identity["subject"]).get("/v1/me").ok()["role"] == made["role"]


def test_nobody_sees_their_own_file_as_staff(administrator, client, contract):
    """I13: a coordinator who is a peer as well, with one sign-in, has their file as a peer only."""
    subject = f"jane-{uuid.uuid4()}"
    identity = {"issuer": "urn:alongside:local", "subject": subject}
    person = open_person(client, identity=identity)
    intake = Intake(person)
    staff = contract.example("staff_create") | {"identity": identity, "role": "coordinator", "email": f"{uuid.uuid4().hex}@example.org"}
    staff.pop("employer", None)
    administrator.post("/v1/staff", staff).created()
    herself, colleague = client("coordinator", subject), person.coordinator
    for path in (
        person.path,
        f"{person.path}/contact",
        f"{person.path}/status",
        f"{person.path}/acceptances",
        intake.path,
        f"{intake.path}/form",
    ):
        colleague.get(path).ok()
        herself.get(path).problem(404, "not-found")
    assert herself.get(f"/v1/intakes?participant_id={person.id}").ok().data == []
    herself.patch(person.path, {"pronouns": "they"}, if_match="*").problem(404, "not-found")
    herself.post(f"{intake.path}/send-form", if_match="*").problem(404, "not-found")
    client("peer", subject).get(person.path).ok()


# Ids that only somebody who has seen the record can know; finding it by its own id first is the statement.
KNOWN_TO_WHO_SAW = {("coordinator", name) for name in ("acceptances_read", "exclusions_read", "exclusions_delete")}
# The rule is about people: an id of theirs goes from hand to hand. Ids of what is around a group stand in no other record, so that
# whoever holds one has been shown the thing itself; the matrix sees to it that the answers are the same bytes.
ABOUT_PEOPLE = {"participant_id", "intake_id", "acceptance_id", "exclusion_id", "referral_id"}


@pytest.fixture(scope="module")
def hidden(db):
    db.prepare_threshold = None  # statements that psycopg prepares by itself would end with `attacked` at each rollback
    return {names: make(db) for names, (_, make) in HIDDEN.items()}


def calls(db, role, account, ids, body):
    """How often each function ran for one statement, and that it found nothing."""
    with db.transaction(force_rollback=True):
        db.execute("set local track_functions = 'all'")
        db.execute("select context_enter('urn:alongside:local', %s, %s, 'both', %s, null, 'test')", (account, role, str(uuid.uuid4())))
        before = dict(db.execute("select funcname, calls from pg_stat_xact_user_functions").fetchall())
        db.execute("set local role alongside_api")
        try:
            with db.transaction():
                values = sql.SQL(", ").join(map(sql.Literal, (*ids, *[None] * (2 - len(ids)), '{"limit": 25}', body, None, None)))
                rows = db.execute(sql.SQL("execute attacked ({})").format(values)).fetchall()
            assert rows in ([], [(None,) * len(rows[0])] if rows else []), rows
        except Exception as error:
            assert "not-found" in str(error), error
        db.execute("reset role")
        after = dict(db.execute("select funcname, calls from pg_stat_xact_user_functions").fetchall())
    return {name: count - before.get(name, 0) for name, count in after.items() if count > before.get(name, 0)}


def test_what_belongs_to_another_costs_what_nothing_costs(db, hidden, contract):
    """404 hides: the same work is done for a record of somebody else as for one that never was."""
    examined = 0
    for operation in contract.operations:
        if "public" in operation.roles or not ABOUT_PEOPLE.intersection(operation.ids):
            continue
        text = next(
            path for path in STATEMENTS.glob("*/*.sql") if f"{path.parent.name}_{path.stem}".replace("-", "_") == operation.id
        ).read_text()
        db.execute("prepare attacked (text, text, jsonb, jsonb, int[], jsonb) as " + text)
        body = json.dumps(contract.example(operation.id)) if operation.body is not None else None
        for role, account, ids in hidden[tuple(operation.ids)]:
            if role not in operation.roles or (role, operation.id) in KNOWN_TO_WHO_SAW:
                continue
            account = account or DEMO_ACCOUNTS[role]
            of_another = calls(db, role, account, [ids[name] for name in operation.ids], body)
            of_nobody = calls(db, role, account, [ABSENT] * len(operation.ids), body)
            assert of_another == of_nobody, f"{operation.id} as {role}"
            examined += 1
        db.execute("deallocate attacked")
    assert examined > 60


def test_what_is_hidden_leaves_no_trace_in_the_audit(hidden, client, contract, db):
    """The person must not read in their own file that somebody who may not see them tried; the answer's work is the same, too."""

    def count():
        return db.execute("select count(*) from audit_events").fetchone()[0]

    for operation in contract.operations:
        if "public" in operation.roles or not operation.ids:
            continue
        for role, account, ids in hidden[tuple(operation.ids)]:
            if role not in operation.roles:
                continue
            path = operation.path
            for name, identifier in ids.items():
                path = path.replace("{" + name + "}", identifier)
            body = {"json": contract.example(operation.id)} if operation.body is not None else {}
            before = count()
            client(role, account).request(operation.method, path, if_match="*" if operation.needs_match else None, **body).problem(404)
            assert count() == before, operation.id


# ---- one client does not make the others wait ----


def test_a_peer_who_looks_all_day_keeps_nobody_waiting(db, peer, coordinator):
    """Two hundred thousand looks at one's own file: neither that file's own list nor anybody else's read becomes slow."""
    participant = peer.get("/v1/me").ok()["participant_id"]
    db.execute(
        "insert into audit_events (at, account_id, role, operation, action, object_type, participant_ids)"
        " select now() - n * interval '1 second', %s, 'peer', 'participants_read', 'read', 'participant', array[%s::uuid]"
        " from generate_series(1, 200000) n",
        (peer.account, participant),
    )
    db.execute("analyze audit_events")

    def look(number):
        started = time.monotonic()
        (peer if number % 2 else coordinator).get(f"/v1/participants/{participant}/audit-events" if number % 2 else "/v1/me").ok()
        return time.monotonic() - started

    for _ in range(8):  # whatever plan is made, early or late
        look(1)
    slowest = [max(at_once(24, look)) for _ in range(3)]  # what a busy machine adds is left out: the best of three
    assert min(slowest) < 0.5 * PATIENCE, slowest


def test_a_slow_read_is_cut_short(start_server, cluster, make_client):
    """Reads share a connection: one that takes long ends soon with 504, and those behind it are answered."""
    server = start_server(statement_timeout_ms=60000)
    cluster.psql(server.database, "alter policy all_read on alongside.code_lists using (pg_sleep(30) is not null)")
    coordinator = make_client(server, "coordinator")

    def ask(number):
        started = time.monotonic()
        answer = make_client(server, "coordinator").get("/v1/code-lists" if number == 0 else "/v1/me")
        return answer.status, time.monotonic() - started

    answers = at_once(6, ask)
    assert answers[0][0] == 504
    assert [status for status, _ in answers[1:]] == [200] * 5
    assert max(seconds for _, seconds in answers) < 8 * PATIENCE
    coordinator.get("/v1/me").ok()


# ---- bytes that two parsers could read in two ways ----


@pytest.mark.parametrize("value", [b"a\rTransfer-Encoding: chunked", b"a\x0bb", b"a\x01b", b"a\x7fb", b"a\x1b[2J"])
def test_control_characters_in_header_values_are_refused(server, value):
    answer = raw.exchange(server, b"GET /livez HTTP/1.1\r\nHost: a\r\nX-Thing: " + value + b"\r\n\r\n")
    assert answer.status == 400 and answer.headers["connection"] == "close"


def test_http_1_0_has_no_chunks(server):
    head = b"POST /v1/referrals HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = raw.exchange(server, head + b"0\r\n\r\n")
    assert answer.status == 400 and answer.headers["connection"] == "close"


# ---- the process keeps what it holds to itself ----


def test_the_servers_memory_is_nobody_elses(server):
    limits = Path(f"/proc/{server.process.pid}/limits").read_text()
    (core,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
    assert core.split()[4:6] == ["0", "0"], "a crash would write what passes through the server to a disk"


def test_whoever_looks_for_the_server_finds_it_by_its_name(server):
    """`./dev stop` does, and whoever watches a machine: a program that starts itself once more is called exe."""
    assert Path(f"/proc/{server.process.pid}/comm").read_text() == "alongside\n"


def test_the_environment_is_closed_to_other_processes_of_the_user(binary):
    """Secrets given in the environment: /proc shows them to root alone, because the process says so."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", free_port()))
        silent.listen(1)
        environment = server_environment(listen_port=silent.getsockname()[1], seal_keys="k1:" + "ab" * 32, database_url="host=/nowhere")
        user = {} if os.geteuid() else {"user": "nobody"}
        with tempfile.TemporaryDirectory(dir="/tmp") as directory:  # whoever that is, they can come here
            os.chmod(directory, 0o755)
            program = shutil.copy(binary, directory)
            process = subprocess.Popen([program, "healthcheck"], env=environment, stderr=subprocess.DEVNULL, **user)
            try:
                silent.settimeout(10)
                connection = silent.accept()[0]
                owner = os.stat(f"/proc/{process.pid}/environ").st_uid
                connection.close()
            finally:
                process.kill()
                process.wait()
        assert owner == 0
