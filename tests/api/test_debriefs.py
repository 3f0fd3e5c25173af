# SPDX-License-Identifier: MIT
"""How it was, for those who led: the co-host never sees it; coordinators, and whom they ask, supervise (R13, A6.1, A6.8)."""

import uuid

import pytest
from steps import ABSENT, walk
from steps.evenings import DEBRIEF, Evening, audited, informal
from steps.groups import COORDINATED
from steps.journey import QUEBEC_COORDINATOR, is_hidden, own_case, tables_with

PATH = "/v1/debriefs"
HEAVY = DEBRIEF | {"wellbeing": 2}


@pytest.fixture
def evening(client):
    return Evening(client).ended()


def write(evening, host=None, **changes):
    return (host or evening.supporter).client.post(f"{evening.path}/debriefs", DEBRIEF | changes)


def supervise(who, debrief, if_match="*"):
    return who.post(f"{PATH}/{debrief['id']}/supervise", if_match=if_match)


def ask(evening, debrief, account, if_match="*"):
    body = {"supervisor_account_id": account}
    return evening.coordinator.patch(f"{PATH}/{debrief['id']}", body, if_match=if_match)


def queue(evening, who=None, **params):
    found = walk(who or evening.coordinator, PATH, params={"needs_supervision": "true", "limit": 1} | params)
    return [debrief["id"] for debrief in found if debrief["session_id"] == evening.session["id"]]


# ---- writing it ----


def test_a_host_writes_how_it_was(evening, db):
    made = write(evening, note="A calm evening, all in all.").created()
    assert made.path == f"{PATH}/{made['id']}" and made.etag == '"1.both"'
    nothing = ("supervision_due", "supervisor_account_id", "supervised_at", "supervised_by")
    assert made.json == DEBRIEF | dict.fromkeys(nothing) | {
        "id": made["id"], "session_id": evening.session["id"], "account_id": evening.supporter.id,
        "note": "A calm evening, all in all.", "needs_supervision": False, "created_at": evening.now}  # fmt: skip
    read = evening.supporter.client.get(made.path).ok()
    assert read.json == made.json
    evening.supporter.client.get(made.path, if_none_match=read).not_modified()
    assert audited(db, "debrief", object_id=made["id"]) == [("read", evening.supporter.id, [])] * 2 + [("create", evening.supporter.id, [])]


def test_the_note_is_sealed(evening, db):
    word = uuid.uuid4().hex
    made = write(evening, note=f"Hard: {word}").created()
    assert tables_with(db, word) == []
    assert evening.coordinator.get(made.path).ok()["note"] == f"Hard: {word}"


@pytest.mark.parametrize(
    ("wellbeing", "wants", "needs"), [(1, False, True), (2, False, True), (3, False, False), (5, True, True), (5, False, False)]
)
def test_who_is_not_well_or_asks_is_talked_with_within_one_business_day(evening, wellbeing, wants, needs):
    """R13: well-being of 2 or less, or the wish; due the next business day, Wednesday at 17:00."""
    made = write(evening, wellbeing=wellbeing, wants_supervision=wants).created()
    assert (made["needs_supervision"], made["supervision_due"]) == (needs, "2090-01-11T22:00:00Z" if needs else None)
    assert queue(evening) == ([made["id"]] if needs else [])


def test_over_a_weekend_it_is_due_on_monday(evening):
    assert write(evening.at(days=3, minutes=90), wellbeing=1).created()["supervision_due"] == "2090-01-16T22:00:00Z"


def test_afterwards_and_by_whoever_led(client):
    """Issue point 6: not before the end; one of each host who was there; nobody who was not."""
    evening = Evening(client).at()
    body = DEBRIEF
    is_hidden(evening.supporter.client, "POST", f"{evening.path}/debriefs", body)
    evening.start().ok()
    assert write(evening).problem(409, "conflict-state")["state"] == "in_progress"
    evening.at(minutes=90).end().ok()
    write(evening).created()
    write(evening, evening.professional).created()
    write(evening).problem(409, "conflict").fault("#/session_id", "taken")
    is_hidden(evening.supporter.client, "POST", f"/v1/sessions/{evening.next_session['id']}/debriefs", body)
    for role in ("peer_supporter", "mental_health_professional"):
        is_hidden(evening.stranger(role), "POST", f"{evening.path}/debriefs", body)
    is_hidden(evening.coordinator, "POST", f"{evening.path}/debriefs", body)
    for who in (evening.seats[0].person.peer, evening.administrator, evening.client("line")):
        who.post(f"{evening.path}/debriefs", body).problem(403, "forbidden")


def test_the_professional_on_call_too(client):
    """S0.22: support during an informal session is work that is talked about."""
    drop_in = informal(client).ended()
    assert write(drop_in, drop_in.on_call, wellbeing=2).created()["needs_supervision"] is True
    for host in drop_in.hosts:
        write(drop_in, host).created()


def test_a_coordinator_who_leads_is_a_host_like_any_other(client):
    """S2.12: what they write is theirs, what others write of that evening is not for them; somebody else talks with them."""
    evening = Evening(client, COORDINATED)
    evening.hosts.append(evening.host("coordinator"))
    evening.group.assign(evening.hosts[-1], "coordinator").created()
    evening.ended()
    leader, theirs = evening.hosts[-1], write(evening).created()
    own = write(evening, leader, wellbeing=1, note="A long evening.").created()
    assert leader.client.get(own.path).ok()["note"] == "A long evening."
    assert queue(evening) == [own["id"]] == queue(evening, leader.client)
    is_hidden(leader.client, "GET", theirs.path)
    assert [d["id"] for d in walk(leader.client, PATH, params={"session_id": evening.session["id"]})] == [own["id"]]
    is_hidden(leader.client, "POST", f"{own.path}/supervise")
    is_hidden(leader.client, "PATCH", own.path, {"supervisor_account_id": None})
    for host in (evening.supporter, evening.professional):
        is_hidden(host.client, "GET", own.path)
    assert supervise(evening.coordinator, own).ok()["supervised_by"] == evening.coordinator.account


def test_said_twice_it_is_one(evening):
    key = str(uuid.uuid4())
    body = DEBRIEF | {"note": "Once."}
    first, again = (evening.supporter.client.post(f"{evening.path}/debriefs", body, idempotency_key=key).created() for _ in range(2))
    assert first.json == again.json and again.headers["Idempotent-Replayed"] == "true"


def test_what_cannot_be_written(evening):
    for changes, where, code in (
        ({"climate": 0}, "#/climate", "too-small"),
        ({"climate": 6}, "#/climate", "too-large"),
        ({"wellbeing": 0}, "#/wellbeing", "too-small"),
        ({"wellbeing": 2.5}, "#/wellbeing", "type"),
        ({"delivered": None}, "#/delivered", "type"),
        ({"note": "é" * 1001}, "#/note", "too-long"),
        ({"note": ""}, "#/note", "too-short"),
        ({"participants": 6}, "#/participants", "unknown"),
    ):
        write(evening, **changes).problem(422, "validation-failed").fault(where, code)
    for missing in DEBRIEF:
        rest = {name: value for name, value in DEBRIEF.items() if name != missing}
        evening.supporter.client.post(f"{evening.path}/debriefs", rest).problem(422).fault(f"#/{missing}", "required")
    write(evening, note="é" * 1000).created()


# ---- who reads it ----


def test_the_co_host_never_sees_it(evening):
    """A6.1: neither it, nor that it is there, nor how many there are."""
    theirs = write(evening, note="About the evening with you.").created()
    assert evening.professional.client.get(PATH).ok().data == []
    is_hidden(evening.professional.client, "GET", theirs.path)
    is_hidden(evening.professional.client, "POST", f"{theirs.path}/supervise")
    own = write(evening, evening.professional).created()
    for host, debrief in ((evening.professional, own), (evening.supporter, theirs)):
        assert [d["id"] for d in host.client.get(PATH).ok().data] == [debrief["id"]]
        assert [d["id"] for d in host.client.get(PATH, params={"session_id": evening.session["id"]}).ok().data] == [debrief["id"]]
    is_hidden(evening.supporter.client, "GET", own.path)


def test_nobody_else_does(evening):
    """A6.8, I13: a coordinator who is a peer in that group reads none of it."""
    made = write(evening).created()
    for role in ("peer_supporter", "mental_health_professional"):
        is_hidden(evening.stranger(role), "GET", made.path)
    for role in ("peer", "line", "administrator"):
        evening.client(role).get(made.path).problem(403, "forbidden")
        evening.client(role).get(PATH).problem(403, "forbidden")
    own_case(evening.client, evening.seats[0].person, QUEBEC_COORDINATOR)
    themselves = evening.client("coordinator", QUEBEC_COORDINATOR)
    for method, path, body in (
        ("GET", made.path, None),
        ("POST", f"{made.path}/supervise", None),
        ("PATCH", made.path, {"supervisor_account_id": None}),
    ):
        is_hidden(themselves, method, path, body)
    assert made["id"] not in str(themselves.get(PATH, params={"limit": 100}).ok().data)


def test_the_author_reads_it_after_having_left_the_group(evening):
    made = write(evening).created()
    for host in evening.hosts:
        evening.release(evening.assignment(host))
    assert evening.supporter.client.get(made.path).ok().json == made.json
    is_hidden(evening.professional.client, "GET", made.path)


# ---- supervision ----


def test_a_coordinator_supervises(evening, db):
    """R13: the queue is by when it is due; whoever was talked with is off it."""
    late = write(evening, wellbeing=2).created()
    later = write(evening.at(days=2), evening.professional, wants_supervision=True).created()
    assert queue(evening) == [late["id"], later["id"]] == queue(evening, session_id=evening.session["id"])
    done = supervise(evening.coordinator, late, late).ok()
    assert (done["supervised_at"], done["supervised_by"]) == (evening.now, evening.coordinator.account)
    assert queue(evening) == [later["id"]]
    assert audited(db, "debrief", object_id=late["id"])[0] == ("supervise", evening.coordinator.account, [])
    assert supervise(evening.coordinator, late).problem(409, "conflict-state")["state"] == "supervised"
    supervise(evening.coordinator, later, '"7.both"').problem(412, "precondition-failed")
    evening.supporter.client.post(f"{late.path}/supervise", if_match="*").problem(403, "forbidden")
    assert evening.supporter.client.get(late.path).ok()["supervised_at"] == done["supervised_at"], "the author knows"


def test_a_debrief_that_needs_no_talk_may_get_one(evening):
    made = write(evening).created()
    assert supervise(evening.coordinator, made).ok()["needs_supervision"] is False


def test_a_professional_who_was_asked_supervises(evening, db):
    """A6.8: that one debrief, with its note, and no other; handing it on is the coordinators'."""
    supervisor = evening.host("mental_health_professional")
    made = write(evening, wellbeing=1, note="I could not sleep.").created()
    other = write(evening, evening.professional, wellbeing=1).created()
    asked = ask(evening, made, supervisor.id, made).ok()
    assert asked["supervisor_account_id"] == supervisor.id
    assert audited(db, "debrief", object_id=made["id"])[0] == ("update", evening.coordinator.account, [])
    assert supervisor.client.get(made.path).ok()["note"] == "I could not sleep."
    assert [d["id"] for d in supervisor.client.get(PATH).ok().data] == [made["id"]] == queue(evening, supervisor.client)
    is_hidden(supervisor.client, "GET", other.path)
    supervisor.client.patch(made.path, {"supervisor_account_id": None}, if_match="*").problem(403, "forbidden")
    done = supervise(supervisor.client, made).ok()
    assert (done["supervised_by"], queue(evening)) == (supervisor.id, [other["id"]])
    assert ask(evening, made, None).problem(409, "conflict-state")["state"] == "supervised"


def test_it_can_be_taken_back(evening):
    supervisor = evening.host("mental_health_professional")
    made = write(evening, wellbeing=1).created()
    ask(evening, made, supervisor.id).ok()
    ask(evening, made, None, made).problem(412, "precondition-failed")
    assert ask(evening, made, None).ok()["supervisor_account_id"] is None
    is_hidden(supervisor.client, "GET", made.path)
    is_hidden(supervisor.client, "POST", f"{made.path}/supervise")


def test_whom_a_coordinator_cannot_ask(evening):
    """A6.1: a host of that group, now or before; nobody but an active professional."""
    made = write(evening, wellbeing=1).created()
    former = evening.host("mental_health_professional")
    stood_in = evening.stand_in(former, evening.professional, evening.next_session)
    evening.release(stood_in)
    gone = evening.host("mental_health_professional")
    evening.administrator.patch(gone.path, {"is_active": False}, if_match="*").ok()
    nobody = (evening.professional.id, evening.supporter.id, former.id, gone.id, evening.host().id, evening.coordinator.account, ABSENT)
    for account in nobody:
        ask(evening, made, account).problem(422, "validation-failed").fault("#/supervisor_account_id", "not-allowed")


def test_who_becomes_a_host_of_the_group_reads_it_no_more(evening):
    supervisor = evening.host("mental_health_professional")
    made = write(evening, wellbeing=1).created()
    ask(evening, made, supervisor.id).ok()
    evening.stand_in(supervisor, evening.professional, evening.next_session)
    is_hidden(supervisor.client, "GET", made.path)
    assert supervisor.client.get(PATH).ok().data == []


def test_lists_newest_first(evening):
    """Of all sessions, page by page; coordinators read which debriefs there are, each host their own."""
    first = write(evening).created()["id"]
    second = write(evening.at(hours=3), evening.professional).created()["id"]
    mine = [d["id"] for d in walk(evening.coordinator, PATH, params={"limit": 1, "session_id": evening.session["id"]})]
    assert mine == [second, first]
    everything = [d["id"] for d in evening.coordinator.get(PATH, params={"limit": 100}).ok().data]
    assert everything.index(second) < everything.index(first)
