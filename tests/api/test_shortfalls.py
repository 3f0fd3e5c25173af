# SPDX-License-Identifier: MIT
"""Shortfalls: which session to come lacks whom, days ahead, and who could step in (I5, I6, I13, A6.5, R6, R13, decision 4)."""

import pytest
from steps import OTHER_COORDINATOR, walk
from steps.activities import PATH, new
from steps.groups import FORMAL, INFORMAL, LONG_AGO, Group, Host, in_days, instant, part, ready, service, start
from steps.journey import compared, own_case

BOTH = ["peer_supporter", "mental_health_professional"]


@pytest.fixture(autouse=True)
def whoever_was_there_before_is_set_aside(db):
    """Twenty at most are named for a place, and every group to come is looked through: those of this test."""
    db.execute("update accounts set is_active = false where role in ('peer_supporter', 'mental_health_professional')")
    db.execute("update cohorts set state = 'completed'")


@pytest.fixture
def hire(client, administrator):
    """hire(role, ...): somebody who lacks nothing, unless told otherwise."""
    return lambda role="peer_supporter", **kwargs: Host(client, administrator, role, **kwargs)


@pytest.fixture
def formal(administrator, coordinator):
    """A formal group that recruits; sessions in 21, 28 and 35 days."""
    return Group(coordinator, service(administrator, FORMAL)).open()


@pytest.fixture
def informal(administrator, coordinator):
    return Group(coordinator, service(administrator, INFORMAL)).open()


def shortfalls(group, who=None, days=60, **kwargs):
    listed = walk(who or group.coordinator, "/v1/shortfalls", params={"limit": 100} | ({"days": days} if days else {}), **kwargs)
    return [entry for entry in listed if entry["group_id"] == group.id]


def cover(entry, slot="peer_supporter"):
    return [candidate["account_id"] for candidate in entry["could_cover"] if candidate["slot"] == slot]


# ---- what is missing ----


def test_what_a_shortfall_says(formal, hire):
    """R8: the session with its local time, zone, offset and instant; each place that nobody fills; who could."""
    supporter, professional = hire(), hire("mental_health_professional")
    (first, _, _) = formal.sessions()
    entry = shortfalls(formal)[0]
    assert entry == {
        "session_id": first["id"], "group_id": formal.id, "seq": 1, "language": "en", "missing": BOTH, "stops_session": True, "unfit": [],
        "expertise_missing": [],
        "could_cover": [
            {"slot": "mental_health_professional", "account_id": professional.id, "alias": professional.made["alias"], "expertise": []},
            {"slot": "peer_supporter", "account_id": supporter.id, "alias": supporter.made["alias"], "expertise": []}],
    } | {name: first[name] for name in ("local_start", "timezone", "utc_offset", "starts_at", "duration_minutes")}  # fmt: skip


def test_days_ahead(formal, client):
    """R6: two weeks unless asked farther or nearer; what is past is missed by nobody."""
    first, second, third = formal.sessions()

    def seen(days, now):
        return [entry["seq"] for entry in shortfalls(formal, client("coordinator", headers={"X-Test-Now": now}), days)]

    two_weeks_before = instant(in_days(7))
    assert seen(None, two_weeks_before) == [1] and seen(14, two_weeks_before) == [1]
    assert seen(13, two_weeks_before) == [] and seen(21, two_weeks_before) == [1, 2] and seen(366, two_weeks_before) == [1, 2, 3]
    assert seen(60, first["starts_at"]) == [2, 3] and seen(60, third["starts_at"]) == []


def test_each_place_counts_until_it_is_filled(formal, informal, hire):
    """S2.33, S2.40, decision 4: one and one; two, and one on call."""
    assert [entry["missing"] for entry in shortfalls(formal)] == [BOTH] * 3
    formal.led_by(hire())
    assert [entry["missing"] for entry in shortfalls(formal)] == [["mental_health_professional"]] * 3
    formal.led_by(hire("mental_health_professional"))
    assert shortfalls(formal) == []
    assert shortfalls(informal)[0]["missing"] == ["peer_supporter", "peer_supporter", "on_call_professional"]
    informal.led_by(hire())
    assert shortfalls(informal)[0]["missing"] == ["peer_supporter", "on_call_professional"]
    informal.led_by(hire())
    (entry, *_) = shortfalls(informal)
    assert (entry["missing"], entry["stops_session"]) == (["on_call_professional"], False), "decision 4: seen, and stops nothing"
    informal.assign(hire("mental_health_professional"), "on_call_professional").created()
    assert shortfalls(informal) == []


def test_only_where_people_are_expected(administrator, coordinator, db):
    """Drafts and what has ended lack nobody, nor does a cancelled session."""
    group = Group(coordinator, service(administrator))
    assert shortfalls(group) == []
    group.open()
    coordinator.post(f"/v1/sessions/{group.sessions()[0]['id']}/cancel", if_match="*").ok()
    assert [entry["seq"] for entry in shortfalls(group)] == [2, 3]
    for state, count in (("confirmed", 2), ("in_progress", 2), ("completed", 0), ("cancelled", 0)):
        db.execute("update cohorts set state = %s where id = %s", (state, group.id))
        assert len(shortfalls(group)) == count, state


def test_who_is_assigned_and_no_longer_fit(formal, hire, administrator):
    """R13: an expiry ahead is a shortfall from that day on, and says why; so does an account that was closed."""
    supporter, professional = hire(), hire("mental_health_professional")
    formal.led_by(supporter, professional)
    professional.qualify(designation="social_worker", cleared_on=LONG_AGO, clearance_expires_on=in_days(28)[:10]).ok()
    (entry,) = shortfalls(formal)
    assert (entry["seq"], entry["missing"], entry["stops_session"]) == (3, ["mental_health_professional"], True)
    assert entry["unfit"] == [{
        "account_id": professional.id, "guest_id": None, "alias": professional.made["alias"], "slot": "mental_health_professional",
        "missing": ["not-cleared"]}]  # fmt: skip
    for training in walk(administrator, f"{supporter.path}/trainings"):
        administrator.delete(f"/v1/trainings/{training['id']}").no_content()
    administrator.patch(supporter.path, {"is_active": False, "languages": ["fr"]}, if_match="*").ok()
    first = shortfalls(formal)[0]
    assert first["missing"] == ["peer_supporter"] and [person["account_id"] for person in first["unfit"]] == [supporter.id]
    assert first["unfit"][0]["missing"] == ["not-active", "other-language", "training-missing"]


# ---- who could step in ----


def test_from_the_list_to_the_session(formal, hire, client):
    """Who is named can be assigned: for every session, or in the place of one who cannot come."""
    ana, ben = hire(), hire()
    formal.led_by(hire("mental_health_professional"))
    entry = shortfalls(formal)[0]
    assert sorted(cover(entry)) == sorted([ana.id, ben.id])
    body = {"account_id": cover(entry)[0], "slot": "peer_supporter", "session_id": entry["session_id"]}
    formal.coordinator.post(f"{formal.path}/host-assignments", body).created()
    assert [entry["seq"] for entry in shortfalls(formal)] == [2, 3]
    # Whoever leads this one already is not named for it, but for the others.
    formal.led_by(ana if cover(entry)[0] == ben.id else ben, session_id=formal.sessions()[1]["id"])
    assert [entry["seq"] for entry in shortfalls(formal)] == [3]
    assert sorted(cover(shortfalls(formal)[0])) == sorted([ana.id, ben.id])


def test_only_people_without_any_lack_are_named(formal, hire, administrator):
    """I5, I6: by role, language, training, clearance and account, on that day."""
    good, inactive = hire(languages=("en",)), hire()
    administrator.patch(inactive.path, {"is_active": False}, if_match="*").ok()
    hire("mental_health_professional"), hire(languages=("fr",)), hire(is_trained=False), hire(is_cleared=False)
    until_the_second = hire(is_cleared=False)
    until_the_second.qualify(cleared_on=LONG_AGO, clearance_expires_on=in_days(28)[:10]).ok()
    named = [set(cover(entry)) for entry in shortfalls(formal)]
    assert named == [{good.id, until_the_second.id}, {good.id, until_the_second.id}, {good.id}]


def test_who_is_elsewhere_at_that_hour_is_not_named(formal, hire, administrator, coordinator):
    """I5: nobody leads two at once; one may follow the other."""
    busy = hire()
    Group(coordinator, service(administrator), local_starts=[in_days(21, at="17:30"), in_days(28, at="17:00")]).led_by(busy)
    assert [cover(entry) for entry in shortfalls(formal)] == [[], [busy.id], [busy.id]]


def test_who_must_not_meet_somebody_is_not_named(client, formal, hire, coordinator):
    """A6.5, I13: silently: who has a conflict with somebody in the group, and who was in it as a peer."""
    person, was_there = ready(client), ready(client)
    feared, themself, other = hire(), hire(), hire()
    formal.seat(person)
    formal.seat(was_there).withdraw().ok()
    coordinator.post(
        "/v1/conflict-declarations", {"kind": "no_contact", "for_participant_id": person.id, "account_id": feared.id}
    ).created()
    own_case(client, was_there, themself.id)
    compared(client.db)
    assert {tuple(cover(entry)) for entry in shortfalls(formal)} == {(other.id,)}


def test_on_call_is_a_professionals(informal, hire):
    """Decision 4, S0.22."""
    supporter, professional = hire(), hire("mental_health_professional")
    entry = shortfalls(informal)[0]
    assert cover(entry) == [supporter.id] and cover(entry, "on_call_professional") == [professional.id]


def test_twenty_are_named_at_most(formal, hire):
    """In order of their names."""
    people = [hire() for _ in range(21)]
    expected = [host.id for host in sorted(people, key=lambda host: host.made["alias"])][:20]
    assert cover(shortfalls(formal)[0]) == expected


# ---- what follows from it ----


def test_a_formal_session_without_its_professional_does_not_start(formal, hire):
    """Decision 4, I5, S1.19: what the shortfall announced; with somebody in the place it does."""
    supporter, professional = hire(), hire("mental_health_professional")
    formal.led_by(supporter)
    for session in formal.sessions():
        formal.coordinator.patch(f"/v1/sessions/{session['id']}", {"topic": {"en": "Coping", "fr": "Adaptation"}}, if_match="*").ok()
    formal.step("confirm").ok()
    first = formal.sessions()[0]
    assert shortfalls(formal)[0]["stops_session"] is True
    supporter.client.headers["X-Test-Now"] = first["starts_at"]
    refused = start(supporter.client, first, supporter).problem(409, "conflict")
    assert (refused["reason"], refused["missing"]) == ("hosts-missing", ["mental_health_professional"])
    formal.led_by(professional, session_id=first["id"])
    assert [entry["seq"] for entry in shortfalls(formal)] == [2, 3]
    start(supporter.client, first, supporter, professional).ok()


# ---- the list ----


def test_the_soonest_first_page_by_page(formal, informal):
    """Whichever group they belong to; a page holds what fits, and the next one goes on."""
    whole = walk(formal.coordinator, "/v1/shortfalls", params={"days": 60, "limit": 100})
    assert [entry["starts_at"] for entry in whole] == sorted(entry["starts_at"] for entry in whole)
    assert walk(formal.coordinator, "/v1/shortfalls", params={"days": 60, "limit": 2}) == whole
    assert {formal.id, informal.id} <= {entry["group_id"] for entry in whole}
    for bad in ({"days": 0}, {"days": 367}, {"days": "soon"}, {"limit": 0}, {"cursor": "x"}, {"group_id": formal.id}):
        formal.coordinator.get("/v1/shortfalls", params=bad).problem(400, "bad-parameter").fault(next(iter(bad)))


def test_it_is_the_coordinators(client, formal, hire, coordinator, db):
    """A6.8: hosts and others learn nothing of it; I13: nor does a coordinator, of a group in which they were a peer."""
    formal.led_by(host := hire())
    for who in (host.client, client("mental_health_professional"), client("peer"), client("line"), client("administrator")):
        assert who.get("/v1/shortfalls").status in (401, 403)
    person, themself = ready(client), client("coordinator", OTHER_COORDINATOR)
    formal.seat(person)
    assert shortfalls(formal, themself) == shortfalls(formal)
    own_case(client, person, OTHER_COORDINATOR)
    assert shortfalls(formal, themself) == [] and shortfalls(formal) != []
    kept = db.execute("select count(*) from audit_events where object_type = 'shortfall' and account_id = %s", (OTHER_COORDINATOR,))
    assert kept.fetchone()[0] >= 2


# ---- what an activity asks of those who lead it ----


def test_expertise_that_nobody_has_is_told_and_stops_nothing(administrator, coordinator, hire):
    """S2.12: each thing asked is had by somebody who leads; who could cover says what they have of it."""
    of = service(administrator, FORMAL, parts=[part(75, 14, peer_supporter=1)])
    asked = ["facilitating_mens_groups", "supporting_men"]
    made = coordinator.post(PATH, new(of, kind="coffee_chat", expertise=asked)).created()
    group = Group(coordinator, of, activity_id=made["id"]).open()
    knows, other = hire(), hire()
    knows.qualify(expertise=["supporting_men", "relaxation"], cleared_on=LONG_AGO).ok()
    first = shortfalls(group)[0]
    assert (first["missing"], first["stops_session"], first["expertise_missing"]) == (["peer_supporter"], True, asked)
    assert {entry["account_id"]: entry["expertise"] for entry in first["could_cover"]} == {knows.id: ["supporting_men"], other.id: []}
    group.assign(knows).created()
    first = shortfalls(group)[0]
    assert (first["missing"], first["stops_session"], first["expertise_missing"]) == ([], False, ["facilitating_mens_groups"])
    coordinator.patch(made.path, {"expertise": ["supporting_men"]}, if_match="*").ok()
    assert shortfalls(group) == []
