# SPDX-License-Identifier: MIT
"""What is the same for every operation that the contract declares, tried on objects that the caller may see."""

import os
import uuid
from pathlib import Path

import pytest
from harness.contract import Contract
from steps.matrix import VISIBLE
from steps.matrix_world import DEMO_ACCOUNTS

ROOT = Path(__file__).resolve().parent.parent.parent
CONTRACT = Contract(ROOT / os.environ.get("TEST_BUILD", "build/release") / "openapi" / "openapi.json")
OPERATIONS = CONTRACT.operations


def declared(status):
    return [operation for operation in OPERATIONS if str(status) in operation.responses]


def names(operation):
    return operation.id


@pytest.fixture(scope="module")
def visible(server, db):
    """{path parameters: {role: {parameter: id}}}."""
    return {names: find(db) for names, find in VISIBLE.items()}


@pytest.fixture
def send(client, visible):
    """send(operation, ...): as the first role that may, on an object it may see."""

    def send(operation, role=None, query="", **kwargs):
        role = role or operation.roles[0]
        path = operation.path
        for name, identifier in visible[tuple(operation.ids)][role].items() if operation.ids else ():
            path = path.replace("{" + name + "}", identifier)
        if operation.needs_match:
            kwargs.setdefault("if_match", "*")
        return client(None if role == "public" else role).request(operation.method, path + query, **kwargs)

    return send


def example(operation):
    return {} if operation.body is None else {"json": CONTRACT.example(operation.id)}


@pytest.mark.parametrize("operation", declared(400), ids=names)
def test_unknown_parameters_are_refused(operation, send):
    send(operation, query="?nonsense=1", **example(operation)).problem(400, "bad-parameter").fault("nonsense", "unknown")


@pytest.mark.parametrize("operation", declared(415), ids=names)
def test_other_media_types_are_refused(operation, send):
    send(operation, content=b"<a/>", content_type="application/xml").problem(415, "unsupported-media-type")


@pytest.mark.parametrize("operation", [o for o in declared(422) if o.body is not None], ids=names)
def test_unknown_members_are_refused(operation, send):
    send(operation, json={"nonsense": 1}).problem(422, "validation-failed").fault("#/nonsense", "unknown")


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.needs_match], ids=names)
def test_a_stale_version_is_412(operation, send):
    send(operation, if_match='"999.both"', **example(operation)).problem(412, "precondition-failed")


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.needs_match], ids=names)
def test_garbage_matches_no_version(operation, send):
    send(operation, if_match='"what.ever"', **example(operation)).problem(412, "precondition-failed")


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.method == "GET"], ids=names)
def test_every_read_answers_every_role_that_may(operation, send):
    for role in operation.roles:
        send(operation, role=role).ok()


@pytest.mark.parametrize("operation", declared(304), ids=names)
def test_what_is_known_is_not_sent_again(operation, send):
    first = send(operation).ok()
    assert first.etag
    again = send(operation, if_none_match=first).not_modified()
    assert again.etag == first.etag and again.headers["Vary"] == first.headers["Vary"]


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.needs_key], ids=names)
def test_a_creation_without_a_key_is_refused(operation, send):
    send(operation, idempotency_key=None, **example(operation)).problem(400, "idempotency-key-required")


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.needs_key], ids=names)
def test_a_key_whose_first_request_still_runs_is_409(operation, send, db):
    account, key = DEMO_ACCOUNTS[operation.roles[0]], str(uuid.uuid4())
    db.execute(
        "insert into idempotency_keys (account_id, operation, key, fingerprint, created_at) values (%s, %s, %s, 'x', now())",
        (account, operation.id, key),
    )
    refused = send(operation, idempotency_key=key, **example(operation)).problem(409, "idempotency-in-progress")
    assert int(refused.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.ids and "public" in o.roles], ids=names)
def test_what_is_not_there_is_404_for_the_public(operation, client):
    path = operation.path
    for name in operation.ids:
        path = path.replace("{" + name + "}", str(uuid.uuid4()))
    client().request(operation.method, path, **example(operation)).problem(404, "not-found")
