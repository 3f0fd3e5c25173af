# SPDX-License-Identifier: MIT
"""Attendance: participation and safety, never a penalty (I7, decision 5, S2.36, S2.42, A6.1, A6.6, A6.8)."""

import pytest
from steps import ABSENT, walk
from steps.evenings import Evening, audited, informal
from steps.journey import QUEBEC_COORDINATOR, is_hidden, own_case

PLAN = {"current_place_method": "Ask at the start", "consent_to_checkin": True}


@pytest.fixture
def evening(client):
    return Evening(client)


@pytest.fixture
def under_way(evening):
    return evening.started()


def path(evening, seat=None):
    return f"{evening.path}/attendance" + (f"/{seat.id}" if seat else "")


def listed(who, evening):
    return {entry["enrolment_id"]: entry["status"] for entry in who.get(path(evening)).ok().data}


@pytest.mark.parametrize("status", ["present", "absent", "left_early", "left_unexpectedly"])
def test_a_host_records_who_was_there(under_way, db, status):
    """A6.1: no minutes, no camera; by each host of the session. It is in the person's file."""
    (seat,) = under_way.seats
    for host in under_way.hosts:
        made = under_way.attend(seat, status, host.client).ok()
        assert made.json == {
            "session_id": under_way.session["id"], "enrolment_id": seat.id, "status": status, "recorded_at": under_way.now,
            "recorded_by": host.id}  # fmt: skip
        assert audited(db, "attendance", object_id=under_way.session["id"])[0] == ("record", host.id, [seat.person.id])
    assert listed(under_way.supporter.client, under_way) == {seat.id: status}
    looks = seat.person.peer.get(f"{seat.person.path}/audit-events").ok().data
    assert any((look["object_type"], look["action"]) == ("attendance", "record") for look in looks)


def test_the_last_one_counts_and_there_is_one_row(under_way):
    """I7: one row a person and session; each correction is another version."""
    (seat,) = under_way.seats
    tags = [under_way.at(minutes=minutes).attend(seat, status).ok().etag
            for minutes, status in enumerate(("present", "absent", "left_early"), 10)]  # fmt: skip
    assert tags == ['"1.both"', '"2.both"', '"3.both"']
    assert listed(under_way.coordinator, under_way) == {seat.id: "left_early"}
    assert under_way.attend(seat).ok()["recorded_at"] == under_way.now


def test_only_once_it_has_started(evening):
    """I7."""
    evening.at(minutes=5)
    for who in (evening.supporter.client, evening.coordinator):
        assert evening.attend(evening.seats[0], who=who).problem(409, "conflict-state")["state"] == "scheduled"
    evening.cancel()
    assert evening.attend(evening.seats[0], who=evening.coordinator).problem(409, "conflict-state")["state"] == "cancelled"
    assert listed(evening.coordinator, evening) == {}


@pytest.mark.parametrize(("shift", "may"), [({"hours": 24, "minutes": 90}, True), ({"hours": 24, "minutes": 90, "seconds": 1}, False)])
def test_hosts_until_a_day_after_the_end_coordinators_at_any_time(evening, shift, may):
    evening.ended().at(**shift)
    (seat,) = evening.seats
    answer = evening.attend(seat)
    assert answer.ok() if may else answer.problem(409, "conflict")["reason"] == "too-late"
    evening.attend(seat, "left_early", evening.coordinator).ok()
    assert listed(evening.supporter.client, evening) == {seat.id: "left_early"}, "what was led is still read"


def test_only_of_those_who_have_a_seat(under_way):
    """I7: hosts are not told more than that there is nobody; a coordinator is told why."""
    (seat,) = under_way.seats
    other = informal(under_way.client)
    for stranger in (ABSENT, other.seats[0].id):
        is_hidden(under_way.supporter.client, "PUT", f"{path(under_way)}/{stranger}", {"status": "present"})
        under_way.coordinator.put(f"{path(under_way)}/{stranger}", {"status": "present"}).problem(404, "not-found")
    seat.withdraw().ok()
    is_hidden(under_way.supporter.client, "PUT", path(under_way, seat), {"status": "present"})
    assert under_way.attend(seat, who=under_way.coordinator).problem(409, "conflict-state")["state"] == "withdrawn"


def test_what_cannot_be_recorded(under_way):
    """Decision 5: nothing but these four."""
    put = under_way.supporter.client.put
    for body, where, code in (
        ({"status": "asleep"}, "#/status", "not-allowed"),
        ({}, "#/status", "required"),
        ({"status": "present", "minutes": 80}, "#/minutes", "unknown"),
        ({"status": "present", "camera": "off"}, "#/camera", "unknown"),
    ):
        put(path(under_way, under_way.seats[0]), body).problem(422, "validation-failed").fault(where, code)


def test_absence_is_never_a_penalty(client):
    """Decision 5, S2.36, S2.42: the seat stays as it is; the first attendance of a drop-in group makes it active."""
    drop_in = informal(client).started()
    (seat,) = drop_in.seats
    drop_in.attend(seat, "absent").ok()
    assert seat.state == "confirmed"
    drop_in.attend(seat, "present").ok()
    assert seat.state == "active"
    drop_in.attend(seat, "absent").ok()
    assert seat.state == "active"
    formal = Evening(client).started()
    formal.attend(formal.seats[0], "absent").ok()
    assert formal.seats[0].state == "active"
    assert formal.coordinator.get("/v1/incidents", params={"session_id": formal.session["id"]}).ok().data == []


# ---- somebody leaves ----


def incidents(evening, who=None):
    return (who or evening.coordinator).get("/v1/incidents", params={"session_id": evening.session["id"]}).ok().data


def test_who_leaves_unexpectedly_opens_an_incident(under_way):
    """A6.6, R6: at once, of the highest severity; whoever agreed to it is called within 15 minutes, followed up the next business day."""
    (seat,) = under_way.seats
    seat.person.peer.put(f"{seat.person.path}/safety-plan", PLAN, if_match="*").ok()
    under_way.at(minutes=20).attend(seat, "left_unexpectedly").ok()
    (incident,) = incidents(under_way)
    assert (incident["kind"], incident["severity"], incident["state"]) == ("left_unexpectedly", 4, "open")
    assert (incident["enrolment_id"], incident["participant_id"], incident["created_by"]) == (
        seat.id, seat.person.id, under_way.supporter.id)  # fmt: skip
    assert incident["acknowledge_due"] == incident["check_in_due"] == "2090-01-11T00:05:00Z"
    assert incident["follow_up_due"] == "2090-01-11T22:00:00Z", "Wednesday, 17:00"
    (theirs,) = incidents(under_way, under_way.professional.client)
    assert theirs["id"] == incident["id"] and theirs["check_in_due"] == incident["check_in_due"]
    (own,) = incidents(under_way, under_way.supporter.client)
    assert (own["id"], own["check_in_due"]) == (incident["id"], None), "whether somebody agreed to be called is in the safety plan"


@pytest.mark.parametrize("consents", [False, None])
def test_who_did_not_agree_is_not_called(under_way, consents):
    """A6.6: the incident stands all the same."""
    (seat,) = under_way.seats
    if consents is not None:
        seat.person.peer.put(f"{seat.person.path}/safety-plan", PLAN | {"consent_to_checkin": consents}, if_match="*").ok()
    under_way.attend(seat, "left_unexpectedly").ok()
    (incident,) = incidents(under_way)
    assert (incident["check_in_due"], incident["severity"]) == (None, 4)


def test_one_incident_however_often_it_is_recorded(under_way):
    """It stays when the record is corrected: somebody follows up."""
    (seat,) = under_way.seats
    for status in ("left_unexpectedly", "present", "left_unexpectedly"):
        under_way.attend(seat, status).ok()
    under_way.attend(seat, "left_unexpectedly", under_way.professional.client).ok()
    (incident,) = incidents(under_way)
    assert incident["state"] == "open"
    under_way.attend(seat, "left_early").ok()
    assert len(incidents(under_way)) == 1


def test_leaving_early_is_no_incident(under_way):
    under_way.attend(under_way.seats[0], "left_early").ok()
    assert incidents(under_way) == []


# ---- who sees it ----


def test_a_peer_sees_their_own_and_nobody_elses(client):
    """A6.8, R2: not even how many there are, nor who wrote it down."""
    evening = Evening(client, people=3)
    one, two, three = evening.seats
    evening.started().attend(one).ok()
    evening.attend(two, "left_unexpectedly").ok()
    seen = one.person.peer.get(path(evening)).ok()
    assert seen.data == [{
        "session_id": evening.session["id"], "enrolment_id": one.id, "status": "present", "recorded_at": evening.now,
        "recorded_by": None}]  # fmt: skip
    assert seen["page"] == {"next_cursor": None, "has_more": False}
    is_hidden(three.person.peer, "GET", path(evening))
    one.person.peer.put(path(evening, one), {"status": "absent"}).problem(403, "forbidden")


def test_hosts_and_coordinators_see_it_page_by_page(client, db):
    evening = Evening(client, people=3).started()
    for seat in evening.seats:
        evening.attend(seat).ok()
    wanted = sorted(seat.id for seat in evening.seats)
    for who, account in ((evening.professional.client, evening.professional.id), (evening.coordinator, evening.coordinator.account)):
        assert [entry["enrolment_id"] for entry in who.get(path(evening)).ok().data] == wanted
        assert audited(db, "attendance")[0] == ("list", account, sorted(seat.person.id for seat in evening.seats))
    paged = walk(evening.supporter.client, path(evening), params={"limit": 2})
    assert [entry["enrolment_id"] for entry in paged] == wanted


def test_nobody_else_sees_or_writes_it(under_way):
    """I7, A6.8, I13, R14."""
    (seat,) = under_way.seats
    under_way.attend(seat).ok()
    for stranger in (under_way.stranger(), under_way.stranger("mental_health_professional")):
        is_hidden(stranger, "GET", path(under_way))
        is_hidden(stranger, "PUT", path(under_way, seat), {"status": "absent"})
    for role in ("line", "administrator"):
        under_way.client(role).get(path(under_way)).problem(403, "forbidden")
        under_way.client(role).put(path(under_way, seat), {"status": "absent"}).problem(403, "forbidden")
    unwanted = {"account_id": under_way.supporter.id, "reason": "asked_by_peer"}
    under_way.coordinator.post(f"{seat.person.path}/exclusions", unwanted).created()
    # As before, until another host leads (DESIGN 5b.7).
    for host in under_way.hosts:
        assert listed(host.client, under_way) == {seat.id: "present"}
    under_way.attend(seat, who=under_way.supporter.client).ok()
    under_way.stand_in(under_way.host(), under_way.supporter)
    is_hidden(under_way.supporter.client, "GET", path(under_way))
    is_hidden(under_way.supporter.client, "PUT", path(under_way, seat), {"status": "absent"})
    own_case(under_way.client, seat.person, QUEBEC_COORDINATOR)
    is_hidden(under_way.client("coordinator", QUEBEC_COORDINATOR), "GET", path(under_way))
