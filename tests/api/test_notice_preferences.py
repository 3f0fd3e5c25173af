# SPDX-License-Identifier: MIT
"""How one is written to; never below what safety asks."""

from steps.duty import OnCall
from steps.groups import clock

PATH = "/v1/notice-preferences"


def test_what_one_has_not_said(client, administrator):
    one = OnCall(client, administrator)
    clock(None, one.client)
    read = one.client.get(PATH).ok()
    assert read.json == {"language": "en", "mail": "later", "has_email": True}
    one.client.get(PATH, if_none_match=read).not_modified()


def test_one_changes_ones_own(client, administrator, db):
    one, other = (OnCall(client, administrator) for _ in range(2))
    clock(None, one.client, other.client)
    first = one.client.get(PATH).ok()
    changed = one.client.patch(PATH, {"mail": "now"}, if_match=first).ok()
    assert changed.json == {"language": "en", "mail": "now", "has_email": True}
    one.client.patch(PATH, {"language": "fr"}, if_match=first).problem(412)
    assert one.client.patch(PATH, {"language": "fr"}, if_match=changed).ok().json == {"language": "fr", "mail": "now", "has_email": True}
    assert other.client.get(PATH).ok()["mail"] == "later"


def test_what_cannot_be_said(client):
    who = client("coordinator")
    who.patch(PATH, {"mail": "never"}, if_match="*").problem(422).fault("#/mail", "not-allowed")
    who.patch(PATH, {"language": "de"}, if_match="*").problem(422).fault("#/language", "not-allowed")
    who.patch(PATH, {}, if_match="*").problem(422)
    who.patch(PATH, {"mail": "now"}).problem(428)
    for role in ("peer", "line"):
        client(role).get(PATH).problem(403)
