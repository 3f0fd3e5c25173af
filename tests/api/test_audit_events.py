# SPDX-License-Identifier: MIT
"""Who read or changed what (R14, A4): one row for each act, with it or not at all; the administrator reviews them."""

import uuid

import pytest
from steps import (
    ABSENT,
    ADMINISTRATOR,
    COORDINATOR,
    LINE,
    as_coordinators_see,
    attempt,
    contacted,
    inquire,
    inquiry_body,
    line_body,
    refer,
    walk,
)  # fmt: skip

PATH = "/v1/audit-events"
PEER = "00000000-0000-4000-8000-000000000001"
PARTICIPANT, INTAKE = "00000000-0000-4000-8000-000000000101", "00000000-0000-4000-8000-000000004000"


@pytest.fixture
def trace(db):
    """trace(client, method, path, ...): the answer, and the audit rows that this one request left."""

    def send(client, method, path, *args, **kwargs):
        request_id = str(uuid.uuid4())
        answer = client.request(method, path, *args, headers={"X-Request-Id": request_id}, **kwargs)
        rows = db.execute(
            "select account_id::text, role, operation, action, object_type, object_id::text, participant_ids::text[], fields"
            " from audit_events where request_id = %s order by id",
            (request_id,),
        ).fetchall()
        return answer, rows

    return send


# ---- what leaves a trace ----


def test_the_coordinators_steps_on_a_referral(coordinator, trace):
    """R14: each read and each change, by its name in the program; fields by name, never by content."""
    answer, rows = trace(coordinator, "POST", "/v1/referrals", inquiry_body(name="Alex", safe_hours="evenings"))
    path, identifier = answer.created().path, answer["id"]
    fields = ["callback", "caller_consented", "channel", "language", "name", "ok_to_leave_message", "safe_hours"]
    assert rows == [(COORDINATOR, "coordinator", "referrals_create", "create", "referral", identifier, [], fields)]

    def left(method, where, *args, **kwargs):
        answer, rows = trace(coordinator, method, where, *args, **kwargs)
        assert answer.status in (200, 201), answer.content
        assert [row[:2] for row in rows] == [(COORDINATOR, "coordinator")] and rows[0][6] == []
        return rows[0][2:6] + (rows[0][7],)

    attempts = f"{path}/attempts"
    assert left("GET", path) == ("referrals_read", "read", "referral", identifier, [])
    assert left("GET", "/v1/referrals") == ("referrals_list", "list", "referral", None, [])
    assert left("PATCH", path, {"urgent": True}, if_match="*") == ("referrals_update", "update", "referral", identifier, ["urgent"])
    tried = {"channel": "phone", "outcome": "message_left"}
    assert left("POST", attempts, tried) == ("referrals_attempts_create", "attempt", "referral", identifier, ["channel", "outcome"])
    replied = left("POST", attempts, tried | {"outcome": "replied"})
    assert replied == ("referrals_attempts_create", "first_reply", "referral", identifier, ["channel", "outcome"])
    assert left("GET", attempts) == ("referrals_attempts_list", "list", "referral_attempt", identifier, [])
    declined = left("POST", f"{path}/close", {"outcome": "declined"}, if_match="*")
    assert declined == ("referrals_close", "declined", "referral", identifier, ["outcome"])


def test_the_lines_steps(line, trace):
    body = line_body()
    answer, rows = trace(line, "POST", "/v1/line-referrals", body)
    fields = sorted(body)
    assert rows == [(LINE, "line", "line_referrals_create", "create", "referral", answer["id"], [], fields)]
    assert trace(line, "GET", answer.path)[1] == [(LINE, "line", "line_referrals_read", "read", "referral", answer["id"], [], [])]
    assert trace(line, "GET", "/v1/line-referrals")[1] == [(LINE, "line", "line_referrals_list", "list", "referral", None, [], [])]
    assert trace(line, "POST", "/v1/line-referrals", body)[1] == [], "what made nothing and showed nothing new"


def test_the_administrators_steps(administrator, trace):
    """Everything that the administrator keeps, and the review itself."""

    def left(method, path, *args, **kwargs):
        answer, rows = trace(administrator, method, path, *args, **kwargs)
        assert answer.status in (200, 201, 204), answer.content
        assert [row[:2] for row in rows] == [(ADMINISTRATOR, "administrator")]
        assert rows[0][6] == []
        return answer, rows[0][2:6] + (rows[0][7],)

    body = {"role": "coordinator", "name": "C", "email": f"{uuid.uuid4().hex}@example.org", "languages": ["en"]}
    staff, row = left("POST", "/v1/staff", body)
    assert row == ("staff_create", "create", "staff", staff["id"], ["email", "languages", "name", "role"])
    assert left("GET", staff.path)[1] == ("staff_read", "read", "staff", staff["id"], [])
    assert left("GET", "/v1/staff")[1] == ("staff_list", "list", "staff", None, [])
    changed = left("PATCH", staff.path, {"is_active": False, "email": body["email"]}, if_match="*")[1]
    assert changed == ("staff_update", "update", "staff", staff["id"], ["email", "is_active"])
    holiday, row = left("POST", "/v1/holidays", {"date": "2099-02-02", "name": {"en": "A", "fr": "B"}})
    assert row == ("holidays_create", "create", "holiday", holiday["id"], ["date", "name"])
    changed = left("PATCH", holiday.path, {"region": "QC"}, if_match="*")[1]
    assert changed == ("holidays_update", "update", "holiday", holiday["id"], ["region"])
    assert left("DELETE", holiday.path, if_match="*")[1] == ("holidays_delete", "delete", "holiday", holiday["id"], [])
    words = {"en": str(uuid.uuid4()), "fr": "x"}
    document, row = left("POST", "/v1/documents", {"kind": "consent", "title": words, "body": words})
    assert row == ("documents_create", "create", "document", document["id"], ["body", "kind", "title"])
    assert left("GET", PATH)[1] == ("audit_events_list", "list", "audit_event", None, [])


def test_reads_of_a_persons_file_name_the_person(coordinator, peer, trace):
    """A4, R14: of whom it was; so that the person can be told."""
    for who, account, role in ((coordinator, COORDINATOR, "coordinator"), (peer, PEER, "peer")):
        answer, rows = trace(who, "GET", f"/v1/participants/{PARTICIPANT}")
        assert answer.status == 200
        assert [row[:2] + (row[6],) for row in rows] == [(account, role, [PARTICIPANT])]


def test_what_was_refused_leaves_no_trace_and_what_was_repeated_its_own(coordinator, administrator, line, client, trace):
    """The row comes with its effect or not at all; what was kept is shown again, which is a look."""
    made, spoken = inquire(coordinator), contacted(coordinator)
    key, body = str(uuid.uuid4()), inquiry_body()
    assert len(trace(coordinator, "POST", "/v1/referrals", body, idempotency_key=key)[1]) == 1
    again, rows = trace(coordinator, "POST", "/v1/referrals", body, idempotency_key=key)
    assert again.status == 201 and [row[2:6] for row in rows] == [("referrals_create", "replay", "referral", again["id"])]
    for who, method, path, status, args, more in (
        (coordinator, "POST", "/v1/referrals", 422, ({},), {}),
        (coordinator, "GET", f"/v1/referrals/{ABSENT}", 404, (), {}),
        (coordinator, "GET", f"/v1/referrals/{ABSENT}/attempts", 404, (), {}),
        (coordinator, "GET", "/v1/referrals?limit=x", 400, (), {}),
        (coordinator, "PATCH", made.path, 412, ({"urgent": True},), {"if_match": '"9.both"'}),
        (coordinator, "POST", f"{made.path}/close", 409, ({"outcome": "declined"},), {"if_match": "*"}),
        (coordinator, "POST", f"/v1/referrals/{spoken['id']}/close", 422, ({"outcome": "redirected"},), {"if_match": "*"}),
        (line, "GET", f"/v1/line-referrals/{made['id']}", 404, (), {}),
        (line, "GET", made.path, 403, (), {}),
        (client(), "GET", made.path, 401, (), {}),
        (client("coordinator", str(uuid.uuid4())), "GET", made.path, 401, (), {}),
        (administrator, "POST", "/v1/holidays", 409, ({"date": "2026-01-01", "name": {"en": "A", "fr": "B"}},), {}),
    ):
        answer, rows = trace(who, method, path, *args, **more)
        assert (answer.status, rows) == (status, []), f"{method} {path}"


def test_what_everybody_may_read_leaves_no_trace(nobody, coordinator, trace):
    """A4: collect only what serves: who reads the help lines is nobody's affair."""
    for path in ("/v1/help-lines", "/v1/code-lists", "/v1/holidays", "/v1/documents", "/v1/openapi.json", "/livez"):
        for who in (nobody, coordinator):
            assert trace(who, "GET", path)[1] == []


def test_a_read_that_answers_304_is_a_read(coordinator, trace):
    """R14: whoever learns that nothing changed has looked."""
    made = inquire(coordinator)
    answer, rows = trace(coordinator, "GET", made.path, if_none_match=made)
    assert answer.status == 304 and [row[3] for row in rows] == ["read"]
    answer, rows = trace(coordinator, "HEAD", made.path)
    assert answer.status == 200 and [row[3] for row in rows] == ["read"]


# ---- the review ----


def test_the_administrator_finds_the_request(administrator, coordinator):
    """A4: who saw which record, when; the request id leads from a log line to the row."""
    made, mine = inquire(coordinator), str(uuid.uuid4())
    coordinator.get(made.path, headers={"X-Request-Id": mine}, now="2031-05-05T10:00:00Z").ok()
    newest = administrator.get(PATH, params={"limit": 1}, now="2031-05-05T10:00:01Z").ok().data
    assert newest[0] | {"id": ""} == {
        "id": "", "at": "2031-05-05T10:00:00Z", "account_id": COORDINATOR, "role": "coordinator", "operation": "referrals_read",
        "action": "read", "object_type": "referral", "object_id": made["id"], "participant_ids": [], "fields": [], "request_id": mine,
    }  # fmt: skip


def test_a_review_of_a_file_is_in_the_file(administrator, coordinator, peer):
    """R14: also the administrator's look at it; the person sees that somebody looked."""
    coordinator.get(f"/v1/participants/{PARTICIPANT}").ok()
    params = {"participant_id": PARTICIPANT, "limit": 100}
    first = administrator.get(PATH, params=params).ok().data
    assert first and all(PARTICIPANT in event["participant_ids"] for event in first)
    again = administrator.get(PATH, params=params).ok().data
    assert (again[0]["operation"], again[0]["account_id"], again[0]["participant_ids"]) == (
        "audit_events_list",
        ADMINISTRATOR,
        [PARTICIPANT],
    )
    own = peer.get(f"/v1/participants/{PARTICIPANT}/audit-events", params={"limit": 100}).ok().data
    assert [entry["role"] for entry in own if entry["object_type"] == "audit_event"][:2] == ["administrator", "administrator"]


def test_filters(administrator, coordinator, line):
    """By account, by person, by time: from is included, to is not."""
    for minute in range(4):
        now = f"2032-03-03T10:0{minute}:00Z"
        inquire(coordinator, now=now)
        refer(line, now=now)

    def found(**params):
        return [(event["at"][14:16], event["role"]) for event in walk(administrator, PATH, params={"limit": 3} | params)]

    window = {"from": "2032-03-03T10:01:00Z", "to": "2032-03-03T10:03:00Z"}
    assert found(**window) == [("02", "line"), ("02", "coordinator"), ("01", "line"), ("01", "coordinator")]
    assert found(**window, account_id=LINE) == [("02", "line"), ("01", "line")]
    assert found(**window, account_id=ABSENT) == [] and found(**window, participant_id=PARTICIPANT) == []
    assert found(**{"from": "2032-03-03T05:03:00-05:00", "to": "2032-03-03T10:03:00.000001Z"}) == [("03", "line"), ("03", "coordinator")]
    assert found(**{"from": window["to"], "to": window["from"]}) == []
    coordinator.get(f"/v1/participants/{PARTICIPANT}", now="2032-03-03T10:01:30Z").ok()
    assert found(**window, participant_id=PARTICIPANT) == [("01", "coordinator")]
    assert found(**window, participant_id=PARTICIPANT, account_id=COORDINATOR) == [("01", "coordinator")]
    assert found(**window, participant_id=PARTICIPANT, account_id=LINE) == []


def test_every_event_once_while_more_are_written(administrator, coordinator):
    """Newest first; each page is itself an event, and none of it slips in."""
    made = inquire(coordinator, now="2040-01-01T00:00:00Z")
    for second in range(12):
        coordinator.get(made.path, now=f"2040-01-01T00:01:{second:02d}Z").ok()
    meanwhile = []

    def read():
        meanwhile.append(str(uuid.uuid4()))
        coordinator.get(made.path, headers={"X-Request-Id": meanwhile[-1]}, now="2040-01-01T00:02:00Z").ok()

    params = {"limit": 3, "account_id": COORDINATOR, "from": "2040-01-01T00:00:00Z"}
    events = walk(administrator, PATH, between=read, params=params)
    seen = [event["id"] for event in events]
    assert len(seen) == len(set(seen)) and sum(event["object_id"] == made["id"] for event in events) == 13
    assert meanwhile and not set(meanwhile) & {event["request_id"] for event in events}


@pytest.mark.parametrize(
    ("params", "where"),
    [({"participant_id": "x"}, "participant_id"), ({"account_id": "me"}, "account_id"), ({"from": "2026-09-01"}, "from"),
     ({"to": "now"}, "to"), ({"limit": "0"}, "limit"), ({"cursor": "x"}, "cursor"), ({"name": "x"}, "name")],
)  # fmt: skip
def test_questions_that_cannot_be_asked(administrator, params, where):
    administrator.get(PATH, params=params).problem(400, "bad-parameter").fault(where)


def test_cursors_that_do_not_belong(administrator, coordinator):
    attempt(coordinator, as_coordinators_see(inquire(coordinator)))
    cursor = administrator.get(PATH, params={"limit": 1, "account_id": COORDINATOR}).ok()["page"]["next_cursor"]
    for params in ({}, {"account_id": LINE}, {"account_id": COORDINATOR, "from": "2026-01-01T00:00:00Z"}):
        administrator.get(PATH, params=params | {"cursor": cursor}).problem(400, "bad-parameter").fault("cursor", "bad-cursor")


def test_only_the_administrator_reviews(client):
    for role in ("peer", "peer_supporter", "mental_health_professional", "coordinator", "line"):
        client(role).get(PATH).problem(403, "forbidden")
