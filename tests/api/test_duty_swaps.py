# SPDX-License-Identifier: MIT
"""Swaps: a turn changes hands when both agree (decision 22)."""

import pytest
from steps import ABSENT, at_once
from steps.duty import NOW, SWAPS, OnCall, shift, turns
from steps.journey import is_hidden

DAY, OTHER_DAY = "2027-01-05", "2027-01-06"


@pytest.fixture
def ben(client, administrator):
    return OnCall(client, administrator, "mental_health_professional", alias="Ben")


@pytest.fixture
def hers(lead, anna):
    return shift(lead, anna.id, f"{DAY}T17:00", f"{OTHER_DAY}T09:00", is_weekly=True).created()


@pytest.fixture
def his(lead, ben):
    return shift(lead, ben.id, f"{OTHER_DAY}T17:00", "2027-01-07T09:00", is_weekly=True).created()


def ask(who, of_shift, day, other, **more):
    return who.client.post(SWAPS, {"shift_id": of_shift["id"], "local_on": day, "to_account_id": other.id} | more)


def step(who, swap, name, if_match="*"):
    return who.client.post(f"{swap.path}/{name}", if_match=if_match)


def holders(lead, **params):
    return {entry["local_on"]: entry["alias"] for entry in turns(lead, **params)}


def test_a_turn_passes_when_the_other_agrees(lead, anna, ben, hers, his):
    given = {"shift_id": his["id"], "local_on": OTHER_DAY}
    swap = ask(anna, hers, DAY, ben, in_return=given).created()
    assert (swap["state"], swap["from_alias"], swap["to_alias"], swap["in_return"]) == ("asked", "Anna", "Ben", given)
    assert holders(lead, days=4) == {DAY: "Anna", OTHER_DAY: "Ben"}, "it stays theirs until then"
    agreed = step(ben, swap, "agree", swap).ok()
    assert agreed["state"] == "agreed" and agreed["decided_at"] == NOW
    assert holders(lead, days=10) == {DAY: "Ben", OTHER_DAY: "Anna", "2027-01-12": "Anna", "2027-01-13": "Ben"}, "of that day alone"
    assert anna.client.get(SWAPS).ok().data == ben.client.get(SWAPS, params={"state": "agreed"}).ok().data == [agreed.json]
    # And may pass on, or back.
    back = ask(ben, hers, DAY, anna).created()
    step(anna, back, "agree").ok()
    assert holders(lead, days=2)[DAY] == "Anna"


def test_only_who_is_asked_answers(lead, anna, ben, hers, client, administrator):
    swap = ask(anna, hers, DAY, ben).created()
    for name in ("agree", "decline"):
        assert step(anna, swap, name).problem(409, "conflict")["reason"] == "other-party"
    assert step(ben, swap, "withdraw").problem(409, "conflict")["reason"] == "other-party"
    carol = OnCall(client, administrator)
    for name in ("agree", "decline", "withdraw"):
        is_hidden(carol.client, "POST", f"{swap.path}/{name}")
    is_hidden(carol.client, "GET", swap.path)
    assert carol.client.get(SWAPS).ok().data == [] and lead.get(swap.path).ok().json == swap.json
    step(anna, swap, "agree", None).problem(428, "precondition-required")
    assert step(ben, swap, "decline").ok()["state"] == "declined"
    for who, name in ((ben, "agree"), (ben, "decline"), (anna, "withdraw")):
        assert step(who, swap, name).problem(409, "conflict-state")["state"] == "declined"
    again = ask(anna, hers, DAY, ben).created()
    assert step(anna, again, "withdraw").ok()["state"] == "withdrawn"
    assert holders(lead, days=2) == {DAY: "Anna"}


def test_what_cannot_be_asked(lead, anna, ben, hers, his, client, administrator):
    def refused(field, code, who=anna, of=hers, day=DAY, other=ben, **more):
        ask(who, of, day, other, **more).problem(422, "validation-failed").fault(f"#/{field}", code)

    refused("to_account_id", "invalid", other=anna)
    refused("local_on", "not-allowed", of=his, day=OTHER_DAY, other=anna, who=OnCall(client, administrator))
    refused("local_on", "does-not-exist", day=OTHER_DAY)
    refused("local_on", "does-not-exist", of={"id": ABSENT})
    refused("in_return/local_on", "not-allowed", in_return={"shift_id": hers["id"], "local_on": "2027-01-12"})
    refused("to_account_id", "not-allowed", other=OnCall(client, administrator, regions=["QC"]))
    over = shift(lead, anna.id, "2027-01-03T17:00", "2027-01-04T09:00").created()
    refused("local_on", "in-the-past", of=over, day="2027-01-03")
    ask(anna, hers, DAY, ben).created()
    ask(anna, hers, DAY, ben).problem(409, "conflict").fault("#/local_on", "taken")
    quebec = OnCall(client, administrator, regions=["QC"])
    theirs = shift(lead, quebec.id, f"{OTHER_DAY}T17:00", "2027-01-07T09:00", regions=["QC"]).created()
    refused("to_account_id", "not-allowed", who=ben, of=his, day=OTHER_DAY, other=quebec)
    assert ask(quebec, theirs, OTHER_DAY, ben).created()


def test_what_has_changed_meanwhile_is_looked_at_again(lead, anna, ben, hers, administrator, client):
    """A turn passes on once: who has agreed to it elsewhere no longer gives it."""
    carol = OnCall(client, administrator)
    swap = ask(anna, hers, DAY, ben).created()
    administrator.patch(ben.path, {"is_active": False}, if_match="*").ok()
    step(anna, swap, "withdraw").ok()
    other = ask(anna, hers, DAY, carol).created()
    administrator.patch(anna.path, {"is_active": False}, if_match="*").ok()
    assert step(carol, other, "agree").problem(409, "conflict")["reason"] == "turn-passed"


def test_of_many_who_agree_at_once_one_does(lead, anna, ben, hers):
    swap = ask(anna, hers, DAY, ben).created()
    answers = at_once(6, lambda n: step(ben, swap, "agree" if n % 2 else "decline").status)
    assert sorted(answers).count(200) == 1 and set(answers) == {200, 409}
