# SPDX-License-Identifier: MIT
"""Who comes to a session: aliases for those who lead it, never for peers (decision 5, A6.8, R2, I13, R14)."""

import pytest
from steps import OTHER_COORDINATOR, walk
from steps.evenings import Evening, audited, informal
from steps.groups import COORDINATED
from steps.journey import QUEBEC_COORDINATOR, is_hidden, own_case, unique

NEEDS = "Captions, and a slow pace"


@pytest.fixture
def evening(client, db):
    db.execute("delete from back_ups")
    made = Evening(client, people=2)
    first, second = (seat.person for seat in made.seats)
    first.peer.patch(first.path, {"pronouns": "she/her", "accessibility_needs": NEEDS}, if_match="*").ok()
    second.reachable(name_to_use="Legalname Person", phone="+1 613 555 0187")
    return made


def entries(who, evening):
    return who.get(f"{evening.path}/roster").ok()["data"]


def test_a_peer_supporter_sees_aliases_pronouns_and_needs(evening):
    """A6.8: no name, no address, no id of a person, nothing of the intake; by alias, so the order says nothing."""
    answer = evening.supporter.client.get(f"{evening.path}/roster").ok()
    assert answer["session_id"] == evening.session["id"]
    seen = {entry["enrolment_id"]: entry for entry in answer["data"]}
    assert list(seen) == [s.id for s in sorted(evening.seats, key=lambda s: s.person.made["alias"])]
    for seat, pronouns, needs in zip(evening.seats, ("she/her", None), (NEEDS, None), strict=True):
        assert seen[seat.id] == {
            "enrolment_id": seat.id, "state": "confirmed", "place": None, "alias": seat.person.made["alias"], "pronouns": pronouns,
            "accessibility_needs": needs, "is_ready": None, "is_coming": True, "participant_id": None}  # fmt: skip
        for secret in (seat.person.id, seat.person.account, seat.person.email or "@", "Legalname"):
            assert secret.encode() not in answer.content


def test_two_who_look_the_same_are_told_apart(evening, client):
    """A6.1: an alias is unique within any group. Whoever came later (of one moment, by id) has a number, and keeps it; nobody was told that
    there are two."""
    (early, late), alias = sorted(evening.seats, key=lambda seat: seat.id), unique("Birch")
    evening.coordinator.patch(early.person.path, {"alias": alias, "region": "BC"}, if_match="*").ok()
    evening.coordinator.patch(late.person.path, {"region": "QC"}, if_match="*").ok()
    quebec = client("coordinator", QUEBEC_COORDINATOR)
    assert quebec.patch(late.person.path, {"alias": alias.upper()}, if_match="*").ok()["alias"] == alias.upper()
    shown = {entry["enrolment_id"]: entry["alias"] for entry in entries(evening.supporter.client, evening)}
    assert shown == {early.id: alias, late.id: f"{alias.upper()} #2"}
    plan = evening.at().professional.client.get(f"{evening.path}/safety-plans/{late.id}").ok()
    assert plan["alias"] == f"{alias.upper()} #2"
    early.withdraw().ok()
    assert [entry["alias"] for entry in entries(evening.supporter.client, evening)] == [f"{alias.upper()} #2"]


def test_a_professional_sees_whether_the_intake_is_done(evening):
    """A6.8: "ready" and nothing more; a VAC professional sees no more than another."""
    for entry in entries(evening.professional.client, evening):
        assert (entry["is_ready"], entry["participant_id"]) == (True, None)
    # Decision 3: after twelve months the intake is no longer valid.
    evening.at(days=370)
    evening.change(evening.session, material=None)
    assert {entry["is_ready"] for entry in entries(evening.professional.client, evening)} == {False}


def test_a_coordinator_sees_who_it_is(evening):
    by_seat = {entry["enrolment_id"]: entry["participant_id"] for entry in entries(evening.coordinator, evening)}
    assert by_seat == {seat.id: seat.person.id for seat in evening.seats}


def test_a_coordinator_sees_those_they_serve(evening):
    """R14, A6.8: of the rest neither alias nor needs, and they act on none of them; what they record says no more than they see."""
    evening.started()
    person = evening.seats[0].person
    evening.coordinator.patch(person.path, {"region": "BC"}, if_match="*").ok()
    quebec = evening.client("coordinator", QUEBEC_COORDINATOR, headers={"X-Test-Now": evening.now})
    by_seat = {entry["enrolment_id"]: entry["participant_id"] for entry in entries(quebec, evening)}
    assert by_seat == {evening.seats[1].id: evening.seats[1].person.id}
    for seat in evening.seats:
        evening.attend(seat, "left_unexpectedly").ok()
    assert [entry["enrolment_id"] for entry in walk(quebec, f"{evening.path}/attendance")] == [evening.seats[1].id]
    is_hidden(quebec, "PUT", f"{evening.path}/attendance/{evening.seats[0].id}", {"status": "present"})
    body = {"kind": "distress", "severity": 2, "session_id": evening.session["id"]}
    quebec.post("/v1/incidents", body | {"enrolment_id": evening.seats[0].id}).problem(422).fault("#/enrolment_id", "does-not-exist")
    assert quebec.post("/v1/incidents", body | {"enrolment_id": evening.seats[1].id}).created()["participant_id"]
    of_session = {"session_id": evening.session["id"], "limit": 100}
    told = {entry["enrolment_id"]: entry["participant_id"] for entry in walk(quebec, "/v1/incidents", params=of_session)}
    assert told == {evening.seats[0].id: None, evening.seats[1].id: evening.seats[1].person.id}


def test_whoever_has_the_group_in_their_care_sees_everybody_as_a_host_does(evening, db):
    """A6.8, decision 22: the coordinator of the group, their back-up, and who stands in; and nobody is missing who asked not to be seen."""
    person, quebec = evening.seats[0].person, evening.client("coordinator", QUEBEC_COORDINATOR, headers={"X-Test-Now": evening.now})
    evening.coordinator.patch(person.path, {"region": "BC"}, if_match="*").ok()
    assert len(entries(quebec, evening)) == 1
    back_up = f"/v1/colleagues/{evening.coordinator.account}/back-up"
    evening.coordinator.put(back_up, {"back_up_account_id": QUEBEC_COORDINATOR}, if_match="*").ok()
    met = {entry["enrolment_id"]: entry["participant_id"] for entry in entries(quebec, evening)}
    assert met == {evening.seats[0].id: None, evening.seats[1].id: evening.seats[1].person.id}
    db.execute("delete from back_ups")
    assert len(entries(quebec, evening)) == 1
    unwanted = {"account_id": evening.coordinator.account, "reason": "asked_by_peer"}
    evening.client("coordinator", OTHER_COORDINATOR).post(f"{person.path}/exclusions", unwanted).created()
    met = {entry["enrolment_id"]: entry["participant_id"] for entry in entries(evening.coordinator, evening)}
    assert met == {evening.seats[0].id: None, evening.seats[1].id: evening.seats[1].person.id}


def test_a_coordinator_who_leads_meets_everybody_as_a_host_does(client, db):
    """A6.8, S2.12: whomever they serve; of the group they do not look after they learn no more than other hosts."""
    db.execute("delete from back_ups")
    evening = Evening(client, COORDINATED, people=2)
    leader, (far, near) = evening.host("coordinator"), evening.seats
    evening.administrator.patch(leader.path, {"regions": ["QC"]}, if_match="*").ok()
    evening.coordinator.patch(far.person.path, {"region": "BC"}, if_match="*").ok()
    assert len(entries(leader.client, evening)) == 1
    evening.group.assign(leader, "coordinator").created()
    evening.hosts.append(leader)
    evening.started()
    met = {entry["enrolment_id"]: entry["participant_id"] for entry in entries(leader.client, evening)}
    assert met == {far.id: None, near.id: near.person.id}
    evening.attend(far, who=leader.client).ok()
    assert [entry["enrolment_id"] for entry in walk(leader.client, f"{evening.path}/attendance")] == [far.id]
    body = {"kind": "distress", "severity": 2, "session_id": evening.session["id"], "enrolment_id": far.id}
    assert leader.client.post("/v1/incidents", body).created()["participant_id"] is None
    (group,) = [group for group in walk(leader.client, "/v1/groups", params={"limit": 100}) if group["id"] == evening.group.id]
    assert group["seats_taken"] is None


def test_how_many_are_placed_is_for_whoever_has_the_group_in_their_care(evening):
    """A6.8: beside what they see, a number would tell others that somebody is there whom they do not."""

    def listed(who):
        (found,) = [group for group in walk(who, "/v1/groups", params={"limit": 100}) if group["id"] == evening.group.id]
        return found["seats_taken"], found["is_full"]

    assert listed(evening.coordinator) == (2, False)
    assert listed(evening.client("coordinator", QUEBEC_COORDINATOR)) == (None, False)
    assert listed(evening.supporter.client) == (None, None)


def test_only_those_with_a_confirmed_seat_are_on_it(evening):
    """I8, R17: who has an offer is not there yet; who withdraws or is removed is gone at once."""
    host = evening.supporter.client
    offered = evening.seat(state="offered")
    assert {e["enrolment_id"] for e in entries(host, evening)} == {seat.id for seat in evening.seats}
    offered.accept().ok()
    assert {e["enrolment_id"] for e in entries(host, evening)} == {seat.id for seat in evening.seats}, "until it is confirmed"
    offered.confirm().ok()
    offered.hear()
    assert {e["enrolment_id"] for e in entries(host, evening)} == {offered.id, *(seat.id for seat in evening.seats)}
    evening.seats[0].withdraw().ok()
    evening.seats[1].remove().ok()
    assert [e["enrolment_id"] for e in entries(host, evening)] == [offered.id]
    evening.started()
    assert [e["state"] for e in entries(host, evening)] == ["active"]


def test_each_look_is_in_the_file_of_everybody_on_it(evening, db):
    """R14, A6.8."""
    people = sorted(seat.person.id for seat in evening.seats)
    for who, account in (
        (evening.supporter.client, evening.supporter.id),
        (evening.coordinator, evening.coordinator.account),
    ):
        entries(who, evening)
        assert audited(db, "roster", object_id=evening.session["id"])[0] == ("list", account, people)
    alias = evening.supporter.made["alias"]
    looks = evening.seats[0].person.peer.get(f"{evening.seats[0].person.path}/audit-events").ok().data
    assert any((look["object_type"], look["staff_alias"]) == ("roster", alias) for look in looks)
    for look in looks:
        assert evening.seats[1].person.id not in str(look), "nobody learns who else is in the group"


@pytest.mark.parametrize(("shift", "sees"), [({"hours": 24, "minutes": 90}, True), ({"hours": 24, "minutes": 90, "seconds": 1}, False)])
def test_hosts_see_it_until_a_day_after_the_end(evening, shift, sees):
    evening.ended().at(**shift)
    for host in evening.hosts:
        if sees:
            assert len(entries(host.client, evening)) == 2
        else:
            is_hidden(host.client, "GET", f"{evening.path}/roster")
    assert len(entries(evening.coordinator, evening)) == 2


def test_a_session_that_ran_longer_is_seen_longer(evening):
    evening.started().at(minutes=110).end().ok()
    evening.at(hours=24, minutes=110)
    assert len(entries(evening.supporter.client, evening)) == 2
    is_hidden(evening.at(hours=24, minutes=110, seconds=1).supporter.client, "GET", f"{evening.path}/roster")


def test_who_never_sees_it(evening):
    """Decision 5: a peer has no such question; hosts of other groups, and of a cancelled session, see nothing."""
    path = f"{evening.path}/roster"
    for role in ("peer", "line", "administrator"):
        evening.client(role).get(path).problem(403, "forbidden")
    evening.seats[0].person.peer.get(path).problem(403, "forbidden")
    for role in ("peer_supporter", "mental_health_professional"):
        is_hidden(evening.stranger(role), "GET", path)
    evening.cancel()
    is_hidden(evening.supporter.client, "GET", path)


def test_whom_a_peer_does_not_want_to_be_seen_by(evening):
    """DESIGN 5b.7: it looks as before until another host leads, so that nobody learns who has asked; and what happens in the room is
    recorded. I13: a peer of the group sees none of it as staff."""
    person = evening.seats[0].person
    unwanted = {"account_id": evening.professional.id, "reason": "asked_by_peer"}
    made = evening.coordinator.post(f"{person.path}/exclusions", unwanted).created()
    for host in evening.hosts:
        assert len(entries(host.client, evening)) == 2
    evening.coordinator.delete(made.path).no_content()
    own_case(evening.client, person, unwanted["account_id"])
    is_hidden(evening.professional.client, "GET", f"{evening.path}/roster")


def test_the_professional_on_call_sees_that_of_their_session(client):
    """S0.22, S1.21."""
    evening = informal(client)
    (entry,) = entries(evening.on_call.client, evening)
    assert entry["is_ready"] is True and entry["participant_id"] is None


def test_the_language_asked_for_changes_nothing_in_it(evening):
    english = evening.supporter.client.get(f"{evening.path}/roster", language="en").ok()
    french = evening.supporter.client.get(f"{evening.path}/roster", language="fr").ok()
    assert english.json == french.json and french.headers["Content-Language"] == "fr"
