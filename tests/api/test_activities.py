# SPDX-License-Identifier: MIT
"""Activities: planned in both languages, announced to everybody, opened, ended; tracks with dates of their own; a public list that says open
or full and counts nobody (S2.8, S2.10, S2.13, S2.14, S2.16, S2.20, S2.21, S2.22, S2.24, I10, DESIGN 12)."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import icalendar
import pytest
from steps import ABSENT, walk
from steps.groups import FORMAL, Group, in_days, instant, part, ready, service
from steps.journey import as_worker

PATH = "/v1/activities"
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
    """Two parts, two weeks apart; registration ends thirteen days before (S2.24)."""
    return service(
        administrator, FORMAL, topics="participants", capacity=2, max_sessions=2, registration_deadline_days=13,
        parts=[part(90, 0, team_member=1), part(60, 14, team_member=1)])  # fmt: skip


@pytest.fixture
def plan(coordinator, event):
    return lambda **changes: coordinator.post(PATH, new(event, **changes)).created()


def new(of, **changes):
    return {
        "service_id": of["id"],
        "kind": "event",
        "title": {"en": f"Drawing {uuid.uuid4().hex[:8]}", "fr": "Dessin"},
        "description": {"en": "We draw.", "fr": "On dessine."},
    } | changes


def step(who, made, name, **headers):
    return who.post(f"{made.path}/{name}", if_match="*", **headers)


def in_state(who, made, state):
    for name in {"planned": (), "announced": ("announce",), "open": ("open",), "ended": ("open", "end"), "cancelled": ("cancel",)}[state]:
        step(who, made, name).ok()
    return made


def track(coordinator, made, of, **more):
    """A language track that takes people."""
    more = {"series": {"local_start": in_days(40, at="17:00"), "count": 2}} | more
    return Group(coordinator, of, activity_id=made["id"], **more).open()


def shown(who, made):
    """The activity as the list shows it, or None."""
    return next((entry for entry in walk(who, PATH, params={"limit": 100}) if entry["id"] == made["id"]), None)


def test_an_activity_says_everything_in_both_languages(coordinator, nobody, event):
    """S2.8, S2.10, S2.13, S2.14, S2.16, S2.20: kind, what to bring, credit, links with their notice, for whom, the feedback it answers."""
    texts = {name: {"en": f"{name} in English", "fr": f"{name} en français"} for name in OPTIONAL}
    links = [{"url": "https://method.example/zen", "label": {"en": "The method", "fr": "La méthode"}}]
    made = coordinator.post(PATH, new(event, **texts, links=links, planned_on="2027-09-01", expertise=["creative_arts"])).created()
    assert {name: made[name] for name in OPTIONAL} == texts and made["links"] == links and made["state"] == "planned"
    assert "another site" in made["links_notice"]["en"] and "autre site" in made["links_notice"]["fr"]
    step(coordinator, made, "announce").ok()
    french = nobody.get(made.path, language="fr").ok()
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
    others = (nobody, peer, client("peer_supporter"), client("administrator"), client("line"))
    for _ in range(2):
        for who in others:
            absent = who.get(f"{PATH}/{ABSENT}").problem(404, "not-found")
            hidden = who.get(made.path).problem(404, "not-found")
            assert {k: v for k, v in hidden.json.items() if k != "instance"} == {k: v for k, v in absent.json.items() if k != "instance"}
            assert shown(who, made) is None
        assert shown(coordinator, made)
        step(coordinator, made, "cancel")
    announced = in_state(coordinator, plan(), "announced")
    assert all(shown(who, announced)["state"] == "announced" for who in others)
    step(coordinator, announced, "cancel").ok()
    assert shown(nobody, announced)["state"] == "cancelled", "who had read of it learns that it is called off"


def test_tracks_stand_side_by_side_the_readers_language_first(coordinator, nobody, plan, event):
    """S2.21, S2.22, S2.24, S2.25: dates of their own, the zone named, the last day to register; drafts are not shown."""
    made = in_state(coordinator, plan(), "open")
    english = track(coordinator, made, event, series={"local_start": "2027-07-08T17:00", "count": 2})
    french = track(
        coordinator, made, event, language="fr", series={"local_start": "2027-07-15T17:00", "count": 2}, timezone="America/Winnipeg"
    )
    Group(coordinator, event, activity_id=made["id"], series={"local_start": in_days(50), "count": 2})
    one, two = shown(nobody, made)["tracks"]
    assert (one["group_id"], two["group_id"]) == (english.id, french.id)
    assert [entry["group_id"] for entry in nobody.get(PATH, language="fr").ok().data[0]["tracks"]] == [french.id, english.id]
    assert (one["register_by"], one["registration"], one["timezone"]) == ("2027-06-25", "open", "America/Toronto")
    assert [(d["part"], d["local_start"], d["utc_offset"], d["ends_at"]) for d in one["dates"]] == [
        (1, "2027-07-08T17:00", "-04:00", "2027-07-08T22:30:00Z"), (2, "2027-07-22T17:00", "-04:00", "2027-07-22T22:00:00Z")]  # fmt: skip
    assert [(d["local_start"], d["utc_offset"]) for d in two["dates"]] == [("2027-07-15T17:00", "-05:00"), ("2027-07-29T17:00", "-05:00")]
    assert set(one) == {"group_id", "language", "composition", "timezone", "registration", "register_by", "dates"}, "no count, link or name"
    assert {entry["id"] for entry in walk(coordinator, "/v1/groups", params={"activity_id": made["id"]})} > {english.id, french.id}
    assert english.read()["activity_id"] == made["id"]


@pytest.mark.parametrize("zone", ["America/St_Johns", "America/Winnipeg", "America/Vancouver"])
@pytest.mark.parametrize("first", ["2027-03-20T17:00", "2027-11-13T17:00"])
def test_the_last_day_ends_with_its_last_second(coordinator, nobody, plan, event, zone, first):
    """I10: inclusive to 23:59:59 on the clock of the track, also where the clocks change between the day and the first date."""
    made = in_state(coordinator, plan(), "open")
    track(coordinator, made, event, timezone=zone, series={"local_start": first, "count": 2})
    last_day = date.fromisoformat(first[:10]) - timedelta(days=13)
    for shift, word in ((-1, "open"), (0, "closed")):
        moment = instant(f"{last_day + timedelta(days=1)}T00:00", zone, seconds=shift)
        entry = next(e for e in nobody.get(PATH, headers={"X-Test-Now": moment}).ok().data if e["id"] == made["id"])
        assert (entry["tracks"][0]["register_by"], entry["tracks"][0]["registration"]) == (str(last_day), word)
        assert entry["registration"] == word


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


def fill(client, one, count=1):
    return [one.seat(ready(client), "confirmed") for _ in range(count)]


def words(nobody, made):
    listed = nobody.get(PATH, params={"limit": 1}).ok()
    assert listed.data[0]["id"] == made["id"]
    return listed.data[0]["tracks"][0]["registration"], listed.etag


def test_full_is_a_word_that_nobody_can_count_with(client, coordinator, nobody, db, plan, event):
    """ANCHORS 1.2.10: the same bytes and tag with one seat taken of two as with none; full at once; open again five minutes later."""
    made = in_state(coordinator, plan(), "open")
    one = track(coordinator, made, event)
    empty = words(nobody, made)
    first, second = fill(client, one)[0], None
    as_worker(db, "select seat_show_full()")
    assert words(nobody, made) == empty and empty[0] == "open"
    second = fill(client, one)[0]
    assert words(nobody, made) == empty, "no request changes the word"
    as_worker(db, "select seat_show_full()")
    full = words(nobody, made)
    assert full[0] == "full"
    first.end("withdraw") if hasattr(first, "end") else first.withdraw()
    as_worker(db, "select seat_show_full()")
    assert words(nobody, made) == full, "who leaves is not watched"
    db.execute("update cohorts set shown_full_at = shown_full_at - interval '5 minutes' where id = %s", (one.id,))
    as_worker(db, "select seat_show_full()")
    assert words(nobody, made) == empty
    assert second


def test_the_list_answers_304_while_nothing_changed(coordinator, nobody, plan):
    made = in_state(coordinator, plan(), "announced")
    listed = nobody.get(PATH).ok()
    assert "public" not in listed.headers["Cache-Control"], "a coordinator reads more at the same address"
    nobody.get(PATH, if_none_match=listed).not_modified()
    coordinator.patch(made.path, {"title": {"en": "Another"}}, if_match="*").ok()
    assert nobody.get(PATH, if_none_match=listed).ok().etag != listed.etag


def test_the_public_calendar_keeps_what_was_cancelled(coordinator, nobody, plan, event):
    """RFC 5545, ANCHORS 1.2.7: one UID, SEQUENCE up, STATUS:CANCELLED; nothing of a draft, no link; read by another's parser."""
    made = in_state(coordinator, plan(title={"en": "Draw; together, " + "x" * 120, "fr": "Dessiner; ensemble"}), "announced")
    one = track(coordinator, made, event)
    Group(coordinator, event, activity_id=made["id"], series={"local_start": in_days(70), "count": 2})
    hidden = plan()
    track(coordinator, hidden, event)
    before = {e["UID"]: e for e in events(nobody, made)}
    assert len(before) == 2 and {str(e["STATUS"]) for e in before.values()} == {"CONFIRMED"}
    first, second = one.sessions()
    coordinator.patch(f"/v1/sessions/{first['id']}", {"local_start": in_days(41, at="18:00")}, if_match="*").ok()
    coordinator.post(f"/v1/sessions/{second['id']}/cancel", if_match="*").ok()
    after = {e["UID"]: e for e in events(nobody, made)}
    assert set(after) == set(before) and {int(e["SEQUENCE"]) for e in after.values()} == {1}
    assert sorted(str(e["STATUS"]) for e in after.values()) == ["CANCELLED", "CONFIRMED"]
    feed = nobody.get("/v1/activity-calendar").ok()
    assert hidden["title"]["en"] not in feed.content.decode() and "http" not in feed.content.decode()
    nobody.get("/v1/activity-calendar", if_none_match=feed).not_modified()
    one.step("cancel").ok()
    assert {str(e["STATUS"]) for e in events(nobody, made)} == {"CANCELLED"}
    assert events(nobody, made, "fr") == []


def events(who, made, language="en"):
    text = who.get("/v1/activity-calendar", params={"language": language}).ok().content
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    return [e for e in icalendar.Calendar.from_ical(text).walk("VEVENT") if str(e["SUMMARY"]) == made["title"][language]]


def test_two_who_end_and_plan_at_once(coordinator, client, plan, event):
    """An activity that is over gets no track, whoever was first."""
    made = in_state(coordinator, plan(), "open")
    body = {"service_id": event["id"], "activity_id": made["id"], "language": "en", "series": {"local_start": in_days(40), "count": 2}}
    with ThreadPoolExecutor(2) as both:
        ended = both.submit(lambda: step(client("coordinator", "other"), made, "cancel"))
        tracked = both.submit(lambda: coordinator.post("/v1/groups", body))
    assert (ended.result().status, tracked.result().status) in ((200, 409), (409, 201))
