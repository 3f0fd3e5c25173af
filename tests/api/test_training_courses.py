# SPDX-License-Identifier: MIT
"""What the program teaches: modules, methods, and whose needs are part of it (S0.25-S0.28)."""

import pytest
from steps import ABSENT, walk
from steps.journey import unique

COURSES = "/v1/training-courses"
EVERYBODY = ["caf_members", "veterans", "dnd_employees", "cadets", "junior_rangers"]
REFRESHER = {
    "kind": "continuing", "title": {"en": "Refresher", "fr": "Mise à jour"}, "description": {"en": "A day.", "fr": "Une journée."},
    "modules": ["scenario_practice"], "methods": ["role_plays"], "populations": ["veterans", "cadets"], "valid_months": 12}  # fmt: skip


def code():
    return unique("c").lower().replace(" ", "_").replace("-", "_")[:40]


@pytest.fixture
def course(administrator):
    return administrator.post(COURSES, REFRESHER | {"code": code()}).created()


def orientation(administrator):
    (found,) = [of for of in walk(administrator, COURSES, params={"kind": "orientation"}) if of["code"] == "orientation_training"]
    return found


def test_what_an_installation_begins_with(administrator):
    """S0.25-S0.28: the orientation teaches every module, by three methods, for the five populations."""
    found = orientation(administrator)
    assert len(found["modules"]) == 9 and found["methods"] == ["scenarios", "role_plays", "practice_sessions"]
    assert found["populations"] == EVERYBODY and found["valid_months"] is None


def test_a_course_is_added_and_changed(administrator, course, client):
    """S0.26-S0.28: and read by everybody who is taught."""
    assert course.json == REFRESHER | {"id": course["id"], "code": course["code"], "is_offered": True, "created_at": course["created_at"]}
    changed = administrator.patch(course.path, {"title": {"fr": "Rappel"}, "valid_months": None, "methods": []}, if_match=course).ok()
    assert (changed["title"], changed["valid_months"], changed["methods"]) == ({"en": "Refresher", "fr": "Rappel"}, None, [])
    for role in ("peer_supporter", "mental_health_professional", "coordinator"):
        assert client(role).get(course.path).ok().json == changed.json
        client(role).post(COURSES, REFRESHER | {"code": code()}).problem(403, "forbidden")
        client(role).patch(course.path, {"is_offered": False}, if_match="*").problem(403, "forbidden")
    for role in ("peer", "line"):
        client(role).get(COURSES).problem(403, "forbidden")
    administrator.post(COURSES, REFRESHER | {"code": course["code"]}).problem(409, "conflict").fault("#/code", "taken")
    administrator.get(f"{COURSES}/{ABSENT}").problem(404, "not-found")


@pytest.mark.parametrize(
    ("change", "pointer", "fault"),
    [
        ({"modules": ["active_listening"]}, "#/modules/0", "not-allowed"), ({"modules": []}, "#/modules", "too-few"),
        ({"methods": ["lecture"]}, "#/methods/0", "not-allowed"), ({"populations": ["families"]}, "#/populations/0", "not-allowed"),
        ({"title": {"en": "Only"}}, "#/title/fr", "required"), ({"valid_months": 0}, "#/valid_months", "too-small"),
    ],
)  # fmt: skip
def test_what_no_course_is(administrator, change, pointer, fault):
    """S0.27: the wording of the populations is fixed."""
    administrator.post(COURSES, REFRESHER | {"code": code()} | change).problem(422, "validation-failed").fault(pointer, fault)
