# SPDX-License-Identifier: MIT
"""Whom somebody must not be placed with, as they say it: every kind, by peers, hosts and coordinators, also about people who are not
in the program (A6.5, R1, decision 6)."""

import uuid
from datetime import datetime

import pytest
from harness.invariants import Invariants
from steps import ABSENT, OTHER_COORDINATOR, TORONTO, at_once, walk
from steps import COORDINATOR as ME
from steps.alarms import later
from steps.groups import Host, clock, ready, taking_people
from steps.journey import QUEBEC_COORDINATOR, bare, compared, is_hidden, open_person, tables_with, talked, unique

PATH = "/v1/conflict-declarations"


def eastern_wall(moment):
    return datetime.fromisoformat(moment).astimezone(TORONTO).strftime("%Y-%m-%dT%H:%M")


AGREED = {"informed_agreement": True}
KINDS = {
    "no_contact": {},
    "chain_of_command": {"period": "current"},
    "former_chain": {"kind": "chain_of_command", "period": "former"},
    "same_unit": {"unit": None, "from": "2018-06-01", "to": "2020-06-01"},
    "dual_relationship": {},
    "recusal": {},
}
HOSTS = ("peer_supporter", "mental_health_professional")
HELP = {"line": "1-844-750-1648", "crisis": "9-8-8", "emergency": "911"}
# A Monday, ten in the morning in Toronto.
MONDAY = "2026-11-23T15:00:00Z"


def words(kind, **more):
    body = {"kind": kind} | KINDS[kind]
    return body | ({"unit": unique("2 RCR")} if "unit" in body else {"name": unique("Kim")}) | more


def declare(who, kind="no_contact", **more):
    answer = who.post(PATH, words(kind, **more))
    compared(who.db)
    return answer


def named(who, name, **more):
    made = who.post(PATH, {"kind": "no_contact", "name": name} | more).created()
    compared(who.db)
    return made


def known(coordinator, person, **about):
    made = coordinator.post(PATH, {"kind": "no_contact", "for_participant_id": person.id} | about).created()
    compared(coordinator.db)
    return coordinator.get(made.path).ok()


def met(coordinator, declaration):
    """Whom a declaration meets, as a coordinator reads it once it was talked about."""
    return [m["participant_id"] or m["account_id"] for m in talked(coordinator, declaration)["matches"]]


@pytest.fixture
def person(client):
    return open_person(client)


@pytest.fixture
def host(client, administrator):
    return Host(client, administrator, is_trained=False)


# ---- who declares what ----


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "recusal"])
def test_a_peer_declares_every_kind_but_a_recusal(person, coordinator, kind):
    """A6.5: the answer says what they said, and nothing about whom it meets."""
    body = words(kind)
    made = person.peer.post(PATH, body).created()
    compared(coordinator.db)
    assert made.path == f"{PATH}/{made['id']}" and made.etag is None
    is_unit = "unit" in body
    assert made.json == {
        "id": made["id"], "kind": body["kind"], "period": body.get("period"), "about": "unit" if is_unit else "named",
        "from": body.get("from"), "to": body.get("to"), "state": "standing", "counts_from": "before_my_next_placement", "joins_id": None,
        "call": made["call"], "conversation_at": None, "conversation_by": None, "for_participant_id": None, "for_account_id": None,
        "for_guest_id": None, "participant_id": None, "account_id": None, "guest_id": None, "matches": None,
        "created_at": made["created_at"], "withdrawn_at": None, "help": HELP,
    }  # fmt: skip
    assert person.peer.get(made.path).ok().json == made.json
    assert person.peer.get(PATH).ok().data == [made.json]
    seen = coordinator.get(made.path).ok()
    assert (seen["for_participant_id"], seen["for_account_id"], seen["matches"]) == (person.id, None, [])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", HOSTS)
def test_a_host_declares_every_kind(client, administrator, coordinator, role, kind):
    """A6.5: peer supporters and professionals for themselves; a recusal is theirs."""
    host = Host(client, administrator, role, is_trained=False)
    made = declare(host.client, kind).created()
    assert made["for_account_id"] is None and made["matches"] is None
    assert host.client.get(PATH).ok().data == [made.json] == [host.client.get(made.path).ok().json]
    assert coordinator.get(made.path).ok()["for_account_id"] == host.id


@pytest.mark.parametrize("kind", KINDS)
def test_a_coordinator_declares_for_somebody(person, host, coordinator, kind):
    """A6.5: for a participant, for somebody of the staff; and for themselves, which they then do not handle (I13)."""
    if kind != "recusal":
        made = declare(coordinator, kind, for_participant_id=person.id).created()
        assert (made["for_participant_id"], made["matches"]) == (person.id, [])
    made = declare(coordinator, kind, for_account_id=host.id).created()
    assert made["for_account_id"] == host.id
    own = declare(coordinator, kind).created()
    assert own["for_account_id"] == ME and coordinator.get(own.path).ok()["matches"] == []


def test_a_coordinator_names_whom_they_know_by_id(client, coordinator, host):
    """A6.5: a person known to the system is meant by id, chosen by a coordinator, and the match needs no digest."""
    one, other = open_person(client), open_person(client)
    declaration = known(coordinator, one, participant_id=other.id)
    assert (declaration["about"], declaration["participant_id"]) == ("known", other.id)
    assert declaration["matches"] == [declaration["matches"][0] | {
        "basis": "known", "state": "blocked", "participant_id": other.id, "account_id": None}]  # fmt: skip
    declaration = known(coordinator, one, account_id=host.id, kind="dual_relationship")
    assert [(m["state"], m["account_id"]) for m in declaration["matches"]] == [("unconfirmed", host.id)]
    # It is not theirs to read for whom it was declared.
    for who in (one.peer, other.peer, host.client):
        is_hidden(who, "GET", f"{PATH}/{declaration['id']}")
        is_hidden(who, "POST", f"{PATH}/{declaration['id']}/withdraw")
        assert who.get(PATH).ok().data == []


# ---- people who are not in the program ----


def test_decision_6_no_name_stays(person, db):
    """Decision 6, I8: of a name and of a unit only a keyed digest is kept, in no table the words, not even in the audit."""
    name, unit = unique("Zebulon"), unique("Bataillon")
    person.peer.post(PATH, {"kind": "no_contact", "name": name}).created()
    person.peer.post(PATH, {"kind": "same_unit", "unit": unit, "from": "2010-01-01"}).created()
    for word in (name, unit, name.split()[1], unit.split()[1]):
        assert tables_with(db, word) == []
    assert "Zebulon" not in person.peer.get(PATH).ok().content.decode()


@pytest.mark.parametrize("spelling", ["{0} ÉLISE Noël", "  {0}   elise noel ", "{0}-Élise, Noël"])
def test_decision_6_a_later_joiner_is_met_however_it_is_written(client, person, coordinator, spelling):
    """Decision 6: case, accents and punctuation do not count; who joins later under that name meets what was declared before."""
    first = unique("Anne").split()[1]
    declaration = named(person.peer, f"{first} Élise Noël")
    assert met(coordinator, declaration) == []
    later = open_person(client)
    later.contact(name_to_use=spelling.format(first)).ok()
    assert met(coordinator, declaration) == [later.id]
    # Another spelling afterwards lets nobody escape; somebody else of another name is not meant.
    later.contact(name_to_use=unique("Other")).ok()
    assert met(coordinator, declaration) == [later.id]


def test_who_is_there_already_is_met_peer_or_host(client, person, coordinator, host):
    name = unique("Robin")
    peer = open_person(client)
    peer.contact(name_to_use=name).ok()
    declaration = named(person.peer, host.made["name"])
    assert met(coordinator, declaration) == [host.id]
    assert met(coordinator, named(host.client, name)) == [peer.id]


def test_the_same_unit_is_met_where_the_times_overlap(client, coordinator, host):
    """A6.5: `same_unit(unit, from, to)`; the last day counts, without one it goes on."""
    unit = unique("3 R22eR")

    def serves(who, **when):
        return who.post(PATH, {"kind": "same_unit", "unit": unit} | when).created()

    people = [open_person(client) for _ in range(3)]
    serves(people[0].peer, **{"from": "2010-01-01", "to": "2012-06-30"})
    serves(people[1].peer, **{"from": "2012-07-01", "to": "2014-01-01"})
    assert met(coordinator, serves(people[2].peer, **{"from": "2012-06-30", "to": "2012-06-30"})) == [people[0].id]
    assert set(met(coordinator, serves(host.client, **{"from": "2012-07-01"}))) == {people[1].id}


@pytest.mark.parametrize("spelling", ["{0} rcr", "{0}RCR", "{0}-r.c.r.", "  {0}\u2011RCR ", "{0} \uff32\uff23\uff32", "{0} RĈR"])
def test_a_unit_is_met_however_it_is_written(client, person, coordinator, spelling):
    """5b.6: case, marks, blanks, hyphens and full-width forms do not count, as in names; a number alone is a unit."""
    number, other = str(uuid.uuid4().int)[:12], open_person(client)

    def serves(who, unit):
        return who.post(PATH, {"kind": "same_unit", "unit": unit, "from": "2010-01-01"})

    serves(person.peer, f"{number} RCR").created()
    serves(person.peer, number).created()
    assert met(coordinator, serves(other.peer, spelling.format(number)).created()) == [person.id]


@pytest.mark.parametrize(("unit", "code"), [
    ("\u200b\u200b", "invisible"), ("2\u200b RCR", "invisible"), ("\u202e2 RCR", "invisible"), ("2\u00a0RCR", "invisible"),
    ("...", "no-letter"), ("\U0001f341", "no-letter"), ("2 R\u0421R", "look-alike"),
])  # fmt: skip
def test_what_nobody_can_see_is_no_unit(person, unit, code):
    refused = person.peer.post(PATH, {"kind": "same_unit", "unit": unit, "from": "2010-01-01"})
    refused.problem(422, "validation-failed").fault("#/unit", code)


# ---- what is refused ----


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"kind": "no_contact"}, "#/name", "required"),
        ({"kind": "grudge", "name": "x"}, "#/kind", None),
        ({"name": "x"}, "#/kind", "required"),
        ({"kind": "no_contact", "name": "x", "counts_from": "never"}, "#/counts_from", None),
        ({"kind": "no_contact", "name": ""}, "#/name", None),
        ({"kind": "no_contact", "name": "x" * 101}, "#/name", None),
        ({"kind": "no_contact", "name": "x", "story": "what happened"}, "#/story", None),
        ({"kind": "no_contact", "name": "x", "rank": "major"}, "#/rank", None),
        ({"kind": "no_contact", "name": "x", "unit": "u"}, "#/unit", "invalid"),
        ({"kind": "no_contact", "name": "x", "from": "2020-01-01"}, "#/from", "invalid"),
        ({"kind": "no_contact", "name": "x", "to": "2020-01-01"}, "#/to", "invalid"),
        ({"kind": "no_contact", "name": "x", "period": "former"}, "#/period", "invalid"),
        ({"kind": "chain_of_command", "name": "x"}, "#/period", "required"),
        ({"kind": "same_unit", "unit": "u"}, "#/from", "required"),
        ({"kind": "same_unit", "from": "2020-01-01"}, "#/unit", "required"),
        ({"kind": "same_unit", "unit": "u", "name": "x", "from": "2020-01-01"}, "#/name", "invalid"),
        ({"kind": "same_unit", "unit": "u", "from": "2020-01-02", "to": "2020-01-01"}, "#/to", "invalid"),
        ({"kind": "same_unit", "unit": "u", "from": "2020-02-30"}, "#/from", None),
        ({"kind": "recusal", "name": "x"}, "#/kind", "not-allowed"),
        ({"kind": "no_contact", "participant_id": ABSENT}, "#/participant_id", "not-allowed"),
        ({"kind": "no_contact", "account_id": ME}, "#/account_id", "not-allowed"),
        ({"kind": "no_contact", "name": "x", "for_participant_id": ABSENT}, "#/for_participant_id", "not-allowed"),
        ({"kind": "no_contact", "name": "x", "for_account_id": ME}, "#/for_account_id", "not-allowed"),
    ],
)
def test_a_peer_is_told_what_is_wrong_with_what_they_said(person, body, pointer, code):
    """Decision 9: no field takes a story or a rank. An id, existing or not, is nothing for a peer to name."""
    for language in ("en", "fr"):
        refused = person.peer.post(PATH, body, language=language).problem(422, "validation-failed").fault(pointer, code)
        assert refused.headers["Content-Language"] == language
    assert person.peer.get(PATH).ok().data == []


def test_a_coordinator_names_who_exists_and_whom_they_serve(client, coordinator, person, host):
    elsewhere = client("coordinator", QUEBEC_COORDINATOR)
    of_ontario, of_quebec = open_person(client, region="ON"), open_person(client, region="QC")
    base = {"kind": "no_contact", "for_participant_id": person.id}
    for who, body, pointer, code in [
        (coordinator, base | {"participant_id": ABSENT}, "#/participant_id", "does-not-exist"),
        (coordinator, base | {"account_id": ABSENT}, "#/account_id", "does-not-exist"),
        (coordinator, base | {"account_id": of_ontario.account}, "#/account_id", "does-not-exist"),
        (coordinator, base | {"participant_id": person.id}, "#/participant_id", "invalid"),
        (coordinator, base | {"participant_id": of_ontario.id, "account_id": host.id}, "#/name", "invalid"),
        (coordinator, base | {"for_account_id": host.id, "name": "x"}, "#/for_account_id", "invalid"),
        (coordinator, base | {"for_participant_id": ABSENT, "name": "x"}, "#/for_participant_id", "does-not-exist"),
        (coordinator, {"kind": "recusal", "for_participant_id": person.id, "name": "x"}, "#/kind", "not-allowed"),
        (coordinator, {"kind": "no_contact", "for_account_id": of_ontario.account, "name": "x"}, "#/for_account_id", "does-not-exist"),
        (coordinator, {"kind": "no_contact", "account_id": ME}, "#/account_id", "invalid"),
        (elsewhere, {"kind": "no_contact", "for_participant_id": of_ontario.id, "name": "x"}, "#/for_participant_id", "does-not-exist"),
        (elsewhere, {"kind": "no_contact", "for_participant_id": of_quebec.id, "participant_id": of_ontario.id}, "#/participant_id",
            "does-not-exist"),
    ]:  # fmt: skip
        who.post(PATH, body).problem(422, "validation-failed").fault(pointer, code)


def test_nobody_tries_out_names_one_after_the_other(client):
    """A6.5 silence: five a day for each person; what was taken back counts. Coordinators work through lists."""
    person = open_person(client, now=MONDAY)
    for _ in range(4):
        declare(person.peer).created()
    last = declare(person.peer).created()
    person.peer.post(f"{last.path}/withdraw").ok()
    assert declare(person.peer).problem(409, "conflict")["reason"] == "too-many-today"
    declare(person.at("2026-11-24T15:00:01Z").peer).created()


# ---- taking it back ----


def test_it_is_taken_back_at_any_time_by_whoever_said_it(person, coordinator, db):
    """A6.5: without a reason, as often as it is said; a coordinator may as well, and what it met ends with it."""
    name = unique("Lee")
    declaration = named(person.peer, name)
    person.peer.post(f"{declaration.path}/withdraw", {"reason": "afraid"}).problem(422).fault("#/reason", "unknown")
    taken = person.peer.post(f"{declaration.path}/withdraw").ok()
    assert taken["state"] == "withdrawn" and taken["withdrawn_at"]
    assert person.peer.post(f"{declaration.path}/withdraw").ok().json == taken.json
    assert coordinator.post(f"{declaration.path}/withdraw").ok()["withdrawn_at"] == taken["withdrawn_at"]
    by_coordinator = named(person.peer, name)
    coordinator.post(f"{by_coordinator.path}/withdraw", AGREED).ok()
    assert person.peer.get(by_coordinator.path).ok()["state"] == "withdrawn"
    assert db.execute("select count(*) from audit_events where action = 'withdraw' and object_id = any(%s::uuid[])",
        ([declaration["id"], by_coordinator["id"]],)).fetchone() == (2,)  # fmt: skip


# ---- who calls, and by when ----


def test_before_the_next_placement_their_coordinator_calls_by_the_next_business_day(client, administrator):
    """DESIGN 5b.2, decision 22: the close of the next business day, on their own clock, by the name that coordinator uses."""
    person = open_person(client, now=MONDAY, timezone="America/Vancouver")
    made = named(person.peer, unique("Kim"))
    alias = person.peer.get(f"{person.path}/home").ok()["coordinator"]
    assert made["call"] == {
        "by": "2026-11-24T22:00:00Z", "local": {"local": "2026-11-24T15:00", "timezone": "America/Vancouver", "utc_offset": "-07:00"},
        "who": {"en": "Your coordinator calls you.", "fr": "Votre coordination vous appelle."}, "coordinator": alias}  # fmt: skip
    friday = open_person(client, now="2026-11-27T23:00:00Z")
    assert named(friday.peer, unique("Kim"))["call"]["by"] == "2026-12-01T22:00:00Z", "after the close it counts from Monday on"
    host = Host(client, administrator, is_trained=False)
    clock(MONDAY, host.client)
    assert named(host.client, unique("Kim"))["call"] == {
        "by": "2026-11-24T22:00:00Z", "local": {"local": "2026-11-24T17:00", "timezone": "America/Toronto", "utc_offset": "-05:00"},
        "who": {"en": "A coordinator calls you.", "fr": "Une personne de la coordination vous appelle."}, "coordinator": None}  # fmt: skip


@pytest.mark.parametrize("minutes, ahead", [(60, None), (60, 180), (30, 60), (10, 20), (5, 4), (5, -10)])
def test_now_is_called_by_whoever_is_on_duty_before_they_meet_again(client, minutes, ahead):
    """DESIGN 5b.2: the sooner of one hour and half the time to the declarer's next session; at once while they are in one."""
    person = ready(client, now=MONDAY)
    if ahead is not None:
        starts = eastern_wall(later(MONDAY, minutes=ahead))
        taking_people(client, now="2026-11-17T15:00:00Z", local_starts=[starts]).seat(person.at("2026-11-17T15:00:00Z"))
        person.at(MONDAY)
    made = person.peer.post(PATH, words("no_contact", counts_from="now")).created()
    assert made["call"]["by"] == later(MONDAY, minutes=minutes) and made["call"]["coordinator"] is None
    assert made["call"]["who"] == {"en": "Whoever is on duty calls you.", "fr": "La personne de garde vous appelle."}


def test_what_is_declared_meanwhile_joins_what_waits(client, coordinator):
    """DESIGN 5b.2: one alarm, one look; the call comes nearer, never later."""
    person = open_person(client, now=MONDAY)
    first = named(person.peer, unique("Kim"))
    second = named(person.at(later(MONDAY, hours=10)).peer, unique("Kim"))
    assert (first["joins_id"], second["joins_id"]) == (None, first["id"]) and second["call"] == first["call"]
    at = later(MONDAY, hours=11)
    third = person.at(at).peer.post(PATH, words("no_contact", counts_from="now")).created()
    assert third["joins_id"] == first["id"] and third["call"]["by"] == later(at, hours=1)
    read = [person.peer.get(made.path).ok() for made in (first, second, third)]
    assert [r["call"] for r in read] == [third["call"]] * 3
    assert [r["counts_from"] for r in read] == ["now", "before_my_next_placement", "now"]
    fourth = named(person.at(later(at, minutes=30)).peer, unique("Kim"))
    assert fourth["call"] == third["call"]
    person.peer.post(f"{first.path}/withdraw").ok()
    clock(later(at, minutes=45), coordinator)
    done = talked(coordinator, second)
    assert (done["conversation_at"], done["conversation_by"], done["call"]) == (later(at, minutes=45), ME, None)
    for made in (first, second, third, fourth):
        seen = person.peer.get(made.path).ok()
        assert (seen["conversation_at"], seen["conversation_by"], seen["call"]) == (done["conversation_at"], None, None)
    # What is declared from then on begins anew.
    assert named(person.at(later(at, hours=1)).peer, unique("Kim"))["joins_id"] is None


def test_what_is_declared_at_once_and_while_they_talk_is_one_conversation_or_the_next(client, coordinator, db):
    """DESIGN 5b.2: nothing falls between two calls."""
    person = open_person(client)
    first = named(person.peer, unique("Kim"))
    talk = client("coordinator", OTHER_COORDINATOR)

    def act(number):
        return named(client("peer", person.account), unique("Kim")) if number < 4 else talk.post(f"{first.path}/conversation").ok()

    at_once(5, act)
    rows = [person.peer.get(d["path"]).ok() for d in ({"path": f"{PATH}/{d['id']}"} for d in person.peer.get(PATH).ok().data)]
    assert len(rows) == 5
    assert {d["id"] for d in rows if d["call"] is None} >= {first["id"]}
    assert len({d["call"]["by"] for d in rows if d["call"]}) <= 1
    assert len([d for d in rows if d["joins_id"] is None and d["conversation_at"] is None]) <= 1
    assert Invariants(db).broken([]) == []


def test_a_conversation_is_recorded_once_and_stands_in_the_declarers_file(client, person, host, coordinator):
    """DESIGN 5b.3: as any act of a coordinator with them."""
    declaration, of_host = declare(person.peer).created(), declare(host.client).created()
    done = talked(coordinator, declaration)
    assert talked(client("coordinator", OTHER_COORDINATOR), declaration).json == done.json
    seen = [(e["action"], e["role"]) for e in person.peer.get(f"{person.path}/audit-events").ok().data if e["object_type"] == "conflict_declaration"]  # fmt: skip
    assert [entry for entry in seen if entry[1] != "peer"] == [("talk", "coordinator")]
    assert talked(coordinator, of_host)["conversation_by"] == ME
    quebec, elsewhere = client("coordinator", QUEBEC_COORDINATOR), declare(open_person(client, region="ON").peer).created()
    is_hidden(quebec, "POST", f"{elsewhere.path}/conversation")
    for who in (person.peer, host.client):
        who.post(f"{elsewhere.path}/conversation").problem(403, "forbidden")


def test_a_coordinators_own_has_been_talked_about(person, coordinator):
    made = declare(coordinator, for_participant_id=person.id).created()
    assert (made["conversation_at"], made["conversation_by"], made["call"]) == (made["created_at"], ME, None)


def test_the_queue_holds_every_declaration_whoever_is_to_be_called_first_comes_first(client, coordinator):
    """DESIGN 5b.3: matched or not, in the same place."""
    name, made = unique("Kim"), {}
    open_person(client).contact(name_to_use=name).ok()
    for hours, said in ((0, {"name": name}), (30, {}), (1, {"counts_from": "now"}), (2, {})):
        who = open_person(client, now=later(MONDAY, hours=hours))
        made[hours] = who.peer.post(PATH, words("no_contact", **said)).created()
    joined = who.peer.post(PATH, words("no_contact")).created()
    compared(client.db)
    ours = [d["id"] for d in (*made.values(), joined)]

    def queue(**params):
        return [d["id"] for d in walk(coordinator, PATH, params={"state": "waiting"} | params) if d["id"] in ours]

    places = sorted((d["call"]["by"], d["id"]) for d in (*made.values(), joined))
    assert places[0][1] == made[1]["id"] and places[-1][1] == made[30]["id"]
    for limit in (1, 50):
        assert queue(limit=limit) == [place[1] for place in places]
    assert queue(participant_id=coordinator.get(made[2].path).ok()["for_participant_id"]) == [p[1] for p in places if p[1] in (made[2]["id"], joined["id"])]  # fmt: skip
    talked(coordinator, joined)
    assert queue(limit=50) == [place[1] for place in places if place[1] not in (made[2]["id"], joined["id"])]
    # Their own, to whoever declared.
    assert [d["id"] for d in who.peer.get(PATH, params={"state": "waiting"}).ok().data] == []


# ---- lists, and who sees what ----


def test_the_list_is_newest_first_and_paged(client, coordinator):
    person = open_person(client)
    made = [declare(person.peer).created()["id"] for _ in range(5)]
    person.peer.post(f"{PATH}/{made[1]}/withdraw").ok()
    newest_first = made[::-1]
    for who, more in ((person.peer, {}), (coordinator, {"participant_id": person.id})):
        assert [d["id"] for d in walk(who, PATH, params={"limit": 2} | more)] == newest_first
        assert [d["id"] for d in who.get(PATH, params={"state": "withdrawn"} | more).ok().data] == [made[1]]
        standing = [d["id"] for d in walk(who, PATH, params={"state": "standing", "limit": 3} | more)]
        assert standing == [d for d in newest_first if d != made[1]]
    # All that a coordinator handles: of everybody, newest first.
    everything = walk(coordinator, PATH, params={"limit": 20})
    assert set(made) <= {d["id"] for d in everything}
    moments = [d["created_at"] for d in everything]
    assert moments == sorted(moments, reverse=True)
    assert coordinator.get(PATH, params={"participant_id": ABSENT}).ok().data == []
    for bad in ({"state": "lifted"}, {"participant_id": "me"}, {"limit": 0}, {"sort": "kind"}):
        coordinator.get(PATH, params=bad).problem(400).fault(next(iter(bad)))


def test_a_coordinator_handles_what_is_about_people_they_serve(client, coordinator):
    """I13, R14: by region, also after a move; never about somebody they are excluded from, nor about themselves."""
    quebec, colleague = client("coordinator", QUEBEC_COORDINATOR), client("coordinator", OTHER_COORDINATOR)
    person = open_person(client, region="ON")
    declaration = declare(person.peer).created()
    colleague.get(declaration.path).ok()
    is_hidden(quebec, "GET", declaration.path)
    is_hidden(quebec, "POST", f"{declaration.path}/withdraw")
    assert declaration["id"] not in str(quebec.get(PATH, params={"limit": 100}).ok().json)
    coordinator.patch(person.path, {"region": "QC"}, if_match="*").ok()
    assert quebec.get(declaration.path).ok()["for_participant_id"] == person.id
    assert declaration["id"] in [d["id"] for d in quebec.get(PATH, params={"limit": 100}).ok().data]
    coordinator.post(f"{person.path}/exclusions", {"account_id": OTHER_COORDINATOR, "reason": "asked_by_peer"}).created()
    is_hidden(colleague, "GET", declaration.path)
    is_hidden(colleague, "POST", f"{declaration.path}/withdraw")
    assert colleague.get(PATH, params={"participant_id": person.id}).ok().data == []


def test_i13_who_is_meant_by_a_name_does_not_hear_of_it(client, administrator, coordinator):
    """I13: not even a coordinator whose name it is: the declaration is hidden by what only its digest says."""
    name = unique("Charlie")
    made = administrator.post("/v1/staff", {"role": "coordinator", "name": name, "alias": unique("C"), "email": f"{unique('c').replace(' ', '.')}@example.org",
        "languages": ["en"]}).created()  # fmt: skip
    meant = client("coordinator", made["id"])
    person = open_person(client)
    other = declare(person.peer).created()
    meant.get(other.path).ok()
    talked(coordinator, other)
    about = named(person.peer, name)
    joined = declare(person.peer).created()
    meant.get(other.path).ok()
    # Nobody talks about a part of what is talked about together.
    is_hidden(meant, "GET", joined.path)
    is_hidden(meant, "POST", f"{joined.path}/conversation")
    is_hidden(meant, "GET", about.path)
    is_hidden(meant, "POST", f"{about.path}/withdraw")
    assert [d["id"] for d in meant.get(PATH, params={"participant_id": person.id}).ok().data] == [other["id"]]
    assert met(coordinator, about) == [made["id"]]


def test_another_persons_declaration_does_not_exist(client, person, host):
    """404 hides: other's and absent ones are answered alike, for every role that may declare."""
    of_peer, of_host = declare(person.peer).created(), declare(host.client).created()
    for who, path in ((open_person(client).peer, of_peer.path), (host.client, of_peer.path), (person.peer, of_host.path)):
        is_hidden(who, "GET", path)
        is_hidden(who, "POST", f"{path}/withdraw")


def test_who_has_seen_my_file_tells_nobody_that_a_coordinator_works_on_it(person, coordinator, db):
    """A6.5 silence: a peer finds their own declarations in their audit, and nothing that others did about them."""
    declaration = declare(person.peer).created()
    coordinator.get(declaration.path).ok()
    coordinator.get(PATH, params={"participant_id": person.id}).ok()
    declare(coordinator, for_participant_id=person.id).created()
    seen = [e for e in person.peer.get(f"{person.path}/audit-events").ok().data if e["object_type"].startswith("conflict")]
    assert [(e["action"], e["role"]) for e in seen] == [("create", "peer")]
    rows = db.execute("select action, role, fields from audit_events where object_id = %s order by at, action", (declaration["id"],))
    assert rows.fetchall() == [("create", "peer", ["kind"]), ("read", "coordinator", [])]


def test_the_answer_is_kept_for_a_repeated_request(person):
    body = {"kind": "no_contact", "name": unique("Kim")}
    key = unique("key").replace(" ", "-")
    made = person.peer.post(PATH, body, idempotency_key=key).created()
    again = person.peer.post(PATH, body, idempotency_key=key).created()
    assert bare(again)[1] == bare(made)[1] and again.headers["Idempotent-Replayed"] == "true"
    assert len(person.peer.get(PATH).ok().data) == 1
