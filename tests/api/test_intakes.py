# SPDX-License-Identifier: MIT
"""The intake: every step once, in order, by whoever may take it (A1.5, A6.2, S1.28-34, S2.46-48, I4, I8, decisions 3 and 12)."""

import pytest
from steps import ABSENT, COORDINATOR, OTHER_COORDINATOR, walk
from steps.groups import placed
from steps.journey import (
    DOCUMENTS,
    MEETING,
    QUEBEC_COORDINATOR,
    STATES,
    Intake,
    is_hidden,
    open_intake,
    open_person,
)

NOW = "2026-11-23T15:00:00Z"
OVER = ("closed", "ineligible", "withdrawn")
# In which states each step is possible; everywhere else it is refused, and the refusal names the state.
STEPS = {
    "send_form": {"group": {"received"}, "activity": {"received"}},
    "submit": {"group": {"form_sent"}, "activity": {"forms_sent"}},
    "acknowledge": {"group": {"form_returned"}, "activity": set()},
    "schedule": {"group": {"acknowledged", "not_ready", "meeting_scheduled"}, "activity": set()},
    "hold": {"group": {"meeting_scheduled", "meeting_done"}, "activity": set()},
    "hold_not_yet": {"group": {"meeting_scheduled", "meeting_done"}, "activity": set()},
    "register": {"group": set(), "activity": {"forms_returned"}},
    "complete": {"group": {"ready", "placed"}, "activity": {"registered"}},
    "close": {track: set(states) - set(OVER) for track, states in STATES.items()},
    "ineligible": {track: set(states) - set(OVER) for track, states in STATES.items()},
    "fill": {track: set(states) - set(OVER) for track, states in STATES.items()},
    "tell": {track: set(states) - set(OVER) for track, states in STATES.items()},
}
EVERYWHERE = [(track, state) for track, states in STATES.items() for state in states]


def take(intake, step, who=None):
    actions = {
        "submit": lambda: intake.submit(who=who),
        "hold": lambda: intake.hold("ready"),
        "hold_not_yet": lambda: intake.hold("not_yet"),
        "complete": lambda: intake.close("completed"),
        "ineligible": lambda: intake.close("ineligible"),
        "fill": lambda: intake.fill(who=who, device_ok=True),
    }
    return actions.get(step, getattr(intake, step, None))()


def an_intake(client, track, state):
    if state != "placed":
        return open_intake(client, track, state)
    return placed(client, open_intake(client, track, "ready"))


@pytest.fixture
def person(client):
    return open_person(client, now=NOW)


@pytest.mark.parametrize(("track", "state"), EVERYWHERE)
def test_a_step_from_elsewhere_is_refused_naming_the_state(client, track, state):
    """A6.2: an illegal transition is 409 with the present state; nothing moves, backwards or otherwise."""
    intake = an_intake(client, track, state)
    before = intake.read()
    for step, possible in STEPS.items():
        if state in possible[track]:
            continue
        for who in (None, intake.person.coordinator) if step in ("submit", "fill") else (None,):
            refused = take(intake, step, who).problem(409, "conflict-state")
            assert refused["state"] == state, step
    after = intake.read()
    assert after.json == before.json and after.etag == before.etag


@pytest.mark.parametrize(("track", "state"), EVERYWHERE)
def test_withdrawal_is_possible_from_every_state(client, db, track, state):
    """I8, R17: at once, without a reason, by either side, as often as it is said; what was queued never leaves."""
    intake = an_intake(client, track, state)
    who = intake.person.peer if state != "ready" else intake.person.coordinator
    left = intake.withdraw(who).ok()
    assert left["state"] == "withdrawn" and left["help"]["crisis"] == "9-8-8"
    assert {"en", "fr"} == set(left["stops"][0]) == set(left["kept"][0])
    again = intake.withdraw().ok()
    assert again.json == left.json and again.etag == left.etag
    after = intake.read()
    assert (after["state"], after["valid_until"]) == ("withdrawn", None) and after["withdrawn_at"]
    queued = db.execute("select kind from outbox where participant_id = %s and state <> 'cancelled'", (intake.person.id,))
    assert queued.fetchall() == []
    (shown,) = intake.person.status()["intakes"]
    assert (shown["state"], shown["left_to_do"]) == ("withdrawn", []) and "come back" in shown["text"]["en"]


def test_withdrawal_asks_for_no_reason(client):
    """I8: a body is not taken, so none can be kept."""
    intake = open_intake(client, state="form_sent")
    for body in ({}, {"reason": "afraid"}):
        intake.person.peer.post(f"{intake.path}/withdraw", body).problem(400)
    assert intake.state == "form_sent"
    intake.withdraw().ok()
    # They may come back at any time.
    assert Intake(intake.person).state == "received"


def test_the_group_track_step_by_step(person):
    """S1.28-34: who did what, when, in plain words; readiness is the coordinators' only."""
    intake = Intake(person)
    assert intake.made.path == f"/v1/intakes/{intake.id}" and intake.made.etag == '"1.both"'
    assert set(intake.made["text"]) == {"en", "fr"}
    moments = {}
    for day, state in enumerate(("form_sent", "form_returned", "acknowledged", "meeting_scheduled", "meeting_done", "ready"), 24):
        moments[state] = f"2026-11-{day}T15:00:00Z"
        person.at(moments[state])
        intake.walk(state)
    ready = intake.read()
    assert [ready[f"{name}_at"] for name in ("form_sent", "form_returned", "acknowledged", "ready")] == [
        moments["form_sent"], moments["form_returned"], moments["acknowledged"], moments["ready"]]  # fmt: skip
    assert ready["meeting"]["held_at"] == moments["meeting_done"] and ready["readiness"] == "ready"
    assert ready["valid_until"] == "2027-11-29T15:00:00Z", "decision 3: twelve months"
    seen = intake.read(person.peer)
    assert (seen["readiness"], seen["coordinator_id"]) == (None, None)
    assert seen["text"] == ready["text"] and seen["meeting"] == ready["meeting"]
    french = person.peer.get(intake.path, language="fr").ok()
    assert french["text"] == {"fr": ready["text"]["fr"]} and french.etag.endswith('.fr"')
    done = intake.close("completed").ok()
    assert (done["state"], done["outcome"], done["valid_until"]) == ("closed", "completed", ready["valid_until"])


def test_the_activity_track_has_no_meeting(person):
    """S2.48: intake form and consent form are both returned, then the coordinator registers."""
    intake = Intake(person, "activity")
    intake.send_form().ok()
    person.reachable().names_nobody()
    person.accept("privacy_notice").created()
    intake.fill().ok()
    intake.submit().ok()
    assert intake.state == "forms_sent", "the consent is missing"
    assert person.to_do() == ["accept_consent", "confirm_safety_plan"]
    person.accept("consent").created()
    returned = intake.read()
    assert (returned["state"], returned["form_returned_at"]) == ("forms_returned", NOW)
    registered = intake.register().ok()
    assert (registered["state"], registered["valid_until"]) == ("registered", "2027-11-23T15:00:00Z")


def test_the_consent_may_come_first(person):
    intake = Intake(person, "activity").walk("forms_sent")
    person.accept("consent").created()
    assert intake.state == "forms_sent"
    intake.return_form()
    assert intake.state == "forms_returned"


def test_a_consent_taken_back_stops_the_registration(person):
    """I4: what was returned and withdrawn again is not there."""
    intake = Intake(person, "activity").walk("forms_returned")
    consent = next(a for a in person.peer.get(f"{person.path}/acceptances").ok().data if a["kind"] == "consent")
    person.peer.post(f"/v1/acceptances/{consent['id']}/withdraw").ok()
    refused = intake.register().problem(409, "conflict-state")
    assert (refused["state"], refused["missing"]) == ("forms_returned", ["consent"])
    person.accept("consent").created()
    intake.register().ok()


@pytest.mark.parametrize("last", ["readiness", "documents"])
def test_readiness_and_documents_make_it_ready_in_either_order(person, last):
    """I4, S1.32: the last of the four acceptances, or the answer about readiness, whichever comes last."""
    intake = Intake(person).walk("meeting_scheduled")
    if last == "readiness":
        intake.accept(*DOCUMENTS["group"])
        assert intake.state == "meeting_scheduled"
        assert intake.hold("ready").ok()["state"] == "ready"
        return
    assert intake.hold("ready").ok()["state"] == "meeting_done"
    for step in (intake.hold, lambda: intake.hold("not_yet"), lambda: intake.hold("not_discussed")):
        assert step().problem(409, "conflict-state")["state"] == "meeting_done", "answered once"
    for kind in DOCUMENTS["group"]:
        assert intake.state == "meeting_done"
        person.accept(kind).created()
    assert intake.read()["ready_at"] == NOW


def test_not_ready_yet_is_a_pause(person):
    """R11: never rejected; another meeting follows, and the way goes on."""
    intake = Intake(person).walk("not_ready")
    assert "Not ready yet" in intake.read(person.peer)["text"]["en"]
    again = intake.schedule(local_start="2099-08-04T18:30").ok()
    assert (again["state"], again["readiness"], again["meeting"]["held_at"]) == ("meeting_scheduled", None, None)
    intake.hold("not_discussed").ok()
    assert intake.hold("not_yet").ok()["state"] == "not_ready", "what was left open may be answered so"


@pytest.mark.parametrize("outcome", ["no_longer_wanted", "unreachable", "ineligible", "other_service"])
def test_an_ending_says_which(person, outcome):
    """R11: and what was not completed serves nobody."""
    intake = Intake(person).walk("ready")
    ended = intake.close(outcome).ok()
    assert ended["state"] == ("ineligible" if outcome == "ineligible" else "closed")
    assert (ended["outcome"], ended["closed_at"], ended["valid_until"]) == (outcome, NOW, None)
    Intake(person)


def test_one_at_a_time_on_each_track(person):
    """Decision 13: both tracks at once is normal, the same one twice is not."""
    Intake(person)
    body = {"participant_id": person.id, "track": "group"}
    person.coordinator.post("/v1/intakes", body).problem(409, "conflict").fault("#/track", "taken")
    Intake(person, "activity")
    for bad in ({"participant_id": ABSENT}, {"track": "one_to_one"}, {"diagnosis": "x"}):
        person.coordinator.post("/v1/intakes", body | bad).problem(422).fault(f"#/{next(iter(bad))}")


def test_a_completed_intake_serves_for_twelve_months(person):
    """Decision 3, R10: nobody is taken through it twice; afterwards what was said is there already."""
    intake = Intake(person).walk("ready")
    intake.close("completed").ok()
    for track in ("group", "activity"):
        refused = person.coordinator.post("/v1/intakes", {"participant_id": person.id, "track": track}).problem(409, "conflict")
        assert (refused["reason"], refused["intake_id"]) == ("still-valid", intake.id)
        assert refused["valid_until"] == "2027-11-23T15:00:00Z"
    person.at("2027-11-23T14:59:59Z")
    person.coordinator.post("/v1/intakes", {"participant_id": person.id, "track": "group"}).problem(409)
    assert person.status()["intakes"][0]["valid_until"] == "2027-11-23T15:00:00Z"
    person.at("2027-11-23T15:00:00Z")
    assert [shown["state"] for shown in person.status()["intakes"]] == ["closed"]
    again = Intake(person)
    assert [shown["state"] for shown in person.status()["intakes"]] == ["received"]
    form = person.peer.get(f"{again.path}/form").ok()
    assert form["services_wanted"] == ["informal_group", "formal_group"] and form["availability"]
    assert (form["device_ok"], form["must_not_meet_exists"], form["submitted_at"]) == (None, None, None), "asked again"


def test_an_activity_intake_does_not_serve_a_group(person):
    """T4: the group track leads over a meeting that an activity never had."""
    Intake(person, "activity").walk("registered")
    Intake(person).walk("form_sent")


@pytest.mark.parametrize(
    ("zone", "local", "offset", "starts"),
    [
        ("America/Toronto", "2026-12-15T18:30", "-05:00", "2026-12-15T23:30:00Z"),
        ("America/Toronto", "2027-03-14T01:59", "-05:00", "2027-03-14T06:59:00Z"),
        ("America/Toronto", "2027-03-14T03:00", "-04:00", "2027-03-14T07:00:00Z"),
        ("America/Toronto", "2027-11-07T00:59", "-04:00", "2027-11-07T04:59:00Z"),
        # An hour that comes twice is the first one, as it is for sessions; the offset says so.
        ("America/Toronto", "2027-11-07T01:30", "-04:00", "2027-11-07T05:30:00Z"),
        ("America/Toronto", "2027-11-07T02:00", "-05:00", "2027-11-07T07:00:00Z"),
        # A5.2: British Columbia, Alberta and Manitoba have stopped changing their clocks; Newfoundland is half an hour off.
        ("America/Vancouver", "2026-12-15T18:30", "-07:00", "2026-12-16T01:30:00Z"),
        ("America/Vancouver", "2027-03-14T02:30", "-07:00", "2027-03-14T09:30:00Z"),
        ("America/Edmonton", "2026-12-15T18:30", "-06:00", "2026-12-16T00:30:00Z"),
        ("America/Winnipeg", "2026-12-15T18:30", "-05:00", "2026-12-15T23:30:00Z"),
        ("America/Winnipeg", "2027-03-14T02:30", "-05:00", "2027-03-14T07:30:00Z"),
        ("America/St_Johns", "2026-12-15T18:30", "-03:30", "2026-12-15T22:00:00Z"),
        ("America/St_Johns", "2027-07-06T18:30", "-02:30", "2027-07-06T21:00:00Z"),
        ("America/Regina", "2027-07-06T18:30", "-06:00", "2027-07-07T00:30:00Z"),
        ("Europe/Riga", "2027-07-07T00:00", "+03:00", "2027-07-06T21:00:00Z"),
    ],
)
def test_the_meeting_is_at_local_time(person, zone, local, offset, starts):
    """Decision 12, R8: wall time and zone are the truth; the offset and the instant are told with them."""
    intake = Intake(person).walk("acknowledged")
    meeting = intake.schedule(local_start=local, timezone=zone, language="fr", duration_minutes=60).ok()["meeting"]
    assert meeting == {
        "local_start": local, "timezone": zone, "utc_offset": offset, "starts_at": starts, "language": "fr",
        "duration_minutes": 60, "held_at": None}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"local_start": "2027-03-14T02:30"}, "#/local_start", "skipped-hour"),
        ({"local_start": "2027-03-14T02:00"}, "#/local_start", "skipped-hour"),
        ({"local_start": "2027-03-14T02:30", "timezone": "America/St_Johns"}, "#/local_start", "skipped-hour"),
        ({"local_start": "2126-11-24T10:00"}, "#/local_start", "too-far"),
        ({"local_start": "2026-11-23T10:00"}, "#/local_start", "in-the-past"),
        ({"local_start": "2026-02-30T10:00"}, "#/local_start", "format"),
        ({"local_start": "2026-12-15T18:30Z"}, "#/local_start", "format"),
        ({"local_start": "2026-12-15"}, "#/local_start", "format"),
        ({"timezone": "EST"}, "#/timezone", "unknown-zone"),
        ({"timezone": "PST8PDT"}, "#/timezone", "unknown-zone"),
        ({"timezone": "UTC-5"}, "#/timezone", "unknown-zone"),
        ({"language": "es"}, "#/language", "not-allowed"),
        ({"duration_minutes": 9}, "#/duration_minutes", "too-small"),
        ({"duration_minutes": 241}, "#/duration_minutes", "too-large"),
        ({"duration_minutes": 45.5}, "#/duration_minutes", "type"),
        ({"join_url": "https://x"}, "#/join_url", "unknown"),
    ],
)
def test_no_meeting_at_such_a_time(person, change, pointer, code):
    """R8: an hour that the clocks skip does not exist; EST and its like are no zones (A5.2)."""
    intake = Intake(person).walk("acknowledged")
    intake.schedule(**change).problem(422, "validation-failed").fault(pointer, code)
    assert intake.state == "acknowledged"


def test_two_coordinators_schedule_one_meeting(person, client):
    """412: one of them learns that the other was faster."""
    intake = Intake(person).walk("acknowledged")
    colleague = client("coordinator", "other", headers={"X-Test-Now": NOW})
    mine, theirs = intake.read(), colleague.get(intake.path).ok()
    person.coordinator.put(f"{intake.path}/meeting", MEETING, if_match=mine).ok()
    later = MEETING | {"local_start": "2099-09-01T10:00"}
    colleague.put(f"{intake.path}/meeting", later, if_match=theirs).problem(412, "precondition-failed")
    assert intake.read()["meeting"]["local_start"] == MEETING["local_start"]
    colleague.put(f"{intake.path}/meeting", later, if_match=colleague.get(intake.path)).ok()


def test_the_list_finds_by_everything_it_says(client):
    coordinator = client("coordinator")
    mine = [open_intake(client, "group", state, region="YT") for state in ("received", "form_sent", "acknowledged")]
    activity = open_intake(client, "activity", "forms_sent", region="YT")
    colleague = client("coordinator", "other")
    theirs = Intake(open_person(client, coordinator=colleague, region="YT"))
    ours = [intake.id for intake in [*mine, activity, theirs]]

    def found(who=coordinator, **params):
        listed = [entry["id"] for entry in who.get("/v1/intakes", params={"limit": 100} | params).ok().data]
        return [i for i in listed if i in ours]

    assert found() == ours[::-1], "newest first"
    assert found(state="form_sent") == [mine[1].id]
    assert found(state=["form_sent", "forms_sent"]) == [activity.id, mine[1].id]
    assert found(track="activity") == [activity.id]
    assert found(coordinator_id=COORDINATOR) == [activity.id, *(intake.id for intake in mine[::-1])]
    assert found(coordinator_id=OTHER_COORDINATOR) == [theirs.id]
    assert found(participant_id=mine[0].person.id) == [mine[0].id]
    assert found(participant_id=mine[0].person.id, state="form_sent") == []
    # Each of the list's ways walks through everything once.
    for params in ({}, {"state": ["received", "form_sent", "forms_sent", "acknowledged"]}, {"track": "group"}):
        walked = [entry["id"] for entry in walk(coordinator, "/v1/intakes", params={"limit": 3} | params)]
        assert len(walked) == len(set(walked)) and [i for i in walked if i in ours] == found(**params)
    for bad in ({"state": "lost"}, {"track": "x"}, {"participant_id": "x"}, {"update_overdue": "maybe"}, {"region": "YT"}):
        coordinator.get("/v1/intakes", params=bad).problem(400, "bad-parameter").fault(next(iter(bad)))


def test_who_may_see_it(client):
    """A6.8, R14: the person, and coordinators of their region."""
    intake = open_intake(client, region="BC", state="meeting_scheduled")
    stranger, quebec = open_person(client).peer, client("coordinator", QUEBEC_COORDINATOR)
    for who in (stranger, quebec):
        is_hidden(who, "GET", intake.path)
        is_hidden(who, "POST", f"{intake.path}/withdraw")
    for step, body in (("send-form", None), ("meeting/hold", {"readiness": "ready"}), ("close", {"outcome": "unreachable"})):
        is_hidden(quebec, "POST", f"{intake.path}/{step}", body)
        intake.person.peer.request("POST", f"{intake.path}/{step}", if_match="*").problem(403, "forbidden")
    is_hidden(quebec, "PUT", f"{intake.path}/meeting", MEETING)
    assert quebec.get("/v1/intakes", params={"participant_id": intake.person.id}).ok().data == []
    quebec.post("/v1/intakes", {"participant_id": intake.person.id, "track": "activity"}).problem(422).fault(
        "#/participant_id", "does-not-exist")  # fmt: skip
