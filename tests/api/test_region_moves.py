# SPDX-License-Identifier: MIT
"""A person moves, and their file with them when they agree (S0.24, R14, decision 22)."""

import pytest
from steps import ABSENT, COORDINATOR, NUMBERS, walk
from steps.groups import ready
from steps.journey import Intake, is_hidden, open_person


@pytest.fixture
def hire(client, administrator):
    def make(*regions):
        body = {"role": "coordinator", "name": "Jo Roy", "email": f"moves.{next(NUMBERS)}@example.org", "languages": ["en"]}
        made = administrator.post("/v1/staff", body | {"regions": list(regions)}).created()
        who = client("coordinator", made["id"])
        who.id = made["id"]
        return who

    return make


@pytest.fixture
def yukon(hire):
    return hire("YT")


def move(who, person, region, **changes):
    return who.post(f"{person.path}/region-moves", {"region": region, "agreed": True} | changes)


def test_a_file_goes_where_the_person_lives_now(client, hire, yukon, administrator):
    """Out of one's own regions, with the person's yes; whoever serves them there takes over."""
    nunavut = hire("NU")
    person = open_person(client, coordinator=yukon, region="YT")
    intake = Intake(person)
    moved = move(yukon, person, "NU").ok()
    assert (moved["from_region"], moved["to_region"], moved["said_by"], moved["recorded_by"]) == ("YT", "NU", "coordinator", yukon.id)
    is_hidden(yukon, "GET", person.path)
    seen = nunavut.get(person.path).ok()
    assert (seen["region"], seen["coordinator_id"]) == ("NU", nunavut.id)
    assert nunavut.get(intake.path).ok()["coordinator_id"] == nunavut.id
    assert [row["id"] for row in walk(nunavut, f"{person.path}/region-moves")] == [moved["id"]]
    rows = [row for row in walk(nunavut, "/v1/hand-overs") if row["participant_id"] == person.id]
    assert {(row["kind"], row["reason"]) for row in rows} == {("participant", "moved"), ("intake", "moved")}
    mine = walk(person.peer, f"{person.path}/region-moves")
    assert [(row["to_region"], row["recorded_by"]) for row in mine] == [("NU", None)]
    looks = walk(person.peer, f"{person.path}/audit-events")
    assert ["agreed", "region"] in [look["fields"] for look in looks if look["action"] == "move"]


def test_a_peer_moves_themself(client, hire, yukon):
    territories = hire("NT")
    person = open_person(client, coordinator=yukon, region="YT")
    moved = move(person.peer, person, "NT").ok()
    assert (moved["said_by"], moved["recorded_by"]) == ("peer", None)
    assert territories.get(person.path).ok()["coordinator_id"] == territories.id
    person.peer.patch(person.path, {"region": "YT"}, if_match="*").problem(422).fault("#/region", "not-allowed")


def test_who_serves_both_stays(client, coordinator, hire):
    hire("PE")
    person = open_person(client, region="ON")
    move(coordinator, person, "PE").ok()
    assert coordinator.get(person.path).ok()["coordinator_id"] == COORDINATOR


def test_without_a_yes_nothing_moves(client, yukon):
    person = open_person(client, coordinator=yukon, region="YT")
    move(yukon, person, "NU", agreed=False).problem(422).fault("#/agreed")
    yukon.post(f"{person.path}/region-moves", {"region": "NU"}).problem(422).fault("#/agreed", "required")
    move(yukon, person, "YT").problem(422).fault("#/region", "invalid")
    move(yukon, person, "ZZ").problem(422).fault("#/region", "not-allowed")
    assert yukon.get(person.path).ok()["region"] == "YT"


def test_not_to_somebody_for_whom_they_do_not_exist(client, coordinator, yukon, hire):
    """I13, R14: nor does a correction of the region within one's own leave the file with them."""
    other = hire("NL")
    person = open_person(client, coordinator=yukon, region="YT")
    coordinator.post(f"{person.path}/exclusions", {"account_id": other.id, "reason": "asked_by_peer"}).created()
    move(yukon, person, "NL").ok()
    assert coordinator.get(person.path).ok()["coordinator_id"] not in (yukon.id, other.id)


def test_a_correction_within_ones_regions_takes_the_work_along(client, coordinator, yukon, hire):
    island = hire("PE")
    person = open_person(client, coordinator=yukon, region="YT")
    coordinator.patch(person.path, {"region": "PE"}, if_match="*").ok()
    assert coordinator.get(person.path).ok()["coordinator_id"] not in (yukon.id, None)
    island.get(person.path).ok()


def test_who_waits_waits_there(client, hire):
    west = hire("NT")
    person = ready(client, region="QC")
    quebec = hire("QC")
    move(quebec, person, "NT").ok()
    assert person.id in [row["participant_id"] for row in walk(west, "/v1/waiting-people")]
    assert person.id not in [row["participant_id"] for row in walk(quebec, "/v1/waiting-people")]


def test_nobody_there(client, yukon, db):
    """The region of nobody: the file stays where somebody serves it."""
    person = open_person(client, coordinator=yukon, region="YT")
    colleagues = db.execute(
        "update accounts set is_active = false where role = 'coordinator' and id <> %s and is_active returning id", (yukon.id,)
    ).fetchall()
    try:
        assert move(yukon, person, "NU").problem(409, "conflict")["reason"] == "nobody-serves"
        assert yukon.get(person.path).ok()["region"] == "YT"
    finally:
        db.execute("update accounts set is_active = true where id = any (%s)", ([row[0] for row in colleagues],))


def test_somebody_elses_file_is_not_there(client, yukon):
    person, stranger = open_person(client, region="QC"), open_person(client)
    for who in (yukon, stranger.peer):
        move(who, person, "NU").problem(404)
        who.get(f"{person.path}/region-moves").problem(404)
    yukon.post(f"/v1/participants/{ABSENT}/region-moves", {"region": "NU", "agreed": True}).problem(404)
