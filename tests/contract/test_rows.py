# SPDX-License-Identifier: MIT
"""What follows from a row of the router is declared by its operation: statuses, headers, parameters, security."""

import json
import subprocess

import pytest
from conftest import BUILD

ALWAYS = {400, 405, 406, 414, 431, 500, 501}
EVERY_ANSWER = {"X-Request-Id", "API-Version", "Vary", "Cache-Control"}
ROLES = {"peer", "peer_supporter", "mental_health_professional", "coordinator", "line", "administrator"}
# Beside its rule: submitting looks at the whole form, and readiness is what a database is asked for.
BESIDE = {"intake_forms_submit": {422}, "health_ready": {503}}


def rows():
    printed = subprocess.run([BUILD / "alongside", "routes"], capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in printed.splitlines()]


ROWS = {row["operation"]: row for row in rows()}


def statuses(row, operation):
    """All of them but 409 and those of success."""
    found = ALWAYS | BESIDE.get(operation.id, set())
    found |= {429, 503, 504} if row["lane"] != "none" else set()
    found |= {401} if row["roles"] != ["public"] else set()
    found |= {403} if row["roles"] != ["public"] and set(row["roles"]) != ROLES and "unseen" not in row["flags"] else set()
    found |= {404} if "{" in row["path"] else set()
    found |= {413, 415, 422} if operation.body else {422} if "idempotent" in row["flags"] else set()
    found |= {412, 428} if "if_match" in row["flags"] else set()
    return found | ({304} if operation.header("If-None-Match") else set())


def successes(contract, operation):
    return [contract.resolve(answer) for status, answer in operation.responses.items() if status < "300"]


@pytest.fixture(params=sorted(ROWS))
def both(request, contract):
    return ROWS[request.param], contract.by_id[request.param]


def test_every_status_that_the_walk_can_end_with_is_declared(both):
    row, operation = both
    declared = {int(status) for status in operation.responses if status > "299"} - {409}
    assert declared == statuses(row, operation)
    assert ("409" in operation.responses) == ("x-conflict" in operation.item)
    assert "409" in operation.responses or "idempotent" not in row["flags"]


def test_every_header_of_an_answer_is_declared(both, contract):
    row, operation = both
    for answer in successes(contract, operation):
        headers = set(answer["headers"])
        assert EVERY_ANSWER <= headers and all(contract.resolve(answer["headers"][name])["required"] for name in EVERY_ANSWER)
        assert ("Link" in headers) == ("list" in row["flags"])
        assert not operation.header("If-None-Match") or "ETag" in headers
        assert not (operation.method == "PATCH" or "if_match" in row["flags"]) or "ETag" in headers or operation.method == "DELETE"
    if "idempotent" in row["flags"]:
        assert any("Idempotent-Replayed" in answer["headers"] for answer in successes(contract, operation))
    if "201" in operation.responses:
        assert "Location" in contract.resolve(operation.responses["201"])["headers"]


def test_every_parameter_of_the_walk_is_declared(both):
    row, operation = both
    assert operation.needs_key == ("idempotent" in row["flags"]) and operation.needs_match == ("if_match" in row["flags"])
    assert operation.header("Accept-Language")
    query = {parameter["name"] for parameter in operation.parameters if parameter["in"] == "query"}
    assert ("list" in row["flags"]) == ({"limit", "cursor"} <= query)
    assert (operation.item.get("security") == []) == (row["roles"] == ["public"])


def test_every_problem_is_one(contract):
    """Those of the HTTP library, which has not read a request yet, are none."""
    for name, answer in contract.document["components"]["responses"].items():
        if name not in ("NotModified", "UriTooLong", "HeadersTooLarge"):
            assert set(answer["content"]) == {"application/problem+json"} and set(answer["headers"]) >= EVERY_ANSWER, name
