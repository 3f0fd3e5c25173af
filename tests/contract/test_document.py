# SPDX-License-Identifier: MIT
"""The document itself: complete, with examples that its own schemas accept, in both languages."""

import re

import pytest


def media_types(contract):
    for operation in contract.operations:
        if operation.body is not None:
            for kind, media in operation.body["content"].items():
                yield f"{operation.id} request {kind}", media
        for status, response in operation.responses.items():
            for kind, media in contract.resolve(response).get("content", {}).items():
                yield f"{operation.id} {status} {kind}", media


def test_every_body_has_an_example_that_fits_its_schema(contract):
    bad = []
    for where, media in media_types(contract):
        examples = [media["example"]] if "example" in media else [
            contract.resolve(e)["value"] for e in media.get("examples", {}).values()
        ]  # fmt: skip
        if not examples:
            bad.append(f"{where}: no example")
        for example in examples:
            bad += [f"{where}: {fault}" for fault in contract.faults(media.get("schema", True), example)]
    assert not bad, "\n".join(bad)


def test_bodies_refuse_unknown_names(contract):
    for operation in contract.operations:
        if operation.body is None:
            continue
        for kind, media in operation.body["content"].items():
            schema = contract.resolve(media["schema"])
            assert schema.get("additionalProperties") is False or schema.get("unevaluatedProperties") is False, (
                f"{operation.id} {kind}: the schema allows unknown members"
            )


def test_summaries_are_in_both_languages(contract):
    bad = [o.id for o in contract.operations if not re.search(r"\S / \S", o.item.get("summary", ""))]
    assert not bad


def test_changes_declare_their_preconditions(contract):
    for operation in contract.operations:
        if operation.needs_match:
            assert {"412", "428"} <= set(operation.responses), operation.id
        if operation.needs_key:
            assert {"400", "409", "422"} <= set(operation.responses), operation.id
        if "public" not in operation.roles:
            assert {"401", "403"} <= set(operation.responses) or set(operation.roles) == set(ALL) and "401" in operation.responses
        if operation.ids:
            assert "404" in operation.responses or operation.method == "PUT", operation.id


ALL = ("peer", "peer_supporter", "mental_health_professional", "coordinator", "line", "administrator")


@pytest.mark.parametrize("status", ["201"])
def test_creations_say_where(contract, status):
    for operation in contract.operations:
        if status in operation.responses:
            headers = contract.resolve(operation.responses[status]).get("headers", {})
            assert "Location" in headers, operation.id
