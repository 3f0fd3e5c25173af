# SPDX-License-Identifier: MIT
"""Who the caller is here."""

import pytest
from steps import COORDINATOR, OTHER_COORDINATOR

ROLES = ("peer", "peer_supporter", "mental_health_professional", "coordinator", "line", "administrator")


@pytest.mark.parametrize("role", ROLES)
def test_everybody_finds_themselves(client, role):
    """R15: the account's role, which is the token's; a peer finds the way to their record, nobody else has one."""
    me = client(role).get("/v1/me").ok()
    assert set(me.json) == {"id", "role", "participant_id", "regions"}
    assert me["role"] == role and me["id"] == client(role).account
    assert me["participant_id"] == ("00000000-0000-4000-8000-000000000101" if role == "peer" else None)
    assert me["regions"] == [] and me.headers["Cache-Control"] == "no-store"


def test_a_coordinators_regions(client):
    assert client("coordinator", "00000000-0000-4000-8000-000000000014").get("/v1/me").ok()["regions"] == ["QC"]


def test_what_changed_is_seen_at_once(client, administrator):
    """R15: region and role are the account's, from the next request on."""
    coordinator = client("coordinator", OTHER_COORDINATOR)
    before = coordinator.get("/v1/me").ok()
    coordinator.get("/v1/me", if_none_match=before).not_modified()
    administrator.patch(f"/v1/staff/{OTHER_COORDINATOR}", {"regions": ["NL", "NS"]}, if_match="*").ok()
    after = coordinator.get("/v1/me", if_none_match=before).ok()
    assert after["regions"] == ["NL", "NS"]


def test_nobody_without_an_account(nobody, client):
    nobody.get("/v1/me").problem(401, "unauthenticated")
    client("coordinator", "no-such-account").get("/v1/me").problem(401, "unauthenticated")
    client("administrator", COORDINATOR).get("/v1/me").problem(401, "unauthenticated")


def test_a_peer_may_be_in_need_of_help_here_too(peer, client):
    """R20: every refusal to a peer carries the numbers; others need no reminder."""
    refused = peer.get("/v1/me", params={"x": 1}, language="fr").problem(400, "bad-parameter")
    assert refused["help"]["line"] and "9-8-8" in refused["help"]["crisis"] and "911" in refused["help"]["emergency"]
    assert refused["title"] == "Un paramètre ou un en-tête n'est pas valide"
    assert "help" not in client("line").get("/v1/me", params={"x": 1}).problem(400, "bad-parameter").json
