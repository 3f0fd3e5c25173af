# SPDX-License-Identifier: MIT
"""Groups: planned from a service whose figures they take with them, opened, confirmed, ended (decisions 1 and 12, A6.2, I2, I6, I13)."""

import uuid

import pytest
from steps import ABSENT, COORDINATOR, OTHER_COORDINATOR, walk
from steps.groups import FORMAL, INFORMAL, Group, Host, in_days, instant, part, ready, service, start
from steps.journey import is_hidden, own_case

PATH = "/v1/groups"
FIGURES = (
    "capacity", "session_capacity", "places_given_hours", "places_offered_hours", "places_late_minutes", "max_sessions", "parts", "joining", "topics", "registration_deadline_days", "offer_hours")  # fmt: skip
STATES = ("draft", "recruiting", "confirmed", "in_progress", "completed", "cancelled")
# From which states each step is possible, and where it leads (A6.2).
STEPS = {
    "open": ({"draft"}, "recruiting"),
    "confirm": ({"recruiting"}, "confirmed"),
    "cancel": ({"draft", "recruiting", "confirmed", "in_progress"}, "cancelled"),
    "complete": ({"in_progress"}, "completed"),
}


@pytest.fixture
def formal(administrator):
    return service(administrator)


@pytest.fixture
def informal(administrator):
    return service(administrator, INFORMAL)


def starts(group):
    return [session["local_start"] for session in group.sessions()]


def standing(who, group):
    """The group as lists show it."""
    return next(entry for entry in walk(who, PATH, params={"limit": 100}) if entry["id"] == group.id)


def with_topics(group):
    """S2.43: every session gets its own."""
    for session in group.sessions():
        topic = {"en": f"Topic {session['seq']}", "fr": f"Sujet {session['seq']}"}
        group.coordinator.patch(f"/v1/sessions/{session['id']}", {"topic": topic}, if_match="*").ok()
    return group


def put_in(db, group, state):
    """As if it had come this far; the way itself is walked below."""
    db.execute("update cohorts set state = %s where id = %s", (state, group.id))
    return group


# ---- planning ----


@pytest.mark.parametrize("kind", [FORMAL, INFORMAL], ids=["formal", "informal"])
def test_a_group_takes_the_figures_of_its_service_with_it(administrator, coordinator, kind):
    """Decision 1: each figure is copied; what the administrator changes afterwards is for the groups that are made then."""
    offered = service(administrator, kind, registration_deadline_days=5, offer_hours=24)
    old = Group(coordinator, offered)
    assert {name: old.made[name] for name in FIGURES} == {name: offered[name] for name in FIGURES}
    changed = {
        "capacity": 4, "max_sessions": 3, "parts": [part(60, peer_supporter=3, mental_health_professional=3, guest=1)],
        "session_capacity": 3 if offered["joining"] == "closed" else None, "places_given_hours": 12, "places_offered_hours": 1,
        "places_late_minutes": 5, "registration_deadline_days": None, "offer_hours": 12,
        "joining": "drop_in" if offered["joining"] == "closed" else "closed",
        "topics": "participants" if offered["topics"] == "predetermined" else "predetermined"}  # fmt: skip
    administrator.patch(offered.path, changed, if_match="*").ok()
    assert old.read().json == old.made.json, "a running group keeps its own"
    assert {session["duration_minutes"] for session in old.sessions()} == {90}
    assert {name: Group(coordinator, offered).made[name] for name in FIGURES} == {name: changed[name] for name in FIGURES}


def test_what_is_not_said_has_a_default(coordinator, formal):
    """Decision 12, S2.45: mixed, by the clock of Toronto, coordinated by whoever planned it, a draft."""
    made = Group(coordinator, formal).made
    assert (made["composition"], made["timezone"], made["state"], made["coordinator_id"]) == (
        "mixed", "America/Toronto", "draft", COORDINATOR)  # fmt: skip
    assert made["service"] == {"code": formal["code"], "title": formal["title"]} and made.path == f"{PATH}/{made['id']}"


@pytest.mark.parametrize("composition", ["mixed", "women", "men", "gender_diverse"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_composition_and_language_are_the_groups(coordinator, formal, language, composition):
    """S1.5, S1.7, S1.16, T5: each in English or French, mixed or for some."""
    made = Group(coordinator, formal, language=language, composition=composition, timezone="America/Halifax").made
    assert (made["language"], made["composition"], made["timezone"]) == (language, composition, "America/Halifax")
    assert coordinator.get(made.path, language="fr").ok()["service"]["title"] == {"fr": "Cercle du soir"}


def test_smaller_never_larger(coordinator, formal):
    """Decision 1, I2: a group may have fewer seats and sessions than its service, never more."""
    small = Group(coordinator, formal, capacity=5, max_sessions=4, registration_deadline_days=2).made
    assert (small["capacity"], small["max_sessions"], small["registration_deadline_days"]) == (5, 4, 2)
    body = {"service_id": formal["id"], "language": "en"}
    too_much = body | {"capacity": 9, "max_sessions": 7, "series": {"local_start": in_days(21), "count": 7}}
    refused = coordinator.post(PATH, too_much).problem(422, "validation-failed")
    for pointer in ("#/capacity", "#/max_sessions", "#/series/count"):
        refused.fault(pointer, "too-large")
    fewer = body | {"max_sessions": 2, "series": {"local_start": in_days(21), "count": 3}}
    coordinator.post(PATH, fewer).problem(422).fault("#/series/count", "too-large")
    dates = body | {"local_starts": [in_days(day) for day in range(20, 27)]}
    coordinator.post(PATH, dates).problem(422).fault("#/local_starts", "too-many")


def test_weekly_by_default_or_any_dates(coordinator, formal):
    """S1.8: a series is weekly; dates of one's own come in any order and are numbered as they follow."""
    weekly = Group(coordinator, formal, series={"local_start": in_days(10), "count": 6})
    assert starts(weekly) == [in_days(10 + 7 * n) for n in range(6)]
    assert [session["seq"] for session in weekly.sessions()] == [1, 2, 3, 4, 5, 6]
    days = [in_days(30, at="10:15"), in_days(12), in_days(13)]
    assert starts(Group(coordinator, formal, local_starts=days)) == [days[1], days[2], days[0]]
    # Within the figures that were copied, one may be enough (T1: the number is planned for each group).
    assert len(Group(coordinator, formal, series={"local_start": in_days(10), "count": 1}).sessions()) == 1


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"service_id": ABSENT}, "#/service_id", "does-not-exist"),
        ({"service_id": "informal"}, "#/service_id", "format"),
        ({"language": "es"}, "#/language", "not-allowed"),
        ({"composition": "officers"}, "#/composition", "not-allowed"),
        ({"timezone": "EST"}, "#/timezone", "unknown-zone"),
        ({"timezone": "America/Atlantis"}, "#/timezone", "unknown-zone"),
        ({"capacity": 0}, "#/capacity", "too-small"),
        ({"registration_deadline_days": -1}, "#/registration_deadline_days", "too-small"),
        ({"series": {"local_start": "2027-01-06", "count": 2}}, "#/series/local_start", "format"),
        ({"series": {"local_start": "2027-01-06T18:30"}}, "#/series/count", "required"),
        ({"series": {"local_start": "2020-01-06T18:30", "count": 1}}, "#/series/local_start", "in-the-past"),
        ({"series": {"local_start": "9998-12-06T18:30", "count": 2}}, "#/series/local_start", "too-far"),
        ({"series": None}, "#/series", "required"),
        ({"local_starts": ["2027-01-06T18:30"]}, "#/local_starts", "invalid"),
        ({"series": None, "local_starts": []}, "#/local_starts", "too-few"),
        ({"series": None, "local_starts": ["2027-01-06T18:30"] * 2}, "#/local_starts/1", "not-unique"),
        ({"series": None, "local_starts": ["2027-01-06T18:30", "2027-01-06T19:59"]}, "#/local_starts/1", "overlaps"),
        ({"series": None, "local_starts": ["2027-01-06T18:30", "2020-01-06T18:30"]}, "#/local_starts/1", "in-the-past"),
        ({"region": "QC"}, "#/region", "unknown"),
    ],
)
def test_what_cannot_be_planned(coordinator, formal, change, pointer, code):
    body = {"service_id": formal["id"], "language": "en", "series": {"local_start": "2027-01-06T18:30", "count": 2}} | change
    body = {name: value for name, value in body.items() if value is not None}
    coordinator.post(PATH, body, now="2026-11-23T15:00:00Z").problem(422, "validation-failed").fault(pointer, code)


def test_the_same_request_makes_one_group(coordinator, formal):
    body, key = {"service_id": formal["id"], "language": "en", "series": {"local_start": in_days(9), "count": 2}}, str(uuid.uuid4())
    first, again = (coordinator.post(PATH, body, idempotency_key=key).created() for _ in range(2))
    assert again["id"] == first["id"] and again.headers["Idempotent-Replayed"] == "true"
    assert len(coordinator.get(PATH, params={"service_id": formal["id"]}).ok().data) == 1


# ---- life ----


@pytest.mark.parametrize("state", STATES)
def test_a_step_from_elsewhere_is_refused_naming_the_state(coordinator, db, formal, state):
    """A6.2: an illegal transition is 409 with the present state, and changes nothing."""
    group = put_in(db, Group(coordinator, formal), state)
    before = group.read()
    for step, (possible, _) in STEPS.items():
        if state not in possible:
            assert group.step(step).problem(409, "conflict-state")["state"] == state, step
    if state in ("completed", "cancelled"):
        for change in ({"capacity": 3}, {"composition": "men"}):
            assert coordinator.patch(group.path, change, if_match="*").problem(409, "conflict-state")["state"] == state
    assert group.read().json == before.json and group.read().etag == before.etag


def test_the_life_of_a_formal_group(client, administrator, coordinator, formal):
    """A6.2 from the draft to the end; S2.43: it is confirmed when each session has its topic."""
    supporter, professional = (Host(client, administrator, role) for role in ("peer_supporter", "mental_health_professional"))
    group = Group(coordinator, formal, series={"local_start": in_days(21), "count": 1}).led_by(supporter, professional).open()
    person = ready(client)
    seat = group.seat(person)
    (session,) = group.sessions()
    refused = group.step("confirm").problem(409, "conflict")
    assert (refused["reason"], refused["session_ids"]) == ("topics-missing", [session["id"]])
    assert with_topics(group).step("confirm").ok()["state"] == "confirmed"
    start(client("peer_supporter", supporter.id, headers={"X-Test-Now": session["starts_at"]}), session, supporter, professional).ok()
    assert group.read()["state"] == "in_progress"
    assert group.step("complete").problem(409, "conflict")["reason"] == "sessions-left"
    assert group.step("cancel").problem(409, "conflict")["reason"] == "session-in-progress"
    after = instant(session["local_start"], minutes=95)
    client("peer_supporter", supporter.id, headers={"X-Test-Now": after}).post(f"/v1/sessions/{session['id']}/end").ok()
    assert group.step("complete").ok()["state"] == "completed"
    assert seat.state == "completed", "with the group end its enrolments"


def test_an_informal_group_needs_no_topics(coordinator, informal):
    """S1.6, S2.34: those who come choose them."""
    assert Group(coordinator, informal).open().step("confirm").ok()["state"] == "confirmed"


def test_nobody_is_placed_in_a_group_without_a_session_to_come(coordinator, formal):
    group = Group(coordinator, formal, series={"local_start": in_days(9), "count": 1})
    coordinator.post(f"/v1/sessions/{group.sessions()[0]['id']}/cancel", if_match="*").ok()
    assert group.step("open").problem(409, "conflict")["reason"] == "no-sessions"
    coordinator.post(f"{group.path}/sessions", {"local_start": in_days(16)}).created()
    group.open()


@pytest.mark.parametrize("state", sorted(STEPS["cancel"][0]))
def test_a_cancelled_group_lets_everybody_go(client, coordinator, db, formal, state):
    """A6.2: from any state but completed; its sessions with it, every seat, every offer and the waiting list; links end (I8)."""
    group = Group(coordinator, formal, capacity=1, series={"local_start": in_days(9), "count": 2}).open()
    seated, waiting = group.seat(ready(client)), group.seat(ready(client), "waitlisted")
    link = {"join_link": "https://meet.example.org/room"}
    coordinator.patch(f"/v1/sessions/{group.sessions()[0]['id']}", link, if_match="*").ok()
    put_in(db, group, state)
    assert group.step("cancel").ok()["state"] == "cancelled"
    assert [(session["state"], session["join_link"]) for session in group.sessions()] == [("cancelled", None)] * 2
    assert (seated.state, seated.read()["removal_reason"]) == ("removed", "group_cancelled")
    assert waiting.state not in ("waitlisted", "offered", "confirmed")
    kinds = db.execute("select kind from outbox where enrolment_id = %s and state = 'queued'", (seated.id,)).fetchall()
    assert ("group_cancelled",) in kinds, "whoever holds a seat hears of it"


# ---- changing ----


def test_what_of_a_group_can_be_changed(coordinator, formal):
    group = Group(coordinator, formal)
    change = {"composition": "women", "capacity": 6, "max_sessions": 5, "registration_deadline_days": 3}
    changed = coordinator.patch(group.path, change, if_match=group.made).ok()
    assert changed.json == group.made.json | change and changed.etag != group.made.etag
    assert coordinator.patch(group.path, {"registration_deadline_days": None}, if_match=changed).ok()["registration_deadline_days"] is None


def test_a_group_never_outgrows_its_service(administrator, coordinator, formal):
    """Decision 1: but where the service has become smaller, the group may keep what it has."""
    group = Group(coordinator, formal, capacity=6, max_sessions=5)
    coordinator.patch(group.path, {"capacity": 8, "max_sessions": 6}, if_match="*").ok()
    refused = coordinator.patch(group.path, {"capacity": 9, "max_sessions": 7}, if_match="*").problem(422)
    refused.fault("#/capacity", "too-large").fault("#/max_sessions", "too-large")
    administrator.patch(formal.path, {"capacity": 5, "max_sessions": 4}, if_match="*").ok()
    coordinator.patch(group.path, {"capacity": 8, "max_sessions": 6}, if_match="*").ok()
    coordinator.patch(group.path, {"capacity": 6, "max_sessions": 5}, if_match="*").ok()
    coordinator.patch(group.path, {"capacity": 7}, if_match="*").problem(422).fault("#/capacity", "too-large")


def test_it_does_not_shrink_below_what_is_promised(client, coordinator, formal):
    """I1, I2: not below the seats that are taken, nor below the sessions that are planned."""
    group = Group(coordinator, formal).open()
    group.seat(ready(client))
    group.seat(ready(client), "offered")
    assert coordinator.patch(group.path, {"capacity": 1}, if_match="*").problem(409, "conflict")["reason"] == "seats-taken"
    assert coordinator.patch(group.path, {"max_sessions": 2}, if_match="*").problem(409, "conflict")["reason"] == "sessions-planned"
    coordinator.patch(group.path, {"capacity": 2, "max_sessions": 3}, if_match="*").ok()


def test_who_does_not_see_how_many_there_are_learns_nothing_by_making_it_smaller(client, coordinator, formal):
    """R21: another coordinator may make it larger; a smaller one is refused, whoever is in it."""
    group, other = Group(coordinator, formal, capacity=6).open(), client("coordinator", OTHER_COORDINATOR)
    group.seat(ready(client))
    for capacity in (1, 5):
        assert other.patch(group.path, {"capacity": capacity}, if_match="*").problem(409, "conflict")["reason"] == "seats-taken"
    assert other.patch(group.path, {"capacity": 7}, if_match="*").ok()["capacity"] == 7


def test_another_coordinator_takes_it_over(coordinator, client, formal):
    """Decision 22: by a hand-over, which says why; a patch moves no work."""
    group = Group(coordinator, formal)
    patch = {"coordinator_id": OTHER_COORDINATOR}
    coordinator.patch(group.path, patch, if_match="*").problem(422).fault("#/coordinator_id", "unknown")
    moves = {"to_account_id": OTHER_COORDINATOR, "reason": "workload", "work": {"kind": "group", "id": group.id}}
    coordinator.post(f"/v1/colleagues/{COORDINATOR}/hand-over", moves).ok()
    moved = coordinator.get(group.path).ok()
    assert moved["coordinator_id"] == OTHER_COORDINATOR
    # It is planned by all of them together.
    client("coordinator", OTHER_COORDINATOR).patch(group.path, {"composition": "men"}, if_match=moved).ok()


def test_two_coordinators_change_one_group(coordinator, client, formal):
    """412: one of them learns that the other was faster; a step counts as a change."""
    group = Group(coordinator, formal)
    client("coordinator", "other").post(f"{group.path}/open", if_match=group.made).ok()
    for method, path, body in (
        ("PATCH", "", {"capacity": 3}),
        ("POST", "/open", None),
        ("POST", "/confirm", None),
        ("POST", "/cancel", None),
        ("POST", "/complete", None),
    ):
        sent = {} if body is None else {"json": body}
        coordinator.request(method, group.path + path, if_match=group.made, **sent).problem(412, "precondition-failed")
        coordinator.request(method, group.path + path, **sent).problem(428, "precondition-required")
    for bad in ({"language": "fr"}, {"timezone": "America/Regina"}, {"state": "open"}, {}):
        coordinator.patch(group.path, bad, if_match="*").problem(422, "validation-failed")


# ---- reading ----


def test_the_list_finds_by_everything_it_says(coordinator, formal, informal):
    made = [Group(coordinator, formal), Group(coordinator, formal, language="fr").open(), Group(coordinator, informal)]
    ours = [group.id for group in made]

    def found(**params):
        listed = walk(coordinator, PATH, params={"limit": 2} | params)
        return [entry["id"] for entry in listed if entry["id"] in ours]

    assert found() == ours[::-1], "newest first"
    assert found(state="recruiting") == [ours[1]] and found(state=["draft", "recruiting"]) == ours[::-1]
    assert found(language="fr") == [ours[1]] and found(service_id=formal["id"]) == [ours[1], ours[0]]
    assert found(service_id=formal["id"], language="en", state="cancelled") == []
    for bad in ({"state": "open"}, {"language": "de"}, {"service_id": "x"}, {"composition": "men"}):
        coordinator.get(PATH, params=bad).problem(400, "bad-parameter").fault(next(iter(bad)))


def test_how_a_group_stands(client, administrator, coordinator, formal):
    """I3: seats, sessions and the lock are shown by the list; the first session cancelled or moved moves the lock."""
    group = Group(coordinator, formal).open()
    group.seat(ready(client))
    first, second, third = group.sessions()
    now = standing(coordinator, group)
    assert (now["seats_taken"], now["sessions"], now["is_locked"], now["is_blocked"]) == (1, 3, False, False)
    assert now["first_starts_at"] == now["next_starts_at"] == first["starts_at"]
    later = client("coordinator", headers={"X-Test-Now": first["starts_at"]})
    assert standing(later, group)["is_locked"] is True and standing(later, group)["next_starts_at"] == second["starts_at"]
    coordinator.post(f"/v1/sessions/{first['id']}/cancel", if_match="*").ok()
    assert standing(later, group)["is_locked"] is False and standing(later, group)["sessions"] == 2
    coordinator.patch(f"/v1/sessions/{second['id']}", {"local_start": in_days(50)}, if_match="*").ok()
    moved = client("coordinator", headers={"X-Test-Now": second["starts_at"]})
    assert (standing(moved, group)["is_locked"], standing(moved, group)["first_starts_at"]) == (False, third["starts_at"])


def test_the_deadline_of_registration_is_the_end_of_a_local_day(client, coordinator, formal):
    """I10, S2.24: inclusive to 23:59:59 in the zone of the group."""
    group = Group(coordinator, formal, registration_deadline_days=7, timezone="America/St_Johns")
    deadline = in_days(21 - 7, at="23:59")
    for moment, is_locked in (
        (instant(deadline, "America/St_Johns", seconds=59), False),
        (instant(deadline, "America/St_Johns", minutes=1), True),
    ):
        assert standing(client("coordinator", headers={"X-Test-Now": moment}), group)["is_locked"] is is_locked


def test_hosts_see_the_groups_they_lead_and_no_count(client, administrator, coordinator, formal):
    """A6.8, decision 5, R2: how many are placed is not theirs to know; other groups do not exist for them."""
    host, other = Host(client, administrator), Host(client, administrator)
    group = Group(coordinator, formal).led_by(host).open()
    group.seat(ready(client))
    assert group.read(host.client).json == group.read().json
    (listed,) = host.client.get(PATH).ok().data
    assert (listed["id"], listed["seats_taken"], listed["is_blocked"], listed["sessions"]) == (group.id, None, None, 3)
    assert other.client.get(PATH).ok().data == []
    is_hidden(other.client, "GET", group.path)
    for role in ("peer", "line", "administrator"):
        client(role).get(group.path).problem(403, "forbidden")
    for method, path, body in (
        ("PATCH", "", {"capacity": 3}),
        ("POST", "/open", None),
        ("POST", "/confirm", None),
        ("POST", "/cancel", None),
    ):
        host.client.request(method, group.path + path, if_match="*", **({} if body is None else {"json": body})).problem(403, "forbidden")


def test_a_proposal_takes_no_group_away_from_a_colleague(client, coordinator, formal):
    """I13: what somebody else says of them counts when the lead has seen it; what they say themselves, at once."""
    person, group = ready(client), Group(coordinator, formal).open()
    themself = client("coordinator", OTHER_COORDINATOR)
    made = coordinator.post(f"{person.path}/exclusions", {"account_id": OTHER_COORDINATOR, "reason": "own_case"}).created()
    group.place(person, propose_only=True).created()
    is_hidden(themself, "GET", person.path)
    themself.get(group.path).ok()
    assert group.id in [entry["id"] for entry in walk(themself, PATH, params={"limit": 100})]
    coordinator.delete(made.path).no_content()
    themself.post(f"{person.path}/exclusions", {"account_id": OTHER_COORDINATOR, "reason": "own_case"}).created()
    is_hidden(themself, "GET", group.path)


def test_a_group_in_which_one_was_a_peer_is_not_there(client, coordinator, formal):
    """I13: neither to read nor to change, in no list, whatever has become of the seat."""
    person = ready(client)
    group = Group(coordinator, formal).open()
    group.seat(person).withdraw().ok()
    themself = client("coordinator", OTHER_COORDINATOR)
    themself.get(group.path).ok()
    own_case(client, person, OTHER_COORDINATOR)
    assert group.id not in [entry["id"] for entry in walk(themself, PATH, params={"limit": 100})]
    session = group.sessions()[0]["id"]
    for method, path, body in (
        ("GET", group.path, None), ("PATCH", group.path, {"capacity": 3}), ("POST", f"{group.path}/confirm", None),
        ("POST", f"{group.path}/cancel", None), ("GET", f"{group.path}/sessions", None), ("GET", f"/v1/sessions/{session}", None),
        ("POST", f"{group.path}/sessions", {"local_start": in_days(60)}), ("GET", f"{group.path}/host-assignments", None),
        ("PATCH", f"/v1/sessions/{session}", {"local_start": in_days(60)}), ("POST", f"/v1/sessions/{session}/cancel", None),
    ):  # fmt: skip
        is_hidden(themself, method, path, body)


def test_what_is_known_is_not_sent_again(coordinator, formal):
    group = Group(coordinator, formal)
    coordinator.get(group.path, if_none_match=group.made).not_modified()
    coordinator.get(f"{PATH}/{ABSENT}").problem(404, "not-found")
    coordinator.get(group.open().path, if_none_match=group.made).ok()
