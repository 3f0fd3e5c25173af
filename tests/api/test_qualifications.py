# SPDX-License-Identifier: MIT
"""Qualifications: designation, clearance, regions, and what training is still missing (S0.21, S0.23, S0.25, S1.19, R13)."""

import pytest
from steps import ABSENT, walk
from steps.groups import LONG_AGO, Host
from steps.journey import unique

PEER = "00000000-0000-4000-8000-000000000001"
# S0.26, in the order in which people learn.
ORIENTATION = [
    "peer_support_fundamentals", "active_listening", "trauma_informed_approach", "gender_based_violence", "intersecting_oppression",
    "impacts_of_trauma", "crisis_management", "self_care", "leading_discussions"]  # fmt: skip
FACILITATOR = ["group_facilitation"]


@pytest.fixture
def hire(client, administrator):
    """hire(role): somebody who has neither been trained nor cleared yet."""
    return lambda role: Host(client, administrator, role, is_trained=False, is_cleared=False)


@pytest.fixture
def supporter(hire):
    return hire("peer_supporter")


@pytest.fixture
def professional(hire):
    return hire("mental_health_professional")


def read(host, **kwargs):
    return host.administrator.get(f"{host.path}/qualification", **kwargs).ok()


def test_before_anything_is_known(administrator):
    """There is an empty one for every account of the staff: nobody is cleared by silence."""
    body = {"role": "peer_supporter", "name": "Alix Roy", "alias": "Alix", "email": "alix.roy.q@example.org", "languages": ["fr"]}
    made = administrator.post("/v1/staff", body).created()
    known = administrator.get(f"{made.path}/qualification").ok()
    assert known.json == {
        "account_id": made["id"], "designation": None, "designated_on": None, "designation_expires_on": None, "education": None,
        "educated_on": None, "cleared_on": None, "clearance_expires_on": None, "regions": [], "expertise": [],
        "is_cleared": False, "modules_missing": ORIENTATION}  # fmt: skip
    assert known.etag == '"0.both"'
    administrator.put(f"{made.path}/qualification", {"cleared_on": LONG_AGO}, if_match=known).ok()
    administrator.put(f"{made.path}/qualification", {}, if_match=known).problem(412, "precondition-failed")


def test_the_orientation_is_for_everybody_who_leads(hire, supporter, professional, client):
    """S0.25, S0.26: nine topics; S0.23: professionals take the facilitator training as well; S0.24: coordinators who lead, too."""
    assert read(supporter)["modules_missing"] == ORIENTATION
    assert read(professional)["modules_missing"] == ORIENTATION + FACILITATOR
    assert read(hire("coordinator"))["modules_missing"] == ORIENTATION
    assert client("administrator").get("/v1/staff/00000000-0000-4000-8000-000000000005/qualification").ok()["modules_missing"] == []


def test_the_whole_is_replaced(professional):
    """S0.21: a designation; that there is a clearance and since when, never what it rests on; where somebody leads."""
    whole = {
        "designation": "social_service_worker", "designated_on": "2019-06-01", "designation_expires_on": "2099-06-01", "education": None,
        "educated_on": None, "cleared_on": LONG_AGO, "clearance_expires_on": "2099-01-05", "regions": ["QC", "outside_canada"],
        "expertise": ["facilitating_mens_groups", "supporting_men"]
    }  # fmt: skip
    first = read(professional)
    put = professional.administrator.put(f"{professional.path}/qualification", whole, if_match=first).ok()
    assert put.json == read(professional).json == first.json | whole | {"is_cleared": True} and put.etag != first.etag
    professional.administrator.get(f"{professional.path}/qualification", if_none_match=put).not_modified()
    less = professional.qualify(designation="social_worker").ok()
    assert (less["cleared_on"], less["clearance_expires_on"], less["regions"], less["is_cleared"]) == (None, None, [], False)


@pytest.mark.parametrize(
    ("now", "is_cleared"),
    [
        ("2026-03-01T04:59:59Z", False),
        ("2026-03-01T05:00:00Z", True),
        ("2026-11-24T04:59:59Z", True),
        ("2026-11-24T05:00:00Z", False),
    ],
)
def test_a_clearance_counts_from_its_first_day_to_its_last(supporter, now, is_cleared):
    """R13: by the office's calendar, both days whole."""
    at = {"X-Test-Now": "2026-06-01T12:00:00Z"}
    body = {"cleared_on": "2026-03-01", "clearance_expires_on": "2026-11-23"}
    supporter.administrator.put(f"{supporter.path}/qualification", body, if_match="*", headers=at).ok()
    assert read(supporter, now=now)["is_cleared"] is is_cleared


@pytest.mark.parametrize(
    ("role", "body", "pointer", "code"),
    [
        ("mental_health_professional", {}, "#/designation", "required"),
        ("mental_health_professional", {"designation": "psychologist"}, "#/designation", "not-allowed"),
        ("peer_supporter", {"designation": "social_worker"}, "#/designation", "invalid"),
        ("peer_supporter", {"designated_on": "2026-01-05"}, "#/designated_on", "invalid"),
        ("peer_supporter", {"education": "social_work"}, "#/education", "invalid"),
        ("coordinator", {"education": "history"}, "#/education", "not-allowed"),
        ("coordinator", {"educated_on": "2015-06-01"}, "#/educated_on", "invalid"),
        ("coordinator", {"education": "social_work", "educated_on": "2099-01-05"}, "#/educated_on", "in-the-future"),
        ("mental_health_professional", {"designation": "social_worker", "designated_on": "2099-01-05"}, "#/designated_on", "in-the-future"),
        (
            "mental_health_professional",
            {"designation": "social_worker", "designated_on": "2026-01-05", "designation_expires_on": "2026-01-04"},
            "#/designation_expires_on",
            "invalid",
        ),
        ("peer_supporter", {"cleared_on": "2099-01-05"}, "#/cleared_on", "in-the-future"),
        ("peer_supporter", {"cleared_on": "2026-02-30"}, "#/cleared_on", "format"),
        ("peer_supporter", {"clearance_expires_on": "2099-01-05"}, "#/cleared_on", "required"),
        ("peer_supporter", {"cleared_on": "2026-01-05", "clearance_expires_on": "2026-01-04"}, "#/clearance_expires_on", "invalid"),
        ("peer_supporter", {"regions": ["XX"]}, "#/regions/0", "not-allowed"),
        ("peer_supporter", {"regions": ["QC", "QC"]}, "#/regions/1", "not-unique"),
        ("peer_supporter", {"expertise": ["supporting_men", "juggling"]}, "#/expertise/1", "not-allowed"),
        ("peer_supporter", {"expertise": ["yoga_teacher"] * 2}, "#/expertise/1", "not-unique"),
        ("peer_supporter", {"diagnosis": "x"}, "#/diagnosis", "unknown"),
    ],
)
def test_what_cannot_be(hire, role, body, pointer, code):
    """S0.21: a designation is a professional's, and only theirs. Decision 9: there is no field for what a clearance rests on."""
    host = hire(role)
    before = read(host).json
    host.qualify(**body).problem(422, "validation-failed").fault(pointer, code)
    assert read(host).json == before


def test_what_somebody_has_long_experience_of(administrator, coordinator, hire):
    """S2.12: codes of an open list, in both languages; one that is retired stays where it was, and is given to nobody else."""
    code = unique("beading").replace(" ", "_")
    made = administrator.post("/v1/codes", {"list": "expertise", "code": code, "label": {"en": "Beading", "fr": "Perlage"}}).created()
    host, other = hire("peer_supporter"), hire("coordinator")
    host.qualify(expertise=[code, "supporting_men"]).ok()
    administrator.patch(made.path, {"is_retired": True}, if_match=made).ok()
    assert host.qualify(expertise=[code], cleared_on=LONG_AGO).ok()["expertise"] == [code]
    other.qualify(expertise=[code]).problem(422, "validation-failed").fault("#/expertise/0", "not-allowed")
    listed = walk(coordinator, "/v1/colleagues", params={"limit": 100, "role": "peer_supporter"})
    assert next(entry for entry in listed if entry["account_id"] == host.id)["expertise"] == [code]


def test_only_the_administrator_and_only_of_staff(administrator, client, supporter):
    """Nobody reads their own; a peer has none, and the answer is that of an account that never was."""
    for role in ("peer", "peer_supporter", "mental_health_professional", "coordinator", "line"):
        client(role).get(f"{supporter.path}/qualification").problem(403, "forbidden")
        client(role).put(f"{supporter.path}/qualification", {}, if_match="*").problem(403, "forbidden")
    for account in (PEER, ABSENT):
        administrator.get(f"/v1/staff/{account}/qualification").problem(404, "not-found")
        administrator.put(f"/v1/staff/{account}/qualification", {}, if_match="*").problem(404, "not-found")
    administrator.put(f"{supporter.path}/qualification", {}).problem(428, "precondition-required")


def test_who_looked_and_who_changed_is_kept(supporter, db):
    supporter.qualify(cleared_on=LONG_AGO).ok()
    read(supporter)
    supporter.qualify(cleared_on=LONG_AGO, regions=["ON"]).ok()
    kept = db.execute(
        "select action, fields from audit_events where object_type = 'qualification' and object_id = %s order by id", (supporter.id,)
    ).fetchall()
    assert [action for action, _ in kept] == ["update", "read", "update"] and kept[2][1] == ["cleared_on", "regions"]
