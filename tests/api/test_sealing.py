# SPDX-License-Identifier: MIT
"""A copy of the database tells nobody who called (R2, R4), and of those who were sent elsewhere it can never be opened again (R16)."""

import base64
import os
import subprocess
import uuid

import pytest
from harness.cluster import POSTGRES_BIN, SEAL_KEYS, server_environment
from harness.server import free_port
from steps import ABSENT, as_coordinators_see, attempt, close, inquiry_body, line_body, refer
from steps.journey import open_person

NAME, PHONE, HOURS = "Zéphyrine Quattlebaum", "+1 867 555 0117", "only while the kettle boils"
EMAIL = "Zephyrine.Quattlebaum@example.org"
SECRETS = (NAME, PHONE, HOURS, EMAIL)


@pytest.fixture
def dump(cluster, database):
    """dump(): everything that is in the database, as text."""

    def take():
        command = [POSTGRES_BIN / "pg_dump", "-h", cluster.root, "-U", "postgres", "--inserts", database]
        return subprocess.run(command, capture_output=True, check=True, text=True, env=dict(os.environ)).stdout

    return take


def forms_of(secret):
    """A text and what it looks like in the encodings that a careless program would keep it in."""
    raw = secret.encode()
    yield from (secret, secret.lower(), secret.encode("unicode-escape").decode(), raw.hex())
    # A third of the text's base64 does not depend on where in the whole it stands.
    for shift in range(3):
        yield base64.b64encode(b"\0" * shift + raw).decode()[4:-4]
        yield base64.urlsafe_b64encode(b"\0" * shift + raw).decode()[4:-4]


def assert_hidden(text, where, secrets=SECRETS):
    for secret in secrets:
        for form in forms_of(secret):
            assert form not in text, f"{where} holds {form!r}"


def test_what_is_sealed_is_nowhere_in_plain(line, coordinator, administrator, dump, server, cluster):
    """R2: not in a column, an answer kept for repeats, the audit, a log of ours or of PostgreSQL."""
    # 1. Everybody who writes such things writes them, reads them, repeats them and fails to write them.
    body = line_body(name=NAME, safe_hours=HOURS, callback={"method": "phone", "handle": PHONE})
    key = str(uuid.uuid4())
    made = line.post("/v1/line-referrals", body, idempotency_key=key).created()
    line.post("/v1/line-referrals", body, idempotency_key=key).created()
    path = as_coordinators_see(made)
    mail = inquiry_body(name=NAME, safe_hours=HOURS, callback={"method": "email", "handle": EMAIL})
    coordinator.post("/v1/referrals", mail, idempotency_key=key).created()
    attempt(coordinator, path, "replied")
    coordinator.get("/v1/referrals", params={"limit": 100}).ok()
    person = {"role": "coordinator", "name": NAME, "email": EMAIL, "languages": ["en"]}
    administrator.post("/v1/staff", person).created()
    administrator.post("/v1/staff", person | {"email": EMAIL.upper()}).problem(409, "conflict").fault("#/email", "taken")
    coordinator.post("/v1/referrals", mail | {"received_at": "2001-01-01T00:00:00Z"}).problem(422)
    # 2. They come back in plain to those who may see them,
    seen = coordinator.get(path).ok()
    assert (seen["name"], seen["callback"]["handle"], seen["safe_hours"]) == (NAME, PHONE, HOURS)
    # 3. and are in plain nowhere else.
    text = dump()
    assert made["id"] in text
    assert_hidden(text, "the database")
    assert_hidden(server.log_text(), "the log")
    assert_hidden(cluster.log.read_text(errors="replace"), "PostgreSQL's log")


def test_equal_texts_do_not_look_equal(line, coordinator, db):
    """Nobody with a copy can tell that two referrals are of one person, nor how one field resembles another."""
    made = [refer(line, name=NAME, callback={"method": "phone", "handle": NAME}) for _ in range(2)]
    rows = db.execute("select name, callback_handle from referrals where id = any (%s::uuid[])", ([m["id"] for m in made],)).fetchall()
    payloads = [value.split(".", 1)[1] for row in rows for value in row]
    assert len(set(payloads)) == 4


def test_a_sealed_value_moved_elsewhere_does_not_open(line, coordinator, db):
    """The seal binds a value to its field: a copied ciphertext is no way to read one."""
    made = refer(line, name=NAME, safe_hours=HOURS)
    kept = db.execute("select safe_hours from referrals where id = %s", (made["id"],)).fetchone()
    db.execute("update referrals set safe_hours = name where id = %s", (made["id"],))
    refused = coordinator.get(as_coordinators_see(made), check=False).problem(500, "internal")
    assert_hidden(refused.content.decode(), "the answer")
    db.execute("update referrals set safe_hours = %s where id = %s", (*kept, made["id"]))
    assert coordinator.get(as_coordinators_see(made)).ok()["safe_hours"] == HOURS


def test_what_was_overwritten_has_no_key_any_more(client, db):
    """R2, R4: an older copy of it opens nothing; and nobody fills the database by saying one thing again and again."""
    person = open_person(client).reachable(phone=PHONE, safe_hours=HOURS)
    for who, path, body in (
        (person.peer, person.path, {"accessibility_needs": HOURS}),
        (person.peer, f"{person.path}/emergency-contact", {"declined": False, "name": NAME, "phone": PHONE, "relation": "x"}),
        (person.coordinator, f"{person.path}/safety-plan", {"current_place_method": HOURS, "consent_to_checkin": True}),
    ):
        for _ in range(5):
            who.request("PATCH" if path == person.path else "PUT", path, body, if_match="*").ok()
    for number in range(50):
        person.contact(who=person.coordinator, name_to_use=f"{NAME} {number}").ok()
    keys = "select count(*) from sealed_keys where owner_id = %s"
    # Name, needs, emergency contact, plan; and the rest of the contact, which was said at once.
    assert db.execute(keys, (person.id,)).fetchone() == (5,)
    seen = person.peer.get(f"{person.path}/contact").ok()
    assert (seen["name_to_use"], seen["phone"], seen["safe_hours"]) == (f"{NAME} 49", PHONE, HOURS)
    assert person.peer.get(person.path).ok()["accessibility_needs"] == HOURS
    assert person.peer.get(f"{person.path}/emergency-contact").ok()["name"] == NAME
    assert person.peer.get(f"{person.path}/safety-plan").ok()["current_place_method"] == HOURS
    person.contact(name_to_use=None, email=None, phone=None, safe_hours=None, ok_to_email=False).ok()
    assert db.execute(keys, (person.id,)).fetchone() == (3,)


@pytest.mark.parametrize("outcome", ["redirected", "duplicate"])
def test_those_who_are_sent_elsewhere_are_forgotten(line, coordinator, db, dump, outcome):
    """R16, A6.2: only the count stays; neither columns nor kept answers nor keys, so no older copy of the values opens either."""
    # 1. A referral with everything, worked on: its values are also in answers kept for repeated requests.
    key = str(uuid.uuid4())
    full = {"name": NAME, "safe_hours": HOURS, "callback": {"method": "phone", "handle": PHONE}}
    if outcome == "redirected":
        made = coordinator.post("/v1/referrals", inquiry_body(**full), idempotency_key=key).created()
        path = made.path
    else:
        made = refer(line, **full)
        path = as_coordinators_see(made)
    attempt(coordinator, path, "no_answer")
    attempt(coordinator, path, "replied")
    keys = db.execute("select id::text, wrapped from sealed_keys where owner_id = %s", (made["id"],)).fetchall()
    sealed = db.execute("select name, callback_handle, safe_hours from referrals where id = %s", (made["id"],)).fetchone()
    text = dump()
    assert keys and all(part in text for row in keys for part in row) and all(value in text for value in sealed)
    # 2. It is closed.
    if outcome == "redirected":
        done = close(coordinator, path, outcome, redirect_reason="under_18").ok()
    else:
        done = close(coordinator, path, outcome, duplicate_of=refer(line)["id"]).ok()
    assert (done["name"], done["callback"], done["safe_hours"]) == (None, None, None)
    # 3. Columns are empty, keys are gone, and nothing of either is left anywhere.
    row = db.execute("select name, callback_method, callback_handle, safe_hours from referrals where id = %s", (made["id"],)).fetchone()
    assert row == (None, None, None, None)
    assert db.execute("select count(*) from sealed_keys where owner_id = %s", (made["id"],)).fetchone()[0] == 0
    text = dump()
    for part in [part for row in keys for part in row] + [value.split(".", 1)[1] for value in sealed]:
        assert part not in text, "something of it is still in the database"
    # 4. A repeated request tells no more than the record as it is now.
    if outcome == "redirected":
        again = coordinator.post("/v1/referrals", inquiry_body(**full), idempotency_key=key).created()
        assert again.headers["Idempotent-Replayed"] == "true"
        assert (again["name"], again["callback"], again["state"]) == (None, None, "redirected")
    # 5. What stays is the count: a referral, its language and channel, its clock.
    seen = coordinator.get(path).ok()
    assert seen["state"] == outcome and seen["attempts"] == 2 and seen["first_reply_at"]


def test_no_participant_is_made_of_those_who_are_redirected(line, coordinator, db):
    """I9, A1.2: somebody of 16 or a family member gets the number, and no record."""
    before = db.execute("select count(*) from participants").fetchone()[0]
    for reason in ("under_18", "family_member", "not_eligible"):
        made = refer(line)
        close(coordinator, as_coordinators_see(made), "redirected", redirect_reason=reason).ok()
        opening = {
            "referral_id": made["id"], "alias": f"T {uuid.uuid4().hex[:12]}", "preferred_language": "en",
            "affiliation_kind": "caf_former", "age_attested": True, "eligibility_attested": True,
        }  # fmt: skip
        refused = coordinator.post("/v1/participants", opening).problem(409, "conflict-state")
        assert refused["state"] == "redirected"
        coordinator.post("/v1/participants", opening | {"referral_id": ABSENT}).problem(422).fault("#/referral_id", "does-not-exist")
    assert db.execute("select count(*) from participants").fetchone()[0] == before


def test_declined_and_unreachable_keep_what_answering_needs(line, coordinator):
    """Decision 11: these wait for the retention period; the person may write again tomorrow."""
    made = refer(line, name=NAME)
    attempt(coordinator, as_coordinators_see(made), "replied")
    assert close(coordinator, as_coordinators_see(made), "declined").ok()["name"] == NAME


# ---- the keys are those of the database ----


@pytest.fixture
def alongside(binary, cluster, local_key):
    """alongside(database, command, **settings) → exit code, what it says."""

    def run(database, command, **settings):
        environment = server_environment(
            database_url=cluster.url(database, "alongside_api"),
            migrate_database_url=cluster.url(database, "alongside_owner"),
            token_local_key=local_key.private_pem(),
            listen_port=free_port(),
            **settings,
        )
        result = subprocess.run([binary, command], env=environment, capture_output=True, text=True, timeout=60)
        return result.returncode, result.stdout + result.stderr

    return run


def key(name, pair):
    return f"{name}:{pair * 32}"


def test_a_wrong_or_dropped_key_is_noticed_before_anything_is_sealed_or_compared(alongside, cluster):
    """R1: with another key names would silently match nobody, and what is written would be closed to everybody else."""
    database = cluster.create_database()
    own, digits = SEAL_KEYS, SEAL_KEYS.split(":")[1]
    wrong = {
        key("test1", "ab"): "key test1 is another, the key of digests is another",
        key("stray", "ab"): "key test1 is missing, the key of digests is another",
        f"{key('new', 'cd')},{key('test1', 'ab')}": "key test1 is another, the key of digests is another",
        f"stray:{digits}": "key test1 is missing",
    }
    try:
        for command in ("check", "serve", "migrate"):
            for keys, what in wrong.items():
                code, said = alongside(database, command, seal_keys=keys)
                assert code != 0 and "the seal keys are not those of this database" in said and f'"{what}"' in said, said
        assert alongside(database, "check", seal_keys=own)[0] == 0, "nothing of all that is remembered"
        # A key that comes later stands in front; from then on it is missed as well. The digests stay with the first.
        both = f"{key('new', 'cd')},{own}"
        assert alongside(database, "check", seal_keys=both)[0] == 0
        code, said = alongside(database, "check", seal_keys=own)
        assert code != 0 and "key new is missing" in said
        assert alongside(database, "check", seal_keys=both, digest_key=own)[0] == 0
        code, said = alongside(database, "check", seal_keys=both, digest_key=key("new", "cd"))
        assert code != 0 and "the key of digests is another" in said
        # Out of use: the owner says so, and the digests keep it as their own.
        cluster.psql(database, "delete from alongside.seal_checks where name = 'key test1'")
        code, said = alongside(database, "check", seal_keys=key("new", "cd"))
        assert code != 0 and "the key of digests is another" in said
        assert alongside(database, "check", seal_keys=key("new", "cd"), digest_key=own)[0] == 0
        for bad in ("k1", f"{own},{own}", "k1:ab"):
            code, said = alongside(database, "check", seal_keys=both, digest_key=bad)
            assert code != 0 and "configuration: digest_key: " in said
    finally:
        cluster.drop_database(database)
