# SPDX-License-Identifier: MIT
"""How a person whose account does not know their sign-in comes to it: a code at first sign-in, or whoever may write it."""

import re
import uuid

import pytest
from harness.tokens import ISSUER, claims
from steps.journey import QUEBEC_COORDINATOR, open_person

USE = "/v1/sign-in-codes/redeem"
NOBODYS = "0000-0000-0000-0000-0000"


@pytest.fixture
def person(client):
    return open_person(client)


@pytest.fixture
def newcomer(make_client, server, local_key):
    """newcomer(): somebody with a valid token whom no account knows."""

    def make(subject=None, role="peer", **changes):
        subject = subject or f"login-{uuid.uuid4()}"
        made = make_client(server, role, token=local_key.sign(claims(subject, role, **changes)))
        made.subject = subject
        return made

    return make


def codes(person):
    return f"/v1/participants/{person.id}/sign-in-codes"


def code_for(coordinator, person, **kwargs):
    return coordinator.post(codes(person), **kwargs).created()["code"]


def test_a_key_is_for_one_person(client, coordinator, person):
    key = str(uuid.uuid4())
    coordinator.post(codes(person), idempotency_key=key).created()
    coordinator.post(codes(open_person(client)), idempotency_key=key).problem(422, "idempotency-key-reused")


def is_in(somebody, person):
    answer = somebody.get("/v1/me")
    return answer.status == 200 and answer.json["participant_id"] == person.id


def test_a_code_brings_a_newcomer_to_their_account(coordinator, person, newcomer, db, server):
    somebody, key = newcomer(), str(uuid.uuid4())
    made = coordinator.post(codes(person), idempotency_key=key).created()
    code = made["code"]
    assert re.fullmatch(r"[0-9a-f]{4}(-[0-9a-f]{4}){4}", code)
    again = coordinator.post(codes(person), idempotency_key=key)
    assert again.status == 201 and again.json["code"] is None, "it is told once"
    somebody.get("/v1/me").problem(401, "unauthenticated")
    assert somebody.post(USE, {"code": code.upper()}).status == 204
    assert is_in(somebody, person)
    assert coordinator.get(f"/v1/participants/{person.id}").ok()["identity"] == {"issuer": ISSUER, "subject": somebody.subject}
    # The login that the account had is nobody's any more; what happened is in the person's own list.
    newcomer(person.made["account_id"]).get("/v1/me").problem(401, "unauthenticated")
    seen = somebody.get(f"/v1/participants/{person.id}/audit-events").ok()["data"]
    assert {"bind", "create"} <= {event["action"] for event in seen if event["object_type"] in ("participant", "sign_in_code")}
    assert next(event for event in seen if event["action"] == "bind")["is_you"]
    # Neither log nor tables know the code.
    assert code not in server.log_text() and somebody.subject not in server.log_text()
    assert not db.execute("select from idempotency_keys where body::text like %s", (f"%{code}%",)).fetchall()


def test_a_code_is_used_once_and_not_for_long(coordinator, person, newcomer):
    first, second, late = newcomer(), newcomer(), newcomer()
    other, used = code_for(coordinator, person), code_for(coordinator, person)
    assert first.post(USE, {"code": other}).status == 204 and not is_in(first, person), "one at a time: the last"
    assert first.post(USE, {"code": used}).status == 204 and is_in(first, person)
    for code in (used, other, NOBODYS):
        # The person's other codes went with it. The answer is that of a code that never was.
        answer = second.post(USE, {"code": code})
        assert (answer.status, answer.content) == (204, b"")
        assert not is_in(second, person)
    fresh = code_for(coordinator, person, headers={"X-Test-Now": "2096-11-20T12:00:00Z"})
    assert late.post(USE, {"code": fresh}, headers={"X-Test-Now": "2096-11-21T12:00:01Z"}).status == 204
    assert not is_in(late, person)
    assert late.post(USE, {"code": fresh}, headers={"X-Test-Now": "2096-11-21T11:59:59Z"}).status == 204
    assert is_in(late, person), "a login that the provider made anew is bound by a new code"
    assert not is_in(first, person)


def test_nobody_may_guess_for_long(coordinator, person, newcomer):
    somebody = newcomer()
    for _ in range(10):
        assert somebody.post(USE, {"code": NOBODYS}).status == 204
    code = code_for(coordinator, person)
    assert somebody.post(USE, {"code": code}).status == 204
    assert not is_in(somebody, person), "the eleventh within the hour is not listened to"
    other = newcomer()
    assert other.post(USE, {"code": code}).status == 204
    assert is_in(other, person), "another person is"


def test_a_newcomer_may_do_nothing_else(contract, coordinator, person, newcomer):
    """The role that lets them through for one operation is named by no policy, and by no other operation."""
    code = code_for(coordinator, person)
    for operation in contract.operations:
        if "public" not in operation.roles and operation.id != "sign_in_codes_redeem":
            path = re.sub(r"{\w+}", person.id, operation.path)
            kwargs = {"json": contract.example(operation.id)} if operation.body is not None else {}
            if operation.needs_match:
                kwargs["if_match"] = "*"
            newcomer(role=operation.roles[-1]).request(operation.method, path, **kwargs).problem(401, "unauthenticated")
    # Nor does a participant's code make anybody one of the staff.
    for role in ("coordinator", "line", "administrator"):
        somebody = newcomer(role=role)
        assert somebody.post(USE, {"code": code}).status == 204
        somebody.get("/v1/me").problem(401, "unauthenticated")
    # Without a good token there is no way in either.
    for changes in ({"aud": "account"}, {"iss": "https://elsewhere.example"}, {"exp": 1}):
        newcomer(**changes).post(USE, {"code": code}).problem(401, "unauthenticated")


STAFF = ("peer_supporter", "mental_health_professional", "coordinator", "line", "administrator")


@pytest.fixture
def hire(administrator):
    def make(role):
        body = {"role": role, "name": "Sam Roy", "alias": "Sam", "email": f"{uuid.uuid4().hex}@example.org", "languages": ["en"]}
        return administrator.post("/v1/staff", body | ({"employer": "vac"} if role == STAFF[1] else {})).created()

    return make


@pytest.mark.parametrize("role", STAFF)
def test_the_lead_hands_a_code_to_somebody_of_the_staff(administrator, newcomer, hire, role, db):
    """Whoever may write how somebody signs in; the token has the role of the account, or the code is none."""
    made, somebody = hire(role), newcomer(role=role)
    answer = administrator.post(f"{made.path}/sign-in-codes").created()
    code, path = answer["code"], answer.headers["Location"]
    assert path == made.path
    for other in {"peer", "coordinator", "administrator"} - {role}:
        stranger = newcomer(role=other)
        assert stranger.post(USE, {"code": code}).status == 204
        stranger.get("/v1/me").problem(401, "unauthenticated")
    assert somebody.post(USE, {"code": code}).status == 204
    assert somebody.get("/v1/me").ok()["id"] == made["id"]
    assert administrator.get(made.path).ok()["identity"] == {"issuer": ISSUER, "subject": somebody.subject}
    newcomer(made["id"], role=role).get("/v1/me").problem(401, "unauthenticated")
    kept = db.execute("select action, account_id::text from audit_events where object_type = 'staff' and object_id = %s", (made["id"],))
    assert ("bind", made["id"]) in kept.fetchall()
    late = newcomer(role=role)
    assert late.post(USE, {"code": code}).status == 204
    late.get("/v1/me").problem(401, "unauthenticated")


def test_a_key_is_for_one_member_of_the_staff(administrator, hire):
    one, other = hire("coordinator"), hire("coordinator")
    key = str(uuid.uuid4())
    administrator.post(f"/v1/staff/{one['id']}/sign-in-codes", idempotency_key=key).created()
    administrator.post(f"/v1/staff/{other['id']}/sign-in-codes", idempotency_key=key).problem(422, "idempotency-key-reused")


def test_who_is_gone_comes_in_by_no_code(administrator, newcomer, hire):
    """R15."""
    made, somebody = hire("coordinator"), newcomer(role="coordinator")
    code = administrator.post(f"{made.path}/sign-in-codes").created()["code"]
    administrator.patch(made.path, {"is_active": False}, if_match="*").ok()
    assert somebody.post(USE, {"code": code}).status == 204
    somebody.get("/v1/me").problem(401, "unauthenticated")


def test_codes_are_for_accounts_that_one_may_write(administrator, coordinator, person, hire):
    made = hire("coordinator")
    administrator.post(f"/v1/staff/{person.made['account_id']}/sign-in-codes").problem(404, "not-found")
    administrator.post(codes(person)).problem(403, "forbidden")
    coordinator.post(f"{made.path}/sign-in-codes").problem(403, "forbidden")


def test_i13_a_sign_in_that_turns_out_to_be_a_peers(coordinator, administrator, newcomer, hire, client):
    """Bound to it, the account of the staff does not see that file."""
    person, made = open_person(client), hire("coordinator")
    somebody = newcomer(person.made["account_id"], role="coordinator")
    somebody.post(USE, {"code": administrator.post(f"{made.path}/sign-in-codes").created()["code"]})
    assert somebody.get("/v1/me").ok()["id"] == made["id"]
    somebody.get(person.path).problem(404, "not-found")
    assert administrator.get(f"/v1/staff-links/{made['id']}").ok()["is_participant"]


def test_what_nobody_used_in_its_day_is_removed(coordinator, person, newcomer, db):
    """By the job that ends what was kept for a day; who tried, after an hour."""
    code_for(coordinator, person)
    newcomer().post(USE, {"code": NOBODYS})
    with db.transaction():
        left = "select (select count(*) from sign_in_codes where expires_at <= app_now()),"
        left += " (select count(*) from sign_in_attempts where at <= app_now() - interval '1 hour')"
        db.execute("select set_config('app.now', (now() + interval '25 hours')::text, true)")
        assert min(db.execute(left).fetchone()) > 0
        db.execute("set local role alongside_worker")
        assert db.execute("select sign_in_code_expire()").fetchone()[0] > 0
        db.execute("reset role")
        assert db.execute(left).fetchone() == (0, 0)


def test_who_has_an_account_is_told_the_same_and_keeps_it(coordinator, person, client):
    other = open_person(client)
    code = code_for(coordinator, person)
    answer = other.peer.post(USE, {"code": code})
    assert (answer.status, answer.content) == (204, b"")
    assert is_in(other.peer, other) and is_in(person.peer, person)


def test_only_who_serves_the_person_makes_codes(client, person, coordinator):
    coordinator.patch(f"/v1/participants/{person.id}", {"region": "BC"}, if_match="*").ok()
    client("coordinator", QUEBEC_COORDINATOR).post(codes(person)).problem(404, "not-found")
    person.peer.post(codes(person)).problem(403, "forbidden")


def test_a_coordinator_corrects_a_sign_in(coordinator, person, newcomer, client):
    path = f"/v1/participants/{person.id}"
    somebody = newcomer()
    changed = coordinator.patch(path, {"identity": {"subject": somebody.subject}}, if_match="*").ok()
    assert changed["identity"] == {"issuer": ISSUER, "subject": somebody.subject}
    assert is_in(somebody, person)
    # The person sees that it was done, and by whom; not the identity itself.
    assert somebody.get(path).ok()["identity"] is None
    seen = somebody.get(f"{path}/audit-events").ok()["data"]
    assert any(event["fields"] == ["identity"] and event["role"] == "coordinator" for event in seen)
    somebody.patch(path, {"identity": {"subject": "x"}}, if_match="*").problem(422, "validation-failed").fault("#/identity", "not-allowed")
    taken = open_person(client).made["account_id"]
    assert coordinator.patch(path, {"identity": {"subject": taken}}, if_match="*").ok()["identity"]["subject"] == taken
    assert client("peer", taken).get("/v1/me").ok()["participant_id"] != person.id, "nobody's file is taken away, and that is not told"
    other = {"identity": {"issuer": "https://elsewhere.example"}}
    coordinator.patch(path, other, if_match="*").problem(422, "validation-failed").fault("#/identity/issuer", "other-issuer")
    assert is_in(somebody, person)
