# SPDX-License-Identifier: MIT
"""A session begins with its hosts there, ends, and has topics (I3, I5, A6.5, decisions 4 and 5, S2.33-34, S2.40-43)."""

import pytest
from steps import ABSENT, at_once
from steps.evenings import Evening, audited, informal
from steps.groups import attend, start
from steps.journey import QUEBEC_COORDINATOR, compared, is_hidden, own_case

TOPICS = {"topics": ["self_care", "coping"]}


@pytest.fixture
def formal(client):
    return Evening(client)


@pytest.fixture
def drop_in(client):
    return informal(client)


def reason(response, slug="conflict"):
    return response.problem(409, slug)["reason"]


def account_ids(run):
    return {host["account_id"] for host in run["hosts_present"]}


# ---- the start ----


def test_a_formal_session_starts_with_both_its_hosts(formal, db):
    """I5, S2.40: who was there is kept; the group is in progress, and confirmed seats are active."""
    run = formal.at().start().ok()
    assert (run["session_id"], run["state"], run["started_at"], run["ended_at"]) == (formal.session["id"], "in_progress", formal.now, None)
    assert {(host["account_id"], host["slot"]) for host in run["hosts_present"]} == {(host.id, host.role) for host in formal.hosts}
    assert formal.group.read()["state"] == "in_progress" and formal.seats[0].state == "active"
    assert audited(db, "session", object_id=formal.session["id"])[0] == (
        "start",
        formal.supporter.id,
        [seat.person.id for seat in formal.seats],
    )


def test_a_formal_session_without_its_professional_cannot_start(formal):
    """Decision 4, I5: nor without its peer supporter; the answer says who is missing."""
    formal.at()
    for present, missing in ([formal.supporter], "mental_health_professional"), ([formal.professional], "peer_supporter"):
        for who in (formal.supporter.client, formal.professional.client, formal.coordinator):
            refused = formal.start(who, present)
            assert reason(refused) == "hosts-missing" and refused["missing"] == [missing]
    assert formal.group.read()["state"] == "confirmed"


def test_an_informal_session_needs_two_peer_supporters(drop_in):
    """S2.33, I5."""
    drop_in.at()
    refused = drop_in.start(hosts=[drop_in.supporter])
    assert reason(refused) == "hosts-missing" and refused["missing"] == ["peer_supporter"]
    refused = drop_in.start(hosts=[drop_in.supporter, drop_in.on_call])
    assert reason(refused) == "hosts-missing"
    assert drop_in.start().ok()["state"] == "in_progress"
    assert drop_in.seats[0].state == "confirmed", "drop-in: a seat is active with the first attendance"


def test_without_the_professional_on_call_it_starts_all_the_same(drop_in):
    """Decision 4: the shortfall stands in the coordinators' list and stops nothing."""
    drop_in.release(drop_in.assignment(drop_in.on_call))
    (short,) = [
        s for s in drop_in.coordinator.get("/v1/shortfalls", params={"limit": 100}).ok().data if s["session_id"] == drop_in.session["id"]
    ]
    assert (short["missing"], short["stops_session"]) == (["on_call_professional"], False)
    drop_in.at().start().ok()


def test_the_professional_on_call_may_be_there(drop_in):
    assert account_ids(drop_in.at().start(hosts=[*drop_in.hosts, drop_in.on_call]).ok()) == {
        host.id for host in (*drop_in.hosts, drop_in.on_call)
    }


@pytest.mark.parametrize("lost", ["clearance", "training", "account", "language"])
def test_a_host_who_is_not_fit_that_day_does_not_count(formal, lost):
    """I5, R13, S0.31: clearance and training that have ended, an account that was closed, another language."""
    host = formal.professional
    formal.at(days=-1)
    if lost == "clearance":
        host.qualify(designation="social_worker", cleared_on="2026-01-05", clearance_expires_on="2090-01-09").ok()
    elif lost == "training":
        trainings = formal.administrator.get(f"{host.path}/trainings", params={"limit": 100}).ok().data
        facilitator = next(t for t in trainings if t["kind"] == "facilitator")
        formal.administrator.delete(f"/v1/trainings/{facilitator['id']}").no_content()
    else:
        change = {"is_active": False} if lost == "account" else {"languages": ["fr"]}
        formal.administrator.patch(host.path, change, if_match="*").ok()
    refused = formal.at().start()
    assert reason(refused) == "hosts-missing" and refused["missing"] == ["mental_health_professional"]


def test_whoever_is_there_is_fit(drop_in):
    """I5: not even an extra host leads without clearance."""
    drop_in.on_call.qualify(designation="social_worker").ok()
    refused = drop_in.at().start(hosts=[*drop_in.hosts, drop_in.on_call])
    assert reason(refused) == "hosts-missing" and refused["missing"] == ["on_call_professional"]
    drop_in.start().ok()


def test_only_its_own_hosts_are_named(formal):
    other = formal.host("mental_health_professional")
    formal.at()
    for stranger in (other.id, ABSENT):
        body = {"hosts_present": [formal.supporter.id, stranger]}
        formal.supporter.client.post(f"{formal.path}/start", body).problem(422).fault("#/hosts_present/1", "does-not-exist")
    for body, where, code in (
        ({"hosts_present": []}, "#/hosts_present", "too-few"),
        ({"hosts_present": [formal.supporter.id] * 2}, "#/hosts_present/1", "not-unique"),
        ({"hosts_present": ["me"]}, "#/hosts_present/0", "format"),
        ({}, "#/hosts_present", "required"),
    ):
        formal.supporter.client.post(f"{formal.path}/start", body).problem(422).fault(where, code)


def test_a_substitute_starts_that_session_and_no_other(formal):
    substitute = formal.host("mental_health_professional")
    formal.stand_in(substitute, formal.professional)
    formal.at()
    is_hidden(formal.professional.client, "POST", f"{formal.path}/start", {"hosts_present": [formal.professional.id]})
    formal.start(hosts=[formal.supporter, formal.professional]).problem(422).fault("#/hosts_present/1", "does-not-exist")
    run = formal.start(substitute.client, [formal.supporter, substitute]).ok()
    assert account_ids(run) == {formal.supporter.id, substitute.id}
    formal.at(days=7)
    is_hidden(substitute.client, "POST", f"/v1/sessions/{formal.next_session['id']}/start", {"hosts_present": [substitute.id]})


@pytest.mark.parametrize(
    ("shift", "refusal"),
    [
        ({"minutes": -15, "seconds": -1}, "too-early"),
        ({"minutes": -15}, None),
        ({"minutes": 90}, None),
        ({"minutes": 90, "seconds": 1}, "too-late"),
    ],
)
def test_it_starts_from_15_minutes_before_until_its_end(formal, shift, refusal):
    answer = formal.at(**shift).start()
    if refusal is None:
        assert answer.ok()["started_at"] == formal.now
    else:
        assert reason(answer) == refusal


def test_too_early_names_the_hour_in_both_languages(formal):
    early = formal.at(hours=-1).start().problem(409, "conflict")
    assert early["starts_at"] == "2090-01-10T23:30:00Z"
    french = formal.supporter.client.post(
        f"{formal.path}/start", {"hosts_present": [formal.supporter.id]}, language="fr").problem(409, "conflict")  # fmt: skip
    assert french.headers["Content-Language"] == "fr" and french["title"] != early["title"]


def test_it_starts_once(formal):
    formal.started()
    assert formal.start().problem(409, "conflict-state")["state"] == "in_progress"
    formal.end().ok()
    assert formal.start().problem(409, "conflict-state")["state"] == "completed"


def test_two_hosts_who_start_it_at_once(formal):
    """One of them does; the other is told where it stands."""
    formal.at()
    answers = at_once(2, lambda number: formal.start(formal.hosts[number].client))
    assert sorted(answer.status for answer in answers) == [200, 409]
    (refused,) = [answer for answer in answers if answer.status == 409]
    assert refused.problem(409, "conflict-state")["state"] == "in_progress"
    assert len(formal.coordinator.get(f"{formal.group.path}/sessions").ok().data) == 2


def test_what_was_cancelled_does_not_start(formal):
    formal.cancel()
    is_hidden(formal.supporter.client, "POST", f"{formal.path}/start", {"hosts_present": [formal.supporter.id]})
    assert formal.at().start(formal.coordinator).problem(409, "conflict-state")["state"] == "cancelled"


def test_a_formal_group_that_nobody_confirmed_does_not_start(client):
    """A6.2; a drop-in group may begin while it still recruits."""
    waiting = Evening(client, is_confirmed=False)
    assert waiting.at().start().problem(409, "conflict-state")["state"] == "recruiting"
    recruiting = informal(client, people=0, is_confirmed=False)
    recruiting.at().start().ok()
    assert recruiting.group.read()["state"] == "in_progress"


def test_an_unresolved_conflict_stops_it_and_hosts_hear_only_whom_to_call(client):
    """A6.5: nothing tells the two people, or the hosts, that there is a conflict; only coordinators see why."""
    evening = Evening(client, people=2)
    one, two = (seat.person for seat in evening.seats)
    declared = evening.coordinator.post(
        "/v1/conflict-declarations", {"kind": "no_contact", "for_participant_id": one.id, "participant_id": two.id}
    ).created()
    compared(client.db)
    evening.at()
    for host in evening.hosts:
        refused = evening.start(host.client)
        assert reason(refused) == "call-your-coordinator"
        assert set(refused.json) <= {"type", "title", "status", "detail", "instance", "localized", "reason", "help"}
    evening.coordinator.post(f"{declared.path}/withdraw", if_match="*").ok()
    compared(client.db)
    evening.start().ok()


def test_who_may_start_and_end(formal):
    """A6.8: its hosts and coordinators; for everybody else it is not there. I13: nor for a coordinator who is a peer in it."""
    body = {"hosts_present": [host.id for host in formal.hosts]}
    formal.at()
    for stranger in (formal.stranger(), formal.stranger("mental_health_professional")):
        is_hidden(stranger, "POST", f"{formal.path}/start", body)
        is_hidden(stranger, "POST", f"{formal.path}/end")
        is_hidden(stranger, "PUT", f"{formal.path}/topic", TOPICS)
    own_case(formal.client, formal.seats[0].person, QUEBEC_COORDINATOR)
    themselves = formal.client("coordinator", QUEBEC_COORDINATOR, headers={"X-Test-Now": formal.now})
    is_hidden(themselves, "POST", f"{formal.path}/start", body)
    is_hidden(themselves, "POST", f"{formal.path}/end")
    formal.start(formal.coordinator).ok()
    formal.end(formal.coordinator).ok()


# ---- after the start ----


def test_nobody_joins_a_formal_group_once_it_has_begun(formal):
    """I3, S2.42: also when it began before its hour."""
    late = formal.seat(state="offered")
    formal.at(minutes=-15).start().ok()
    late.accept().problem(409)
    assert late.state != "confirmed"
    assert reason(formal.group.place(formal.person())) == "locked"


def test_a_session_ends_once(formal, db):
    assert formal.at().end().problem(409, "conflict-state")["state"] == "scheduled"
    formal.start().ok()
    run = formal.at(minutes=85).end(formal.professional.client).ok()
    assert (run["state"], run["started_at"], run["ended_at"]) == ("completed", "2090-01-10T23:30:00Z", formal.now)
    assert account_ids(run) == {host.id for host in formal.hosts}
    assert audited(db, "session", object_id=formal.session["id"])[0] == ("end", formal.professional.id, [])
    assert formal.end().problem(409, "conflict-state")["state"] == "completed"


def test_the_whole_series(formal):
    """A6.2: in progress until the last session is over, then the coordinator completes it."""
    formal.ended()
    assert reason(formal.group.step("complete")) == "sessions-left"
    start(formal.at(days=7).supporter.client, formal.next_session, *formal.hosts).ok()
    attend(formal.supporter.client, formal.next_session, formal.seats[0]).ok()
    formal.at(days=7, minutes=90).supporter.client.post(f"/v1/sessions/{formal.next_session['id']}/end").ok()
    formal.group.step("complete").ok()
    assert formal.seats[0].state == "completed"


# ---- topics ----
