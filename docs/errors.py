#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints ERRORS.md, made of the tables that the server is built from: docs/errors.py > docs/ERRORS.md"""

import re
from pathlib import Path

INCLUDE = Path(__file__).resolve().parent.parent / "include"
TEXT = r'"((?:[^"\\]|\\.)*)"'

HEAD = """# Errors

Made by `docs/errors.py` of the tables in `include/`; a test compares. Every error is `application/problem+json` (RFC 9457):
`type` ends with the slug, `title` is the one below, `instance` repeats the request's id, `help` (to a peer, and to
whoever has no token) says whom to call. Several faults of one request come together in `errors`, each with `pointer`
(into the body), `parameter` or `header`.
"""


def rows(name):
    """The rows of include/<name>.def: what stands behind the id, without quotes."""
    text = (INCLUDE / f"{name}.def").read_text()
    for row in re.findall(r"^[A-Z]+\(\w+, (.*)\)$", text, re.M):
        yield [number or words for number, words in re.findall(rf"(\d+)(?=, )|{TEXT}", row)]


def table(head, lines):
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *(f"| {' | '.join(line)} |" for line in lines)])


def page():
    problems = [(status, f"`{slug}`", *words) for status, slug, *words in rows("problems")]
    return "\n".join(
        [
            HEAD,
            "## Problems\n",
            table(("status", "slug", "English", "français"), problems),
            "\n## Faults: what is wrong with one value\n",
            table(("code", "English", "français"), [(f"`{code}`", *words) for code, *words in rows("faults")]),
            "\n## Reasons: why a 409 `conflict` is one\n",
            table(("reason", "English", "français"), [(f"`{code}`", *words) for code, *words in rows("reasons")]),
            "",
        ]
    )


if __name__ == "__main__":
    print(page(), end="")
