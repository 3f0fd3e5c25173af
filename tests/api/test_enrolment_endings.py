# SPDX-License-Identifier: MIT
"""How a place ends: the peer leaves at once and without a reason, a coordinator ends it with one, a group ends with everybody in it
(A6.2, I8, R11, R17, S2.42)."""

import pytest
from steps.groups import FORMAL, Host, Seat, clock, in_days, instant, part, ready, taking_people
from steps.journey import Intake, bare, open_intake, open_person

# Led by one peer supporter, without topics of its own, so that a session is quickly begun.
QUICK = FORMAL | {"topics": "participants", "parts": [part(peer_supporter=1)]}
LIVE = ("requested", "waitlisted", "offered", "accepted", "confirmed", "active")
OVER = ("completed", "declined", "expired", "not_placed", "withdrawn", "removed")
REASONS = ("conduct", "safety", "not_eligible", "other_group")
# From where each step leads on; from everywhere else it is refused, and a coordinator reads the state.
STEPS = {
    "accept": {"offered"}, "decline": {"offered"}, "confirm": {"accepted"}, "not-this-one": {"accepted"}, "offer": {"requested", "waitlisted"}, "remove": set(LIVE)}  # fmt: skip


@pytest.fixture
def a_group(client):
    """a_group(capacity, **changes): with one seat unless told otherwise."""
    return lambda capacity=1, **changes: taking_people(client, QUICK, capacity=capacity, **changes)


@pytest.fixture
def seat_in(client, a_group):
    """seat_in(state): somebody's place, brought there step by step."""

    def under_way(*people):
        """A group whose only session has begun, and the coordinator's clock stands there."""
        first = in_days(10)
        group = a_group(2, local_starts=[first]).led_by(Host(client, client("administrator")))
        group.step("confirm").ok()
        confirmed, offered = group.seat(people[0]), group.seat(people[1], "offered")
        clock(instant(first), group.coordinator)
        (session,) = group.sessions()
        hosts = group.coordinator.get(f"{group.path}/host-assignments").ok().data
        body = {"hosts_present": [host["account_id"] for host in hosts]}
        group.coordinator.post(f"/v1/sessions/{session['id']}/start", body).ok()
        return group, session, confirmed, offered

    def over(*people):
        group, session, completed, offered = under_way(*people)
        group.coordinator.post(f"/v1/sessions/{session['id']}/end").ok()
        group.step("complete").ok()
        return completed, offered

    def make(state):
        person = ready(client)
        if state == "active":
            return under_way(person, ready(client))[2]
        if state == "completed":
            return over(person, ready(client))[0]
        if state == "not_placed":
            return over(ready(client), person)[1]
        group = a_group()
        if state == "requested":
            return Seat(group, person, group.place(person, propose_only=True).created())
        if state == "waitlisted":
            group.seat(ready(client))
        if state in ("waitlisted", "offered", "accepted", "confirmed"):
            return group.seat(person, state)
        seat = group.seat(person, "offered")
        if state == "expired":
            seat.run_out()
        else:
            ending = {"declined": seat.decline, "withdrawn": seat.withdraw, "removed": seat.remove}
            ending[state]().ok()
        return seat

    return make


def take(seat, step, who):
    body = {"remove": [{"reason": "safety"}], "offer": [{}]}.get(step, [])
    return seat.step(step, *body, who=who)


@pytest.mark.parametrize("state", LIVE + OVER)
def test_a_step_from_elsewhere_is_refused_and_nothing_moves(seat_in, state):
    """A6.2: a coordinator reads the state; a peer reads it once they had or gave up a place, and before that the one refusal."""
    seat = seat_in(state)
    before = seat.read()
    assert before["state"] == state and before["text"]["en"] and before["text"]["fr"]
    for step, possible in STEPS.items():
        if step == "confirm" and state in ("requested", "waitlisted", "offered"):
            assert take(seat, step, seat.group.coordinator).problem(409, "conflict")["reason"] == "accepted-first"
        elif state not in possible:
            assert take(seat, step, seat.group.coordinator).problem(409, "conflict-state")["state"] == state
    if state != "offered":
        assert take(seat, "decline", seat.person.peer).problem(409, "conflict-state")["state"] == state
        refused = take(seat, "accept", seat.person.peer)
        if state in ("requested", "waitlisted", "expired"):
            assert refused.problem(409, "conflict")["reason"] == "another-group"
        else:
            assert refused.problem(409, "conflict-state")["state"] == state
    assert seat.read().json == before.json


@pytest.mark.parametrize("state", LIVE)
def test_leaving_is_possible_at_any_moment(seat_in, state):
    """I8: at once, without a reason, as often as it is said; what stops and what is kept is told (S2.42: it is no penalty)."""
    seat = seat_in(state)
    left = seat.withdraw().ok()
    assert (left["enrolment_id"], left["state"]) == (seat.id, "withdrawn") and left["left_at"]
    assert len(left["stops"]) == 3 and len(left["kept"]) == 2 and left["help"]["line"] == "1-844-750-1648"
    assert all(text["en"] and text["fr"] for text in left["stops"] + left["kept"])
    assert left["kept"][0]["en"] == "Your other groups and your file stay as they are."
    assert bare(seat.withdraw().ok()) == bare(left), "as often as it is said"
    read = seat.read(seat.person.peer)
    assert read["group"]["sessions"] == [] and read["text"]["en"].startswith("You have left this group. Nothing more is asked of you")
    decision = seat.decisions()[-1]
    assert (decision["decision"], decision["reason"], decision["by_role"]) == ("withdrawn", None, "peer")
    assert [e for e in home(seat.person)["groups"] if e["id"] == seat.id] == []


def home(person):
    return person.peer.get(f"{person.path}/home").ok()


@pytest.mark.parametrize("state", OVER)
def test_what_is_over_stays_as_it_ended(seat_in, state):
    """I8: leaving is never refused, and changes nothing that is past."""
    seat = seat_in(state)
    before = seat.read()
    assert seat.withdraw().ok()["state"] == state
    assert seat.withdraw(who=seat.group.coordinator).ok()["state"] == state
    assert seat.read().json == before.json


def test_leaving_one_group_leaves_the_others(client, a_group):
    """I8, decision 13: the other places, the intake and the file stay; a coordinator may do it for them."""
    person = ready(client)
    leaving, staying = a_group().seat(person), a_group().seat(person)
    waiting = leaving.group.seat(ready(client), "waitlisted")
    assert leaving.withdraw(who=leaving.group.coordinator).ok()["state"] == "withdrawn"
    assert leaving.decisions()[-1]["by_role"] == "coordinator"
    leaving.group.advance()
    assert (staying.state, waiting.state) == ("confirmed", "offered")
    assert person.status()["intakes"][0]["state"] == "placed"
    again = leaving.group.place(person).created()
    assert again["state"] == "waitlisted", "they can come back, behind nobody's back"


def test_leaving_the_program_leaves_every_group(client, a_group):
    """I8: with the intake go all places, and the lists move."""
    person = ready(client)
    seats = [a_group().seat(person, state) for state in ("confirmed", "offered")]
    next_ones = [seat.group.seat(ready(client), "waitlisted") for seat in seats]
    (intake,) = person.coordinator.get("/v1/intakes", params={"participant_id": person.id}).ok().data
    person.peer.post(f"/v1/intakes/{intake['id']}/withdraw").ok()
    assert [seat.state for seat in seats] == ["withdrawn", "withdrawn"]
    for seat in seats:
        seat.group.advance()
    assert [seat.state for seat in next_ones] == ["offered", "offered"]
    refused = seats[0].group.place(person).problem(409, "conflict")
    assert refused["missing"] == ["intake"]


def test_leaving_an_activity_leaves_no_group(client, a_group):
    """Decision 13, T4: as long as the intake that carries the place serves, the place stays."""
    activity = open_intake(client, "activity", "registered")
    Intake(activity.person).walk("ready")
    seat = a_group().seat(activity.person)
    activity.withdraw().ok()
    assert seat.state == "confirmed"


def test_an_intake_is_not_closed_from_under_a_place(client, a_group):
    """I4: a place stands on a valid intake; only one that is completed may be closed while somebody sits, or waits, somewhere."""
    intake = open_intake(client, "group", "ready")
    seat = a_group().seat(intake.person)
    for outcome in ("ineligible", "no_longer_wanted", "other_service", "unreachable"):
        assert intake.close(outcome).problem(409, "conflict")["reason"] == "groups-left"
    assert (seat.state, intake.state) == ("confirmed", "placed")
    seat.withdraw(seat.group.coordinator).ok()
    intake.close("no_longer_wanted").ok()

    completed = open_intake(client, "group", "ready")
    stays = a_group().seat(completed.person)
    completed.close("completed").ok()
    assert stays.state == "confirmed"


@pytest.mark.parametrize("reason", REASONS)
def test_a_coordinator_ends_a_place_with_a_reason(client, a_group, reason):
    """R11: the reason is kept for coordinators; the peer reads where to find other support, and nothing that blames."""
    seat = a_group().seat(ready(client))
    waiting = seat.group.seat(ready(client), "waitlisted")
    at_once = reason in ("conduct", "safety")
    said = seat.step("remove", {"reason": reason}, who=seat.group.coordinator).ok()
    assert (said["state"], said["removes_at"] is None) == (("removed", True) if at_once else ("confirmed", False))
    if not at_once:
        seen = seat.read(seat.person.peer)
        assert (seen["state"], seen["removes_at"]) == ("confirmed", None), "nothing shows before its hour (DESIGN 5b.3)"
        seat.remove(reason).ok()
    removed = seat.read()
    assert (removed["state"], removed["removal_reason"]) == ("removed", reason) and removed["left_at"]
    decision = seat.decisions()[-1]
    assert (decision["decision"], decision["reason"], decision["by_role"]) == ("removed", reason, "coordinator" if at_once else "system")
    seen = seat.read(seat.person.peer)
    assert seen["removal_reason"] is None and reason not in seen.content.decode()
    assert seen["text"]["en"].endswith("the help line is there at any hour.")
    assert seen["text"]["fr"].endswith("la ligne d'aide répond à toute heure.")
    seat.group.advance()
    assert waiting.state == "offered"


def test_no_reason_no_removal(client, a_group):
    """R11: one of four, none of them a text; and in the version that was read."""
    seat = a_group().seat(ready(client))
    for body in ({}, {"reason": None}, {"reason": "group_cancelled"}, {"reason": "He shouted"}, {"reason": "safety", "note": "x"}):
        seat.step("remove", body, who=seat.group.coordinator).problem(422)
    read = seat.read()
    seat.group.coordinator.post(f"{seat.path}/remove", {"reason": "safety"}).problem(428)
    seat.group.coordinator.post(f"{seat.path}/remove", {"reason": "safety"}, if_match='"1"').problem(412, "precondition-failed")
    seat.group.coordinator.post(f"{seat.path}/remove", {"reason": "safety"}, if_match=read).ok()


def test_a_cancelled_group_lets_everybody_go(client, a_group):
    """A6.2: also who waited or was only thought of; the seats go to nobody."""
    group = a_group()
    seats = [group.seat(ready(client)), group.seat(ready(client), "waitlisted")]
    seats.append(Seat(group, *proposal(group, open_person(client))))
    group.step("cancel").ok()
    for seat in seats:
        assert (seat.state, seat.read()["removal_reason"]) == ("removed", "group_cancelled")
        seen = seat.read(seat.person.peer)
        assert seen["removal_reason"] is None and seen["text"]["en"].startswith("This group does not take place.")
        assert [(d["decision"], d["reason"]) for d in seat.decisions()][-1] == ("removed", "group_cancelled")


def proposal(group, person):
    return person, group.place(person, propose_only=True).created()


def test_a_completed_group_completes_its_places(client, seat_in):
    """A6.2: who had a place has completed it, and reads thanks."""
    seat = seat_in("completed")
    seen = seat.read(seat.person.peer)
    assert seen["text"]["en"] == "This group has ended. Thank you for having been there." and seen["left_at"] is None


def test_a_session_begins_and_places_are_taken(client, seat_in):
    """I3, S2.42: in a closed group everybody who has a place takes part from then on; who had an offer no longer gets in."""
    seat = seat_in("active")
    offered = next(e for e in seat.group.coordinator.get(f"{seat.group.path}/enrolments").ok().data if e["state"] == "offered")
    refused = seat.group.coordinator.post(f"/v1/enrolments/{offered['id']}/accept", if_match="*").problem(409, "conflict")
    assert refused["reason"] in ("locked", "offer-expired")
