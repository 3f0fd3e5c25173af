# SPDX-License-Identifier: MIT
"""Sessions: weekly, moved alone or with those that follow, cancelled, made up for; their topics, materials and links
(I2, I3, R8, R17, S1.6, S1.14, S2.34, S2.42-S2.44, A6.8, decision 12). What the clocks do to them: test_session_times.py."""

import uuid

import pytest
from steps import ABSENT, walk
from steps.groups import FORMAL, INFORMAL, Group, Host, in_days, ready, service
from steps.journey import is_hidden, tables_with

TOPIC = {"en": "Boundaries", "fr": "Limites"}
MATERIAL = {"en": "Two pages to read.", "fr": "Deux pages à lire."}


@pytest.fixture
def group(administrator, coordinator):
    """Three weekly sessions, three weeks ahead; six at most."""
    return Group(coordinator, service(administrator))


def path(session):
    return f"/v1/sessions/{session['id']}"


def change(group, session, *, if_match="*", **body):
    return group.coordinator.patch(path(session), body, if_match=if_match)


def cancel(group, session):
    return group.coordinator.post(f"{path(session)}/cancel", if_match="*")


def add(group, **body):
    return group.coordinator.post(f"{group.path}/sessions", body)


def starts(group):
    return [session["local_start"] for session in group.sessions()]


def put_in(db, session, state):
    """As if hosts had begun it, or ended it: what that is like is told elsewhere."""
    db.execute("update sessions set state = %s, started_at = starts_at where id = %s", (state, session["id"]))


def mail_of(db, seat):
    """What waits to be told about a seat, in order."""
    rows = db.execute("select kind from outbox where enrolment_id = %s order by created_at, id", (seat.id,)).fetchall()
    return [kind for (kind,) in rows if kind.startswith(("session_", "series_"))]


# ---- what a session says ----


def test_what_a_session_says(group, coordinator):
    """R8: local time, zone, offset and the instant; I2: the end is the start and its minutes."""
    first = group.sessions()[0]
    assert coordinator.get(path(first)).ok().json == first
    assert (first["group_id"], first["seq"], first["state"], first["local_start"]) == (group.id, 1, "scheduled", in_days(21))
    assert (first["timezone"], first["duration_minutes"]) == ("America/Toronto", 90)
    nothing = ("makes_up_for", "topic", "material", "join_link", "started_at", "ended_at")
    assert {first[name] for name in nothing} == {None}


def test_the_list_is_in_order_of_the_series(group, coordinator):
    listed = walk(coordinator, f"{group.path}/sessions", params={"limit": 1})
    assert [session["seq"] for session in listed] == [1, 2, 3] and listed == group.sessions()
    coordinator.get(f"/v1/groups/{ABSENT}/sessions").problem(404, "not-found")
    for bad in ({"limit": 0}, {"cursor": "x"}, {"state": "scheduled"}):
        coordinator.get(f"{group.path}/sessions", params=bad).problem(400, "bad-parameter").fault(next(iter(bad)))


def test_what_is_known_is_not_sent_again(group, coordinator):
    read = coordinator.get(path(group.sessions()[0])).ok()
    coordinator.get(path(read), if_none_match=read).not_modified()
    coordinator.get(f"/v1/sessions/{ABSENT}").problem(404, "not-found")


# ---- moving ----


def test_any_date_can_be_changed(group, coordinator):
    """S1.8: one session moves, to another day or hour, and no other."""
    _, second, _ = group.sessions()
    moved = change(group, second, local_start=in_days(29, at="12:00")).ok()
    assert moved["local_start"] == in_days(29, at="12:00") and moved["changed_at"] >= second["changed_at"]
    assert starts(group) == [in_days(21), in_days(29, at="12:00"), in_days(35)]
    # Before the first one, or after the last: the series keeps its numbers.
    change(group, second, local_start=in_days(14)).ok()
    assert [(s["seq"], s["local_start"]) for s in group.sessions()] == [(1, in_days(21)), (2, in_days(14)), (3, in_days(35))]


def test_those_that_follow_come_along(group):
    """Cascade: from the session that moves on, all by the same shift of the wall clock; what was before stays."""
    _, second, _ = group.sessions()
    change(group, second, local_start=in_days(30, at="17:00"), cascade=True).ok()
    assert starts(group) == [in_days(21), in_days(30, at="17:00"), in_days(37, at="17:00")]
    first = group.sessions()[0]
    change(group, first, local_start=in_days(20), cascade=True).ok()
    assert starts(group) == [in_days(20), in_days(29, at="17:00"), in_days(36, at="17:00")]


def test_what_was_cancelled_or_held_does_not_come_along(group, db):
    first, second, third = group.sessions()
    cancel(group, second).ok()
    put_in(db, third, "completed")
    change(group, first, local_start=in_days(22), cascade=True).ok()
    assert starts(group) == [in_days(22), in_days(28), in_days(35)]


def test_no_two_at_once(group):
    """One may begin when the other ends, and no minute earlier; what is cancelled is in nobody's way."""
    first, second, third = group.sessions()
    change(group, second, local_start=in_days(21, at="19:59")).problem(422, "validation-failed").fault("#/local_start", "overlaps")
    change(group, second, local_start=in_days(21, at="17:01")).problem(422).fault("#/local_start", "overlaps")
    change(group, second, local_start=in_days(21), cascade=True).problem(422).fault("#/local_start", "overlaps")
    add(group, local_start=in_days(35, at="18:00")).problem(422).fault("#/local_start", "overlaps")
    assert starts(group) == [in_days(21), in_days(28), in_days(35)], "and nothing has moved"
    change(group, second, local_start=in_days(21, at="20:00")).ok()
    cancel(group, third).ok()
    add(group, local_start=in_days(35)).created()


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"local_start": "2020-01-06T18:30"}, "#/local_start", "in-the-past"),
        ({"local_start": "9998-01-06T18:30"}, "#/local_start", "too-far"),
        ({"local_start": "2099-01-06"}, "#/local_start", "format"),
        ({"local_start": "2099-01-06T18:30Z"}, "#/local_start", "format"),
        ({"local_start": "2099-02-30T18:30"}, "#/local_start", "format"),
        ({"local_start": None}, "#/local_start", "type"),
        ({"topic": {"en": "Only"}}, "#/topic/fr", "required"),
        ({"material": {"fr": "Seul"}}, "#/material/en", "required"),
        ({"topic": {"en": "x" * 201, "fr": "x"}}, "#/topic/en", "too-long"),
        ({"material": {"en": "x" * 2001, "fr": "x"}}, "#/material/en", "too-long"),
        ({"join_link": "http://meet.example.org/room"}, "#/join_link", "format"),
        ({"join_link": "meet.example.org"}, "#/join_link", "format"),
        ({"timezone": "America/Regina"}, "#/timezone", "unknown"),
    ],
)
def test_what_no_session_can_be(group, body, pointer, code):
    """I6: a topic or a material in one language only is none."""
    change(group, group.sessions()[0], **body).problem(422, "validation-failed").fault(pointer, code)
    add(group, **{"local_start": in_days(60)} | body).problem(422, "validation-failed").fault(pointer, code)


def test_nothing_follows_without_a_time(group):
    change(group, group.sessions()[0], cascade=True).problem(422, "validation-failed").fault("#/cascade", "invalid")
    change(group, group.sessions()[0]).problem(422, "validation-failed")


@pytest.mark.parametrize("state", ["in_progress", "completed", "cancelled"])
def test_what_has_begun_stays_where_it_was(group, db, state):
    """A6.2: the refusal names the state; under way, it may still get another link or topic."""
    first = group.sessions()[0]
    if state == "cancelled":
        cancel(group, first).ok()
    else:
        put_in(db, first, state)
    assert change(group, first, local_start=in_days(22)).problem(409, "conflict-state")["state"] == state
    assert cancel(group, first).problem(409, "conflict-state")["state"] == state
    answer = change(group, first, topic=TOPIC, join_link="https://meet.example.org/b")
    if state == "in_progress":
        assert answer.ok()["topic"] == TOPIC
    else:
        assert answer.problem(409, "conflict-state")["state"] == state


def test_two_coordinators_change_one_session(group, client):
    """412: one of them learns that the other was faster; those that came along have changed as well."""
    first, second, _ = group.sessions()
    mine = [group.coordinator.get(path(session)).ok() for session in (first, second)]
    theirs = client("coordinator", "other")
    theirs.patch(path(first), {"local_start": in_days(22), "cascade": True}, if_match=mine[0]).ok()
    for read in mine:
        change(group, read, local_start=in_days(23), if_match=read).problem(412, "precondition-failed")
        group.coordinator.post(f"{path(read)}/cancel", if_match=read).problem(412, "precondition-failed")
    for method, where, body in (("PATCH", "", {"topic": TOPIC}), ("POST", "/cancel", None)):
        group.coordinator.request(method, path(first) + where, **({} if body is None else {"json": body})).problem(
            428, "precondition-required"
        )


# ---- one more, one less ----


def test_a_cancelled_session_is_made_up_for(group):
    """It keeps its place in the series; what makes up for it names it, once, and comes last."""
    _, second, _ = group.sessions()
    cancelled = cancel(group, second).ok()
    assert (cancelled["state"], cancelled["seq"], cancelled["local_start"]) == ("cancelled", 2, in_days(28))
    made = add(group, local_start=in_days(42), makes_up_for=second["id"], topic=TOPIC, material=MATERIAL).created()
    assert (made["seq"], made["makes_up_for"], made["topic"], made["material"]) == (4, second["id"], TOPIC, MATERIAL)
    assert made.path == path(made) and group.sessions()[-1] == made.json
    add(group, local_start=in_days(49), makes_up_for=second["id"]).problem(409, "conflict").fault("#/makes_up_for", "taken")
    # Where that one is cancelled too, another may take its place.
    cancel(group, made).ok()
    add(group, local_start=in_days(49), makes_up_for=second["id"]).created()


def test_only_a_cancelled_session_of_the_group_is_made_up_for(group, administrator, coordinator):
    elsewhere = Group(coordinator, service(administrator))
    cancel(elsewhere, elsewhere.sessions()[0]).ok()
    for other in (group.sessions()[0]["id"], elsewhere.sessions()[0]["id"], ABSENT):
        add(group, local_start=in_days(42), makes_up_for=other).problem(422, "validation-failed").fault("#/makes_up_for", "invalid")


def test_never_more_than_the_group_may_have(administrator, coordinator):
    """I2: what was cancelled does not count."""
    group = Group(coordinator, service(administrator, max_sessions=4))
    extra = add(group, local_start=in_days(42)).created()
    assert add(group, local_start=in_days(49)).problem(409, "conflict")["reason"] == "max-sessions"
    cancel(group, extra).ok()
    assert add(group, local_start=in_days(49)).created()["seq"] == 5, "a number is given once"


@pytest.mark.parametrize("state", ["completed", "cancelled"])
def test_what_has_ended_is_not_planned_any_further(group, db, state):
    db.execute("update cohorts set state = %s where id = %s", (state, group.id))
    assert add(group, local_start=in_days(42)).problem(409, "conflict-state")["state"] == state


def test_the_same_request_adds_one_session(group):
    key = str(uuid.uuid4())
    first, again = (
        group.coordinator.post(f"{group.path}/sessions", {"local_start": in_days(42)}, idempotency_key=key).created() for _ in range(2)
    )  # fmt: skip
    assert again["id"] == first["id"] and again.headers["Idempotent-Replayed"] == "true" and len(group.sessions()) == 4
    group.coordinator.post(f"/v1/groups/{ABSENT}/sessions", {"local_start": in_days(42)}).problem(404, "not-found")


# ---- topic, material, link ----


def test_topics_and_materials_of_a_formal_group(group, coordinator):
    """S1.14, S2.43, S2.44: each session has its own, in both languages, read in the one asked for."""
    first = group.sessions()[0]
    changed = change(group, first, topic=TOPIC, material=MATERIAL).ok()
    assert (changed["topic"], changed["material"]) == (TOPIC, MATERIAL)
    for language in ("en", "fr"):
        read = coordinator.get(path(first), language=language).ok()
        assert (read["topic"], read["material"]) == ({language: TOPIC[language]}, {language: MATERIAL[language]})
    assert change(group, first, material=None).ok()["topic"] == TOPIC, "each for itself"
    assert change(group, first, topic=None).ok()["topic"] is None, "while it is being planned"


def test_a_confirmed_formal_group_has_a_topic_for_every_session(group):
    """S2.43: predetermined means that none is taken away, and none added without."""
    for session in group.sessions():
        change(group, session, topic=TOPIC).ok()
    group.open().step("confirm").ok()
    change(group, group.sessions()[0], topic=None).problem(422, "validation-failed").fault("#/topic", "required")
    add(group, local_start=in_days(42)).problem(422, "validation-failed").fault("#/topic", "required")
    change(group, group.sessions()[0], topic={"en": "Coping", "fr": "Adaptation"}).ok()
    add(group, local_start=in_days(42), topic=TOPIC).created()


def test_an_informal_group_does_without(administrator, coordinator):
    """S2.34: those who come choose; a coordinator may still note one."""
    group = Group(coordinator, service(administrator, INFORMAL)).open()
    group.step("confirm").ok()
    first = group.sessions()[0]
    assert change(group, first, topic=TOPIC).ok()["topic"] == TOPIC
    assert change(group, first, topic=None).ok()["topic"] is None
    add(group, local_start=in_days(42)).created()


@pytest.fixture
def keys(db):
    """How many keys open something of a session."""
    return lambda session: db.execute("select count(*) from sealed_keys where owner_id = %s", (session["id"],)).fetchone()[0]


def test_a_link_is_sealed_and_ends(group, coordinator, db, keys):
    """A6.8, R17: open to coordinators; nowhere readable at rest; with another link, or the session, its key is gone."""
    first, second, _ = group.sessions()
    room = f"https://meet.example.org/{uuid.uuid4()}"
    assert change(group, first, join_link=room).ok()["join_link"] == room == coordinator.get(path(first)).ok()["join_link"]
    assert tables_with(db, room.rsplit("/", 1)[1]) == []
    change(group, first, join_link=room + "2").ok()
    assert keys(first) == 1 and group.sessions()[0]["join_link"] == room + "2"
    assert change(group, first, join_link=None).ok()["join_link"] is None and keys(first) == 0
    change(group, second, join_link=room).ok()
    assert cancel(group, second).ok()["join_link"] is None and keys(second) == 0
    assert add(group, local_start=in_days(42), join_link=room).created()["join_link"] == room


def test_s23_material_is_sealed_and_outlives_its_link(group, coordinator, db, keys):
    """S23, decision 11: nowhere readable at rest, in neither language; a key ends with the last that it opens."""
    first, second, third = group.sessions()
    words = [f"Zq{uuid.uuid4().hex}" for _ in range(2)]
    material = {"en": f"Call Jane:\n{words[0]}", "fr": f"Appelez Jane\u00a0:\n{words[1]}"}
    assert change(group, first, material=material).ok()["material"] == material == coordinator.get(path(first)).ok()["material"]
    assert [tables_with(db, word) for word in words] == [[], []]
    change(group, first, material=material).ok()
    assert keys(first) == 1, "what is overwritten leaves none"
    for link in ("https://meet.example.org/a", "https://meet.example.org/b"):
        assert change(group, first, join_link=link).ok()["material"] == material and keys(first) == 2
    cancelled = cancel(group, first).ok()
    assert (cancelled["material"], cancelled["join_link"]) == (material, None) and keys(first) == 1
    # One request, one key.
    change(group, second, join_link="https://meet.example.org/a", material=material).ok()
    assert keys(second) == 1
    assert change(group, second, join_link=None).ok()["material"] == material and keys(second) == 1
    assert change(group, second, material=None).ok()["material"] is None and keys(second) == 0
    made = add(group, local_start=in_days(42), join_link="https://meet.example.org/a", material=material).created()
    assert made["material"] == material and keys(made) == 1
    assert change(group, made, material=None).ok()["join_link"] == made["join_link"] and keys(made) == 1
    # With its keys, what was sealed is gone, and the session stays.
    change(group, third, material=material).ok()
    db.execute("delete from sealed_keys where owner_id = %s", (third["id"],))
    assert coordinator.get(path(third)).ok()["material"] is None


# ---- who is told, who may see ----


def test_whoever_holds_a_seat_is_told_of_a_change(client, administrator, coordinator, db):
    """S1.33: of one session, of a series, of a cancellation; not of a topic, and not who only thinks it over."""
    group = Group(coordinator, service(administrator, FORMAL)).open()
    seat, offered = group.seat(ready(client)), group.seat(ready(client), "offered")
    first, second, third = group.sessions()
    change(group, first, topic=TOPIC, material=MATERIAL, join_link="https://meet.example.org/a").ok()
    assert mail_of(db, seat) == []
    change(group, first, local_start=in_days(22)).ok()
    change(group, first, local_start=in_days(22)).ok()
    change(group, second, local_start=in_days(29), cascade=True).ok()
    cancel(group, third).ok()
    add(group, local_start=in_days(43), makes_up_for=third["id"]).created()
    assert mail_of(db, seat) == ["session_changed", "series_changed", "session_cancelled", "session_added"]
    assert mail_of(db, offered) == []


def test_hosts_read_what_they_lead(client, administrator, group):
    """A6.8: with the link; they plan nothing. Other sessions do not exist for them, nor for peers and others any at all."""
    host, other = Host(client, administrator), Host(client, administrator)
    group.led_by(host)
    first = group.sessions()[0]
    change(group, first, join_link="https://meet.example.org/a", material=MATERIAL).ok()
    read = host.client.get(path(first)).ok()
    assert (read["join_link"], read["material"]) == ("https://meet.example.org/a", MATERIAL)
    assert group.sessions(host.client) == group.sessions()
    host.client.patch(path(first), {"topic": TOPIC}, if_match="*").problem(403, "forbidden")
    host.client.post(f"{path(first)}/cancel", if_match="*").problem(403, "forbidden")
    host.client.post(f"{group.path}/sessions", {"local_start": in_days(42)}).problem(403, "forbidden")
    is_hidden(other.client, "GET", path(first))
    is_hidden(other.client, "GET", f"{group.path}/sessions")
    for role in ("peer", "line", "administrator"):
        client(role).get(path(first)).problem(403, "forbidden")
        client(role).get(f"{group.path}/sessions").problem(403, "forbidden")


def test_who_looked_and_who_changed_is_kept(group, db):
    first = group.sessions()[0]
    group.coordinator.get(path(first)).ok()
    change(group, first, join_link="https://meet.example.org/a", topic=TOPIC).ok()
    cancel(group, first).ok()
    kept = db.execute("select action, fields from audit_events where object_id = %s order by id", (first["id"],)).fetchall()
    assert [action for action, _ in kept] == ["read", "update", "cancel"] and kept[1][1] == ["join_link", "topic"]
