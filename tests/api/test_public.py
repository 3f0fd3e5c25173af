# SPDX-License-Identifier: MIT
"""What everybody may read without a token: whom to call, the words of all codes, the contract, its page, health."""

import re

import pytest
from steps import walk

PUBLIC = (
    "/v1/help-lines",
    "/v1/code-lists",
    "/v1/holidays",
    "/v1/documents",
    "/v1/openapi.json",
    "/",
    "/documentation.js",
    "/livez",
    "/readyz",
)
CACHED = PUBLIC[:-2]


# ---- help lines ----


def test_whom_to_call(nobody):
    """S4.1, S2.1, S0.7, A6.6: the program's line at any hour, 9-8-8 by call and text, 911, and one address."""
    lines = nobody.get("/v1/help-lines").ok()
    assert [(line["number"] or line["email"], sorted(line["ways"])) for line in lines.data] == [
        ("1-844-750-1648", ["call"]),
        ("9-8-8", ["call", "text"]),
        ("911", ["call"]),
        ("SMSRCPSP-CSRISPSP@forces.gc.ca", ["email"]),
    ]
    assert all(set(line["name"]) == set(line["note"]) == {"en", "fr"} for line in lines.data)


def test_the_line_says_who_answers_at_night(nobody):
    """A1.6, R5: counsellors by day, the Employee Assistance Program by night."""
    note = nobody.get("/v1/help-lines").ok().data[0]["note"]
    assert "07:00 to 21:00 Eastern" in note["en"] and "Employee Assistance Program" in note["en"]
    assert "7 h à 21 h, heure de l'Est" in note["fr"] and "aide aux employés" in note["fr"]


def test_lines_in_one_language_and_in_pages(nobody):
    """S2.29: English and French alike."""
    french = walk(nobody, "/v1/help-lines", params={"limit": 1}, language="fr")
    assert [set(line["name"]) for line in french] == [{"fr"}] * 4
    assert [line["code"] for line in french] == [line["code"] for line in nobody.get("/v1/help-lines").ok().data]
    for params, where in (({"limit": "x"}, "limit"), ({"cursor": "x"}, "cursor"), ({"region": "QC"}, "region")):
        nobody.get("/v1/help-lines", params=params).problem(400, "bad-parameter").fault(where)


@pytest.mark.parametrize("authorization", ["Bearer expired.or.forged", "Basic eDp5", "Bearer", ""])
@pytest.mark.parametrize("path", PUBLIC)
def test_a_token_that_ran_out_hides_nothing(nobody, path, authorization):
    """R20: what everybody may read does not depend on who asks."""
    answer = nobody.get(path, headers={"Authorization": authorization}).ok()
    bare = nobody.get(path).ok()
    assert "WWW-Authenticate" not in answer.headers
    if answer.headers["Content-Type"] == "application/json" and "page" in answer.json:
        assert answer.data == bare.data  # a cursor is another one each time
    else:
        assert answer.content == bare.content


# ---- code lists ----


def enumerations(node, where=""):
    """Every enumeration of texts in a schema or parameter, and where it stands."""
    if isinstance(node, dict):
        values = node.get("enum")
        if isinstance(values, list) and len(values) > 1:
            yield where, {value for value in values if isinstance(value, str)}
        for name, part in node.items():
            yield from enumerations(part, f"{where}/{name}")
    elif isinstance(node, list):
        for number, part in enumerate(node):
            yield from enumerations(part, f"{where}/{number}")


def test_every_code_has_words_in_both_languages(nobody, contract):
    """S2.29, I6: a front end needs no table of its own for any enumeration of the contract."""
    lists = {entry["list"]: entry["codes"] for entry in nobody.get("/v1/code-lists").ok().data}
    for name, codes in lists.items():
        assert all(code["label"]["en"] and code["label"]["fr"] for code in codes), name
        assert len({code["code"] for code in codes}) == len(codes)
    known = [{code["code"] for code in codes} for codes in lists.values()]
    # `versions` asks the API something; it is not a fact about anybody.
    schemas = {name: schema for name, schema in contract.document["components"]["schemas"].items() if name != "DocumentVersions"}
    missing = [(where, values) for where, values in enumerations(schemas) if not any(values <= codes for codes in known)]
    assert not missing


def test_codes_in_one_language(nobody):
    lists = nobody.get("/v1/code-lists", language="fr").ok()
    assert lists.headers["Content-Language"] == "fr"
    assert all(set(code["label"]) == {"fr"} for entry in lists.data for code in entry["codes"])
    nobody.get("/v1/code-lists", params={"list": "language"}).problem(400, "bad-parameter").fault("list", "unknown")


# ---- the contract and its page ----


def test_the_page_brings_everything_itself(nobody):
    """R2: reading about the service tells nobody else of it."""
    page = nobody.get("/").ok()
    html = page.content.decode()
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert re.findall(r'(?:src|href)="([^"#]+)"', html).count("/documentation.js") <= 1
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', html), "nothing is fetched from elsewhere"
    assert not re.search(r"\son\w+=", html), "the policy would not run it"
    policy = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["script-src"] == "'self'" and policy["frame-ancestors"] == "'none'"
    assert "1-844-750-1648" in html and "9-8-8" in html, "S4.1: the numbers travel with what everybody may read"
    script = nobody.get("/documentation.js").ok()
    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "innerHTML" not in script.content.decode()


@pytest.mark.parametrize("path", ["/", "/documentation.js", "/v1/openapi.json"])
def test_files_of_the_binary_have_tags(nobody, path):
    first = nobody.get(path).ok()
    assert first.headers["Cache-Control"].startswith("public, max-age=300")
    again = nobody.get(path, headers={"If-None-Match": first.etag}, check=False)
    assert again.status == 304 and not again.content
    head = nobody.head(path)
    assert head.status == 200 and not head.content and head.headers["Content-Length"] == str(len(first.content))
    nobody.get(path, params={"x": 1}).problem(400, "bad-parameter").fault("x", "unknown")


def test_the_contract_says_whom_to_call(nobody):
    """S4.1."""
    description = nobody.get("/v1/openapi.json").ok()["info"]["description"]
    assert description.count("1-844-750-1648") == 2 and description.count("9-8-8") == 2


# ---- all of it ----


@pytest.mark.parametrize("path", PUBLIC)
def test_everybody_may_read_it(nobody, path):
    answer = nobody.get(path).ok()
    cached = answer.headers["Cache-Control"]
    assert cached == "public, max-age=300, stale-while-revalidate=60" if path in CACHED else cached == "no-store"


def test_health_needs_nothing(nobody):
    for path in ("/livez", "/readyz"):
        assert nobody.get(path).ok().json == {"status": "ok"}
        nobody.get(path, params={"verbose": 1}).problem(400, "bad-parameter").fault("verbose", "unknown")
