# SPDX-License-Identifier: MIT
"""What every operation has in common: methods, headers, languages, preconditions, media types, paging, bodies."""

import json
import uuid

import pytest

PATH = "/v1/referrals"


def test_the_contract_is_served_as_it_was_built(nobody, server, contract):
    """But for where it is served."""
    response = nobody.get("/v1/openapi.json").ok()
    (place,) = contract.document["servers"]
    assert response.json == contract.document | {"servers": [place | {"url": server.url}]}
    assert "public" in response.headers["Cache-Control"]


def test_the_documentation_page_needs_nobody_else(nobody):
    page = nobody.get("/").ok()
    assert page.headers["Content-Type"].startswith("text/html")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    assert "unsafe" not in policy and "http:" not in policy and "https:" not in policy


def test_head_options_and_405_on_every_path(contract, client, nobody):
    by_path = {}
    for operation in contract.operations:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    for path, operations in by_path.items():
        concrete = path
        for name in next(iter(operations.values())).ids:
            concrete = concrete.replace("{" + name + "}", str(uuid.uuid4()))
        allowed = set(operations) | {"OPTIONS"} | ({"HEAD"} if "GET" in operations else set())
        response = nobody.options(concrete)
        assert response.status == 204, (concrete, response.status)
        assert {m.strip() for m in response.headers["Allow"].split(",")} == allowed, concrete
        if "PATCH" in operations:
            assert response.headers["Accept-Patch"] == "application/merge-patch+json"
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - set(operations):
            refused = nobody.request(method, concrete).problem(405, "method-not-allowed")
            assert {m.strip() for m in refused.headers["Allow"].split(",")} == allowed
        if "GET" in operations and "public" not in operations["GET"].roles:
            role = operations["GET"].roles[0]
            got, head = client(role).get(concrete), client(role).head(concrete)
            assert head.status == got.status
            assert head.headers["Content-Type"] == got.headers["Content-Type"]
            assert head.headers.get("ETag") == got.headers.get("ETag")


def test_unknown_paths_and_methods(nobody, coordinator):
    for who in (nobody, coordinator):
        who.get("/v1/nothing").problem(404, "not-found")
        who.request("PROPFIND", PATH).problem(501, "unknown-method")


def test_request_ids(coordinator):
    mine = str(uuid.uuid4())
    assert coordinator.get(PATH, headers={"X-Request-Id": mine}).headers["X-Request-Id"] == mine
    for bad in ("x", "a b", "%n%n", mine + "0"):
        assert coordinator.get(PATH, headers={"X-Request-Id": bad}).headers["X-Request-Id"] != bad


@pytest.mark.parametrize(
    ("asked", "content_language"),
    [
        (None, "en, fr"),
        ("*", "en, fr"),
        ("de", "en, fr"),
        ("fr", "fr"),
        ("fr-CA, en;q=0.5", "fr"),
        ("en-CA,en;q=0.9,fr;q=0.8", "en"),
        ("fr;q=0, en", "en"),
        ("de, fr;q=0.3", "fr"),
        ("en;q=0.1, fr;q=0.2", "fr"),
        (";;q=,", "en, fr"),
    ],
)
def test_languages(coordinator, asked, content_language):
    response = coordinator.get(PATH, language=asked).ok()
    assert response.headers["Content-Language"] == content_language
    assert "Accept-Language" in response.headers["Vary"]


def test_problems_speak_the_asked_language(nobody):
    french = nobody.get("/v1/nothing", language="fr").problem(404)
    assert french["title"] == "Il n'y a rien ici" and french.headers["Content-Language"] == "fr"
    both = nobody.get("/v1/nothing").problem(404)
    assert both["title"] == "There is nothing here"
    assert both["localized"]["fr"]["title"] == "Il n'y a rien ici"


def test_problems_for_peers_carry_help(peer):
    assert "9-8-8" in json.dumps(peer.get("/v1/nothing").problem(404)["help"])


BAD_BODIES = {
    "empty": b"",
    "truncated": b'{"a": ',
    "two": b"{} {}",
    "array": b"[]",
    "text": b'"x"',
    "number": b"1",
    "null": b"null",
    "twice the same": b'{"a": 1, "a": 2}',
    "deep": b'{"a":' * 3000 + b"1" + b"}" * 3000,
    "deep arrays": b'{"a":' + b"[" * 20000 + b"]" * 20000 + b"}",
    "not UTF-8": b'{"a": "\xff\xfe"}',
    "half a surrogate": b'{"a": "\\ud800"}',
    "a zero": b'{"a": "\\u0000"}',
    "a raw zero": b'{"a": "\x00"}',
    "bom": b"\xef\xbb\xbf{}",
    "infinity": b'{"a": 1e999999}',
    "nan": b'{"a": NaN}',
    "comment": b"{} // x",
    "single quotes": b"{'a': 1}",
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_bodies_that_cannot_be_read(coordinator, body):
    response = coordinator.post(PATH, content=body, content_type="application/json")
    assert response.status in (400, 422), response.content
    assert response.status == 400 or body[:1] in (b"[", b'"', b"1", b"n", b"")


def test_the_mark_of_sealed_fields_cannot_be_sent(coordinator, inquiry):
    body = inquiry()
    for name, value in body.items():
        if isinstance(value, str):
            coordinator.post(PATH, body | {name: "\u0001contact.email.x.y.z"}).problem(422).fault(f"#/{name}")


def test_all_faults_come_at_once(coordinator, contract):
    response = coordinator.post(PATH, {"nonsense": 1, "other": 2}).problem(422, "validation-failed")
    response.fault("#/nonsense", "unknown").fault("#/other", "unknown")
    assert len(response["errors"]) > 2, "what is missing is named as well"
    assert all(error["detail"] for error in response["errors"])


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "x", None])
def test_other_media_types(coordinator, kind):
    response = coordinator.post(PATH, content=b"{}", content_type=kind)
    response.problem(415, "unsupported-media-type")


def test_encoded_bodies_are_refused(coordinator):
    import gzip

    response = coordinator.post(PATH, content=gzip.compress(b"{}"), content_type="application/json", headers={"Content-Encoding": "gzip"})
    response.problem(415)
    assert "Accept-Encoding" in response.headers


def test_accept_excludes(coordinator):
    coordinator.get(PATH, headers={"Accept": "text/csv"}).problem(406, "not-acceptable")
    for good in ("*/*", "application/json", "application/*", "text/html, */*;q=0.1", "application/json;q=0.5"):
        coordinator.get(PATH, headers={"Accept": good}).ok()


def test_a_creation_needs_a_key_and_repeats_its_answer(coordinator, inquiry):
    body = inquiry()
    coordinator.post(PATH, body, idempotency_key=None).problem(400, "idempotency-key-required")
    for key in ("", "x" * 256, b"\xc3\xa9"):
        assert coordinator.post(PATH, body, idempotency_key=key).status == 400
    key = str(uuid.uuid4())
    first = coordinator.post(PATH, body, idempotency_key=key).created()
    again = coordinator.post(PATH, body, idempotency_key=f'"{key}"').created()
    assert again.content == first.content and again.path == first.path and again.etag == first.etag
    assert again.headers["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first.headers
    changed = dict(body)
    field = next(name for name, value in body.items() if isinstance(value, bool) or value in ("en", "fr"))
    changed[field] = {"en": "fr", "fr": "en"}.get(body[field], body[field])
    coordinator.post(PATH, changed, idempotency_key=key).problem(422, "idempotency-key-reused")


def test_a_key_belongs_to_its_account(client, inquiry):
    body, key = inquiry(), str(uuid.uuid4())
    first = client("coordinator").post(PATH, body, idempotency_key=key).created()
    second = client("coordinator", "other").post(PATH, body, idempotency_key=key)
    assert second.status in (201, 409)
    assert second.path != first.path
    assert "Idempotent-Replayed" not in second.headers


def test_etags(coordinator, inquiry):
    made = coordinator.post(PATH, inquiry()).created()
    english = coordinator.get(made.path, language="en").ok()
    both = coordinator.get(made.path).ok()
    assert english.etag != both.etag
    unchanged = coordinator.get(made.path, if_none_match=both).not_modified()
    for name in ("ETag", "Vary", "Cache-Control"):
        assert unchanged.headers[name] == both.headers[name]
    coordinator.get(made.path, if_none_match=f"W/{both.etag}").not_modified()
    coordinator.get(made.path, if_none_match=f'"x", {both.etag}').not_modified()
    coordinator.get(made.path, if_none_match="*").not_modified()
    coordinator.get(made.path, if_none_match='"x"').ok()


def test_paging_walks_through_everything_once(coordinator, inquiry):
    for _ in range(7):
        body = inquiry()
        for name in ("external_ref",):
            if name in body:
                body[name] = str(uuid.uuid4())
        coordinator.post(PATH, body).created()
    seen, cursor, pages = [], None, 0
    while True:
        page = coordinator.get(PATH, params={"limit": 3} | ({"cursor": cursor} if cursor else {})).ok()
        seen += [entry["id"] for entry in page.data]
        pages += 1
        assert len(page.data) <= 3
        assert 'rel="first"' in page.headers["Link"]
        cursor = page["page"]["next_cursor"]
        assert page["page"]["has_more"] == (cursor is not None) == ('rel="next"' in page.headers["Link"])
        if cursor is None:
            break
    assert pages >= 3 and len(seen) == len(set(seen))
    whole = coordinator.get(PATH, params={"limit": 1000}).ok()
    assert [entry["id"] for entry in whole.data][: len(seen)] == seen[:100]


def test_cursors_are_bound_to_their_list(coordinator, contract):
    page = coordinator.get(PATH, params={"limit": 1}).ok()
    cursor = page["page"]["next_cursor"]
    coordinator.get(PATH, params={"cursor": cursor, "limit": 5}).ok()
    broken = cursor[:-2] + ("AA" if not cursor.endswith("AA") else "BB")
    coordinator.get(PATH, params={"cursor": broken}).problem(400, "bad-parameter").fault("cursor")
    other = next(o for o in contract.operations if o.method == "GET" and o.path != PATH and not o.ids and "coordinator" in o.roles
                 and any(p["name"] == "cursor" for p in o.parameters))  # fmt: skip
    coordinator.get(other.path, params={"cursor": cursor}).problem(400, "bad-parameter").fault("cursor")


def test_cors_only_where_configured(start_server, make_client):
    origin = "https://app.example"
    server = start_server(cors_origins=f"{origin}, https://second.example")
    coordinator, nobody = make_client(server, "coordinator"), make_client(server)
    preflight = nobody.options(
        PATH,
        headers={"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"},
    )
    assert preflight.status == 204 and not preflight.content
    assert preflight.headers["Access-Control-Allow-Origin"] == origin
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    allowed = {name.strip().lower() for name in preflight.headers["Access-Control-Allow-Headers"].split(",")}
    assert {"authorization", "content-type", "if-match", "if-none-match", "idempotency-key", "accept-language"} <= allowed
    assert "Access-Control-Allow-Credentials" not in preflight.headers
    for response in (
        coordinator.get(PATH, headers={"Origin": origin}),
        nobody.get(PATH, headers={"Origin": origin}),
        nobody.get("/v1/nothing", headers={"Origin": origin}),
        nobody.delete(PATH, headers={"Origin": origin}),
        coordinator.post(PATH, content=b"{", content_type="application/json", headers={"Origin": origin}),
        coordinator.post(PATH, content=b" " * 70000, content_type="application/json", headers={"Origin": origin}),
    ):
        assert response.headers["Access-Control-Allow-Origin"] == origin, response.where
        assert "Origin" in response.headers["Vary"]
        assert "ETag" in response.headers["Access-Control-Expose-Headers"]
    foreign = coordinator.get(PATH, headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in foreign.headers and "Origin" in foreign.headers["Vary"]


def test_the_log_knows_nothing_of_people(server, coordinator, inquiry):
    body = inquiry()
    made = coordinator.post(PATH, body).created()
    coordinator.get(f"{made.path}").ok()
    coordinator.get(f"{PATH}?limit=3").ok()
    text = server.log_text()
    assert made.path.rsplit("/", 1)[1] not in text, "path values do not belong in a log"
    assert coordinator.token not in text and "Bearer" not in text and "limit=3" not in text
    for value in body.values():
        if isinstance(value, str) and len(value) > 8:
            assert value not in text
    lines = server.log_lines()
    assert any("/v1/referrals/{referral_id}" in json.dumps(line) for line in lines)


def test_metrics_are_on_a_port_of_their_own(start_server, make_client):
    import httpx
    from harness.server import free_port

    port = free_port()
    server = start_server(metrics_port=port)
    coordinator = make_client(server, "coordinator")
    coordinator.get(PATH).ok()
    coordinator.get("/metrics").problem(404)
    response = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False)
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert response.text.endswith("\n")
    assert 'http_route="/v1/referrals"' in response.text
    assert "http_server_request_duration_seconds_bucket" in response.text and 'le="+Inf"' in response.text


def test_health(nobody):
    for path in ("/livez", "/readyz"):
        assert nobody.get(path).ok().headers["Cache-Control"] == "no-store"
