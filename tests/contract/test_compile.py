# SPDX-License-Identifier: MIT
"""openapi/compile.py: what it cannot compile it refuses, naming file and place; what it compiles means the same as elsewhere."""

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

OPENAPI = Path(__file__).resolve().parents[2] / "openapi"
sys.path.insert(0, str(OPENAPI))
from pattern import PatternError, compile_pattern  # noqa: E402

DOCUMENT = """
openapi: 3.1.0
info: {title: T, version: '1'}
security: [{bearer: []}]
paths:
  /v1/things/{thing_id}:
    parameters: [{name: thing_id, in: path, required: true, schema: {type: string, format: uuid}}]
    post:
      operationId: things_create
      x-roles: [coordinator]
      summary: S
      tags: [t]
      parameters: [{name: status, in: query, schema: {type: string, maxLength: 5}}]
      requestBody: {content: {application/json: {schema: {$ref: Thing}}}}
      responses: {'200': {description: D}}
"""
THING = """
Thing:
  type: object
  additionalProperties: false
  properties:
    name: {type: string, maxLength: 5}
"""


def compile_document(directory, document, thing):
    (directory / "schemas").mkdir()
    (directory / "openapi.yaml").write_text(document)
    (directory / "schemas/things.yaml").write_text(thing)
    arguments = ["--tables", directory / "t.c", "--bundle", directory / "o.json", "--depfile", directory / "d"]
    return subprocess.run([sys.executable, OPENAPI / "compile.py", *arguments, directory / "openapi.yaml"], capture_output=True, text=True)


def test_the_sample_compiles_and_names_every_file_it_read(tmp_path):
    done = compile_document(tmp_path, DOCUMENT, THING)
    assert done.returncode == 0, done.stderr
    assert "things.yaml" in (tmp_path / "d").read_text()
    assert '"#/components/schemas/Thing"' in (tmp_path / "o.json").read_text()


NAME = "{type: string, maxLength: 5}"


@pytest.mark.parametrize(
    "name, complaint",
    [
        ("{type: string}", "needs maxLength"),
        ("{type: string, maxLenght: 5}", "maxLenght"),
        ("{type: string, maxLength: 5, x-seald: a.b}", "x-seald"),
        ("{type: string, maxLength: 5, x-sealed: email}", "label"),
        ("{type: string, maxLength: 5, default: x}", "default"),
        ("{type: string, maxLength: 9999999}", "lengths"),
        ("{type: string, minLength: 6, maxLength: 5}", "minLength"),
        ("{type: string, format: hostname}", "unknown format"),
        ("{type: string, pattern: '^a$'}", "needs maxLength"),
        ("{type: string, maxLength: 5, pattern: 'a'}", "pattern"),
        ("{type: string, maxLength: 5, pattern: '^a$', x-fault: nothing}", "faults.def"),
        ("{type: string, maxLength: 5, x-fault: format}", "needs a pattern"),
        ("{type: [string, 'null'], enum: [a]}", "null"),
        ("{type: string, enum: [a, 1]}", "strings"),
        ("{type: string, format: phone, x-government-address: true}", "email"),
        ("{type: string, maxLength: 5, x-digest-only: true}", "x-digest-only"),
        ("{type: string, maxLength: 5, x-digest: a.b, x-sealed: a.b, x-digest-only: true}", "x-digest-only"),
        ("{type: [string, integer]}", "one type"),
        ("{maxLength: 5}", "one type"),
        ("{oneOf: [{type: string}]}", "one type"),
        ("{type: object, properties: {}}", "additionalProperties"),
        ("{type: object, additionalProperties: false, required: [x]}", "required names"),
        ("{type: array, items: {type: integer}}", "maxItems"),
        ("{type: array, maxItems: 5}", "items"),
        ("{type: array, maxItems: 5000, items: {type: integer}}", "maxItems"),
        ("{type: array, maxItems: 300, uniqueItems: true, items: {type: integer}}", "maxItems"),
        ("{type: array, maxItems: 3, items: {type: string, maxLength: 5, x-digest: a.b}}", "name"),
        ("{type: integer, multipleOf: 2}", "multipleOf"),
        ("{type: number, minimum: '1'}", "number"),
        ("{$ref: Thing}", "contain itself"),
        ("{$ref: Nothing}", "no schema 'Nothing'"),
        ("{$ref: Thing, minProperties: 1}", "siblings"),
        ("{anyOf: [{$ref: Thing}, {type: 'null'}]}", "contain itself"),
        ("{anyOf: [{type: string, maxLength: 5}, {type: integer}]}", "anyOf"),
        ("{anyOf: [{type: [string, 'null'], maxLength: 5}, {type: 'null'}]}", "anyOf"),
        ("{type: string, maxLength: 5}\n    name: {type: integer}", "twice"),
        ("{type: string, format: email, x-digest: a.b}\n    name_digest: {type: integer}", "added member"),
    ],
)
def test_a_schema_that_cannot_be_checked_is_refused(tmp_path, name, complaint):
    done = compile_document(tmp_path, DOCUMENT, THING.replace(NAME, name))
    assert done.returncode != 0, "accepted"
    assert complaint in done.stderr
    assert "things.yaml" in done.stderr


@pytest.mark.parametrize(
    "old, new, complaint",
    [
        ("operationId: things_create", "operationId: createThing", "operationId"),
        ("x-roles: [coordinator]", "x-roles: []", "x-roles"),
        ("x-roles: [coordinator]", "x-roles: [king]", "king"),
        ("x-roles: [coordinator]", "x-roles: [public]", "security"),
        ("x-roles: [coordinator]", "x-roles: [coordinator]\n      security: []", "security"),
        ("summary: S", "description: S", "summary"),
        ("tags: [t]", "tags: []", "tags"),
        ("{thing_id}:", "{other_id}:", "path parameters"),
        ("application/json", "text/plain", "body is"),
        ("schema: {type: string, maxLength: 5}", "schema: {type: number}", "query parameter"),
        ("schema: {type: string, maxLength: 5}", "schema: {type: integer, default: x}", "default"),
        ("schema: {type: string, maxLength: 5}", "style: form, schema: {type: string, maxLength: 5}", "style"),
        ("'200': {description: D}", "'200': {$ref: Nothing}", "no schema 'Nothing'"),
    ],
)
def test_an_operation_that_is_not_whole_is_refused(tmp_path, old, new, complaint):
    done = compile_document(tmp_path, DOCUMENT.replace(old, new), THING)
    assert done.returncode != 0, "accepted"
    assert complaint in done.stderr


PATTERNS = [r"^[a-z0-9]+(?:-[a-z0-9]+)*$", r"^(a|b|cd){2,3}$", r"^\d{1,2}-\w?$", r"^[^a-c]+x?$", r"^a{0,2}b{1,}$",
            r"^(ab*|c+d)*$", r"^$", r"^(a|)b$", r"^.+@x$", r"^\S(.*\S)?$", r"^\s*\D+$"]  # fmt: skip


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_matches_what_it_matches_elsewhere(pattern):
    classes, rows, accepts = compile_pattern(pattern)
    chance = random.Random(pattern)
    for _ in range(5000):
        text = "".join(chance.choice("abcdx-19A @é_\n") for _ in range(chance.randint(0, 7)))
        state = 1
        for character in text:
            state = rows[state][classes[min(ord(character), 128)]]
        assert bool(accepts[state]) == bool(re.fullmatch(pattern[1:-1], text, re.ASCII)), text


@pytest.mark.parametrize(
    "pattern", ["a", "^a", "^a\\$", "^a|b$", "^a**$", "^(a$", "^[a$", "^a{2,1}$", "^a{x}$", r"^\b$", "^a)$", "^(?=a)$", "^[b-a]$",
                "^*a$", "^é$", "^(a{90}){90}$"]
)  # fmt: skip
def test_a_pattern_beyond_the_dialect_is_refused(pattern):
    with pytest.raises(PatternError):
        compile_pattern(pattern)
