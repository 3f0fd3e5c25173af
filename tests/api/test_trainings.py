# SPDX-License-Identifier: MIT
"""Trainings: what was completed, when, and until when it counts (S0.23, S0.25, S0.26, S0.30, S0.31, S1.24)."""

import uuid

import pytest
from steps import ABSENT, ADMINISTRATOR, walk
from steps.groups import Host

LISTENING = {"kind": "orientation", "module": "active_listening", "completed_on": "2026-02-10"}


@pytest.fixture
def host(client, administrator):
    """Somebody who has not been trained yet."""
    return Host(client, administrator, "mental_health_professional", is_trained=False)


def record(host, **changes):
    return host.administrator.post(f"{host.path}/trainings", LISTENING | changes)


def missing(host, now=None):
    return host.administrator.get(f"{host.path}/qualification", now=now).ok()["modules_missing"]


def test_a_training_is_recorded(administrator, host):
    """S0.31: with its dates, and the name of its module in both languages."""
    made = record(host, expires_on="2028-02-10").created()
    assert made.json == LISTENING | {
        "id": made["id"], "account_id": host.id, "label": {"en": "Active listening", "fr": "Écoute active"},
        "course_id": None, "offering_id": None, "modules": ["active_listening"], "delivered_by": [], "experts": [], "vouched_by": None,
        "expires_on": "2028-02-10", "created_at": made["created_at"]}  # fmt: skip
    assert made.path == f"/v1/trainings/{made['id']}"
    read = administrator.get(made.path).ok()
    assert read.json == made.json
    administrator.get(made.path, if_none_match=read).not_modified()
    assert administrator.get(made.path, language="fr").ok()["label"] == {"fr": "Écoute active"}
    administrator.get(f"/v1/trainings/{ABSENT}").problem(404, "not-found")


@pytest.mark.parametrize("kind", ["orientation", "facilitator", "continuing"])
def test_the_modules_are_a_list_that_anybody_can_read(administrator, nobody, host, kind):
    """S0.26, S0.23, S0.30: each code of the list can be completed; an open list, in both languages."""
    (modules,) = (of["codes"] for of in nobody.get("/v1/code-lists").ok().data if of["list"] == f"training_{kind}")
    assert all(set(module["label"]) == {"en", "fr"} for module in modules)
    host.train(kind)
    listed = walk(administrator, f"{host.path}/trainings", params={"limit": 4})
    assert {entry["module"] for entry in listed} == {module["code"] for module in modules}
    assert {entry["kind"] for entry in listed} == {kind}


def test_what_is_complete_is_no_longer_missing(host):
    """S0.25, S0.23: module by module; continuing education adds to it and is no condition (S0.30)."""
    all_of_it = missing(host)
    record(host).created()
    assert missing(host) == [module for module in all_of_it if module != "active_listening"]
    host.train("continuing")
    assert missing(host) == [module for module in all_of_it if module != "active_listening"]
    (listening,) = [t for t in walk(host.administrator, f"{host.path}/trainings") if t["module"] == "active_listening"]
    host.administrator.delete(f"/v1/trainings/{listening['id']}").no_content()
    host.train("orientation")
    assert missing(host) == ["group_facilitation"]
    host.train("facilitator")
    assert missing(host) == []


@pytest.mark.parametrize(
    ("now", "is_missing"),
    [("2026-02-10T04:59:59Z", True), ("2026-02-10T05:00:00Z", False), ("2026-09-02T03:59:59Z", False), ("2026-09-02T04:00:00Z", True)],
)
def test_it_counts_from_its_day_to_the_last_one(host, now, is_missing):
    """S0.31, R13: by the office's calendar, both days whole."""
    record(host, expires_on="2026-09-01").created()
    assert ("active_listening" in missing(host, now)) is is_missing


def test_what_has_expired_is_taken_again(host):
    """Another time is another record; the old one stays."""
    record(host, completed_on="2024-02-10", expires_on="2025-02-10").created()
    assert "active_listening" in missing(host)
    record(host).created()
    assert "active_listening" not in missing(host)
    assert [entry["completed_on"] for entry in walk(host.administrator, f"{host.path}/trainings", params={"limit": 1})] == [
        "2026-02-10", "2024-02-10"]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"kind": "hobby"}, "#/kind", "not-allowed"),
        ({"module": "group_facilitation"}, "#/module", "not-allowed"),
        ({"kind": "facilitator"}, "#/module", "not-allowed"),
        ({"module": ""}, "#/module", "too-short"),
        ({"completed_on": "2099-01-05"}, "#/completed_on", "in-the-future"),
        ({"completed_on": "2026-02-30"}, "#/completed_on", "format"),
        ({"completed_on": None}, "#/completed_on", "type"),
        ({"expires_on": "2026-02-09"}, "#/expires_on", "invalid"),
        ({"grade": "A"}, "#/grade", "unknown"),
        ({"vouched_by": ""}, "#/vouched_by", "too-short"),
        ({"offering_id": ABSENT}, "#/offering_id", "does-not-exist"),
        ({"course_id": ABSENT}, "#/course_id", "does-not-exist"),
    ],
)
def test_what_no_training_is(host, change, pointer, code):
    record(host, **change).problem(422, "validation-failed").fault(pointer, code)
    assert walk(host.administrator, f"{host.path}/trainings") == []


def test_the_same_is_recorded_once(host):
    key = str(uuid.uuid4())
    first, again = (host.administrator.post(f"{host.path}/trainings", LISTENING, idempotency_key=key).created() for _ in range(2))
    assert again.json == first.json and again.headers["Idempotent-Replayed"] == "true"
    record(host).problem(409, "conflict").fault("#/module", "taken")
    record(host, completed_on="2026-02-11").created()


def test_a_mistake_is_removed(host):
    made = record(host).created()
    host.administrator.delete(made.path).no_content()
    host.administrator.delete(made.path).problem(404, "not-found")
    host.administrator.get(made.path).problem(404, "not-found")
    assert "active_listening" in missing(host)


def test_with_the_trainings_the_qualification_changes(host):
    """What it says is missing is another thing now: whoever holds the old version learns of it."""
    before = host.administrator.get(f"{host.path}/qualification").ok()
    record(host).created()
    after = host.administrator.get(f"{host.path}/qualification", if_none_match=before).ok()
    assert after.etag != before.etag
    host.administrator.put(f"{host.path}/qualification", {"designation": "social_worker"}, if_match=before).problem(412)


def test_only_the_administrator_and_only_of_staff(administrator, client, host):
    made = record(host).created()
    for role in ("peer", "peer_supporter", "mental_health_professional", "coordinator", "line"):
        for method, path, body in (("GET", f"{host.path}/trainings", None), ("POST", f"{host.path}/trainings", LISTENING),
                                   ("GET", made.path, None), ("DELETE", made.path, None)):  # fmt: skip
            client(role).request(method, path, **({} if body is None else {"json": body})).problem(403, "forbidden")
    for account in ("00000000-0000-4000-8000-000000000001", ABSENT):
        administrator.get(f"/v1/staff/{account}/trainings").problem(404, "not-found")
        administrator.post(f"/v1/staff/{account}/trainings", LISTENING).problem(404, "not-found")
    for bad in ({"limit": 0}, {"cursor": "x"}, {"kind": "orientation"}):
        administrator.get(f"{host.path}/trainings", params=bad).problem(400, "bad-parameter").fault(next(iter(bad)))


def test_who_recorded_it_is_kept(host, db):
    made = record(host).created()
    host.administrator.get(made.path).ok()
    host.administrator.delete(made.path).no_content()
    kept = db.execute("select action, account_id::text from audit_events where object_id = %s order by id", (made["id"],)).fetchall()
    assert kept == [(action, ADMINISTRATOR) for action in ("create", "read", "delete")]
