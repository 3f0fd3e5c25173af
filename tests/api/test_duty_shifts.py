# SPDX-License-Identifier: MIT
"""Shifts on call: who plans them, for whom and for which regions (decision 22, S0.24, R6)."""

import pytest
from steps import ABSENT, walk
from steps.duty import SHIFTS, OnCall, shift
from steps.journey import is_hidden

START, END = "2027-01-04T17:00", "2027-01-05T09:00"


def test_a_shift_is_planned_and_read(lead, anna, client, db):
    made = shift(lead, anna.id, START, END, regions=["ON", "MB"], is_weekly=True, last_on="2027-03-01").created()
    assert made.path.startswith(SHIFTS) and made["alias"] == "Anna" and made["created_by"] == lead.account
    assert (made["local_start"], made["local_end"], made["timezone"]) == (START, END, "America/Toronto")
    assert (made["regions"], made["is_weekly"], made["last_on"]) == (["ON", "MB"], True, "2027-03-01")
    for who in (lead, anna.client, client("mental_health_professional"), client("coordinator")):
        assert who.get(made.path).ok().json == made.json
        assert made.json in walk(who, SHIFTS, params={"limit": 1})
    once = shift(lead, anna.id, START, END).created()
    assert (once["is_weekly"], once["last_on"], once["regions"]) == (False, None, [])
    assert [entry["id"] for entry in lead.get(SHIFTS, params={"account_id": ABSENT}).ok().data] == []
    noted = "select action, fields from audit_events where object_type = 'duty_shift' and object_id = %s order by id limit 1"
    action, fields = db.execute(noted, (made["id"],)).fetchone()
    assert action == "create" and "account_id" in fields


def test_on_call_is_who_may_see_the_files(lead, anna, client, administrator):
    """R14: a coordinator of some regions is on call for those alone; a professional for all; nobody else."""
    quebec = OnCall(client, administrator, regions=["QC"])
    shift(lead, quebec.id, START, END, regions=["QC"]).created()
    shift(lead, quebec.id, START, END, regions=["QC", "ON"]).problem(422, "validation-failed").fault("#/account_id", "not-allowed")
    shift(lead, quebec.id, START, END).problem(422, "validation-failed").fault("#/account_id", "not-allowed")
    shift(lead, OnCall(client, administrator, "mental_health_professional").id, START, END).created()
    shift(lead, "00000000-0000-4000-8000-000000000002", START, END).problem(422, "validation-failed").fault("#/account_id", "wrong-role")
    peer = "00000000-0000-4000-8000-000000000001"
    for nobody in (ABSENT, peer):
        shift(lead, nobody, START, END).problem(422, "validation-failed").fault("#/account_id", "does-not-exist")
    administrator.patch(anna.path, {"is_active": False}, if_match="*").ok()
    shift(lead, anna.id, START, END).problem(422, "validation-failed").fault("#/account_id", "not-active")


def test_a_coordinator_plans_for_the_regions_they_serve(lead, anna, client, administrator):
    quebec = OnCall(client, administrator, regions=["QC", "NB"])
    made = shift(quebec.client, anna.id, START, END, regions=["QC"]).created()
    for regions in ([], ["ON"], ["QC", "ON"]):
        shift(quebec.client, anna.id, START, END, regions=regions).problem(422, "validation-failed").fault("#/regions", "not-allowed")
    of_all = shift(lead, anna.id, START, END, is_weekly=True).created()
    assert quebec.client.get(of_all.path).ok()
    is_hidden(quebec.client, "PATCH", of_all.path, {"last_on": "2027-02-01"})
    is_hidden(quebec.client, "DELETE", of_all.path)
    assert quebec.client.delete(made.path, if_match=made).status == 204
    anna.client.patch(of_all.path, {"last_on": "2027-02-01"}, if_match=of_all).ok()


@pytest.mark.parametrize(
    "change, field, code",
    [
        ({"local_end": START}, "local_end", "too-small"),
        ({"local_end": "2027-01-11T17:01"}, "local_end", "too-large"),
        ({"last_on": "2027-02-01"}, "last_on", "invalid"),
        ({"is_weekly": True, "last_on": "2027-01-03"}, "last_on", "invalid"),
        ({"timezone": "Toronto"}, "timezone", "unknown-zone"),
        ({"step": "lead"}, "step", "not-allowed"),
    ],
)
def test_what_cannot_be_a_shift(lead, anna, change, field, code):
    body = {"account_id": anna.id, "step": "duty", "local_start": START, "local_end": END} | change
    lead.post(SHIFTS, body, check=field != "step").problem(422, "validation-failed").fault(f"#/{field}", code)


def test_the_shift_of_somebody_who_left_can_be_ended(lead, anna, administrator):
    made = shift(lead, anna.id, START, END, is_weekly=True).created()
    administrator.patch(anna.path, {"is_active": False}, if_match="*").ok()
    assert lead.patch(made.path, {"last_on": "2027-01-11"}, if_match=made).ok()["last_on"] == "2027-01-11"


def test_who_was_on_call_is_kept(lead, anna, db):
    """A weekly one ends; what has begun is not removed, what has not is."""
    made = shift(lead, anna.id, "2026-11-02T17:00", "2026-11-03T09:00", is_weekly=True).created()
    assert lead.delete(made.path, if_match=made).problem(409, "conflict")["reason"] == "shift-begun"
    lead.patch(made.path, {"last_on": "2026-12-01"}, if_match=made).problem(422, "validation-failed").fault("#/last_on", "in-the-past")
    ended = lead.patch(made.path, {"last_on": "2027-01-04"}, if_match=made).ok()
    assert ended["last_on"] == "2027-01-04"
    lead.patch(made.path, {"last_on": None}, if_match=made).problem(412, "precondition-failed")
    assert lead.patch(made.path, {"last_on": None}, if_match=ended).ok()["last_on"] is None
    to_come = shift(lead, anna.id, START, END).created()
    assert lead.delete(to_come.path, if_match=to_come).status == 204
    lead.get(to_come.path).problem(404, "not-found")
