# SPDX-License-Identifier: MIT
"""Who goes by which name, however it is written, and since when (decisions 6 and 18, S5, S6). Which spellings are one is proved by
tests/unit/test_names.c; here, that everything said or borne is compared so."""

import uuid

import pytest
from harness.crowd import make_ready
from steps.groups import Group, Host, ready, service
from steps.journey import an_address, open_person, talked, unique

PATH = "/v1/conflict-declarations"


@pytest.fixture
def victim(client):
    return open_person(client)


@pytest.fixture
def group(client, administrator):
    return Group(client("coordinator"), service(administrator)).open()


def declare(who, **about):
    return who.post(PATH, {"kind": "no_contact"} | about).created()


def matches(coordinator, declaration):
    """What it meets, as a coordinator reads it: by person."""
    met = talked(coordinator, declaration)["matches"]
    return {m["participant_id"] or m["account_id"]: coordinator.get(f"/v1/conflict-matches/{m['id']}").ok() for m in met}


def is_refused(seating):
    seating.problem(409, "conflict")


def number():
    return f"613 55{uuid.uuid4().int % 10} {uuid.uuid4().int % 10000:04d}"


# ---- nothing that was borne is forgotten ----


@pytest.mark.parametrize("now_called", [None, "Sam", "{0}\u200b x"])
def test_s5_nobody_escapes_by_another_name(client, coordinator, group, victim, now_called):
    """S5, decision 18: they change, or erase, the name they came with; whoever declares that one afterwards is not placed beside them."""
    name = unique("Perry")
    other = open_person(client)
    other.contact(name_to_use=name).ok()
    make_ready(client.db, [other.id, victim.id])
    other.contact(name_to_use=now_called and now_called.format(name)).ok()
    declaration = declare(victim.peer, name=name)
    match = matches(coordinator, declaration)[other.id]
    assert (match["is_certain"], match["is_self_given"], match["is_blocking"]) == (True, False, True)
    group.seat(other)
    is_refused(group.place(victim))


@pytest.mark.parametrize("member", ["email", "phone"])
def test_decision_18_an_address_and_a_number_name_somebody(client, coordinator, victim, member):
    """Decision 18: also the one they had before; a number is the same from home and from abroad, an address in any case."""
    local = number()
    first = local if member == "phone" else an_address()
    asked = f"+1 {local.replace(' ', '-')}" if member == "phone" else first.upper()
    other = open_person(client)
    other.contact(**{member: first}).ok()
    other.contact(**{member: None}).ok()
    declaration = declare(victim.peer, **{member: asked})
    assert declaration["about"] == "named"
    assert matches(coordinator, declaration)[other.id]["is_certain"]
    later = open_person(client)
    later.contact(**{member: first}).ok()
    assert set(matches(coordinator, declaration)) == {other.id, later.id}


def test_what_is_known_of_one_person_is_one_declaration(client, coordinator, victim):
    name, address, local = unique("Quin"), an_address(), number()
    declaration = declare(victim.peer, name=name, email=address, phone=local)
    people = [open_person(client) for _ in range(3)]
    for person, known in zip(people, ({"name_to_use": name}, {"email": address}, {"phone": local}), strict=True):
        person.contact(**known).ok()
    assert set(matches(coordinator, declaration)) == {person.id for person in people}
    for body in ({"participant_id": people[0].id, "email": address}, {"kind": "same_unit", "unit": "u", "from": "2020-01-01"}):
        about = {"phone": local} if "unit" in body else {}
        coordinator.post(PATH, {"kind": "no_contact"} | body | about).problem(422, "validation-failed").fault("#/name", "invalid")


def test_s6_the_staff_and_whoever_wants_to_be_seen_by_none_of_them(client, administrator, coordinator, victim):
    """S6, R14: the same for names of the staff, in declarations and in requests not to be seen."""
    host = Host(client, administrator, is_trained=False)
    first, last = host.made["name"].split()
    spelling = f"{last.upper()}, Q. {first[0]}\u200b{first[1:]}"
    assert matches(coordinator, declare(victim.peer, name=spelling))[host.id]["is_certain"]
    assert matches(coordinator, declare(victim.peer, email=host.made["email"]))[host.id]["is_certain"]
    asked = victim.peer.post("/v1/exclusion-requests", {"staff_name": spelling})
    assert asked.status == 202
    kept = client.db.execute("select count(*) from exclusions where account_id = %s and participant_id = %s", (host.id, victim.id))
    assert kept.fetchone() == (1,)
    left = client.db.execute("select count(*) from name_digests where exclusion_request_id = %s", (asked["id"],))
    assert left.fetchone() == (0,), "of what is settled nothing is kept"


def test_a_name_in_another_order_may_only_mean_somebody(client, coordinator, victim):
    """5b.6: the same first and last with another between them, or one word that is the whole name, is likely and not certain."""
    first, last = unique("Noa").split()
    people = {"middle": f"{first} Ada {last}", "whole": first}
    for key, name in people.items():
        person = open_person(client)
        person.contact(name_to_use=name).ok()
        people[key] = person.id
    met = matches(coordinator, declare(victim.peer, name=f"{first} Bea {last}"))
    assert met[people["middle"]]["is_certain"] is False and met[people["middle"]]["is_blocking"]
    alone = matches(coordinator, declare(victim.peer, name=first.upper()))
    assert alone[people["whole"]]["is_certain"] is False


def test_a_referral_brings_its_name(client, coordinator, victim, contract):
    """Decision 18: under which they were referred, before they had a file; of a referral that is sent elsewhere no digest stays (R16)."""
    name, local = unique("Remy"), number()
    declaration, by_phone = declare(victim.peer, name=name), declare(victim.peer, phone=local)
    callback = {"method": "phone", "handle": f"+1 {local}"}
    body = contract.example("referrals_create") | {"name": name, "callback": callback}
    del body["received_at"]
    made = [coordinator.post("/v1/referrals", body).created() for _ in range(2)]
    coordinator.post(f"{made[0].path}/attempts", {"channel": "phone", "outcome": "replied"}).created()
    person = open_person(client, referral_id=made[0]["id"])
    assert set(matches(coordinator, declaration)) == set(matches(coordinator, by_phone)) == {person.id}
    coordinator.post(f"{made[1].path}/close", {"outcome": "redirected", "redirect_reason": "family_member"}, if_match="*").ok()
    left = client.db.execute("select count(*) from name_digests where referral_id = any(%s::uuid[])", ([m["id"] for m in made],))
    assert left.fetchone() == (0,)


# ---- a name that somebody gives themself after their readiness ----


def test_a_name_given_after_readiness_is_raised_and_holds_nothing(client, coordinator, group, victim):
    """5b.6: nobody keeps a victim, or a rival, from a group by taking a name that was declared. A coordinator looks at it; what they decide
    holds."""
    name = unique("Toni")
    declaration = declare(victim.peer, name=name)
    make_ready(client.db, [victim.id])
    other = ready(client)
    other.contact(name_to_use=name).ok()
    match = matches(coordinator, declaration)[other.id]
    assert (match["state"], match["is_self_given"], match["is_blocking"]) == ("unconfirmed", True, False)
    opened = [m["id"] for m in coordinator.get("/v1/conflict-matches", params={"open": True, "limit": 100}).ok().data]
    assert match["id"] in opened
    group.seat(other)
    seat = group.seat(victim, state="offered")
    raised = matches(coordinator, declaration)[other.id]
    assert raised["raised_at"] and raised["group_ids"] == [group.id]
    decided = coordinator.post(f"/v1/conflict-matches/{match['id']}/decide", {"decision": "block"}, if_match="*").ok()
    assert decided["is_blocking"]
    is_refused(seat.accept())


def test_what_a_coordinator_writes_was_looked_at(client, coordinator, victim):
    """5b.6: written by a coordinator, the same name holds."""
    name = unique("Uma")
    declaration = declare(victim.peer, name=name)
    other = ready(client)
    other.contact(name_to_use=name).ok()
    assert not matches(coordinator, declaration)[other.id]["is_blocking"]
    other.contact(who=coordinator, name_to_use=name).ok()
    match = matches(coordinator, declaration)[other.id]
    assert match["is_blocking"] and not match["is_self_given"]
