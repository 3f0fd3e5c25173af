# SPDX-License-Identifier: MIT
"""Guests: who leads without an account (S2.17). What is public of them, where they are written to, what they signed, and whom they must
not meet (A6.5)."""

import uuid

import pytest
from steps import ABSENT, COORDINATOR, walk
from steps.guests import PATH, SIGNED, guest, invite
from steps.journey import compared, open_person, talked, unique

DECLARATIONS = "/v1/conflict-declarations"


def kept(db, made):
    return db.execute(
        "select action, fields from audit_events where object_type = 'guest' and object_id = %s order by id", (made["id"],)
    ).fetchall()


def declare(who, **more):
    return who.post(DECLARATIONS, {"kind": "no_contact"} | more).created()


# ---- what is kept of them ----


def test_a_coordinator_adds_a_guest(coordinator, client, db):
    """S2.17: name, credentials and link in both languages, a sealed address; every coordinator reads them, whatever region they serve."""
    body = guest(agreement_signed_on=None)
    made = coordinator.post(PATH, body).created()
    assert made.json == body | {
        "id": made["id"], "state": "active", "agreement_id": None, "has_agreed": False, "page_sent_at": None, "created_by": COORDINATOR,
        "created_at": made["created_at"]}  # fmt: skip
    assert made.etag == '"1.both"'
    assert coordinator.get(made.path).ok().json == made.json
    assert client("coordinator", "00000000-0000-4000-8000-000000000014").get(made.path).ok()["email"] == body["email"]
    (row,) = db.execute("select g::text from guests g where id = %s", (made["id"],)).fetchone()
    assert body["email"] not in row and body["name"] in row
    assert [action for action, _ in kept(db, made)] == ["create", "read", "read"]


def test_the_newest_first(coordinator):
    first, second = invite(coordinator), invite(coordinator)
    ids = [entry["id"] for entry in walk(coordinator, PATH, params={"limit": 50})]
    assert ids.index(second["id"]) < ids.index(first["id"])
    coordinator.patch(first.path, {"state": "ended"}, if_match=first).ok()
    assert first["id"] not in [entry["id"] for entry in walk(coordinator, PATH, params={"limit": 50, "state": "active"})]


def test_what_changes(coordinator, db):
    made = invite(coordinator)
    changes = {"credentials": None, "link": None, "language": "fr", "email": f"{uuid.uuid4().hex}@example.org"}
    changed = coordinator.patch(made.path, changes, if_match=made).ok()
    assert changed.json == made.json | changes
    (keys,) = db.execute("select count(*) from sealed_keys where owner_id = %s", (made["id"],)).fetchone()
    assert keys == 1, "what opened the old address is gone"
    coordinator.patch(made.path, {"language": "en"}, if_match=made).problem(412, "precondition-failed")
    coordinator.patch(f"{PATH}/{ABSENT}", {"language": "en"}, if_match="*").problem(404, "not-found")


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"credentials": {"en": "Artist"}}, "#/credentials/fr", "required"),
        ({"link": {"en": "https://a.example"}}, "#/link/fr", "required"),
        ({"link": {"en": "http://a.example", "fr": "https://a.example"}}, "#/link/en", "format"),
        ({"link": {"en": "javascript:alert(1)", "fr": "https://a.example"}}, "#/link/en", "format"),
        ({"email": "nobody"}, "#/email", "format"),
        ({"language": "de"}, "#/language", "not-allowed"),
        ({"agreement_signed_on": "2099-01-05"}, "#/agreement_signed_on", "in-the-future"),
        ({"agreement_signed_on": "2019-01-05"}, "#/agreement_signed_on", "invalid"),
        ({"phone": "613-555-0143"}, "#/phone", "unknown"),
    ],
)
def test_what_cannot_be(coordinator, changes, pointer, code):
    """I6: both languages or not at all; https only; an agreement of a day on which there was one."""
    coordinator.post(PATH, guest(**changes)).problem(422, "validation-failed").fault(pointer, code)


def test_the_agreement_is_that_of_the_day_on_which_it_was_signed(coordinator, nobody):
    """S2.17: in force or not, the version is kept."""
    made = invite(coordinator)
    (current,) = [d for d in nobody.get("/v1/documents").ok().data if d["kind"] == "guest_confidentiality"]
    assert (made["agreement_id"], made["agreement_signed_on"], made["has_agreed"]) == (current["id"], SIGNED, True)
    without = coordinator.patch(made.path, {"agreement_signed_on": None}, if_match=made).ok()
    assert (without["agreement_id"], without["has_agreed"]) == (None, False)


def test_nobody_else_knows_of_them(coordinator, client):
    """R2: what there is of a guest is the coordinators'."""
    made = invite(coordinator)
    for role in ("peer", "peer_supporter", "mental_health_professional", "line", "administrator"):
        for answer in (client(role).get(PATH), client(role).get(made.path), client(role).post(PATH, guest())):
            answer.problem(403, "forbidden")


# ---- whom they must not meet ----


def test_a_peer_who_names_a_guest_meets_them_as_any_host(coordinator, client):
    """A6.5, DESIGN 5b: the answer is that of every other name; what it meets, coordinators read once it was talked about."""
    made = invite(coordinator)
    peer = open_person(client)
    said, of_nobody = declare(peer.peer, name=made["name"]), declare(open_person(client).peer, name=unique("Nobody"))
    own = {"id", "created_at", "call"}
    assert {k: v for k, v in said.json.items() if k not in own} == {k: v for k, v in of_nobody.json.items() if k not in own}
    (match,) = talked(coordinator, said)["matches"]
    found = coordinator.get(f"/v1/conflict-matches/{match['id']}").ok()
    assert (found["guest_id"], found["participant_id"], found["account_id"], found["is_certain"]) == (made["id"], None, None, True)
    assert found["shown"]["name"] == made["name"]
    assert talked(coordinator, of_nobody)["matches"] == []


def test_a_guest_who_comes_later_meets_what_was_declared(coordinator, client, db):
    """A6.5: by name or by address, and by another name later."""
    name, email = unique("Kim"), f"{uuid.uuid4().hex}@example.org"
    by_name, by_email = declare(open_person(client).peer, name=name), declare(open_person(client).peer, email=email)
    made = invite(coordinator, email=email)
    compared(db)
    assert [m["guest_id"] for m in talked(coordinator, by_email)["matches"]] == [made["id"]]
    assert talked(coordinator, by_name)["matches"] == []
    coordinator.patch(made.path, {"name": name}, if_match="*").ok()
    compared(db)
    assert [m["guest_id"] for m in talked(coordinator, by_name)["matches"]] == [made["id"]]


def test_what_a_guest_says_stays_with_coordinators(coordinator, client, db):
    """ANCHORS 1.2.6: said by voice, recorded for them; the person named hears nothing."""
    made, other = invite(coordinator), open_person(client)
    said = declare(coordinator, for_guest_id=made["id"], participant_id=other.id)
    assert (said["for_guest_id"], said["for_account_id"], said["participant_id"]) == (made["id"], None, other.id)
    compared(db)
    (match,) = coordinator.get(said.path).ok()["matches"]
    assert coordinator.get(f"/v1/conflict-matches/{match['id']}").ok()["for_guest_id"] == made["id"]
    other.peer.get(said.path).problem(404, "not-found")
    assert said["id"] not in [entry["id"] for entry in walk(other.peer, DECLARATIONS)]
    known = declare(coordinator, for_participant_id=other.id, guest_id=made["id"])
    assert (known["guest_id"], known["about"]) == (made["id"], "known")


def test_who_may_speak_of_a_guest(coordinator, client):
    """Coordinators, for a guest or of one; nobody else by an id."""
    made, other = invite(coordinator), open_person(client)
    for who in (other.peer, client("peer_supporter")):
        for member in ("guest_id", "for_guest_id"):
            body = {"kind": "no_contact", "name": unique("Kim"), member: made["id"]}
            who.post(DECLARATIONS, body).problem(422, "validation-failed").fault(f"#/{member}", "not-allowed")
    for member in ("guest_id", "for_guest_id"):
        body = {"kind": "no_contact", "participant_id": other.id, member: ABSENT}
        coordinator.post(DECLARATIONS, body).problem(422, "validation-failed").fault(f"#/{member}", "does-not-exist")
    body = {"kind": "no_contact", "guest_id": made["id"], "for_guest_id": made["id"]}
    coordinator.post(DECLARATIONS, body).problem(422, "validation-failed").fault("#/guest_id", "invalid")
    body = {"kind": "recusal", "name": unique("Kim"), "for_guest_id": made["id"]}
    coordinator.post(DECLARATIONS, body).problem(422, "validation-failed").fault("#/kind", "not-allowed")
