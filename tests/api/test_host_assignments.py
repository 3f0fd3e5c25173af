# SPDX-License-Identifier: MIT
"""Who leads what: role, language, training, clearance, one place at a time, and nobody they must not meet
(I5, I13, A6.5, R13, S0.20-S0.25, S0.31, S1.9, S1.19, S2.33, S2.40, decision 4)."""

import uuid

import pytest
from steps import ABSENT, COORDINATOR, at_once, walk
from steps.groups import FORMAL, INFORMAL, LONG_AGO, Group, Host, in_days, part, ready, service
from steps.journey import is_hidden, own_case

PEER = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def hire(client, administrator):
    """hire(role, ...): somebody who lacks nothing, unless told otherwise."""
    return lambda role="peer_supporter", **kwargs: Host(client, administrator, role, **kwargs)


@pytest.fixture
def group(administrator, coordinator):
    """A formal group in English: one peer supporter and one professional."""
    return Group(coordinator, service(administrator, FORMAL))


@pytest.fixture
def informal(administrator, coordinator):
    """Two peer supporters and a professional on call."""
    return Group(coordinator, service(administrator, INFORMAL))


def faults(answer):
    return {(error["pointer"], error["code"]) for error in answer.problem(422, "validation-failed")["errors"]}


def release(group, made, *, if_match="*", who=None):
    return (who or group.coordinator).post(f"/v1/host-assignments/{made['id']}/release", if_match=if_match)


def listed(group, who=None, **params):
    return walk(who or group.coordinator, f"{group.path}/host-assignments", params={"limit": 2} | params)


# ---- the mix of roles ----


def test_the_hosts_of_a_formal_group(group, hire):
    """S1.19, S2.40: a peer supporter with a mental health professional; every session of the group is theirs."""
    supporter, professional = hire(), hire("mental_health_professional")
    made = group.assign(supporter).created()
    assert made.json == {
        "id": made["id"], "group_id": group.id, "session_id": None, "account_id": supporter.id, "guest_id": None,
        "alias": supporter.made["alias"],
        "slot": "peer_supporter", "replaces": None, "assigned_by": COORDINATOR, "assigned_at": made["assigned_at"],
        "confirmed_at": None, "declined_at": None, "released_at": None,
    }  # fmt: skip
    assert made.path == f"/v1/host-assignments/{made['id']}"
    read = group.coordinator.get(made.path).ok()
    assert read.json == made.json
    group.coordinator.get(made.path, if_none_match=read).not_modified()
    group.assign(professional).created()
    assert [entry["slot"] for entry in listed(group)] == ["peer_supporter", "mental_health_professional"]
    for third, slot in ((hire(), "peer_supporter"), (hire("mental_health_professional"), "mental_health_professional")):
        assert group.assign(third, slot).problem(409, "conflict")["reason"] == "slot-filled"
    group.assign(hire("mental_health_professional"), "on_call_professional").problem(422).fault("#/slot", "not-allowed")


def test_the_hosts_of_an_informal_group(informal, hire):
    """S1.9, S2.33: two peer supporters; decision 4, S0.22: a professional on call."""
    informal.led_by(hire(), hire())
    informal.assign(hire("mental_health_professional"), "on_call_professional").created()
    assert informal.assign(hire()).problem(409, "conflict")["reason"] == "slot-filled"
    informal.assign(hire("mental_health_professional")).problem(422).fault("#/slot", "not-allowed")


def test_nobody_fills_two_places(informal, hire):
    """I5: the same person is there once."""
    host = hire()
    informal.led_by(host)
    refused = informal.assign(host).problem(409, "conflict")
    assert refused.fault("#/account_id", "taken")
    only_once = {"session_id": informal.sessions()[0]["id"]}
    assert informal.assign(host, **only_once).problem(409, "conflict")["reason"] == "two-slots"


# ---- what somebody must have ----


def test_every_thing_that_is_missing_is_named_at_once(group, hire, administrator):
    """I5, R13, S0.31, S0.26: and the modules, so that a coordinator knows what to ask for."""
    nobody_yet = hire(is_trained=False, is_cleared=False, languages=("fr",))
    administrator.patch(nobody_yet.path, {"is_active": False}, if_match="*").ok()
    refused = group.assign(nobody_yet, "mental_health_professional")
    assert faults(refused) == {
        ("#/slot", "wrong-role"), ("#/account_id", "not-active"), ("#/account_id", "other-language"),
        ("#/account_id", "training-missing"), ("#/account_id", "not-cleared")}  # fmt: skip
    assert len(refused["modules_missing"]) == 10 and "group_facilitation" in refused["modules_missing"]
    for language, text in (("en", "This person has another role."), ("fr", "Cette personne a un autre rôle.")):
        body = {"account_id": nobody_yet.id, "slot": "mental_health_professional"}
        answer = group.coordinator.post(f"{group.path}/host-assignments", body, language=language)
        assert next(error["detail"] for error in answer["errors"] if error["code"] == "wrong-role") == text
    assert listed(group) == []


@pytest.mark.parametrize(
    ("role", "slot", "fault"),
    [
        ("peer_supporter", "mental_health_professional", ("#/slot", "wrong-role")),
        ("mental_health_professional", "peer_supporter", ("#/slot", "wrong-role")),
    ],
)
def test_each_in_the_place_of_their_role(group, hire, role, slot, fault):
    """I5: by the account, whatever training somebody has."""
    host = hire(role)
    host.train("facilitator", completed_on="2026-01-06")
    assert faults(group.assign(host, slot)) == {fault}


def test_a_peer_supporter_is_not_on_call(informal, hire):
    """Decision 4: that is a professional's."""
    host = hire()
    host.train("facilitator")
    assert faults(informal.assign(host, "on_call_professional")) == {("#/slot", "wrong-role")}


@pytest.mark.parametrize(("of_group", "of_host", "fits"), [("fr", ("en",), False), ("fr", ("fr",), True), ("en", ("en", "fr"), True)])
def test_in_the_language_of_the_group(administrator, coordinator, hire, of_group, of_host, fits):
    """I6: groups are in English or French, and so are those who lead them."""
    group = Group(coordinator, service(administrator), language=of_group)
    answer = group.assign(hire(languages=of_host))
    assert answer.status == 201 if fits else faults(answer) == {("#/account_id", "other-language")}


@pytest.mark.parametrize("module", ["crisis_management", "self_care", "leading_discussions"])
def test_every_topic_of_the_orientation(group, hire, administrator, module):
    """S0.25, S0.26, S0.31: nobody leads before the orientation is complete."""
    host = hire()
    (training,) = [t for t in walk(administrator, f"{host.path}/trainings") if t["module"] == module]
    administrator.delete(f"/v1/trainings/{training['id']}").no_content()
    refused = group.assign(host)
    assert faults(refused) == {("#/account_id", "training-missing")} and refused["modules_missing"] == [module]
    administrator.post(f"{host.path}/trainings", {"kind": "orientation", "module": module, "completed_on": LONG_AGO}).created()
    group.assign(host).created()


def test_professionals_take_the_facilitator_training(group, hire):
    """S0.23: as well; continuing education (S0.30) does not stand for it, nor is it asked of anybody."""
    host = hire("mental_health_professional", is_trained=False)
    host.train("orientation")
    host.train("continuing")
    refused = group.assign(host)
    assert faults(refused) == {("#/account_id", "training-missing")} and refused["modules_missing"] == ["group_facilitation"]
    host.train("facilitator")
    group.assign(host).created()


def test_what_counts_is_the_day_of_the_first_session(group, hire):
    """R13: three weeks ahead, a training or a clearance that ends before then is none."""
    last_day, day_before = in_days(21)[:10], in_days(20)[:10]
    host = hire(is_trained=False, is_cleared=False)
    host.train("orientation", expires_on=day_before)
    host.qualify(cleared_on=LONG_AGO, clearance_expires_on=day_before).ok()
    assert faults(group.assign(host)) == {("#/account_id", "training-missing"), ("#/account_id", "not-cleared")}
    host.train("orientation", completed_on="2026-01-06", expires_on=last_day)
    host.qualify(cleared_on=LONG_AGO, clearance_expires_on=last_day).ok()
    group.assign(host).created()
    # In a later session, on that session's day.
    later = hire(is_cleared=False)
    later.qualify(cleared_on=LONG_AGO, clearance_expires_on=last_day).ok()
    replaced = {"session_id": group.sessions()[1]["id"], "replaces": listed(group)[0]["id"]}
    assert faults(group.assign(later, **replaced)) == {("#/account_id", "not-cleared")}


@pytest.mark.parametrize("account", [ABSENT, PEER, COORDINATOR])
def test_only_people_who_may_lead(group, account):
    """R2: a peer's account is not there, as one that never was; coordinators lead in no other place than their own."""
    for slot in ("peer_supporter", "mental_health_professional"):
        answer = group.coordinator.post(f"{group.path}/host-assignments", {"account_id": account, "slot": slot})
        assert (
            account == COORDINATOR and ("#/slot", "wrong-role") in faults(answer) or faults(answer) == {("#/account_id", "does-not-exist")}
        )


def test_a_coordinator_who_leads_is_asked_what_every_host_is(client, administrator, coordinator, hire):
    """S0.24, S0.31, I5: education, training and clearance, on the day; and the session begins only with them."""
    group = Group(coordinator, service(administrator, FORMAL, parts=[part(coordinator=1)])).prepare().open()
    host = hire("coordinator", is_trained=False, is_cleared=False, languages=("fr",))
    host.qualify().ok()
    lacks = {("#/account_id", code) for code in ("other-language", "training-missing", "not-qualified", "not-cleared")}
    assert faults(group.assign(host)) == lacks
    assert faults(group.assign(hire(), "coordinator")) == {("#/slot", "wrong-role")}
    administrator.patch(host.path, {"languages": ["en"]}, if_match="*").ok()
    host.train("orientation")
    host.qualify(cleared_on=LONG_AGO).ok()
    assert faults(group.assign(host)) == {("#/account_id", "not-qualified")}
    host.qualify(cleared_on=LONG_AGO, education="other_social_services", educated_on="2012-06-01").ok()
    assert group.assign(host).created()["slot"] == "coordinator"
    assert faults(group.assign(host, "peer_supporter")) == {("#/slot", "not-allowed")}
    session = group.sessions()[0]["id"]

    def short():
        return [entry for entry in walk(coordinator, "/v1/shortfalls", params={"days": 60, "limit": 100}) if entry["session_id"] == session]

    assert short() == []
    host.qualify(cleared_on=LONG_AGO).ok()
    (found,) = short()
    assert (found["missing"], found["stops_session"], found["unfit"][0]["missing"]) == (["coordinator"], True, ["not-qualified"])


def test_a_designation_counts_until_its_last_day(group, hire):
    """S0.23: of a professional, on the day of the session."""
    host = hire("mental_health_professional")
    held = {"designation": "social_worker", "designated_on": "2019-06-01", "cleared_on": LONG_AGO}
    host.qualify(**held, designation_expires_on=in_days(20)[:10]).ok()
    assert faults(group.assign(host)) == {("#/account_id", "not-qualified")}
    host.qualify(**held, designation_expires_on=in_days(21)[:10]).ok()
    group.assign(host).created()


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"account_id": "me"}, "#/account_id", "format"), ({"slot": "guest"}, "#/slot", "not-allowed"), ({"slot": None}, "#/slot", "type"),
        ({"session_id": ABSENT}, "#/session_id", "does-not-exist"), ({"replaces": ABSENT}, "#/replaces", "invalid"),
        ({"note": "x"}, "#/note", "unknown"),
    ],
)  # fmt: skip
def test_what_no_assignment_is(group, hire, body, pointer, code):
    group.coordinator.post(f"{group.path}/host-assignments", {"account_id": hire().id, "slot": "peer_supporter"} | body).problem(
        422, "validation-failed").fault(pointer, code)  # fmt: skip


# ---- one place at a time ----


def test_nobody_leads_two_sessions_at_once(group, hire, administrator, coordinator):
    """I5: the refusal names who and which; one may follow the other; a session is not moved or added onto another of theirs."""
    host = hire()
    group.led_by(host)
    near = Group(coordinator, service(administrator), local_starts=[in_days(21, at="19:59"), in_days(26)])
    refused = near.assign(host).problem(409, "conflict")
    assert (refused["reason"], refused["account_ids"], refused["session_ids"]) == ("double-booked", [host.id], [near.sessions()[0]["id"]])
    first = f"/v1/sessions/{near.sessions()[0]['id']}"
    coordinator.patch(first, {"local_start": in_days(21, at="20:00")}, if_match="*").ok()
    near.led_by(host)
    assert coordinator.patch(first, {"local_start": in_days(21, at="19:30")}, if_match="*").problem(409)["reason"] == "double-booked"
    assert coordinator.post(f"{near.path}/sessions", {"local_start": in_days(28, at="17:30")}).problem(409)["reason"] == "double-booked"
    # What is cancelled keeps nobody.
    group.step("cancel").ok()
    coordinator.post(f"{near.path}/sessions", {"local_start": in_days(28, at="17:30")}).created()


def test_two_coordinators_book_one_person(client, coordinator, administrator, hire):
    """I5: at the same moment into two groups at one hour; one of them gets the person."""
    host, offered = hire(), service(administrator)
    groups = [Group(client("coordinator", account), offered) for account in (None, "other") for _ in range(3)]
    answers = at_once(6, lambda number: groups[number].assign(host))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 5
    assert {answer["reason"] for answer in answers if answer.status == 409} == {"double-booked"}


# ---- substitutes ----


def test_a_substitute_for_one_session(informal, hire, coordinator):
    """The one who is replaced is free for that session, and leads the others; the substitute leads that one only."""
    ana, ben, cleo = hire(), hire(), hire()
    informal.led_by(ana, ben)
    first, second, third = informal.sessions()
    replaced = listed(informal)[0]
    assert informal.assign(cleo, session_id=first["id"]).problem(409, "conflict")["reason"] == "slot-filled", "a third is one too many"
    made = informal.assign(cleo, session_id=first["id"], replaces=replaced["id"]).created()
    assert (made["session_id"], made["replaces"]) == (first["id"], replaced["id"])

    def leads(host):
        return {entry["id"] for entry in host.client.get("/v1/my-sessions").ok().data}

    assert leads(cleo) == {first["id"]}
    assert leads(ana) == {second["id"], third["id"]} and leads(ben) == {first["id"], second["id"], third["id"]}
    informal.assign(hire(), session_id=first["id"], replaces=replaced["id"]).problem(422).fault("#/replaces", "invalid")
    # A substitute is replaced by nobody, and nobody stands in for another slot.
    informal.assign(hire(), session_id=first["id"], replaces=made["id"]).problem(422).fault("#/replaces", "invalid")
    on_call = hire("mental_health_professional")
    informal.assign(on_call, "on_call_professional", session_id=first["id"], replaces=replaced["id"]).problem(422).fault(
        "#/replaces", "invalid"
    )
    informal.assign(hire(), replaces=replaced["id"]).problem(422).fault("#/replaces", "invalid")
    assert release(informal, made).ok()["released_at"]
    assert leads(ana) == {first["id"], second["id"], third["id"]} and leads(cleo) == set()


def test_a_substitute_stays_while_they_are_needed(group, hire, administrator, coordinator):
    """Without them, whoever was replaced would lead two sessions at once."""
    ana, ben = hire(), hire()
    group.led_by(ana)
    first = group.sessions()[0]
    substitute = group.assign(ben, session_id=first["id"], replaces=listed(group)[0]["id"]).created()
    meanwhile = Group(coordinator, service(administrator), local_starts=[in_days(21)]).led_by(ana)
    assert release(group, substitute).problem(409, "conflict")["reason"] == "double-booked"
    release(meanwhile, listed(meanwhile)[0]).ok()
    release(group, substitute).ok()


@pytest.mark.parametrize("state", ["completed", "cancelled"])
def test_nobody_stands_in_afterwards(group, hire, db, state):
    first = group.sessions()[0]
    db.execute(
        "update sessions set state = %s, started_at = case when %s = 'completed' then starts_at end where id = %s",
        (state, state, first["id"]),
    )
    assert group.assign(hire(), session_id=first["id"]).problem(409, "conflict-state")["state"] == state
    db.execute("update cohorts set state = %s where id = %s", (state, group.id))
    assert group.assign(hire()).problem(409, "conflict-state")["state"] == state


# ---- releasing ----


def test_a_host_is_released(group, hire):
    """It stays on record, once; somebody else may take the place, and the group is no longer theirs to see."""
    first, second = hire(), hire()
    made = group.assign(first).created()
    for version in ('"9.both"', '"x"'):
        release(group, made, if_match=version).problem(412, "precondition-failed")
    group.coordinator.post(f"{made.path}/release").problem(428, "precondition-required")
    first.client.get(group.path).ok()
    released = release(group, made, if_match=made).ok()
    assert released["released_at"] and released.etag != made.etag
    assert release(group, made).problem(409, "conflict-state")["state"] == "released"
    release(group, {"id": ABSENT}).problem(404, "not-found")
    is_hidden(first.client, "GET", group.path)
    group.led_by(second)
    assert [entry["account_id"] for entry in listed(group)] == [first.id, second.id]
    assert [entry["account_id"] for entry in listed(group, is_released="false")] == [second.id]
    assert [entry["account_id"] for entry in listed(group, is_released="true")] == [first.id]
    for bad in ({"is_released": "maybe"}, {"limit": 0}, {"slot": "peer_supporter"}):
        group.coordinator.get(f"{group.path}/host-assignments", params=bad).problem(400, "bad-parameter").fault(next(iter(bad)))


def test_the_same_request_assigns_once(group, hire):
    body, key = {"account_id": hire().id, "slot": "peer_supporter"}, str(uuid.uuid4())
    first, again = (group.coordinator.post(f"{group.path}/host-assignments", body, idempotency_key=key).created() for _ in range(2))
    assert again.json == first.json and again.headers["Idempotent-Replayed"] == "true" and len(listed(group)) == 1


# ---- nobody they must not meet ----


def test_a_conflict_refuses_and_says_nothing(client, group, hire, coordinator):
    """A6.5: no contact between a host and somebody in the group, whoever declared it; only that there is a conflict is said."""
    person, host, other = ready(client), hire(), hire()
    group.open().seat(person)
    coordinator.post(
        "/v1/conflict-declarations", {"kind": "no_contact", "for_participant_id": person.id, "account_id": host.id}
    ).created()  # fmt: skip
    refused = group.assign(host).problem(409, "conflict")
    assert refused["reason"] == "conflict"
    assert person.id not in refused.content.decode() and person.made["alias"] not in refused.content.decode()
    group.assign(other).created()
    replaced = {"session_id": group.sessions()[0]["id"], "replaces": listed(group)[0]["id"]}
    assert group.assign(host, **replaced).problem(409, "conflict")["reason"] == "conflict", "nor as a substitute"


def test_nobody_leads_a_group_they_were_in_as_a_peer(client, group, hire, coordinator):
    """I13: the answer is that of any other conflict, whatever has become of the seat."""
    person, host = ready(client), hire()
    group.open().seat(person).withdraw().ok()
    own_case(client, person, host.id)
    assert group.assign(host).problem(409, "conflict")["reason"] == "conflict"


# ---- who may see it ----


def test_hosts_see_with_whom_they_lead(client, group, hire):
    """A6.8: by alias, and not who arranged it; they assign and release nobody. Nothing of other groups."""
    host, professional, stranger = hire(), hire("mental_health_professional"), hire()
    group.led_by(host, professional)
    seen = listed(group, host.client)
    assert [entry["alias"] for entry in seen] == [host.made["alias"], professional.made["alias"]]
    assert {entry["assigned_by"] for entry in seen} == {None}
    assert host.client.get(f"/v1/host-assignments/{seen[1]['id']}").ok().json == seen[1]
    is_hidden(stranger.client, "GET", f"{group.path}/host-assignments")
    is_hidden(stranger.client, "GET", f"/v1/host-assignments/{seen[0]['id']}")
    for who in (host.client, client("peer"), client("administrator"), client("line")):
        who.post(f"{group.path}/host-assignments", {"account_id": stranger.id, "slot": "peer_supporter"}).problem(403, "forbidden")
        release(group, seen[0], who=who).problem(403, "forbidden")
    group.coordinator.post(f"/v1/groups/{ABSENT}/host-assignments", {"account_id": host.id, "slot": "peer_supporter"}).problem(404)
    group.coordinator.get(f"/v1/groups/{ABSENT}/host-assignments").problem(404, "not-found")


def test_who_assigned_and_who_released_is_kept(group, hire, db):
    made = group.assign(hire()).created()
    release(group, made).ok()
    kept = db.execute("select action, account_id::text from audit_events where object_id = %s order by id", (made["id"],)).fetchall()
    assert kept == [("assign", COORDINATOR), ("release", COORDINATOR)]
