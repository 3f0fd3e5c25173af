# SPDX-License-Identifier: MIT
"""The demonstration tells the program's story: whoever comes in with a demo account finds something worth seeing, and all of it is true
to the rules, whenever it was loaded."""

import collections
from datetime import UTC, datetime

import psycopg
import pytest
from harness.invariants import Invariants
from steps.matrix_world import COORDINATOR, MAPLE, PROFESSIONAL, QUEBEC_COORDINATOR, SUPPORTER

NUMBER = "00000000-0000-4000-8000-{:012d}"
NOOR, DENISE = NUMBER.format(25), NUMBER.format(33)
# What a server of the tests writes when it acts; the demonstration is written by SQL, without audit and without mail.
OF_REQUESTS = ("every decision of a person is in the audit, once", "nobody is lost", "each seat has its mail, and no other")


def group(number):
    return NUMBER.format(number)


def now():
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def listed(who, path, **params):
    return who.get(path, params={"limit": 100} | params).ok().data


@pytest.fixture
def supporter(client):
    return client("peer_supporter")


@pytest.fixture
def professional(client):
    return client("mental_health_professional")


def test_two_informal_and_two_formal_groups_in_each_language_at_every_stage(coordinator):
    groups = [entry for entry in listed(coordinator, "/v1/groups") if not entry["activity_id"]]
    kinds = collections.Counter((entry["service"]["code"], entry["language"]) for entry in groups)
    assert kinds == dict.fromkeys([(kind, of) for kind in ("informal_group", "formal_group") for of in ("en", "fr")], 2)
    assert {entry["state"] for entry in groups} == {"draft", "recruiting", "confirmed", "in_progress", "completed", "cancelled"}
    for language in ("en", "fr"):
        assert len({entry["state"] for entry in groups if entry["language"] == language}) >= 3


def test_everybody_reads_the_known_program(nobody):
    """S2.11, S2.12, S2.15, S2.21, S2.22, S2.23, S2.24, and the yoga of 1.3: what was, what goes on, what is to come."""
    shown = {entry["title"]["en"]: entry for entry in listed(nobody, "/v1/public-activities", state="open")}
    chat = shown["Men's Virtual Coffee Chat"]
    assert (chat["kind"], chat["registration"]) == ("coffee_chat", "open") and "coffee, water, juice or nothing at all" in chat["bring"][
        "en"
    ]
    assert [track["language"] for track in chat["tracks"]] == ["en", "fr"]
    (was,) = listed(nobody, "/v1/public-activities", state="ended")
    english, french = was["tracks"]
    assert [date["local_start"] for date in english["dates"]] == ["2025-07-10T17:00", "2025-07-24T17:00"]
    assert [date["local_start"] for date in french["dates"]] == ["2025-07-17T17:00", "2025-07-31T17:00"]
    assert {track["register_by"] for track in was["tracks"]} == {"2025-06-27"}
    (yoga,) = listed(nobody, "/v1/public-activities", state="announced")
    assert yoga["title"]["fr"] == "Yoga tenant compte des traumatismes" and yoga["tracks"][0]["registration"] == "announced"


def test_a_peer_finds_an_offer_a_group_and_the_next_sessions(peer):
    home = peer.get(f"/v1/participants/{MAPLE}/home").ok()
    (offer,) = home["offers"]
    assert offer["offer_expires_at"] > now() and offer["offer_expires_local"]["timezone"] == "America/Toronto"
    assert [entry["state"] for entry in home["groups"]] == ["active"]
    assert len(home["next_sessions"]) >= 5 and home["prepare"] and home["help"]["line"] == "1-844-750-1648"
    assert {entry["state"] for entry in listed(peer, f"/v1/participants/{MAPLE}/enrolments")} == {"active", "offered"}
    (intake,) = peer.get(f"/v1/participants/{MAPLE}/status").ok()["intakes"]
    # R7: what is not confirmed yet is asked for, and keeps nobody from a seat.
    assert intake["state"] == "placed"
    assert {entry["code"] for entry in intake["left_to_do"]} == {"confirm_emergency_contact", "confirm_safety_plan"}
    assert len(listed(peer, "/v1/conflict-declarations")) == 1


def test_the_peer_of_the_demonstration_can_take_the_seat(start_server, make_client):
    """On a database of its own: whoever tries the demonstration does this first."""
    peer = make_client(start_server(), "peer")
    (offer,) = peer.get(f"/v1/participants/{MAPLE}/home").ok()["offers"]
    assert peer.post(f"/v1/enrolments/{offer['id']}/accept", if_match="*").ok()["state"] == "accepted"


def test_a_peer_supporter_finds_sessions_people_and_what_they_wrote(supporter):
    sessions = listed(supporter, "/v1/my-sessions")
    assert {entry["group_id"] for entry in sessions} == {group(401), group(405)}
    roster = supporter.get(f"/v1/sessions/{sessions[0]['id']}/roster").ok()
    assert {"Maple", "Birch", "Finch", "Lichen"} == {entry["alias"] for entry in roster["data"]}
    assert [entry["kind"] for entry in listed(supporter, "/v1/incidents")] == ["distress"]
    assert len(listed(supporter, "/v1/debriefs")) >= 9
    assert [entry["kind"] for entry in listed(supporter, "/v1/conflict-declarations")] == ["recusal"]


def test_a_professional_is_on_call_leads_and_supervises(professional):
    assert {entry["slot"] for entry in listed(professional, "/v1/my-sessions")} == {"on_call_professional", "mental_health_professional"}
    assert {entry["kind"]: entry["state"] for entry in listed(professional, "/v1/incidents")} == {"distress": "closed", "technical": "open"}
    (asked,) = [entry for entry in listed(professional, "/v1/debriefs") if entry["supervisor_account_id"] == PROFESSIONAL]
    assert asked["wants_supervision"] and asked["supervised_at"] is None


def test_a_coordinator_finds_who_waits_and_why(coordinator):
    waiting = listed(coordinator, "/v1/waiting-people")
    assert {entry["language"] for entry in waiting} == {"en", "fr"}
    # Whose group was cancelled waits again, since when they did before.
    assert {"Harbour", "Gale", "Ember"} <= {entry["alias"] for entry in waiting}
    assert [entry["waiting_since"] for entry in waiting] == sorted(entry["waiting_since"] for entry in waiting)
    seats = listed(coordinator, f"/v1/groups/{group(405)}/enrolments")
    states = collections.Counter(entry["state"] for entry in seats)
    assert states == {"confirmed": 3, "offered": 1, "waitlisted": 2, "expired": 1, "requested": 1}
    for seat in seats:
        decisions = listed(coordinator, f"/v1/enrolments/{seat['id']}/decisions")
        assert bool(decisions) == (seat["state"] != "requested")
    assert listed(coordinator, "/v1/intakes", update_overdue=True)


def test_a_coordinator_finds_what_is_missing_and_who_could_help(coordinator):
    """S0.31, decision 4: a formal evening without its professional cannot be, one without its professional on call can."""
    by_group = collections.defaultdict(list)
    for entry in listed(coordinator, "/v1/shortfalls", days=40):
        by_group[entry["group_id"]].append(entry)
    assert {entry["stops_session"] for entry in by_group[group(402)]} == {True}
    assert {entry["stops_session"] for entry in by_group[group(403)]} == {False}
    last = by_group[group(407)][-1]
    assert [(entry["account_id"], entry["missing"]) for entry in last["unfit"]] == [(DENISE, ["not-cleared"])]
    assert {entry["alias"] for entry in last["could_cover"]} >= {"Andrea", "Morgan"}
    assert group(401) not in by_group and group(406) not in by_group


def test_a_coordinator_finds_what_nobody_has_settled(coordinator):
    """R6, R13, R14, A6.5: late follow-ups, somebody who needs a talk, two who may be the same person, a wish about the staff."""
    (late,) = [entry for entry in listed(coordinator, "/v1/incidents", overdue=True) if entry["kind"] == "left_unexpectedly"]
    assert late["state"] == "actioned" and late["check_in_at"] < late["check_in_due"] and late["is_overdue"]
    (followed,) = [entry for entry in listed(coordinator, "/v1/incidents") if entry["state"] == "closed"]
    assert followed["followed_up_at"] and len(followed["actions"]) == 3
    assert [entry["wellbeing"] for entry in listed(coordinator, "/v1/debriefs", needs_supervision=True)] == [2]
    assert [entry["basis"] for entry in listed(coordinator, "/v1/conflict-matches", open=True)] == ["named"]
    assert {entry["state"] for entry in listed(coordinator, "/v1/conflict-matches")} == {"unconfirmed", "blocked"}
    assert len(listed(coordinator, "/v1/exclusion-requests")) == 1
    assert len(listed(coordinator, "/v1/conflict-declarations")) == 6
    assert [entry["kind"] for entry in listed(coordinator, "/v1/conflict-declarations", state="waiting")] == ["dual_relationship"]


def test_a_coordinator_finds_who_is_there_for_whom(coordinator, administrator):
    """Decision 22, S0.24: back-ups, an absence that was and one to come, work that went on, somebody who moved."""
    for account, other in ((COORDINATOR, QUEBEC_COORDINATOR), (QUEBEC_COORDINATOR, COORDINATOR)):
        back_up = coordinator.get(f"/v1/colleagues/{account}/back-up").ok()
        assert (back_up["back_up_account_id"], back_up["is_named"], back_up["is_away"]) == (other, True, False)
        assert len(listed(coordinator, f"/v1/colleagues/{account}/absences")) == 1
    handed = listed(coordinator, "/v1/hand-overs")
    assert {(entry["kind"], entry["reason"]) for entry in handed} == {
        ("referral", "absence"), ("participant", "workload"), ("intake", "workload"), ("participant", "moved")}  # fmt: skip
    for entry in handed:
        word = entry["kind"] + "s"
        assert coordinator.get(f"/v1/{word}/{entry['subject_id']}").ok()["coordinator_id"] == entry["to_account_id"]
    (move,) = listed(coordinator, f"/v1/participants/{NUMBER.format(3011)}/region-moves")
    assert (move["from_region"], move["to_region"]) == ("QC", "ON")
    for path in ("participants", "intakes"):
        assert {entry["coordinator_id"] for entry in listed(coordinator, f"/v1/{path}", coordinator_id=QUEBEC_COORDINATOR)}
    assert administrator.get(f"/v1/staff-links/{NOOR}").ok()["is_participant"]


def test_what_there_is_to_learn_and_who_is_on_call(coordinator, administrator):
    for path in ("training-courses", "training-offerings", "duty-shifts", "duty-turns", "duty-swaps", "duty-gaps", "duty-rungs"):
        assert listed(coordinator, f"/v1/{path}"), path
    assert listed(administrator, "/v1/codes", list="training_method")


def test_sessions_that_are_over_have_their_attendance_and_topics(coordinator):
    for number in (401, 404, 407):
        over = [entry for entry in listed(coordinator, f"/v1/groups/{group(number)}/sessions") if entry["state"] == "completed"]
        assert over
        for session in over:
            assert session["topic"]["en"] and session["topic"]["fr"]
            assert listed(coordinator, f"/v1/sessions/{session['id']}/attendance")
    series = listed(coordinator, f"/v1/groups/{group(401)}/sessions")
    (cancelled,) = [entry["id"] for entry in series if entry["state"] == "cancelled"]
    assert [entry["seq"] for entry in series if entry["makes_up_for"] == cancelled] == [9]


def test_an_administrator_finds_trainings_and_what_is_missing(administrator):
    lacking = administrator.get(f"/v1/staff/{NOOR}/qualification").ok()
    assert lacking["modules_missing"] == ["crisis_management", "leading_discussions"]
    for host in (SUPPORTER, PROFESSIONAL):
        assert administrator.get(f"/v1/staff/{host}/qualification").ok()["modules_missing"] == []
        assert len(listed(administrator, f"/v1/staff/{host}/trainings")) >= 9


def test_the_story_keeps_every_rule(db):
    """I1-I13 hold of what is told, too."""
    groups = [row[0] for row in db.execute("select id from cohorts").fetchall()]
    assert [found for found in Invariants(db).broken(groups, settled=True) if found[0] not in OF_REQUESTS] == []
    assert db.execute("select conflict_blocks_cohort(id) from cohorts").fetchall() == [(False,)] * len(groups)


def rows_of(db):
    """Every table of the program as it is."""
    tables = db.execute(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'alongside' and c.relkind in ('r', 'p') and c.relname <> 'schema_state'"
    ).fetchall()
    query = "select md5(string_agg(t::text, e'\\n' order by t::text)) from {} t"
    return {name: db.execute(query.format(name)).fetchone()[0] for (name,) in tables}


def test_loading_it_again_changes_nothing(cluster, start_server, make_client):
    """Also where somebody has gone on with the story in the meantime. On a database of its own."""
    server = start_server()
    peer = make_client(server, "peer")
    (seat,) = [entry for entry in listed(peer, f"/v1/participants/{MAPLE}/enrolments") if entry["state"] == "active"]
    peer.post(f"/v1/enrolments/{seat['id']}/withdraw").ok()
    with psycopg.connect(cluster.url(server.database), autocommit=True, options="-c search_path=alongside,pg_catalog") as db:
        before = rows_of(db)
        db.execute("delete from schema_state where key = 'demo'")
        cluster.migrate(server.database)
        assert db.execute("select count(*) from schema_state where key = 'demo'").fetchone() == (1,)
        assert rows_of(db) == before
