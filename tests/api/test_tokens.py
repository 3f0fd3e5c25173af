# SPDX-License-Identifier: MIT
"""Stop 3: which tokens open the door. Every forged, stale or foreign one answers 401 in the same words."""

import hashlib
import hmac
import subprocess
import time
import uuid

import pytest
from harness.cluster import server_environment
from harness.tokens import ISSUER, Key, base64url, claims, unsigned

PATH = "/v1/referrals"
ACCOUNT = "00000000-0000-4000-8000-000000000004"


@pytest.fixture
def with_token(client):
    return lambda value: client("coordinator", token=value)


def refused(client, path=PATH):
    response = client.get(path)
    response.problem(401, "unauthenticated")
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]
    return response


def test_no_token_names_no_error(nobody):
    response = nobody.get(PATH).problem(401, "unauthenticated")
    assert "error=" not in response.headers["WWW-Authenticate"]
    assert response["help"], "people who cannot sign in are told where help is"


def test_a_good_token_opens(with_token, local_key):
    with_token(local_key.sign(claims(ACCOUNT, "coordinator"))).get(PATH).ok()


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int(time.time()) - 3600, "iat": int(time.time()) - 4000},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": int(time.time()) + 10 * 24 * 3600},
        {"iat": int(time.time()) + 3600, "exp": int(time.time()) + 3700},
        {"nbf": int(time.time()) + 3600},
        {"nbf": float(int(time.time()) + 3600)},
        {"aud": "somebody-else"},
        {"aud": ["a", "b"]},
        {"aud": None},
        {"iss": "https://elsewhere.example"},
        {"iss": "urn:alongside:local "},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"roles": None},
        {"roles": []},
        {"roles": ["king"]},
        {"roles": ["administrator"]},
        {"roles": ["peer"]},
        {"roles": ["public"]},
        {"roles": 7},
        {"sub": str(uuid.uuid4())},
        {"sub": ACCOUNT + "' or '1'='1"},
    ],
    ids=" ".join,
)
def test_wrong_claims(with_token, local_key, changes):
    # A known role that is not the account's own would be 403 at most routes, before the account is looked at.
    refused(with_token(local_key.sign(claims(ACCOUNT, "coordinator", **changes))), "/v1/me")


def test_an_audience_list_that_names_us_is_good(with_token, local_key):
    with_token(local_key.sign(claims(ACCOUNT, "coordinator", aud=["x", "alongside"]))).get(PATH).ok()


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": "application/json"},
        {"typ": ""},
        {"crit": ["x"], "x": 1},
        {"zip": "DEF"},
        {"kid": "unknown"},
        {"kid": "x" * 5000},
        {"jku": "http://127.0.0.1:1/jwks.json", "kid": "other"},
    ],
    ids=lambda header: " ".join(f"{k}={str(v)[:20]}" for k, v in header.items()),
)
def test_wrong_headers(with_token, local_key, header):
    refused(with_token(local_key.sign(claims(ACCOUNT, "coordinator"), **header)))


def test_the_token_brings_no_key_of_its_own(with_token):
    mine = Key("ES256", "mine")
    refused(with_token(mine.sign(claims(ACCOUNT, "coordinator"), jwk=mine.jwk())))


def test_algorithms_that_are_not_the_keys(with_token, local_key):
    good = claims(ACCOUNT, "coordinator")
    for secret in (local_key.public_pem().encode(), b"", b"secret"):
        for algorithm, digest in (("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512")):
            body = unsigned(good, alg=algorithm).rsplit(".", 1)[0]
            signature = base64url(hmac.new(secret, body.encode(), getattr(hashlib, digest)).digest())
            refused(with_token(f"{body}.{signature}"))
    for algorithm in ("none", "None", "NONE", "", "ES384", "RS256", "PS256", "EdDSA", None, 7, ["ES256"]):
        refused(with_token(unsigned(good, alg=algorithm)))
        refused(with_token(unsigned(good, signature="AAAA", alg=algorithm)))


def test_another_key_and_a_changed_payload(with_token, local_key):
    refused(with_token(Key("ES256").sign(claims(ACCOUNT, "coordinator"))))
    head, payload, signature = local_key.sign(claims(ACCOUNT, "coordinator")).split(".")
    _, other, _ = local_key.sign(claims(ACCOUNT, "administrator")).split(".")
    refused(with_token(f"{head}.{other}.{signature}"))
    refused(with_token(f"{head}.{payload}."))
    refused(with_token(f"{head}.{payload}.{base64url(bytes(64))}"))


@pytest.mark.parametrize("value", ["x", "a.b.c", "..", "a.b", "a.b.c.d", "e30.e30.e30", "=" * 30, "a" * 3000])
def test_what_is_no_token(with_token, value):
    refused(with_token(value))


def test_oversized_and_doubled(client, local_key, token):
    large = local_key.sign(claims(ACCOUNT, "coordinator", padding="x" * 11_500))
    client("coordinator", token=large).get(PATH).ok()
    big = local_key.sign(claims(ACCOUNT, "coordinator", padding="x" * 12_000))
    assert client("coordinator", token=big).get(PATH, check=False).status in (400, 401)
    both = client(headers={"Authorization": f"Bearer {token('coordinator')}, Bearer {token('administrator')}"})
    assert both.get(PATH).status in (400, 401)
    for value in ("Bearer", "Basic YTpi", "bearer", "Token x", f"Bearer {token('coordinator')} x"):
        assert client(headers={"Authorization": value}).get(PATH).status in (400, 401)


def test_tokens_do_not_belong_in_the_query(nobody, token):
    nobody.get(f"{PATH}?access_token={token('coordinator')}").problem(401)


def test_a_leaver_loses_access_at_once(client, administrator, db):
    leaver = str(uuid.uuid4())
    db.execute("insert into accounts (id, issuer, subject, role) values (%s, %s, %s, 'coordinator')", (leaver, ISSUER, leaver))
    coordinator = client("coordinator", leaver)
    coordinator.get(PATH).ok()
    db.execute("update alongside.accounts set is_active = false where id = %s", (leaver,))
    refused(coordinator)
    db.execute("update alongside.accounts set is_active = true, role = 'peer_supporter' where id = %s", (leaver,))
    refused(coordinator)


def log_line(server, answer):
    return next(
        line for line in server.log_lines() if line.get("request_id") == answer.headers["X-Request-Id"] and line["msg"] == "request"
    )


@pytest.fixture
def refusals(db):
    """(reason, claims, header) of tokens that are well signed."""
    leaver = f"leaver-{uuid.uuid4()}"
    db.execute("insert into accounts (issuer, subject, role, is_active) values (%s, %s, 'coordinator', false)", (ISSUER, leaver))
    now = int(time.time())
    return [
        ("account-unknown", claims(str(uuid.uuid4()), "coordinator"), {}),
        ("account-unknown", claims(ACCOUNT, "peer"), {}),
        ("account-inactive", claims(leaver, "coordinator"), {}),
        ("role-differs", claims(ACCOUNT, "administrator"), {}),
        ("aud", claims(ACCOUNT, "coordinator", aud="account"), {}),
        ("iss", claims(ACCOUNT, "coordinator", iss="https://elsewhere.example"), {}),
        ("typ", claims(ACCOUNT, "coordinator"), {"typ": "JWT"}),
        ("lifetime", claims(ACCOUNT, "coordinator", exp=now + 9 * 3600), {}),
        ("expired", claims(ACCOUNT, "coordinator", exp=now - 3600, iat=now - 4000), {}),
        ("role", claims(ACCOUNT, "coordinator", roles=["offline_access"]), {}),
        ("two-roles", claims(ACCOUNT, "coordinator", roles=["peer", "coordinator"]), {}),
        ("sub", claims("é", "coordinator"), {}),
    ]


def test_the_log_says_why_a_well_signed_token_was_refused(server, refusals, make_client, local_key):
    """The operator learns the reason and can tell people apart; the client learns nothing, the log no subject."""
    lines = []
    for reason, said, header in refusals:
        answer = refused(make_client(server, token=local_key.sign(said, **header)), "/v1/me")
        assert not {"reason", "subject"} & set(answer.json), reason
        line = log_line(server, answer)
        assert (line["level"], line.get("reason")) == ("info", reason)
        assert said["sub"] not in str(line)
        lines.append(line)
    assert lines[1]["subject"] == lines[3]["subject"] == lines[4]["subject"] != lines[0]["subject"]
    assert lines[-1]["subject"] == "", "what is no subject has no digest"
    forged = Key("ES256").sign(claims(ACCOUNT, "coordinator", aud="account"))
    answer = refused(make_client(server, token=forged), "/v1/me")
    assert "reason" not in log_line(server, answer), "nothing of a forged token is believed"


@pytest.fixture
def explain(binary, server, cluster, database):
    """(exit status, {what: words}) of `alongside token explain`."""

    def run(text, **settings):
        worker = {"worker_database_url": cluster.url(database, "alongside_worker")}
        environment = server_environment(**(server.settings | worker | settings))
        ran = subprocess.run([binary, "token", "explain"], input=text, env=environment, capture_output=True, text=True, timeout=60)
        said = dict(line.split(": ", 1) for line in ran.stdout.splitlines() if ": " in line)
        return ran.returncode, said, ran.stdout + ran.stderr

    return run


def test_an_operator_is_told_which_check_and_which_setting(explain, refusals, local_key):
    """And nothing of the token, which names somebody."""
    settings = {
        "aud": "token_audience", "iss": "token_issuer", "typ": "token_types", "lifetime": "token_max_lifetime_s",
        "expired": "token_leeway_s", "role": "token_role_path, token_role_names", "account-unknown": "none"}  # fmt: skip
    for reason, said, header in refusals:
        token = local_key.sign(said, **header)
        code, told, text = explain(f"Bearer {token}\n")
        assert (code, told.get("refused"), told["signature"]) == (1, reason, "good"), text
        assert settings.get(reason, told["settings"]) == told["settings"]
        assert said["sub"] not in text and token not in text
    good = local_key.sign(claims(ACCOUNT, "coordinator"))
    code, told, text = explain(good)
    assert code == 0 and "accepted as coordinator" in text
    code, told, text = explain(good, worker_database_url=None)
    assert code == 0 and told["account"] == "not asked for, which needs the setting worker_database_url"


def test_of_a_token_that_is_not_ours_as_well(explain, local_key):
    said, own = claims(ACCOUNT, "coordinator"), local_key.sign(claims(ACCOUNT, "coordinator"))
    for text, reason in (
        (Key("ES256").sign(said), "signature"),
        (Key("RS256").sign(said), "key"),
        (own[:-9] + "AAAAAAAAA", "signature"),
        ("no token", "syntax"),
        (own + "A" * 17000, "size"),
        (unsigned(said), "syntax"),
        (local_key.sign(said, jku="https://elsewhere.example"), "header"),
    ):
        code, told, output = explain(text)
        assert (code, told["refused"]) == (1, reason), output
        assert told["signature"] == "not that of a key of ours" and ACCOUNT not in output
    code, _, output = explain(" \n")
    assert code == 1 and "there is no token" in output
    code, _, output = explain(own, token_local_key=None, token_jwks_url="http://127.0.0.1:1/jwks")
    assert code == 1 and "http://127.0.0.1:1/jwks" in output


def test_keys_from_a_url_rotate(start_server, make_client, jwks_server, rsa_key):
    issuer = "https://identity.example"
    server = start_server(
        token_jwks_url=jwks_server.url,
        token_issuer=issuer,
        token_jwks_refresh_s=1,
        token_role_path="realm_access.roles",
        local_key=None,
    )
    account = str(uuid.uuid4())
    server.cluster.psql(
        server.database,
        f"insert into alongside.accounts (id, issuer, subject, role) values ('{account}', '{issuer}', 'abc', 'coordinator');",
    )

    def mint(key):
        return key.sign(claims("abc", None, iss=issuer, roles=None, realm_access={"roles": ["offline", "coordinator"]}))

    make_client(server, "coordinator", token=mint(rsa_key)).get(PATH).ok()
    fresh = Key("ES256", "ec-2")
    jwks_server.keys = [fresh]
    jwks_server.wait_for_request(jwks_server.requests + 2)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if make_client(server, "coordinator", token=mint(fresh)).get(PATH).status == 200:
            break
        time.sleep(0.2)
    make_client(server, "coordinator", token=mint(fresh)).get(PATH).ok()
    # A fetch that fails keeps the keys that were there.
    jwks_server.status = 500
    jwks_server.wait_for_request(jwks_server.requests + 2)
    make_client(server, "coordinator", token=mint(fresh)).get(PATH).ok()
    # The key that was withdrawn opens no more (a new token: a remembered one may live a minute).
    refused(make_client(server, "coordinator", token=mint(rsa_key)))


def test_not_ready_until_the_keys_are_there(start_server, make_client, jwks_server, rsa_key):
    jwks_server.status = 500
    server = start_server(token_jwks_url=jwks_server.url, token_jwks_refresh_s=1, local_key=None, wait=False)
    jwks_server.wait_for_request(1)
    time.sleep(0.3)
    server.assert_alive()
    assert not server.is_ready()
    jwks_server.status = 200
    server.wait_ready()


def test_keys_from_a_file(start_server, make_client, rsa_key, tmp_path):
    import json

    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [rsa_key.jwk()]}))
    server = start_server(token_jwks_file=file, local_key=None)
    make_client(server, "coordinator", token=rsa_key.sign(claims(ACCOUNT, "coordinator"))).get(PATH).ok()
