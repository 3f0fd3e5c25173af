# SPDX-License-Identifier: MIT
"""What staff are told, where they read it and how they are written to (A6.6, S0.24, decision 22)."""

import uuid

import pytest
from steps import OTHER_COORDINATOR, inquire, walk
from steps.alarms import NOTICES, Watch, acknowledge, notices
from steps.duty import SWAPS, OnCall, shift
from steps.evenings import DEBRIEF, Evening
from steps.groups import clock
from steps.journey import Intake, is_hidden, open_person

NEUTRAL = ("A message for you", "Un message pour vous")


@pytest.fixture
def evening(client):
    return Evening(client)


# ---- hosts ----


def test_a_host_is_told_of_what_they_lead(evening):
    """Assigned, moved, cancelled, released: nobody has to look for it."""
    host = evening.supporter.client
    (assigned,) = notices(host)
    assert (assigned["kind"], assigned["urgency"]) == ("hosting_assigned", "later")
    assert assigned["about"] == {"type": "group", "id": evening.group.id} and assigned["alarm"] is None
    evening.coordinator.patch(evening.path, {"local_start": "2090-01-11T18:30"}, if_match="*").ok()
    assert [entry["about"]["id"] for entry in notices(host, "session_moved")] == [evening.session["id"]]
    evening.cancel()
    assert [entry["about"]["id"] for entry in notices(host, "session_cancelled")] == [evening.session["id"]]
    other = evening.host()
    before = len(notices(host))
    evening.stand_in(other, evening.supporter, evening.next_session)
    assert [entry["kind"] for entry in notices(other.client)] == ["hosting_assigned"]
    evening.release(evening.assignment(evening.supporter))
    assert notices(host, "hosting_released") and len(notices(host)) == before + 1
    evening.group.step("cancel").ok()
    assert notices(other.client, "group_cancelled")
    assert len(notices(host)) == before + 1, "who is released hears no more"
    assert notices(evening.coordinator, "session_moved") == [], "nobody is told of what they did themselves"


def test_who_is_asked_to_supervise_is_told(evening):
    evening.ended()
    made = evening.supporter.client.post(f"{evening.path}/debriefs", DEBRIEF | {"wants_supervision": True}).created()
    other = evening.host("mental_health_professional")
    evening.coordinator.patch(made.path, {"supervisor_account_id": other.id}, if_match="*").ok()
    (notice,) = notices(other.client)
    assert (notice["kind"], notice["about"]["id"]) == ("supervision_asked", made["id"])
    other.client.get(made.path).ok()


# ---- work, swaps, mail that does not arrive ----


def test_work_that_was_handed_over(client, administrator, coordinator):
    one, other = (OnCall(client, administrator, alias=alias) for alias in ("One", "Other"))
    clock(None, one.client, other.client)
    made = inquire(one.client)
    one.client.post(f"{made.path}/take", if_match="*").ok()
    coordinator.post(f"/v1/colleagues/{one.id}/hand-over", {"to_account_id": other.id, "reason": "absence"}).ok()
    (received,) = notices(other.client, "work_handed_over")
    (given,) = notices(one.client, "work_handed_over")
    assert received["about"] == given["about"] and received["about"]["type"] == "hand_over"
    listed = other.client.get("/v1/hand-overs", params={"batch_id": received["about"]["id"]}).ok().data
    assert [entry["subject_id"] for entry in listed] == [made["id"]]
    listed = other.client.get("/v1/hand-overs", params={"coordinator_id": one.id}).ok().data
    assert [entry["subject_id"] for entry in listed] == [made["id"]]


def test_a_swap(lead, client, administrator, anna):
    ben = OnCall(client, administrator, alias="Ben")
    made = shift(lead, anna.id, "2027-01-11T09:00", "2027-01-11T17:00").created()
    swap = anna.client.post(SWAPS, {"shift_id": made["id"], "local_on": "2027-01-11", "to_account_id": ben.id}).created()
    (asked,) = notices(ben.client)
    assert (asked["kind"], asked["about"]) == ("swap_asked", {"type": "duty_swap", "id": swap["id"]})
    ben.client.post(f"{swap.path}/agree", if_match="*").ok()
    (decided,) = notices(anna.client)
    assert (decided["kind"], decided["about"]["id"]) == ("swap_decided", swap["id"])
    assert len(notices(ben.client)) == 1


def test_mail_that_does_not_reach_somebody(client, coordinator, deliver, db):
    """A coordinator calls instead: they are told, or whoever stands in."""
    person = open_person(client, coordinator=coordinator)
    Intake(person).send_form().ok()
    deliver()
    (held,) = (entry["id"] for entry in walk(coordinator, "/v1/held-messages") if entry["participant_id"] == person.id)
    assert held in [entry["about"]["id"] for entry in notices(coordinator, "mail_held")]


# ---- reading ----


def test_nobody_reads_those_of_others(evening, coordinator):
    (notice,) = notices(evening.supporter.client)
    for who in (coordinator, evening.professional.client):
        is_hidden(who, "GET", f"{NOTICES}/{notice['id']}")
        is_hidden(who, "POST", f"{NOTICES}/{notice['id']}/acknowledge")
        assert notice["id"] not in [entry["id"] for entry in notices(who)]


def test_unread_acknowledged_and_by_urgency(evening):
    host = evening.supporter.client
    evening.at(days=-7).cancel()
    today, later = notices(host)
    assert [entry["id"] for entry in notices(host, urgency=["today"])] == [today["id"]]
    assert [entry["id"] for entry in notices(host, urgency=["today", "later"])] == [today["id"], later["id"]]
    read = acknowledge(host, later).ok()
    assert read["acknowledged_at"] == evening.now
    assert [entry["id"] for entry in notices(host, state="unread")] == [today["id"]]
    assert [entry["id"] for entry in notices(host, state="acknowledged")] == [later["id"]]
    assert host.get(f"{NOTICES}/{later['id']}").ok()["by_alias"] is None
    host.get(NOTICES, params={"urgency": ["soon"]}).problem(400, "bad-parameter")
    assert [entry["id"] for entry in walk(host, NOTICES, params={"limit": 1})] == [today["id"], later["id"]]


def test_asking_again_costs_next_to_nothing(evening):
    """ETag: the page as it is; a cursor, which is sealed anew each time, is no change."""
    host = evening.supporter.client
    evening.cancel()
    for params in ({}, {"limit": 1}, {"state": "unread"}):
        first = host.get(NOTICES, params=params).ok()
        host.get(NOTICES, params=params, if_none_match=first).not_modified()
    first = host.get(NOTICES).ok()
    acknowledge(host, first.data[0]).ok()
    again = host.get(NOTICES, if_none_match=first).ok()
    assert again.etag != first.etag


# ---- mail ----


@pytest.fixture
def reader(client, administrator):
    """Somebody who may be on call, whose address names them."""

    def make(languages=("en",), **preferences):
        body = {"role": "coordinator", "name": f"Reader {uuid.uuid4().hex}", "alias": "Reader", "languages": list(languages)}
        address = f"{uuid.uuid4().hex}@example.org"
        made = administrator.post("/v1/staff", body | {"email": address}).created()
        who = client("coordinator", made["id"])
        if preferences:
            who.patch("/v1/notice-preferences", preferences, if_match="*").ok()
        who.address, who.id = address, made["id"]
        return who

    return make


def severe(coordinator):
    return coordinator.post("/v1/incidents", {"kind": "technical", "severity": 4}).created()


def on_duty(db, account, step="duty"):
    db.execute(
        "insert into duty_shifts (account_id, step, local_start, local_end, timezone, is_weekly, created_by, created_at)"
        " values (%s, %s, now() - interval '1 day', now() + interval '1 day', 'America/Toronto', false, %s, now())",
        (account, step, account),
    )


def test_mail_says_nothing_but_that_there_is_something(reader, coordinator, deliver, db, server):
    """R3: no name, no service, one subject for all; in the language of who reads it; what is pressing is mailed to everybody."""
    db.execute("delete from duty_shifts")
    english, french, quiet = reader(), reader(("fr", "en")), reader(mail="now", language="fr")
    nowhere = reader()
    db.execute("update staff set email = null, email_digest = null where id = %s", (nowhere.id,))
    for who in (english, french, quiet, nowhere):
        on_duty(db, who.id)
    incident = severe(coordinator)
    Watch(db).round("")
    mailbox = deliver()
    mail = {who.address: [m for m in mailbox.messages if who.address in m.recipients] for who in (english, french, quiet, nowhere)}
    assert [len(mail[who.address]) for who in (english, french, quiet, nowhere)] == [1, 1, 1, 0]
    for who, subject, word in ((english, NEUTRAL[0], "now"), (french, NEUTRAL[1], "suite"), (quiet, NEUTRAL[1], "suite")):
        (message,) = mail[who.address]
        assert message.subject == subject and word in message.text and server.url in message.text
        for secret in (incident["id"], "incident", "technical", "Reader"):
            assert secret not in message.text
    assert notices(nowhere, "severe_incident"), "read here alone"
    assert nowhere.get("/v1/notice-preferences").ok()["has_email"] is False


def test_mail_that_does_not_reach_the_staff(reader, administrator, coordinator, deliver, db):
    """The lead is told, once; with an address what was not read goes out."""
    db.execute("delete from duty_shifts")
    who = reader()
    on_duty(db, who.id)
    db.execute("update staff set email = null, email_digest = null where id = %s", (who.id,))
    for _ in range(2):
        severe(coordinator)
    Watch(db).round("")
    deliver()
    told = [entry for entry in notices(administrator, "staff_unreachable") if entry["about"]["id"] == who.id]
    assert len(told) == 1 and told[0]["about"]["type"] == "staff"
    administrator.patch(f"/v1/staff/{who.id}", {"email": who.address}, if_match="*").ok()
    assert len([m for m in deliver().messages if who.address in m.recipients]) == 2


def test_mail_as_somebody_wishes_it(reader, evening, deliver, db):
    today, everything, none = reader(mail="today"), reader(), reader(mail="now")
    for account in (today.id, everything.id, none.id):
        with db.transaction():
            db.execute("set local role alongside_api")
            db.execute("select set_config('app.role', 'coordinator', true), set_config('app.account_id', %s, true)", (OTHER_COORDINATOR,))
            db.execute("select notice_tell(array[%s::uuid], 'hosting_assigned', %s)", (account, evening.group.id))
            db.execute("select notice_tell(array[%s::uuid], 'session_cancelled', %s)", (account, evening.session["id"]))
    mailbox = deliver()
    assert [len([m for m in mailbox.messages if who.address in m.recipients]) for who in (today, everything, none)] == [1, 2, 0]
    assert all(len(notices(who)) == 2 for who in (today, everything, none)), "they stand here all the same"


def test_what_has_been_read_is_not_written_about(reader, evening, deliver, db):
    who = reader()
    with db.transaction():
        db.execute("set local role alongside_api")
        db.execute("select set_config('app.role', 'coordinator', true), set_config('app.account_id', %s, true)", (OTHER_COORDINATOR,))
        db.execute("select notice_tell(array[%s::uuid], 'group_cancelled', %s)", (who.id, evening.group.id))
    acknowledge(who, notices(who)[0]).ok()
    assert not [m for m in deliver().messages if who.address in m.recipients]


def test_what_is_pressing_leaves_first(reader, deliver, db, coordinator):
    """A hundred messages that wait are not in the way of a night."""
    db.execute("delete from duty_shifts")
    who = reader()
    on_duty(db, who.id)
    db.execute("update outbox set state = 'cancelled', reason = 'superseded' where state = 'queued'")
    with db.transaction():
        db.execute("set local role alongside_api")
        db.execute("select set_config('app.role', 'coordinator', true), set_config('app.account_id', %s, true)", (OTHER_COORDINATOR,))
        for _ in range(30):
            db.execute("select notice_tell(array[%s::uuid], 'work_handed_over', %s)", (who.id, str(uuid.uuid4())))
    severe(coordinator)
    Watch(db).round("")
    mailbox = deliver()
    texts = ["now" in m.text for m in mailbox.messages if who.address in m.recipients]
    assert texts[0] and len(texts) == 31 and sum(texts) == 1


def test_peers_and_the_line_are_told_otherwise(client):
    for role in ("peer", "line"):
        client(role).get(NOTICES).problem(403)
