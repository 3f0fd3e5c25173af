# SPDX-License-Identifier: MIT
"""Gaps: when nobody is on call, days ahead (decision 22)."""

from steps.duty import GAPS, NOW, REGIONS, RUNGS, OnCall, shift


def gaps(who, step="duty", **params):
    listed = who.get(GAPS, params={"limit": 100} | params).ok().data
    return [(entry["starts_at"], entry["ends_at"], set(entry["regions"])) for entry in listed if entry["step"] == step]


def test_an_empty_roster_is_one_gap(lead):
    listed = lead.get(GAPS, params={"days": 1}).ok().data
    assert [entry["step"] for entry in listed] == ["back_up", "duty"]
    assert {(entry["starts_at"], entry["ends_at"], entry["region_unknown"]) for entry in listed} == {
        (NOW, "2027-01-05T15:00:00Z", True)}  # fmt: skip
    assert all(set(entry["regions"]) == set(REGIONS) for entry in listed)


def test_what_is_left_open(lead, anna, client, administrator):
    quebec = OnCall(client, administrator, regions=["QC"])
    shift(lead, anna.id, "2027-01-04T17:00", "2027-01-05T09:00", is_weekly=True).created()
    shift(lead, quebec.id, "2027-01-05T08:00", "2027-01-05T10:00", regions=["QC"]).created()
    everywhere, elsewhere = set(REGIONS), set(REGIONS) - {"QC"}
    assert gaps(lead, days=1) == [(NOW, "2027-01-04T22:00:00Z", everywhere), ("2027-01-05T14:00:00Z", "2027-01-05T15:00:00Z", elsewhere)]
    assert gaps(lead, "back_up", days=1) == [(NOW, "2027-01-05T15:00:00Z", everywhere)]
    # A coordinator is shown the regions they serve; nobody a region that has somebody.
    assert gaps(quebec.client, days=1) == [(NOW, "2027-01-04T22:00:00Z", {"QC"}), ("2027-01-05T14:00:00Z", "2027-01-05T15:00:00Z", set())]
    administrator.patch(anna.path, {"is_active": False}, if_match="*").ok()
    assert ("2027-01-05T13:00:00Z", "2027-01-05T15:00:00Z", {"QC"}) not in gaps(lead, days=1)
    assert (NOW, "2027-01-05T15:00:00Z", elsewhere) in gaps(lead, days=1), "whoever is gone leaves a gap"


def test_it_is_read_page_by_page(lead, anna):
    for day in range(4, 12):
        shift(lead, anna.id, f"2027-01-{day:02d}T17:00", f"2027-01-{day:02d}T19:00").created()
    whole, met, cursor = lead.get(GAPS, params={"limit": 100, "days": 9}).ok().data, [], None
    while True:
        page = lead.get(GAPS, params={"limit": 2, "days": 9} | ({"cursor": cursor} if cursor else {})).ok()
        met += page.data
        cursor = page["page"]["next_cursor"]
        if not cursor:
            break
    assert met == whole and len(whole) == 10


def test_whoever_is_away_leaves_a_gap(lead, anna):
    """Decision 22: of those days alone, on the calendar of the place where they are away."""
    shift(lead, anna.id, "2027-01-04T17:00", "2027-01-07T09:00").created()
    absence = {"starts_on": "2027-01-05", "ends_on": "2027-01-05", "timezone": "America/Toronto"}
    lead.post(f"/v1/colleagues/{anna.id}/absences", absence).created()
    assert [(start, end) for start, end, _ in gaps(lead, days=2)] == [
        (NOW, "2027-01-04T22:00:00Z"),
        ("2027-01-05T05:00:00Z", "2027-01-06T05:00:00Z"),
    ]

    def called(at):
        return [entry["step"] for entry in lead.get(RUNGS, params={"at": at}).ok().data][:1]

    assert [called(f"2027-01-0{day}T12:00:00-05:00") for day in (5, 6)] == [["lead"], ["duty"]]
