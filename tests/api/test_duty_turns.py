# SPDX-License-Identifier: MIT
"""Turns: each time a shift comes round, on the clock of its own zone (decisions 12, 20 and 22)."""

from steps import walk
from steps.duty import NOW, TURNS, OnCall, shift, times, turns


def test_a_weekly_shift_comes_round(lead, anna):
    shift(lead, anna.id, "2026-12-07T17:00", "2026-12-08T09:00", is_weekly=True, last_on="2027-01-11").created()
    assert times(turns(lead)) == [
        ("2027-01-04T17:00", "2027-01-05T09:00", anna.id), ("2027-01-11T17:00", "2027-01-12T09:00", anna.id)]  # fmt: skip
    # One under way is one of them; one that is over is not; before the first there is none.
    assert [entry["local_on"] for entry in turns(lead, **{"from": "2026-12-08T13:59:00Z", "days": 1})] == ["2026-12-07"]
    assert turns(lead, **{"from": "2026-12-08T14:00:00Z", "days": 6}) == []
    assert turns(lead, **{"from": "2026-11-01T00:00:00Z", "days": 36}) == []
    assert [entry["local_on"] for entry in walk(lead, TURNS, params={"limit": 1, "days": 92, "from": "2026-12-01T00:00:00Z"})] == [
        "2026-12-07", "2026-12-14", "2026-12-21", "2026-12-28", "2027-01-04", "2027-01-11"]  # fmt: skip


def test_the_clocks_change_and_the_wall_time_stays(lead, anna):
    """Decision 12: 17:00 is 17:00; the moment is another one. Decision 20: an hour that comes twice is the first one."""
    shift(lead, anna.id, "2027-03-07T17:00", "2027-03-08T09:00", is_weekly=True).created()
    before, after = turns(lead, **{"from": "2027-03-07T00:00:00Z", "days": 14})
    assert (before["starts_at"], before["utc_offset"]) == ("2027-03-07T22:00:00Z", "-05:00")
    assert (after["starts_at"], after["utc_offset"]) == ("2027-03-14T21:00:00Z", "-04:00")
    # Nobody is off duty for an hour that is skipped, nor on for one that comes again.
    shift(lead, anna.id, "2027-03-14T02:30", "2027-03-14T12:00", step="back_up").created()
    (skipped,) = [entry for entry in turns(lead, **{"from": "2027-03-14T00:00:00Z", "days": 1}) if entry["step"] == "back_up"]
    assert skipped["starts_at"] == "2027-03-14T07:30:00Z"
    shift(lead, anna.id, "2027-11-07T01:30", "2027-11-07T12:00", step="back_up").created()
    (twice,) = [entry for entry in turns(lead, **{"from": "2027-11-07T00:00:00Z", "days": 1}) if entry["step"] == "back_up"]
    assert twice["starts_at"] == "2027-11-07T05:30:00Z"
    shift(lead, anna.id, "2027-01-06T17:00", "2027-01-06T20:00", timezone="America/Vancouver").created()
    assert turns(lead, days=3)[0]["starts_at"] == "2027-01-07T00:00:00Z", "-07:00 for good (2026)"


def test_whoever_is_gone_is_not_on_call(lead, anna, client, administrator):
    """Decision 22: gone, of another role, or no longer serving that region."""
    moving = OnCall(client, administrator, regions=["QC", "ON"], alias="Maude")
    shift(lead, anna.id, "2027-01-05T17:00", "2027-01-06T09:00").created()
    shift(lead, moving.id, "2027-01-05T17:00", "2027-01-06T09:00", regions=["QC", "ON"]).created()
    assert {entry["alias"] for entry in turns(lead, region="ON")} == {"Anna", "Maude"}
    assert {entry["alias"] for entry in turns(lead, region="BC")} == {"Anna"}
    administrator.patch(moving.path, {"regions": ["QC"]}, if_match="*").ok()
    assert {entry["alias"] for entry in turns(lead, region="ON")} == {"Anna"}
    assert {entry["alias"] for entry in turns(lead, region="QC")} == {"Anna", "Maude"}
    administrator.patch(moving.path, {"regions": ["BC"]}, if_match="*").ok()
    administrator.patch(anna.path, {"is_active": False}, if_match="*").ok()
    assert turns(lead) == []


def test_everybody_on_call_reads_all_of_it(lead, anna, client):
    shift(lead, anna.id, "2027-01-05T17:00", "2027-01-06T09:00", regions=["ON"]).created()
    expected = turns(lead)
    for role in ("mental_health_professional", "coordinator"):
        who = client(role)
        assert who.get(TURNS, params={"from": NOW, "days": 14}, now=NOW).ok().data == expected
    assert turns(lead, account_id=anna.id) == expected and turns(lead, account_id=lead.account) == []
