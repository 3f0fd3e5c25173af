# SPDX-License-Identifier: MIT
"""Activities: planned in both languages, announced to everybody, opened, ended (S2.8, S2.10, S2.13, S2.14, S2.16, S2.20, DESIGN 12)."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from steps import ABSENT, OTHER_COORDINATOR, walk
from steps.activities import PATH, PUBLIC, in_state, new, page, step, track, two_parts
from steps.groups import FORMAL, in_days, ready, service
from steps.journey import own_case

STATES = ("planned", "announced", "open", "ended", "cancelled")
STEPS = {
    "announce": ({"planned"}, "announced"),
    "open": ({"planned", "announced"}, "open"),
    "end": ({"open"}, "ended"),
    "cancel": ({"planned", "announced", "open"}, "cancelled"),
}
OPTIONAL = ("bring", "credit", "meant_for", "season", "answers_to")


@pytest.fixture
def event(administrator):
    return two_parts(administrator)


@pytest.fixture
def plan(coordinator, event):
    return lambda **changes: coordinator.post(PATH, new(event, **changes)).created()


def shown(who, made, path=PUBLIC):
    """The activity as the list shows it, or None."""
    return next((entry for entry in walk(who, path, params={"limit": 100}) if entry["id"] == made["id"]), None)


def test_an_activity_says_everything_in_both_languages(coordinator, nobody, event):
    """S2.8, S2.10, S2.13, S2.14, S2.16, S2.20: kind, what to bring, credit, links with their notice, for whom, the feedback it answers."""
    texts = {name: {"en": f"{name} in English", "fr": f"{name} en français"} for name in OPTIONAL}
    links = [{"url": "https://method.example/zen", "label": {"en": "The method", "fr": "La méthode"}}]
    made = coordinator.post(PATH, new(event, **texts, links=links, planned_on="2027-09-01", expertise=["creative_arts"])).created()
    assert {name: made[name] for name in OPTIONAL} == texts and made["links"] == links and made["state"] == "planned"
    assert "another site" in made["links_notice"]["en"] and "autre site" in made["links_notice"]["fr"]
    step(coordinator, made, "announce").ok()
    french = page(nobody, made, language="fr").ok()
    assert french["title"] == {"fr": "Dessin"} and french["links"][0]["label"] == {"fr": "La méthode"}
    changed = coordinator.patch(made.path, {"bring": {"fr": "Un crayon"}, "credit": None, "links": []}, if_match="*").ok()
    assert changed["bring"] == {"en": "bring in English", "fr": "Un crayon"}
    assert (changed["credit"], changed["links"], changed["links_notice"], changed["season"]) == (None, [], None, texts["season"])


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"title": {"en": "Only"}}, "#/title/fr", "required"),
        ({"bring": {"fr": "Seul"}}, "#/bring/en", "required"),
        ({"kind": "surprise"}, "#/kind", "not-allowed"),
        ({"expertise": ["creative_arts", "flying"]}, "#/expertise/1", "not-allowed"),
        ({"links": [{"url": "http://plain.example", "label": {"en": "a", "fr": "a"}}]}, "#/links/0/url", "format"),
        ({"links": [{"url": "https://a.example", "label": {"en": "a"}}]}, "#/links/0/label/fr", "required"),
        ({"service_id": ABSENT}, "#/service_id", "does-not-exist"),
        ({"capacity": 5}, "#/capacity", "unknown"),
    ],
)
def test_what_is_refused(coordinator, event, change, pointer, code):
    """I6: nothing in one language alone; figures are the service's."""
    coordinator.post(PATH, new(event, **change)).problem(422, "validation-failed").fault(pointer, code)
    if code != "required" and pointer != "#/service_id":
        made = coordinator.post(PATH, new(event)).created()
        coordinator.patch(made.path, change, if_match="*").problem(422, "validation-failed").fault(pointer, code)


def test_a_text_keeps_both_languages(coordinator, plan):
    """I6: a text that is not there yet comes in both."""
    made = plan()
    coordinator.patch(made.path, {"season": {"en": "Fall"}}, if_match="*").problem(422, "validation-failed").fault("#/season")


def test_a_kind_not_thought_of_yet_needs_no_release(administrator, coordinator, event):
    """S2.8: "may include, but are not limited to"."""
    code = f"k{uuid.uuid4().hex[:8]}"
    administrator.post("/v1/codes", {"list": "activity_kind", "code": code, "label": {"en": "Walk", "fr": "Marche"}}).created()
    assert coordinator.post(PATH, new(event, kind=code)).created()["kind"] == code


@pytest.mark.parametrize("old", STATES)
def test_the_life_of_an_activity(coordinator, nobody, plan, old):
    for name, (possible, leads_to) in STEPS.items():
        made = in_state(coordinator, plan(), old)
        answer = step(coordinator, made, name)
        if old in possible:
            assert answer.ok()["state"] == leads_to
            coordinator.post(f"{made.path}/{name}", if_match=made).problem(412, "precondition-failed")
        else:
            assert answer.problem(409, "conflict-state")["state"] == old
    made = in_state(coordinator, plan(), old)
    changed = coordinator.patch(made.path, {"title": {"en": "Other"}}, if_match="*")
    changed.problem(409, "conflict-state") if old in ("ended", "cancelled") else changed.ok()


def test_what_is_planned_is_the_coordinators(coordinator, nobody, peer, client, plan):
    """404 hides: nobody else learns that it is thought of, also once it is called off unannounced."""
    made = plan()
    others = (nobody, peer, client("peer_supporter"), client("administrator"), client("line"), coordinator)
    for _ in range(2):
        for who in others:
            absent = who.get(f"{PUBLIC}/{ABSENT}").problem(404, "not-found")
            hidden = page(who, made).problem(404, "not-found")
            assert {k: v for k, v in hidden.json.items() if k != "instance"} == {k: v for k, v in absent.json.items() if k != "instance"}
            assert shown(who, made) is None
        assert shown(coordinator, made, PATH)
        step(coordinator, made, "cancel")
    announced = in_state(coordinator, plan(), "announced")
    assert all(shown(who, announced)["state"] == "announced" for who in others)
    step(coordinator, announced, "cancel").ok()
    assert page(nobody, announced).ok()["state"] == "cancelled", "who had read of it learns that it is called off"


def test_a_track_names_an_activity_of_its_service_that_is_not_over(administrator, coordinator, plan, event):
    body = {"service_id": event["id"], "language": "en", "series": {"local_start": in_days(40), "count": 2}}
    coordinator.post("/v1/groups", body | {"activity_id": ABSENT}).problem(422).fault("#/activity_id", "does-not-exist")
    other = service(administrator, FORMAL)
    coordinator.post("/v1/groups", body | {"activity_id": plan()["id"], "service_id": other["id"]}).problem(422).fault(
        "#/service_id", "invalid"
    )
    for state in ("ended", "cancelled"):
        made = in_state(coordinator, plan(), state)
        assert coordinator.post("/v1/groups", body | {"activity_id": made["id"]}).problem(409, "conflict-state")["state"] == state


def test_tracks_end_before_their_activity(coordinator, plan, event):
    """Whoever has a seat is told by what ends the track."""
    made = in_state(coordinator, plan(), "open")
    one = track(coordinator, made, event)
    for name in ("end", "cancel"):
        refused = step(coordinator, made, name).problem(409, "conflict")
        assert (refused["reason"], refused["group_ids"]) == ("tracks-left", [one.id])
    one.step("cancel").ok()
    assert step(coordinator, made, "cancel").ok()["state"] == "cancelled"


def test_a_track_in_which_the_coordinator_is_a_peer_is_left_as_well(client, coordinator, plan, event):
    """I13: they do not see it, and do not end what others have a seat in."""
    made = in_state(coordinator, plan(), "open")
    one = track(coordinator, made, event)
    seat, other = one.seat(ready(client), "confirmed"), client("coordinator", OTHER_COORDINATOR)
    own_case(client, seat.person, OTHER_COORDINATOR)
    other.get(one.path).problem(404, "not-found")
    for name in ("end", "cancel"):
        assert step(other, made, name).problem(409, "conflict")["group_ids"] == [one.id]


def test_two_who_end_and_plan_at_once(coordinator, client, plan, event):
    """An activity that is over gets no track, whoever was first."""
    made = in_state(coordinator, plan(), "open")
    body = {"service_id": event["id"], "activity_id": made["id"], "language": "en", "series": {"local_start": in_days(40), "count": 2}}
    with ThreadPoolExecutor(2) as both:
        ended = both.submit(lambda: step(client("coordinator", "other"), made, "cancel"))
        tracked = both.submit(lambda: coordinator.post("/v1/groups", body))
    assert (ended.result().status, tracked.result().status) in ((200, 409), (409, 201))
