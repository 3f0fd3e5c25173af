# SPDX-License-Identifier: MIT
"""A peer asks that somebody of the staff, whom they name, not see their file, and it is so: in the file, in groups, around sessions
(R14, A6.5, I13, decision 6)."""

from datetime import UTC, datetime, timedelta

import pytest
from steps import COORDINATOR as ME
from steps import OTHER_COORDINATOR, walk
from steps.evenings import Evening
from steps.groups import FORMAL, Group, Host, ready, service
from steps.journey import QUEBEC_COORDINATOR, as_worker, bare, compared, is_hidden, open_person, tables_with, unique

PATH = "/v1/exclusion-requests"


def ask(person, name, **kwargs):
    answer = person.peer.post(PATH, {"staff_name": name}, **kwargs)
    assert answer.status == 202, answer.content
    compared(person.peer.db)
    return answer


def request_of(coordinator, asked):
    return coordinator.get(f"{PATH}/{asked['id']}").ok()


def close(who, asked, if_match="*"):
    return who.post(f"{PATH}/{asked['id']}/close", if_match=if_match)


class Colleague:
    """A coordinator, or somebody else of the staff, who goes by a name of their own."""

    def __init__(self, client, administrator, name=None, role="coordinator"):
        self.name = name or unique("Alex")
        body = {"role": role, "name": self.name, "alias": unique("Alex"), "languages": ["en"]}
        self.id = administrator.post("/v1/staff", body | {"email": f"{unique('a').replace(' ', '.')}@example.org"}).created()["id"]
        self.client = client(role, self.id)
        compared(client.db)


@pytest.fixture
def colleague(client, administrator):
    return Colleague(client, administrator)


@pytest.fixture
def person(client):
    return open_person(client)


# ---- asking ----


def test_the_answer_is_the_same_whoever_bears_the_name(person, colleague):
    """R14, A6.5 silence: neither the answer nor the file says whether somebody of that name works here."""
    met, unmet = ask(person, colleague.name), ask(person, unique("Nobody"))
    assert set(met.json) == set(unmet.json) == {"id", "received_at", "call_due", "help"}
    assert met.path is None and met.etag is None
    for asked in (met, unmet):
        for method, path in (("GET", PATH), ("GET", f"{PATH}/{asked['id']}"), ("POST", f"{PATH}/{asked['id']}/close")):
            person.peer.request(method, path, if_match="*").problem(403, "forbidden")
    events = person.peer.get(f"{person.path}/audit-events").ok().data
    asked = [(e["action"], e["role"]) for e in events if e["object_type"] == "exclusion_request"]
    assert asked == [("create", "peer")] * 2 and "exclusion" not in [e["object_type"] for e in events]
    assert colleague.id not in str(events)


def test_decision_6_the_name_stays_nowhere(person, coordinator, db):
    """Decision 6: a digest while it is open, nothing afterwards."""
    name = unique("Zacharie")
    asked = ask(person, name)
    assert tables_with(db, name) == [] == tables_with(db, name.split()[1])
    close(coordinator, asked).ok()
    assert db.execute("select name_digest from exclusion_requests where id = %s", (asked["id"],)).fetchone() == (None,)


def test_a_repeated_request_is_one_request(person, coordinator):
    key, name = unique("key").replace(" ", "-"), unique("Alex")
    first = ask(person, name, idempotency_key=key)
    again = ask(person, name, idempotency_key=key)
    assert bare(again)[1] == bare(first)[1] and again.headers["Idempotent-Replayed"] == "true"
    assert [r["id"] for r in walk(coordinator, PATH, params={"open": True}) if r["participant_id"] == person.id] == [first["id"]]


def test_what_is_refused(client, person):
    """Only a name, in both languages; and nobody searches the program for names one after the other: five a day."""
    for body, pointer in (
        ({}, "#/staff_name"), ({"staff_name": ""}, "#/staff_name"), ({"staff_name": "x" * 101}, "#/staff_name"),
        ({"staff_name": "x", "why": "y"}, "#/why"), ({"staff_name": None}, "#/staff_name"),
    ):  # fmt: skip
        for language in ("en", "fr"):
            refused = person.peer.post(PATH, body, language=language).problem(422, "validation-failed").fault(pointer)
            assert refused.headers["Content-Language"] == language
    often = open_person(client, now="2026-11-23T15:00:00Z")
    for _ in range(5):
        ask(often, unique("Alex"))
    assert often.peer.post(PATH, {"staff_name": "x"}).problem(409, "conflict")["reason"] == "too-many-today"
    ask(often.at("2026-11-24T15:00:01Z"), unique("Alex"))


# ---- what becomes of it ----


def test_who_bears_the_name_is_excluded_at_once(person, colleague, coordinator, db):
    """R14: however the name is written; the exclusion stands with the file."""
    colleague.client.get(person.path).ok()
    asked = ask(person, f"  {colleague.name.upper()} ")
    is_hidden(colleague.client, "GET", person.path)
    # A coordinator speaks with them all the same (DESIGN 5b.3).
    assert request_of(coordinator, asked).json == {
        "id": asked["id"], "participant_id": person.id, "state": "open", "for_lead": False, "created_at": asked["received_at"],
        "call_due": asked["call_due"],
        "closed_at": None, "closed_by": None}  # fmt: skip
    (made,) = coordinator.get(f"{person.path}/exclusions").ok().data
    assert (made["account_id"], made["reason"]) == (colleague.id, "asked_by_peer")
    # What no coordinator did has its row too, found by the exclusion, and none in the person's own list (R14).
    rows = "select action, object_type, participant_ids from audit_events where object_id = %s"
    assert db.execute(rows, (made["id"],)).fetchall() == [("create", "exclusion", [])]
    coordinator.get(f"/v1/exclusions/{made['id']}").ok()
    seen = person.peer.get(f"{person.path}/audit-events").ok().data
    assert ("read", "exclusion") not in {(entry["action"], entry["object_type"]) for entry in seen}
    # Whom it is about does not hear of it.
    is_hidden(colleague.client, "GET", f"{PATH}/{asked['id']}")
    assert asked["id"] not in [r["id"] for r in walk(colleague.client, PATH, params={"limit": 100})]
    # Asked again, it stands already.
    ask(person, colleague.name)
    assert len(coordinator.get(f"{person.path}/exclusions").ok().data) == 1


def test_everybody_who_bears_the_name_and_who_joins_later(client, administrator, person, coordinator):
    """R14: two of one name are both excluded; a name that nobody has waits, and meets who joins under it."""
    name, later = unique("Alex"), unique("Sacha")
    both = [Colleague(client, administrator, name), Colleague(client, administrator, name, "coordinator")]
    ask(person, name)
    waiting = ask(person, later)
    assert request_of(coordinator, waiting)["state"] == "open"
    joined = Colleague(client, administrator, later)
    for excluded in (*both, joined):
        is_hidden(excluded.client, "GET", person.path)
    assert close(coordinator, waiting).ok()["state"] == "closed"


def test_nobody_loses_the_last_who_could_work_for_them(client, administrator, colleague, db):
    """R6: the answer is the same; the program lead finds it, and somebody else who coordinates; then it is carried out."""
    person = open_person(client, region="NU")
    db.execute(
        "insert into exclusions (participant_id, account_id, reason, created_by, created_at)"
        " select %s, id, 'asked_by_peer', %s, now() from accounts where role = 'coordinator' and id <> %s",
        (person.id, colleague.id, colleague.id),
    )
    asked, unmet = ask(person, colleague.name), ask(person, unique("Nobody"))
    assert set(asked.json) == set(unmet.json)
    colleague.client.get(person.path).ok()
    is_hidden(colleague.client, "GET", f"{PATH}/{asked['id']}")
    is_hidden(colleague.client, "POST", f"{PATH}/{asked['id']}/close")
    assert [r["id"] for r in walk(colleague.client, PATH, params={"open": True}) if r["participant_id"] == person.id] == [unmet["id"]]
    (waiting,) = walk(administrator, PATH, params={"open": True})
    assert (waiting["id"], waiting["state"], waiting["for_lead"]) == (asked["id"], "open", True)
    administrator.get(f"{PATH}/{asked['id']}").ok()
    is_hidden(administrator, "GET", f"{PATH}/{unmet['id']}")
    # Nor does whoever is left step back alone.
    refused = colleague.client.post(f"{person.path}/exclusions", {"account_id": colleague.id, "reason": "own_case"})
    assert refused.problem(409, "conflict")["reason"] == "last-coordinator"
    another = Colleague(client, administrator)
    is_hidden(colleague.client, "GET", person.path)
    another.client.get(person.path).ok()
    assert walk(administrator, PATH) == []


def test_the_lead_settles_what_waits_for_another_coordinator(administrator, coordinator, person, db):
    """R6: the person has thought otherwise, and is placed again; of what became of it they read nothing."""
    asked = ask(person, unique("Alex"))
    db.execute("update exclusion_requests set for_lead = true where id = %s", (asked["id"],))
    is_hidden(coordinator, "POST", f"{PATH}/{asked['id']}/close")
    settled = close(administrator, asked).ok()
    assert (settled["state"], settled["for_lead"]) == ("closed", True)
    close(administrator, asked).problem(409, "conflict-state")


def test_a_coordinator_settles_what_no_name_met(client, person, coordinator, db):
    """R14: asks by voice, excludes by id, and closes it: once, in the version they saw."""
    asked = ask(person, unique("Alex"))
    waiting = request_of(coordinator, asked)
    assert (waiting["state"], waiting.etag) == ("open", '"1.both"')
    coordinator.get(f"{PATH}/{asked['id']}", if_none_match=waiting).not_modified()
    coordinator.post(f"{person.path}/exclusions", {"account_id": OTHER_COORDINATOR, "reason": "asked_by_peer"}).created()
    coordinator.post(f"{PATH}/{asked['id']}/close").problem(428)
    close(coordinator, asked, if_match='"7.both"').problem(412, "precondition-failed")
    done = close(coordinator, asked, if_match=waiting).ok()
    assert (done["state"], done["closed_by"]) == ("closed", ME) and done["closed_at"] and done.etag == '"2.both"'
    assert close(coordinator, asked).problem(409, "conflict-state")["state"] == "closed"
    rows = db.execute(
        "select action, role, participant_ids::text[], fields from audit_events where object_id = %s and action <> 'read' order by id",
        (asked["id"],),
    )
    assert rows.fetchall() == [("create", "peer", [person.id], []), ("close", "coordinator", [], [])]
    is_hidden(client("coordinator", OTHER_COORDINATOR), "POST", f"{PATH}/{asked['id']}/close")


def test_who_may_be_meant_settles_nothing(client, administrator, person, coordinator):
    """DESIGN 5b.7: the same first and last name may mean them."""
    first, last = unique("Maya").split()
    meant = Colleague(client, administrator, f"{first} Rose {last}")
    asked = ask(person, f"{first} Ann {last}")
    meant.client.get(person.path).ok()
    is_hidden(meant.client, "GET", f"{PATH}/{asked['id']}")
    is_hidden(meant.client, "POST", f"{PATH}/{asked['id']}/close")
    assert asked["id"] not in [r["id"] for r in walk(meant.client, PATH, params={"open": True})]
    as_worker(client.db, None, "select watched_clock_follow()")
    told = {who: asked["id"] in str(who.get("/v1/alarms", params={"limit": 100}).ok().json) for who in (meant.client, coordinator)}
    assert told == {meant.client: False, coordinator: True}
    close(coordinator, asked).ok()


def test_the_last_who_could_talk_about_it_and_may_be_meant_waits_for_the_lead_too(client, administrator, db):
    """R6: who may be meant settles nothing, so somebody else is to be found; then it is theirs."""
    first, last = unique("Maya").split()
    meant, person = Colleague(client, administrator, f"{first} Rose {last}"), open_person(client, region="NU")
    db.execute(
        "insert into exclusions (participant_id, account_id, reason, created_by, created_at)"
        " select %s, id, 'asked_by_peer', %s, now() from accounts where role = 'coordinator' and id <> %s",
        (person.id, meant.id, meant.id),
    )
    asked = ask(person, f"{first} Ann {last}")
    assert administrator.get(f"{PATH}/{asked['id']}").ok()["for_lead"]
    is_hidden(meant.client, "GET", f"{PATH}/{asked['id']}")
    meant.client.get(person.path).ok()
    another = Colleague(client, administrator)
    assert close(another.client, asked).ok()["state"] == "closed"


def test_what_was_theirs_of_the_persons_goes_to_somebody_else_once_they_have_talked(person, colleague, coordinator, db):
    """Decision 22: whoever does not see a file is not whom it waits for."""
    db.execute("update participants set coordinator_id = %s where id = %s", (colleague.id, person.id))
    asked = ask(person, colleague.name)
    assert coordinator.get(person.path).ok()["coordinator_id"] == colleague.id
    close(coordinator, asked).ok()
    assert coordinator.get(person.path).ok()["coordinator_id"] != colleague.id


def test_a_lead_whom_the_person_is_kept_from_still_knows_that_somebody_is_to_be_found(client, administrator, colleague, db):
    """R6: where nobody else can, by alias: nobody waits for ever."""
    person = open_person(client, region="NU")
    db.execute(
        "insert into exclusions (participant_id, account_id, reason, created_by, created_at) select %s, id, 'asked_by_peer', %s, now()"
        " from accounts where role = 'coordinator' and id <> %s or role = 'administrator'",
        (person.id, colleague.id, colleague.id),
    )
    asked = ask(person, colleague.name)
    for days in (0, 5):
        as_worker(db, f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}", "select watched_clock_follow()")
    (told,) = (n for n in administrator.get("/v1/notices", params={"limit": 100}).ok().data if n["kind"] == "exclusion_for_lead")
    assert told["is_by_alias"] and told["about"] is None
    is_hidden(administrator, "GET", f"{PATH}/{asked['id']}")


def test_the_list_is_newest_first_and_of_people_one_serves(client, coordinator):
    """A region's coordinator has theirs; open ones wait for a call."""
    of_ontario, of_quebec = open_person(client, region="ON"), open_person(client, region="QC")
    made = [ask(who, unique("Alex"))["id"] for who in (of_ontario, of_quebec, of_quebec, of_ontario)]
    close(coordinator, {"id": made[1]}).ok()

    def listed(who, **params):
        return [r["id"] for r in walk(who, PATH, params={"limit": 2} | params) if r["id"] in made]

    quebec = client("coordinator", QUEBEC_COORDINATOR)
    assert sorted(listed(coordinator)) == sorted(made)
    assert sorted(listed(coordinator, open=True)) == sorted(m for m in made if m != made[1])
    assert sorted(listed(quebec)) == sorted(made[1:3]) and listed(quebec, open=True) == [made[2]]
    moments = [r["created_at"] for r in walk(coordinator, PATH, params={"limit": 50})]
    assert moments == sorted(moments, reverse=True)
    is_hidden(quebec, "GET", f"{PATH}/{made[0]}")
    is_hidden(quebec, "POST", f"{PATH}/{made[0]}/close")
    for bad in ({"open": "maybe"}, {"limit": 0}, {"state": "open"}):
        coordinator.get(PATH, params=bad).problem(400).fault(next(iter(bad)))


# ---- in groups ----


def test_in_groups_too_the_person_does_not_exist_for_that_coordinator(client, administrator, coordinator):
    """R14: not on the waiting list, no enrolment, no roster, no attendance, no incident; and they can place them nowhere."""
    colleague = Colleague(client, administrator)
    evening = Evening(client, FORMAL)
    seat, beside = evening.seats[0], evening.seat()
    person = seat.person
    evening.joined(colleague)
    evening.started().attend(seat).ok()
    evening.attend(beside).ok()
    incident = evening.coordinator.post(
        "/v1/incidents", {"kind": "distress", "severity": 2, "session_id": evening.session["id"], "enrolment_id": seat.id}).created()  # fmt: skip
    who = colleague.client
    assert incident["id"] in str(who.get("/v1/incidents", params={"limit": 100}).ok().json)
    ask(person, colleague.name)
    for method, path, body in [
        ("GET", person.path, None),
        ("GET", f"{person.path}/safety-plan", None),
        ("GET", f"{person.path}/enrolments", None),
        ("GET", seat.path, None),
        ("GET", f"{seat.path}/decisions", None),
        ("POST", f"{seat.path}/offer", {}),
        ("POST", f"{seat.path}/accept", None),
        ("POST", f"{seat.path}/decline", None),
        ("POST", f"{seat.path}/withdraw", None),
        ("POST", f"{seat.path}/remove", {"reason": "conduct"}),
        ("GET", incident.path, None),
        ("POST", f"{incident.path}/acknowledge", None),
        ("POST", f"{incident.path}/actions", {"code": "check_in_attempted"}),
        ("POST", f"{incident.path}/close", None),
    ]:
        is_hidden(who, method, path, body)
    is_hidden(who, "PUT", f"{evening.path}/attendance/{seat.id}", {"status": "absent"})
    other = Group(coordinator, service(administrator)).open()
    who.post(f"{other.path}/enrolments", {"participant_id": person.id}).problem(422).fault("#/participant_id", "does-not-exist")
    who.post("/v1/incidents", {"kind": "distress", "severity": 2, "session_id": evening.session["id"], "enrolment_id": seat.id}).problem(
        422).fault("#/enrolment_id", "does-not-exist")  # fmt: skip
    lists = ["/v1/waiting-people", "/v1/participants", "/v1/incidents", "/v1/contact-openings", f"{evening.group.path}/enrolments",
        f"{evening.path}/attendance", "/v1/intakes", "/v1/held-messages", "/v1/conflict-declarations", "/v1/conflict-matches"]  # fmt: skip
    for path in lists:
        entries = str(walk(who, path, params={"limit": 100}))
        assert person.id not in entries and seat.id not in entries and person.made["alias"] not in entries, path
    roster = who.get(f"{evening.path}/roster").ok().json
    assert [entry["enrolment_id"] for entry in roster["data"]] == [beside.id]
    # Everybody else sees them as before.
    assert len(evening.coordinator.get(f"{evening.path}/roster").ok().json["data"]) == 2
    evening.coordinator.get(incident.path).ok()


def test_around_a_session_the_person_does_not_exist_for_that_host(client):
    """R14, A6.8: the professional of the session finds neither the alias, nor the safety plan, nor the contact; and it is a conflict."""
    evening = Evening(client, FORMAL)
    seat = evening.seats[0]
    who = evening.professional.client
    evening.at(minutes=-10)
    plan = f"{evening.path}/safety-plans/{seat.id}"
    who.get(plan).ok()
    ask(seat.person, evening.professional.made["name"])
    is_hidden(who, "GET", plan)
    is_hidden(who, "POST", f"{evening.path}/contacts/{seat.id}/open", {"reason": "check_in"})
    # Who comes looks as before until another host leads: a gap would tell who has asked (DESIGN 5b.7).
    assert [entry["enrolment_id"] for entry in who.get(f"{evening.path}/roster").ok().json["data"]] == [seat.id]
    # The other host sees them, and with somebody else as the professional the evening takes place.
    assert len(evening.supporter.client.get(f"{evening.path}/roster").ok().json["data"]) == 1
    substitute = evening.host("mental_health_professional")
    assignments = evening.coordinator.get(f"{evening.group.path}/host-assignments").ok().data
    (led,) = [h for h in assignments if h["account_id"] == evening.professional.id]
    evening.group.assign(substitute, session_id=evening.session["id"], replaces=led["id"]).created()
    evening.start(hosts=[evening.supporter, substitute]).ok()
    for method, path, body in (("PUT", f"{evening.path}/attendance/{seat.id}", {"status": "present"}), ("GET", plan, None)):
        is_hidden(who, method, path, body)


def test_who_asked_is_placed_with_others(client, administrator, coordinator):
    """R14, A6.5: a group led by somebody who must not see the file is not offered; the coordinator hears that it is a conflict, once
    they have spoken with the person (DESIGN 5b.3)."""
    host, person = Host(client, administrator), ready(client)
    asked = ask(person, host.made["name"])
    group = Group(coordinator, service(administrator)).open().led_by(host)
    assert group.place(person).problem(409, "conflict")["reason"] == "conversation-first"
    close(coordinator, asked).ok()
    assert group.place(person).problem(409, "conflict")["reason"] == "conflict"
    assert Group(coordinator, service(administrator)).open().place(person).created()["state"] == "offered"
