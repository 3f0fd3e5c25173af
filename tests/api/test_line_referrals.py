# SPDX-License-Identifier: MIT
"""The 24/7 line refers somebody (S1.26, S2.1, A1.6): once, with their agreement, and learns afterwards only how far it came."""

import collections
import time
import uuid

import pytest
from harness.client import Client
from steps import (
    ABSENT,
    LINE,
    OTHER_LINE,
    as_coordinators_see,
    at_once,
    attempt,
    close,
    inquire,
    inquiry_body,
    line_body,
    refer,
    walk,
)  # fmt: skip

PATH = "/v1/line-referrals"
# S23: nobody is called like a reference.
NO_REFERENCES = ("Jane Doe 613-555-0143", "Beaudoin-1", "JEAN", "LINES-1", "LINE-", "LINE2041", "-1", "2041 b", "LINE-2041\u0661")
REFERENCES = ("LINE-2041", "2041", "4-1-", "9" * 40, str(uuid.uuid4()), f"T-{uuid.uuid4()}")
SEEN = {"id", "external_ref", "received_at", "state"}


# ---- referring ----


def test_a_call_becomes_a_referral(line, coordinator):
    """S1.26: three ways a call may end (A1.6), a name only if it was given; the coordinator finds all of it in the queue."""
    for channel in ("line_smsrc", "line_eap_followup", "line_voicemail"):
        body = line_body(channel=channel, name="Anaïs", safe_hours="avant 8 h", urgent=True, ok_to_leave_message=True)
        made = line.post(PATH, body).created()
        assert made.path == f"{PATH}/{made['id']}" and made["state"] == "received"
        whole = coordinator.get(as_coordinators_see(made)).ok().json
        for name in ("external_ref", "channel", "language", "callback", "name", "safe_hours", "urgent", "ok_to_leave_message"):
            assert whole[name] == body[name], name
        assert whole["recorded_by"] == LINE and whole["caller_consented_at"] == made["received_at"]


def test_a_caller_may_stay_nameless(line, coordinator):
    """A1.6: callers need not give their name."""
    assert coordinator.get(as_coordinators_see(refer(line))).ok()["name"] is None


@pytest.mark.parametrize(
    ("changes", "where", "code"),
    [
        ({"external_ref": None}, "#/external_ref", "required"),
        ({"external_ref": ""}, "#/external_ref", "too-short"),
        ({"external_ref": "x" * 101}, "#/external_ref", "too-long"),
        ({"external_ref": 7}, "#/external_ref", "type"),
        *(({"external_ref": text}, "#/external_ref", "not-a-reference") for text in NO_REFERENCES),
        ({"channel": "email_self"}, "#/channel", "not-allowed"),
        ({"language": None}, "#/language", "required"),
        ({"callback": None}, "#/callback", "required"),
        ({"caller_consented": False}, "#/caller_consented", "not-allowed"),
        ({"caller_consented": None}, "#/caller_consented", "required"),
        ({"ok_to_leave_message": None}, "#/ok_to_leave_message", "required"),
        ({"received_at": "2026-09-25T20:00:00Z"}, "#/received_at", "unknown"),
        ({"coordinator_id": ABSENT}, "#/coordinator_id", "unknown"),
        ({"position": "x"}, "#/position", "unknown"),
    ],
)
def test_referrals_that_cannot_be_taken(line, changes, where, code):
    """S1.26: without the person's agreement, or without a way back, there is no referral; and no field for more."""
    line.post(PATH, line_body(**changes)).problem(422, "validation-failed").fault(where, code)


def test_requests_that_cannot_be_read(line):
    line.post(PATH, content=b"{", content_type="application/json").problem(400, "bad-json")
    line.post(PATH, content=b"a,b", content_type="text/csv").problem(415, "unsupported-media-type")
    line.post(PATH, line_body(), idempotency_key=None).problem(400, "idempotency-key-required")
    line.get(PATH, params={"state": "received"}).problem(400, "bad-parameter").fault("state", "unknown")
    line.get(f"{PATH}/{ABSENT}", params={"verbose": 1}).problem(400, "bad-parameter").fault("verbose", "unknown")
    line.get(PATH, params={"external_ref": ""}).problem(400, "bad-parameter").fault("external_ref", "too-short")


def test_s23_a_reference_cannot_carry_a_name(line, coordinator, db, contract):
    """In the body of both, in the query, and in the table, of which the contract's pattern is the only form; the fault says which it is."""
    for text in REFERENCES:
        taken = line.post(PATH, line_body(external_ref=text))  # 200 where another test or the demo has sent it
        assert taken.status in (200, 201) and taken["external_ref"] == inquire(coordinator, external_ref=text)["external_ref"] == text
    for text in NO_REFERENCES:
        coordinator.post("/v1/referrals", inquiry_body(external_ref=text)).problem(422).fault("#/external_ref", "not-a-reference")
        line.get(PATH, params={"external_ref": text}).problem(400, "bad-parameter").fault("external_ref", "not-a-reference")
    for language, words in (("en", "never a name"), ("fr", "jamais un nom")):
        refused = line.post(PATH, line_body(external_ref="Beaudoin-1"), language=language).problem(422)
        assert words in refused["errors"][0]["detail"]
    pattern = contract.document["components"]["schemas"]["LineReferralNew"]["properties"]["external_ref"]["pattern"]
    checked = "select pg_get_constraintdef(oid) from pg_constraint where conname = 'referrals__external_ref__form'"
    assert f"'{pattern}'" in db.execute(checked).fetchone()[0]


# ---- never twice ----


def test_the_same_key_answers_again(line, coordinator):
    body, key = line_body(), str(uuid.uuid4())
    first = line.post(PATH, body, idempotency_key=key).created()
    again = line.post(PATH, body, idempotency_key=key).created()
    assert again.content == first.content and again.path == first.path
    assert again.headers["Idempotent-Replayed"] == "true"
    for other in (body | {"urgent": True}, body | {"external_ref": "2042"}):
        line.post(PATH, other, idempotency_key=key).problem(422, "idempotency-key-reused")


def test_the_same_reference_never_makes_a_second_one(line, coordinator, db):
    """R5: sent again with another key, also with other words: the first one stands, and says how far it is by now."""
    body = line_body(name="Anaïs")
    made = line.post(PATH, body).created()
    again = line.post(PATH, body | {"name": "Someone else", "language": "en", "urgent": True}).ok()
    assert again.json == made.json and again.path == made.path
    whole = coordinator.get(as_coordinators_see(made)).ok()
    assert (whole["name"], whole["language"], whole["urgent"]) == ("Anaïs", "fr", False)
    attempt(coordinator, as_coordinators_see(made), "replied")
    assert line.post(PATH, body).ok()["state"] == "contacted"
    keys = db.execute("select count(*) from sealed_keys where owner_id = %s", (made["id"],)).fetchone()[0]
    assert keys == 1, "what was not kept needs no key"
    assert db.execute("select count(*) from sealed_keys k where not exists (select from referrals r where r.id = k.owner_id)"
                      " and owner_type = 'referral'").fetchone()[0] == 0  # fmt: skip


def test_a_reference_belongs_to_its_line(line, client):
    body = line_body()
    first, second = line.post(PATH, body).created(), client("line", "other").post(PATH, body).created()
    assert first["id"] != second["id"]


@pytest.mark.parametrize("kind", ["one key", "a key each"])
def test_fifty_at_once_make_one(server, contract, token, db, kind):
    """R5: a line's system that repeats itself in panic; each of fifty clients learns of the same referral."""
    body, key = line_body(name="Anaïs"), str(uuid.uuid4())

    def post(_):
        mine = Client(server.url, contract, token("line"))
        own_key = key if kind == "one key" else str(uuid.uuid4())
        while True:
            response = mine.post(PATH, body, idempotency_key=own_key)
            if response.status not in (409, 503):
                return response
            assert response.headers["Retry-After"], "busy, and says when to come back"
            time.sleep(0.1)

    answers = at_once(50, post)
    counted = collections.Counter(getattr(answer, "status", answer) for answer in answers)
    assert counted == ({201: 50} if kind == "one key" else {201: 1, 200: 49})
    assert len({answer["id"] for answer in answers}) == len({answer.path for answer in answers}) == 1
    made = db.execute("select id from referrals where external_ref = %s", (body["external_ref"],)).fetchall()
    assert len(made) == 1
    creations = "select count(*) from audit_events where action = 'create' and object_id = %s"
    assert db.execute(creations, (made[0][0],)).fetchone()[0] == 1


# ---- what the line learns ----


def test_the_line_sees_how_far_it_came_and_no_more(line, coordinator):
    """Decision 19: received, contacted, closed; never how it ended, who works on it, how often, or what was found."""
    made = refer(line, name="Anaïs", urgent=True)
    path = as_coordinators_see(made)

    def seen():
        answer = line.get(made.path).ok()
        assert set(answer.json) == SEEN
        assert answer.etag is None, "a version would tell how often somebody worked on it"
        return answer["state"]

    assert seen() == "received"
    coordinator.post(f"{path}/take", if_match="*").ok()
    attempt(coordinator, path, "message_left")
    assert seen() == "received", "attempts are not the line's affair"
    attempt(coordinator, path, "replied")
    assert seen() == "contacted"
    close(coordinator, path, "declined").ok()
    assert seen() == "closed"
    assert "Anaïs" not in line.get(made.path).content.decode() and "613 555 0143" not in line.get(PATH).content.decode()


@pytest.mark.parametrize("reason", ["under_18", "family_member", "not_eligible"])
def test_why_somebody_was_redirected_stays_inside(line, coordinator, reason):
    """R16, A1.2, decision 19."""
    made = refer(line)
    close(coordinator, as_coordinators_see(made), "redirected", redirect_reason=reason).ok()
    assert line.get(made.path).ok().json == made.json | {"state": "closed"}


def test_every_ending_is_the_same_to_the_line(line, coordinator):
    """Decision 19: that somebody takes part, or was known already, is theirs to say."""
    # 1. Unreachable after three business days.
    lost = refer(line, now="2026-09-21T14:00:00Z")
    for day in (21, 22, 23):
        attempt(coordinator, as_coordinators_see(lost), now=f"2026-09-{day}T15:00:00Z")
    close(coordinator, as_coordinators_see(lost), "unreachable").ok()
    # 2. A duplicate: not of which.
    twice = refer(line)
    close(coordinator, as_coordinators_see(twice), "duplicate", duplicate_of=lost["id"]).ok()
    # 3. Converted, when a participant was opened.
    opened = refer(line, language="en")
    attempt(coordinator, as_coordinators_see(opened), "replied")
    coordinator.post("/v1/participants", {
        "referral_id": opened["id"], "alias": f"T {uuid.uuid4().hex[:12]}", "preferred_language": "en",
        "affiliation_kind": "caf_former", "age_attested": True, "eligibility_attested": True,
    }).created()  # fmt: skip
    ended = [lost, twice, opened]
    listed = {entry["id"]: entry for entry in walk(line, PATH, params={"limit": 7})}
    for made in ended:
        seen = [line.get(made.path).ok().json, listed[made["id"]]]
        seen.append(line.post(PATH, line_body(external_ref=made["external_ref"])).ok().json)
        assert seen == [{name: made[name] for name in SEEN} | {"state": "closed"}] * 3


def test_a_line_sees_its_own_only(line, client, coordinator):
    """R2: another line's, a coordinator's and an absent referral answer alike."""
    mine, elsewhere, by_mail = refer(line), refer(client("line", "other")), inquire(coordinator)
    answers = []
    for identifier in (elsewhere["id"], by_mail["id"], ABSENT, str(uuid.uuid4())):
        body = line.get(f"{PATH}/{identifier}").problem(404, "not-found").json
        body.pop("instance")
        answers.append(body)
    assert all(body == answers[0] for body in answers)
    listed = {entry["id"] for entry in walk(line, PATH, params={"limit": 100})}
    assert mine["id"] in listed and not listed & {elsewhere["id"], by_mail["id"]}
    assert line.get(PATH, params={"external_ref": elsewhere["external_ref"]}).ok().data == []
    for path in ("/v1/referrals", f"/v1/referrals/{mine['id']}", f"/v1/referrals/{mine['id']}/attempts", "/v1/participants"):
        line.get(path).problem(403, "forbidden")


def test_one_reference_is_found(line):
    made = refer(line, external_ref=f"LINE-{uuid.uuid4().int % 10**30}")
    found = line.get(PATH, params={"external_ref": made["external_ref"]}).ok()
    assert [entry["id"] for entry in found.data] == [made["id"]] and found["page"]["has_more"] is False
    assert line.get(PATH, params={"external_ref": made["external_ref"][:-1]}).ok().data == [], "whole, not in part"


def test_newest_first_in_pages_while_calls_come_in(client):
    """R5: what came before the walk began is met once; what comes during it waits for the next one."""
    line = client("line", OTHER_LINE)
    before = [refer(line, now=f"2026-09-{21 + number // 3}T14:00:00Z")["id"] for number in range(9)]
    arrived = []  # later than all others: of one second, the id decides which is newer
    entries = walk(line, PATH, between=lambda: arrived.append(refer(line, now="2030-01-01T14:00:00Z")["id"]), params={"limit": 2})
    seen = [entry["id"] for entry in entries]
    assert len(seen) == len(set(seen)) and set(before) <= set(seen) and not set(arrived) & set(seen)
    moments = [entry["received_at"] for entry in entries]
    assert moments == sorted(moments, reverse=True)


def test_cursors_that_do_not_belong(line, client, coordinator):
    refer(line), refer(line)
    cursor = line.get(PATH, params={"limit": 1}).ok()["page"]["next_cursor"]
    line.get(PATH, params={"cursor": cursor, "external_ref": "1"}).problem(400, "bad-parameter").fault("cursor", "bad-cursor")
    line.get(PATH, params={"cursor": "x" + cursor}).problem(400, "bad-parameter").fault("cursor", "bad-cursor")
    coordinator.get("/v1/referrals", params={"cursor": cursor}).problem(400, "bad-parameter").fault("cursor", "bad-cursor")
    # A position in time and no permission: another line walks through its own.
    theirs = {entry["id"] for entry in client("line", "other").get(PATH, params={"cursor": cursor, "limit": 100}).ok().data}
    assert not theirs & {entry["id"] for entry in walk(line, PATH)}
