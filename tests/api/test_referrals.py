# SPDX-License-Identifier: MIT
"""A coordinator's work on one inquiry: recorded, handed on, tried, answered once, closed; and what stays of it then."""

import uuid

import psycopg
import pytest
from steps import ABSENT, COORDINATOR, OTHER_COORDINATOR, at_once, attempt, close, contacted, inquire, inquiry_body, walk

PATH = "/v1/referrals"


# ---- recording ----


def test_an_email_inquiry_is_recorded_whole(coordinator):
    """S1.2, S1.26, S2.1: the second door is an e-mail; a coordinator writes down no more than is needed to answer it."""
    body = inquiry_body(
        external_ref="MAIL-77", language="fr", urgent=True, name="Élise Ménard", safe_hours="le soir, après 19 h", channel="rsc"
    )
    made = coordinator.post(PATH, body).created()
    seen = coordinator.get(made.path).ok().json
    assert seen == made.json, "what was answered is what is read"
    for name in ("external_ref", "language", "urgent", "name", "safe_hours", "channel", "callback", "ok_to_leave_message"):
        assert seen[name] == body[name], name
    assert made.path == f"{PATH}/{seen['id']}"
    assert seen["state"] == "received" and seen["attempts"] == 0 and seen["recorded_by"] == COORDINATOR
    assert seen["caller_consented_at"] == seen["received_at"]
    for name in ("first_reply_at", "first_reply_by", "last_attempt_at", "coordinator_id", "closed_at", "closed_by"):
        assert seen[name] is None, name
    assert coordinator.get(made.path).headers["Cache-Control"] == "no-store"


def test_a_person_may_stay_nameless(coordinator):
    """A1.6: nobody has to give a name, a reference or hours."""
    made = inquire(coordinator)
    assert (made["name"], made["external_ref"], made["safe_hours"], made["urgent"]) == (None, None, None, False)


def test_one_reference_of_a_sender_may_come_by_two_mails(coordinator):
    """Only the line's references are unique: a coordinator's are those of many senders."""
    first = inquire(coordinator, external_ref="77")
    assert inquire(coordinator, external_ref="77")["id"] != first["id"]


@pytest.mark.parametrize(
    ("changes", "where", "code"),
    [
        ({"channel": "fax"}, "#/channel", "not-allowed"),
        ({"channel": None}, "#/channel", "required"),
        ({"language": "de"}, "#/language", "not-allowed"),
        ({"caller_consented": False}, "#/caller_consented", "not-allowed"),
        ({"caller_consented": None}, "#/caller_consented", "required"),
        ({"callback": {"method": "pigeon", "handle": "abc"}}, "#/callback/method", "not-allowed"),
        ({"callback": {"method": "phone"}}, "#/callback/handle", "required"),
        ({"callback": {"method": "phone", "handle": "12"}}, "#/callback/handle", "too-short"),
        ({"callback": {"method": "phone", "handle": "1" * 255}}, "#/callback/handle", "too-long"),
        ({"callback": {"method": "phone", "handle": "123", "rank": "x"}}, "#/callback/rank", "unknown"),
        ({"callback": "613"}, "#/callback", "type"),
        ({"ok_to_leave_message": "yes"}, "#/ok_to_leave_message", "type"),
        ({"urgent": 1}, "#/urgent", "type"),
        ({"name": ""}, "#/name", "too-short"),
        ({"name": "é" * 101}, "#/name", "too-long"),
        ({"name": "a\tb"}, "#/name", "control-character"),
        ({"safe_hours": "x" * 201}, "#/safe_hours", "too-long"),
        ({"external_ref": ""}, "#/external_ref", "too-short"),
        ({"received_at": "yesterday"}, "#/received_at", "format"),
        ({"received_at": "2026-09-25T16:00:00"}, "#/received_at", "format"),
        ({"received_at": "2026-02-30T16:00:00Z"}, "#/received_at", "format"),
    ],
)
def test_inquiries_that_cannot_be_taken(coordinator, changes, where, code):
    coordinator.post(PATH, inquiry_body(**changes)).problem(422, "validation-failed").fault(where, code)


@pytest.mark.parametrize("name", ["what_happened", "perpetrator", "rank", "service_number", "date_of_birth", "diagnosis", "unit", "notes"])
def test_no_field_exists_for_the_story(coordinator, name):
    """Decision 9, R4: not even by accident."""
    coordinator.post(PATH, inquiry_body(**{name: "x"})).problem(422).fault(f"#/{name}", "unknown")


def test_an_inquiry_is_neither_from_tomorrow_nor_from_last_season(coordinator):
    now = "2026-09-25T20:00:00Z"
    for received, code in (("2026-09-25T20:00:01Z", "in-the-future"), ("2026-08-26T19:59:59Z", "in-the-past")):
        refused = coordinator.post(PATH, inquiry_body(received_at=received), now=now)
        refused.problem(422, "validation-failed").fault("#/received_at", code)
    for received in ("2026-09-25T20:00:00Z", "2026-08-26T20:00:00Z"):
        assert inquire(coordinator, received_at=received, now=now)["received_at"] == received
    assert inquire(coordinator, received_at="2026-09-25T15:00:00.9-04:00", now=now)["received_at"] == "2026-09-25T19:00:00Z"


def test_while_the_first_request_runs_its_key_is_taken(coordinator, server, cluster, database):
    """The key is claimed by another transaction that has not ended: 409 with Retry-After, and the key works afterwards."""
    with psycopg.connect(cluster.url(database), options="-c search_path=alongside,pg_catalog") as other:
        for path, body, operation in (
            (PATH, inquiry_body(), "referrals_create"),
            (f"{inquire(coordinator).path}/attempts", {"channel": "phone", "outcome": "no_answer"}, "referrals_attempts_create"),
        ):
            key = str(uuid.uuid4())
            other.execute(
                "insert into idempotency_keys (account_id, operation, key, fingerprint, created_at) values (%s, %s, %s, 'x', now())",
                (COORDINATOR, operation, key),
            )
            refused = coordinator.post(path, body, idempotency_key=key).problem(409, "idempotency-in-progress")
            assert int(refused.headers["Retry-After"]) >= 1
            other.rollback()
            coordinator.post(path, body, idempotency_key=key).created()


# ---- changing ----


def test_any_coordinator_takes_what_nobody_has(coordinator, client):
    """R5, decision 22: nobody gives it away; from somebody else it comes by a hand-over, and a patch moves no work."""
    made, colleague = inquire(coordinator, urgent=True), client("coordinator", OTHER_COORDINATOR)
    mine = coordinator.post(f"{made.path}/take", if_match=made).ok()
    assert mine["coordinator_id"] == COORDINATOR and mine["urgent"] is True and mine.etag != made.etag
    assert mine["updated_at"] >= made["updated_at"]
    assert coordinator.post(f"{made.path}/take", if_match=mine).ok().etag == mine.etag, "said again, nothing happens"
    coordinator.patch(made.path, {"coordinator_id": OTHER_COORDINATOR}, if_match="*").problem(422).fault("#/coordinator_id", "unknown")
    assert colleague.post(f"{made.path}/take", if_match="*").problem(409, "conflict")["reason"] == "hand-over-needed"
    moves = {"to_account_id": OTHER_COORDINATOR, "reason": "workload", "work": {"kind": "referral", "id": made["id"]}}
    coordinator.post(f"/v1/colleagues/{COORDINATOR}/hand-over", moves).ok()
    assert colleague.get(made.path).ok()["coordinator_id"] == OTHER_COORDINATOR
    (row,) = walk(colleague, "/v1/hand-overs", params={"subject_id": made["id"]})
    assert (row["kind"], row["from_account_id"], row["reason"]) == ("referral", COORDINATOR, "workload")


def test_two_take_the_same(coordinator, client):
    made, both = inquire(coordinator), (coordinator, client("coordinator", OTHER_COORDINATOR))
    answers = at_once(2, lambda n: both[n].post(f"{made.path}/take", if_match="*"))
    assert sorted(answer.status for answer in answers) == [200, 409]


def test_versions_guard_changes(coordinator):
    made = inquire(coordinator)
    changed = coordinator.patch(made.path, {"urgent": True}, if_match=made).ok()
    for stale in (made, '"0.both"', '"99.en"', '"nonsense"', "garbage", 'W/"x"', '""'):
        coordinator.patch(made.path, {"urgent": False}, if_match=stale).problem(412, "precondition-failed")
    coordinator.patch(made.path, {"urgent": False}).problem(428, "precondition-required")
    assert coordinator.get(made.path).ok()["urgent"] is True
    version = changed.etag.strip('"').split(".")[0]
    for good in (f'"{version}.fr"', f'"nonsense", "{int(version) + 1}.en"', f'W/"{int(version) + 2}.both"', "*"):
        coordinator.patch(made.path, {"urgent": True}, if_match=good).ok()


def test_changes_that_cannot_be_taken(coordinator):
    made = inquire(coordinator)

    def change(body):
        return coordinator.patch(made.path, body, if_match=made).problem(422, "validation-failed")

    change({"state": "contacted"}).fault("#/state", "unknown")
    change({"reply_due": "2030-01-01T00:00:00Z"}).fault("#/reply_due", "unknown")
    change({"urgent": None}).fault("#/urgent", "type")
    coordinator.patch(made.path, {}, if_match=made).problem(422)
    coordinator.patch(f"{PATH}/{ABSENT}", {"urgent": True}, if_match="*").problem(404, "not-found")
    coordinator.post(f"{PATH}/{ABSENT}/take", if_match="*").problem(404, "not-found")
    for operation in ("referrals_update", "referrals_close", "referrals_attempts_create"):
        path = {"referrals_update": made.path, "referrals_close": f"{made.path}/close"}.get(operation, f"{made.path}/attempts")
        method = "PATCH" if operation == "referrals_update" else "POST"
        coordinator.request(method, path, content=b"a=1", content_type="text/csv", if_match="*").problem(415)
        coordinator.request(method, path, content=b"{", content_type="application/json", if_match="*").problem(400, "bad-json")
    for path in (made.path, f"{made.path}/attempts"):
        coordinator.get(path, params={"nonsense": 1}).problem(400, "bad-parameter").fault("nonsense", "unknown")
    coordinator.get(f"{PATH}/not-a-uuid").problem(404, "not-found")


def test_a_read_that_changed_nothing_is_304(coordinator):
    made = inquire(coordinator)
    coordinator.get(made.path, if_none_match=made).not_modified()
    attempt(coordinator, made.path)
    assert coordinator.get(made.path, if_none_match=made).ok().etag != made.etag


# ---- closing ----


def test_declined_needs_a_reply_first(coordinator):
    """S1.27: nobody is turned down unheard; 409 names the present state."""
    made = inquire(coordinator)
    refused = close(coordinator, made.path, "declined").problem(409, "conflict-state")
    assert refused["state"] == "received"
    spoken = attempt(coordinator, made.path, "replied")
    done = close(coordinator, made.path, "declined", if_match=spoken).ok()
    assert done["state"] == "declined" and done["closed_by"] == COORDINATOR and done["closed_at"]
    assert done["callback"] == made["callback"], "what was said stays with those who answered"


@pytest.mark.parametrize("outcome", ["declined", "redirected"])
def test_the_last_states_are_final(coordinator, outcome):
    """A6.2: nothing moves backwards, and 409 says where it stands."""
    spoken = contacted(coordinator)
    path = f"{PATH}/{spoken['id']}"
    reason = {"redirect_reason": "not_eligible"} if outcome == "redirected" else {}
    close(coordinator, path, outcome, **reason).ok()
    for refused in (
        close(coordinator, path, "declined"),
        close(coordinator, path, "redirected", redirect_reason="under_18"),
        coordinator.patch(path, {"urgent": True}, if_match="*"),
        coordinator.post(f"{path}/take", if_match="*"),
        coordinator.post(f"{path}/attempts", {"channel": "phone", "outcome": "replied"}),
    ):
        assert refused.problem(409, "conflict-state")["state"] == outcome


@pytest.mark.parametrize(
    ("body", "where", "code"),
    [
        ({"outcome": "converted"}, "#/outcome", "not-allowed"),
        ({"outcome": "received"}, "#/outcome", "not-allowed"),
        ({}, "#/outcome", "required"),
        ({"outcome": "redirected"}, "#/redirect_reason", "required"),
        ({"outcome": "redirected", "redirect_reason": "other"}, "#/redirect_reason", "not-allowed"),
        ({"outcome": "declined", "redirect_reason": "under_18"}, "#/redirect_reason", "invalid"),
        ({"outcome": "duplicate"}, "#/duplicate_of", "required"),
        ({"outcome": "duplicate", "duplicate_of": ABSENT}, "#/duplicate_of", "does-not-exist"),
        ({"outcome": "duplicate", "duplicate_of": "x"}, "#/duplicate_of", "format"),
        ({"outcome": "declined", "duplicate_of": ABSENT}, "#/duplicate_of", "invalid"),
        ({"outcome": "declined", "comment": "x"}, "#/comment", "unknown"),
    ],
)
def test_endings_that_cannot_be_taken(coordinator, body, where, code):
    spoken = contacted(coordinator)
    refused = coordinator.post(f"{PATH}/{spoken['id']}/close", body, if_match="*")
    refused.problem(422, "validation-failed").fault(where, code)


@pytest.mark.parametrize(("asked", "detail"), [("fr", "Ceci est nécessaire."), ("en", "This is needed.")])
def test_faults_are_told_in_the_language_asked_for(coordinator, asked, detail):
    """S2.29: those of the contract and those of the rules behind it alike; both languages when none is asked for."""
    path = f"{PATH}/{contacted(coordinator)['id']}/close"
    for body in ({}, {"outcome": "redirected"}):
        refused = coordinator.post(path, body, if_match="*", language=asked).problem(422, "validation-failed")
        assert refused.headers["Content-Language"] == asked and refused["errors"][0]["detail"] == detail
        both = coordinator.post(path, body, if_match="*").problem(422)["errors"][0]["localized"]
        assert both[asked]["detail"] == detail and set(both) == {"en", "fr"}


def test_closing_needs_the_version_that_was_read(coordinator):
    spoken = contacted(coordinator)
    path = f"{PATH}/{spoken['id']}"
    changed = coordinator.patch(path, {"urgent": True}, if_match=spoken).ok()
    close(coordinator, path, "declined", if_match=spoken).problem(412, "precondition-failed")
    close(coordinator, path, "declined", if_match=None).problem(428, "precondition-required")
    close(coordinator, path, "declined", if_match=changed).ok()
    close(coordinator, f"{PATH}/{ABSENT}", "declined").problem(404, "not-found")


def test_unreachable_needs_three_business_days(coordinator):
    """A6.2: three attempts on three different business days; weekends, holidays and second calls of a day do not count."""
    made = inquire(coordinator, now="2026-09-25T14:00:00Z")
    for moment, days_before in (
        ("2026-09-25T15:00:00Z", 0),  # Friday
        ("2026-09-25T19:00:00Z", 1),  # the same day
        ("2026-09-26T15:00:00Z", 1),  # Saturday
        ("2026-09-29T03:30:00Z", 1),  # Monday, late in Toronto
        ("2026-09-30T15:00:00Z", 2),  # a holiday
        ("2026-10-01T15:00:00Z", 2),
    ):
        refused = close(coordinator, made.path, "unreachable", now=moment).problem(409, "conflict-state")
        assert (refused["state"], refused["business_days_tried"], refused["business_days_needed"]) == ("received", days_before, 3)
        attempt(coordinator, made.path, now=moment)
    done = close(coordinator, made.path, "unreachable", now="2026-10-01T16:00:00Z").ok()
    assert done["state"] == "unreachable" and done["attempts"] == 6 and done["first_reply_at"] is None


def test_a_duplicate_names_the_one_that_stays(coordinator):
    """R5: no silent drop; chains and circles of duplicates are refused."""
    original, second, third = (inquire(coordinator, name=f"Person {n}") for n in range(3))
    close(coordinator, second.path, "duplicate", duplicate_of=second["id"]).problem(422).fault("#/duplicate_of", "invalid")
    done = close(coordinator, second.path, "duplicate", duplicate_of=original["id"]).ok()
    assert done["state"] == "duplicate" and done["duplicate_of"] == original["id"]
    assert (done["name"], done["callback"], done["safe_hours"]) == (None, None, None)
    close(coordinator, third.path, "duplicate", duplicate_of=second["id"]).problem(422).fault("#/duplicate_of", "invalid")
    close(coordinator, original.path, "duplicate", duplicate_of=second["id"]).problem(422).fault("#/duplicate_of", "invalid")
    assert coordinator.get(original.path).ok()["name"] == "Person 0"


# ---- attempts ----


def test_attempts_are_kept_oldest_first(coordinator):
    made = inquire(coordinator, now="2026-09-21T14:00:00Z")
    for day in (24, 22, 23, 25, 21):
        at = f"2026-09-{day}T15:00:00Z"
        attempt(coordinator, made.path, "message_left", channel="email", at=at, now="2026-09-28T14:00:00Z")
    entries = walk(coordinator, f"{made.path}/attempts", params={"limit": 2})
    assert [entry["at"][:10] for entry in entries] == [f"2026-09-{day}" for day in range(21, 26)]
    assert {(e["channel"], e["outcome"], e["recorded_by"]) for e in entries} == {("email", "message_left", COORDINATOR)}
    seen = coordinator.get(made.path).ok()
    assert seen["attempts"] == 5 and seen["last_attempt_at"] == "2026-09-25T15:00:00Z" and seen["state"] == "received"


def test_attempts_that_cannot_be_taken(coordinator):
    made = inquire(coordinator, now="2026-09-25T14:00:00Z")
    path, now = f"{made.path}/attempts", "2026-09-25T16:00:00Z"

    def refused(body, **kwargs):
        return coordinator.post(path, body, now=now, **kwargs)

    good = {"channel": "phone", "outcome": "no_answer"}
    refused(good | {"at": "2026-09-25T16:00:01Z"}).problem(422).fault("#/at", "in-the-future")
    refused(good | {"at": "2026-09-25T13:59:59Z"}).problem(422).fault("#/at", "in-the-past")
    refused(good | {"outcome": "auto_acknowledged"}).problem(422).fault("#/outcome", "not-allowed")
    refused(good | {"note": "cried"}).problem(422).fault("#/note", "unknown")
    refused({}).problem(422).fault("#/channel", "required").fault("#/outcome", "required")
    refused(good, idempotency_key=None).problem(400, "idempotency-key-required")
    coordinator.post(f"{PATH}/{ABSENT}/attempts", good).problem(404, "not-found")
    coordinator.get(f"{PATH}/{ABSENT}/attempts").problem(404, "not-found")
    assert coordinator.get(path).ok().data == []


def test_the_same_attempt_sent_twice_counts_once(coordinator):
    made = inquire(coordinator)
    key, body = str(uuid.uuid4()), {"channel": "phone", "outcome": "message_left"}
    first = coordinator.post(f"{made.path}/attempts", body, idempotency_key=key).created()
    again = coordinator.post(f"{made.path}/attempts", body, idempotency_key=key).created()
    assert again.content == first.content and again.headers["Idempotent-Replayed"] == "true"
    coordinator.post(f"{made.path}/attempts", body | {"outcome": "replied"}, idempotency_key=key).problem(422, "idempotency-key-reused")
    other = inquire(coordinator)
    coordinator.post(f"{other.path}/attempts", body, idempotency_key=key).problem(422, "idempotency-key-reused")
    assert coordinator.get(made.path).ok()["attempts"] == 1
