# SPDX-License-Identifier: MIT
"""glewlwyd as docs/OPERATING.md says to set it up: people by the code flow and the line by its credentials, with one setting."""

import contextlib
import uuid

import jwt
import pytest
from harness.client import Client
from harness.glewlwyd import AUDIENCE, Glewlwyd
from steps.journey import unique


@pytest.fixture(scope="module")
def glewlwyd(have_provider):
    return have_provider(Glewlwyd)


@pytest.fixture(scope="module")
def server_settings(glewlwyd):
    return {"token_issuer": glewlwyd.issuer, "token_audience": AUDIENCE, "token_role_path": "scope", "token_local_key": ""}


@pytest.fixture(scope="module")
def tokens(glewlwyd):
    """role -> a token of somebody who has it."""
    people = ("peer", "peer_supporter", "mental_health_professional", "coordinator", "administrator")
    for role in people:
        glewlwyd.add_person(role, role)
    return {role: glewlwyd.token(role, role) for role in people} | {"line": glewlwyd.line_token()}


def test_each_role_signs_in(server, make_client, contract, glewlwyd, tokens):
    def subject(role):
        return jwt.decode(tokens[role], options={"verify_signature": False})["sub"]

    server.cluster.psql(
        server.database,
        f"insert into alongside.accounts (issuer, subject, role)"
        f" values ('{glewlwyd.issuer}', '{subject('administrator')}', 'administrator');",
    )
    with contextlib.closing(Client(server.url, contract, token=tokens["administrator"])) as administrator:
        for role in set(tokens) - {"peer", "administrator"}:
            body = contract.example("staff_create") | {"role": role, "email": f"{uuid.uuid4().hex}@example.org"}
            if role != "mental_health_professional":
                body.pop("employer", None)
            administrator.post("/v1/staff", body | {"identity": {"issuer": glewlwyd.issuer, "subject": subject(role)}}).created()
    coordinator, peer = (make_client(server, role, token=tokens[role]) for role in ("coordinator", "peer"))
    opened = contract.example("participants_create") | {"alias": unique("Elm"), "region": None}
    participant = coordinator.post("/v1/participants", opened).created()
    code = coordinator.post(f"/v1/participants/{participant['id']}/sign-in-codes").created()["code"]
    peer.get("/v1/me").problem(401, "unauthenticated")
    assert peer.post("/v1/sign-in-codes/redeem", {"code": code}).status == 204
    for role, token in tokens.items():
        assert make_client(server, role, token=token).get("/v1/me").ok()["role"] == role
