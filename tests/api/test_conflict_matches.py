# SPDX-License-Identifier: MIT
"""What coordinators see and decide of people who must not meet: undecided it blocks, a warning is lifted with informed agreement, a
hard block only by taking the declaration back (A6.5, R1, I13)."""

import pytest
from steps import ABSENT, OTHER_COORDINATOR, walk
from steps import COORDINATOR as ME
from steps.groups import INFORMAL, Group, Host, clock, instant, ready, service, start
from steps.journey import QUEBEC_COORDINATOR, compared, is_hidden, open_person, own_case, talked, unique

PATH = "/v1/conflict-matches"
DECLARATIONS = "/v1/conflict-declarations"


def declare(who, kind="no_contact", **more):
    return who.post(DECLARATIONS, {"kind": kind} | more).created()


def one_match(coordinator, declaration):
    """The only match of a declaration, as it is read on its own once it was talked about."""
    (match,) = talked(coordinator, declaration)["matches"]
    return coordinator.get(f"{PATH}/{match['id']}").ok()


def take_back(who, declaration):
    who.post(f"{declaration.path}/withdraw").ok()
    compared(who.db)


def decide(coordinator, match, if_match="*", **body):
    return coordinator.post(f"{PATH}/{match['id']}/decide", {"decision": "allow"} | body, if_match=if_match)


def listed(coordinator, **params):
    return [m["id"] for m in walk(coordinator, PATH, params={"limit": 50} | params)]


@pytest.fixture
def named(client):
    """named(name): a participant who goes by it."""

    def make(name, **more):
        person = open_person(client, **more)
        person.contact(name_to_use=name).ok()
        return person

    return make


@pytest.fixture
def by_name(client, coordinator, named):
    """A match that only a name makes."""
    name = unique("Kim")
    named(name)
    return one_match(coordinator, declare(open_person(client).peer, name=name))


def warning(client, coordinator, kind="dual_relationship"):
    one, other = open_person(client), open_person(client)
    return one_match(coordinator, declare(coordinator, kind, for_participant_id=one.id, participant_id=other.id))


# ---- what there is to see ----


def test_a_coordinator_reads_why(client, coordinator, named):
    """A6.5: only coordinators see who is meant, for whom, what it rests on and whether it blocks."""
    name = unique("Kim")
    other, declarer = named(name), open_person(client)
    declaration = declare(declarer.peer, "chain_of_command", period="former", name=name)
    match = one_match(coordinator, declaration)
    assert match.json == {
        "id": match["id"], "declaration_id": declaration["id"], "kind": "chain_of_command", "period": "former", "basis": "named",
        "needs_agreement": False, "is_certain": True, "is_self_given": False, "state": "unconfirmed", "is_blocking": True, "for_participant_id": declarer.id,
        "for_account_id": None, "for_guest_id": None, "participant_id": other.id, "account_id": None, "guest_id": None, "group_ids": [], "same_person": None,
        "informed_agreement": None, "decided_by": None, "decided_at": None, "raised_at": None, "ended_at": None,
        "created_at": match["created_at"], "for_shown": match["for_shown"], "shown": match["shown"],
    }  # fmt: skip
    assert match.etag == '"1.both"'
    coordinator.get(f"{PATH}/{match['id']}", if_none_match=match).not_modified()
    for who in (declarer.peer, other.peer, client("peer_supporter"), client("line")):
        for method, path in (("GET", PATH), ("GET", f"{PATH}/{match['id']}")):
            who.request(method, path).problem(403, "forbidden")
        who.post(f"{PATH}/{match['id']}/decide", {"decision": "block"}, if_match="*").problem(403, "forbidden")


def test_the_list_by_state_and_by_what_is_open(client, coordinator, by_name):
    """Undecided matches are open, and those that stand between two who are in one group; the rest is settled for now."""
    hard, soft = warning(client, coordinator, "no_contact"), warning(client, coordinator)
    decide(coordinator, soft, informed_agreement=True).ok()
    states = {"unconfirmed": by_name["id"], "blocked": hard["id"], "allowed": soft["id"]}
    for state, expected in states.items():
        assert [m for m in listed(coordinator, state=state) if m in states.values()] == [expected]
    assert [m for m in listed(coordinator, open=True) if m in states.values()] == [by_name["id"]]
    assert set(listed(coordinator)) >= set(states.values())
    assert coordinator.get(PATH, params={"open": True, "state": "allowed"}).ok().data == []
    assert len(coordinator.get(PATH, params={"limit": 2}).ok().data) == 2
    for bad in ({"open": "maybe"}, {"state": "lifted"}, {"limit": 0}):
        coordinator.get(PATH, params=bad).problem(400).fault(next(iter(bad)))


def test_i13_nobody_handles_what_is_about_themselves_or_elsewhere(client, coordinator, named):
    """I13, R14: not oneself, nobody one is excluded from, nobody of another region; not read, not decided, in no list."""
    name = unique("Kim")
    other, declarer = named(name, region="ON"), open_person(client, region="ON")
    match = one_match(coordinator, declare(declarer.peer, name=name))
    colleague, quebec = client("coordinator", OTHER_COORDINATOR), client("coordinator", QUEBEC_COORDINATOR)
    colleague.get(f"{PATH}/{match['id']}").ok()
    own_case(client, other, OTHER_COORDINATOR)
    own = one_match(colleague, declare(coordinator, "dual_relationship", for_participant_id=declarer.id, account_id=ME))
    for who, hidden in ((colleague, match), (quebec, match), (coordinator, own)):
        is_hidden(who, "GET", f"{PATH}/{hidden['id']}")
        is_hidden(who, "POST", f"{PATH}/{hidden['id']}/decide", {"decision": "block"})
        assert hidden["id"] not in listed(who)
    # One side where they serve is enough to handle it.
    coordinator.patch(declarer.path, {"region": "QC"}, if_match="*").ok()
    compared(client.db)
    quebec.get(f"{PATH}/{match['id']}").ok()


# ---- decisions ----


def test_whoever_serves_the_person_protected_decides_and_nobody_else(client, coordinator, named):
    """Decision 18, R1: not who serves the one that is named; for them there is neither a declaration nor a match."""
    name = unique("Kim")
    theirs, ours = named(name, region="QC"), open_person(client, region="ON")
    declaration = declare(ours.peer, name=name)
    by_id = declare(coordinator, for_participant_id=ours.id, participant_id=theirs.id)
    quebec = client("coordinator", QUEBEC_COORDINATOR)
    is_hidden(quebec, "GET", ours.path)
    for declared in (declaration, by_id):
        match = one_match(coordinator, declared)
        assert match["kind"] == "no_contact"
        is_hidden(quebec, "GET", declared.path)
        is_hidden(quebec, "POST", f"{declared.path}/withdraw")
        is_hidden(quebec, "GET", f"{PATH}/{match['id']}")
        is_hidden(quebec, "POST", f"{PATH}/{match['id']}/decide", {"decision": "allow", "same_person": False})
        assert match["id"] not in listed(quebec) and declared["id"] not in str(walk(quebec, DECLARATIONS, params={"limit": 50}))
        assert match["group_ids"] == [] and one_match(coordinator, declared)["is_blocking"]


def test_what_somebody_said_and_another_takes_back_is_in_their_file(client, coordinator):
    """Decision 18: a word about it, and none about what a coordinator said."""
    person = open_person(client)
    own = declare(person.peer, name=unique("Nobody"))
    others = declare(coordinator, for_participant_id=person.id, name=unique("Nobody"))

    def seen():
        events = person.peer.get(f"{person.path}/audit-events").ok().data
        return [(e["action"], e["role"]) for e in events if e["object_type"] == "conflict_declaration"]

    compared(client.db)
    assert seen() == [("create", "peer")]
    refused = coordinator.post(f"{own.path}/withdraw").problem(422, "validation-failed")
    refused.fault("#/informed_agreement", "required")
    coordinator.post(f"{own.path}/withdraw", {"informed_agreement": False}).problem(422).fault("#/informed_agreement", "required")
    assert seen() == [("create", "peer")]
    coordinator.post(f"{others.path}/withdraw").ok()
    coordinator.post(f"{own.path}/withdraw", {"informed_agreement": True}).ok()
    assert seen() == [("withdraw", "coordinator"), ("create", "peer")]


def test_what_a_host_said_another_takes_back_with_their_agreement(client, administrator, coordinator):
    """Decision 18, S7: not even where they have no file."""
    host = Host(client, administrator, is_trained=False)
    own = declare(host.client, name=unique("Nobody"))
    compared(client.db)
    coordinator.post(f"{own.path}/withdraw").problem(422).fault("#/informed_agreement", "required")
    assert coordinator.post(f"{own.path}/withdraw", {"informed_agreement": True}).ok()["state"] == "withdrawn"
    declare(host.client, name=unique("Nobody"))
    host.client.post(f"{declare(host.client, name=unique('Nobody')).path}/withdraw").ok()


def test_a_warning_that_is_lifted_is_a_word_in_the_file_of_whom_it_protected(client, coordinator, by_name, db):
    """DESIGN 5b.7: of somebody else of that name nobody is told, and whoever is named reads of neither."""
    one, other = open_person(client), open_person(client)
    match = one_match(coordinator, declare(coordinator, "dual_relationship", for_participant_id=one.id, participant_id=other.id))
    decide(coordinator, match, decision="block").ok()

    def seen(person):
        return [e["action"] for e in person.peer.get(f"{person.path}/audit-events").ok().data if e["object_type"] == "conflict_match"]

    assert seen(one) == []
    decide(coordinator, match, informed_agreement=True).ok()
    assert (seen(one), seen(other)) == (["decide"], [])
    decide(coordinator, by_name, same_person=False).ok()
    rows = db.execute("select participant_ids from audit_events where object_id = %s and action = 'decide'", (by_name["id"],))
    assert rows.fetchall() == [([],)]


# ---- before it was talked about ----


def test_nobody_sees_whom_a_declaration_meets_before_it_was_talked_about(client, coordinator, named, db):
    """DESIGN 5b.3, S7: not in the declaration, in no list, not by its id; matched or not, the screen is the same."""
    name = unique("Kim")
    named(name)
    met, unmet = declare(open_person(client).peer, name=name), declare(open_person(client).peer, name=unique("Nobody"))
    compared(db)
    (match,) = db.execute("select id::text from conflict_matches where declaration_id = %s", (met["id"],)).fetchone()
    assert [coordinator.get(d.path).ok()["matches"] for d in (met, unmet)] == [[], []]
    assert match not in listed(coordinator) and match not in listed(coordinator, open=True)
    is_hidden(coordinator, "GET", f"{PATH}/{match}")
    is_hidden(coordinator, "POST", f"{PATH}/{match}/decide", {"decision": "block"})
    assert talked(coordinator, unmet)["matches"] == []
    assert [m["id"] for m in talked(coordinator, met)["matches"]] == [match]
    assert match in listed(coordinator, open=True) and coordinator.get(f"{PATH}/{match}").ok()["is_blocking"]


@pytest.mark.parametrize("counts_from", ["before_my_next_placement", "now"])
def test_what_is_certain_in_one_group_is_seen_at_once_unless_somebody_stepped_back(client, administrator, coordinator, db, counts_from):
    """DESIGN 5b.2: the person on duty has to act; whoever stepped back is out of it, and is called first."""
    people, name = [ready(client), ready(client)], unique("Kim")
    people[1].contact(who=coordinator, name_to_use=name).ok()
    group = Group(coordinator, service(administrator)).open()
    seats = [group.seat(person) for person in people]
    certain = declare(people[0].peer, name=name, counts_from=counts_from)
    compared(db)
    (match,) = db.execute("select id::text from conflict_matches where declaration_id = %s", (certain["id"],)).fetchone()
    is_seen = counts_from != "now"
    assert (match in listed(coordinator, open=True)) == is_seen
    assert [m["id"] for m in coordinator.get(certain.path).ok()["matches"]] == [match] * is_seen
    if is_seen:
        assert coordinator.get(f"{PATH}/{match}").ok()["group_ids"] == [group.id]
        # They part, and it is as any other; unless somebody has decided about it.
        seats[1].withdraw().ok()
        compared(db)
        assert match not in listed(coordinator)


def test_two_are_compared_on_the_match_itself(client, administrator, coordinator, named, db):
    """DESIGN 5b.3: by alias and the name they use; the look is in the audit, and in nobody's list."""
    name = unique("Kim")
    other, declarer = named(name), open_person(client)
    declarer.contact(name_to_use="Robin").ok()
    match = one_match(coordinator, declare(declarer.peer, name=name))
    aliases = [coordinator.get(person.path).ok()["alias"] for person in (declarer, other)]
    assert (match["for_shown"], match["shown"]) == ({"alias": aliases[0], "name": "Robin"}, {"alias": aliases[1], "name": name})
    host = Host(client, administrator, is_trained=False)
    of_host = one_match(coordinator, declare(open_person(client).peer, name=host.made["name"]))
    assert of_host["shown"] == {"alias": host.made["alias"], "name": host.made["name"]}
    assert of_host["for_shown"]["name"] is None
    (entry,) = [m for m in walk(coordinator, PATH, params={"limit": 50}) if m["id"] == match["id"]]
    assert set(match.json) - set(entry) == {"for_shown", "shown"}
    rows = db.execute("select participant_ids, role from audit_events where object_id = %s and action = 'read'", (match["id"],))
    assert rows.fetchall() == [([], "coordinator")]
    for person in (other, declarer):
        assert "conflict_match" not in str(person.peer.get(f"{person.path}/audit-events").ok().data)


def test_by_voice_it_is_somebody_else_of_that_name(coordinator, by_name, db):
    """A6.5: a name alone says nothing sure: the coordinator asks, and somebody else is free."""
    decide(coordinator, by_name).problem(422, "validation-failed").fault("#/same_person", "required")
    decide(coordinator, by_name, decision="block", same_person=False).problem(422).fault("#/same_person", "invalid")
    done = decide(coordinator, by_name, if_match=by_name, same_person=False).ok()
    assert (done["state"], done["is_blocking"], done["same_person"], done["informed_agreement"]) == ("allowed", False, False, None)
    assert done["decided_by"] == ME and done["decided_at"] and done.etag == '"2.both"'
    read = coordinator.get(f"{PATH}/{by_name['id']}").ok().json
    assert {member: read[member] for member in done.json} == done.json
    audited = db.execute("select role, participant_ids, fields from audit_events where action = 'decide' and object_id = %s", (done["id"],))
    assert audited.fetchall() == [("coordinator", [], ["decision", "same_person"])]


@pytest.mark.parametrize("kind", ["no_contact", "chain_of_command"])
def test_a_hard_block_is_lifted_only_by_taking_it_back(client, coordinator, kind):
    """A6.5: no contact and chain of command block; agreement does not help. Decided before, it may be confirmed again."""
    one, other = open_person(client), open_person(client)
    period = {"period": "current"} if kind == "chain_of_command" else {}
    declaration = declare(coordinator, kind, for_participant_id=one.id, participant_id=other.id, **period)
    match = one_match(coordinator, declaration)
    for body in ({}, {"informed_agreement": True}):
        assert decide(coordinator, match, **body).problem(409, "conflict")["reason"] == "hard-block"
    assert decide(coordinator, match, decision="block").ok()["state"] == "blocked"
    take_back(coordinator, declaration)
    ended = coordinator.get(f"{PATH}/{match['id']}").ok()
    assert ended["ended_at"] and not ended["is_blocking"]
    assert decide(coordinator, match, decision="block").problem(409, "conflict-state")["state"] == "ended"


def test_a_warning_is_lifted_with_informed_agreement(client, coordinator):
    """A6.5: the coordinator records the decision and the agreement of those concerned; it may be taken back later."""
    match = warning(client, coordinator)
    assert match["needs_agreement"] and match["state"] == "unconfirmed"
    for body in ({}, {"informed_agreement": False}, {"same_person": True}):
        decide(coordinator, match, **body).problem(422, "validation-failed").fault("#/informed_agreement", "required")
    allowed = decide(coordinator, match, informed_agreement=True).ok()
    assert (allowed["state"], allowed["is_blocking"], allowed["informed_agreement"]) == ("allowed", False, True)
    blocked = decide(coordinator, match, decision="block").ok()
    assert (blocked["state"], blocked["is_blocking"], blocked["informed_agreement"]) == ("blocked", True, None)
    assert decide(coordinator, match, informed_agreement=True).ok()["state"] == "allowed"


def test_the_same_unit_may_be_allowed(client, coordinator):
    """A6.5: units that overlap in time warn; who is meant is no question there."""
    unit, people = unique("12 RBC"), [open_person(client) for _ in range(2)]
    declarations = [declare(p.peer, "same_unit", unit=unit, **{"from": "2015-01-01"}) for p in people]
    match = one_match(coordinator, declarations[1])
    assert (match["basis"], match["participant_id"], match["needs_agreement"]) == ("unit", people[0].id, True)
    decide(coordinator, match, same_person=False).problem(422).fault("#/same_person", "invalid")
    assert decide(coordinator, match, informed_agreement=True).ok()["state"] == "allowed"
    # Whichever of the two takes it back, it ends.
    take_back(people[0].peer, declarations[0])
    assert coordinator.get(f"{PATH}/{match['id']}").ok()["ended_at"]


def test_a_decision_is_about_what_was_seen(coordinator, by_name):
    """If-Match: two coordinators at once; the second one decides about what is no longer so."""
    decide(coordinator, by_name, if_match=by_name, decision="block", same_person=True).ok()
    decide(coordinator, by_name, if_match=by_name, same_person=False).problem(412, "precondition-failed")
    coordinator.post(f"{PATH}/{by_name['id']}/decide", {"decision": "block"}).problem(428)
    coordinator.post(f"{PATH}/{ABSENT}/decide", {"decision": "block"}, if_match="*").problem(404, "not-found")
    for body, pointer in (({}, "#/decision"), ({"decision": "maybe"}, "#/decision"), ({"decision": "block", "note": "x"}, "#/note")):
        for language in ("en", "fr"):
            refused = coordinator.post(f"{PATH}/{by_name['id']}/decide", body, if_match="*", language=language)
            assert refused.problem(422).fault(pointer).headers["Content-Language"] == language


# ---- in groups ----


def test_what_stands_in_a_group_is_raised_until_they_part(client, administrator, coordinator):
    """A6.5: declared between two who are placed, it stands in the queue with the group, and leaves it when one of them does."""
    people = [ready(client), ready(client)]
    group = Group(coordinator, service(administrator)).open()
    seats = [group.seat(person) for person in people]
    match = one_match(coordinator, declare(coordinator, for_participant_id=people[0].id, participant_id=people[1].id))
    assert match["raised_at"] and match["group_ids"] == [group.id] and match["id"] in listed(coordinator, open=True)
    (standing,) = (g for g in walk(coordinator, "/v1/groups", params={"limit": 100}) if g["id"] == group.id)
    assert standing["is_blocked"] is True
    seats[1].withdraw().ok()
    compared(client.db)
    parted = coordinator.get(f"{PATH}/{match['id']}").ok()
    assert (parted["raised_at"], parted["group_ids"], parted["is_blocking"]) == (None, [], True)
    assert parted["id"] not in listed(coordinator, open=True)
    (standing,) = (g for g in walk(coordinator, "/v1/groups", params={"limit": 100}) if g["id"] == group.id)
    assert standing["is_blocked"] is False


@pytest.mark.parametrize("link", ["same sign-in", "own case"])
def test_a_host_who_once_sat_beside_the_peer(client, administrator, coordinator, db, link):
    """A6.5: `host who earlier shared a group with the peer` warns: nobody declared it, the program's records know. S0.20."""
    peer, beside, stranger = ready(client), ready(client), ready(client)
    earlier = Group(coordinator, service(administrator)).open()
    earlier.seat(beside), earlier.seat(peer)
    host = Host(client, administrator)
    if link == "own case":
        own_case(client, beside, host.id)
    else:
        subject = db.execute("select subject from accounts where id = %s", (beside.account,)).fetchone()[0]
        same_person(administrator, host, subject)
    group = Group(coordinator, service(administrator)).open()
    later = group.place(peer).created()
    assert group.assign(host).problem(409, "conflict")["reason"] == "conflict"
    colleague = client("coordinator", OTHER_COORDINATOR)
    (found,) = [m for m in walk(colleague, PATH, params={"open": True}) if m["for_account_id"] == host.id]
    assert (found["kind"], found["basis"], found["participant_id"]) == ("shared_group", "record", peer.id)
    assert found["declaration_id"] is None and found["needs_agreement"]
    decide(colleague, found).problem(422).fault("#/informed_agreement", "required")
    decide(colleague, found, informed_agreement=True).ok()
    group.assign(host).created()
    assert later["state"] == "offered"
    group.place(stranger).created()
    # Where both are peers nothing stands between them.
    (standing,) = (g for g in walk(colleague, "/v1/groups", params={"limit": 100}) if g["id"] == earlier.id)
    assert standing["is_blocked"] is False and found["raised_at"] is None and found["group_ids"] == []


def same_person(administrator, host, subject):
    """The host signs in with the token of a peer: the administrator has given them that sign-in."""
    identity = {"issuer": "urn:alongside:local", "subject": subject}
    administrator.patch(f"/v1/staff/{host.id}", {"identity": identity}, if_match="*").ok()
    return host


def test_what_was_on_record_ends_when_it_was_not_them(client, administrator, coordinator):
    """An own case that was lifted again: the host is no former peer after all."""
    peer, beside = ready(client), ready(client)
    earlier = Group(coordinator, service(administrator)).open()
    earlier.seat(beside), earlier.seat(peer)
    host, colleague = Host(client, administrator), client("coordinator", OTHER_COORDINATOR)
    made = own_case(client, beside, host.id)
    compared(client.db)
    (found,) = [m for m in walk(colleague, PATH, params={"open": True}) if m["for_account_id"] == host.id]
    coordinator.delete(made.path).no_content()
    compared(client.db)
    assert colleague.get(f"{PATH}/{found['id']}").ok()["ended_at"]
    assert decide(colleague, found, decision="block").problem(409, "conflict-state")["state"] == "ended"


def test_one_person_with_two_logins_is_one_person(client, administrator, coordinator):
    """R1, S0.20: who must not meet the peer must not meet the host that they are, and no session of theirs starts."""
    other, themself = ready(client), ready(client)
    hosts = [Host(client, administrator), Host(client, administrator)]
    own_case(client, themself, hosts[0].id)
    group = Group(coordinator, service(administrator, INFORMAL)).open()
    group.seat(other)
    group.led_by(*hosts)
    declaration = declare(coordinator, for_participant_id=other.id, participant_id=themself.id)
    assert one_match(coordinator, declaration)["group_ids"] == [group.id]
    session = group.sessions()[0]
    clock(instant(session["local_start"]), hosts[1].client)
    assert start(hosts[1].client, session, *hosts).problem(409, "conflict")["reason"] == "call-your-coordinator"
    take_back(coordinator, declaration)
    start(hosts[1].client, session, *hosts).ok()
