# SPDX-License-Identifier: MIT
"""When a course is given and by whom, and what somebody has completed with it (S0.23, S0.25, S0.29-S0.31)."""

import pytest
from steps import ABSENT, COORDINATOR, walk
from steps.groups import Host
from steps.journey import unique

COURSES, OFFERINGS = "/v1/training-courses", "/v1/training-offerings"
PROFESSIONAL, SUPPORTER = "00000000-0000-4000-8000-000000000003", "00000000-0000-4000-8000-000000000002"
REFRESHER = {
    "kind": "continuing", "title": {"en": "Refresher", "fr": "Mise à jour"}, "description": {"en": "A day.", "fr": "Une journée."},
    "modules": ["scenario_practice"], "valid_months": 12}  # fmt: skip
OCTOBER = {"starts_on": "2026-10-05", "ends_on": "2026-10-09", "language": "fr"}


@pytest.fixture
def course(administrator):
    code = unique("c").lower().replace(" ", "_").replace("-", "_")[:40]
    return administrator.post(COURSES, REFRESHER | {"code": code}).created()


@pytest.fixture
def offer(administrator):
    """offer(course, ...): an offering of it."""
    return lambda of, **changes: administrator.post(OFFERINGS, {"course_id": of["id"]} | OCTOBER | changes)


@pytest.fixture
def host(client, administrator):
    return Host(client, administrator, is_trained=False)


def complete(host, **body):
    return host.administrator.post(f"{host.path}/trainings", body)


def missing(host):
    return host.administrator.get(f"{host.path}/qualification").ok()["modules_missing"]


def orientation(administrator):
    (found,) = [of for of in walk(administrator, COURSES, params={"kind": "orientation"}) if of["code"] == "orientation_training"]
    return found


def test_an_offering_says_who_delivers_it(administrator, coordinator, course, offer):
    """S0.29, S0.30: professionals and coordinators by account, experts in words; local days of a zone."""
    made = offer(course, delivered_by=[PROFESSIONAL, COORDINATOR], experts=["Marie Lavoie"], timezone="America/Moncton").created()
    assert made.json == OCTOBER | {
        "id": made["id"], "course_id": course["id"], "title": REFRESHER["title"], "timezone": "America/Moncton",
        "delivered_by": [PROFESSIONAL, COORDINATOR], "experts": ["Marie Lavoie"], "created_at": made["created_at"]}  # fmt: skip
    assert [entry["id"] for entry in walk(coordinator, OFFERINGS, params={"course_id": course["id"]})] == [made["id"]]
    changed = administrator.patch(made.path, {"ends_on": "2026-10-07", "delivered_by": []}, if_match=made).ok()
    assert (changed["ends_on"], changed["delivered_by"], changed["starts_on"]) == ("2026-10-07", [], "2026-10-05")
    coordinator.patch(made.path, {"ends_on": "2026-10-08"}, if_match="*").problem(403, "forbidden")
    administrator.patch(course.path, {"is_offered": False}, if_match="*").ok()
    offer(course).problem(422, "validation-failed").fault("#/course_id", "not-current")


@pytest.mark.parametrize(
    ("change", "pointer", "fault"),
    [
        ({"course_id": ABSENT}, "#/course_id", "does-not-exist"), ({"delivered_by": [ABSENT]}, "#/delivered_by/0", "does-not-exist"),
        ({"delivered_by": ["00000000-0000-4000-8000-000000000001"]}, "#/delivered_by/0", "does-not-exist"),
        ({"delivered_by": [PROFESSIONAL, SUPPORTER]}, "#/delivered_by/1", "wrong-role"),
        ({"timezone": "America/Nowhere"}, "#/timezone", "unknown-zone"), ({"ends_on": "2026-10-04"}, "#/ends_on", "invalid"),
    ],
)  # fmt: skip
def test_what_no_offering_is(course, offer, change, pointer, fault):
    offer(course, **change).problem(422, "validation-failed").fault(pointer, fault)


def test_an_offering_is_completed(administrator, host, offer):
    """S0.25, S0.31: every module of the course at once; with who delivered it, and its last day unless another is said."""
    assert len(missing(host)) == 9
    given = offer(orientation(administrator), delivered_by=[PROFESSIONAL], experts=["Marie Lavoie"]).created()
    made = complete(host, offering_id=given["id"]).created()
    assert (made["kind"], made["module"], len(made["modules"]), made["expires_on"]) == ("orientation", None, 9, None)
    assert (made["completed_on"], made["delivered_by"], made["experts"]) == ("2026-10-09", [PROFESSIONAL], ["Marie Lavoie"])
    assert made["label"] == {"en": "Orientation training", "fr": "Formation d'orientation"} and missing(host) == []
    complete(host, offering_id=given["id"]).problem(409, "conflict").fault("#/offering_id", "taken")
    administrator.delete(made.path).no_content()
    assert len(missing(host)) == 9


def test_a_course_taken_elsewhere_needs_who_vouches(administrator, host):
    """S0.31: and counts as long as the course says."""
    elsewhere = {"course_id": orientation(administrator)["id"], "completed_on": "2026-02-10"}
    complete(host, **elsewhere).problem(422, "validation-failed").fault("#/vouched_by", "required")
    assert complete(host, **elsewhere, vouched_by="The Centre in Ottawa").created()["vouched_by"] == "The Centre in Ottawa"
    assert missing(host) == []
    complete(host, **elsewhere, vouched_by="Again").problem(409, "conflict").fault("#/course_id", "taken")


def test_a_completion_lasts_as_its_course_has_it_then(administrator, host, course, offer):
    """S0.31: and keeps what it taught, whatever becomes of the course."""
    made = complete(host, offering_id=offer(course).created()["id"], completed_on="2026-10-08").created()
    assert (made["completed_on"], made["expires_on"]) == ("2026-10-08", "2027-10-08")
    administrator.patch(course.path, {"modules": ["program_continuing_education"], "valid_months": 1}, if_match="*").ok()
    kept = administrator.get(made.path).ok()
    assert (kept["modules"], kept["expires_on"]) == (["scenario_practice"], "2027-10-08")


@pytest.mark.parametrize(
    ("body", "pointer", "fault"),
    [
        ({}, "#/kind", "required"), ({"kind": "orientation"}, "#/module", "required"),
        ({"kind": "orientation", "module": "self_care"}, "#/completed_on", "required"),
        ({"offering_id": True, "kind": "orientation"}, "#/kind", "invalid"), ({"offering_id": True, "course_id": ABSENT}, "#/course_id", "invalid"),
        ({"offering_id": True, "module": "self_care"}, "#/module", "invalid"),
        ({"offering_id": True, "completed_on": "2026-10-04"}, "#/completed_on", "invalid"),
        ({"offering_id": True, "completed_on": "2099-10-04"}, "#/completed_on", "in-the-future"),
    ],
)  # fmt: skip
def test_a_completion_is_of_one_thing(host, course, offer, body, pointer, fault):
    if "offering_id" in body:
        body = body | {"offering_id": offer(course).created()["id"]}
    complete(host, **body).problem(422, "validation-failed").fault(pointer, fault)
