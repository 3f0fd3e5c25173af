# SPDX-License-Identifier: MIT
"""What may leave is decided at the moment of sending (R3, R17, A1.5); what may not is shown to somebody who can call."""

import pytest
from steps import OTHER_COORDINATOR, walk
from steps.journey import DOCUMENTS, QUEBEC_COORDINATOR, Intake, an_address, open_intake, open_person, publish

PATH = "/v1/held-messages"


@pytest.fixture
def person(client):
    return open_person(client).reachable()


def held(who, person):
    return [entry for entry in walk(who, PATH, params={"limit": 50}) if entry["participant_id"] == person.id]


def sent_to(mailbox, *addresses):
    return [[len(m.recipients) for m in mailbox.messages if address in m.recipients] for address in addresses]


def test_permission_withdrawn_between_queueing_and_sending(person, deliver):
    """R3: the rules of the moment count; given back, the message goes by itself."""
    intake = Intake(person)
    intake.send_form().ok()
    person.contact(ok_to_email=False).ok()
    assert sent_to(deliver(), person.email) == [[]]
    (message,) = held(person.coordinator, person)
    assert message == {
        "id": message["id"], "kind": "form_sent", "participant_id": person.id, "intake_id": intake.id, "enrolment_id": None,
        "state": "held", "reason": "email_not_ok", "attempts": 0, "since": message["since"]}  # fmt: skip
    assert person.status()["intakes"][0]["last_told_at"] is None, "who was not written to has not been told"
    person.contact(ok_to_email=True).ok()
    assert held(person.coordinator, person) == []
    assert sent_to(deliver(), person.email) == [[1]]
    assert person.status()["intakes"][0]["last_told_at"]


def test_nobody_is_written_to_without_having_said_yes(client, deliver):
    """R3: no address, or an address and no answer; a telephone is for the coordinator."""
    silent, unasked = open_person(client), open_person(client)
    unasked.contact(email=an_address(), name_to_use="Sam").ok()
    for person in (silent, unasked):
        Intake(person).send_form().ok()
    assert deliver().messages == []
    assert [m["reason"] for m in held(silent.coordinator, silent)] == ["no_email"]
    assert [m["reason"] for m in held(unasked.coordinator, unasked)] == ["email_not_ok"]
    silent.contact(phone="613 555 0142").ok()
    assert deliver().messages == []
    silent.reachable()
    assert sent_to(deliver(), silent.email) == [[1]]


def test_a_voice_settles_what_was_held(client, deliver):
    """S1.35: told by voice, the person needs no mail about it, now or later."""
    intake = open_intake(client, state="form_sent")
    deliver()
    assert len(held(intake.person.coordinator, intake.person)) == 1
    intake.tell("phone").created()
    assert held(intake.person.coordinator, intake.person) == []
    intake.person.reachable()
    assert deliver().messages == []


def test_a_work_address_that_was_agreed_to(client, deliver):
    """R3: with the acknowledgement it is an address like any other; changed for another one, it is asked again."""
    person, address = open_person(client), "sam.roy@forces.gc.ca"
    person.contact(name_to_use="Sam", email=address, work_address_acknowledged=True, ok_to_email=True).ok()
    Intake(person).send_form().ok()
    assert sent_to(deliver(), address) == [[1]]


def test_address_and_language_are_those_of_the_moment(person, deliver):
    """R3, R12: what was queued in English to the old address leaves in French to the new one."""
    before = person.email
    Intake(person).send_form().ok()
    person.reachable()
    person.peer.patch(person.path, {"preferred_language": "fr"}, if_match="*").ok()
    mailbox = deliver()
    assert sent_to(mailbox, before, person.email) == [[], [1]]
    (mail,) = mailbox.messages
    assert mail.subject == "Un message pour vous" and mail.text.startswith("Bonjour,")


def test_an_address_that_can_no_longer_be_read(person, deliver, db):
    Intake(person).send_form().ok()
    db.execute("delete from sealed_keys where owner_id = %s", (person.id,))
    assert deliver().messages == []
    assert [m["reason"] for m in held(person.coordinator, person)] == ["unreadable"]


@pytest.mark.parametrize(
    ("track", "state"),
    [("group", s) for s in ("form_sent", "form_returned", "meeting_scheduled", "not_ready", "ready", "closed")]
    + [("activity", s) for s in ("forms_sent", "forms_returned", "registered", "ineligible")],
)
def test_withdrawal_stops_every_message(client, deliver, track, state):
    """I8, R17: whatever was queued by then, and whatever is queued of the same cause later."""
    intake = Intake(open_person(client).reachable(), track).walk(state)
    if state not in ("closed", "ineligible"):
        intake.tell("email").created()
    intake.withdraw().ok()
    intake.person.reachable()
    assert deliver().messages == [] and held(intake.person.coordinator, intake.person) == []


def test_withdrawal_settles_what_was_held(client, deliver):
    """R17: nobody is asked to call who has withdrawn, and a new address releases nothing."""
    intake = open_intake(client, state="form_sent")
    deliver()
    assert held(intake.person.coordinator, intake.person)
    intake.withdraw().ok()
    assert held(intake.person.coordinator, intake.person) == []
    intake.person.reachable()
    assert deliver().messages == []


def test_other_intakes_go_on(person, deliver):
    """Decision 13, I8: a withdrawal from one track stops that one."""
    group, activity = Intake(person), Intake(person, "activity")
    group.send_form().ok()
    activity.send_form().ok()
    group.withdraw().ok()
    assert sent_to(deliver(), person.email) == [[1]]
    assert (group.state, activity.state) == ("withdrawn", "forms_sent")


def test_what_was_overtaken_is_not_told(person, deliver):
    """R8: of a meeting that was moved twice one message tells the last time; a receipt by voice needs no mail."""
    intake = Intake(person).walk("acknowledged")
    for local in ("2099-07-07T18:30", "2099-07-14T18:30", "2099-07-21T18:30"):
        intake.schedule(local_start=local).ok()
    mailbox = deliver()
    (mail,) = mailbox.messages
    assert "July 21, 2099" in mail.text and "July 7" not in mail.text and "It is now" not in mail.text
    intake.schedule(local_start="2099-07-28T18:30").ok()
    (mail,) = deliver().messages
    assert "It is now" in mail.text and "July 28, 2099" in mail.text


def test_a_meeting_that_is_over_is_not_announced(client, deliver):
    """R8: whoever reads of a time that has passed fears to have missed something."""
    person = open_person(client, now="2026-11-02T15:00:00Z").reachable()
    intake = Intake(person).walk("acknowledged")
    intake.schedule(local_start="2026-11-03T10:00").ok()
    assert deliver().messages == [] and held(person.coordinator, person) == []
    assert intake.state == "meeting_scheduled"


def test_a_new_version_that_was_accepted_meanwhile_is_not_told(client, administrator, deliver):
    """Decision 3: nothing is asked that has been answered."""
    quick, slow = (Intake(open_person(client).reachable()).walk("ready") for _ in range(2))
    deliver()
    publish(administrator, DOCUMENTS["group"][0])
    quick.accept(DOCUMENTS["group"][0])
    assert sent_to(deliver(), quick.person.email, slow.person.email) == [[], [1]]


def test_the_list_shows_whom_to_call(client, deliver):
    """A6.8, R14: the longest waiting first, page by page; nobody of another region, nobody one is excluded from."""
    coordinator, quebec = client("coordinator"), client("coordinator", QUEBEC_COORDINATOR)
    waiting = []
    for region in ("BC", "QC", None, "QC"):
        waiting.append(open_intake(client, state="form_sent", region=region).person)
        deliver()
    everybody = [entry["participant_id"] for entry in walk(coordinator, PATH, params={"limit": 2})]
    assert [p for p in everybody if p in [w.id for w in waiting]] == [w.id for w in waiting]
    seen = {entry["participant_id"] for entry in walk(quebec, PATH, params={"limit": 2})}
    assert waiting[0].id not in seen and {w.id for w in waiting[1:]} <= seen
    coordinator.post(f"{waiting[1].path}/exclusions", {"account_id": OTHER_COORDINATOR, "reason": "asked_by_peer"}).created()
    other = {entry["participant_id"] for entry in walk(client("coordinator", OTHER_COORDINATOR), PATH, params={"limit": 50})}
    assert waiting[1].id not in other and waiting[0].id in other
    for role in ("peer", "peer_supporter", "mental_health_professional", "line", "administrator"):
        client(role).get(PATH).problem(403, "forbidden")
    for bad in ({"cursor": "x"}, {"limit": 0}, {"state": "held"}):
        coordinator.get(PATH, params=bad).problem(400, "bad-parameter").fault(next(iter(bad)))
