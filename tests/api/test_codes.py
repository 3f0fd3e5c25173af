# SPDX-License-Identifier: MIT
"""Codes that an administrator adds: what is taught and how (S0.26, S0.28); what is in use never vanishes, nor changes its meaning."""

import pytest
from steps import ABSENT, at_once, walk
from steps.groups import Host
from steps.journey import unique

PATH, COURSES = "/v1/codes", "/v1/training-courses"
LABEL = {"en": "Observed sessions", "fr": "Séances observées"}


@pytest.fixture
def add(administrator):
    """add(list, ...): a code of it."""
    return lambda of="training_method", **changes: administrator.post(PATH, {"list": of, "code": word(), "label": LABEL} | changes)


def word():
    return unique("c").lower().replace(" ", "_").replace("-", "_")[:40]


def shown(nobody, of):
    (found,) = [entry["codes"] for entry in nobody.get("/v1/code-lists").ok().data if entry["list"] == of]
    return {entry["code"]: entry for entry in found}


def test_a_code_is_added_and_everybody_reads_it(administrator, nobody, add):
    """S0.28: last in its list, in both languages."""
    made = add().created()
    last = max(entry["position"] for entry in walk(administrator, PATH, params={"list": "training_method"}))
    assert made.json == {
        "id": made["id"], "list": "training_method", "code": made["code"], "label": LABEL, "position": last, "is_retired": False
    }  # fmt: skip
    assert shown(nobody, "training_method")[made["code"]] == {"code": made["code"], "label": LABEL, "is_retired": False}
    add(code=made["code"]).problem(409, "conflict").fault("#/code", "taken")


@pytest.mark.parametrize(
    ("change", "pointer", "fault"),
    [
        ({"of": "training_population"}, "#/list", "not-allowed"), ({"of": "language"}, "#/list", "not-allowed"),
        ({"of": "nothing"}, "#/list", "not-allowed"), ({"code": "Upper"}, "#/code", "format"),
        ({"label": {"en": "Only"}}, "#/label/fr", "required"), ({"position": 0}, "#/position", "too-small"),
    ],
)  # fmt: skip
def test_what_cannot_be_added(add, change, pointer, fault):
    """S0.27: the wording of the populations is fixed, as that of every list the program rests on."""
    add(**change).problem(422, "validation-failed").fault(pointer, fault)


def test_words_are_corrected_and_meaning_stays(administrator, nobody, add, db):
    """And who corrected them is kept."""
    made = add().created()
    changed = administrator.patch(made.path, {"label": {"fr": "Séances avec observation"}}, if_match=made).ok()
    assert changed["label"] == {"en": "Observed sessions", "fr": "Séances avec observation"}
    for body in ({"code": "another"}, {"list": "training_continuing"}):
        administrator.patch(made.path, body, if_match="*").problem(422, "validation-failed")
    administrator.delete(made.path).problem(405, "method-not-allowed")
    kept = db.execute("select action, fields from audit_events where object_type = 'code' and object_id = %s order by id", (made["id"],))
    assert kept.fetchall() == [("create", ["code", "label", "list"]), ("update", ["label"])]


def test_codes_of_other_lists_are_nobodys_to_change(administrator, db):
    (fixed,) = db.execute("select id from code_lists where list = 'training_population' limit 1").fetchone()
    administrator.get(f"{PATH}/{fixed}").problem(404, "not-found")
    administrator.patch(f"{PATH}/{fixed}", {"label": {"en": "Other"}}, if_match="*").problem(404, "not-found")
    administrator.get(f"{PATH}/{ABSENT}").problem(404, "not-found")


def test_of_what_hosts_must_learn_one_module_stays(administrator, db):
    """I5, S0.31: with nothing to learn everybody would be trained. What no host is asked for may go whole."""
    for of, is_needed in (("training_facilitator", True), ("training_continuing", False)):
        modules = [entry for entry in walk(administrator, PATH, params={"list": of}) if not entry["is_retired"]]
        try:
            answers = [administrator.patch(f"{PATH}/{entry['id']}", {"is_retired": True}, if_match="*") for entry in modules]
            assert all(answer.status == 200 for answer in answers[:-1])
            if is_needed:
                assert answers[-1].problem(409, "conflict")["reason"] == "last-module"
                administrator.patch(f"{PATH}/{modules[-1]['id']}", {"label": {"en": "Other words"}}, if_match="*").ok()
            else:
                answers[-1].ok()
        finally:
            db.execute("update code_lists set is_retired = false where id = any (%s::uuid[])", ([entry["id"] for entry in modules],))


def test_the_last_two_are_not_retired_at_once(administrator, make_client, server, db):
    modules = [entry["id"] for entry in walk(administrator, PATH, params={"list": "training_orientation"})]
    db.execute("update code_lists set is_retired = true where id = any (%s::uuid[])", (modules[2:],))
    try:
        clients = [make_client(server, "administrator") for _ in range(2)]
        answers = at_once(2, lambda n: clients[n].patch(f"{PATH}/{modules[n]}", {"is_retired": True}, if_match="*"))
        assert sorted(answer.status for answer in answers) == [200, 409]
    finally:
        db.execute("update code_lists set is_retired = false where id = any (%s::uuid[])", (modules,))


def test_a_code_in_use_never_vanishes(administrator, nobody, add):
    """It is retired: a course that has it keeps it, a new one may not take it."""
    method = add().created()
    course = {
        "kind": "continuing", "title": LABEL, "description": LABEL, "modules": ["scenario_practice"],
        "methods": [method["code"]]}  # fmt: skip
    made = administrator.post(COURSES, course | {"code": word()}).created()
    administrator.patch(method.path, {"is_retired": True}, if_match="*").ok()
    assert administrator.get(made.path).ok()["methods"] == [method["code"]]
    assert shown(nobody, "training_method")[method["code"]]["is_retired"] is True
    administrator.post(COURSES, course | {"code": word()}).problem(422, "validation-failed").fault("#/methods/0", "not-allowed")
    administrator.patch(made.path, {"methods": ["role_plays", method["code"]]}, if_match="*").ok()
    administrator.patch(method.path, {"is_retired": False}, if_match="*").ok()
    administrator.post(COURSES, course | {"code": word()}).created()


def test_a_module_that_is_added_is_asked_of_hosts_until_it_is_retired(client, administrator, add):
    """S0.26, S0.31: the list is open; what somebody completed of it stays."""
    host = Host(client, administrator, "mental_health_professional")

    def missing():
        return administrator.get(f"{host.path}/qualification").ok()["modules_missing"]

    module = add("training_facilitator").created()
    try:
        assert missing() == [module["code"]]
        body = {"kind": "facilitator", "module": module["code"], "completed_on": "2026-02-10"}
        made = administrator.post(f"{host.path}/trainings", body).created()
        assert missing() == []
    finally:
        administrator.patch(module.path, {"is_retired": True}, if_match="*").ok()
    assert administrator.get(made.path).ok()["label"] == LABEL
    administrator.delete(made.path).no_content()
    assert missing() == []
    administrator.post(f"{host.path}/trainings", body).problem(422, "validation-failed").fault("#/module", "not-allowed")


def test_only_the_administrator(client, add):
    made = add().created()
    for role in ("peer", "peer_supporter", "mental_health_professional", "coordinator", "line"):
        client(role).get(PATH).problem(403, "forbidden")
        client(role).patch(made.path, {"is_retired": True}, if_match="*").problem(403, "forbidden")
