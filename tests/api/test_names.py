# SPDX-License-Identifier: MIT
"""Who goes by which name, however it is written, and since when (decisions 6 and 18, S5, S6). Which spellings are one is proved by
tests/unit/test_names.c; here, that everything said or borne is compared so."""

import uuid

import pytest
from harness.crowd import make_ready
from steps.audit import command
from steps.groups import Group, Host, ready, service
from steps.journey import an_address, compared, open_person, talked, unique, until

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
    compared(client.db)
    kept = client.db.execute("select count(*) from exclusions where account_id = %s and participant_id = %s", (host.id, victim.id))
    assert kept.fetchone() == (1,)
    left = "select count(*) from name_digests where exclusion_request_id = %s"
    assert client.db.execute(left, (asked["id"],)).fetchone() > (0,), "who else may be meant hears nothing of it"
    coordinator.post(f"/v1/exclusion-requests/{asked['id']}/close", if_match="*").ok()
    assert client.db.execute(left, (asked["id"],)).fetchone() == (0,), "of what is settled nothing is kept"


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


# ---- the comparison changes ----


def moved_on(db, *ids):
    """As if all that is kept of these had been made by the version before this one."""
    db.execute("update name_digests set version = version - 1 where kind = 'name' and owner_id = any(%s::uuid[])", (list(ids),))
    for table, key in (("contacts", "participant_id"), ("staff", "id")):
        db.execute(f"update {table} set names_version = 1 where {key} = any(%s::uuid[])", (list(ids),))


def kept(db, owner):
    found = db.execute(
        "select whole, version, is_self_given from name_digests where owner_id = %s and kind = 'name' order by whole", (owner,)
    )
    return found.fetchall()


def test_5b_1_what_was_declared_by_an_older_comparison_is_met(client, coordinator, victim, db, binary, server, cluster, database):
    """5b.1: of what is said of others nothing opens: it stays of the version that it was said by, and whoever joins later is met by it."""
    first, last = unique("Vera").split()
    declaration = declare(victim.peer, name=f"{first} {last}")

    def checked():
        return command(binary, server, "check", worker_database_url=cluster.url(database, "alongside_worker"))

    assert checked()[:2] == (0, "all is well") and "standing declarations" not in checked()[2]
    moved_on(db, declaration["id"])
    assert "1 standing declarations were compared by an older version" in checked()[2]
    later = open_person(client)
    later.contact(name_to_use=f"{last.upper()}, {first}").ok()
    assert matches(coordinator, declaration)[later.id]["is_certain"]
    ((_, by, _),) = kept(db, declaration["id"])
    assert {version for _, version, _ in kept(db, later.id)} == {by + 1}


def test_5b_1_names_that_open_are_made_anew(client, administrator, coordinator, victim, db, database, start_server):
    """5b.1: of people and of the staff, by the worker, however often it is stopped; what they gave themself stays so, what cannot be opened
    is told and holds up nobody; and the log says no name."""
    people, host, name = [open_person(client) for _ in range(150)], Host(client, administrator, is_trained=False), unique("Wanda")
    for number, person in enumerate(people):
        person.contact(name_to_use=f"{name} {number}").ok()
    own = ready(client)
    own.contact(name_to_use=name).ok()
    ids = [person.id for person in (*people, own)] + [host.id]
    before = {owner: kept(db, owner) for owner in ids}
    assert any(given for *_, given in before[own.id]) and not any(given for *_, given in before[host.id])
    moved_on(db, *ids)
    shut = people[7].id
    db.execute("update contacts set name_to_use = overlay(name_to_use placing 'AAAAAAAA' from 60) where participant_id = %s", (shut,))
    stale = "select count(*) from (select names_version from contacts where name_to_use is not null union all select names_version from staff" \
        " where name is not null) n where names_version < %s"  # fmt: skip
    version = before[own.id][0][1]
    while db.execute(stale, (version,)).fetchone() != (0,):
        at_first = db.execute(stale, (version,)).fetchone()
        worker = start_server(database=database, worker=True)
        until(lambda at_first=at_first: db.execute(stale, (version,)).fetchone() < at_first)
        worker.stop()
    # A former name does not open any more: it stays of its version.
    before[own.id] = [(whole, by - (not given), given) for whole, by, given in before[own.id]]
    assert {owner: kept(db, owner) for owner in ids if owner != shut} == {owner: before[owner] for owner in ids if owner != shut}
    log = worker.log_text()
    assert name not in log and name.split()[0] not in log
    declaration = declare(victim.peer, name=f"{name} 149")
    assert matches(coordinator, declaration)[people[149].id]["is_certain"]


def test_5b_1_a_name_made_by_other_rules_is_compared(client, coordinator, victim, db, database, start_server):
    """5b.1: what the new version finds in a name that was there before meets what was declared by it."""
    name = unique("Xenia")
    other = open_person(client)
    other.contact(name_to_use=name).ok()
    declaration = declare(victim.peer, name=name)
    db.execute("delete from conflict_matches where declaration_id = %s", (declaration["id"],))
    db.execute("update name_digests set whole = md5(whole), ends = md5(ends), tokens = array[md5(whole)] where owner_id = %s", (other.id,))
    moved_on(db, other.id)
    worker = start_server(database=database, worker=True)
    until(lambda: len(kept(db, other.id)) == 2)
    worker.stop()
    assert matches(coordinator, declaration)[other.id]["is_certain"]


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
    seat.accept().ok()
    is_refused(seat.confirm())


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
