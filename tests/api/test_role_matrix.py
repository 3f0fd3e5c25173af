# SPDX-License-Identifier: MIT
"""Every operation × every role (and nobody, and an account that is not active) on absent and on other people's objects.

The first wall is the route's x-roles, looked at before the body; the second is row level security, behind which an
object of somebody else answers exactly as one that never existed. What is called comes from the contract itself, so an
operation that is added is in the matrix at once."""

import json
import os
import re
import uuid
from pathlib import Path

import pytest
from harness.contract import Contract
from harness.tokens import ISSUER
from steps.matrix import HIDDEN, VISIBLE, kept_from_some
from steps.matrix_world import ROLES

ROOT = Path(__file__).resolve().parent.parent.parent
CONTRACT = Contract(ROOT / os.environ.get("TEST_BUILD", "build/release") / "openapi" / "openapi.json")
CLOSED = [o for o in CONTRACT.operations if "public" not in o.roles]
UNSEEN = {"staff_links_read"}
ABSENT = "00000000-0000-4000-8000-00000000dead"


def names(operation):
    return operation.id


def fill(operation, **values):
    path = operation.path
    for name in operation.ids:
        path = path.replace("{" + name + "}", values.get(name, ABSENT))
    return path


def call(client, operation, path, **kwargs):
    if operation.body is not None and "content" not in kwargs and "json" not in kwargs:
        kwargs["json"] = CONTRACT.example(operation.id)
    if operation.needs_match:
        kwargs.setdefault("if_match", '"1.both"')
    return client.request(operation.method, path, **kwargs)


@pytest.mark.parametrize("operation", CLOSED, ids=names)
def test_without_a_token_401(operation, nobody):
    call(nobody, operation, fill(operation)).problem(401, "unauthenticated")


@pytest.mark.parametrize("operation", CLOSED, ids=names)
def test_other_roles_are_403_before_the_body_is_looked_at(operation, client):
    """Or 404, where the contract has no 403: then it may not even be known that there is something."""
    refusal = (403, "forbidden") if "403" in operation.responses else (404, "not-found")
    assert (refusal[0] == 404) == (operation.id in UNSEEN or set(ROLES) == set(operation.roles))
    for role in sorted(set(ROLES) - set(operation.roles)):
        call(client(role), operation, fill(operation)).problem(*refusal)
        if operation.body is not None:
            # Not JSON, no key, no version: none of it matters to somebody who may not do this at all.
            broken = {"content": b"{", "content_type": "text/plain", "idempotency_key": None, "if_match": None}
            client(role).request(operation.method, fill(operation), **broken).problem(*refusal)


@pytest.mark.parametrize("operation", CLOSED, ids=names)
def test_an_account_that_is_not_active_is_401(operation, client, db):
    for role in operation.roles:
        account = str(uuid.uuid4())
        if role == "peer":
            # A peer's account carries its participant; the demo's peer is switched off for a moment instead.
            account = "00000000-0000-4000-8000-000000000001"
            db.execute("update alongside.accounts set is_active = false where id = %s", (account,))
        else:
            db.execute(
                "insert into alongside.accounts (id, issuer, subject, role, is_active) values (%s, %s, %s, %s, false)",
                (account, ISSUER, account, role),
            )
        try:
            call(client(role, account), operation, fill(operation)).problem(401, "unauthenticated")
        finally:
            if role == "peer":
                db.execute("update alongside.accounts set is_active = true where id = %s", (account,))


@pytest.mark.parametrize("operation", [o for o in CLOSED if o.ids], ids=names)
def test_absent_objects_are_404_for_every_role_that_may_ask(operation, client):
    for role in operation.roles:
        call(client(role), operation, fill(operation)).problem(404, "not-found")


@pytest.mark.parametrize("operation", [o for o in CLOSED if o.needs_match], ids=names)
def test_a_change_needs_a_version(operation, client):
    for role in operation.roles:
        body = {} if operation.body is None else {"json": CONTRACT.example(operation.id)}
        client(role).request(operation.method, fill(operation), **body).problem(428, "precondition-required")


def bare(response):
    """What of an answer may differ between two requests is taken out: ids of the request, and the moment."""
    body = re.sub(rb"urn:uuid:[0-9a-f-]{36}", b"", response.content)
    headers = {k: v for k, v in response.headers.items() if k.lower() not in ("x-request-id", "date")}
    return response.status, body, headers


@pytest.fixture(scope="module")
def hidden(db):
    """What matrix.HIDDEN names, made once: {path parameters: [(role, account, {parameter: id})]}."""
    return {names: make(db) for names, (_, make) in HIDDEN.items()}


@pytest.mark.parametrize("operation", [o for o in CLOSED if o.ids and kept_from_some(o)], ids=names)
def test_what_belongs_to_another_is_as_what_never_was(operation, client, hidden):
    rows = [row for row in hidden[tuple(operation.ids)] if row[0] in operation.roles]
    assert {role for role, _, _ in rows} == set(kept_from_some(operation)), "each of them has an object that is kept from them"
    for role, account, ids in rows:
        who = client(role, account)
        other = call(who, operation, fill(operation, **ids))
        other.problem(404, "not-found")
        assert bare(other) == bare(call(who, operation, fill(operation)))
        if operation.needs_match:
            # Nor may the answer depend on whether a version fits.
            for version in ("*", '"99.both"'):
                theirs = call(who, operation, fill(operation, **ids), if_match=version)
                assert bare(theirs) == bare(call(who, operation, fill(operation), if_match=version))
                theirs.problem(404, "not-found")


def test_every_path_parameter_is_in_the_matrix():
    known = {tuple(operation.ids) for operation in CLOSED if operation.ids}
    assert known <= set(HIDDEN), f"matrix.HIDDEN lacks {known - set(HIDDEN)}"
    every = {tuple(operation.ids) for operation in CONTRACT.operations if operation.ids}
    assert every <= set(VISIBLE), f"matrix.VISIBLE lacks {every - set(VISIBLE)}"


def test_lists_of_one_role_show_nothing_of_another(client, contract):
    """The line sees its own referrals only, a peer only what is theirs."""
    for operation in CLOSED:
        if operation.method == "GET" and not operation.ids and "line" in operation.roles:
            mine = client("line").get(operation.path).ok()
            theirs = client("line", "other").get(operation.path).ok()
            if isinstance(mine.json.get("data"), list) and operation.id.startswith("line_"):
                ours = {json.dumps(entry.get("id")) for entry in mine.data}
                assert not ours & {json.dumps(entry.get("id")) for entry in theirs.data}, operation.id
