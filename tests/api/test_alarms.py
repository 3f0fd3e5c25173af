# SPDX-License-Identifier: MIT
"""Alarms: nobody is left alone with a severe incident, an urgent inquiry, a room without a host (A6.6, R5, R6, R13, decision 22)."""

import random
from datetime import datetime, timedelta

import pytest
from steps import ADMINISTRATOR, line_body, walk
from steps.alarms import ALARMS, NOTICES, Night, Watch, acknowledge, later, notices
from steps.duty import OnCall, shift
from steps.evenings import DEBRIEF, PLAN, Evening, informal
from steps.groups import Group, a_track, ask, clock, service
from steps.journey import compared, is_hidden, open_intake, own_case, talked, unique


@pytest.fixture
def night(client, administrator, db):
    db.execute("delete from duty_covers; delete from duty_swaps; delete from duty_shifts")
    evening = Evening(client).started()
    clock(evening.now, administrator)
    evening.everybody.append(administrator)
    return Night(evening, administrator, db)


def alarm(who, about, night, kind="severe_incident"):
    return who.get(f"{ALARMS}/{night.alarm_of(about, kind)}")


def steps(who, about, night, kind="severe_incident"):
    return [(action["action"], action["step"], action["rung"]) for action in alarm(who, about, night, kind).ok()["actions"]]


# ---- a night with a severity 4 ----


def test_duty_sleeps_and_the_back_up_answers(night, db):
    """A6.6, R6: at once to everybody on duty, then up the ladder by its clock, until somebody answers."""
    anna, mia = night.on_call(), night.on_call(role="mental_health_professional", alias="Mia")
    ben = night.on_call("back_up", alias="Ben")
    incident = night.incident()
    night.pass_minutes(0)
    assert night.told(anna.client) == night.told(mia.client) == [("severe_incident", 1, False)]
    assert night.told(ben.client) == [], "not yet"
    night.pass_minutes(2)
    assert night.told(ben.client) == []
    night.pass_minutes(3)
    assert night.told(ben.client) == [("severe_incident", 2, False)]
    (notice,) = notices(ben.client, state="unread", urgency=["now"])
    assert notice["about"] == {"type": "incident", "id": incident["id"]} and notice["alarm"]["state"] == "open"
    assert notice["alarm"]["due_at"] == incident["acknowledge_due"]
    acknowledged = acknowledge(ben.client, notice).ok()
    assert acknowledged["acknowledged_at"] == later(night.began, minutes=3) and acknowledged["alarm"]["holder_alias"] == "Ben"
    seen = ben.client.get(incident.path).ok()
    assert (seen["state"], seen["acknowledged_by"]) == ("acknowledged", ben.id)
    before = len(notices(night.administrator))
    night.pass_minutes(14)
    assert len(notices(night.administrator)) == before, "who has it is left to it"
    assert notices(anna.client)[0]["alarm"]["holder_alias"] == "Ben", "the others see whose it is"
    assert steps(anna.client, incident, night) == [("called", 1, "duty"), ("called", 2, "back_up"), ("acknowledged", 2, None)]
    # Something was done: it is over.
    ben.client.post(f"{incident.path}/actions", {"code": "line_handoff"}).created()
    night.pass_minutes(15)
    ended = alarm(anna.client, incident, night).ok()
    assert (ended["state"], ended["ended_at"], ended["holder_account_id"]) == ("ended", later(night.began, minutes=15), ben.id)
    assert acknowledge(ben.client, notice).ok()["acknowledged_at"] == acknowledged["acknowledged_at"], "said again, the same"
    taken = ben.client.post(f"{ALARMS}/{ended['id']}/take-over", if_match="*").problem(409, "conflict-state")
    assert taken["state"] == "ended"


def test_a_professional_who_was_called_may_act(night):
    """On call is for everybody's sessions: whoever is called sees the incident and works on it."""
    mia = night.on_call(role="mental_health_professional", alias="Mia")
    incident = night.incident()
    is_hidden(mia.client, "GET", incident.path)
    night.pass_minutes(0)
    mia.client.post(f"{incident.path}/acknowledge", if_match="*").ok()
    held = alarm(mia.client, incident, night).ok()
    assert (held["state"], held["holder_alias"], held["step"]) == ("acknowledged", "Mia", 1)
    mia.client.post(f"{incident.path}/actions", {"code": "crisis_line"}).created()


def test_an_empty_roster_is_the_leads(night):
    incident = night.incident(severity=3)
    night.pass_minutes(0)
    assert night.told(night.administrator, incident) == [("severe_incident", 1, False)], "at once: there is nobody before"
    listed = walk(night.administrator, ALARMS, params={"state": ["open"], "limit": 100})
    assert night.alarm_of(incident) in [entry["id"] for entry in listed]


def test_a_worker_that_was_away_catches_up_in_order(night, db):
    """Whatever happened to it, each is called once for each step, one rung after the other."""
    anna, ben = night.on_call(), night.on_call("back_up", alias="Ben")
    incident = night.incident()
    night.pass_minutes(10)
    night.pass_minutes(10)
    assert steps(anna.client, incident, night) == [("called", 1, "duty"), ("called", 2, "back_up"), ("called", 3, "lead")]
    assert night.told(anna.client) == [("severe_incident", 1, False)] and night.told(ben.client) == [("severe_incident", 2, False)]
    # Nobody has answered: when the clock has run out it begins again, more slowly each time.
    night.pass_minutes(15)
    night.pass_minutes(23)
    assert night.told(anna.client) == [("severe_incident", 1, False), ("severe_incident", 4, False)]
    twice = "select 1 from notices where alarm_id is not null group by alarm_id, account_id, step having count(*) > 1"
    assert db.execute(twice).fetchall() == []


def test_two_workers_call_once(night, cluster, database, db):
    import psycopg  # noqa: PLC0415 - a second one, for this alone

    anna = night.on_call()
    incident = night.incident()
    with psycopg.connect(cluster.url(database), autocommit=True, options="-c search_path=alongside,pg_catalog") as other:
        with other.transaction():
            other.execute("set local role alongside_worker")
            other.execute("select set_config('app.role', 'worker', true), set_config('app.now', %s, true)", (night.began,))
            other.execute("select watched_clock_follow()")
            db.execute("set lock_timeout = '2s'")
            try:
                night.watch.round(night.began)
            except psycopg.errors.LockNotAvailable:
                pass
            finally:
                db.execute("reset lock_timeout")
    night.pass_minutes(1)
    assert night.told(anna.client, incident) == [("severe_incident", 1, False)]


# ---- whom one must not see ----


def test_who_is_kept_from_the_person_is_woken_last_and_by_alias(night, db):
    """I13, R14: the excluded learn of it only when half the clock has passed unanswered by all others, and nothing that opens."""
    anna, ben = night.on_call(), night.on_call("back_up", alias="Ben")
    (seat,) = night.evening.seats
    for who in (anna, ben):
        seat.person.coordinator.post(f"{seat.person.path}/exclusions", {"account_id": who.id, "reason": "asked_by_peer"}).created()
    incident = night.incident(enrolment_id=seat.id, kind="suicide_risk")
    night.pass_minutes(0)
    assert night.told(anna.client) == night.told(ben.client) == []
    assert night.told(night.administrator, incident) == [("severe_incident", 1, False)], "the next who may be told"
    night.pass_minutes(7)
    assert night.told(anna.client) == []
    night.pass_minutes(8)
    assert night.told(anna.client) == night.told(ben.client) == [("severe_incident", 2, True)]
    (notice,) = (entry for entry in notices(anna.client) if entry["alarm"]["id"] == night.alarm_of(incident))
    assert notice["about"] is None
    detail = anna.client.get(f"{NOTICES}/{notice['id']}").ok()
    alias = seat.person.coordinator.get(seat.person.path).ok()["alias"]
    assert detail["by_alias"] == {"alias": alias, "session_id": night.evening.session["id"], "incident_kind": "suicide_risk"}
    is_hidden(anna.client, "GET", incident.path)
    acknowledge(anna.client, notice).ok()
    assert seat.person.coordinator.get(incident.path).ok()["acknowledged_by"] == anna.id
    held = alarm(anna.client, incident, night).ok()
    assert (held["holder_alias"], held["about"], held["group_id"], held["region"]) == ("Anna", None, None, None)
    is_hidden(anna.client, "GET", incident.path)


def test_who_may_be_meant_themselves_is_never_told(night, db):
    anna = night.on_call()
    (seat,) = night.evening.seats
    own_case(night.evening.client, seat.person, anna.id)
    incident = night.incident(enrolment_id=seat.id)
    for minutes in (0, 5, 8, 14):
        night.pass_minutes(minutes)
    assert night.told(anna.client) == []
    is_hidden(anna.client, "GET", f"{ALARMS}/{night.alarm_of(incident)}")


def test_a_less_severe_one_never_comes_to_who_is_kept_from_the_person(night):
    anna = night.on_call()
    (seat,) = night.evening.seats
    seat.person.coordinator.post(f"{seat.person.path}/exclusions", {"account_id": anna.id, "reason": "asked_by_peer"}).created()
    night.incident(severity=2, enrolment_id=seat.id)
    for hours in (0, 12, 24, 48, 72):
        night.pass_minutes(60 * hours)
    assert night.told(anna.client) == []


# ---- taken over, handed back ----


def test_taken_over_and_handed_back(night):
    """Each with who and when."""
    anna, ben = night.on_call(), night.on_call("back_up", alias="Ben")
    incident = night.incident()
    night.pass_minutes(0)
    (notice,) = notices(anna.client, "severe_incident")
    acknowledge(anna.client, notice).ok()
    path = f"{ALARMS}/{night.alarm_of(incident)}"
    assert ben.client.post(f"{path}/hand-back", if_match="*").problem(409, "conflict")["reason"] == "not-holder"
    taken = ben.client.post(f"{path}/take-over", if_match=ben.client.get(path).ok()).ok()
    assert (taken["holder_alias"], taken["state"]) == ("Ben", "acknowledged")
    anna.client.post(f"{path}/take-over", if_match='"1.both"').problem(412)
    assert taken["coordinator_id"] and taken["about"]["id"] == incident["id"]
    night.pass_minutes(1)
    back = ben.client.post(f"{path}/hand-back", if_match="*").ok()
    assert (back["state"], back["holder_alias"]) == ("open", None)
    night.pass_minutes(1)
    assert [entry["action"] for entry in back["actions"]] == ["called", "acknowledged", "taken_over", "handed_back"]
    assert steps(anna.client, incident, night)[-1] == ("called", 2, "back_up"), "the next one at once"
    assert night.told(anna.client) == [("severe_incident", 1, False)], "and nobody again for the same step"


def test_what_is_not_over_in_time_is_open_again(night):
    """Whoever took it over may have fallen asleep."""
    anna, ben = night.on_call(), night.on_call("back_up", alias="Ben")
    incident = night.incident()
    night.pass_minutes(0)
    acknowledge(anna.client, notices(anna.client, "severe_incident")[0]).ok()
    night.pass_minutes(14)
    assert alarm(ben.client, incident, night).ok()["state"] == "acknowledged"
    night.pass_minutes(15)
    assert alarm(ben.client, incident, night).ok()["state"] == "open"
    night.pass_minutes(18)
    assert night.told(ben.client)[-1][0] == "severe_incident"
    assert [step[0] for step in steps(ben.client, incident, night)] == ["called", "acknowledged", "reopened", "called", "called"]


@pytest.mark.parametrize("leave", ["gone", "away", "kept"])
def test_what_somebody_had_who_is_gone_is_open_again(night, leave):
    anna, ben = night.on_call(), night.on_call("back_up", alias="Ben")
    (seat,) = night.evening.seats
    incident = night.incident(enrolment_id=seat.id)
    night.pass_minutes(0)
    acknowledge(anna.client, notices(anna.client, "severe_incident")[0]).ok()
    if leave == "gone":
        night.administrator.patch(f"/v1/staff/{anna.id}", {"is_active": False}, if_match="*").ok()
    elif leave == "away":
        body = {"starts_on": "2090-01-10", "ends_on": "2090-01-12", "timezone": "America/Toronto"}
        anna.client.post(f"/v1/colleagues/{anna.id}/absences", body).created()
    else:
        seat.person.coordinator.post(f"{seat.person.path}/exclusions", {"account_id": anna.id, "reason": "asked_by_peer"}).created()
    night.pass_minutes(1)
    night.pass_minutes(1)
    assert alarm(ben.client, incident, night).ok()["state"] == "open"
    night.pass_minutes(4)
    assert night.told(ben.client)[-1][0] == "severe_incident"


def test_the_lead_neither_reads_nor_answers_what_is_about_themselves(night, client, db):
    (seat,) = night.evening.seats
    lead = client("administrator", "other")
    clock(night.began, lead)
    db.execute(
        "insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (%s, %s, 'own_case', %s, now())",
        (seat.person.id, lead.account, ADMINISTRATOR),
    )
    incident = night.incident(enrolment_id=seat.id)
    night.pass_minutes(0)
    for method, tail in (("GET", ""), ("POST", "/take-over"), ("POST", "/hand-back")):
        is_hidden(lead, method, f"{ALARMS}/{night.alarm_of(incident)}{tail}")


def test_with_the_lead_come_the_coordinators_who_may_open_it(night):
    """The lead holds the program together and opens no file."""
    incident = night.incident()
    night.pass_minutes(0)
    assert night.told(night.administrator) == [("severe_incident", 1, False)]
    assert night.told(night.evening.coordinator) == [("severe_incident", 1, False)]
    night.evening.coordinator.get(incident.path).ok()


def test_handed_back_for_the_fourth_time_it_is_somebody_elses(night):
    anna = night.on_call()
    incident = night.incident()
    night.pass_minutes(0)
    path = f"{ALARMS}/{night.alarm_of(incident)}"
    for minute in range(3):
        anna.client.post(f"{path}/take-over", if_match="*").ok()
        anna.client.post(f"{path}/hand-back", if_match="*").ok()
        night.pass_minutes(minute + 1)
    anna.client.post(f"{path}/take-over", if_match="*").ok()
    assert anna.client.post(f"{path}/hand-back", if_match="*").problem(409, "conflict")["reason"] == "too-many"


def test_a_room_that_nobody_was_assigned_to(client, administrator, db):
    evening = Evening(client)
    evening.release(evening.assignment(evening.supporter))
    watch = Watch(db)
    evening.at(minutes=11)
    watch.round(evening.now)
    assert evening.session["id"] in [entry["about"]["id"] for entry in notices(evening.coordinator, "host_missing")]


def test_alarms_are_for_who_was_called_and_for_coordinators_of_the_region(night):
    anna = night.on_call(role="mental_health_professional", alias="Mia")
    stranger = OnCall(night.evening.client, night.administrator, role="mental_health_professional")
    incident = night.incident()
    night.pass_minutes(0)
    path = f"{ALARMS}/{night.alarm_of(incident)}"
    for who in (anna.client, night.evening.coordinator, night.administrator):
        assert who.get(path).ok()["about"]["id"] == incident["id"]
    for method, target in (("GET", path), ("POST", f"{path}/take-over"), ("POST", f"{path}/hand-back")):
        is_hidden(stranger.client, method, target)
    (notice,) = notices(anna.client, "severe_incident")
    for method, target in (("GET", f"{NOTICES}/{notice['id']}"), ("POST", f"{NOTICES}/{notice['id']}/acknowledge")):
        is_hidden(night.evening.coordinator, method, target)


# ---- the other clocks ----


def test_somebody_who_left_waits_for_a_call(night):
    """A6.6: half-way through the quarter of an hour nobody has tried to call."""
    anna = night.on_call()
    (seat,) = night.evening.seats
    seat.person.peer.put(f"{seat.person.path}/safety-plan", PLAN, if_match="*").ok()
    night.evening.attend(seat, "left_unexpectedly").ok()
    (night.last,) = night.evening.coordinator.get("/v1/incidents", params={"session_id": night.evening.session["id"]}).ok().data
    night.pass_minutes(0)
    assert [kind for kind, *_ in night.told(anna.client)] == ["severe_incident"]
    night.pass_minutes(8)
    assert {kind for kind, *_ in night.told(anna.client)} == {"severe_incident", "check_in"}
    anna.client.post(f"/v1/incidents/{night.last['id']}/actions", {"code": "check_in_reached"}).created()
    night.pass_minutes(9)
    assert notices(anna.client, "check_in")[0]["alarm"]["state"] == "ended"


def test_a_session_without_its_host(client, administrator, db):
    """Ten minutes after the start somebody waits in a room alone."""
    evening = Evening(client).at(minutes=9)
    coordinator, watch = evening.coordinator, Watch(db)

    def missing():
        return [entry for entry in notices(coordinator, "host_missing") if entry["about"]["id"] == evening.session["id"]]

    watch.round(evening.now)
    assert missing() == []
    evening.at(minutes=10)
    watch.round(evening.now)
    (notice,) = missing()
    assert notice["about"] == {"type": "session", "id": evening.session["id"]} and notice["urgency"] == "now"
    evening.start().ok()
    watch.round(later(evening.now, minutes=1))
    assert missing()[0]["alarm"]["state"] == "ended"


def test_an_urgent_inquiry(night, line, coordinator, db):
    """R5: to who may open it; a professional on duty may not. The first reply ends it."""
    anna, mia = night.on_call(), night.on_call(role="mental_health_professional", alias="Mia")
    clock(night.began, line, coordinator)
    made = line.post("/v1/line-referrals", line_body(urgent=True)).created()
    night.pass_minutes(0)
    (notice,) = notices(anna.client, "urgent_referral")
    assert notice["about"] == {"type": "referral", "id": made["id"]} and notices(mia.client) == []
    anna.client.post(f"/v1/referrals/{made['id']}/attempts", {"channel": "phone", "outcome": "replied"}).created()
    night.pass_minutes(1)
    assert notices(anna.client, "urgent_referral")[0]["alarm"]["state"] == "ended"
    quiet = line.post("/v1/line-referrals", line_body()).created()
    night.pass_minutes(2)
    assert [entry["about"]["id"] for entry in notices(anna.client, "urgent_referral")] == [made["id"]]
    # Decision 7: from the first business day's end on, before it breaks at the end of the second.
    referral = coordinator.get(f"/v1/referrals/{quiet['id']}").ok()
    late = OnCall(night.evening.client, night.administrator, alias="Later")
    day = referral["reply_due"][:10]
    shift(night.administrator, late.id, f"{day}T00:00", f"{day}T23:59").created()
    clock(referral["reply_due"], late.client)
    night.watch.round(later(referral["reply_due"], seconds=-1))
    assert notices(late.client, "reply_due") == []
    night.watch.round(referral["reply_due"])
    assert [entry["about"]["id"] for entry in notices(late.client, "reply_due")] == [quiet["id"]]


def test_a_host_who_is_not_well(client, administrator, db):
    """R13: the coordinator of the group, and not somebody who led with them."""
    evening = informal(client).ended()
    watch = Watch(db)
    author = evening.hosts[0].client
    made = author.post(f"{evening.path}/debriefs", DEBRIEF | {"wellbeing": 2}).created()
    watch.round(evening.now)
    (notice, *_) = notices(evening.coordinator, "low_wellbeing")
    assert notice["about"] == {"type": "debrief", "id": made["id"]} and notice["urgency"] == "today"
    assert notice["alarm"]["due_at"] == made["supervision_due"]
    assert notices(evening.hosts[1].client, "low_wellbeing") == []
    evening.coordinator.post(f"{made.path}/supervise", if_match="*").ok()
    watch.round(later(evening.now, minutes=1))
    assert notices(evening.coordinator, "low_wellbeing")[0]["alarm"]["state"] == "ended"


def test_the_follow_up_of_an_incident(night, db):
    anna = night.on_call()
    incident = night.incident(severity=4)
    night.watch.round(later(incident["follow_up_due"], hours=-5))
    assert night.alarm_of(incident, "follow_up_due") is None
    night.watch.round(later(incident["follow_up_due"], hours=-4))
    assert night.alarm_of(incident, "follow_up_due")
    assert anna


def test_every_alarm_that_is_running_is_listed_once(night):
    night.on_call()
    for severity in (1, 2, 3, 4):
        night.incident(severity)
    night.pass_minutes(0)
    listed = walk(night.administrator, ALARMS, params={"limit": 2, "state": ["open", "acknowledged"]})
    assert len({entry["id"] for entry in listed}) == len(listed) >= 4
    assert {entry["kind"] for entry in listed} >= {"severe_incident", "incident"}


# ---- whatever the roster ----


def test_somebody_who_may_act_is_reached_within_the_clock_or_the_lead_is(night, db):
    """Random rosters, absences and exclusions, a moved clock."""
    dice = random.Random(2090)
    (seat,) = night.evening.seats
    people = [OnCall(night.evening.client, night.administrator, alias=f"N{number}") for number in range(4)]
    for one in people:
        night.evening.joined(one)
    for turn in range(12):
        db.execute("delete from duty_shifts; delete from absences")
        db.execute("delete from exclusions where participant_id = %s", (seat.person.id,))
        on = {"duty": set(), "back_up": set()}
        away, kept, own = set(), set(), set()
        for one in people:
            if dice.random() < 0.6:
                step = dice.choice(list(on))
                shift(night.administrator, one.id, "2090-01-10T17:00", "2090-01-11T09:00", step=step).created()
                on[step].add(one.id)
            if dice.random() < 0.25:
                night.administrator.post(f"/v1/colleagues/{one.id}/absences", {
                    "starts_on": "2090-01-09", "ends_on": "2090-01-12", "timezone": "America/Toronto"}).created()  # fmt: skip
                away.add(one.id)
            chance = dice.random()
            if chance < 0.4:
                reason = "own_case" if chance < 0.1 else "asked_by_peer"
                (own if chance < 0.1 else kept).add(one.id)
                db.execute(
                    "insert into exclusions (participant_id, account_id, reason, created_by, created_at) values (%s, %s, %s, %s, now())",
                    (seat.person.id, one.id, reason, ADMINISTRATOR),
                )
        incident = night.incident(dice.choice((3, 4)), enrolment_id=seat.id)
        span = 15 if incident["severity"] == 4 else 60
        for minute in range(0, span, 1):
            night.watch.round(later(incident["created_at"], minutes=minute))
        rows = db.execute(
            "select account_id::text, step, is_by_alias, created_at from notices where object_id = %s and kind = 'severe_incident'"
            " order by step",
            (incident["id"],),
        ).fetchall()
        told = {account: by_alias for account, _, by_alias, _ in rows}
        may = (on["duty"] | on["back_up"]) - away - kept - own
        assert may <= set(told) and not any(told[one] for one in may), (turn, on, away, kept, own, told)
        assert ADMINISTRATOR in told, "the lead, in the end"
        half = later(incident["created_at"], minutes=span / 2)
        for account, _, by_alias, at in rows:
            assert by_alias == (account in kept), (turn, account)
            assert account not in own
            assert not by_alias or at.strftime("%Y-%m-%dT%H:%M:%SZ") >= half
        first = rows[0][3].strftime("%Y-%m-%dT%H:%M:%SZ")
        assert first == incident["created_at"], "somebody is called at once"


# ---- who must not meet whom ----

DECLARATIONS, MATCHES = "/v1/conflict-declarations", "/v1/conflict-matches"


def declare(person, counts_from="now", name=None):
    return person.peer.post(DECLARATIONS, {"kind": "no_contact", "name": name or unique("Nobody"), "counts_from": counts_from}).created()


def match_of(night, db, declaration):
    compared(db, night.began)
    (found,) = db.execute("select id::text from conflict_matches where declaration_id = %s", (declaration["id"],)).fetchone()
    return {"id": found}


def bears(night, person):
    """They go by a name of their own from now on."""
    name = unique("Kim")
    person.contact(who=night.evening.coordinator, name_to_use=name).ok()
    return name


def test_decision_16_whoever_stepped_back_is_called_up_the_ladder_until_they_have_talked(night):
    """DESIGN 5b.2: duty at once, the back-up after a quarter of the hour, the lead after half; who must not see the person last, by alias."""
    anna, ben, kept = night.on_call(), night.on_call("back_up", alias="Ben"), night.on_call(alias="Kate")
    person = night.evening.person()
    night.evening.coordinator.post(f"{person.path}/exclusions", {"account_id": kept.id, "reason": "asked_by_peer"}).created()
    declaration, before = declare(person), len(night.told(night.administrator, {"id": person.id}))
    night.pass_minutes(0)
    told = ("declared_now", 1, False)
    assert night.told(anna.client, declaration) == [told] and night.told(ben.client, declaration) == []
    (notice,) = notices(anna.client, "declared_now")
    assert notice["about"] == {"type": "conflict_declaration", "id": declaration["id"]} and notice["urgency"] == "now"
    assert notice["alarm"]["due_at"] == declaration["call"]["by"] == later(night.began, minutes=60)
    night.pass_minutes(14)
    assert night.told(ben.client, declaration) == []
    night.pass_minutes(15)
    assert night.told(ben.client, declaration) == [("declared_now", 2, False)]
    night.pass_minutes(30)
    assert night.told(night.administrator, declaration) == [("declared_now", 3, False)] and before == 0
    night.pass_minutes(44)
    assert night.told(kept.client, declaration) == []
    night.pass_minutes(45)
    assert night.told(kept.client, declaration) == [("declared_now", 4, True)]
    (by_alias,) = notices(kept.client, "declared_now")
    alias = night.evening.coordinator.get(person.path).ok()["alias"]
    assert by_alias["about"] is None
    assert kept.client.get(f"{NOTICES}/{by_alias['id']}").ok()["by_alias"] == {"alias": alias, "session_id": None, "incident_kind": None}
    is_hidden(kept.client, "GET", declaration.path)
    talked(anna.client, declaration)
    night.pass_minutes(46)
    assert alarm(anna.client, declaration, night, "declared_now").ok()["state"] == "ended"


def test_what_counts_before_the_next_placement_is_their_coordinators_until_the_next_business_day(night):
    """DESIGN 5b.3: matched or not; after half the clock whoever is on duty, then the lead."""
    anna = night.on_call()
    shift(night.administrator, anna.id, "2090-01-11T09:00", "2090-01-13T09:00").created()
    name = bears(night, night.evening.person())
    people = [night.evening.person(), night.evening.person()]
    made = [declare(people[0], "before_my_next_placement", name), declare(people[1], "before_my_next_placement")]
    assert {d["call"]["by"] for d in made} == {"2090-01-12T22:00:00Z"}, "after the close: Thursday, 17:00"
    coordinator, half = night.evening.coordinator, int(46.5 * 60 / 2)
    night.pass_minutes(0)
    for declaration in made:
        assert night.told(coordinator, declaration) == [("declaration_due", 1, False)] and night.told(anna.client, declaration) == []
    night.settle(half)
    for declaration in made:
        assert night.told(anna.client, declaration) == [("declaration_due", 2, False)]
        assert night.told(night.administrator, declaration) == []
    night.settle(half + half // 2 + 1)
    for declaration in made:
        assert night.told(night.administrator, declaration) == [("declaration_due", 3, False)]
        talked(coordinator, declaration)
    night.settle(half + half // 2 + 2)
    assert [alarm(coordinator, d, night, "declaration_due").ok()["state"] for d in made] == ["ended"] * 2


def test_what_joins_what_waits_is_one_alarm(night):
    """DESIGN 5b.2: one alarm, one look; who steps back meanwhile is called by duty from then on."""
    anna, person = night.on_call(), night.evening.person()
    first = declare(person, "before_my_next_placement")
    night.pass_minutes(0)
    night.evening.at(minutes=20)
    second = declare(person)
    assert second["call"]["by"] == later(night.began, minutes=80)
    night.pass_minutes(20)
    assert night.told(anna.client, first) == [("declared_now", 1, False)] and night.told(anna.client, second) == []
    assert alarm(anna.client, first, night, "declaration_due").ok()["state"] == "ended"
    assert notices(anna.client, "declared_now")[0]["alarm"]["due_at"] == second["call"]["by"]
    talked(anna.client, second)
    night.pass_minutes(21)
    assert alarm(anna.client, first, night, "declared_now").ok()["state"] == "ended"
    assert night.alarm_of(second, "declared_now") is None


@pytest.mark.parametrize("end", ["decided", "parted", "taken back"])
def test_decision_17_two_in_one_group_call_whoever_is_on_duty_until_somebody_decides(night, db, end):
    """DESIGN 5b.2: certain, undecided, in one group: at once and up the ladder within the hour; it stops no session."""
    anna, ben = night.on_call(), night.on_call("back_up", alias="Ben")
    other, person = night.evening.person(), night.evening.person()
    group = Group(night.evening.coordinator, service(night.administrator), now=night.began).open()
    name, seats = bears(night, other), [group.seat(other), group.seat(person)]
    declaration = declare(person, "before_my_next_placement", name)
    match = match_of(night, db, declaration)
    night.pass_minutes(0)
    assert night.told(anna.client, match) == [("conflict_in_group", 1, False)] and night.told(ben.client, match) == []
    (notice,) = notices(anna.client, "conflict_in_group")
    assert notice["about"] == {"type": "conflict_match", "id": match["id"]} and notice["alarm"]["due_at"] == later(night.began, minutes=60)
    assert alarm(anna.client, match, night, "conflict_in_group").ok()["group_id"] == group.id
    assert anna.client.get(f"{MATCHES}/{match['id']}").ok()["group_ids"] == [group.id]
    night.pass_minutes(15)
    assert night.told(ben.client, match) == [("conflict_in_group", 2, False)]
    night.pass_minutes(30)
    assert night.told(night.administrator, match) == [("conflict_in_group", 3, False)]
    if end == "decided":
        anna.client.post(f"{MATCHES}/{match['id']}/decide", {"decision": "block", "same_person": True}, if_match="*").ok()
    elif end == "parted":
        seats[0].withdraw().ok()
    else:
        person.peer.post(f"{declaration.path}/withdraw").ok()
    night.pass_minutes(31)
    assert alarm(anna.client, match, night, "conflict_in_group").ok()["state"] == "ended"


def test_whoever_waits_is_called_though_nobody_knows_yet_whom_it_means(night):
    """Who may be meant is known first; but nobody is left alone because it does not become known."""
    anna, person = night.on_call(), night.evening.person()
    declaration = declare(person)
    night.db.execute(
        "insert into job_faults (job, subject_id, sqlstate, since, retry_at) select 'comparisons', id, '22012', now(), 'infinity'"
        " from conflict_declarations where id = %s",
        (declaration["id"],),
    )
    night.pass_minutes(14)
    assert night.told(anna.client, declaration) == []
    night.pass_minutes(15)
    assert night.told(anna.client, declaration) == [("declared_now", 1, False)]


def test_of_whoever_stepped_back_the_match_calls_once_they_have_talked(night, db):
    """DESIGN 5b.2: before that it is the call that is pressing."""
    anna, other, person = night.on_call(), night.evening.person(), night.evening.person()
    group = Group(night.evening.coordinator, service(night.administrator), now=night.began).open()
    name = bears(night, other)
    group.seat(other), group.seat(person)
    declaration = declare(person, name=name)
    match = match_of(night, db, declaration)
    night.pass_minutes(0)
    assert night.told(anna.client, match) == [] and night.told(anna.client, declaration) == [("declared_now", 1, False)]
    talked(anna.client, declaration)
    night.pass_minutes(1)
    assert night.told(anna.client, match) == [("conflict_in_group", 1, False)]


REQUESTS = "/v1/exclusion-requests"


def test_r14_whoever_asked_that_somebody_not_see_their_file_is_called(night):
    """Their coordinator, whoever is on duty, the lead, until a coordinator has closed it; who may be meant reads of it nowhere."""
    anna = night.on_call()
    shift(night.administrator, anna.id, "2090-01-11T09:00", "2090-01-13T09:00").created()
    meant = night.on_call(alias="Meg", regions=anna.made["regions"])
    person, coordinator = night.evening.person(), night.evening.coordinator
    first_name = meant.made["name"].split()[0]
    requests = [person.peer.post(REQUESTS, {"staff_name": name}).ok(202) for name in (f"{first_name} {unique('Z')}", unique("Nobody"))]
    half = int(46.5 * 60 / 2)
    night.settle(0)
    for request in requests:
        assert night.told(coordinator, request) == [("exclusion_asked", 1, False)] and night.told(anna.client, request) == []
    (notice,) = (n for n in notices(coordinator, "exclusion_asked") if n["about"]["id"] == requests[1]["id"])
    assert notice["about"]["type"] == "exclusion_request" and notice["alarm"]["due_at"] == "2090-01-12T22:00:00Z"
    night.settle(half)
    for request in requests:
        assert night.told(anna.client, request) == [("exclusion_asked", 2, False)] and night.told(meant.client, request) == []
    night.settle(half + half // 2 + 1)
    for request in requests:
        assert night.told(night.administrator, request) == [("exclusion_asked", 3, False)]
        coordinator.post(f"{REQUESTS}/{request['id']}/close", if_match="*").ok()
    night.settle(half + half // 2 + 2)
    for request in requests:
        assert alarm(coordinator, request, night, "exclusion_asked").ok()["state"] == "ended"


def test_r6_the_last_who_could_work_for_somebody_is_named_to_the_lead_alone(night, db):
    """Until the lead has found somebody else; then it is a coordinator's to talk about it."""
    anna, person = night.on_call(), night.evening.person()
    request = person.peer.post(REQUESTS, {"staff_name": unique("Nobody")}).ok(202)
    compared(db, night.began)
    db.execute("update exclusion_requests set for_lead = true where id = %s", (request["id"],))
    night.pass_minutes(0)
    assert night.told(night.administrator, request) == [("exclusion_for_lead", 1, False)]
    waiting = night.alarm_of(request, "exclusion_for_lead")
    for who in (anna.client, night.evening.coordinator):
        assert night.told(who, request) == []
        is_hidden(who, "GET", f"{ALARMS}/{waiting}")
    db.execute("update exclusion_requests set for_lead = false where id = %s", (request["id"],))
    night.pass_minutes(1)
    assert night.told(night.evening.coordinator, request) == [("exclusion_asked", 1, False)]
    assert alarm(night.administrator, request, night, "exclusion_for_lead").ok()["state"] == "ended"


@pytest.mark.parametrize("counts_from", ["now", "before_my_next_placement"])
def test_i13_nobody_is_called_to_what_may_mean_themselves(night, counts_from):
    """DESIGN 5b.7: by name or by what is talked about with it, under either login, called or not: no notice, and no alarm to read."""
    meant, joined, anna = night.on_call(alias="Meg"), night.on_call(alias="Joe"), night.on_call("back_up", alias="Anna")
    lead, person = night.administrator, night.evening.person()
    declaration = declare(person, counts_from, meant.made["name"])
    declare(person, counts_from, joined.made["name"])
    night.pass_minutes(0)
    kind = "declared_now" if counts_from == "now" else "declaration_due"
    if counts_from != "now":
        night.pass_minutes(int(46.5 * 60 / 2))
    assert night.told(anna.client, declaration) or night.told(night.evening.coordinator, declaration), "somebody else at once"
    for who in (meant, joined):
        assert night.told(who.client, declaration) == []
        is_hidden(who.client, "GET", f"{ALARMS}/{night.alarm_of(declaration, kind)}")
        assert night.alarm_of(declaration, kind) not in [a["id"] for a in walk(who.client, ALARMS, params={"limit": 100})]
        is_hidden(who.client, "POST", f"{ALARMS}/{night.alarm_of(declaration, kind)}/take-over")
    assert alarm(lead, declaration, night, kind).ok()["state"] == "open"


def test_i13_the_lead_who_is_meant_reads_of_it_nowhere(night):
    """Not even the last on the ladder: a coordinator of the region is called instead."""
    lead = night.administrator
    anna, person = night.on_call(), night.evening.person()
    name = unique("Lee")
    lead.patch(f"/v1/staff/{ADMINISTRATOR}", {"name": name}, if_match="*").ok()
    declaration = declare(person, name=name)
    night.pass_minutes(0)
    night.pass_minutes(59)
    assert night.told(anna.client, declaration) and night.told(lead, declaration) == []
    is_hidden(lead, "GET", f"{ALARMS}/{night.alarm_of(declaration, 'declared_now')}")


def test_whoever_is_named_somebody_else_is_called_and_never_they(night, db):
    """Random rosters, names, exclusions: within the hour somebody is told who may be, whoever is meant is told of nothing."""
    dice = random.Random(2091)
    people = [night.evening.joined(OnCall(night.evening.client, night.administrator, alias=f"N{number}")) for number in range(4)]
    for _ in range(10):
        db.execute("delete from duty_shifts")
        person, roles = night.evening.person(), {}
        for one in people:
            roles[one.id] = dice.choice(("free", "free", "meant", "kept"))
            if dice.random() < 0.7:
                shift(night.administrator, one.id, "2090-01-10T17:00", "2090-01-11T09:00", step=dice.choice(("duty", "back_up"))).created()
            if roles[one.id] == "kept":
                body = {"account_id": one.id, "reason": "asked_by_peer"}
                night.evening.coordinator.post(f"{person.path}/exclusions", body).created()
        named = [one.made["name"] for one in people if roles[one.id] == "meant"] or [None]
        first, *_ = [declare(person, name=name) for name in named]
        for minute in range(0, 60, 5):
            night.watch.round(later(first["created_at"], minutes=minute))
        rows = db.execute("select account_id::text, is_by_alias from notices where object_id = %s", (first["id"],)).fetchall()
        told = dict(rows)
        assert not [account for account in told if roles.get(account) == "meant"], roles
        assert [account for account, by_alias in told.items() if not by_alias and roles.get(account) != "kept"], roles
        assert all(told[account] for account in told if roles.get(account) == "kept"), roles
        talked(night.evening.coordinator, first)
        night.watch.round(later(first["created_at"], minutes=60))


# ---- who accepted ----


def test_decision_15_who_accepted_and_is_not_answered_climbs(night):
    """DESIGN 5b.4: at the hour that was said, to whose work it is; then duty, then the lead, and over when it is answered."""
    anna, person = night.on_call(), night.evening.person()
    shift(night.administrator, anna.id, "2090-01-11T09:00", "2090-01-13T09:00").created()
    group = Group(night.evening.coordinator, service(night.administrator, offer_hours=24), now=night.began).open()
    seat = group.seat(person, "accepted")
    said = int((datetime.fromisoformat(seat.made["answer_at"]) - datetime.fromisoformat(night.began)) / timedelta(minutes=1))
    coordinator = night.evening.coordinator
    night.pass_minutes(said - 1)
    assert night.told(coordinator, seat.made) == []
    night.settle(said)
    assert night.told(coordinator, seat.made) == [("answer_due", 1, False)] and night.told(anna.client, seat.made) == []
    (notice,) = notices(coordinator, "answer_due")
    assert notice["about"] == {"type": "enrolment", "id": seat.id} and notice["urgency"] == "today"
    # Asked again, it is the same clock.
    seat.hear()
    due = int((datetime.fromisoformat(notice["alarm"]["due_at"]) - datetime.fromisoformat(night.began)) / timedelta(minutes=1))
    night.settle(said + (due - said) // 4 + 1)
    assert night.told(anna.client, seat.made) == [("answer_due", 2, False)] and night.told(night.administrator, seat.made) == []
    night.settle((said + due) // 2 + 1)
    assert night.told(night.administrator, seat.made) == [("answer_due", 3, False)]
    assert "answer_due" not in person.peer.get(seat.path).ok().content.decode()
    seat.confirm().ok()
    night.pass_minutes((said + due) // 2 + 2)
    assert alarm(anna.client, seat.made, night, "answer_due").ok()["state"] == "ended"


def test_decision_16_who_said_when_they_asked_that_there_is_somebody_is_called(night):
    """To whose work they are, then duty, then the lead, by the close of the next business day; over when they have talked."""
    track = a_track(night.evening.client, now=night.began)
    person = open_intake(night.evening.client, "activity", "forms_returned").person.at(night.began)
    anna, coordinator = night.on_call(), night.evening.coordinator
    shift(night.administrator, anna.id, "2090-01-11T09:00", "2090-01-13T09:00").created()
    made = ask(track, person, nobody_to_avoid=False).created()
    due = int((datetime.fromisoformat(made["call"]["by"]) - datetime.fromisoformat(night.began)) / timedelta(minutes=1))

    def steps(who):
        return [step for kind, step, _ in night.told(who, made) if kind == "conversation_due"]

    night.settle(0)
    assert (steps(coordinator), steps(anna.client)) == ([1], [])
    (notice,) = (entry for entry in notices(coordinator, "conversation_due") if entry["about"]["id"] == made["id"])
    assert notice["about"] == {"type": "enrolment", "id": made["id"]} and notice["alarm"]["due_at"] == made["call"]["by"]
    night.settle(due // 2 + 1)
    assert (steps(anna.client), steps(night.administrator)) == ([2], [])
    night.settle(due * 3 // 4 + 1)
    assert steps(night.administrator) == [3]
    coordinator.post(f"/v1/enrolments/{made['id']}/conversation").ok()
    night.settle(due * 3 // 4 + 2)
    assert alarm(anna.client, made, night, "conversation_due").ok()["state"] == "ended"


def test_i13_who_is_kept_from_the_person_reads_nothing_of_their_answer(night):
    """As of any alarm about somebody: neither called nor read."""
    kept, person = night.on_call(alias="Kay"), night.evening.person()
    shift(night.administrator, kept.id, "2090-01-11T09:00", "2090-01-13T09:00").created()
    night.evening.coordinator.post(f"{person.path}/exclusions", {"account_id": kept.id, "reason": "asked_by_peer"}).created()
    group = Group(night.evening.coordinator, service(night.administrator, offer_hours=24), now=night.began).open()
    seat = group.seat(person, "accepted")
    night.watch.round(later(seat.made["answer_at"], hours=6))
    assert night.alarm_of(seat.made, "answer_due") and night.told(kept.client, seat.made) == []
    is_hidden(kept.client, "GET", f"{ALARMS}/{night.alarm_of(seat.made, 'answer_due')}")


def test_i13_who_runs_no_group_of_their_own_hears_of_no_answer_in_it(night, db):
    """A coordinator who is a peer in that group is not called, whoever's work it is."""
    person, anna = night.evening.person(), night.on_call()
    own_case(night.evening.client, person, anna.id)
    group = Group(night.evening.coordinator, service(night.administrator, offer_hours=24), now=night.began).open()
    seat = group.seat(night.evening.person(), "accepted")
    group.seat(person, "accepted")
    night.watch.round(later(seat.made["answer_at"], hours=6))
    assert night.told(anna.client, seat.made) == []
    is_hidden(anna.client, "GET", f"{ALARMS}/{night.alarm_of(seat.made, 'answer_due')}")
