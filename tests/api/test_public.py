# SPDX-License-Identifier: MIT
"""What everybody may read without a token: whom to call, the words of all codes, the contract, its page, health."""

import re

import pytest

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
