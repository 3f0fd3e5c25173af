# SPDX-License-Identifier: MIT
"""Keycloak as docs/OPERATING.md says to set it up: each role signs in, and what happens around that."""

import contextlib
import uuid

import jwt
import pytest
from harness.client import Client
from harness.keycloak import Keycloak
from steps.journey import unique

STAFF = ("peer_supporter", "mental_health_professional", "coordinator")


@pytest.fixture(scope="module")
def keycloak(have_provider):
    return have_provider(Keycloak)


@pytest.fixture(scope="module")
def server_settings(keycloak):
    """The issuer alone: its discovery document says where the keys are."""
    return {
        "token_issuer": keycloak.issuer,
        "token_types": "at+jwt,JWT",
        "token_algorithms": "RS256,PS256,ES256,ES384,EdDSA",
        "token_role_path": "realm_access.roles",
        "token_local_key": "",
    }


@pytest.fixture(scope="module")
def staff(keycloak, server, contract):
    """role -> account id of one of each role of the staff; the first administrator is a row, the others come in by the API."""
    root = keycloak.add_person("administrator", "administrator")
    server.cluster.psql(
        server.database,
        f"insert into alongside.accounts (issuer, subject, role) values ('{keycloak.issuer}', '{root}', 'administrator');",
    )
    made = {}
    with contextlib.closing(Client(server.url, contract, token=keycloak.token("administrator"))) as administrator:
        for role in (*STAFF, "line"):
            subject = subject_of(keycloak.line_token()) if role == "line" else keycloak.add_person(role, role)
            body = contract.example("staff_create") | {"role": role, "email": f"{uuid.uuid4().hex}@example.org"}
            if role != "mental_health_professional":
                body.pop("employer", None)
            body["identity"] = {"issuer": keycloak.issuer, "subject": subject}
            made[role] = administrator.post("/v1/staff", body).created()["id"]
    return made


@pytest.fixture
def signed_in(make_client, server, keycloak, staff):
    """signed_in(name): a client of whoever is called so at the provider."""
    return lambda name: make_client(server, "peer", token=keycloak.token(name))


@pytest.fixture
def opened(signed_in, contract):
    """A participant whose account knows no sign-in yet."""
    coordinator = signed_in("coordinator")
    made = coordinator.post("/v1/participants", contract.example("participants_create") | {"alias": unique("Elm"), "region": None})
    return coordinator, made.created()


def subject_of(token):
    return jwt.decode(token, options={"verify_signature": False})["sub"]


def code_for(coordinator, participant):
    return {"code": coordinator.post(f"/v1/participants/{participant['id']}/sign-in-codes").created()["code"]}


def test_each_role_of_the_staff_signs_in(signed_in, make_client, server, keycloak, staff):
    assert signed_in("administrator").get("/v1/me").ok()["role"] == "administrator"
    for role in STAFF:
        me = signed_in(role).get("/v1/me").ok()
        assert (me["role"], me["id"]) == (role, staff[role])
    line = make_client(server, "line", token=keycloak.line_token())
    assert line.get("/v1/me").ok()["role"] == "line"


def test_a_peer_signs_in_with_a_code_and_again_when_the_login_was_made_anew(signed_in, keycloak, opened, server):
    coordinator, participant = opened
    for attempt in range(2):
        subject = keycloak.add_person("maple", "peer")
        peer = signed_in("maple")
        refused = peer.get("/v1/me").problem(401, "unauthenticated")
        (line,) = [one for one in server.log_lines() if one.get("request_id") == refused.headers["X-Request-Id"]]
        assert line["reason"] == "account-unknown", attempt
        assert peer.post("/v1/sign-in-codes/redeem", code_for(coordinator, participant)).status == 204
        assert peer.get("/v1/me").ok()["participant_id"] == participant["id"]
        shown = coordinator.get(f"/v1/participants/{participant['id']}").ok()["identity"]
        assert shown == {"issuer": keycloak.issuer, "subject": subject}
        keycloak.remove_person(subject)
    # What the provider does to a login does not end a token; what is done here does.
    peer.get("/v1/me").ok()


def test_logout_there_leaves_the_token_alone_and_access_ends_here(make_client, server, keycloak, staff, signed_in):
    session = keycloak.sign_in("peer_supporter")
    supporter = make_client(server, "peer_supporter", token=session["access_token"])
    supporter.get("/v1/me").ok()
    keycloak.sign_out(session)
    supporter.get("/v1/me").ok()
    path = f"/v1/staff/{staff['peer_supporter']}"
    administrator = signed_in("administrator")
    administrator.patch(path, {"is_active": False}, if_match="*").ok()
    supporter.get("/v1/me").problem(401, "unauthenticated")
    administrator.patch(path, {"is_active": True}, if_match="*").ok()


@pytest.mark.parametrize("algorithm", ["ES256", "ES384", "PS256", "EdDSA", "RS256"])
def test_tokens_of_each_algorithm_under_a_key_that_is_new(signed_in, keycloak, staff, algorithm):
    """The key is made now, so the first request waits for its fetch."""
    keycloak.sign_with(algorithm)
    assert jwt.get_unverified_header(keycloak.token("coordinator"))["alg"] == algorithm
    signed_in("coordinator").get("/v1/me").ok()


def test_the_header_of_rfc_9068(signed_in, keycloak, staff):
    keycloak.set_attribute("access.token.header.type.rfc9068", "true")
    assert jwt.get_unverified_header(keycloak.token("coordinator"))["typ"] == "at+jwt"
    signed_in("coordinator").get("/v1/me").ok()
    keycloak.set_attribute("access.token.header.type.rfc9068", "false")
    assert jwt.get_unverified_header(keycloak.token("coordinator"))["typ"] == "JWT"


def test_a_token_of_a_large_realm(signed_in, keycloak, staff):
    roles = [f"{'department-' * 18}{number}" for number in range(40)]
    for role in roles:
        keycloak.add_role(role)
    keycloak.give(subject_of(keycloak.token("coordinator")), *roles)
    assert 8192 < len(keycloak.token("coordinator")) < 16384
    signed_in("coordinator").get("/v1/me").ok()


def test_an_id_token_opens_nothing(make_client, server, keycloak, staff):
    session = keycloak.grant(grant_type="password", client_id="people", username="coordinator", password="coordinator", scope="openid")
    make_client(server, "coordinator", token=session["access_token"]).get("/v1/me").ok()
    make_client(server, "coordinator", token=session["id_token"]).get("/v1/me").problem(401, "unauthenticated")
