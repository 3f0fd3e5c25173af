# SPDX-License-Identifier: MIT
"""What people write freely is sealed before SQL sees it, or named here with the reason why it need not be (decision 11, S23): a field that
is added joins one or the other."""

import os
import re
import subprocess
import uuid
from pathlib import Path

import pytest
from harness.cluster import POSTGRES_BIN
from harness.contract import Contract
from steps.matrix import VISIBLE

ROOT = Path(__file__).resolve().parent.parent.parent
CONTRACT = Contract(ROOT / os.environ.get("TEST_BUILD", "build/release") / "openapi" / "openapi.json")
WRITES = [operation for operation in CONTRACT.operations if operation.body]
# Of these forms no text is free: an id, a moment, a zone; nor of a pattern that takes nothing of what people are called by.
CLOSED_FORMS = {"uuid", "date", "date-time", "local-date-time", "iana-zone"}
CALLED_BY = ("Jane", "BEAUDOIN", "jane_doe", "jd", "JD", "O'Neil", "Jane Doe 613-555-0143", "Beaudoin-1", "JD-Beaudoin", "é", "李")
CODE, PUBLISHED = "a code of a list, refused where there is none", "published by the program, about nobody"
PLAIN = {
    "alias": "the name that others see in place of a name (decision 5); looked for by what it looks like",
    "description/en": PUBLISHED,
    "description/fr": PUBLISHED,
    "body/en": PUBLISHED,
    "body/fr": PUBLISHED,
    "title/en": PUBLISHED,
    "title/fr": PUBLISHED,
    "name/en": PUBLISHED,
    "name/fr": PUBLISHED,
    "season/en": PUBLISHED,
    "bring/en": PUBLISHED,
    "bring/fr": PUBLISHED,
    "credit/en": PUBLISHED,
    "credit/fr": PUBLISHED,
    "meant_for/en": PUBLISHED,
    "meant_for/fr": PUBLISHED,
    "answers_to/en": PUBLISHED,
    "answers_to/fr": PUBLISHED,
    "links/*/label/en": PUBLISHED,
    "links/*/label/fr": PUBLISHED,
    "links/*/url": PUBLISHED,
    "kind": CODE,
    "season/fr": PUBLISHED,
    "label/en": PUBLISHED,
    "label/fr": PUBLISHED,
    "credentials/en": "what a guest is known for, as it is announced",
    "credentials/fr": "what a guest is known for, as it is announced",
    "name": "a guest's, as it is announced (S2.17)",
    "link/en": "where the public reads about a guest",
    "link/fr": "where the public reads about a guest",
    "expertise/*": CODE,
    "list": CODE,
    "methods/*": CODE,
    "module": CODE,
    "modules/*": CODE,
    "services_wanted/*": CODE,
    "topics/*": CODE,
    "code": "letters and digits of a pattern; that of a first sign-in is kept as a digest",
    "topic/en": "what an evening is about, for all who come to it",
    "topic/fr": "what an evening is about, for all who come to it",
    "experts/*": "who taught a course, as it is announced to the staff",
    "vouched_by": "who vouches for a training of somebody of the staff, with what authority",
    "identity/issuer": "the address of the identity provider",
    "identity/subject": "looked for at every request, as the identity provider made it: no name by its profile",
}


def resolved(node):
    while "$ref" in node:
        found = CONTRACT.document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def strings(node, path=()):
    """(path, schema) of every string that a body may hold."""
    node = resolved(node)
    for choice in ("anyOf", "oneOf", "allOf"):
        for part in node.get(choice, ()):
            yield from strings(part, path)
    if "string" in (node.get("type"), *(node["type"] if isinstance(node.get("type"), list) else ())):
        yield path, node
    for name, member in node.get("properties", {}).items():
        yield from strings(member, (*path, name))
    if "items" in node:
        yield from strings(node["items"], (*path, "*"))


def strings_of(operation):
    item = CONTRACT.document["paths"][operation.path][operation.method.lower()]
    return strings(next(iter(resolved(item["requestBody"])["content"].values()))["schema"])


def is_hidden(schema):
    return bool({"x-sealed", "x-digest-only"} & set(schema))


def is_closed(schema):
    pattern = schema.get("pattern")
    return schema.get("format") in CLOSED_FORMS or pattern and not any(re.fullmatch(pattern, text) for text in CALLED_BY)


def is_free(schema):
    return not is_hidden(schema) and "enum" not in schema and "const" not in schema and not is_closed(schema)


def test_every_free_text_is_sealed_or_has_a_reason():
    free = {"/".join(path) for operation in WRITES for path, schema in strings_of(operation) if is_free(schema)}
    assert free == set(PLAIN)


# ---- what is written is in no dump ----

# What an example cannot show beside the rest; and, last of all, what has to be before something may be said.
ALSO = {
    "conflict_declarations_create": {"kind": "same_unit", "unit": "2 RCR", "from": "2015-01-01"},
    "sessions_update": {"material": {"en": "Page 3", "fr": "Page 3"}},
}
BEFORE = {"debriefs_create": "update sessions set state = 'completed', ended_at = now() where state = 'in_progress'"}


def mark(schema):
    """A text of the schema's form that stands nowhere else."""
    word = uuid.uuid4().hex
    number = str(uuid.uuid4().int)[:8]
    return {
        "email": f"{word}@example.org",
        "phone": f"+44 20 {number}",
        "uri": f"https://teams.example/{word}",
        "handle": f"+44 20 {number}",
    }.get(schema.get("format"), f"Zq{word}"[: schema.get("maxLength", 40)])


def marked(body, path, schema, is_adding):
    """The text that now stands at this place of a body, or None where it has no such place."""
    *outer, name = path
    for step in outer:
        body = body[0] if step == "*" and body else body.get(step) if isinstance(body, dict) else None
    if not isinstance(body, dict) or name == "*" or not (is_adding or body.get(name)):
        return None
    body[name] = mark(schema)
    return body[name]


def forms_of(text):
    """As it was sent, in small letters, and a telephone number as digits alone."""
    return {text, text.lower(), *([re.sub(r"\D", "", text)] if text.startswith("+") else ())}


@pytest.fixture(scope="module")
def dumped(cluster, database):
    def dumped():
        command = [POSTGRES_BIN / "pg_dump", "-h", cluster.root, "-U", "postgres", "--inserts", database]
        return subprocess.run(command, capture_output=True, check=True, text=True, env=dict(os.environ)).stdout

    return dumped


def test_what_is_sealed_is_in_no_dump(client, db, dumped):
    """S23: whatever the contract seals, or keeps a digest of, is written by each role that may, as all that can be said and as the example
    has it; every such field is written at least once, and nothing of it can be read in a dump. What is not sealed is found there."""
    visible, written, marks = {}, set(), []
    for operation in sorted(WRITES, key=lambda operation: operation.id in BEFORE):
        hidden = [(path, schema) for path, schema in strings_of(operation) if is_hidden(schema)]
        if hidden and operation.id in BEFORE:
            db.execute(BEFORE[operation.id])
        for role in operation.roles if hidden else ():
            if operation.ids and tuple(operation.ids) not in visible:
                visible[tuple(operation.ids)] = VISIBLE[tuple(operation.ids)](db)
            path = operation.path
            for name, identifier in visible[tuple(operation.ids)][role].items() if operation.ids else ():
                path = path.replace("{" + name + "}", identifier)
            bodies = (CONTRACT.example(operation.id), True), (CONTRACT.example(operation.id), False), (ALSO.get(operation.id), False)
            for body, is_adding in bodies[: 3 if operation.id in ALSO else 2]:
                sent = {"/".join(place): marked(body, place, schema, is_adding) for place, schema in hidden}
                sent = {place: text for place, text in sent.items() if text}
                answer = client(None if role == "public" else role).request(
                    operation.method, path, json=body, **({"if_match": "*"} if operation.needs_match else {})
                )
                marks += sent.values()
                written |= set(sent) if answer.status < 300 else set()
    every = {"/".join(place) for operation in WRITES for place, schema in strings_of(operation) if is_hidden(schema)}
    assert written == every, f"never written: {every - written}"
    planted = mark({})
    db.execute("update participants set alias = %s where id = (select id from participants limit 1)", (planted,))
    text = dumped()
    assert planted in text
    assert {form for sent in marks for form in forms_of(sent) if form in text} == set()
