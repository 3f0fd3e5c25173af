# SPDX-License-Identifier: MIT
"""What happens in a crisis: kinds, severities and clocks; what was done, as codes; never closed without follow-up (A6.6, A6.8, R4, R6)."""

import uuid

import pytest
from steps import ABSENT, eastern, walk
from steps.evenings import Evening, audited, informal
from steps.journey import QUEBEC_COORDINATOR, is_hidden, own_case

KINDS = (
    "distress", "left_unexpectedly", "suicide_risk", "harm_to_other", "child_protection", "conduct_breach", "recording_breach",
    "privacy_breach", "contact_outside_group", "technical")  # fmt: skip
ACTIONS = (
    "line_handoff", "eap", "crisis_line", "emergency_services", "emergency_contact", "coordinator_told", "supported_in_session",
    "moved_to_private_talk", "check_in_attempted", "check_in_reached", "reminded_of_code", "technical_help", "privacy_office_told")  # fmt: skip
PATH = "/v1/incidents"


@pytest.fixture
def evening(client):
    return Evening(client).started()


def record(evening, kind="distress", severity=3, who=None, **more):
    body = {"kind": kind, "severity": severity, "session_id": evening.session["id"]} | more
    return (who or evening.supporter.client).post(PATH, body)


def act(evening, incident, code, who=None, **more):
    return (who or evening.professional.client).post(f"{PATH}/{incident['id']}/actions", {"code": code} | more)


def step(who, incident, name, if_match="*"):
    return who.post(f"{PATH}/{incident['id']}/{name}", if_match=if_match)


def followed_up(evening, **changes):
    """An incident on which everything was done but closing it."""
    incident = record(evening, **changes).created()
    step(evening.professional.client, incident, "acknowledge").ok()
    act(evening, incident, "line_handoff").created()
    return act(evening, incident, "follow_up").created()


# ---- recording it ----


def test_a_host_records_what_happened(evening, db):
    """A6.6: codes and times, no story; of the person only the seat. It is in the person's file."""
    (seat,) = evening.seats
    actions = [{"code": "supported_in_session", "at": "2090-01-10T23:20:00Z"}, {"code": "line_handoff"}]
    made = record(evening, enrolment_id=seat.id, actions=actions).created()
    assert made.path == f"{PATH}/{made['id']}" and made.etag == '"1.both"'
    nothing = (
        "participant_id",
        "check_in_due",
        "check_in_at",
        "acknowledged_at",
        "acknowledged_by",
        "followed_up_at",
        "closed_at",
        "closed_by",
    )
    assert made.json == dict.fromkeys(nothing) | {
        "id": made["id"], "kind": "distress", "severity": 3, "state": "open", "session_id": evening.session["id"],
        "group_id": evening.group.id, "enrolment_id": seat.id, "created_by": evening.supporter.id, "created_by_role": "peer_supporter",
        "created_at": evening.now, "acknowledge_due": "2090-01-11T00:30:00Z", "follow_up_due": "2090-01-11T22:00:00Z", "is_overdue": False,
        "actions": [
            {"code": code, "at": at, "province": None, "recorded_by": evening.supporter.id, "recorded_at": evening.now}
            for code, at in (("supported_in_session", "2090-01-10T23:20:00Z"), ("line_handoff", evening.now))]}  # fmt: skip
    assert audited(db, "incident", object_id=made["id"]) == [("create", evening.supporter.id, [seat.person.id])]
    assert evening.coordinator.get(made.path).ok()["participant_id"] == seat.person.id
    evening.supporter.client.get(made.path, if_none_match=evening.supporter.client.get(made.path).ok()).not_modified()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind(evening, kind):
    made = record(evening, kind, 2, evening.professional.client).created()
    assert (made["kind"], made["created_by_role"]) == (kind, "mental_health_professional")


def test_what_cannot_be_recorded(evening):
    """R4: no account of what happened; nothing that is still to come."""
    other = informal(evening.client)
    future = {"code": "eap", "at": "2090-01-10T23:30:01Z"}
    for changes, where, code in (
        ({"kind": "argument"}, "#/kind", "not-allowed"),
        ({"severity": 0}, "#/severity", "too-small"),
        ({"severity": 5}, "#/severity", "too-large"),
        ({"description": "They said"}, "#/description", "unknown"),
        ({"session_id": None}, "#/session_id", "type"),
        ({"session_id": ABSENT}, "#/session_id", "does-not-exist"),
        ({"session_id": other.session["id"]}, "#/session_id", "does-not-exist"),
        ({"enrolment_id": ABSENT}, "#/enrolment_id", "does-not-exist"),
        ({"enrolment_id": other.seats[0].id}, "#/enrolment_id", "does-not-exist"),
        ({"actions": [{"code": "eap"}, {"code": "prayed"}]}, "#/actions/1/code", "not-allowed"),
        ({"actions": [future]}, "#/actions/0/at", "in-the-future"),
        ({"actions": [{"code": "eap"}, {"code": "follow_up"}]}, "#/actions/1/code", "not-allowed"),
        ({"actions": [{"code": "child_protection_report"}]}, "#/actions/0/province", "required"),
        ({"actions": [{"code": "eap", "province": "ON"}]}, "#/actions/0/province", "invalid"),
        ({"actions": [{"code": "child_protection_report", "province": "XX"}]}, "#/actions/0/province", "not-allowed"),
        ({"actions": [{"code": "eap", "note": "x"}]}, "#/actions/0/note", "unknown"),
    ):
        record(evening, **changes).problem(422, "validation-failed").fault(where, code)
    evening.supporter.client.post(PATH, {"kind": "distress", "severity": 1}).problem(422).fault("#/session_id", "required")
    assert evening.coordinator.get(PATH, params={"session_id": evening.session["id"]}).ok().data == []


def test_a_coordinator_records_what_happened_outside_a_session(evening):
    """R13: unwanted contact between sessions; also what concerns nobody in particular."""
    (seat,) = evening.seats
    made = evening.coordinator.post(PATH, {"kind": "contact_outside_group", "severity": 2, "enrolment_id": seat.id}).created()
    assert (made["session_id"], made["group_id"], made["participant_id"]) == (None, evening.group.id, seat.person.id)
    made = evening.coordinator.post(PATH, {"kind": "technical", "severity": 1}).created()
    assert (made["group_id"], made["participant_id"]) == (None, None)
    is_hidden(evening.professional.client, "GET", made.path)


def test_somebody_who_left_is_one_incident_of_each_who_records_it(evening):
    """A6.8: nobody learns from a refusal that a colleague has recorded one."""
    seat = evening.seats[0].id
    record(evening, "left_unexpectedly", 4, evening.professional.client, enrolment_id=seat).created()
    record(evening, "left_unexpectedly", 4, enrolment_id=seat).created()
    refused = record(evening, "left_unexpectedly", 4, enrolment_id=seat)
    assert refused.problem(409, "conflict")["reason"] == "already-open"


def test_said_twice_it_is_one(evening):
    """A host whose connection broke sends it again."""
    key = str(uuid.uuid4())
    body = {"kind": "suicide_risk", "severity": 4, "session_id": evening.session["id"], "actions": [{"code": "crisis_line"}]}
    first, again = (evening.supporter.client.post(PATH, body, idempotency_key=key).created() for _ in range(2))
    assert first.json == again.json and again.headers["Idempotent-Replayed"] == "true"
    evening.supporter.client.post(PATH, body | {"severity": 3}, idempotency_key=key).problem(422, "idempotency-key-reused")
    action = str(uuid.uuid4())
    path = f"{first.path}/actions"
    done = [evening.professional.client.post(path, {"code": "eap"}, idempotency_key=action).created() for _ in range(2)]
    assert done[0].json == done[1].json and len(evening.coordinator.get(first.path).ok()["actions"]) == 2


# ---- the clocks ----


@pytest.mark.parametrize(
    ("severity", "recorded", "acknowledge", "follow_up"),
    [
        (4, "2026-12-01 18:10", "2026-12-01 18:25", "2026-12-02 17:00"),
        (3, "2026-12-01 18:10", "2026-12-01 19:10", "2026-12-02 17:00"),
        (2, "2026-12-01 18:10", "2026-12-02 17:00", "2026-12-02 17:00"),
        (1, "2026-12-01 18:10", "2026-12-08 17:00", "2026-12-08 17:00"),
        # Over a weekend, and over Christmas; minutes and hours know neither.
        (2, "2026-12-04 18:10", "2026-12-07 17:00", "2026-12-07 17:00"),
        (3, "2026-12-05 23:30", "2026-12-06 00:30", "2026-12-07 17:00"),
        (4, "2026-12-24 19:00", "2026-12-24 19:15", "2026-12-29 17:00"),
        (2, "2026-12-24 19:00", "2026-12-29 17:00", "2026-12-29 17:00"),
    ],
)
def test_the_clocks_of_each_severity(coordinator, severity, recorded, acknowledge, follow_up):
    """A6.6: 15 minutes, one hour, one and five business days; follow-up on the next business day."""
    made = coordinator.post(PATH, {"kind": "conduct_breach", "severity": severity}, now=eastern(recorded)).created()
    assert (made["acknowledge_due"], made["follow_up_due"]) == (eastern(acknowledge), eastern(follow_up))
    assert coordinator.get(made.path, now=eastern(acknowledge)).ok()["is_overdue"] is False
    assert coordinator.get(made.path, now=eastern(acknowledge).replace(":00Z", ":01Z")).ok()["is_overdue"] is True


def test_the_clock_of_a_call_to_somebody_who_left(evening):
    """A6.6, R6: 15 minutes where the safety plan agrees to it; an attempt stops it, acknowledging alone does not."""
    (seat,) = evening.seats
    seat.person.peer.put(f"{seat.person.path}/safety-plan", {"current_place_method": None, "consent_to_checkin": True}, if_match="*").ok()
    made = record(evening, "left_unexpectedly", 4, enrolment_id=seat.id).created()
    step(evening.professional.client, made, "acknowledge").ok()
    read = evening.professional.client.get
    assert evening.at(minutes=15) and read(made.path).ok()["is_overdue"] is False
    evening.at(minutes=15, seconds=1)
    assert read(made.path).ok()["is_overdue"] is True
    tried = act(evening, made, "check_in_attempted", at="2090-01-10T23:40:00Z").created()
    assert (tried["check_in_at"], tried["is_overdue"], tried["state"]) == ("2090-01-10T23:40:00Z", False, "actioned")
    reached = act(evening, made, "check_in_reached").created()
    assert reached["check_in_at"] == "2090-01-10T23:40:00Z", "the first attempt"


# ---- one step after the other ----


def test_from_open_to_closed(evening, db):
    """A6.2: open, acknowledged, actioned, followed up, closed; who and when."""
    made = record(evening).created()
    taken = step(evening.at(minutes=10).professional.client, made, "acknowledge", made).ok()
    assert (taken["state"], taken["acknowledged_at"], taken["acknowledged_by"]) == ("acknowledged", evening.now, evening.professional.id)
    done = act(evening.at(minutes=12), made, "line_handoff").created()
    assert (done["state"], done.path) == ("actioned", made.path)
    followed = act(evening.at(hours=15), made, "follow_up", evening.coordinator).created()
    assert (followed["state"], followed["followed_up_at"], followed["is_overdue"]) == ("followed_up", evening.now, False)
    act(evening.at(hours=15, minutes=1), made, "eap").created()
    closed = step(evening.at(hours=16).coordinator, made, "close").ok()
    assert (closed["state"], closed["closed_at"], closed["closed_by"]) == ("closed", evening.now, evening.coordinator.account)
    assert [action["code"] for action in closed["actions"]] == ["line_handoff", "follow_up", "eap"]
    assert [action for action, *_ in audited(db, "incident", object_id=made["id"])] == [
        "close", "act", "act", "act", "acknowledge", "create"]  # fmt: skip


def test_what_was_done_before_it_was_acknowledged_counts(evening):
    made = record(evening, actions=[{"code": "supported_in_session"}]).created()
    assert made["state"] == "open"
    assert act(evening, made, "emergency_services").created()["state"] == "open"
    assert step(evening.coordinator, made, "acknowledge").ok()["state"] == "actioned"


def test_it_cannot_be_closed_without_follow_up(evening):
    """R6, issue point 6: from no other state, and a follow-up comes after an action, never instead of one."""
    made = record(evening).created()
    moves = {"open": lambda: step(evening.coordinator, made, "acknowledge"), "acknowledged": lambda: act(evening, made, "eap")}
    for state in ("open", "acknowledged", "actioned"):
        assert step(evening.coordinator, made, "close").problem(409, "conflict-state")["state"] == state
        if state != "actioned":
            assert act(evening, made, "follow_up").problem(409, "conflict-state")["state"] == state
            moves[state]().ok(200 if state == "open" else 201)
    act(evening, made, "follow_up").created()
    step(evening.coordinator, made, "close").ok()


def test_what_is_closed_stays_closed(evening):
    made = followed_up(evening)
    step(evening.coordinator, made, "close", made).ok()
    for refused in (step(evening.coordinator, made, "close"), step(evening.coordinator, made, "acknowledge"), act(evening, made, "eap")):
        assert refused.problem(409, "conflict-state")["state"] == "closed"


def test_acknowledged_once(evening):
    made = record(evening).created()
    step(evening.professional.client, made, "acknowledge").ok()
    assert step(evening.coordinator, made, "acknowledge").problem(409, "conflict-state")["state"] == "acknowledged"


def test_two_who_work_on_one(evening):
    made = record(evening).created()
    act(evening, made, "eap").created()
    step(evening.coordinator, made, "acknowledge", made).problem(412, "precondition-failed")
    fresh = evening.coordinator.get(made.path).ok()
    step(evening.coordinator, made, "acknowledge", fresh).ok()
    act(evening, made, "follow_up").created()
    step(evening.coordinator, made, "close", fresh).problem(412, "precondition-failed")


def test_every_action_is_a_code_with_its_time_and_actor(evening):
    """A6.6: also the report to child protection, with its province."""
    made = record(evening).created()
    for code in ACTIONS:
        act(evening, made, code).created()
    done = act(evening, made, "child_protection_report", evening.coordinator, province="QC").created()["actions"]
    assert {(a["code"], a["province"], a["recorded_by"]) for a in done} == {(code, None, evening.professional.id) for code in ACTIONS} | {
        ("child_protection_report", "QC", evening.coordinator.account)}  # fmt: skip
    for more, where, code in (
        ({"code": "child_protection_report"}, "#/province", "required"),
        ({"code": "eap", "province": "QC"}, "#/province", "invalid"),
        ({"code": "eap", "at": "2090-01-10T23:30:01Z"}, "#/at", "in-the-future"),
        ({"code": "told_everybody"}, "#/code", "not-allowed"),
    ):
        evening.professional.client.post(f"{made.path}/actions", more).problem(422, "validation-failed").fault(where, code)


# ---- the queue ----


def test_what_is_late_stands_in_a_queue(evening):
    """R6: by the clock that ran out first; it leaves the queue with the step that was due."""

    def queue(who=None, **params):
        found = walk(who or evening.coordinator, PATH, params={"overdue": "true", "limit": 1} | params)
        return [incident["id"] for incident in found if incident["session_id"] == evening.session["id"]]

    slow = record(evening, severity=3).created()["id"]
    fast = record(evening, severity=4).created()["id"]
    assert evening.at(minutes=15) and queue() == []
    assert evening.at(minutes=15, seconds=1) and queue() == [fast]
    assert evening.at(minutes=60, seconds=1) and queue() == [fast, slow]
    assert queue(state=["acknowledged"]) == [] and queue(session_id=evening.session["id"]) == [fast, slow]
    assert set(queue(evening.professional.client)) == {fast, slow} == set(queue(evening.supporter.client))
    step(evening.coordinator, {"id": fast}, "acknowledge").ok()
    assert queue() == [slow]
    evening.at(hours=22, minutes=30)
    assert queue() == [slow]
    evening.at(hours=22, minutes=30, seconds=1)
    assert queue() == [slow, fast], "nobody followed up by 17:00"
    act(evening, {"id": fast}, "eap").created()
    assert fast in queue()
    act(evening, {"id": fast}, "follow_up").created()
    assert queue() == [slow]


def test_lists_newest_first_by_state_and_session(evening, db):
    made = [record(evening.at(minutes=minute), severity=2).created()["id"] for minute in range(3)]
    step(evening.coordinator, {"id": made[1]}, "acknowledge").ok()
    session = {"session_id": evening.session["id"]}
    for who in (evening.coordinator, evening.professional.client, evening.supporter.client):
        assert [i["id"] for i in walk(who, PATH, params=session | {"limit": 2})] == made[::-1]
        assert [i["id"] for i in who.get(PATH, params=session | {"state": "open"}).ok().data] == [made[2], made[0]]
        everything = [i["id"] for i in who.get(PATH, params={"limit": 100}).ok().data if i["session_id"] == evening.session["id"]]
        assert everything == made[::-1]
    assert audited(db, "incident")[0][:2] == ("list", evening.supporter.id)
    evening.coordinator.get(PATH, params={"state": "lost"}).problem(400, "bad-parameter")


# ---- who sees what ----


def test_who_sees_and_works_on_it(evening):
    """A6.8: a peer supporter their own; a professional those of their sessions, whom they work on; coordinators all, and they close."""
    made = record(evening, who=evening.professional.client, enrolment_id=evening.seats[0].id).created()
    is_hidden(evening.supporter.client, "GET", made.path)
    assert made["id"] not in str(evening.supporter.client.get(PATH).ok().data)
    for stranger in (evening.stranger(), evening.stranger("mental_health_professional")):
        is_hidden(stranger, "GET", made.path)
        assert stranger.get(PATH).ok().data == []
    is_hidden(evening.stranger("mental_health_professional"), "POST", f"{made.path}/acknowledge")
    evening.supporter.client.post(f"{made.path}/actions", {"code": "eap"}).problem(403, "forbidden")
    evening.professional.client.post(f"{made.path}/close", if_match="*").problem(403, "forbidden")
    for who in (evening.seats[0].person.peer, evening.client("line"), evening.administrator):
        who.get(made.path).problem(403, "forbidden")
        record(evening, who=who).problem(403, "forbidden")
    assert evening.professional.client.get(made.path).ok()["participant_id"] is None


def test_about_oneself_or_somebody_one_is_kept_from(evening):
    """I13, R14: not there; but who leads the session records what happens in it, and it looks as before until another leads (R6)."""
    (seat,) = evening.seats
    made = record(evening, who=evening.supporter.client, enrolment_id=seat.id).created()
    exclude = evening.coordinator.post
    exclude(f"{seat.person.path}/exclusions", {"account_id": evening.professional.id, "reason": "asked_by_peer"}).created()
    evening.professional.client.get(made.path).ok()
    own = record(evening, who=evening.professional.client, enrolment_id=seat.id).created()
    back = {"kind": "recusal", "name": "Nobody Anywhere", "counts_from": "now"}
    evening.professional.client.post("/v1/conflict-declarations", back).created()
    evening.professional.client.get(own.path).ok()  # whoever could make them vanish by stepping back would learn of whom
    evening.professional.client.delete("/v1/step-back").no_content()
    evening.professional.client.get(made.path).ok()
    evening.stand_in(evening.host("mental_health_professional"), evening.professional)
    for incident in (made, own):
        is_hidden(evening.professional.client, "GET", incident.path)
    own_case(evening.client, seat.person, QUEBEC_COORDINATOR)
    themselves = evening.client("coordinator", QUEBEC_COORDINATOR)
    is_hidden(themselves, "GET", made.path)
    is_hidden(themselves, "POST", f"{made.path}/acknowledge")
    record(evening, who=themselves).problem(422).fault("#/session_id", "does-not-exist")


def test_the_person_reads_that_help_was_arranged(evening):
    """A6.8: that, when, and whom to call; not what it was called, nor by whom. For thirty days."""
    person = evening.seats[0].person

    def help_arranged():
        return person.peer.get(f"{person.path}/home").ok()["help_arranged"]

    made = record(evening, "suicide_risk", 4, enrolment_id=evening.seats[0].id).created()
    record(evening, "conduct_breach", 4, enrolment_id=evening.seats[0].id, actions=[{"code": "coordinator_told"}]).created()
    assert help_arranged() == []
    act(evening.at(minutes=3), made, "line_handoff").created()
    (shown,) = help_arranged()
    assert set(shown) == {"session_id", "at", "text"} and (shown["at"], shown["session_id"]) == (evening.now, evening.session["id"])
    assert set(shown["text"]) == {"en", "fr"} and "24/7" in shown["text"]["en"]
    home = person.peer.get(f"{person.path}/home", language="fr").ok()
    assert home["help_arranged"][0]["text"] == {"fr": shown["text"]["fr"]} and home["help"]["line"] == "1-844-750-1648"
    assert b"suicide" not in home.content and made["id"].encode() not in home.content
    evening.at(days=30, minutes=3)
    assert help_arranged() == []
