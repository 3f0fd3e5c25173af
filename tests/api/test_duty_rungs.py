# SPDX-License-Identifier: MIT
"""The ladder: duty, back-up, the program lead; it is never empty (decision 22)."""

import random

from steps import ADMINISTRATOR, OTHER_ADMINISTRATOR
from steps.duty import REGIONS, RUNGS, OnCall, shift

START, END = "2027-01-04T09:00", "2027-01-04T17:00"


def ladder(who, region=None, at=None):
    params = {name: value for name, value in (("region", region), ("at", at)) if value}
    listed = who.get(RUNGS, params={"limit": 100} | params).ok().data
    return [(entry["step"], entry["account_id"]) for entry in listed if entry["step"] != "lead"], [
        entry["account_id"] for entry in listed if entry["step"] == "lead"]  # fmt: skip


def test_who_is_called_and_who_then(lead, client, administrator):
    anna, ben, quebec = (OnCall(client, administrator, regions=regions) for regions in ((), (), ["QC"]))
    shift(lead, anna.id, START, END).created()
    shift(lead, ben.id, START, END, step="back_up").created()
    shift(lead, quebec.id, START, END, regions=["QC"]).created()
    both = sorted([anna.id, quebec.id])
    assert ladder(lead, "QC")[0] == [("duty", both[0]), ("duty", both[1]), ("back_up", ben.id)]
    assert ladder(lead, "ON")[0] == ladder(anna.client, "ON")[0] == [("duty", anna.id), ("back_up", ben.id)]
    assert ladder(lead)[0] == [("duty", anna.id), ("back_up", ben.id)], "whose region is not known is in none of those that are named"
    (first, *_) = lead.get(RUNGS, params={"region": "ON"}).ok().data
    assert first["until"] == "2027-01-04T22:00:00Z"
    assert ladder(lead, "ON", "2027-01-04T22:00:00Z")[0] == [], "the turn is over"
    # Nobody is called twice.
    shift(lead, anna.id, START, END, step="back_up").created()
    assert ladder(lead, "ON")[0] == [("duty", anna.id), ("back_up", ben.id)]


def test_it_ends_with_the_lead_always(lead, client, administrator, db):
    """What would empty it is refused: the last active administrator stays."""
    leads = {str(id) for (id,) in db.execute("select id from accounts where role = 'administrator' and is_active")}
    assert set(ladder(lead)[1]) == leads and ADMINISTRATOR in leads
    for account in leads - {ADMINISTRATOR}:
        administrator.patch(f"/v1/staff/{account}", {"is_active": False}, if_match="*").ok()
    try:
        assert (
            administrator.patch(f"/v1/staff/{ADMINISTRATOR}", {"is_active": False}, if_match="*").problem(409, "conflict")["reason"]
            == "last-administrator"
        )
        assert ladder(lead) == ([], [ADMINISTRATOR])
    finally:
        db.execute("update accounts set is_active = true where id = any (%s)", ([*leads, OTHER_ADMINISTRATOR],))


def test_somebody_is_reached_whatever_the_roster(lead, client, administrator):
    """Random rosters: the steps come in order, nobody twice, only who serves the region, and in the end the lead."""
    dice = random.Random(2027)
    people = [OnCall(client, administrator, regions=dice.choice(((), ["QC"], ["ON", "MB"]))) for _ in range(5)]
    served = {one.id: set(one.made["regions"] or REGIONS) for one in people}
    planned = []
    for _ in range(25):
        one, hour = dice.choice(people), dice.randrange(24)
        regions = dice.sample(sorted(served[one.id]), k=min(2, len(served[one.id])))
        start, end = f"2027-01-{dice.randrange(4, 7):02d}T{hour:02d}:00", f"2027-01-{dice.randrange(7, 9):02d}T{hour:02d}:00"
        step = dice.choice(["duty", "back_up"])
        shift(lead, one.id, start, end, step=step, regions=regions).created()
        planned.append((one.id, step, set(regions), start, end))
    for _ in range(40):
        region, hour = dice.choice(REGIONS), dice.randrange(24)
        at = f"2027-01-{dice.randrange(4, 10):02d}T{hour:02d}:30"
        on_call = {
            step: {who for who, of, regions, start, end in planned if of == step and region in regions and start <= at < end}
            for step in ("duty", "back_up")
        }
        rungs, leads = ladder(lead, region, f"{at}:00-05:00")
        assert {who for step, who in rungs if step == "duty"} == on_call["duty"]
        assert {who for step, who in rungs if step == "back_up"} == on_call["back_up"] - on_call["duty"]
        assert [step for step, _ in rungs] == sorted((step for step, _ in rungs), key=["duty", "back_up"].index)
        assert leads, "somebody always"
