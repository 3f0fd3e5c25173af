# SPDX-License-Identifier: MIT
"""Services: every figure is data, in both languages, with a life of its own (decision 1, S0.5, S1.4, S1.15, S2.27, S2.32-S2.45)."""

import uuid

import pytest
from steps import ABSENT, walk
from steps.groups import FORMAL, INFORMAL, Group, in_days, part, service

PATH = "/v1/services"
STATES = ("planned", "available", "paused", "ended")
STEPS = {("planned", "available"), ("available", "paused"), ("paused", "available"), ("paused", "ended")}
FIGURES = (
    "capacity", "max_sessions", "parts", "joining", "topics", "registration_deadline_days", "offer_hours")  # fmt: skip


def new(**changes):
    body = {
        "code": f"s{uuid.uuid4().hex[:12]}",
        "title": {"en": "Evening circle", "fr": "Cercle du soir"},
        "description": {"en": "We meet.", "fr": "On se rencontre."},
    } | FORMAL
    return {name: value for name, value in (body | changes).items() if value != "absent"}


@pytest.fixture
def plan(administrator):
    return lambda **changes: administrator.post(PATH, new(**changes)).created()


def figures(entry):
    return {name: entry[name] for name in FIGURES}


def in_state(administrator, made, state):
    """On to this state, by the steps there are."""
    for step in {"planned": (), "available": STATES[1:2], "paused": STATES[1:3], "ended": STATES[1:]}[state]:
        made = administrator.patch(f"{PATH}/{made['id']}", {"state": step}, if_match=made).ok()
    return made


# ---- everybody ----


def test_what_an_installation_begins_with(nobody):
    """S2.32-S2.43, S1.4, S1.15, decision 1: the figures of both kinds of groups, and both languages (S1.5, S2.29)."""
    listed = {entry["code"]: entry for entry in nobody.get(PATH, params={"state": "available"}).ok().data}
    assert figures(listed["informal_group"]) == {
        "capacity": 10, "max_sessions": 8, "parts": [part(peer_supporter=2, on_call_professional=1)], "joining": "drop_in", "topics": "participants", "registration_deadline_days": None,
        "offer_hours": 72}  # fmt: skip
    assert figures(listed["formal_group"]) == {
        "capacity": 8, "max_sessions": 10, "parts": [part(peer_supporter=1, mental_health_professional=1)], "joining": "closed", "topics": "predetermined", "registration_deadline_days": None,
        "offer_hours": 72}  # fmt: skip
    for entry in listed.values():
        assert set(entry["title"]) == set(entry["description"]) == {"en", "fr"}
    # S2.27, S2.37, S2.42, S2.43: what people are told of them.
    assert (
        "relaxation" in listed["informal_group"]["description"]["en"] and "nothing to pay" in listed["informal_group"]["description"]["en"]
    )
    assert "moral injury" in listed["formal_group"]["description"]["en"] and "gratuite" in listed["formal_group"]["description"]["fr"]


def test_everybody_may_keep_them_for_a_while(nobody, coordinator, peer):
    listed = nobody.get(PATH).ok()
    assert listed.headers["Cache-Control"].startswith("public, max-age=300")
    one = nobody.get(f"{PATH}/{listed.data[0]['id']}").ok()
    assert one.json == listed.data[0] and one.headers["Cache-Control"].startswith("public")
    nobody.get(f"{PATH}/{one['id']}", if_none_match=one).not_modified()
    nobody.get(f"{PATH}/{ABSENT}").problem(404, "not-found")
    assert coordinator.get(PATH).ok().json == peer.get(PATH).ok().json == listed.json


def test_texts_come_in_the_language_asked_for(nobody, plan):
    """I6, R12: both, or the one that is asked for; each variant has a tag of its own."""
    made = plan(season={"en": "Winter", "fr": "Hiver"})
    english, french, both = (nobody.get(made.path, language=asked).ok() for asked in ("en", "fr-CA", None))
    for name, text in (("title", "Cercle du soir"), ("description", "On se rencontre."), ("season", "Hiver")):
        assert french[name] == {"fr": text} and both[name] == english[name] | french[name]
    assert (english.headers["Content-Language"], french.headers["Content-Language"]) == ("en", "fr")
    assert len({english.etag, french.etag, both.etag}) == 3


def test_the_list_goes_page_by_page_and_by_state(nobody, administrator, plan):
    made = [in_state(administrator, plan(), state)["id"] for state in STATES]
    for state, identifier in zip(STATES, made, strict=True):
        found = [entry["id"] for entry in walk(nobody, PATH, params={"state": state, "limit": 1})]
        assert [i for i in found if i in made] == [identifier]
    both = walk(nobody, PATH, params={"state": ["planned", "ended"], "limit": 2})
    assert [entry["id"] for entry in both if entry["id"] in made] == [made[0], made[3]], "oldest first"
    walked = [entry["id"] for entry in walk(nobody, PATH, params={"limit": 3})]
    assert len(walked) == len(set(walked)) and set(made) <= set(walked)
    for bad in ({"state": "open"}, {"limit": 0}, {"cursor": "x"}, {"language": "en"}):
        nobody.get(PATH, params=bad).problem(400, "bad-parameter").fault(next(iter(bad)))


# ---- the administrator ----


def test_a_service_with_every_figure(administrator, nobody):
    """Decision 1: a new one needs no release; it begins as planned (S0.5), with a season in words (S2.38, S2.45)."""
    body = new(
        **INFORMAL, season={"en": "In the fall", "fr": "À l'automne"}, planned_on="2027-09-15", registration_deadline_days=10, offer_hours=48
    )  # fmt: skip
    body |= {"session_capacity": 10, "places_given_hours": 48, "places_offered_hours": 3, "places_late_minutes": 15}  # S2.11
    made = administrator.post(PATH, body).created()
    assert made.json == body | {"id": made["id"], "state": "planned"}
    assert made.path == f"{PATH}/{made['id']}" and nobody.get(made.path).ok().json == made.json


def test_what_is_not_said_has_a_default(plan):
    made = plan(registration_deadline_days="absent")
    assert (made["season"], made["planned_on"], made["registration_deadline_days"]) == (None, None, None)
    assert made["offer_hours"] == 72


@pytest.mark.parametrize(
    "change",
    [
        {"capacity": 1}, {"capacity": 100}, {"max_sessions": 52}, {"parts": [part(15, 0, guest=5)]}, {"parts": [part(480, 366, team_member=1)]},
        {"max_sessions": 2, "parts": [part(90, 0, team_member=1, guest=1), part(60, 14, team_member=1, on_call_professional=1)]},
        {"joining": "drop_in"}, {"topics": "participants"}, {"registration_deadline_days": 0}, {"registration_deadline_days": 180},
        {"offer_hours": 1}, {"offer_hours": 720}, {"planned_on": "2028-01-01"},
        {"title": {"en": "Morning circle", "fr": "Cercle du matin"}}, {"season": {"en": "Spring", "fr": "Printemps"}},
    ],
    ids=str,
)  # fmt: skip
def test_each_figure_can_be_changed(administrator, nobody, plan, change):
    made = plan()
    changed = administrator.patch(made.path, change, if_match=made).ok()
    assert changed.json == made.json | change and changed.etag != made.etag
    assert nobody.get(made.path).ok().json == changed.json


def test_a_change_leaves_the_rest(administrator, plan):
    """Merge patch: null empties what may be empty; a language that is not sent stays."""
    made = plan(season={"en": "Fall", "fr": "Automne"}, planned_on="2027-09-15", registration_deadline_days=7)
    changed = administrator.patch(made.path, {"title": {"fr": "Autre titre"}, "season": {"en": "Autumn"}}, if_match=made).ok()
    assert changed["title"] == {"en": "Evening circle", "fr": "Autre titre"}
    assert changed["season"] == {"en": "Autumn", "fr": "Automne"}
    empty = {"season": None, "planned_on": None, "registration_deadline_days": None}
    assert administrator.patch(made.path, empty, if_match=changed).ok().json == changed.json | empty
    # A season is told in both languages or not at all.
    administrator.patch(made.path, {"season": {"en": "Fall"}}, if_match="*").problem(422, "validation-failed").fault("#/season")


@pytest.mark.parametrize("old", STATES)
def test_the_life_of_a_service(administrator, nobody, plan, old):
    """S0.5: planned, available, paused and available again, ended after a pause; any other step names where it stands."""
    for new_state in STATES:
        made = in_state(administrator, plan(), old)
        answer = administrator.patch(f"{PATH}/{made['id']}", {"state": new_state}, if_match=made)
        if (old, new_state) in STEPS or old == new_state:
            assert answer.ok()["state"] == new_state
        else:
            assert answer.problem(409, "conflict-state")["state"] == old
            assert nobody.get(f"{PATH}/{made['id']}").ok().json == made.json


def test_only_what_is_available_gets_new_groups(administrator, coordinator):
    """S0.5: a group that exists goes on while its service is paused, and when it has ended."""
    offered = service(administrator)
    group = Group(coordinator, offered)
    for state in ("paused", "ended"):
        administrator.patch(offered.path, {"state": state}, if_match="*").ok()
        body = {"service_id": offered["id"], "language": "en", "series": {"local_start": in_days(30), "count": 1}}
        assert coordinator.post("/v1/groups", body).problem(409, "conflict-state")["state"] == state
    assert group.open().read()["state"] == "recruiting"


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"code": "Evening"}, "#/code", "format"),
        ({"code": "x"}, "#/code", "too-short"),
        ({"title": {"en": "Only"}}, "#/title/fr", "required"),
        ({"title": {"en": "Only", "fr": ""}}, "#/title/fr", "too-short"),
        ({"description": {"fr": "Seul"}}, "#/description/en", "required"),
        ({"season": {"en": "Fall"}}, "#/season/fr", "required"),
        ({"planned_on": "2027-02-30"}, "#/planned_on", "format"),
        ({"capacity": 0}, "#/capacity", "too-small"),
        ({"capacity": 501}, "#/capacity", "too-large"),
        ({"capacity": "8"}, "#/capacity", "type"),
        ({"session_capacity": 0}, "#/session_capacity", "too-small"),
        # S2.11: where nobody drops in, everybody comes.
        ({"session_capacity": 10}, "#/session_capacity", "invalid"),
        ({"places_given_hours": 1}, "#/places_given_hours", "invalid"),
        ({"max_sessions": 53}, "#/max_sessions", "too-large"),
        ({"parts": []}, "#/parts", "too-few"),
        ({"parts": [part(guest=1)] * 13, "max_sessions": 13}, "#/parts", "too-many"),
        ({"parts": [part(14, guest=1)]}, "#/parts/0/duration_minutes", "too-small"),
        ({"parts": [part(90.5, guest=1)]}, "#/parts/0/duration_minutes", "type"),
        ({"parts": [part(90, -1, guest=1)]}, "#/parts/0/gap_days", "too-small"),
        ({"parts": [part()]}, "#/parts/0/hosts", "too-few"),
        ({"parts": [part(peer_supporter=0)]}, "#/parts/0/hosts/peer_supporter/count", "too-small"),
        ({"parts": [part(mental_health_professional=6)]}, "#/parts/0/hosts/mental_health_professional/count", "too-large"),
        ({"parts": [part(president=1)]}, "#/parts/0/hosts/president", "unknown"),
        # S2.15: of several parts each is met once.
        ({"parts": [part(guest=1)] * 2, "max_sessions": 3}, "#/parts", "invalid"),
        ({"joining": "open"}, "#/joining", "not-allowed"),
        ({"topics": "free"}, "#/topics", "not-allowed"),
        ({"registration_deadline_days": 181}, "#/registration_deadline_days", "too-large"),
        ({"offer_hours": 0}, "#/offer_hours", "too-small"),
        ({"price": 5}, "#/price", "unknown"),
        ({"state": "available"}, "#/state", "unknown"),
    ],
)
def test_figures_have_bounds(administrator, plan, change, pointer, code):
    """S2.27 among them: there is no price to set."""
    administrator.post(PATH, new(**change)).problem(422, "validation-failed").fault(pointer, code)
    if code != "required" and pointer not in ("#/code", "#/state"):
        made = plan()
        administrator.patch(made.path, change, if_match=made).problem(422, "validation-failed").fault(pointer, code)


def test_a_code_is_for_good(administrator, plan):
    made = plan()
    administrator.post(PATH, new(code=made["code"])).problem(409, "conflict").fault("#/code", "taken")
    administrator.patch(made.path, {"code": "another"}, if_match=made).problem(422, "validation-failed").fault("#/code", "unknown")
    administrator.patch(made.path, {}, if_match=made).problem(422, "validation-failed")


def test_the_same_request_makes_one_service(administrator):
    body, key = new(), str(uuid.uuid4())
    first, again = (administrator.post(PATH, body, idempotency_key=key).created() for _ in range(2))
    assert again.json == first.json and again.headers["Idempotent-Replayed"] == "true"
    administrator.post(PATH, body | {"capacity": 7}, idempotency_key=key).problem(422, "idempotency-key-reused")


def test_two_administrators_change_one_service(administrator, client, plan):
    """412: one of them learns that the other was faster."""
    made = plan()
    client("administrator", "other").patch(made.path, {"capacity": 6}, if_match=made).ok()
    administrator.patch(made.path, {"capacity": 7}, if_match=made).problem(412, "precondition-failed")
    administrator.patch(made.path, {"capacity": 7}).problem(428, "precondition-required")
    administrator.patch(f"{PATH}/{ABSENT}", {"capacity": 7}, if_match="*").problem(404, "not-found")


def test_nobody_else_keeps_them(client, plan):
    made = plan()
    for role in ("peer", "peer_supporter", "mental_health_professional", "coordinator", "line"):
        client(role).post(PATH, new()).problem(403, "forbidden")
        client(role).patch(made.path, {"capacity": 3}, if_match="*").problem(403, "forbidden")


def test_who_changed_what_is_kept(administrator, plan, db):
    made = plan()
    administrator.patch(made.path, {"capacity": 5, "title": {"en": "Noon circle"}}, if_match=made).ok()
    kept = db.execute("select action, fields from audit_events where object_id = %s order by id", (made["id"],)).fetchall()
    assert [action for action, _ in kept] == ["create", "update"] and kept[1][1] == ["capacity", "title"]
