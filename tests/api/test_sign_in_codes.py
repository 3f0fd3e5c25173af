# SPDX-License-Identifier: MIT
"""How a person whose account does not know their sign-in comes to it: a code at first sign-in, or a coordinator who writes it."""

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
    used, other = code_for(coordinator, person), code_for(coordinator, person)
    assert first.post(USE, {"code": used}).status == 204 and is_in(first, person)
    for code in (used, other, NOBODYS):
        # The person's other codes went with it. The answer is that of a code that never was.
        answer = second.post(USE, {"code": code})
        assert (answer.status, answer.content) == (204, b"")
        assert not is_in(second, person)
    fresh = code_for(coordinator, person, headers={"X-Test-Now": "2026-11-20T12:00:00Z"})
    assert late.post(USE, {"code": fresh}, headers={"X-Test-Now": "2026-11-21T12:00:01Z"}).status == 204
    assert not is_in(late, person)
    assert late.post(USE, {"code": fresh}, headers={"X-Test-Now": "2026-11-21T11:59:59Z"}).status == 204
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
    somebody, code = newcomer(), code_for(coordinator, person)
    for operation in contract.operations:
        if "peer" in operation.roles and "public" not in operation.roles and operation.id != "sign_in_codes_redeem":
            path = re.sub(r"{\w+}", person.id, operation.path)
            kwargs = {"json": contract.example(operation.id)} if operation.body is not None else {}
            if operation.needs_match:
                kwargs["if_match"] = "*"
            somebody.request(operation.method, path, **kwargs).problem(401, "unauthenticated")
    for role in ("coordinator", "line", "administrator"):
        newcomer(role=role).post(USE, {"code": code}).problem(403, "forbidden")
    # Without a good token there is no way in either.
    for changes in ({"aud": "account"}, {"iss": "https://elsewhere.example"}, {"exp": 1}):
        newcomer(**changes).post(USE, {"code": code}).problem(401, "unauthenticated")


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
    coordinator.patch(path, {"identity": {"subject": taken}}, if_match="*").problem(409, "conflict").fault("#/identity/subject", "taken")
    other = {"identity": {"issuer": "https://elsewhere.example"}}
    coordinator.patch(path, other, if_match="*").problem(422, "validation-failed").fault("#/identity/issuer", "other-issuer")
    assert is_in(somebody, person)
