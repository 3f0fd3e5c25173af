# SPDX-License-Identifier: MIT
"""How to reach somebody safely: a record of its own, sealed, and rules that come from the person (R3, A6.3, A6.8)."""

import pytest
from steps.journey import QUEBEC_COORDINATOR, an_address, is_hidden, open_person, tables_with

NOW = "2026-11-23T15:00:00Z"
ODD = 'Zoé « d’Arc » "O\'Neil" 🌲 \\n needle'


@pytest.fixture
def person(client):
    return open_person(client, now=NOW)


@pytest.fixture
def path(person):
    return f"{person.path}/contact"


def test_it_begins_empty_and_forbidding(person, path):
    """R3: no mail and no message until the person has said so."""
    contact = person.peer.get(path).ok()
    assert contact.json == {
        "participant_id": person.id, "name_to_use": None, "email": None, "email_is_government": False,
        "work_address_acknowledged": False, "phone": None, "ok_to_email": False, "ok_to_leave_message": False,
        "rules_answered_at": None, "safe_hours": None}  # fmt: skip


def test_a_part_is_saved_and_the_rest_stays(person, path):
    """Merge patch, by the person and by the coordinator; what was written comes back exactly."""
    address = an_address("O'Hara+x")
    first = person.peer.patch(path, {"name_to_use": ODD, "safe_hours": ODD, "email": address}, if_match="*").ok()
    assert (first["name_to_use"], first["safe_hours"], first["email"]) == (ODD, ODD, address)
    second = person.coordinator.patch(path, {"phone": "+1 (418) 555-0199 ext. 12"}, if_match=first).ok()
    assert second["phone"] == "+1 (418) 555-0199 ext. 12" and second["name_to_use"] == ODD
    assert second.etag == '"3.both"' and person.peer.get(path).ok().json == second.json
    third = person.peer.patch(path, {"name_to_use": None, "safe_hours": None, "email": None, "phone": None}, if_match="*").ok()
    assert [third[name] for name in ("name_to_use", "safe_hours", "email", "phone")] == [None] * 4
    person.peer.patch(path, {"ok_to_email": None}, if_match="*").problem(422).fault("#/ok_to_email", "type")
    person.peer.patch(path, {}, if_match="*").problem(422)


def test_when_the_rules_were_answered(person, path):
    """A6.3: a default is no answer; yes and no both are."""
    assert person.contact(phone="613 555 0142")["rules_answered_at"] is None
    assert person.contact(ok_to_email=False)["rules_answered_at"] == NOW
    person.at("2026-11-24T15:00:00Z")
    assert person.contact(safe_hours="Évenings")["rules_answered_at"] == NOW
    changed = person.contact(ok_to_leave_message=True)
    assert changed["rules_answered_at"] == "2026-11-24T15:00:00Z" and changed["ok_to_email"] is False


@pytest.mark.parametrize(
    "address", ["sam@forces.gc.ca", "Sam.Roy@FORCES.GC.CA", "sam@gc.ca", "s@canada.ca", "s@intern.mil.ca", "s@tbs-sct.gc.ca"]
)
def test_a_government_address_needs_agreement(person, path, address):
    """R3: colleagues may see it. The agreement is about this address: another one asks again."""
    person.contact(email=address).problem(422).fault("#/email", "work-address")
    person.contact(email=address, work_address_acknowledged=False).problem(422).fault("#/email", "work-address")
    assert person.peer.get(path).ok()["email"] is None
    agreed = person.contact(email=address, work_address_acknowledged=True).ok()
    assert (agreed["email"], agreed["email_is_government"], agreed["work_address_acknowledged"]) == (address, True, True)
    person.contact(work_address_acknowledged=False).problem(422).fault("#/work_address_acknowledged", "work-address")
    person.contact(email=f"other.{address}").problem(422).fault("#/email", "work-address")
    private = person.contact(email="sam@example.org").ok()
    assert (private["email_is_government"], private["work_address_acknowledged"]) == (False, False)
    person.contact(email=address).problem(422).fault("#/email", "work-address")
    assert person.contact(email=None).ok()["email_is_government"] is False


@pytest.mark.parametrize("address", ["sam@notgc.ca", "sam@gc.ca.example.org", "gc.ca@example.org", "sam@canada.ca.net"])
def test_other_addresses_only_look_like_one(person, address):
    assert person.contact(email=address).ok()["email_is_government"] is False


@pytest.mark.parametrize(
    "address",
    [
        "sam", "sam@", "@example.org", "sam@example", "a b@example.org", "sam@exam ple.org", "sam@example.org, eve@example.org",
        "Sam <sam@example.org>", "<sam@example.org>", '"a b"@example.org', "sam@[127.0.0.1]", "sam@example.org\r\nBcc: eve@example.org",
        "sam@example.org\nRCPT TO:<eve@example.org>", "sam@example.org\u2028", "sam@example.org;eve@example.org", "sam@@example.org",
        "sam..roy@example.org", "é@example.org", "sam@exämple.org", "sam%0d%0a@example.org\t", "a" * 65 + "@example.org", "",
    ],
)  # fmt: skip
def test_what_is_no_address(person, path, address):
    """Nothing that could end a header line or name a second reader gets as far as mail."""
    person.contact(email=address).problem(422, "validation-failed").fault("#/email")
    assert person.peer.get(path).ok()["email"] is None


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"phone": "call me"}, "#/phone", "format"),
        ({"phone": "12"}, "#/phone", "format"),
        ({"name_to_use": ""}, "#/name_to_use", "too-short"),
        ({"name_to_use": "x" * 101}, "#/name_to_use", "too-long"),
        ({"name_to_use": "a\u0007b"}, "#/name_to_use", "control-character"),
        ({"safe_hours": "x" * 201}, "#/safe_hours", "too-long"),
        ({"ok_to_email": "yes"}, "#/ok_to_email", "type"),
        ({"rules_answered_at": NOW}, "#/rules_answered_at", "unknown"),
        ({"email_digest": "x"}, "#/email_digest", "unknown"),
        ({"email_is_government": False}, "#/email_is_government", "unknown"),
    ],
)
def test_what_cannot_be_recorded(person, change, pointer, code):
    person.contact(**change).problem(422, "validation-failed").fault(pointer, code)


def test_two_who_change_one_record(person, path):
    mine = person.peer.get(path, language="fr").ok()
    person.coordinator.patch(path, {"phone": "613 555 0101"}, if_match="*").ok()
    person.peer.patch(path, {"phone": "613 555 0102"}, if_match=mine).problem(412, "precondition-failed")
    assert person.peer.get(path).ok()["phone"] == "613 555 0101"
    person.peer.patch(path, {"phone": "613 555 0102"}, if_match=person.peer.get(path)).ok()


def test_who_may_see_it(person, path, client):
    """A6.8: the person and the coordinators of their region; for anybody else it is as if there were nobody."""
    person.coordinator.patch(person.path, {"region": "BC"}, if_match="*").ok()
    is_hidden(open_person(client).peer, "GET", path)
    is_hidden(client("coordinator", QUEBEC_COORDINATOR), "GET", path)
    is_hidden(client("coordinator", QUEBEC_COORDINATOR), "PATCH", path, {"phone": "613 555 0142"})
    is_hidden(open_person(client).peer, "PATCH", path, {"phone": "613 555 0142"})
    for role in ("peer_supporter", "mental_health_professional", "line", "administrator"):
        client(role).get(path).problem(403, "forbidden")


def test_nothing_of_it_stands_in_the_open(person, db, cluster, server):
    """The digests are keyed: equal addresses are equal, and nobody can guess them from the database alone."""
    person.contact(name_to_use=ODD, email="needle@example.org", phone="613 555 6677", safe_hours=ODD).ok()
    assert [tables_with(db, text) for text in ("needle", "613 555 6677", "6135556677")] == [[], [], []]
    digests = db.execute("select kind, whole from name_digests where participant_id = %s", (person.id,)).fetchall()
    assert {kind for kind, _ in digests} == {"name", "email", "phone"} and all(len(digest) >= 32 for _, digest in digests)
    assert "needle" not in cluster.log.read_text(errors="replace") + server.log_text()


def test_every_write_has_a_key_of_its_own(person, db):
    """Equal text twice gives other bytes; the key is this person's, an erasure takes it, and that of the first is gone by then."""
    values = []
    for _ in range(2):
        person.contact(name_to_use="The same").ok()
        values += db.execute("select name_to_use from contacts where participant_id = %s", (person.id,)).fetchone()
    keys = db.execute("select id::text from sealed_keys where owner_id = %s", (person.id,)).fetchall()
    first, second = (value.split(".")[0] for value in values)
    assert values[0] != values[1] and (second,) in keys and (first,) not in keys


def test_what_was_sealed_opens_in_its_own_field_only(person, db):
    """Ciphertext that somebody moves within the database is refused, not shown as something else."""
    person.contact(name_to_use="Myself", safe_hours="Mornings").ok()
    db.execute("update contacts set safe_hours = name_to_use where participant_id = %s", (person.id,))
    answer = person.peer.request("GET", f"{person.path}/contact", check=False)
    assert answer.status == 500 and "Myself" not in answer.content.decode()


def test_nobody_goes_by_more_names_than_can_be_compared(client):
    """Decision 18: every name that somebody ever went by is kept and compared, so there is a bound: twenty a day that they give themself,
    and what was said before does not count again."""
    person = open_person(client)
    for number in range(20):
        person.contact(name_to_use=f"Kim {number} Sample").ok()
    refused = person.contact(name_to_use="Kim Other Sample").problem(409, "conflict")
    assert refused["reason"] == "too-many-today"
    person.contact(safe_hours="in the evening").ok()
    person.contact(who=person.coordinator, name_to_use="Kim Other Sample").ok()
    client.db.execute("update name_digests set created_at = created_at - interval '2 days' where participant_id = %s", (person.id,))
    person.contact(name_to_use="Kim Another Sample").ok()
