# SPDX-License-Identifier: MIT
"""Where the issuer's keys come from, and what is answered while they are not there."""

import concurrent.futures
import datetime
import ipaddress
import subprocess
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from harness.cluster import server_environment
from harness.jwks import JwksServer
from harness.tokens import Key, claims

PATH = "/v1/referrals"
ACCOUNT = "00000000-0000-4000-8000-000000000004"


def coordinator_token(key, **changes):
    return key.sign(claims(ACCOUNT, "coordinator", **changes))


@pytest.fixture
def check(binary, server):
    def run(**settings):
        environment = server_environment(**(server.settings | {"token_local_key": None} | settings))
        ran = subprocess.run([binary, "check"], env=environment, capture_output=True, text=True, timeout=60)
        return ran.returncode, ran.stdout + ran.stderr

    return run


def test_without_a_key_nobody_is_sent_away(start_server, make_client, jwks_server, rsa_key):
    """A client that gets 401 throws its token away; the token may be good."""
    jwks_server.status = 500
    server = start_server(token_jwks_url=jwks_server.url, token_jwks_refresh_s=1, local_key=None, wait=False)
    while "listening" not in server.log_text():
        server.assert_alive()
    for token in (coordinator_token(rsa_key), coordinator_token(Key("ES256"))):
        answer = make_client(server, token=token).get(PATH).problem(503, "unavailable")
        assert int(answer.headers["Retry-After"]) >= 1
    # What it says is enough to refuse this one.
    make_client(server, token=coordinator_token(rsa_key, aud="account")).get(PATH).problem(401, "unauthenticated")
    jwks_server.status = 200
    server.wait_ready()
    make_client(server, token=coordinator_token(rsa_key)).get(PATH).ok()


def test_a_new_key_is_waited_for_by_all_with_one_fetch(start_server, make_client, jwks_server, rsa_key):
    server = start_server(token_jwks_url=jwks_server.url, local_key=None)
    make_client(server, token=coordinator_token(rsa_key)).get(PATH).ok()
    fresh = Key("ES256", "fresh")
    jwks_server.keys = [rsa_key, fresh]
    jwks_server.delay_s = 0.5
    before = jwks_server.requests
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: make_client(server, token=coordinator_token(fresh)).get(PATH).status, range(8)))
    assert answers == [200] * 8 and jwks_server.requests == before + 1


def test_a_key_that_nobody_has_is_no_way_to_ask_often(start_server, make_client, jwks_server, rsa_key):
    server = start_server(token_jwks_url=jwks_server.url, local_key=None)
    stranger = coordinator_token(Key("ES256", "stranger"))
    before, since = jwks_server.requests, time.monotonic()
    for _ in range(3):
        make_client(server, token=stranger).get(PATH).problem(401, "unauthenticated")
    assert jwks_server.requests - before <= 1 + (time.monotonic() - since) / 2
    # As long as the issuer says nothing nobody knows whether it is a new one, and nobody waits for ever.
    jwks_server.delay_s = 6
    make_client(server, token=stranger).get(PATH).problem(503, "unavailable")
    make_client(server, token=coordinator_token(rsa_key)).get(PATH).ok()
    # Nobody waits for a token that is refused anyway.
    before = jwks_server.requests
    expired = Key("ES256", "another").sign(claims(ACCOUNT, "coordinator", exp=int(time.time()) - 3600, iat=int(time.time()) - 4000))
    make_client(server, token=expired).get(PATH).problem(401, "unauthenticated")
    assert jwks_server.requests == before


def test_the_issuer_says_where_its_keys_are(start_server, make_client, jwks_server, rsa_key, check):
    server = start_server(token_issuer=jwks_server.issuer, local_key=None)
    server.cluster.psql(
        server.database,
        f"insert into alongside.accounts (issuer, subject, role) values ('{jwks_server.issuer}', 'abc', 'coordinator');",
    )
    token = rsa_key.sign(claims("abc", "coordinator", iss=jwks_server.issuer))
    make_client(server, token=token).get(PATH).ok()
    assert check(token_issuer=jwks_server.issuer)[0] == 0
    jwks_server.says_issuer = "https://somebody.else.example"
    code, said = check(token_issuer=jwks_server.issuer)
    assert code == 1 and f"{jwks_server.issuer}.well-known/openid-configuration: it speaks of another issuer" in said


def test_check_waits_for_the_keys(check, jwks_server):
    jwks_server.delay_s = 1
    code, said = check(token_jwks_url=jwks_server.url)
    assert code == 0 and "all is well" in said
    jwks_server.delay_s = 0
    discovery = f"{jwks_server.issuer}.well-known/openid-configuration"
    jwks_server.body = b"<html>"
    for url, cause in (
        (jwks_server.url, "no usable key in it"),
        (discovery, "a discovery document, not keys"),
        ("http://127.0.0.1:1/jwks", "Couldn't connect"),
    ):
        code, said = check(token_jwks_url=url, token_issuer=jwks_server.issuer)
        assert code == 1 and f"{url}: {cause}" in said and "all is well" not in said, said
    jwks_server.status = 404
    code, said = check(token_jwks_url=jwks_server.url)
    assert code == 1 and f"{jwks_server.url}: answered with status 404" in said


@pytest.fixture
def certificate(tmp_path):
    """A certificate for 127.0.0.1 that only its own maker vouches for: (with the key, alone)."""
    key, now = Key("ES256").private, datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "inner network")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + datetime.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    alone, whole = tmp_path / "ca.pem", tmp_path / "server.pem"
    pem = made.public_bytes(serialization.Encoding.PEM)
    alone.write_bytes(pem)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    whole.write_bytes(private + pem)
    return whole, alone


def test_a_private_authority_vouches_for_the_issuer(check, certificate, rsa_key):
    whole, alone = certificate
    issuer = JwksServer(rsa_key, certificate=whole)
    try:
        code, said = check(token_issuer=issuer.issuer)
        assert code == 1 and "certificate" in said.lower(), said
        assert check(token_issuer=issuer.issuer, token_ca_file=alone)[0] == 0
        assert check(token_jwks_url=issuer.url, token_ca_file=alone)[0] == 0
    finally:
        issuer.stop()
