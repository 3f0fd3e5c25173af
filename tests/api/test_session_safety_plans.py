# SPDX-License-Identifier: MIT
"""The safety plan, and behind glass how to reach somebody: the professional of this session alone, around it, each read logged
(A6.1, A6.8, R7, R14, S0.22, S1.21)."""

import pytest
from steps import ABSENT
from steps.evenings import KIN, OPENING, PLAN, Evening, audited, glass_path, informal, plan_path, with_plan
from steps.journey import is_hidden


@pytest.fixture
def evening(client):
    return with_plan(Evening(client))


def sees(evening, who=None, seat=None):
    """Whether the plan and the contact are there for the professional; both or neither."""
    who = who or evening.professional.client
    plan, contact = who.get(plan_path(evening, seat)), who.post(glass_path(evening, seat), OPENING)
    assert plan.status == contact.status and plan.status in (200, 404)
    return plan.status == 200


# ---- what is seen ----


def test_what_is_needed_in_a_crisis(evening):
    """A6.1, R7: where somebody is, whether they may be called, whom else to call and whether that person may know. No name."""
    person = evening.seats[0].person
    plan = evening.professional.client.get(plan_path(evening)).ok()
    assert plan.json == {
        "session_id": evening.session["id"], "enrolment_id": evening.seats[0].id, "alias": person.made["alias"], "pronouns": None,
        "current_place_method": PLAN["current_place_method"], "consent_to_checkin": True,
        "confirmed_at": plan["confirmed_at"], "needs_confirmation": False, "emergency_contact": KIN}  # fmt: skip
    for secret in ("Robin", "555 0198", person.email, person.id):
        assert secret.encode() not in plan.content


def test_a_plan_that_was_never_made(client):
    evening = Evening(client).at()
    plan = evening.professional.client.get(plan_path(evening)).ok()
    empty = ("current_place_method", "consent_to_checkin", "confirmed_at", "emergency_contact")
    assert {plan[name] for name in empty} == {None} and plan["needs_confirmation"] is True


def test_a_stale_plan_says_so(evening):
    """R7: older than 90 days."""
    evening.change(evening.session, local_start="2090-04-12T18:30")
    evening.at(days=92)
    assert evening.professional.client.get(plan_path(evening)).ok()["needs_confirmation"] is True


def test_an_intake_that_began_later_asks_again(client):
    """R7: in a crisis the plan says of itself what it says to the coordinator."""
    evening = Evening(client).at(days=-9)
    person = evening.seats[0].person
    person.peer.put(f"{person.path}/safety-plan", PLAN, if_match="*").ok()
    evening.at()
    assert person.coordinator.get(f"{person.path}/safety-plan").ok()["needs_confirmation"] is True
    assert evening.professional.client.get(plan_path(evening)).ok()["needs_confirmation"] is True


def test_in_both_languages_it_is_the_same(evening):
    french = evening.professional.client.get(plan_path(evening), language="fr").ok()
    assert french.headers["Content-Language"] == "fr"
    assert french.json == evening.professional.client.get(plan_path(evening), language="en").ok().json


# ---- when ----


@pytest.mark.parametrize(
    ("shift", "may"),
    [
        ({"minutes": -30, "seconds": -1}, False),
        ({"minutes": -30}, True),
        ({"hours": 24, "minutes": 90}, True),
        ({"hours": 24, "minutes": 90, "seconds": 1}, False),
    ],
)
def test_from_30_minutes_before_to_24_hours_after(evening, shift, may):
    """A6.8."""
    evening.at(**shift)
    assert sees(evening) is may
    if not may:
        is_hidden(evening.professional.client, "GET", plan_path(evening))
        is_hidden(evening.professional.client, "POST", glass_path(evening), OPENING)


def test_a_session_that_ran_longer_is_looked_after_longer(evening):
    evening.started().at(minutes=100).end().ok()
    assert sees(evening.at(hours=24, minutes=100)) is True
    assert sees(evening.at(hours=24, minutes=100, seconds=1)) is False


def test_the_window_moves_with_the_session(evening):
    evening.at(minutes=-40)
    evening.change(evening.session, local_start="2090-01-10T20:30")
    assert sees(evening.at()) is False
    assert sees(evening.at(minutes=90)) is True


# ---- who ----


def test_only_the_professional_of_this_session(evening):
    """A6.8: no peer supporter, no other professional, no coordinator (they have their own way), nobody else."""
    assert sees(evening) is True
    for who in (evening.supporter.client, evening.coordinator, evening.seats[0].person.peer, evening.client("line"), evening.administrator):
        who.get(plan_path(evening)).problem(403, "forbidden")
        who.post(glass_path(evening), OPENING).problem(403, "forbidden")
    stranger = evening.stranger("mental_health_professional")
    is_hidden(stranger, "GET", plan_path(evening))
    is_hidden(stranger, "POST", glass_path(evening), OPENING)


def test_a_substitute_in_their_place(evening):
    substitute = evening.host("mental_health_professional")
    evening.stand_in(substitute, evening.professional)
    assert (sees(evening), sees(evening, substitute.client)) == (False, True)


def test_the_professional_on_call_of_an_informal_session(client):
    """S0.22, S1.21: support during formal and informal sessions."""
    assert sees(with_plan(informal(client))) is True


def test_only_of_those_who_have_a_seat_in_it(evening):
    """Not of another group, nor of somebody with an offer; who left during the session is still looked after (R6)."""
    evening.at(days=-8)
    offered, not_there = evening.seat(state="offered"), evening.seat()
    evening.at(minutes=-20)
    other = informal(evening.client)
    for seat in (offered, other.seats[0]):
        assert sees(evening, seat=seat) is False
    is_hidden(evening.professional.client, "GET", f"{evening.path}/safety-plans/{ABSENT}")
    evening.at().start().ok()
    evening.attend(evening.seats[0], "left_unexpectedly").ok()
    evening.attend(not_there, "absent").ok()
    evening.seats[0].withdraw().ok()
    not_there.withdraw().ok()
    assert sees(evening) is True
    assert sees(evening, seat=not_there) is False, "I8"


def test_not_for_somebody_whom_the_peer_does_not_want(evening):
    """Issue point 5, R14."""
    unwanted = {"account_id": evening.professional.id, "reason": "asked_by_peer"}
    made = evening.coordinator.post(f"{evening.seats[0].person.path}/exclusions", unwanted).created()
    assert sees(evening) is False
    evening.coordinator.delete(made.path).no_content()
    assert sees(evening) is True


# ---- each read is logged ----


def test_each_read_is_in_the_persons_file(evening, db):
    """A6.8: every one of them, and none that was refused."""
    person = evening.seats[0].person
    before = len(audited(db, "safety_plan", object_id=person.id))
    evening.professional.client.get(plan_path(evening)).ok()
    evening.professional.client.get(plan_path(evening)).ok()
    evening.at(days=-1).professional.client.get(plan_path(evening)).problem(404)
    log = audited(db, "safety_plan", object_id=person.id)
    assert len(log) == before + 2 and log[:2] == [("read", evening.professional.id, [person.id])] * 2
    newest = next(look for look in person.peer.get(f"{person.path}/audit-events").ok().data if look["action"] == "read")
    assert (newest["object_type"], newest["staff_alias"]) == ("safety_plan", evening.professional.made["alias"])


# ---- behind glass ----
