# SPDX-License-Identifier: MIT
"""Every coordinator has somebody who is there when they are not, whatever was named (decision 22)."""

import pytest
from steps import ABSENT, COORDINATOR, NUMBERS
from steps.journey import QUEBEC_COORDINATOR

AWAY = {"starts_on": "2099-12-21", "ends_on": "2099-12-31"}
DURING = "2099-12-25T15:00:00Z"


@pytest.fixture
def hire(client, administrator):
    def make(**changes):
        body = {"role": "coordinator", "name": "Sam Roy", "email": f"back.up.{next(NUMBERS)}@example.org", "languages": ["en"]}
        made = administrator.post("/v1/staff", body | changes).created()
        who = client("coordinator", made["id"])
        who.id, who.made, who.path = made["id"], made, f"/v1/colleagues/{made['id']}"
        who.backed_by = lambda other: who.put(f"{who.path}/back-up", {"back_up_account_id": other}).ok()
        who.away = lambda **more: who.post(f"{who.path}/absences", AWAY | more).created()
        return who

    return make


def stands_in(who, coordinator, now=DURING):
    return coordinator.get(f"{who.path}/back-up", now=now).ok()["stand_in_account_id"]


def test_there_is_one_before_anybody_is_named(hire, coordinator):
    new = hire(regions=["QC"])
    seen = coordinator.get(f"{new.path}/back-up").ok()
    assert (seen["is_named"], seen["is_away"], seen["stand_in_account_id"]) == (False, False, None)
    assert seen["back_up_account_id"] not in (None, new.id)


def test_one_is_named(hire, administrator, coordinator):
    new = hire()
    seen = new.backed_by(QUEBEC_COORDINATOR)
    assert (seen["back_up_account_id"], seen["is_named"]) == (QUEBEC_COORDINATOR, True)
    administrator.put(f"{new.path}/back-up", {"back_up_account_id": COORDINATOR}).ok()
    assert coordinator.get(f"{new.path}/back-up").ok()["back_up_account_id"] == COORDINATOR
    for account in (new.id, ABSENT, "00000000-0000-4000-8000-000000000002"):
        refused = new.put(f"{new.path}/back-up", {"back_up_account_id": account})
        refused.problem(422).fault("#/back_up_account_id", "does-not-exist")


def test_who_is_named_for_the_absence_goes_before_the_back_up(hire, coordinator):
    new, back_up, other = hire(), hire(), hire()
    new.backed_by(back_up.id)
    assert stands_in(new, coordinator) is None
    new.away()
    assert stands_in(new, coordinator) == back_up.id
    new.away(stand_in_account_id=other.id)
    assert stands_in(new, coordinator) == other.id
    other.away()
    other.backed_by(back_up.id)
    assert stands_in(new, coordinator) == back_up.id, "theirs, when they are away as well"


def test_two_who_are_each_others_and_both_away(hire, coordinator):
    one, other = hire(), hire()
    one.backed_by(other.id)
    other.backed_by(one.id)
    one.away()
    other.away()
    assert stands_in(one, coordinator) not in (None, one.id, other.id)


def test_a_back_up_who_is_gone(hire, administrator, coordinator):
    new, back_up = hire(), hire()
    new.backed_by(back_up.id)
    new.away()
    administrator.patch(f"/v1/staff/{back_up.id}", {"is_active": False}, if_match="*").ok()
    assert stands_in(new, coordinator) not in (None, new.id, back_up.id)
    assert coordinator.get(f"{new.path}/back-up").ok()["back_up_account_id"] != back_up.id


def test_of_other_regions_it_is_for_others_to_name(client, hire):
    one = hire()
    elsewhere = client("coordinator", QUEBEC_COORDINATOR)
    refused = elsewhere.put(f"{one.path}/back-up", {"back_up_account_id": QUEBEC_COORDINATOR}).problem(409, "conflict")
    assert refused["reason"] == "other-regions"
