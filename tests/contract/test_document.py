# SPDX-License-Identifier: MIT
"""The document itself: complete, with examples that its own schemas accept, in both languages."""

import re


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


BOTH = re.compile(r"(?s)^\S.* / \S.*$|^## English\n.*\n## Français\n")
# Names that a constant of an enumeration cannot have in one language or another.
UNFIT = {"name", "ordinal", "values", "entries", "value", "hashCode", "declaringClass", "equals", "class"}


def schemas(node, where):
    """Every schema of the document, with its place."""
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from schemas(item, f"{where}/{number}")
    elif isinstance(node, dict):
        yield where, node
        for key, value in node.items():
            if key in ("properties", "schemas"):
                for name, item in value.items():
                    yield from schemas(item, f"{where}/{key}/{name}")
            elif key not in ("example", "examples", "required", "enum", "if", "then", "else"):
                yield from schemas(value, f"{where}/{key}")


def described(contract, node):
    """By words of its own, or by those of what it refers to."""
    inner = node["anyOf"][0] | node if "anyOf" in node else node
    return BOTH.match(inner.get("description") or contract.resolve(inner).get("description", ""))


def test_everything_is_described_in_both_languages(contract):
    places = {o.id: o.item for o in contract.operations} | {
        f"{o.id} summary": {"description": o.item["summary"]} for o in contract.operations
    }
    for operation in contract.operations:
        places |= {f"{operation.id} {parameter['name']}": parameter for parameter in operation.parameters}
        places |= {f"{operation.id} {status}": answer for status, answer in operation.responses.items()}
    for name, schema in contract.resolve({"$ref": "urn:contract#/components/schemas"}).items():
        places |= {name: schema} | {f"{name}.{member}": shape for member, shape in schema.get("properties", {}).items()}
    assert not [place for place, node in places.items() if not described(contract, node)]


def test_every_enumeration_and_every_object_has_a_name(contract):
    """Generators make one type of it, wherever it is used."""
    for where, schema in schemas(contract.document, "#"):
        is_named = re.fullmatch(r"#/components/schemas/\w+", where)
        assert is_named or not {"enum", "properties", "allOf", "oneOf"} & set(schema), where
        assert schema.get("additionalProperties") is not True, where
        if "anyOf" in schema:
            assert [part.get("type") for part in schema["anyOf"]] == [None, "null"] and "$ref" in schema["anyOf"][0], where
        if "enum" in schema:
            assert not {code for code in schema["enum"] if not isinstance(code, str)} | UNFIT & set(schema["enum"]), where
    kept = [tuple(sorted(schema["enum"])) for _, schema in schemas(contract.document, "#") if "enum" in schema]
    assert len(kept) == len(set(kept)), "the same codes under two names"


def test_bodies_are_sent_as_they_are_kept(contract):
    """A patch is also taken as plain JSON."""
    for operation in contract.operations:
        if operation.method == "PATCH":
            assert set(operation.body["content"]) == {"application/merge-patch+json", "application/json"}, operation.id
